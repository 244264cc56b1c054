package editors

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/seqvm/seqvm/seq/syntax"
)

// rule is a rule of a TextMate grammar. Its patterns are regular expressions of Oniguruma, and see one line at a time.
type rule struct {
	Comment       string          `json:"comment,omitempty"`
	Include       string          `json:"include,omitempty"`
	Name          string          `json:"name,omitempty"`
	Match         string          `json:"match,omitempty"`
	Captures      map[string]rule `json:"captures,omitempty"`
	Begin         string          `json:"begin,omitempty"`
	BeginCaptures map[string]rule `json:"beginCaptures,omitempty"`
	End           string          `json:"end,omitempty"`
	EndCaptures   map[string]rule `json:"endCaptures,omitempty"`
	Patterns      []rule          `json:"patterns,omitempty"`
}

// delimiters are those of the scanner, for a set of a regular expression.
var delimiters = regexp.MustCompile(`[\[\]]`).ReplaceAllString(syntax.Delimiters, `\$0`)

// Parts of the regular expressions: a character of a word, a word, the place behind one, and where a definition with an
// effect begins, which ends all that is open.
var (
	char       = `[^\s"` + delimiters + `]`
	name       = char + `+`
	behind     = `(?!` + char + `)`
	definition = `:\s*` + name + `\s*\(`
)

// number is a number of any form (chapter 1, section 2), digits good or bad behind 0x and 0b.
const number = `0[xXbB]%s*|[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?`

func scope(c syntax.Class) string { return looks[c].scope }

// scopes are the captures of groups that are numbered from 1.
func scopes(classes ...syntax.Class) map[string]rule {
	captures := map[string]rule{}
	for i, c := range classes {
		captures[strconv.Itoa(i+1)] = rule{Name: scope(c)}
	}
	return captures
}

func token(c syntax.Class, pattern string) rule {
	return rule{Name: scope(c), Match: "(?:" + pattern + ")" + behind}
}

func includes(names ...string) []rule {
	list := make([]rule, len(names))
	for i, n := range names {
		list[i].Include = "#" + n
	}
	return list
}

// textMate makes the TextMate grammar. What it takes for what is syntax.ClassRuns to tell; a test compares both on all
// programs of the repository.
func textMate(builtin []string) string {
	return indented(map[string]any{
		"comment":    "Made by package tools/editors: make grammars",
		"name":       "Seq",
		"scopeName":  "source.seq",
		"fileTypes":  []string{"seq"},
		"patterns":   includes("comment", "string", "definition", "include", "union", "stray", "variants", "effect", "symbol", "bracket", "word"),
		"repository": repository(builtin),
	})
}

func repository(builtin []string) map[string]rule {
	return map[string]rule{
		"comment": {Name: scope(syntax.ClassComment), Match: `#.*$`},
		"string": {Name: scope(syntax.ClassString), Begin: `"`, End: `"`, Patterns: []rule{
			{Name: scope(syntax.ClassEscape), Match: `\\(?:["\\nrt]|x[0-9A-Fa-f]{2})`},
			{Name: scope(syntax.ClassBadEscape), Match: `\\(?:x[0-9A-Fa-f]?|.|$)`},
		}},
		"definition": {
			Name:  "meta.definition.seq",
			Begin: `(:)\s*(` + name + `)(?=\s*\()|(:)\s+(` + name + `)|(:)(?=\s|$)`,
			BeginCaptures: scopes(syntax.ClassDefiner, syntax.ClassDefinition, syntax.ClassDefiner, syntax.ClassDefinition,
				syntax.ClassDefiner),
			End: `(;)|(?=` + definition + `)`, EndCaptures: scopes(syntax.ClassDefiner),
			Patterns: includes("comment", "string", "effect", "bindings", "symbol", "bracket", "word"),
		},
		"include": {
			Match:    `(include)` + behind + `(?:\s+(std|vm|ffi)` + behind + `(?:\s*(:)(?:\s*(` + name + `))?)?)?`,
			Captures: scopes(syntax.ClassKeyword, syntax.ClassModule, syntax.ClassModule, syntax.ClassModule),
		},
		"union":    {Match: `(union)` + behind + `(?:\s+(` + name + `))?`, Captures: scopes(syntax.ClassKeyword, syntax.ClassType)},
		"stray":    {Name: scope(syntax.ClassDefiner), Match: `;`},
		"variants": braces("comment", "string", "effect", "field", "variants", "bracket", "word"),
		"bindings": braces("comment", "string", "effect", "binding", "bindings", "symbol", "bracket", "word"),
		"field": {Patterns: []rule{
			{Name: scope(syntax.ClassField), Match: name + `(?=\s*:)`},
			{Match: `(:)(?:\s*(` + name + `))?`, Captures: scopes(syntax.ClassOperator, syntax.ClassType)},
		}},
		"binding": {Name: scope(syntax.ClassField), Match: `>` + char + `*`},
		"effect": {
			Name:  "meta.effect.seq",
			Begin: `\(`, BeginCaptures: map[string]rule{"0": {Name: scope(syntax.ClassEffect)}},
			End: `(\))|(?=[:;{}",(])`, EndCaptures: scopes(syntax.ClassEffect),
			Patterns: []rule{{Include: "#comment"}, {Include: "#bracket"},
				token(syntax.ClassEffect, `--|\|`), token(syntax.ClassRow, `\.\.`+char+`*`), {Name: scope(syntax.ClassType), Match: name}},
		},
		"symbol": {Match: `(:)(?:\s*(` + name + `))?`, Captures: scopes(syntax.ClassSymbol, syntax.ClassSymbol)},
		"bracket": {Patterns: []rule{
			{Name: scope(syntax.ClassBracket), Match: `[\[\]{}]`},
			{Name: scope(syntax.ClassEffect), Match: `\)`},
			{Name: scope(syntax.ClassOperator), Match: `,`},
		}},
		"word": {Patterns: words(builtin)},
	}
}

