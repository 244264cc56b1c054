package regex

import (
	"strings"
	"sync"
	"unicode"
)

// loose makes names of properties comparable.
func loose(name string) string {
	name = strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToLower(name))
	if rest, ok := strings.CutPrefix(name, "is"); ok && rest != "" {
		return rest
	}
	return name
}

// property finds the set of a property: Name, key=value or key:value.
func property(name string) (set, bool) {
	key, value, keyed := strings.Cut(name, "=")
	if !keyed {
		key, value, keyed = strings.Cut(name, ":")
	}
	if !keyed {
		for _, find := range []func(string) (set, bool){category, binaryProperty, script} {
			if s, ok := find(loose(name)); ok {
				return s, true
			}
		}
		return nil, false
	}
	switch loose(key) {
	case "gc", "generalcategory":
		return category(loose(value))
	case "sc", "script", "scx", "scriptextensions":
		return script(loose(value))
	}
	return nil, false
}

var categories = sync.OnceValue(func() map[string]*unicode.RangeTable {
	m := map[string]*unicode.RangeTable{}
	for name, table := range unicode.Categories {
		m[strings.ToLower(name)] = table
	}
	for alias, name := range unicode.CategoryAliases {
		m[loose(alias)] = unicode.Categories[name]
	}
	delete(m, "cs")
	delete(m, "surrogate")
	return m
})

func category(name string) (set, bool) {
	switch name {
	case "any":
		return set{{0, unicode.MaxRune}}, true
	case "ascii":
		return ascii, true
	case "assigned":
		return fromTables(unicode.Categories["Cn"]).negate().intersect(set{{0, unicode.MaxRune}}), true
	}
	if table := categories()[name]; table != nil {
		return fromTables(table), true
	}
	return nil, false
}

// binary are the properties that follow from Unicode's tables.
var binary = map[string]func() set{
	"alphabetic": alphabetic, "alpha": alphabetic,
	"lowercase": lowercase, "lower": lowercase,
	"uppercase": uppercase, "upper": uppercase,
	"whitespace": space, "space": space, "wspace": space,
	"cased":      func() set { return lowercase().union(uppercase()).union(fromTables(unicode.Lt)) },
	"math":       func() set { return fromTables(unicode.Sm, unicode.Other_Math) },
	"dash":       func() set { return fromTables(unicode.Dash) },
	"hexdigit":   func() set { return fromTables(unicode.Hex_Digit) },
	"hex":        func() set { return fromTables(unicode.Hex_Digit) },
	"idstart":    idStart,
	"ids":        idStart,
	"xidstart":   idStart,
	"xids":       idStart,
	"idcontinue": idContinue, "idc": idContinue, "xidcontinue": idContinue, "xidc": idContinue,
	"emoji":                func() set { return fromHex(emoji) },
	"emojipresentation":    func() set { return fromHex(emojiPresentation) },
	"epres":                func() set { return fromHex(emojiPresentation) },
	"extendedpictographic": func() set { return fromHex(extendedPictographic) },
	"extpict":              func() set { return fromHex(extendedPictographic) },
}

func lowercase() set { return fromTables(unicode.Ll, unicode.Other_Lowercase) }

func uppercase() set { return fromTables(unicode.Lu, unicode.Other_Uppercase) }

func patternSyntax() set { return fromTables(unicode.Pattern_Syntax, unicode.Pattern_White_Space) }

func idStart() set {
	return fromTables(unicode.L, unicode.Nl, unicode.Other_ID_Start).subtract(patternSyntax())
}

func idContinue() set {
	return idStart().union(fromTables(unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue)).subtract(patternSyntax())
}

var plainProperties = sync.OnceValue(func() map[string]*unicode.RangeTable {
	m := map[string]*unicode.RangeTable{}
	for name, table := range unicode.Properties {
		if !strings.HasPrefix(name, "Other_") {
			m[loose(name)] = table
		}
	}
	return m
})

func binaryProperty(name string) (set, bool) {
	if f := binary[name]; f != nil {
		return f(), true
	}
	if table := plainProperties()[name]; table != nil {
		return fromTables(table), true
	}
	return nil, false
}

var scripts = sync.OnceValue(func() map[string]*unicode.RangeTable {
	m := map[string]*unicode.RangeTable{}
	for name, table := range unicode.Scripts {
		m[loose(name)] = table
	}
	fields := strings.Fields(scriptCodes)
	for i := 0; i+1 < len(fields); i += 2 {
		if table := unicode.Scripts[fields[i+1]]; table != nil {
			m[strings.ToLower(fields[i])] = table
		}
	}
	return m
})

