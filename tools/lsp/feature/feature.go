// Package feature is what the language server offers (chapter 8, section 9): each request of the protocol is a function, in a file of its own, that
// reads facts of package analysis and makes a result of the protocol. It changes nothing.
package feature

import (
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/document"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// Server is what requests are answered from.
type Server struct {
	*analysis.Workspace
	Encoding document.Encoding // of positions
	Snippets bool              // the client shows places to fill in
	Hints    bool              // the client has asked for inlay hints
	Resolves bool              // the client asks for the documentation of an item when it shows it

	tokens  map[string]*tokensShown // by URI
	results int                     // how many answers about tokens there were
}

// Close closes a document: Workspace.Remove.
func (s *Server) Close(uri string) (affected []string) {
	delete(s.tokens, uri)
	return s.Remove(uri)
}

// place is a position in an open document.
type place struct {
	*analysis.Snapshot
	offset int32
}

// at returns the place that a request is about; false if its document is not open.
func (s *Server) at(doc protocol.TextDocumentIdentifier, p protocol.Position) (place, bool) {
	snapshot := s.Snapshot(doc.URI)
	if snapshot == nil {
		return place{}, false
	}
	return place{snapshot, snapshot.Doc.Offset(p, s.Encoding)}, true
}

// span returns the range of a span in the document that it is in.
func (s *Server) span(in *analysis.Snapshot, span diag.Span) protocol.Range {
	return in.LinesOf(span.Source).Range(span.Start, span.End, s.Encoding)
}

// location returns a place of a file of a program.
func (s *Server) location(in *analysis.Snapshot, source *diag.Source, start, end int32) protocol.Location {
	return protocol.Location{URI: in.URIOf(source), Range: in.LinesOf(source).Range(start, end, s.Encoding)}
}

// edits returns the changes of a fix, by document.
func (s *Server) edits(in *analysis.Snapshot, list []diag.Edit) *protocol.WorkspaceEdit {
	changes := map[string][]protocol.TextEdit{}
	for _, e := range list {
		uri := in.URIOf(e.Span.Source)
		changes[uri] = append(changes[uri], protocol.TextEdit{Range: s.span(in, e.Span), NewText: lineEnds(e.Text, e.Span.Source.Text)})
	}
	return &protocol.WorkspaceEdit{Changes: changes}
}

// lineEnds writes the line ends of what is put into a text as those of the text.
func lineEnds(text, into string) string {
	if n := strings.IndexByte(into, '\n'); n < 1 || into[n-1] != '\r' {
		return text
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
}

// markdown is a text in Markdown.
func markdown(text string) protocol.MarkupContent {
	return protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: text}
}
