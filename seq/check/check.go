// Package check is the front end as a whole: it loads a program, finds the
// dialect and the releases that it was written for, and checks it (chapter 9,
// sections 2 and 12).
//
// What a good program is, the packages that it calls know: syntax, load, types.
package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// Source loads a program. It may be asked to do so twice, for two dialects.
type Source func(load.Options) (*load.Program, diag.List)

// File is the program whose main file is at path.
func File(path string) Source {
	return func(o load.Options) (*load.Program, diag.List) { return load.File(path, o) }
}

// Text is a program given as a text. name is what diagnostics call it; its
// includes are relative to the folder dir.
func Text(name, text, dir string) Source {
	return func(o load.Options) (*load.Program, diag.List) { return load.Text(name, text, dir, o) }
}

// Options adjusts a check.
type Options struct {
	load.Options
	Words *types.Table // the built-in words
	// Bound returns the built-in words with those of the manifests that the program has included, and what is wrong with
	// them in it; nil: they are Words.
	Bound    func(*load.Program) (*types.Table, diag.List)
	NeedMain bool // the program is to be run: it must have a main
	Hints    bool // findings on what works but is old, too
	Verbose  bool // and on closures that an old release may have meant otherwise, and on what only seqvm runs
	// Before is what a check of an earlier state of the program has found out: see load.Options.Before and types.Options.Before.
	Before *types.Info
}

// Program loads and checks a program. The list holds errors, warnings and, if
// they are asked for, hints; what is returned besides it is complete only if
// the list has no errors.
//
// A program whose dialect nothing decides is of today's. Whether it would check
// as a classic one is only told (chapter 9, section 2, rule 5).
func Program(from Source, opts Options) (*types.Info, diag.List) {
	if opts.Before != nil {
		opts.Options.Before = opts.Before.Program
	}
	prog, problems := from(opts.Options)
	if problems.HasErrors() {
		return &types.Info{Program: prog}, problems
	}
	if opts.Bound != nil {
		words, found := opts.Bound(prog)
		if problems = append(problems, found...); found.HasErrors() {
			return &types.Info{Program: prog}, problems
		}
		opts.Words = words
	}
	if opts.Verbose {
		problems = append(problems, ownModules(prog)...)
	}
	info, found := opts.loaded(prog)
	if found.HasErrors() && prog.Undecided() {
		opts.tellOfClassic(from, prog.Main().Source, found)
	}
	return info, append(problems, found...)
}

// Readable checks what could be read of a program that could not be loaded as a whole, for tools that show it while it is written. Nothing of
// what it finds is told: a word may be missing because its file has a fault.
func (o Options) Readable(prog *load.Program) *types.Info {
	profile, _, _ := prog.Profile()
	info, _ := o.as(prog, profile)
	return info
}

// ownModules hints at the includes of modules that no other implementation has.
func ownModules(prog *load.Program) diag.List {
	var list diag.List
	for _, m := range prog.Modules {
		for _, inc := range m.Includes {
			if inc.Kind != syntax.IncludeVM || m.Supplied {
				continue
			}
			list = append(list, &diag.Diagnostic{Severity: diag.Hint, Code: "needs-seqvm", Span: m.Span(inc.Pos, inc.End),
				Message: fmt.Sprintf("the program needs seqvm: no other implementation of Seq has 'vm:%s'", inc.Name)})
		}
	}
	return list
}

// tellOfClassic adds to the first error that the program checks as a classic one, if it
// does; or to the one that speaks of classic already.
func (o Options) tellOfClassic(from Source, main *diag.Source, found diag.List) {
	o.Dialect = syntax.Classic.String()
	prog, problems := from(o.Options)
	if problems.HasErrors() {
		return
	}
	if _, problems = o.loaded(prog); problems.HasErrors() {
		return
	}
	at := slices.IndexFunc(found, func(d *diag.Diagnostic) bool {
		return slices.ContainsFunc(d.Help, func(help string) bool { return strings.Contains(help, "# seq:dialect classic") })
	})
	if at < 0 {
		at = slices.IndexFunc(found, func(d *diag.Diagnostic) bool { return d.Severity == diag.Error })
		found[at].Help = append(found[at].Help, "as a classic program it checks: the comment '# seq:dialect classic', or --dialect classic, says that it is one")
	}
	found[at].Offer("say that it is classic", dialectComment(main, syntax.Classic))
}

// older are the profiles to be tried where that of the last classic releases
// does not fit.
var older = []syntax.Dialect{syntax.Classic2, syntax.Classic1}

// loaded checks a loaded program. Its classic files, if they do not say for
// which releases they are, are taken for those of an older one if only that fits.
func (o Options) loaded(prog *load.Program) (*types.Info, diag.List) {
	profile, named, classic := prog.Profile()
	info, found := o.as(prog, profile)
	if !classic || named || !found.HasErrors() {
		return info, found
	}
	for _, profile := range older {
		if other, others := o.as(prog, profile); !others.HasErrors() {
			o.hint(&others, prog, "the classic files are taken for those of an older release: only so the program checks", profile)
			return other, others
		}
	}
	return info, found
}

func (o Options) as(prog *load.Program, profile syntax.Dialect) (*types.Info, diag.List) {
	if profile == syntax.Classic1 {
		prog = prog.WithOldWords(load.OldLoops)
	}
	if prog.ReadsOldLines() {
		prog = prog.WithOldWords(load.OldLines)
	}
	return types.Check(prog, o.Words, types.Options{NeedMain: o.NeedMain, Profile: profile, Hints: o.Hints, Verbose: o.Verbose, Before: o.Before})
}

func (o Options) hint(list *diag.List, prog *load.Program, message string, d syntax.Dialect) {
	if !o.Hints {
		return
	}
	source := prog.Main().Source
	hint := &diag.Diagnostic{Severity: diag.Hint, Code: "older-release", Span: diag.Span{Source: source, Start: -1},
		Message: message, Help: []string{fmt.Sprintf("the comment '# seq:dialect %s' says so", d)}}
	hint.Offer("say of which release it is", dialectComment(source, d))
	*list = append(*list, hint)
}

// dialectComment is the edit that adds the comment with a dialect to a source.
func dialectComment(source *diag.Source, d syntax.Dialect) diag.Edit {
	return diag.Edit{Span: syntax.Beginning(source), Text: fmt.Sprintf("# seq:dialect %s\n", d)}
}
