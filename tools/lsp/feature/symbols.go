package feature

import (
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/document"
	"github.com/seqvm/seqvm/tools/lsp/jsonrpc"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// DocumentSymbols answers textDocument/documentSymbol: words and unions in the order of the text.
func (s *Server) DocumentSymbols(p *protocol.DocumentSymbolParams) (any, error) {
	in := s.Snapshot(p.TextDocument.URI)
	if in == nil {
		return nil, nil
	}
	b := append(make(jsonrpc.Encoded, 0, 256*(len(in.Definitions())+1)), '[')
	s.symbols(in, func(symbol *protocol.DocumentSymbol) {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = appendSymbol(b, symbol)
	})
	return append(b, ']'), nil
}

// symbols goes through those of a document.
func (s *Server) symbols(in *analysis.Snapshot, found func(*protocol.DocumentSymbol)) {
	main := in.Main()
	if main == nil {
		return
	}
	c := in.Doc.Cursor(s.Encoding)
	words := main.Words
	wordsTo := func(offset int32) { // those in front of it
		for len(words) > 0 && words[0].Pos < offset {
			found(wordSymbol(in, c, words[0]))
			words = words[1:]
		}
	}
	for _, u := range main.Unions {
		wordsTo(u.Pos)
		found(unionSymbol(c, u))
	}
	wordsTo(int32(len(in.Doc.Text())) + 1)
}

func wordSymbol(in *analysis.Snapshot, c *document.Cursor, w *syntax.Word) *protocol.DocumentSymbol {
	symbol := &protocol.DocumentSymbol{Name: w.Name.Text, Kind: protocol.SymbolKindFunction, SelectionRange: c.Range(w.Pos, w.Name.End), Range: c.Range(w.Pos, w.End)}
	if !w.Effect.Missing {
		symbol.Detail = in.Doc.Text()[w.Effect.Pos:w.Effect.End]
	}
	return symbol
}

func unionSymbol(c *document.Cursor, u *syntax.Union) *protocol.DocumentSymbol {
	symbol := &protocol.DocumentSymbol{Name: u.Name.Text, Kind: protocol.SymbolKindEnum, SelectionRange: c.Range(u.Name.Pos, u.Name.End), Range: c.Range(u.Pos, u.End)}
	for _, v := range u.Variants {
		end := v.Name.End
		if n := len(v.Fields); n > 0 {
			end = v.Fields[n-1].Type.End
		}
		symbol.Children = append(symbol.Children, protocol.DocumentSymbol{Name: v.Name.Text, Kind: protocol.SymbolKindEnumMember,
			SelectionRange: c.Range(v.Name.Pos, v.Name.End), Range: c.Range(v.Name.Pos, end)})
	}
	return symbol
}
