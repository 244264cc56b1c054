package seqvm

import (
	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/tools/lint"
	"github.com/seqvm/seqvm/tools/traceback"
)

// Render writes an error of a run of the program for people: a *vm.RuntimeError with the
// source line, if the source is at hand, and with help: where the value comes from, if that is what a
// word leaves after a failure. For that the sources are checked again.
func (p *Program) Render(r diag.Renderer, err error) error {
	return traceback.Render(r, lint.Explain(err, p.checked), p.source)
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
		if source := p.source(m.Source.Name); !m.Supplied && (source == nil || source.Text != m.Source.Text) {
			return nil
		}
	}
	return info
}
