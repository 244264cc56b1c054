// Package visible makes text safe to show on a terminal.
//
// It knows nothing of where the text comes from.
package visible

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns a text as it can be shown on a terminal: what would steer the
// terminal or turn the direction of the text, and bytes that are no UTF-8, become
// the language's escapes (\n, \t, \r, \xHH for each byte).
func Text(s string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, steers) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch escape := strings.IndexRune("\n\t\r", r); {
		case escape >= 0:
			b.WriteString(`\` + "ntr"[escape:escape+1])
		case Hidden(r, n):
			for _, c := range []byte(s[i : i+n]) {
				fmt.Fprintf(&b, `\x%02X`, c)
			}
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// steers tells of control characters and of those that turn the direction.
func steers(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Bidi_Control) }

// Hidden tells of a decoded character whether it steers or is a byte that is no
// UTF-8.
func Hidden(r rune, size int) bool { return steers(r) || r == utf8.RuneError && size == 1 }
