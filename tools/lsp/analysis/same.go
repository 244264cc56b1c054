package analysis

import (
	"slices"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// WithoutErrors tells whether the program that the document begins has none.
func (s *Snapshot) WithoutErrors() bool { return !s.inspection.Problems.HasErrors() }

// Error is the message of the program's first error; "" if it has none.
func (s *Snapshot) Error() string {
	for _, d := range s.inspection.Problems {
		if d.Severity == diag.Error {
			return d.Message
		}
	}
	return ""
}

// ErrorsIn tells whether there is an error between two offsets of the document.
func (s *Snapshot) ErrorsIn(start, end int32) bool {
	return slices.ContainsFunc(s.inspection.Problems, func(d *diag.Diagnostic) bool {
		return d.Severity == diag.Error && d.Span.Source != nil && d.Span.Source.Name == s.Doc.Source.Name && d.Span.Start <= end && d.Span.End >= start
	})
}

// Inlined says that a definition of one text means the same as one of another text, but for a call that has the body of the word that it calls in its place
// there. All names are those of the documents themselves.
type Inlined struct {
	In   *Snapshot    // the text with the call
	Call *syntax.Stmt // in it
	Body []syntax.Stmt
	To   *Snapshot // the text without it
}

// Same tells whether it is so for two bodies, the first one with the call: the same statements call the same words, which do the same with the literals in front
// of them, and quotations capture the same.
func (n *Inlined) Same(with, without []syntax.Stmt) bool {
	with = n.expanded(with)
	return slices.EqualFunc(with, without, func(a, b syntax.Stmt) bool { return n.sameStatement(&a, &b) })
}

// expanded puts the body in the place of the call, if that is among the statements.
func (n *Inlined) expanded(list []syntax.Stmt) []syntax.Stmt {
	for i := range list {
		if &list[i] == n.Call {
			return slices.Concat(list[:i], n.Body, list[i+1:])
		}
	}
	return list
}

func (n *Inlined) sameStatement(a, b *syntax.Stmt) bool {
	switch {
	case a.Kind != b.Kind || a.Text != b.Text || !n.Same(a.Inner, b.Inner):
		return false
	case a.Kind == syntax.StmtQuotation:
		return n.In.Info.Quotations[0][a.ID] == n.To.Info.Quotations[0][b.ID]
	case a.Match != nil:
		return slices.EqualFunc(a.Match.Arms, b.Match.Arms, func(x, y syntax.Arm) bool {
			return x.Variant.Text == y.Variant.Text && (x.Bindings == nil) == (y.Bindings == nil) && slices.EqualFunc(x.Bindings, y.Bindings, sameName) && n.Same(x.Body, y.Body)
		})
	case a.HasCall():
		return n.sameCall(&n.In.Info.Calls[0][a.ID], &n.To.Info.Calls[0][b.ID])
	}
	return true
}

func sameName(a, b syntax.Name) bool { return a.Text == b.Text }

func (n *Inlined) sameCall(a, b *types.Call) bool {
	if a.Target != b.Target || a.Form != b.Form || a.Field != b.Field {
		return false
	}
	switch a.Target {
	case types.TargetNone:
		return true
	case types.TargetBuiltin:
		return n.In.Info.Builtins.Name(a.Index) == n.To.Info.Builtins.Name(b.Index)
	case types.TargetWord:
		v, w := n.In.Info.Words[a.Index], n.To.Info.Words[b.Index]
		return v.Decl.Name.Text == w.Decl.Name.Text && n.In.Info.Program.Modules[v.Module].Source.Name == n.To.Info.Program.Modules[w.Module].Source.Name
	}
	return n.In.Info.Variants[a.Index].Name() == n.To.Info.Variants[b.Index].Name()
}
