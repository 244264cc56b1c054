package editors

import (
	"fmt"
	"strings"

	"github.com/seqvm/seqvm/seq/syntax"
)

// emacsWords makes the lists of words that seq-mode.el colours.
func emacsWords(builtin []string) string {
	var b strings.Builder
	b.WriteString(";;; seq-words.el --- words of Seq for seq-mode  -*- lexical-binding: t; -*-\n\n;; Made by package tools/editors: make grammars\n\n;;; Code:\n")
	keywords := append(reservedWords(syntax.ClassKeyword, false), reservedWords(syntax.ClassKeyword, true)...)
	for _, list := range []struct {
		name, doc string
		words     []string
	}{
		{"seq-keywords", "Reserved words.", keywords},
		{"seq-booleans", "Literals of Bool.", reservedWords(syntax.ClassBoolean, false)},
		{"seq-builtins", "Built-in words.", builtin},
	} {
		quoted := make([]string, len(list.words))
		for i, w := range list.words {
			quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(w) + `"`
		}
		fmt.Fprintf(&b, "\n(defconst %s\n  '(\n%s    )\n  %q)\n", list.name, wrapped(quoted, "    "), list.doc)
	}
	fmt.Fprintf(&b, "\n(defconst seq-delimiters %q\n  \"Characters that end a word, besides blanks and quotes.\")\n\n(provide 'seq-words)\n;;; seq-words.el ends here\n", syntax.Delimiters)
	return b.String()
}
