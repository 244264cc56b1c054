package feature

import (
	"slices"

	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// DocumentSymbols answers textDocument/documentSymbol: words and unions in the order of the text.
func (s *Server) DocumentSymbols(p *protocol.DocumentSymbolParams) (any, error) {
	in := s.Snapshot(p.TextDocument.URI)
	if in == nil {
		return nil, nil
	}
	return s.symbols(in), nil
}

func (s *Server) symbols(in *analysis.Snapshot) []protocol.DocumentSymbol {
	list := []protocol.DocumentSymbol{}
	main := in.Main()
	if main == nil {
		return list
	}
	span := func(start, end int32) protocol.Range { return in.Doc.Range(start, end, s.Encoding) }
	for _, u := range main.Unions {
		symbol := protocol.DocumentSymbol{Name: u.Name.Text, Kind: protocol.SymbolKindEnum, Range: span(u.Pos, u.End), SelectionRange: span(u.Name.Pos, u.Name.End)}
		for _, v := range u.Variants {
			end := v.Name.End
			if n := len(v.Fields); n > 0 {
				end = v.Fields[n-1].Type.End
			}
			symbol.Children = append(symbol.Children, protocol.DocumentSymbol{Name: v.Name.Text, Kind: protocol.SymbolKindEnumMember, Range: span(v.Name.Pos, end), SelectionRange: span(v.Name.Pos, v.Name.End)})
		}
		list = append(list, symbol)
	}
	for _, w := range main.Words {
		symbol := protocol.DocumentSymbol{Name: w.Name.Text, Kind: protocol.SymbolKindFunction, Range: span(w.Pos, w.End), SelectionRange: span(w.Pos, w.Name.End)}
		if !w.Effect.Missing {
			symbol.Detail = in.Doc.Text()[w.Effect.Pos:w.Effect.End]
		}
		list = append(list, symbol)
	}
	slices.SortStableFunc(list, func(a, b protocol.DocumentSymbol) int { return int(a.Range.Start.Line) - int(b.Range.Start.Line) })
	return list
}
