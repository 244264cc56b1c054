package main

// selection says what of the protocol is used.
type selection struct {
	methods []string
	types   []string
	// fields are those of large structures that are used; a structure that is not named here has all. Fields that are left out
	// are not read, and never written.
	fields map[string][]string
}

// used is what the language server uses.
var used = selection{
	methods: []string{
		"initialize", "initialized", "shutdown", "exit", "$/cancelRequest", "$/setTrace",
		"textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "textDocument/didSave", "workspace/didChangeWatchedFiles", "workspace/didChangeConfiguration",
		"textDocument/publishDiagnostics", "window/logMessage",
		"textDocument/completion", "completionItem/resolve", "textDocument/hover", "textDocument/signatureHelp",
		"textDocument/definition", "textDocument/references", "textDocument/documentHighlight", "textDocument/documentSymbol", "workspace/symbol",
		"textDocument/codeAction", "textDocument/codeLens", "textDocument/inlayHint", "textDocument/formatting",
		"textDocument/prepareRename", "textDocument/rename", "textDocument/foldingRange", "textDocument/semanticTokens/full", "textDocument/semanticTokens/full/delta",
		"textDocument/semanticTokens/range",
		"textDocument/prepareCallHierarchy", "callHierarchy/incomingCalls", "callHierarchy/outgoingCalls",
	},
	types: []string{"ErrorCodes", "LSPErrorCodes", "SemanticTokenTypes", "SemanticTokenModifiers", "TextDocumentSyncKind", "MarkupContent", "SemanticTokensOptions", "SemanticTokensFullDelta", "RenameOptions",
		"PrepareRenamePlaceholder", "CodeActionOptions", "TextEdit", "Location"},
	fields: map[string][]string{
		"InitializeParams":               {"capabilities", "initializationOptions"},
		"ClientCapabilities":             {"general", "textDocument", "workspace"},
		"GeneralClientCapabilities":      {"positionEncodings"},
		"TextDocumentClientCapabilities": {"completion"},
		"CompletionClientCapabilities":   {"completionItem"},
		"ClientCompletionItemOptions":    {"snippetSupport", "resolveSupport"},
		"WorkspaceClientCapabilities":    {"inlayHint", "codeLens", "semanticTokens"},
		"ServerCapabilities": {"positionEncoding", "textDocumentSync", "completionProvider", "hoverProvider", "signatureHelpProvider", "definitionProvider", "referencesProvider",
			"documentHighlightProvider", "documentSymbolProvider", "codeActionProvider", "codeLensProvider", "workspaceSymbolProvider", "documentFormattingProvider", "renameProvider",
			"foldingRangeProvider", "callHierarchyProvider", "semanticTokensProvider", "inlayHintProvider"},
		"CompletionList":            {"isIncomplete", "items"},
		"CompletionItem":            {"label", "kind", "detail", "documentation", "sortText", "filterText", "insertText", "insertTextFormat", "textEdit", "additionalTextEdits", "data"},
		"WorkspaceEdit":             {"changes"},
		"InlayHint":                 {"position", "label", "kind", "tooltip", "paddingLeft", "paddingRight"},
		"CodeAction":                {"title", "kind", "diagnostics", "isPreferred", "edit", "command"},
		"CompletionOptions":         {"triggerCharacters", "resolveProvider"},
		"WorkspaceSymbol":           {"name", "kind", "containerName", "location"},
		"DidSaveTextDocumentParams": {"textDocument"},
		"CodeLens":                  {"range", "command"},
	},
}
