package lint

import (
	"fmt"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/types"
)

// The rules that are no patterns (chapter 8, section 5).
const (
	DeepNesting          diag.Code = "deep-nesting"
	LeakedChannel        diag.Code = "resource-leak-channel"
	LeakedWeave          diag.Code = "resource-leak-weavehandle"
	InconsistentBranches diag.Code = "resource-branch-inconsistent"
	UnreachableYield     diag.Code = "unreachable-chan-yield"
	TypeError            diag.Code = "type-error"
	UnknownAllow         diag.Code = "unknown-seq-allow"
	ParseError           diag.Code = "parse-error"
	IncludeError         diag.Code = "include-error"
)

// analysis is a rule that is no pattern.
type analysis struct {
	id       diag.Code
	severity diag.Severity
	lineOnly bool // it is of a line, no column of which is meant
	error    bool // of the language: no comment suppresses it, no configuration replaces it
}

// analyses are the rules that are no patterns, in their order behind those that are. Some of them are what
// 'check' warns of: seq/types finds them.
var analyses = []analysis{
	{id: DeepNesting, severity: diag.Hint, lineOnly: true}, {id: UncheckedErrorFlag, severity: diag.Warning},
	{id: LeakedChannel, severity: diag.Warning}, {id: LeakedWeave, severity: diag.Warning}, {id: InconsistentBranches, severity: diag.Warning, lineOnly: true}, {id: UnreachableYield, severity: diag.Error},
	{id: TypeError, error: true}, {id: "int-literal-wraps", severity: diag.Warning}, {id: "shadowed-builtin", severity: diag.Warning}, {id: "dead-arm", severity: diag.Warning}, {id: "old-name", severity: diag.Hint},
	{id: UnknownAllow, severity: diag.Warning}, {id: ParseError, lineOnly: true, error: true}, {id: IncludeError, lineOnly: true, error: true},
}

func analysisOf(id diag.Code) (a analysis, ok bool) {
	for _, a := range analyses {
		if a.id == id {
			return a, true
		}
	}
	return analysis{}, false
}

// Rule is a rule that is a pattern of words (chapter 8, section 4).
type Rule struct {
	ID          diag.Code
	Severity    diag.Severity
	Pattern     string
	Message     string
	Replacement string // of what matches; "": none, see Removes

	elements []element
	flagOf   string // the built-in word whose flag it is on; "": it is on none
}

// NewRule makes a rule. The error says what is wrong with its pattern.
func NewRule(id diag.Code, severity diag.Severity, pattern, message, replacement string) (*Rule, error) {
	elements, err := parsePattern(pattern)
	if err != nil {
		return nil, err
	}
	return &Rule{ID: id, Severity: severity, Pattern: pattern, Message: message, Replacement: replacement, elements: elements}, nil
}

// noEffect is what the message of a rule says whose matches can be removed.
const noEffect = "no effect"

// Removes tells whether what matches can be left out: the message says that it has no effect.
func (r *Rule) Removes() bool {
	return r.Replacement == "" && strings.Contains(strings.ToLower(r.Message), noEffect)
}

// rows are the built-in rules on words that cancel out, idioms that have a word, and weaves (chapter 8, section 5).
var rows = []Rule{
	{ID: "redundant-dup-drop", Severity: diag.Warning, Pattern: "dup drop"},
	{ID: "redundant-swap-swap", Severity: diag.Warning, Pattern: "swap swap"},
	{ID: "redundant-over-drop", Severity: diag.Warning, Pattern: "over drop"},
	{ID: "redundant-dup-nip", Severity: diag.Warning, Pattern: "dup nip"},
	{ID: "redundant-rot-rot-rot", Severity: diag.Warning, Pattern: "rot rot rot"},
	{ID: "prefer-nip", Severity: diag.Hint, Pattern: "swap drop", Replacement: "nip"},
	{ID: "prefer-tuck", Severity: diag.Hint, Pattern: "swap over", Replacement: "tuck"},
	{ID: "prefer-2dup", Severity: diag.Hint, Pattern: "over over", Replacement: "2dup"},
	{ID: "drop-drop-drop", Severity: diag.Hint, Pattern: "drop drop drop",
		Message: "`3drop` drops three values in one word"},
}

var weaveRows = []Rule{
	{ID: "weave-immediate-drop", Severity: diag.Error, Pattern: "strand.weave drop",
		Message: "the handle that 'strand.weave' leaves is dropped: nobody can resume or cancel the weave"},
	{ID: "unchecked-resume", Severity: diag.Warning, Pattern: "strand.resume drop drop drop",
		Message: "all that 'strand.resume' leaves is dropped, the handle, the value and whether the weave yielded: the weave is lost"},
	{ID: "unchecked-resume-result", Severity: diag.Hint, Pattern: "strand.resume drop drop",
		Message: "the value that 'strand.resume' leaves is dropped, and whether the weave yielded"},
}

