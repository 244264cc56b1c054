package editors

import (
	"fmt"
	"strings"

	"github.com/seqvm/seqvm/seq/syntax"
)

// vimHead says what a word is: all characters but blanks, the quote and the delimiters.
const vimHead = `" Vim syntax file for Seq. Made by package tools/editors: make grammars
if exists("b:current_syntax")
  finish
endif
let s:cpo_save = &cpo
set cpo&vim

syn iskeyword %s
syn sync minlines=200

`

// vimRules stand in the order of their weight: of two that match at one place the later one wins, and a keyword
// before all.
const vimRules = `syn match seqOperator "\k\+"
syn match seqWord "\k*[[:alpha:][:digit:]\x80-\uffff]\k*"
syn match seqType "\<\u\k*"
syn match seqNumber "\<[+-]\=\%(\d\+\.\=\d*\|\.\d\+\)\%([eE][+-]\=\d\+\)\=\k\@!"
syn match seqNumber "\<0[xXbB]\k*"
syn match seqOperator ","
syn match seqBracket "[][{}]"
syn match seqField "\k\+\ze\s*:\s*\u" contained
syn match seqField ">\k\+" contained
syn match seqOperator ":" contained containedin=seqBraces
syn region seqBraces matchgroup=seqBracket start="{" end="}\|\ze;" contains=seqField,seqBraces,seqOperator,seqType,seqWord,seqComment,seqString
syn match seqSymbol ":\s*\k\+"
syn match seqDefiner "[:;]\ze\%(\s\|$\)"
syn match seqDefiner ";"
syn match seqDefinition ":\s\+\k\+"hs=s+1 contains=seqDefiner
syn match seqDefinition ":\k\+\ze\s*("hs=s+1 contains=seqDefiner
syn match seqModule "\<\%(std\|vm\|ffi\)\s*:\s*\k\+" contained
syn region seqEffect matchgroup=seqEffectMark start="(" end=")\|\ze[:;]" contains=seqRow,seqEffectType,seqEffectSign,seqBracket,seqComment
syn match seqEffectType "\k\+" contained
syn match seqEffectSign "\<\%(--\||\)\k\@!" contained
syn match seqRow "\.\.\k\+" contained
syn region seqString start=+"+ skip=+\\.+ end=+"+ contains=seqEscape,seqBadEscape
syn match seqBadEscape "\\\%(x\x\=\|.\)" contained
syn match seqEscape "\\\%(["\\nrt]\|x\x\x\)" contained
syn match seqComment "#.*$" contains=@Spell
`

// vimGroups are the groups of the rules by class; some classes have several.
var vimGroups = []struct {
	group string
	class syntax.Class
}{
	{"seqComment", syntax.ClassComment}, {"seqString", syntax.ClassString}, {"seqEscape", syntax.ClassEscape}, {"seqBadEscape", syntax.ClassBadEscape},
	{"seqSymbol", syntax.ClassSymbol}, {"seqNumber", syntax.ClassNumber}, {"seqBoolean", syntax.ClassBoolean}, {"seqDefiner", syntax.ClassDefiner},
	{"seqDefinition", syntax.ClassDefinition}, {"seqKeyword", syntax.ClassKeyword}, {"seqType", syntax.ClassType}, {"seqEffectType", syntax.ClassType},
	{"seqRow", syntax.ClassRow}, {"seqEffectMark", syntax.ClassEffect}, {"seqEffectSign", syntax.ClassEffect}, {"seqBracket", syntax.ClassBracket},
	{"seqField", syntax.ClassField}, {"seqModule", syntax.ClassModule}, {"seqOperator", syntax.ClassOperator},
}

// vimSyntax makes Vim's syntax file, which Neovim uses, too.
func vimSyntax(builtin []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, vimHead, vimWordCharacters())
	b.WriteString(vimRules + "\n")
	b.WriteString(wrapped(reservedWords(syntax.ClassKeyword, false), "syn keyword seqKeyword "))
	b.WriteString(wrapped(reservedWords(syntax.ClassKeyword, true), "syn keyword seqKeyword nextgroup=seqModule skipwhite "))
	b.WriteString(wrapped(reservedWords(syntax.ClassBoolean, false), "syn keyword seqBoolean "))
	b.WriteString(wrapped(vimWords(builtin), "syn keyword seqBuiltin ") + "\n")
	for _, g := range vimGroups {
		fmt.Fprintf(&b, "hi def link %s %s\n", g.group, looks[g.class].vim)
	}
	fmt.Fprintf(&b, "hi def link seqBuiltin %s\n\nlet b:current_syntax = \"seq\"\nlet &cpo = s:cpo_save\nunlet s:cpo_save\n", builtinLook.vim)
	return b.String()
}

// vimWords are words as ":syn keyword" takes them, which reads a "|" as the end of the command and [ as an abbreviation.
func vimWords(words []string) []string {
	list := make([]string, 0, len(words))
	for _, w := range words {
		list = append(list, strings.ReplaceAll(w, "|", `\|`))
	}
	return list
}

// vimWordCharacters are the characters of words as ":syn iskeyword" takes them.
func vimWordCharacters() string {
	var ranges []string
	from := 0
	for c := '!'; c <= 256; c++ {
		word := c < 256 && c != '"' && c != 0x7f && c != 0xa0 && !strings.ContainsRune(syntax.Delimiters, c)
		switch {
		case word && from == 0:
			from = int(c)
		case !word && from > 0:
			if int(c)-1 == from {
				ranges = append(ranges, fmt.Sprint(from))
			} else {
				ranges = append(ranges, fmt.Sprintf("%d-%d", from, c-1))
			}
			from = 0
		}
	}
	return strings.Join(ranges, ",")
}

// vimCharacters makes the script that tells the file type's settings what a word is.
func vimCharacters() string {
	return "\" What 'iskeyword' is in files of Seq. Made by package tools/editors: make grammars\nlet seq#characters = \"" + vimWordCharacters() + "\"\n"
}
