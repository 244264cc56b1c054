package lint

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/spelling"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// Options says how files are linted.
type Options struct {
	// Check checks a program; the list has hints, too. Checker makes one.
	Check func(check.Source) (*types.Info, diag.List)
	Words *types.Table // the built-in words, without those of manifests
	// Rules are the patterns, in their order; nil: BuiltinRules. One with the ID of a rule that is no pattern
	// takes its place.
	Rules []*Rule
	// ErrorsOnly leaves warnings and hints out.
	ErrorsOnly bool
	// Within says for which definitions of the main file one wants to know what fixes there are: other ones, and rules that offer none, are left out. nil: all is looked at.
	Within func(start, end int32) bool
}

// Checker is Options.Check for programs that include no manifests.
func Checker(o check.Options) func(check.Source) (*types.Info, diag.List) {
	o.Hints = true
	return func(from check.Source) (*types.Info, diag.List) { return check.Program(from, o) }
}

func (o Options) rules() []*Rule {
	if o.Rules == nil {
		return BuiltinRules(o.Words)
	}
	return o.Rules
}

// Finding is something that the linter found. Its code is the ID of the rule.
type Finding struct {
	*diag.Diagnostic
	// LineOnly: what is meant is the line, no column of it.
	LineOnly bool
	// Rule is the pattern that matches; nil if it is another rule. What the rule offers
	// is the diagnostic's fix.
	Rule  *Rule
	order int // of its rule
}

// OfLanguage tells whether a finding is an error of the language, found by its front end.
func (f *Finding) OfLanguage() bool {
	a, ok := analysisOf(f.Code)
	return ok && a.error
}

// Report is what the linter has to say of a file.
type Report struct {
	Source   *diag.Source // the file; nil if it cannot be read
	Findings []Finding    // sorted: of the file by place and rule, behind them those of files that it includes
	// Notes say what could not be looked at, in a sentence each.
	Notes []string
}

// List returns the diagnostics of the findings.
func (r *Report) List() diag.List {
	list := make(diag.List, len(r.Findings))
	for i, f := range r.Findings {
		list[i] = f.Diagnostic
	}
	return list
}

func finding(id diag.Code, severity diag.Severity, at diag.Span, format string, args ...any) *diag.Diagnostic {
	return &diag.Diagnostic{Severity: severity, Code: id, Span: at, Message: fmt.Sprintf(format, args...)}
}

// File lints the main file of a program. The files that it includes are read for its types; what is wrong with them
// is told as far as it keeps the program from being checked.
func File(from check.Source, o Options) *Report {
	l := &linter{rules: o.rules(), within: o.Within, report: &Report{}}
	l.file(o.Check(from))
	r := l.report
	if r.Findings = slices.DeleteFunc(r.Findings, l.suppressed); o.ErrorsOnly {
		r.Findings = slices.DeleteFunc(r.Findings, func(f Finding) bool { return f.Severity != diag.Error })
	}
	sources := []*diag.Source{r.Source} // in order
	for _, f := range r.Findings {
		if !slices.Contains(sources, f.Span.Source) {
			sources = append(sources, f.Span.Source)
		}
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(slices.Index(sources, a.Span.Source), slices.Index(sources, b.Span.Source)),
			cmp.Compare(a.line(), b.line()), cmp.Compare(a.column(), b.column()), cmp.Compare(a.order, b.order))
	})
	return r
}

// line returns that of a finding, from 1.
func (f *Finding) line() int {
	line, _ := f.Span.Source.Position(f.Span.Start)
	return line
}

// column returns that of a finding, from 1; 0 if only the line is meant.
func (f *Finding) column() int {
	if f.LineOnly {
		return 0
	}
	_, column := f.Span.Source.Position(f.Span.Start)
	return column
}

// linter lints one file.
type linter struct {
	rules  []*Rule
	within func(start, end int32) bool // Options.Within
	prog   *load.Program
	main   *load.Module // nil if it cannot be read
	report *Report
}

// file looks at a file that has been checked, or read as far as it could be.
func (l *linter) file(info *types.Info, problems diag.List) {
	l.prog = info.Program
	if len(l.prog.Modules) > 0 {
		l.main = l.prog.Main()
		l.report.Source = l.main.Source
	}
	wellFormed := l.problems(problems, info.Builtins != nil)
	if l.main == nil || !wellFormed {
		return
	}
	l.patterns(info)
	l.unknownAllows()
	if l.within != nil {
		return
	}
	l.add(tooDeep(l.main.File)...)
	if info.Builtins == nil {
		return // an include leads nowhere: not all words are known
	}
	l.add(loneYields(l.prog)...)
	if !problems.HasErrors() {
		l.add(farFlags(info)...)
		l.add(leaks(info)...)
	}
}

// add adds findings of rules that are no patterns.
func (l *linter) add(list ...*diag.Diagnostic) {
	for _, d := range list {
		for i, a := range analyses {
			if a.id == d.Code && !l.replaced(a.id) {
				l.report.Findings = append(l.report.Findings, Finding{Diagnostic: d, LineOnly: a.lineOnly, order: len(l.rules) + i})
			}
		}
	}
}

// replaced tells whether a pattern has taken the place of a rule that is none.
func (l *linter) replaced(id diag.Code) bool {
	return slices.ContainsFunc(l.rules, func(r *Rule) bool { return r.ID == id })
}

