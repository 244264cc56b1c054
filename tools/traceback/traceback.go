// Package traceback shows the error of a run to people: with the source line, the values
// and help. It knows errors and sources, not how either came about.
package traceback

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seqvm/seqvm/internal/visible"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/vm"
)

// Render writes the error of a run for people. What a *vm.RuntimeError has beyond its text: the
// source line of the innermost frame whose source is at hand, with a caret, the inputs of the
// word, and help. source finds the text of a file by the name that frames have; nil if it
// is not at hand.
func Render(r diag.Renderer, err error, source func(file string) *diag.Source) error {
	var e *vm.RuntimeError
	if !errors.As(err, &e) {
		_, err := fmt.Fprintln(r.Out, err)
		return err
	}
	var b strings.Builder
	to := diag.Renderer{Out: &b, Color: r.Color}
	b.WriteString(e.Headline() + "\n")
	excerpt(to, e.Trail, source)
	if len(e.Values) > 0 {
		b.WriteString("  values: " + visible.Text(strings.Join(e.Values, ", ")) + "\n")
	}
	if calls := e.Calls(); calls != "" {
		b.WriteString(calls + "\n")
	}
	for _, help := range e.Help {
		to.Help(help)
	}
	_, err = fmt.Fprint(r.Out, b.String())
	return err
}

// excerpt writes the place of the error with the source line.
func excerpt(r diag.Renderer, trail []vm.Frame, source func(file string) *diag.Source) {
	tried := map[string]bool{}
	for _, f := range trail {
		if f.Line == 0 || f.Column == 0 || tried[f.File] {
			continue
		}
		tried[f.File] = true
		if src := source(f.File); src != nil {
			start := src.Offset(f.Line, f.Column)
			r.Excerpt(diag.Span{Source: src, Start: start, End: syntax.TokenEnd(src.Text, start)})
			return
		}
	}
	if len(trail) > 0 && trail[0].Column > 0 {
		fmt.Fprintf(r.Out, "  --> %s\n", visible.Text(trail[0].Place(true)))
	}
}
