package feature

import (
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// Definition answers textDocument/definition: the place of a word's name in this file or one that it includes, from the beginning of the line on.
func (s *Server) Definition(p *protocol.DefinitionParams) (any, error) {
	at, ok := s.at(p.TextDocument, p.Position)
	if !ok {
		return nil, nil
	}
	t, ok := at.TokenAt(at.offset)
	if !ok {
		return nil, nil
	}
	m, _, ok := at.word(t)
	if !ok || m.Module == nil || m.Module.Supplied {
		return nil, nil
	}
	start, end, _, _, ok := m.Place()
	if !ok || supplied(m.Module.Source) {
		return nil, nil
	}
	location := s.location(at.Snapshot, m.Module.Source, start, end)
	location.Range.Start.Character = 0
	return &location, nil
}
