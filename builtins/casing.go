package builtins

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// upper is the full mapping of the Unicode standard. A Caser keeps state while it
// works, so each call makes its own.
func upper(s string) string {
	return cases.Upper(language.Und).String(s)
}

// lower is the full mapping of the Unicode standard: character by character but
// for two, of which one becomes two and the other depends on where it stands.
func lower(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i, r := range s {
		switch {
		case r == 'İ':
			b.WriteString("i\u0307")
		case r == 'Σ' && endsWord(s[:i], s[i+len("Σ"):]):
			b.WriteRune('ς')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// endsWord is the condition Final_Sigma (Unicode standard, section 3.13): a cased
// character before and none behind, case-ignorable ones left out.
func endsWord(before, behind string) bool {
	for before != "" {
		r, n := utf8.DecodeLastRuneInString(before)
		if !caseIgnorable(r) {
			return cased(r) && !startsCased(behind)
		}
		before = before[:len(before)-n]
	}
	return false
}

func startsCased(s string) bool {
	for _, r := range s {
		if !caseIgnorable(r) {
			return cased(r)
		}
	}
	return false
}

func cased(r rune) bool {
	return unicode.In(r, unicode.Ll, unicode.Lu, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase)
}

// caseIgnorable is the property Case_Ignorable: marks, formats, modifiers, and what
// may stand within a word (Word_Break is MidLetter, MidNumLet or Single_Quote).
func caseIgnorable(r rune) bool {
	return strings.ContainsRune("'.:·\u0387\u055f\u05f4‘’․‧︓﹒﹕＇．：", r) || unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk)
}
