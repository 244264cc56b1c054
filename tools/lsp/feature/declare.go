package feature

import (
	"fmt"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/tools/lint"
	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// declaring has a definition declare the effect of its body, if what is wrong with it is that it declares none, or another one.
func declaring(in *analysis.Snapshot, f *lint.Finding) (fix diag.Fix, ok bool) {
	if !f.OfLanguage() || elsewhere(in, f.Span) || !head(in, f.Span) {
		return fix, false
	}
	if decl := in.DefinitionAt(f.Span.Start); decl != nil && decl.Pos == f.Span.Start {
		return declaration(in, in, decl, decl)
	}
	// Only a definition with an effect can be read: so another one is put in for a start.
	const anyEffect = " ( -- )"
	text := in.Doc.Text()
	read := in.With(text[:f.Span.End] + anyEffect + text[f.Span.End:])
	decl := read.DefinitionAt(f.Span.Start)
	if decl == nil || decl.Pos != f.Span.Start {
		return fix, false
	}
	named := *decl
	named.Effect = &syntax.Effect{Pos: decl.Name.End, End: decl.Name.End, Missing: true}
	named.End -= int32(len(anyEffect))
	return declaration(in, read, decl, &named)
}

// head tells whether a span of the document is the colon and the name of a definition.
func head(in *analysis.Snapshot, span diag.Span) bool {
	if span.Start < 0 || span.Start >= span.End {
		return false
	}
	tokens := in.Cut().Scan(in.Doc.Text()[span.Start:span.End])
	return len(tokens) == 3 && tokens[0].Is(":") && tokens[1].Kind == syntax.TokenWord
}

// declaration writes the effect of the body of a definition, as it was read, where it stands in the document.
func declaration(in, read *analysis.Snapshot, decl, here *syntax.Word) (fix diag.Fix, ok bool) {
	w := read.Checked(decl)
	if w == nil || callsItself(read, w) {
		return fix, false
	}
	effects := read.Info.EffectsOfPart(w, decl.Body, nil)
	if at, known := types.At(read.Points(decl), decl.Effect.End); known && decl == here { // with the inputs that are declared
		effects = append(effects, read.Info.EffectsOfPart(w, decl.Body, &at)...)
	}
	text := in.Doc.Text()
	for _, e := range effects {
		effect, place := written(e), here.Effect.Pos
		with := effect
		if here.Effect.Missing {
			place, with = here.Name.End, " "+effect
		}
		end := max(place, here.Effect.End)
		after := in.With(text[:place] + with + text[end:])
		if d := after.DefinitionAt(here.Pos); d == nil || d.Pos != here.Pos || after.ErrorsIn(d.Pos, d.End) {
			continue
		}
		edit := diag.Edit{Span: diag.Span{Source: in.Doc.Source, Start: place, End: end}, Text: with}
		return diag.Fix{Title: fmt.Sprintf("Declare the effect %s", effect), Edits: []diag.Edit{edit}}, true
	}
	return fix, false
}

// callsItself tells whether a body calls the word that it is of: what that leaves is not known while there is no effect.
func callsItself(in *analysis.Snapshot, w *types.Word) bool {
	for st := range syntax.All(w.Decl.Body) {
		if !st.HasCall() {
			continue
		}
		if call := &in.Info.Calls[w.Module][st.ID]; call.Target == types.TargetWord && in.Info.Words[call.Index] == w {
			return true
		}
	}
	return false
}

// inferred declares the effect of a word of an old release, which needs none.
func (s *Server) inferred(in *analysis.Snapshot, start, end int32) (list []protocol.CodeAction) {
	decl := in.DefinitionAt(start)
	if decl == nil || !decl.Effect.Missing || end > decl.Name.End || !in.WithoutErrors() {
		return nil
	}
	if fix, ok := declaration(in, in, decl, decl); ok {
		list = append(list, protocol.CodeAction{Title: fix.Title, Kind: protocol.CodeActionKindRefactorRewrite, Edit: s.edits(in, fix.Edits)})
	}
	return list
}
