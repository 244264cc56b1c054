package builtins

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// TestUpper compares with another implementation: each character alone, and between others.
func TestUpper(t *testing.T) {
	caser := cases.Upper(language.Und)
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		if s := string(r); upper(s, unheeded) != caser.String(s) {
			assert.Equal(t, caser.String(s), upper(s, unheeded), "%U", r)
		}
	}
	for _, s := range []string{"", "Straße", "ὀδυσσεύς ᾳ", "ŉ\xffa\xc3", "\xe1\x9f", "i\u0307ı\u0131", "\ufffdß"} {
		assert.Equal(t, caser.String(s), upper(s, unheeded))
	}
}
