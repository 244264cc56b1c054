package feature

import (
	"strings"

	"github.com/seqvm/seqvm/tools/lsp/document"
	"github.com/seqvm/seqvm/tools/lsp/jsonrpc"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// Formatting answers textDocument/formatting: 'seqvm fmt' (chapter 8, section 13). The edits are of lines, so that the cursor stays where nothing
// changes.
func (s *Server) Formatting(p *protocol.DocumentFormattingParams) (any, error) {
	in := s.Snapshot(p.TextDocument.URI)
	if in == nil {
		return nil, nil
	}
	text, ok := in.Formatted()
	if !ok {
		return nil, jsonrpc.Errorf(jsonrpc.RequestFailed, "the document cannot be formatted: it has an error")
	}
	return s.lineEdits(in.Doc, text), nil
}

// lineEdits returns the edits that make a text of a document which differs from it in lines, and lacks some of its blank ones.
func (s *Server) lineEdits(doc *document.Document, text string) []protocol.TextEdit {
	edits := []protocol.TextEdit{}
	edit := func(start, end int, with string) {
		edits = append(edits, protocol.TextEdit{Range: doc.Range(int32(start), int32(end), s.Encoding), NewText: with})
	}
	old, at := doc.Text(), 0
	for at < len(old) {
		from := at
		line, _, _ := strings.Cut(old[at:], "\n")
		at = min(at+len(line)+1, len(old))
		next, rest, ended := strings.Cut(text, "\n")
		switch blank := strings.TrimSpace(line) == ""; {
		case blank && (text == "" || strings.TrimSpace(next) != ""):
			edit(from, at, "")
			continue
		case ended:
			next += "\n"
		}
		if text = rest; old[from:at] != next {
			edit(from, at, next)
		}
	}
	if text != "" {
		edit(at, at, text)
	}
	return edits
}
