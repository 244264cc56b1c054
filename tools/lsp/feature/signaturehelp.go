package feature

import (
	"slices"

	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// SignatureHelp answers textDocument/signatureHelp: the effect of the word at the cursor, or of the last one in front of it on its line.
func (s *Server) SignatureHelp(p *protocol.SignatureHelpParams) (any, error) {
	at, ok := s.at(p.TextDocument, p.Position)
	if !ok {
		return nil, nil
	}
	line, _ := at.Doc.Line(at.Doc.At(at.offset))
	var found *analysis.Meaning
	for _, t := range slices.Backward(at.TokensFrom(line, at.offset)) {
		if t.Pos > at.offset || t.Kind != syntax.TokenWord || syntax.LiteralType(t.Text) != "" {
			continue
		}
		if t.Pos < line {
			break
		}
		if m, _, ok := at.word(t); ok {
			found = &m
			break
		}
	}
	if found == nil {
		return nil, nil
	}
	help := protocol.SignatureInformation{Label: found.Name + " " + found.Effect}
	if text, _ := at.Said(found); text != "" {
		help.Documentation = markdown(text)
	}
	return &protocol.SignatureHelp{Signatures: []protocol.SignatureInformation{help}}, nil
}
