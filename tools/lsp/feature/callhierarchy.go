package feature

import (
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// PrepareCallHierarchy answers textDocument/prepareCallHierarchy: the word of a file at a place. What is built in or supplied has no file.
func (s *Server) PrepareCallHierarchy(p *protocol.CallHierarchyPrepareParams) (any, error) {
	at, ok := s.at(p.TextDocument, p.Position)
	if !ok {
		return nil, nil
	}
	m, _, _, ok := s.meantAt(at)
	if !ok || !inFile(&m) {
		return nil, nil
	}
	return []protocol.CallHierarchyItem{s.item(at.Snapshot, m.Module, m.Word)}, nil
}

// inFile tells whether a meaning is a word that a file of the user defines.
func inFile(m *analysis.Meaning) bool {
	return m.Word != nil && !m.Module.Supplied && !supplied(m.Module.Source)
}

// item is a word of a program as the call hierarchy has it.
func (s *Server) item(in *analysis.Snapshot, module *load.Module, w *syntax.Word) protocol.CallHierarchyItem {
	whole := s.location(in, module.Source, w.Pos, w.End)
	item := protocol.CallHierarchyItem{Name: w.Name.Text, Kind: protocol.SymbolKindFunction, URI: whole.URI, Range: whole.Range,
		SelectionRange: s.location(in, module.Source, w.Name.Pos, w.Name.End).Range}
	if !w.Effect.Missing {
		item.Detail = module.Source.Text[w.Effect.Pos:w.Effect.End]
	}
	return item
}

// meantBy returns what an item means in the programs of the open documents, and one that it is in; false if its file has no such word any more.
func (s *Server) meantBy(item *protocol.CallHierarchyItem) (in *analysis.Snapshot, module int, w *syntax.Word, ok bool) {
	for _, uri := range s.URIs() {
		in := s.Snapshot(uri)
		for i, m := range in.Info.Program.Modules {
			if m.Supplied || in.URIOf(m.Source) != item.URI {
				continue
			}
			for _, w := range m.Words {
				if w.Name.Text == item.Name {
					return in, i, w, true
				}
			}
		}
	}
	return nil, 0, nil, false
}

// IncomingCalls answers callHierarchy/incomingCalls: the words of the open documents, and of what they include, that call a word.
func (s *Server) IncomingCalls(p *protocol.CallHierarchyIncomingCallsParams) (any, error) {
	calls := []protocol.CallHierarchyIncomingCall{}
	in, module, w, ok := s.meantBy(&p.Item)
	if !ok {
		return calls, nil
	}
	list, programs := s.everywhere(s.identity(in, &analysis.Meaning{Name: w.Name.Text, Module: in.Info.Program.Modules[module], Word: w}))
	at := map[*syntax.Word]int{} // index in calls
	for _, u := range list {
		if u.by == nil {
			continue
		}
		i, known := at[u.by]
		if !known {
			i = len(calls)
			at[u.by] = i
			calls = append(calls, protocol.CallHierarchyIncomingCall{From: s.item(programs[u.module], u.module, u.by)})
		}
		calls[i].FromRanges = append(calls[i].FromRanges, s.location(programs[u.module], u.module.Source, u.start, u.end).Range)
	}
	return calls, nil
}

// OutgoingCalls answers callHierarchy/outgoingCalls: the words of files that a word calls.
func (s *Server) OutgoingCalls(p *protocol.CallHierarchyOutgoingCallsParams) (any, error) {
	calls := []protocol.CallHierarchyOutgoingCall{}
	in, module, w, ok := s.meantBy(&p.Item)
	if !ok {
		return calls, nil
	}
	at := map[*syntax.Word]int{} // index in calls
	for st := range syntax.All(w.Body) {
		if !st.HasCall() {
			continue
		}
		m, ok := in.CalledIn(module, st)
		if !ok || !inFile(&m) {
			continue
		}
		i, known := at[m.Word]
		if !known {
			i = len(calls)
			at[m.Word] = i
			calls = append(calls, protocol.CallHierarchyOutgoingCall{To: s.item(in, m.Module, m.Word)})
		}
		calls[i].FromRanges = append(calls[i].FromRanges, s.location(in, in.Info.Program.Modules[module].Source, st.Pos, st.End).Range)
	}
	return calls, nil
}
