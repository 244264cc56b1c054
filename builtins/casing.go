package builtins

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seqvm/seqvm/internal/hugepage"
	"github.com/seqvm/seqvm/internal/memory"
)

// longestMapping is how many bytes a character becomes at most: three characters of two.
const longestMapping = 8

// upper is the full mapping of the Unicode standard: character by character, some of which become
// several.
func upper(s string, heed func()) string {
	b := hugepage.Make[byte](len(s))[:0]
	for i := 0; i < len(s); {
		heed()
		r, n := utf8.DecodeRuneInString(s[i:])
		b = memory.Room(b, longestMapping)
		special, found := slices.BinarySearchFunc(expanding, r, func(e expansion, r rune) int { return cmp.Compare(e.of, r) })
		switch {
		case r == utf8.RuneError && n == 1:
			b = append(b, s[i])
		case found:
			b = append(b, expanding[special].to...)
		default:
			b = utf8.AppendRune(b, unicode.ToUpper(r))
		}
		i += n
	}
	return built(b).AsString()
}

// expansion is a character that becomes several in capitals.
type expansion struct {
	of rune
	to string
}

// expanding are those of the Unicode standard, SpecialCasing.txt, that hold everywhere. The
// casers of golang.org/x/text know them, too, but make their tables at the start of every program.
var expanding = []expansion{
	{0x00df, "SS"}, {0x0149, "\u02bcN"}, {0x01f0, "J\u030c"}, {0x0390, "\u0399\u0308\u0301"}, {0x03b0, "\u03a5\u0308\u0301"}, {0x0587, "\u0535\u0552"},
	{0x1e96, "H\u0331"}, {0x1e97, "T\u0308"}, {0x1e98, "W\u030a"}, {0x1e99, "Y\u030a"}, {0x1e9a, "A\u02be"}, {0x1f50, "\u03a5\u0313"},
	{0x1f52, "\u03a5\u0313\u0300"}, {0x1f54, "\u03a5\u0313\u0301"}, {0x1f56, "\u03a5\u0313\u0342"}, {0x1f80, "\u1f08\u0399"}, {0x1f81, "\u1f09\u0399"},
	{0x1f82, "\u1f0a\u0399"}, {0x1f83, "\u1f0b\u0399"}, {0x1f84, "\u1f0c\u0399"}, {0x1f85, "\u1f0d\u0399"}, {0x1f86, "\u1f0e\u0399"},
	{0x1f87, "\u1f0f\u0399"}, {0x1f88, "\u1f08\u0399"}, {0x1f89, "\u1f09\u0399"}, {0x1f8a, "\u1f0a\u0399"}, {0x1f8b, "\u1f0b\u0399"},
	{0x1f8c, "\u1f0c\u0399"}, {0x1f8d, "\u1f0d\u0399"}, {0x1f8e, "\u1f0e\u0399"}, {0x1f8f, "\u1f0f\u0399"}, {0x1f90, "\u1f28\u0399"},
	{0x1f91, "\u1f29\u0399"}, {0x1f92, "\u1f2a\u0399"}, {0x1f93, "\u1f2b\u0399"}, {0x1f94, "\u1f2c\u0399"}, {0x1f95, "\u1f2d\u0399"},
	{0x1f96, "\u1f2e\u0399"}, {0x1f97, "\u1f2f\u0399"}, {0x1f98, "\u1f28\u0399"}, {0x1f99, "\u1f29\u0399"}, {0x1f9a, "\u1f2a\u0399"},
	{0x1f9b, "\u1f2b\u0399"}, {0x1f9c, "\u1f2c\u0399"}, {0x1f9d, "\u1f2d\u0399"}, {0x1f9e, "\u1f2e\u0399"}, {0x1f9f, "\u1f2f\u0399"},
	{0x1fa0, "\u1f68\u0399"}, {0x1fa1, "\u1f69\u0399"}, {0x1fa2, "\u1f6a\u0399"}, {0x1fa3, "\u1f6b\u0399"}, {0x1fa4, "\u1f6c\u0399"},
	{0x1fa5, "\u1f6d\u0399"}, {0x1fa6, "\u1f6e\u0399"}, {0x1fa7, "\u1f6f\u0399"}, {0x1fa8, "\u1f68\u0399"}, {0x1fa9, "\u1f69\u0399"},
	{0x1faa, "\u1f6a\u0399"}, {0x1fab, "\u1f6b\u0399"}, {0x1fac, "\u1f6c\u0399"}, {0x1fad, "\u1f6d\u0399"}, {0x1fae, "\u1f6e\u0399"},
	{0x1faf, "\u1f6f\u0399"}, {0x1fb2, "\u1fba\u0399"}, {0x1fb3, "\u0391\u0399"}, {0x1fb4, "\u0386\u0399"}, {0x1fb6, "\u0391\u0342"},
	{0x1fb7, "\u0391\u0342\u0399"}, {0x1fbc, "\u0391\u0399"}, {0x1fc2, "\u1fca\u0399"}, {0x1fc3, "\u0397\u0399"}, {0x1fc4, "\u0389\u0399"},
	{0x1fc6, "\u0397\u0342"}, {0x1fc7, "\u0397\u0342\u0399"}, {0x1fcc, "\u0397\u0399"}, {0x1fd2, "\u0399\u0308\u0300"}, {0x1fd3, "\u0399\u0308\u0301"},
	{0x1fd6, "\u0399\u0342"}, {0x1fd7, "\u0399\u0308\u0342"}, {0x1fe2, "\u03a5\u0308\u0300"}, {0x1fe3, "\u03a5\u0308\u0301"}, {0x1fe4, "\u03a1\u0313"},
	{0x1fe6, "\u03a5\u0342"}, {0x1fe7, "\u03a5\u0308\u0342"}, {0x1ff2, "\u1ffa\u0399"}, {0x1ff3, "\u03a9\u0399"}, {0x1ff4, "\u038f\u0399"},
	{0x1ff6, "\u03a9\u0342"}, {0x1ff7, "\u03a9\u0342\u0399"}, {0x1ffc, "\u03a9\u0399"}, {0xfb00, "FF"}, {0xfb01, "FI"}, {0xfb02, "FL"}, {0xfb03, "FFI"},
	{0xfb04, "FFL"}, {0xfb05, "ST"}, {0xfb06, "ST"}, {0xfb13, "\u0544\u0546"}, {0xfb14, "\u0544\u0535"}, {0xfb15, "\u0544\u053b"},
	{0xfb16, "\u054e\u0546"}, {0xfb17, "\u0544\u053d"},
}

// lower is the full mapping of the Unicode standard: character by character but
// for two, of which one becomes two and the other depends on where it stands.
func lower(s string, heed func()) string {
	b := hugepage.Make[byte](len(s))[:0]
	for i, r := range s {
		heed()
		b = memory.Room(b, longestMapping)
		switch {
		case r == 'İ':
			b = append(b, "i\u0307"...)
		case r == 'Σ' && endsWord(s[:i], s[i+len("Σ"):]):
			b = utf8.AppendRune(b, 'ς')
		default:
			b = utf8.AppendRune(b, unicode.ToLower(r))
		}
	}
	return built(b).AsString()
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