func script(name string) (set, bool) {
	if table := scripts()[name]; table != nil {
		return fromTables(table), true
	}
	return nil, false
}

// scriptCodes are the four-letter codes of ISO 15924 and Unicode's names.
const scriptCodes = `Adlm Adlam Aghb Caucasian_Albanian Ahom Ahom Arab Arabic Armi Imperial_Aramaic Armn Armenian Avst Avestan
Bali Balinese Bamu Bamum Bass Bassa_Vah Batk Batak Beng Bengali Bhks Bhaiksuki Bopo Bopomofo Brah Brahmi Brai Braille
Bugi Buginese Buhd Buhid Cakm Chakma Cans Canadian_Aboriginal Cari Carian Cham Cham Cher Cherokee Chrs Chorasmian
Copt Coptic Qaac Coptic Cpmn Cypro_Minoan Cprt Cypriot Cyrl Cyrillic Deva Devanagari Diak Dives_Akuru Dogr Dogra
Dsrt Deseret Dupl Duployan Egyp Egyptian_Hieroglyphs Elba Elbasan Elym Elymaic Ethi Ethiopic Gara Garay Geor Georgian
Glag Glagolitic Gong Gunjala_Gondi Gonm Masaram_Gondi Goth Gothic Gran Grantha Grek Greek Gujr Gujarati Gukh Gurung_Khema
Guru Gurmukhi Hang Hangul Hani Han Hano Hanunoo Hatr Hatran Hebr Hebrew Hira Hiragana Hluw Anatolian_Hieroglyphs
Hmng Pahawh_Hmong Hmnp Nyiakeng_Puachue_Hmong Hung Old_Hungarian Ital Old_Italic Java Javanese Kali Kayah_Li
Kana Katakana Kawi Kawi Khar Kharoshthi Khmr Khmer Khoj Khojki Kits Khitan_Small_Script Knda Kannada Krai Kirat_Rai
Kthi Kaithi Lana Tai_Tham Laoo Lao Latn Latin Lepc Lepcha Limb Limbu Lina Linear_A Linb Linear_B Lisu Lisu Lyci Lycian
Lydi Lydian Mahj Mahajani Maka Makasar Mand Mandaic Mani Manichaean Marc Marchen Medf Medefaidrin Mend Mende_Kikakui
Merc Meroitic_Cursive Mero Meroitic_Hieroglyphs Mlym Malayalam Modi Modi Mong Mongolian Mroo Mro Mtei Meetei_Mayek
Mult Multani Mymr Myanmar Nagm Nag_Mundari Nand Nandinagari Narb Old_North_Arabian Nbat Nabataean Newa Newa Nkoo Nko
Nshu Nushu Ogam Ogham Olck Ol_Chiki Onao Ol_Onal Orkh Old_Turkic Orya Oriya Osge Osage Osma Osmanya Ougr Old_Uyghur
Palm Palmyrene Pauc Pau_Cin_Hau Perm Old_Permic Phag Phags_Pa Phli Inscriptional_Pahlavi Phlp Psalter_Pahlavi
Phnx Phoenician Plrd Miao Prti Inscriptional_Parthian Rjng Rejang Rohg Hanifi_Rohingya Runr Runic Samr Samaritan
Sarb Old_South_Arabian Saur Saurashtra Sgnw SignWriting Shaw Shavian Shrd Sharada Sidd Siddham Sind Khudawadi Sinh Sinhala
Sogd Sogdian Sogo Old_Sogdian Sora Sora_Sompeng Soyo Soyombo Sund Sundanese Sunu Sunuwar Sylo Syloti_Nagri Syrc Syriac
Tagb Tagbanwa Takr Takri Tale Tai_Le Talu New_Tai_Lue Taml Tamil Tang Tangut Tavt Tai_Viet Telu Telugu Tfng Tifinagh
Tglg Tagalog Thaa Thaana Thai Thai Tibt Tibetan Tirh Tirhuta Tnsa Tangsa Todr Todhri Toto Toto Tutg Tulu_Tigalari
Ugar Ugaritic Vaii Vai Vith Vithkuqi Wara Warang_Citi Wcho Wancho Xpeo Old_Persian Xsux Cuneiform Yezi Yezidi Yiii Yi
Zanb Zanabazar_Square Zinh Inherited Qaai Inherited Zyyy Common`
