package editors

import (
	"fmt"
	"strings"

	"github.com/seqvm/seqvm/seq/syntax"
)

// captures are the patterns of nodes of tree-sitter-seq/grammar.js by class, in the order of their weight: of two
// patterns for one node the later one wins.
var captures = []struct {
	class    syntax.Class
	patterns []string
}{
	{syntax.ClassComment, []string{"(comment)"}},
	{syntax.ClassString, []string{"(string)"}},
	{syntax.ClassEscape, []string{"(escape_sequence)"}},
	{syntax.ClassSymbol, []string{"(symbol)"}},
	{syntax.ClassNumber, []string{"(number)"}},
	{syntax.ClassBoolean, []string{"(boolean)"}},
	{syntax.ClassBracket, []string{`["[" "]" "{" "}"]`}},
	{syntax.ClassWord, []string{"(call name: (word))"}},
	{syntax.ClassOperator, []string{`["," "->"]`, `(union_field ":" @operator)`}},
	{syntax.ClassType, []string{"(type_name)", "(union name: (word))", "(variant name: (word))", "(pattern name: (word))", `"Closure"`, `"Yield"`}},
	{syntax.ClassRow, []string{"(row_variable)"}},
	{syntax.ClassEffect, []string{`(effect ["(" ")" "--" "|"] @punctuation.special)`, `(quotation_type "--" @punctuation.special)`}},
	{syntax.ClassField, []string{"(union_field name: (word))", "(binding)"}},
	{syntax.ClassModule, []string{"(module)"}},
	{syntax.ClassDefinition, []string{"(definition name: (word))"}},
	{syntax.ClassDefiner, []string{`(definition [":" ";"] @keyword.function)`}},
}

// highlightQueries makes the queries by which tree-sitter colours.
func highlightQueries(builtin []string) string {
	var b strings.Builder
	b.WriteString("; Made by package tools/editors: make grammars\n\n")
	for _, c := range captures {
		capture := looks[c.class].capture
		for _, pattern := range c.patterns {
			if strings.Contains(pattern, " @") {
				b.WriteString(pattern + "\n")
				continue
			}
			if inner, ok := strings.CutSuffix(pattern, ": (word))"); ok {
				fmt.Fprintf(&b, "%s: (word) @%s)\n", inner, capture)
				continue
			}
			fmt.Fprintf(&b, "%s @%s\n", pattern, capture)
		}
	}
	keywords := append(reservedWords(syntax.ClassKeyword, false), reservedWords(syntax.ClassKeyword, true)...)
	quoted := make([]string, len(keywords))
	for i, k := range keywords {
		quoted[i] = fmt.Sprintf("%q", k)
	}
	fmt.Fprintf(&b, "[%s] @%s\n\n", strings.Join(quoted, " "), looks[syntax.ClassKeyword].capture)
	fmt.Fprintf(&b, "((call name: (word) @%s)\n  (#match? @%[1]s \"^[^a-zA-Z0-9]+$\"))\n", looks[syntax.ClassOperator].capture)
	fmt.Fprintf(&b, "((call name: (word) @%s)\n  (#match? @%[1]s \"^[A-Z]\"))\n", looks[syntax.ClassType].capture)
	quoted = quoted[:0]
	for _, w := range builtin {
		quoted = append(quoted, fmt.Sprintf("%q", w))
	}
	fmt.Fprintf(&b, "((call name: (word) @%s)\n  (#any-of? @%[1]s\n%s  ))\n", builtinLook.capture, wrapped(quoted, "    "))
	return b.String()
}
