package lsp

import (
	"bytes"
	"encoding/json"

	"github.com/seqvm/seqvm/tools/lsp/feature"
	"github.com/seqvm/seqvm/tools/lsp/jsonrpc"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// methodListWords is a request that the protocol does not have (chapter 8, section 9).
const methodListWords = "seq/listWords"

// handler handles a message: a request with its result or error, a notification, whose result nobody sees.
type handler func(s *Server, params json.RawMessage) (any, error)

// method is a message that the server knows. offer says in the answer to 'initialize' that it is offered; nil: that need not be said.
type method struct {
	name   string
	handle handler
	offer  func(*Server, *protocol.ServerCapabilities)
}

// methods are all messages that the server knows, but for those that begin and end a session. A function, and no variable: to start other commands, nobody
// makes it.
func methods() []method {
	return []method{
		{protocol.MethodInitialized, ignored, nil},
		{protocol.MethodCancelRequest, ignored, nil}, // answers come in order, and at once: there is none to cancel
		{protocol.MethodSetTrace, ignored, nil},
		{protocol.MethodWorkspaceDidChangeConfiguration, ignored, nil},
		{protocol.MethodTextDocumentDidOpen, notified(didOpen), func(_ *Server, c *protocol.ServerCapabilities) {
			c.TextDocumentSync = protocol.TextDocumentSyncKindFull // ranges are understood as well
		}},
		{protocol.MethodTextDocumentDidChange, notified(didChange), nil},
		{protocol.MethodTextDocumentDidClose, notified(didClose), nil},
		{protocol.MethodTextDocumentDidSave, notified(didSave), nil},
		{protocol.MethodWorkspaceDidChangeWatchedFiles, notified(didChangeWatchedFiles), nil},

		{protocol.MethodTextDocumentCompletion, asked((*feature.Server).Completion), func(_ *Server, c *protocol.ServerCapabilities) {
			c.CompletionProvider = &protocol.CompletionOptions{TriggerCharacters: []string{" ", "\n", ":", "."}, ResolveProvider: true}
		}},
		{protocol.MethodCompletionItemResolve, asked((*feature.Server).ResolveCompletion), nil},
		{protocol.MethodTextDocumentHover, asked((*feature.Server).Hover), func(_ *Server, c *protocol.ServerCapabilities) { c.HoverProvider = true }},
		{protocol.MethodTextDocumentDefinition, asked((*feature.Server).Definition), func(_ *Server, c *protocol.ServerCapabilities) { c.DefinitionProvider = true }},
		{protocol.MethodTextDocumentDocumentSymbol, asked((*feature.Server).DocumentSymbols), func(_ *Server, c *protocol.ServerCapabilities) { c.DocumentSymbolProvider = true }},
		{protocol.MethodTextDocumentCodeAction, asked((*feature.Server).CodeActions), func(_ *Server, c *protocol.ServerCapabilities) { c.CodeActionProvider = true }},
		{protocol.MethodTextDocumentCodeLens, asked((*feature.Server).CodeLenses), func(_ *Server, c *protocol.ServerCapabilities) { c.CodeLensProvider = &protocol.CodeLensOptions{} }},
		{protocol.MethodTextDocumentPrepareCallHierarchy, asked((*feature.Server).PrepareCallHierarchy), func(_ *Server, c *protocol.ServerCapabilities) { c.CallHierarchyProvider = true }},
		{protocol.MethodCallHierarchyIncomingCalls, asked((*feature.Server).IncomingCalls), nil},
		{protocol.MethodCallHierarchyOutgoingCalls, asked((*feature.Server).OutgoingCalls), nil},
		{protocol.MethodTextDocumentFormatting, asked((*feature.Server).Formatting), func(_ *Server, c *protocol.ServerCapabilities) { c.DocumentFormattingProvider = true }},
		{protocol.MethodTextDocumentInlayHint, asked((*feature.Server).InlayHints), func(s *Server, c *protocol.ServerCapabilities) {
			if s.feature.Hints {
				c.InlayHintProvider = true
			}
		}},
		{protocol.MethodTextDocumentReferences, asked((*feature.Server).References), func(_ *Server, c *protocol.ServerCapabilities) { c.ReferencesProvider = true }},
		{protocol.MethodTextDocumentDocumentHighlight, asked((*feature.Server).DocumentHighlights), func(_ *Server, c *protocol.ServerCapabilities) { c.DocumentHighlightProvider = true }},
		{protocol.MethodTextDocumentPrepareRename, asked((*feature.Server).PrepareRename), nil},
		{protocol.MethodTextDocumentRename, asked((*feature.Server).Rename), func(_ *Server, c *protocol.ServerCapabilities) {
			c.RenameProvider = &protocol.RenameOptions{PrepareProvider: true}
		}},
		{protocol.MethodWorkspaceSymbol, asked((*feature.Server).WorkspaceSymbols), func(_ *Server, c *protocol.ServerCapabilities) { c.WorkspaceSymbolProvider = true }},
		{protocol.MethodTextDocumentSemanticTokensFull, asked((*feature.Server).SemanticTokens), func(_ *Server, c *protocol.ServerCapabilities) {
			c.SemanticTokensProvider = &protocol.SemanticTokensOptions{Legend: feature.SemanticTokensLegend(), Range: true, Full: protocol.SemanticTokensFullDelta{Delta: true}}
		}},
		{protocol.MethodTextDocumentSemanticTokensFullDelta, asked((*feature.Server).SemanticTokensDelta), nil},
		{protocol.MethodTextDocumentSemanticTokensRange, asked((*feature.Server).SemanticTokensRange), nil},
		{protocol.MethodTextDocumentFoldingRange, asked((*feature.Server).FoldingRanges), func(_ *Server, c *protocol.ServerCapabilities) { c.FoldingRangeProvider = true }},
		{protocol.MethodTextDocumentSignatureHelp, asked((*feature.Server).SignatureHelp), func(_ *Server, c *protocol.ServerCapabilities) {
			c.SignatureHelpProvider = &protocol.SignatureHelpOptions{TriggerCharacters: []string{" "}}
		}},
		{methodListWords, asked((*feature.Server).ListWords), nil},
	}
}

func ignored(*Server, json.RawMessage) (any, error) { return nil, nil }

// asked is the handler of a request.
func asked[P any](answer func(*feature.Server, *P) (any, error)) handler {
	return func(s *Server, params json.RawMessage) (any, error) {
		p, err := decode[P](params)
		if err != nil {
			return nil, err
		}
		return answer(s.feature, p)
	}
}

// notified is the handler of a notification.
func notified[P any](hear func(*Server, *P) error) handler {
	return func(s *Server, params json.RawMessage) (any, error) {
		p, err := decode[P](params)
		if err != nil {
			return nil, err
		}
		return nil, hear(s, p)
	}
}

// decode reads parameters. Without any, all of them are missing.
func decode[P any](params json.RawMessage) (*P, error) {
	p := new(P)
	if len(params) == 0 || bytes.Equal(params, []byte("null")) {
		return p, nil
	}
	if err := json.Unmarshal(params, p); err != nil {
		return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "the parameters cannot be read: %v", err)
	}
	return p, nil
}
