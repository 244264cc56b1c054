package feature

import (
	"fmt"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// This file changes programs and not what they do. Each change is tried first: it is offered if the text that it makes has no errors, and means the same.
// Classic files are left out, in which a conditional is no statement that could be cut out.

// refactoring is a place at which something is to be changed.
type refactoring struct {
	*analysis.Snapshot
	decl       *syntax.Word
	start, end int32 // what the user has chosen
}

// refactorings are the actions for a part of a document that a client asks for.
func (s *Server) refactorings(in *analysis.Snapshot, start, end int32, only []protocol.CodeActionKind) (list []protocol.CodeAction) {
	main, decl := in.Main(), in.DefinitionAt(start)
	if decl == nil || decl.End < end || main.Dialect.Conditionals() || !in.WithoutErrors() {
		return nil
	}
	r := &refactoring{in, decl, start, end}
	for _, offer := range []struct {
		kind protocol.CodeActionKind
		make func(*refactoring) (diag.Fix, bool)
	}{
		{protocol.CodeActionKindRefactorExtract, (*refactoring).extract},
		{protocol.CodeActionKindRefactorInline, (*refactoring).inline},
	} {
		if !wanted(only, offer.kind) {
			continue
		}
		if fix, ok := offer.make(r); ok {
			list = append(list, protocol.CodeAction{Title: fix.Title, Kind: offer.kind, Edit: s.edits(in, fix.Edits)})
		}
	}
	return list
}

// extract makes a word of its own, in front of the definition, of statements that stand in it one behind the other.
func (r *refactoring) extract() (fix diag.Fix, ok bool) {
	text := r.Doc.Text()
	chosen := text[r.start:r.end]
	start := r.start + int32(len(chosen)-len(strings.TrimLeft(chosen, " \t\r\n")))
	part, before := partOf(r.decl.Body, start, start+int32(len(strings.TrimSpace(chosen))))
	if part == nil || before != nil && before.Kind == syntax.StmtQuotation { // the literal would belong to the new word
		return fix, false
	}
	end := part[len(part)-1].End
	var at *types.Point
	if point, found := types.At(r.Points(r.decl), start); found {
		at = &point
	}
	name, place := r.freeName(), r.inFront()
	for _, e := range r.Info.EffectsOfPart(r.Checked(r.decl), part, at) {
		word := fmt.Sprintf(": %s %s %s ;\n", name, written(e), text[start:end])
		if strings.Contains(text[start:end], "\n") {
			word = fmt.Sprintf(": %s %s\n  %s\n;\n", name, written(e), text[start:end])
		}
		after := r.With(text[:place] + word + text[place:start] + name + text[end:])
		if r.without(after, name) {
			return diag.Fix{Title: fmt.Sprintf("Extract into a word '%s'", name),
				Edits: []diag.Edit{r.edit(place, place, word), r.edit(start, end, name)}}, true
		}
	}
	return fix, false
}

// without tells whether a text means the same as the document if the word with a name, which stands right in front of the definition and is called once in it,
// is put in the place of the call.
func (r *refactoring) without(after *analysis.Snapshot, name string) bool {
	if !after.WithoutErrors() {
		return false
	}
	var word, decl *syntax.Word
	for _, w := range after.Definitions() {
		switch w.Name.Text {
		case name:
			word = w
		case r.decl.Name.Text:
			decl = w
		}
	}
	if word == nil || decl == nil {
		return false
	}
	n := analysis.Inlined{In: after, Body: word.Body, To: r.Snapshot}
	for st := range syntax.All(decl.Body) {
		if st.HasCall() && st.Text == name {
			n.Call = st
		}
	}
	return n.Same(decl.Body, r.decl.Body)
}

// partOf returns the statements of a body, or of one in it, that reach from one offset to another, and the one in front of them; nil if no
// statements do so.
func partOf(body []syntax.Stmt, start, end int32) (part []syntax.Stmt, before *syntax.Stmt) {
	for i := range body {
		st := &body[i]
		if st.Start() == start {
			for j := i; j < len(body) && body[j].End <= end; j++ {
				if body[j].End == end {
					return body[i : j+1], before
				}
			}
		}
		if st.Start() <= start && end <= st.End {
			return partWithin(st, start, end)
		}
		before = st
	}
	return nil, nil
}

// partWithin is partOf for the bodies in a statement.
func partWithin(st *syntax.Stmt, start, end int32) (part []syntax.Stmt, before *syntax.Stmt) {
	if st.Kind == syntax.StmtQuotation {
		return partOf(st.Inner, start, end)
	}
	for i := range st.Inner {
		if q := &st.Inner[i]; q.Kind == syntax.StmtQuotation && q.Pos < start && end < q.End {
			return partOf(q.Inner, start, end)
		}
	}
	if st.Match == nil {
		return nil, nil
	}
	for i := range st.Match.Arms {
		if body := st.Match.Arms[i].Body; len(body) > 0 && body[0].Start() <= start && end <= body[len(body)-1].End {
			return partOf(body, start, end)
		}
	}
	return nil, nil
}

// written is an effect as a definition declares it.
func written(e *types.Effect) string {
	if e.Plain() {
		return e.String()
	}
	return e.Full()
}

// freeName is a name for a new word that nothing in the program has.
func (r *refactoring) freeName() string {
	for n, name := 1, "extracted"; ; name = fmt.Sprintf("extracted-%d", n) {
		_, taken := r.Named(name)
		if !taken && !strings.Contains(r.Doc.Text(), name) {
			return name
		}
		n++
	}
}

// inFront is where a word in front of the definition begins: in front of the comments that belong to the definition.
func (r *refactoring) inFront() int32 {
	text := r.Doc.Text()
	place := r.decl.Pos
	for line := r.Doc.At(place); line >= 0; line-- {
		start, end := r.Doc.Line(line)
		switch said := strings.TrimSpace(text[start:end]); {
		case line == r.Doc.At(r.decl.Pos) && strings.TrimSpace(text[start:place]) == "":
		case strings.HasPrefix(said, "#") && !strings.HasPrefix(said, "#!") && !strings.HasPrefix(said, "# seq:dialect"):
		default:
			return place
		}
		place = start
	}
	return place
}

// inline puts the body of a word in the place of the call at which the cursor is.
func (r *refactoring) inline() (fix diag.Fix, ok bool) {
	call := analysis.CallAt(r.decl, r.start)
	if call == nil || call.Kind != syntax.StmtCall || len(call.Inner) > 0 || r.end > call.End { // literals in front of it would belong to what the body begins with
		return fix, false
	}
	m, ok := r.Called(call)
	if !ok || m.Word == nil || !r.Own(&m) || r.recursive(m.Word) || r.promises(call, m.Word) {
		return fix, false
	}
	text, with := r.Doc.Text(), ""
	if body := m.Word.Body; len(body) > 0 {
		with = text[body[0].Start():body[len(body)-1].End]
	}
	after := r.With(text[:call.Pos] + with + text[call.End:])
	decl := after.DefinitionAt(r.decl.Pos)
	if !after.WithoutErrors() {
		return fix, false
	}
	n := analysis.Inlined{In: r.Snapshot, Call: call, Body: m.Word.Body, To: after}
	if decl == nil || decl.Name.Text != r.decl.Name.Text || !n.Same(r.decl.Body, decl.Body) {
		return fix, false
	}
	return diag.Fix{Title: fmt.Sprintf("Inline '%s'", m.Name), Edits: []diag.Edit{r.edit(call.Pos, call.End, with)}}, true
}

// promises tells whether a call of a word may fail because a value is not what the effect of the word says, where its body alone would go on: what comes out of a
// list, say, can be anything.
func (r *refactoring) promises(call *syntax.Stmt, w *syntax.Word) bool {
	checked := r.Checked(w)
	site, known := types.At(r.Points(r.decl), call.Pos)
	start, ok := types.At(r.Points(w), w.Effect.End)
	if !known || !ok {
		return true
	}
	effects := r.Info.EffectsOfPart(checked, w.Body, &start)
	if len(effects) == 0 || !keeps(checked.Effect.Out, effects[0].Out, nil) {
		return true
	}
	alone := effects[len(effects)-1]
	return !keeps(checked.Effect.In, alone.In, site.Upper)
}

// keeps tells whether types, of which the last is the top, are variables where declared ones are; others that are declared are so by what is found, or
// by what lies there, from the top.
func keeps(declared, found, there []*types.Type) bool {
	for i := range declared {
		want := declared[len(declared)-1-i]
		switch {
		case want.Kind == types.Var, i < len(there) && there[i].Kind != types.Var:
		case i >= len(found) || found[len(found)-1-i].Kind == types.Var:
			return false
		}
	}
	return true
}

// recursive tells whether a word of the document comes to itself.
func (r *refactoring) recursive(w *syntax.Word) bool {
	for st := range syntax.All(w.Body) {
		if st.HasCall() && r.Info.Calls[0][st.ID].End == types.EndsInCycle {
			return true
		}
	}
	return false
}

func (r *refactoring) edit(start, end int32, text string) diag.Edit {
	return diag.Edit{Span: diag.Span{Source: r.Doc.Source, Start: start, End: end}, Text: text}
}