// braces is the rule of what stands between { and }.
func braces(inside ...string) rule {
	bracket := map[string]rule{"1": {Name: scope(syntax.ClassBracket)}}
	return rule{Begin: `(\{)`, BeginCaptures: bracket, End: `(\})|(?=;|` + definition + `)`, EndCaptures: bracket, Patterns: includes(inside...)}
}

// words are the rules of words, each of which takes a whole one: see syntax.WordClass.
func words(builtin []string) []rule {
	return []rule{
		token(syntax.ClassNumber, fmt.Sprintf(number, char)),
		token(syntax.ClassBoolean, alternatives(reservedWords(syntax.ClassBoolean, false))),
		token(syntax.ClassKeyword, alternatives(reservedWords(syntax.ClassKeyword, false))),
		token(syntax.ClassType, `\p{Lu}`+char+`*`),
		token(syntax.ClassOperator, `[^\s"\p{L}\p{N}`+delimiters+`]+`),
		{Name: builtinLook.scope, Match: "(?:" + alternatives(builtin) + ")" + behind},
		{Name: scope(syntax.ClassWord), Match: name},
	}
}

// alternatives is a pattern for sorted words: those with the same text in front of a dot are tried together.
func alternatives(words []string) string {
	var groups []string
	members := map[string][]string{}
	for _, w := range words {
		group, member := "", w
		if i := strings.IndexByte(w, '.'); i > 0 {
			group, member = w[:i+1], w[i+1:]
		}
		if members[group] == nil {
			groups = append(groups, group)
		}
		members[group] = append(members[group], regexp.QuoteMeta(member))
	}
	for i, g := range groups {
		// Behind each the word must end: which is tried first makes no difference.
		pattern := strings.Join(members[g], "|")
		if g != "" {
			pattern = regexp.QuoteMeta(g) + "(?:" + pattern + ")"
		}
		groups[i] = pattern
	}
	return strings.Join(groups, "|")
}

// languageConfiguration makes what VS Code knows of comments, brackets and words.
func languageConfiguration() string {
	pairs := [][2]string{{"[", "]"}, {"(", ")"}, {"{", "}"}}
	closing := append(pairs[:len(pairs):len(pairs)], [2]string{`"`, `"`})
	return indented(map[string]any{
		"comments":         map[string]string{"lineComment": "#"},
		"brackets":         pairs,
		"autoClosingPairs": closing,
		"surroundingPairs": closing,
		"wordPattern":      name,
		"indentationRules": map[string]string{
			"increaseIndentPattern": `^\s*(:[^;]*|.*\[[^\]]*|.*\{[^}]*|.*(->|\bmatch))\s*$`,
			"decreaseIndentPattern": `^\s*([\]};]|end\b)`,
		},
		"folding": map[string]any{"markers": map[string]string{"start": `^:\s`, "end": `;\s*$`}},
	})
}

func indented(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		panic(err) // it is made of maps, lists and strings
	}
	return b.String()
}