// unchecked are the words whose flag must not be dropped right behind the call: "unchecked-" and a name are the ID.
var unchecked = []struct {
	name, word string
	severity   diag.Severity
}{
	{"chan-send", "chan.send", diag.Warning}, {"chan-receive", "chan.receive", diag.Warning},
	{"file-slurp", "file.slurp", diag.Warning}, {"file-spit", "file.spit", diag.Warning}, {"file-append", "file.append", diag.Warning},
	{"file-size", "file.size", diag.Hint}, {"dir-list", "dir.list", diag.Hint},
	{"read-line", "io.read-line", diag.Hint},
	{"div", "i./", diag.Warning}, {"divide", "i.divide", diag.Warning}, {"mod", "i.%", diag.Warning}, {"modulo", "i.modulo", diag.Warning},
	{"i-pow", "i.pow", diag.Warning},
	{"string-to-int", "string->int", diag.Hint}, {"string-to-float", "string->float", diag.Hint},
	{"map-get", "map.get", diag.Hint}, {"list-get", "list.get", diag.Hint}, {"list-set", "list.set", diag.Hint},
	{"list-first", "list.first", diag.Hint}, {"list-last", "list.last", diag.Hint},
	{"tcp-listen", "net.tcp.listen", diag.Warning}, {"tcp-accept", "net.tcp.accept", diag.Warning},
	{"tcp-read", "net.tcp.read", diag.Warning}, {"tcp-write", "net.tcp.write", diag.Warning},
	{"getenv", "os.getenv", diag.Hint}, {"path-parent", "os.path-parent", diag.Hint},
	{"regex-find", "regex.find", diag.Hint}, {"regex-replace", "regex.replace", diag.Hint}, {"regex-replace-all", "regex.replace-all", diag.Hint},
	{"base64-decode", "encoding.base64-decode", diag.Hint}, {"hex-decode", "encoding.hex-decode", diag.Hint},
	{"aes-encrypt", "crypto.aes-gcm-encrypt", diag.Warning}, {"aes-decrypt", "crypto.aes-gcm-decrypt", diag.Warning},
	{"ed25519-sign", "crypto.ed25519-sign", diag.Warning},
	{"gunzip", "compress.gunzip", diag.Hint}, {"unzstd", "compress.unzstd", diag.Hint},
}

// BuiltinRules returns the patterns of chapter 8, section 5, in their order. words say what flags tell.
func BuiltinRules(words *types.Table) []*Rule {
	list := make([]*Rule, 0, len(rows)+len(unchecked)+len(weaveRows))
	add := func(r Rule) {
		var err error
		if r.elements, err = parsePattern(r.Pattern); err != nil {
			panic("lint: " + err.Error()) // a defect of the table
		}
		list = append(list, &r)
	}
	for _, r := range rows {
		switch {
		case r.Replacement != "":
			r.Message = fmt.Sprintf("`%s` is what `%s` does", r.Pattern, r.Replacement)
		case r.Message == "":
			r.Message = fmt.Sprintf("`%s` has %s", r.Pattern, noEffect)
		}
		add(r)
	}
	for _, u := range unchecked {
		add(Rule{ID: diag.Code("unchecked-" + u.name), Severity: u.severity, Pattern: u.word + " drop", flagOf: u.word, Message: flagDropped(words, u.word)})
	}
	for _, r := range weaveRows {
		add(r)
	}
	return list
}

// flagDropped says that the flag of a word is dropped right behind its call.
func flagDropped(words *types.Table, word string) string {
	index, ok := words.Lookup(word)
	if !ok { // of a host that has taken it away
		return fmt.Sprintf("the flag that '%s' leaves is dropped", word)
	}
	const why = "test it with 'if'"
	if len(words.Effect(index).Out) > 1 {
		return fmt.Sprintf("'%s' leaves a value and a flag, which tells %s: the flag is dropped; %s", word, words.Signature(index).Flag, why)
	}
	return fmt.Sprintf("'%s' leaves a flag, which tells %s: it is dropped; %s", word, words.Signature(index).Flag, why)
}

// WithRules returns rules in which further ones take the place of those with the same ID, and the rest
// stands behind them.
func WithRules(list, further []*Rule) []*Rule {
	var all []*Rule
	known := map[diag.Code]bool{}
	for _, r := range list {
		if same := of(further, r.ID); same == nil {
			all = append(all, r)
		} else if !known[r.ID] {
			all = append(all, same...)
		}
		known[r.ID] = true
	}
	for _, r := range further {
		if !known[r.ID] {
			all = append(all, r)
		}
	}
	return all
}

// of returns the rules with an ID.
func of(list []*Rule, id diag.Code) (same []*Rule) {
	for _, r := range list {
		if r.ID == id {
			same = append(same, r)
		}
	}
	return same
}

// IDs returns the IDs of all built-in rules, in their order.
func IDs(words *types.Table) (ids []diag.Code) {
	for _, r := range BuiltinRules(words) {
		ids = append(ids, r.ID)
	}
	for _, a := range analyses {
		ids = append(ids, a.id)
	}
	return ids
}

// Suppressible calls f with the IDs of the built-in rules that a comment "# seq:allow(ID)" can suppress, in their order.
func Suppressible(rules []*Rule, f func(id string, severity diag.Severity)) {
	for _, r := range rules {
		f(string(r.ID), r.Severity)
	}
	for _, a := range analyses {
		if !a.error {
			f(string(a.id), a.severity)
		}
	}
}

// Replaceable tells whether a configuration may have a rule with an ID: it has none with those of errors of the language.
func Replaceable(id diag.Code) bool {
	a, ok := analysisOf(id)
	return !ok || !a.error
}

// FlagOf names the word whose flag a rule is on; "": it is on none.
func (r *Rule) FlagOf() string { return r.flagOf }
