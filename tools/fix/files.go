package fix

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/types"
)

// Options adjusts what is done.
type Options struct {
	load.Options
	Words *builtins.Words // the built-in words; nil: all of the language
	When  bool            // "if A then" becomes "[ A ] when" where that means the same
}

func (o Options) words() *types.Table {
	if o.Words == nil {
		return builtins.All().Types()
	}
	return o.Words.Types()
}

// Result is a rewritten file.
type Result struct {
	Path      string
	Old, Text string
	Notes     []string

	keepsTypes bool
}

// loaded is a program with one of the named files as its main file.
type loaded struct {
	prog     *load.Program
	info     *types.Info
	problems diag.List
}

// Files rewrites files. A file that does not tell its dialect is what it is in
// the programs of the other files. The programs are checked before and after:
// old has the diagnostics of those that do not check as they are; refused says of
// each file that cannot be rewritten why. Those files stay as they are, and results
// are the others. Nothing is written.
func Files(paths []string, opts Options) (results []Result, old diag.List, refused []error) {
	w := &work{opts: opts, named: map[string]bool{}, texts: map[string]string{}, results: make([]*Result, len(paths))}
	for _, path := range paths {
		w.named[identity(path)] = true
	}
	for _, path := range paths {
		info, problems := check.Program(check.File(path), check.Options{Words: w.opts.words(), Options: w.opts.Options})
		if slices.ContainsFunc(problems, mixes) {
			w.opts.Mixed = true
			info, problems = check.Program(check.File(path), check.Options{Words: w.opts.words(), Options: w.opts.Options})
		}
		w.programs = append(w.programs, loaded{prog: info.Program, info: info, problems: problems})
	}
	for i, path := range paths {
		if p, _ := w.home(i, path); p.problems.HasErrors() {
			w.named[identity(path)] = false
			old = append(old, news(p.problems, old)...)
		}
	}
	for i, path := range paths {
		if w.named[identity(path)] {
			refused = append(refused, w.rewriteAs(i, path, true))
		}
	}
	for again := true; again; { // a file that stays as it is may make another one fail
		again = false
		for i, path := range paths {
			if w.results[i] == nil || w.programs[i].problems.HasErrors() {
				continue
			}
			d := w.checks(path)
			if d == nil {
				continue
			}
			again = true
			if w.results[i].keepsTypes { // Channel and its like may be what classic takes them for: type variables
				refused = append(refused, w.rewriteAll(paths))
				break
			}
			refused = append(refused, fmt.Errorf("%s cannot be rewritten: the result does not check: %s: %s", path, d.Span, d.Message))
			w.leave(i, path)
		}
	}
	for _, r := range w.results {
		if r != nil {
			results = append(results, *r)
		}
	}
	return results, old, slices.DeleteFunc(refused, func(err error) bool { return err == nil })
}

// mixes tells whether an error may be that of a file that uses both forms of the conditional.
func mixes(d *diag.Diagnostic) bool { return d.Code == "mixed-conditionals" || d.Code == "unclosed-if" }

// news are the diagnostics that are not in a list yet: programs share files.
func news(list, known diag.List) diag.List {
	return slices.DeleteFunc(slices.Clone(list), func(d *diag.Diagnostic) bool {
		return slices.ContainsFunc(known, func(k *diag.Diagnostic) bool {
			return k.Span.String() == d.Span.String() && k.Span.Start == d.Span.Start && k.Message == d.Message
		})
	})
}

// work is one call of Files.
type work struct {
	opts     Options
	named    map[string]bool // files to be rewritten, by identity
	programs []loaded
	texts    map[string]string // new, by identity
	results  []*Result         // by path; nil: the file stays as it is
}

// home finds the program in which a file shows its dialect: its own or, if that does
// not check or the file would be of today's there, that of another named file that
// includes it.
func (w *work) home(i int, path string) (p loaded, module int) {
	own := w.programs[i]
	if len(own.prog.Modules) > 0 && own.prog.Main().Dialect.OldNames() && !own.problems.HasErrors() {
		return own, 0
	}
	p, module = own, 0
	for _, other := range w.programs {
		for m, mod := range other.prog.Modules {
			if other.problems.HasErrors() || mod.Supplied || identity(mod.Source.Name) != identity(path) {
				continue
			}
			if mod.Dialect.OldNames() {
				return other, m
			}
			if p.problems.HasErrors() { // it needs its includer, in which it is of today's
				p, module = other, m
			}
		}
	}
	return p, module
}

// rewriteAs rewrites a file in memory. keepTypes is that of File.
func (w *work) rewriteAs(i int, path string, keepTypes bool) error {
	p, module := w.home(i, path)
	rewritten := func(m int) bool { return w.named[identity(p.prog.Modules[m].Source.Name)] }
	if err := Foreign(p.prog, p.info, rewritten); err != nil {
		w.leave(i, path)
		return err
	}
	text, notes, err := File(p.prog, p.info, module, keepTypes, w.opts.When)
	if err != nil {
		w.leave(i, path)
		return err
	}
	w.results[i] = &Result{Path: path, Old: p.prog.Modules[module].Source.Text, Text: text, Notes: notes, keepsTypes: keepTypes}
	w.texts[identity(path)] = text
	return nil
}

// rewriteAll rewrites all files that have been rewritten once more, with type
// variables for Channel and its like.
func (w *work) rewriteAll(paths []string) error {
	var all []error
	for i, path := range paths {
		if w.results[i] != nil {
			all = append(all, w.rewriteAs(i, path, false))
		}
	}
	return errors.Join(all...)
}

// leave leaves a file as it is.
func (w *work) leave(i int, path string) {
	w.results[i] = nil
	w.named[identity(path)] = false
	delete(w.texts, identity(path))
}

// checks returns the first error of a program some of whose files have new texts;
// nil if there is none.
func (w *work) checks(path string) *diag.Diagnostic {
	inner := w.opts.Options
	inner.ReadFile = func(p string) ([]byte, error) {
		if text, ok := w.texts[identity(p)]; ok {
			return []byte(text), nil
		}
		return w.opts.Read(p)
	}
	_, problems := check.Program(check.File(path), check.Options{Words: w.opts.words(), Options: inner})
	for _, d := range problems {
		if d.Severity == diag.Error {
			return d
		}
	}
	return nil
}

func identity(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}
