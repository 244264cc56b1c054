// Package editors writes what editors colour Seq by: a TextMate grammar, keyword lists for Vim and Emacs, and the
// queries of the tree-sitter grammar. They come from the classes of package syntax and from the table of built-in
// words, so that every editor and the interactive session show the same. The folders beside it are the editors'
// extensions, most of them written by hand; a test holds that the written files are what this package makes.
package editors

import (
	"slices"
	"strings"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/syntax"
)

// File is a file that is made, by its path below the folder of this package.
type File struct {
	Path string
	Text string
}

// Files makes all files.
func Files() []File {
	words := builtinWords()
	return []File{
		{"vscode/syntaxes/seq.tmLanguage.json", textMate(words)},
		{"vscode/language-configuration.json", languageConfiguration()},
		{"vim/syntax/seq.vim", vimSyntax(words)},
		{"vim/autoload/seq.vim", vimCharacters()},
		{"emacs/seq-words.el", emacsWords(words)},
		{"tree-sitter-seq/queries/highlights.scm", highlightQueries(words)},
		{"zed/languages/seq/highlights.scm", highlightQueries(words)},
	}
}

// look is how the editors name a class.
type look struct {
	scope   string // TextMate's, of which the naming conventions are at https://macromates.com/manual/en/language_grammars
	vim     string // a group of Vim's ":help group-name"
	capture string // of tree-sitter's queries, as nvim-treesitter, Helix and Zed know it
}

var looks = map[syntax.Class]look{
	syntax.ClassComment:    {"comment.line.number-sign.seq", "Comment", "comment"},
	syntax.ClassString:     {"string.quoted.double.seq", "String", "string"},
	syntax.ClassEscape:     {"constant.character.escape.seq", "SpecialChar", "string.escape"},
	syntax.ClassBadEscape:  {"invalid.illegal.escape.seq", "Error", ""},
	syntax.ClassSymbol:     {"constant.other.symbol.seq", "Constant", "string.special.symbol"},
	syntax.ClassNumber:     {"constant.numeric.seq", "Number", "number"},
	syntax.ClassBoolean:    {"constant.language.boolean.seq", "Boolean", "boolean"},
	syntax.ClassDefiner:    {"keyword.other.definer.seq", "Define", "keyword.function"},
	syntax.ClassDefinition: {"entity.name.function.seq", "Function", "function"},
	syntax.ClassKeyword:    {"keyword.control.seq", "Keyword", "keyword"},
	syntax.ClassType:       {"entity.name.type.seq", "Type", "type"},
	syntax.ClassRow:        {"variable.parameter.row.seq", "Identifier", "variable.parameter"},
	syntax.ClassEffect:     {"punctuation.definition.effect.seq", "Delimiter", "punctuation.special"},
	syntax.ClassBracket:    {"punctuation.section.brackets.seq", "Delimiter", "punctuation.bracket"},
	syntax.ClassField:      {"variable.other.member.seq", "Identifier", "property"},
	syntax.ClassModule:     {"entity.name.namespace.seq", "Include", "module"},
	syntax.ClassOperator:   {"keyword.operator.seq", "Operator", "operator"},
	syntax.ClassWord:       {"variable.other.word.seq", "", "variable"},
}

// builtinLook is that of a word that is built in, which no class tells.
var builtinLook = look{"support.function.builtin.seq", "Special", "function.builtin"}

// builtinWords returns the built-in words that a program of today's dialect can call and that are no operators, sorted.
func builtinWords() []string {
	var words []string
	for _, family := range builtins.Families() {
		if family.Title == "" {
			continue
		}
		for _, w := range family.Words {
			if syntax.WordClass(w.Name) == syntax.ClassWord && syntax.CallName(w.Name) {
				words = append(words, w.Name)
			}
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// reservedWords returns the reserved words of a class, those of bodies or those of the outside.
func reservedWords(class syntax.Class, outside bool) []string {
	var words []string
	for _, r := range syntax.ReservedWords {
		if r.Class == class && r.Outside == outside {
			words = append(words, r.Text)
		}
	}
	return words
}

// wrapped lays words out in lines of about 100 characters, each of which begins with a prefix.
func wrapped(words []string, prefix string) string {
	var b strings.Builder
	width := 0
	for _, w := range words {
		if width == 0 || width+len(w) >= 100 {
			if width > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(prefix)
			width = len(prefix)
		}
		if width > len(prefix) {
			b.WriteByte(' ')
		}
		b.WriteString(w)
		width += len(w) + 1
	}
	return b.String() + "\n"
}
