package fix

import (
	"fmt"
	"path/filepath"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/check"
	"github.com/seqvm/seqvm/diag"
	"github.com/seqvm/seqvm/load"
	"github.com/seqvm/seqvm/types"
)

// Options adjusts what is done.
type Options struct {
	load.Options
	When bool // "if A then" becomes "[ A ] when" where that means the same
}

// Result is a rewritten file.
type Result struct {
	Path      string
	Old, Text string
	Notes     []string
}

// loaded is a program with one of the named files as its main file.
type loaded struct {
	prog     *load.Program
	info     *types.Info
	problems diag.List
}

// Files rewrites files. A file that does not tell its dialect is what it is in
// the programs of the other files. The programs are checked before and after:
// old has the diagnostics of one that does not check as it is; err says why a
// file cannot be rewritten. Nothing is written.
func Files(paths []string, opts Options) (results []Result, old diag.List, err error) {
	w := &work{opts: opts, named: map[string]bool{}, texts: map[string]string{}}
	for _, path := range paths {
		w.named[identity(path)] = true
	}
	for _, path := range paths {
		info, problems := check.Program(check.File(path), check.Options{Options: opts.Options})
		w.programs = append(w.programs, loaded{prog: info.Program, info: info, problems: problems})
	}
	for i, path := range paths {
		p, module := w.home(i, path)
		if p.problems.HasErrors() {
			return nil, p.problems, nil
		}
		r, err := w.rewrite(p, module, path, true)
		if err != nil {
			return nil, nil, err
		}
		results = append(results, r)
		w.texts[identity(path)] = r.Text
	}
	if w.recheck(paths) == nil {
		return results, nil, nil
	}
	// Channel and its like may be what classic takes them for: type variables.
	for i, path := range paths {
		p, module := w.home(i, path)
		if results[i], err = w.rewrite(p, module, path, false); err != nil {
			return nil, nil, err
		}
		w.texts[identity(path)] = results[i].Text
	}
	if d := w.recheck(paths); d != nil {
		return nil, nil, fmt.Errorf("the files cannot be rewritten: the result does not check: %s: %s", d.Span, d.Message)
	}
	return results, nil, nil
}

// work is one call of Files.
type work struct {
	opts     Options
	named    map[string]bool
	programs []loaded
	texts    map[string]string // new, by identity
}

// home finds the program in which a file shows its dialect: its own or, if
// there it would be of today's, that of another named file that includes it.
func (w *work) home(i int, path string) (p loaded, module int) {
	own := w.programs[i]
	if len(own.prog.Modules) > 0 && own.prog.Main().Dialect.OldNames() {
		return own, 0
	}
	for _, other := range w.programs {
		for m, mod := range other.prog.Modules {
			if !other.problems.HasErrors() && !mod.Std && mod.Dialect.OldNames() && identity(mod.Source.Name) == identity(path) {
				return other, m
			}
		}
	}
	return own, 0
}

func (w *work) rewrite(p loaded, module int, path string, keepTypes bool) (r Result, err error) {
	rewritten := func(m int) bool { return w.named[identity(p.prog.Modules[m].Source.Name)] }
	if d := Foreign(p.prog, p.info, builtins.Names(), rewritten); d != nil {
		return r, fmt.Errorf("%s: %s", d.Span, d.Message)
	}
	text, notes, err := File(p.prog, p.info, builtins.Names(), module, keepTypes, w.opts.When)
	return Result{Path: path, Old: p.prog.Modules[module].Source.Text, Text: text, Notes: notes}, err
}

// recheck returns the first error of the programs with their new texts.
func (w *work) recheck(paths []string) *diag.Diagnostic {
	for _, path := range paths {
		if d := checks(path, w.opts.Options, w.texts); d != nil {
			return d
		}
	}
	return nil
}

// checks returns the first error of a program some of whose files have new
// texts; nil if there is none. The new texts are of today's dialect.
func checks(path string, opts load.Options, texts map[string]string) *diag.Diagnostic {
	inner := opts
	read := opts.Read
	inner.ReadFile = func(p string) ([]byte, error) {
		if text, ok := texts[identity(p)]; ok {
			return []byte(text), nil
		}
		return read(p)
	}
	_, problems := check.Program(check.File(path), check.Options{Options: inner})
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