// manifestFault is the code of what is wrong with a manifest, or with it in a program (builtins/ffi).
const manifestFault = "ffi-manifest"

// problems takes over what the checker found, or, if types were not looked at, the loader; wellFormed tells whether the
// file itself can be read.
func (l *linter) problems(list diag.List, typed bool) (wellFormed bool) {
	wellFormed = true
	for _, d := range list {
		own := l.main != nil && d.Span.Source == l.main.Source
		in := l.module(d.Span.Source)
		switch {
		case in != nil && lacksManifest(in, d):
			name := in.Source.Text[d.Span.Start:d.Span.End]
			l.report.Notes = append(l.report.Notes, fmt.Sprintf("%s: types are not checked: there is no manifest for '%s'", in.Source.Name, name))
		case d.Code == manifestFault && in == nil: // the manifest is wrong
			l.error(IncludeError, d)
		case d.Code == manifestFault:
			l.error(TypeError, d)
		case d.Severity != diag.Error:
			if own {
				l.add(d)
			}
		case typed:
			l.error(TypeError, d)
		case load.LeadsNowhere(d):
			l.error(IncludeError, d)
		default:
			wellFormed = wellFormed && !own
			l.error(ParseError, d)
		}
	}
	return wellFormed
}

// module returns that of a source; nil if it is none of the program's.
func (l *linter) module(source *diag.Source) *load.Module {
	i := slices.IndexFunc(l.prog.Modules, func(m *load.Module) bool { return m.Source == source })
	if i < 0 {
		return nil
	}
	return l.prog.Modules[i]
}

// lacksManifest tells whether an error is that there is no manifest for an include of a file.
func lacksManifest(in *load.Module, d *diag.Diagnostic) bool {
	return load.LeadsNowhere(d) && slices.ContainsFunc(in.Includes, func(i *syntax.Include) bool {
		return i.Kind == syntax.IncludeFFI && i.Pos == d.Span.Start
	})
}

// error reports an error of the language under the ID that the linter has for its kind.
func (l *linter) error(id diag.Code, d *diag.Diagnostic) {
	same := *d
	same.Code = id
	same.Help = append(slices.Clip(d.Help), fmt.Sprintf("'seqvm explain %s' explains it", d.Code))
	if same.Span.Source == nil { // of an option
		same.Span = diag.Span{Source: diag.NewSource("", "")}
	}
	l.add(&same)
}

// patterns looks for the matches of the patterns.
func (l *linter) patterns(info *types.Info) {
	anchors := anchor(l.rules)
	for _, w := range l.main.Words {
		if l.within != nil && !l.within(w.Pos, w.End) {
			continue
		}
		sequences(l.main.Source, w.Body, func(list []item) {
			anchors.candidates(list, func(order int) {
				r := l.rules[order]
				r.matches(list, func(match []item) {
					if l.flagless(info, r, match[0]) {
						return
					}
					d := finding(r.ID, r.Severity, l.main.Span(match[0].start, match[len(match)-1].end), "%s", r.Message)
					r.offer(d, match)
					l.report.Findings = append(l.report.Findings, Finding{Diagnostic: d, Rule: r, order: order})
				})
			})
		})
	}
}

// flagless tells whether a rule is on a flag that a call does not leave: in files of old releases some words leave none, and words of
// the program may win over built-in ones (chapter 9, sections 5 and 12).
func (l *linter) flagless(info *types.Info, r *Rule, first item) bool {
	if r.flagOf == "" || info.Builtins == nil {
		return false
	}
	c := &info.Calls[0][first.call]
	return c.Target == types.TargetBuiltin && info.Builtins.Signature(c.Index).Flag == "" || c.Target == types.TargetWord
}

// unknownAllows reports comments that allow what no rule reports.
func (l *linter) unknownAllows() {
	for _, a := range l.main.Allows {
		if l.known(a.Text) {
			continue
		}
		d := finding(UnknownAllow, diag.Warning, l.main.Span(a.Pos, a.End), "no rule has the ID '%s': the comment suppresses nothing", a.Text)
		var ids []string
		for _, r := range l.rules {
			ids = append(ids, string(r.ID))
		}
		for _, a := range analyses {
			ids = append(ids, string(a.id))
		}
		for _, near := range spelling.Nearest(a.Text, ids) {
			d.Help = append(d.Help, fmt.Sprintf("did you mean '%s'?", near))
		}
		l.add(d)
	}
}

// known tells whether a name is that of a rule.
func (l *linter) known(name string) bool {
	id := diag.Code(name)
	_, ok := analysisOf(id)
	return ok || of(l.rules, id) != nil
}

// suppressed tells whether a comment suppresses a finding: one of the definition that it is in, or in front of which
// it stands.
func (l *linter) suppressed(f Finding) bool {
	if l.main == nil || f.Span.Source != l.main.Source {
		return false
	}
	if f.OfLanguage() {
		return false
	}
	words := l.main.Words
	i, _ := slices.BinarySearchFunc(words, f.Span.Start, func(w *syntax.Word, at int32) int {
		if w.End <= at {
			return -1
		}
		return 1
	})
	return i < len(words) && words[i].Allowed(string(f.Code))
}
