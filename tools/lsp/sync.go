package lsp

import (
	"fmt"

	"github.com/seqvm/seqvm/tools/lsp/document"
	"github.com/seqvm/seqvm/tools/lsp/feature"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// This file keeps the documents as the client has them (LSP 3.18, text document synchronization).

func didOpen(s *Server, p *protocol.DidOpenTextDocumentParams) error {
	s.put(document.New(p.TextDocument.URI, p.TextDocument.Version, p.TextDocument.Text))
	return nil
}

func didChange(s *Server, p *protocol.DidChangeTextDocumentParams) error {
	doc := s.feature.Document(p.TextDocument.URI)
	if doc == nil {
		return fmt.Errorf("%s is not open", p.TextDocument.URI)
	}
	changed, err := doc.Changed(p.TextDocument.Version, p.ContentChanges, s.feature.Encoding)
	if err != nil {
		return err
	}
	s.put(changed)
	return nil
}

func didClose(s *Server, p *protocol.DidCloseTextDocumentParams) error {
	if s.feature.Document(p.TextDocument.URI) == nil {
		return fmt.Errorf("%s is not open", p.TextDocument.URI)
	}
	s.stale(s.feature.Close(p.TextDocument.URI)...)
	return s.out.Notify(protocol.MethodTextDocumentPublishDiagnostics, feature.Cleared(p.TextDocument.URI))
}

// didSave: other documents may include the file, under whatever name.
func didSave(s *Server, p *protocol.DidSaveTextDocumentParams) error {
	if path, ok := document.Path(p.TextDocument.URI); ok {
		s.stale(s.feature.Touched(path)...)
	}
	return nil
}

func didChangeWatchedFiles(s *Server, p *protocol.DidChangeWatchedFilesParams) error {
	for _, change := range p.Changes {
		if path, ok := document.Path(change.URI); ok {
			s.stale(s.feature.Touched(path)...)
		}
	}
	return nil
}

// put takes a new or changed document.
func (s *Server) put(doc *document.Document) {
	s.stale(s.feature.Put(doc)...)
	s.stale(doc.URI)
	s.pending.now = doc.URI
}
