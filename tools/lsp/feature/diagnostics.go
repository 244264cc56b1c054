package feature

import (
	"fmt"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/tools/lint"
	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// Where diagnostics come from, and the code of what refuses a program.
const (
	sourceCompiler = "seqc"
	sourceLint     = "seq-lint"
	typeError      = string(lint.TypeError)
)

// severities are those of the protocol.
var severities = [...]protocol.DiagnosticSeverity{
	diag.Error: protocol.DiagnosticSeverityError, diag.Warning: protocol.DiagnosticSeverityWarning, diag.Hint: protocol.DiagnosticSeverityHint,
}

// maxDiagnostics bounds how many are shown of a document.
const maxDiagnostics = 1000

// Diagnostics returns what is to be shown of a document: what 'seqvm lint' finds.
func (s *Server) Diagnostics(in *analysis.Snapshot) *protocol.PublishDiagnosticsParams {
	list := []protocol.Diagnostic{}
	for i := range in.Report().Findings {
		if len(list) == maxDiagnostics {
			break
		}
		list = append(list, s.diagnostic(in, &in.Report().Findings[i]))
	}
	return &protocol.PublishDiagnosticsParams{URI: in.Doc.URI, Version: in.Doc.Version, Diagnostics: list}
}

// Cleared returns that there is nothing to be shown of a document.
func Cleared(uri string) *protocol.PublishDiagnosticsParams {
	return &protocol.PublishDiagnosticsParams{URI: uri, Diagnostics: []protocol.Diagnostic{}}
}

// diagnostic is a finding as the client shows it.
func (s *Server) diagnostic(in *analysis.Snapshot, f *lint.Finding) protocol.Diagnostic {
	d := protocol.Diagnostic{Range: s.findingRange(in, f), Severity: severities[f.Severity], Source: sourceLint, Code: string(f.Code)}
	message := f.Message
	if f.OfLanguage() {
		d.Source, d.Code = sourceCompiler, typeError
	}
	if f.Rule != nil && f.Rule.Replacement != "" && len(f.Fixes) > 0 {
		message += fmt.Sprintf(" (use %s instead)", f.Rule.Replacement)
	}
	if elsewhere(in, f.Span) {
		message = fmt.Sprintf("%s: %s", f.Span, message)
		d.RelatedInformation = append(d.RelatedInformation, protocol.DiagnosticRelatedInformation{Location: s.location(in, f.Span.Source, max(f.Span.Start, 0), f.Span.End), Message: f.Message})
	}
	d.Message = strings.Join(append(append([]string{message}, f.Notes...), f.Help...), "\n")
	for _, r := range f.Related {
		if r.Span.Source != nil && !supplied(r.Span.Source) {
			d.RelatedInformation = append(d.RelatedInformation, protocol.DiagnosticRelatedInformation{Location: s.location(in, r.Span.Source, max(r.Span.Start, 0), r.Span.End), Message: r.Label})
		}
	}
	return d
}

// supplied tells whether a source is no file.
func supplied(source *diag.Source) bool { return strings.HasPrefix(source.Name, "<") }

// elsewhere tells whether a finding is in another file that the document includes.
func elsewhere(in *analysis.Snapshot, span diag.Span) bool {
	return span.Source != nil && span.Source.Name != "" && span.Source.Name != in.Doc.Source.Name
}

// findingRange is where a finding is shown: what is wrong in another file, at the include that brings it.
func (s *Server) findingRange(in *analysis.Snapshot, f *lint.Finding) protocol.Range {
	switch {
	case elsewhere(in, f.Span):
		if inc := in.IncludeOf(f.Span.Source); inc != nil {
			return in.Doc.Range(inc.Pos, inc.End, s.Encoding)
		}
		return protocol.Range{}
	case f.Span.Source == nil || f.Span.Start < 0:
		return protocol.Range{}
	case f.LineOnly && !f.OfLanguage():
		_, end := in.Doc.Line(in.Doc.At(f.Span.Start))
		return in.Doc.Range(f.Span.Start, end, s.Encoding)
	case f.Span.End <= f.Span.Start:
		return in.Doc.Range(f.Span.Start, syntax.TokenEnd(in.Doc.Text(), f.Span.Start), s.Encoding)
	}
	return in.Doc.Range(f.Span.Start, f.Span.End, s.Encoding)
}
