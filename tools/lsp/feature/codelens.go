package feature

import (
	"encoding/json"
	"path/filepath"

	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
	"github.com/seqvm/seqvm/tools/testrunner"
)

// runTest is the command of a client that runs a test: its arguments are the URI of the file and the name of the word.
const runTest = "seqvm.runTest"

// CodeLenses answers textDocument/codeLens: "run test" at each test of a test file (chapter 8, section 3).
func (s *Server) CodeLenses(p *protocol.CodeLensParams) (any, error) {
	list := []protocol.CodeLens{}
	in := s.Snapshot(p.TextDocument.URI)
	if in == nil {
		return list, nil
	}
	for _, w := range tests(in) {
		arguments := make([]json.RawMessage, 2)
		for i, text := range []string{in.Doc.URI, w.Name.Text} {
			arguments[i], _ = json.Marshal(text) // a string can be written
		}
		list = append(list, protocol.CodeLens{Range: in.Doc.Range(w.Pos, w.Name.End, s.Encoding), Command: &protocol.Command{Title: "run test", Command: runTest, Arguments: arguments}})
	}
	return list, nil
}

// tests are the words of a document that 'seqvm test' runs.
func tests(in *analysis.Snapshot) (list []*syntax.Word) {
	if in.Doc.Path == "" || !testrunner.IsTestFile(filepath.Base(in.Doc.Path)) {
		return nil
	}
	for _, decl := range in.Definitions() {
		w := in.Checked(decl)
		switch {
		case decl.Name.Text == syntax.Main: // a program of its own
			return nil
		case w != nil && testrunner.IsTest(decl.Name.Text, w.Effect):
			list = append(list, decl)
		}
	}
	return list
}
