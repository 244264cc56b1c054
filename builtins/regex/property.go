package regex

import (
	"strings"
	"sync"
	"unicode"
)

// loose makes names of properties comparable: without case, blanks, _, - and a
// leading "is". What is not ASCII does not count.
func loose(name string) string {
	var b []byte
	for _, c := range []byte(strings.ToLower(name)) {
		if c <= unicode.MaxASCII && !strings.ContainsRune(" _-", rune(c)) {
			b = append(b, c)
		}
	}
	bare := string(b)
	if len(name) < 2 || !strings.EqualFold(name[:2], "is") || bare == "isc" { // isc is ISO_Comment, not C
		return bare
	}
	return bare[len("is"):]
}

// property finds the set of a property: Name, key=value or key:value.
func property(name string) (set, bool) {
	key, value, keyed := strings.Cut(name, ":")
	if !keyed {
		key, value, keyed = strings.Cut(name, "=")
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

// derived are the properties that follow from Unicode's tables (Unicode Standard
// Annex 44, DerivedCoreProperties.txt), and those of emoji.
var derived = map[string]func() set{
	"alphabetic":                alphabetic,
	"lowercase":                 lowercase,
	"uppercase":                 uppercase,
	"cased":                     func() set { return lowercase().union(uppercase()).union(fromTables(unicode.Lt)) },
	"math":                      func() set { return fromTables(unicode.Sm, unicode.Other_Math) },
	"idstart":                   idStart,
	"idcontinue":                idContinue,
	"xidstart":                  func() set { return idStart().subtract(fromHex(notXIDStart)) },
	"xidcontinue":               func() set { return idContinue().subtract(fromHex(notXIDContinue)) },
	"graphemeextend":            graphemeExtend,
	"defaultignorablecodepoint": defaultIgnorable,
	"graphemebase":              graphemeBase,
	"emoji":                     func() set { return fromHex(emoji) },
	"emojimodifier":             func() set { return set{{0x1F3FB, 0x1F3FF}} },
	"emojipresentation":         func() set { return fromHex(emojiPresentation) },
	"extendedpictographic":      func() set { return fromHex(extendedPictographic) },
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

// What is in ID_Start and ID_Continue, but not in XID_Start and XID_Continue,
// since a compatibility normal form of it is no identifier (Unicode Standard
// Annex 31, section 5.1).
const (
	notXIDContinue = `37A 309B-309C FC5E-FC63 FDFA-FDFB FE70 FE72 FE74 FE76 FE78 FE7A FE7C FE7E`
	notXIDStart    = notXIDContinue + ` E33 EB3 FF9E-FF9F`
)

func graphemeExtend() set {
	return fromTables(unicode.Me, unicode.Mn, unicode.Other_Grapheme_Extend)
}

func defaultIgnorable() set {
	return fromTables(unicode.Other_Default_Ignorable_Code_Point, unicode.Cf, unicode.Variation_Selector).
		subtract(fromTables(unicode.White_Space, unicode.Prepended_Concatenation_Mark)).
		subtract(set{{0xFFF9, 0xFFFB}, {0x13430, 0x13440}})
}

func graphemeBase() set {
	return set{{0, unicode.MaxRune}}.subtract(fromTables(unicode.C, unicode.Categories["Cn"], unicode.Zl, unicode.Zp)).subtract(graphemeExtend())
}

var plainProperties = sync.OnceValue(func() map[string]*unicode.RangeTable {
	m := map[string]*unicode.RangeTable{}
	for name, table := range unicode.Properties {
		m[loose(name)] = table
	}
	return m
})

func binaryProperty(name string) (set, bool) {
	if long := shortNames()[name]; long != "" {
		name = long
	}
	if f := derived[name]; f != nil {
		return f(), true
	}
	if table := plainProperties()[name]; table != nil {
		return fromTables(table), true
	}
	return nil, false
}

// shortNames leads from the short names of binary properties to the long ones.
var shortNames = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	fields := strings.Fields(propertyCodes)
	for i := 0; i+1 < len(fields); i += 2 {
		m[loose(fields[i])] = loose(fields[i+1])
	}
	return m
})

// propertyCodes are the short names of binary properties in Unicode's
// PropertyAliases.txt and the long ones.
const propertyCodes = `AHex ASCII_Hex_Digit Alpha Alphabetic Bidi_C Bidi_Control Dep Deprecated DI Default_Ignorable_Code_Point Dia Diacritic Ext Extender
EMod Emoji_Modifier EPres Emoji_Presentation ExtPict Extended_Pictographic Gr_Base Grapheme_Base Gr_Ext Grapheme_Extend Hex Hex_Digit
IDC ID_Continue IDS ID_Start IDSB IDS_Binary_Operator IDST IDS_Trinary_Operator Ideo Ideographic Join_C Join_Control
LOE Logical_Order_Exception Lower Lowercase NChar Noncharacter_Code_Point OAlpha Other_Alphabetic
ODI Other_Default_Ignorable_Code_Point OGr_Ext Other_Grapheme_Extend OIDC Other_ID_Continue OIDS Other_ID_Start
OLower Other_Lowercase OMath Other_Math OUpper Other_Uppercase Pat_Syn Pattern_Syntax Pat_WS Pattern_White_Space
PCM Prepended_Concatenation_Mark QMark Quotation_Mark RI Regional_Indicator SD Soft_Dotted STerm Sentence_Terminal
space White_Space Term Terminal_Punctuation UIdeo Unified_Ideograph Upper Uppercase VS Variation_Selector
WSpace White_Space XIDC XID_Continue XIDS XID_Start`

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
