package feature

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/tools/lint"
	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// CodeActions answers textDocument/codeAction.
func (s *Server) CodeActions(p *protocol.CodeActionParams) (any, error) {
	list := []protocol.CodeAction{}
	in := s.Snapshot(p.TextDocument.URI)
	if in == nil {
		return list, nil
	}
	start, end := in.Doc.Offset(p.Range.Start, s.Encoding), in.Doc.Offset(p.Range.End, s.Encoding)
	end = max(start, end)
	if wanted(p.Context.Only, protocol.CodeActionKindQuickFix) {
		list = append(list, s.quickFixes(in, start, end)...)
	}
	if wanted(p.Context.Only, protocol.CodeActionKindRefactorRewrite) {
		list = append(list, s.inferred(in, start, end)...)
	}
	return append(list, s.refactorings(in, start, end, p.Context.Only)...), nil
}

// wanted tells whether a client asks for actions of a kind.
func wanted(only []protocol.CodeActionKind, kind protocol.CodeActionKind) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(o protocol.CodeActionKind) bool {
		return o == "" || o == kind || strings.HasPrefix(string(kind), string(o)+".")
	})
}

// quickFixes are what mends the findings in a part of a document.
func (s *Server) quickFixes(in *analysis.Snapshot, start, end int32) (list []protocol.CodeAction) {
	findings := in.Fixable(start, end).Findings
	for i := range findings {
		f := &findings[i]
		r := s.findingRange(in, f)
		from, to := in.Doc.Offset(r.Start, s.Encoding), in.Doc.Offset(r.End, s.Encoding)
		if to < start || from > end {
			continue
		}
		shown := []protocol.Diagnostic{s.diagnostic(in, f)}
		for _, fix := range s.fixes(in, f) {
			action := protocol.CodeAction{Title: fix.Title, Kind: protocol.CodeActionKindQuickFix, Diagnostics: shown, IsPreferred: fix.preferred, Edit: s.edits(in, fix.Edits)}
			list = append(list, action)
		}
	}
	return list
}

// fix is a change that mends a finding.
type fix struct {
	diag.Fix
	preferred bool
}

// fixes are the changes that mend a finding, each alone.
func (s *Server) fixes(in *analysis.Snapshot, f *lint.Finding) (list []fix) {
	text := ""
	if !elsewhere(in, f.Span) && f.Span.Source != nil && 0 <= f.Span.Start && f.Span.Start < f.Span.End {
		text = in.Doc.Text()[f.Span.Start:f.Span.End]
	}
	switch {
	case f.OfLanguage() && types.Operator(text):
		for _, word := range types.OperatorWords(text) {
			list = append(list, fix{Fix: replacing(f.Span, "Replace '"+text+"' with '"+word+"'", word)})
		}
	case f.Rule != nil && f.Rule.FlagOf() != "" && text != "":
		list = append(list, fix{Fix: testingFlag(in, f, text)})
	}
	if declared, ok := declaring(in, f); ok {
		list = append(list, fix{Fix: declared})
	}
	for _, offer := range f.Fixes {
		if slices.ContainsFunc(list, func(other fix) bool { return slices.Equal(other.Edits, offer.Edits) }) {
			continue
		}
		title := strings.ToUpper(offer.Title[:1]) + offer.Title[1:]
		if f.Rule != nil && f.Rule.Replacement != "" {
			title = "Replace with " + f.Rule.Replacement
		}
		list = append(list, fix{diag.Fix{Title: title, Edits: offer.Edits}, len(f.Fixes) == 1})
	}
	return list
}

func replacing(span diag.Span, title, text string) diag.Fix {
	return diag.Fix{Title: title, Edits: []diag.Edit{{Span: span, Text: text}}}
}

// testingFlag has the flag that a word leaves decide between two quotations, which the user fills in. The value below the flag, if there is one, is dropped where
// the word has failed.
func testingFlag(in *analysis.Snapshot, f *lint.Finding, text string) diag.Fix {
	word := f.Rule.FlagOf()
	line := in.Doc.At(f.Span.Start)
	start, end := in.Doc.Line(line)
	indent := in.Doc.Text()[start:end]
	indent = indent[:len(indent)-len(strings.TrimLeft(indent, " \t"))]
	drop, has := "", "it has succeeded"
	if i, ok := in.Builtins().Lookup(word); ok && len(in.Builtins().Effect(i).Out) > 1 {
		drop, has = "drop  ", "the value is on the stack"
	}
	with := fmt.Sprintf("%[1]s [\n%[2]s  # %[3]s\n%[2]s] [\n%[2]s  %[4]s# it has failed\n%[2]s] if", word, indent, has, drop)
	if rest := in.Doc.Text()[f.Span.Start+int32(len(text)) : end]; strings.HasPrefix(rest, "#") {
		with += " "
	}
	return replacing(f.Span, "Test the flag of '"+word+"' with 'if'", with)
}
