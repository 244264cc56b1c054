package seqvm

import (
	"errors"
	"regexp"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/check"
	"github.com/seqvm/seqvm/diag"
	"github.com/seqvm/seqvm/lint"
	"github.com/seqvm/seqvm/types"
	"github.com/seqvm/seqvm/vm"
)

// Render writes an error of a run of the program for people: a *vm.RuntimeError with the
// source line, if the source is at hand, and with help: where the value comes from, if that is what a
// word leaves after a failure. For that the sources are checked again.
func (p *Program) Render(r diag.Renderer, err error) error {
	var e *vm.RuntimeError
	if errors.As(err, &e) {
		err = Explain(e, p.checked)
	}
	return vm.Render(r, err, p.source)
}

// mismatch is the reason of an error about a value of the wrong kind (vm.Mismatch).
var mismatch = regexp.MustCompile(`^expected (.+), found (.+)$`)

// Explain returns a run-time error with help added that says which dropped flag its value
// comes from, if it does. info gives the checked program; nil if it is not at hand.
func Explain(e *vm.RuntimeError, info func() *types.Info) *vm.RuntimeError {
	f := lint.Failure{Word: e.Word, Values: e.Values, Root: e.Root}
	if m := mismatch.FindStringSubmatch(e.Reason); m != nil {
		f.Expected, f.Found = m[1], m[2]
	}
	for _, at := range e.Trail {
		f.Trail = append(f.Trail, lint.Place{Word: at.Word, File: at.File, Line: at.Line, Column: at.Column, Count: at.Count, Called: at.Called})
	}
	checked := info()
	if checked == nil {
		return e
	}
	origin := lint.Origin(checked, builtins.Types(), f)
	if origin == "" {
		return e
	}
	explained := *e
	explained.Help = append(explained.Help[:len(explained.Help):len(explained.Help)], origin)
	return &explained
}

// checked checks the sources of the program once more; nil if they are not those that it was
// compiled from.
func (p *Program) checked() *types.Info {
	if len(p.Module.Files) == 0 {
		return nil
	}
	from, opts := p.from, p.opts
	if from == nil {
		from = check.File(p.Module.Files[0])
	}
	info, problems := check.Program(from, opts)
	if problems.HasErrors() {
		return nil
	}
	for _, m := range info.Program.Modules {
		if source := p.source(m.Source.Name); !m.Std && (source == nil || source.Text != m.Source.Text) {
			return nil
		}
	}
	return info
}
