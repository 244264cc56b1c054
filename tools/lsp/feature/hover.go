package feature

import (
	"fmt"

	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// Hover answers textDocument/hover: a word, or else the quotation that the cursor is in.
func (s *Server) Hover(p *protocol.HoverParams) (any, error) {
	at, ok := s.at(p.TextDocument, p.Position)
	if !ok {
		return nil, nil
	}
	decl := at.DefinitionAt(at.offset)
	if t, ok := at.TokenAt(at.offset); ok {
		if m, of, ok := at.word(t); ok {
			r := at.Doc.Range(t.Pos, t.End, s.Encoding)
			return &protocol.Hover{Contents: markdown(at.Markdown(&m) + at.stacks(decl, of)), Range: &r}, nil
		}
	}
	if decl == nil {
		return nil, nil
	}
	literal, w := at.LiteralAt(decl, at.offset), at.Checked(decl)
	if literal == nil || w == nil {
		return nil, nil
	}
	e := at.Info.EffectOfLiteral(w, literal)
	if e == nil {
		return nil, nil
	}
	r := at.Doc.Range(literal.Pos, literal.End, s.Encoding)
	return &protocol.Hover{Contents: markdown(fmt.Sprintf("```seq\n[ %s ]\n```\n", e.Full())), Range: &r}, nil
}

// word returns what a token of the document means, and, in a body, the statement whose word it is.
func (p *place) word(t syntax.Token) (m analysis.Meaning, of *syntax.Stmt, ok bool) {
	if main := p.Main(); t.Kind != syntax.TokenWord || t.Text == "if" && main != nil && main.Dialect.Conditionals() {
		return m, nil, false
	}
	decl := p.DefinitionAt(t.Pos)
	switch {
	case decl == nil: // of a definition that cannot be read
		m, ok = p.Named(t.Text)
	case t.Pos == decl.Name.Pos:
		m, ok = p.WordOf(decl), true
	case t.Pos >= decl.Effect.End:
		if of = analysis.CallAt(decl, t.Pos); of != nil && of.Pos == t.Pos {
			m, ok = p.Called(of)
		}
	}
	return m, of, ok
}

// stacks says what lies on the stack in front of the word of a statement and behind it; "" if that is not known.
func (p *place) stacks(decl *syntax.Word, of *syntax.Stmt) string {
	if of == nil {
		return ""
	}
	points := p.Points(decl)
	before, ok := types.At(points, of.Pos)
	if !ok {
		return ""
	}
	text := fmt.Sprintf("\nStack before: `%s`\n", before)
	for i := len(points) - 1; i >= 0; i-- {
		if points[i].Span.End == of.End && points[i].Span.Start < of.End {
			return text + fmt.Sprintf("\nStack after: `%s`\n", points[i])
		}
	}
	return text
}
