package analysis

import (
	"iter"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/tools/format"
	"github.com/seqvm/seqvm/tools/lint"
	"github.com/seqvm/seqvm/tools/lsp/document"
)

// Snapshot is what is known of a document, the main file of a program, at one time. It is not safe for concurrent use.
type Snapshot struct {
	Doc *document.Document
	// Info is what can be found out about the program; of what cannot be read, nothing.
	Info *types.Info

	front      front
	inspection seqvm.Inspection
	files      map[string]*document.Document // the open documents at that time
	asked      []string

	documents map[*diag.Source]*document.Document // of the files of the program that somebody has asked for

	report *lint.Report
	names  map[string]Name // that the program defines, if the checker has not come to know
	points map[*types.Word][]types.Point
}

// look makes a snapshot. before is what is known of an earlier text, which nobody else uses meanwhile; nil: nothing.
func (f front) look(doc *document.Document, files map[string]*document.Document, before *types.Info) *Snapshot {
	from := &reading{main: doc, files: files}
	opts := f.opts
	opts.FS = from
	source := seqvm.File(doc.Path)
	if doc.Path == "" {
		source = seqvm.Text(doc.Source.Name, doc.Text())
	}
	in := seqvm.Inspect(source, opts, before)
	return &Snapshot{Doc: doc, Info: in.Readable, front: f, inspection: in, files: files, asked: from.asked, points: map[*types.Word][]types.Point{}, documents: map[*diag.Source]*document.Document{}}
}

// With returns what would be known if the document had another text.
func (s *Snapshot) With(text string) *Snapshot {
	return s.WithAll(map[*diag.Source]string{s.Doc.Source: text})
}

// WithAll returns what would be known if files of the program had other texts.
func (s *Snapshot) WithAll(texts map[*diag.Source]string) *Snapshot {
	doc, files := *s.Doc, maps.Clone(s.files) // others share them
	for source, text := range texts {
		if source.Name == s.Doc.Source.Name {
			doc.Source, doc.Lines = diag.NewSource(source.Name, text), document.NewLines(text)
			continue
		}
		files[canonical(source.Name)] = document.New(document.URI(source.Name), 0, text)
	}
	return s.front.look(&doc, files, s.Info)
}

// Report is what the linter says of the document, errors included.
func (s *Snapshot) Report() *lint.Report {
	if s.report == nil {
		s.report = s.lint(nil)
	}
	return s.report
}

// Fixable is Report for who wants to know what mends the findings between two offsets: others may be missing.
func (s *Snapshot) Fixable(start, end int32) *lint.Report {
	if s.report != nil {
		return s.report
	}
	return s.lint(func(from, to int32) bool { return from <= end && to >= start })
}

func (s *Snapshot) lint(within func(start, end int32) bool) *lint.Report {
	return lint.File(nil, lint.Options{Words: s.front.words, Rules: s.front.rules, Within: within,
		Check: func(check.Source) (*types.Info, diag.List) { return s.inspection.Info, s.inspection.Problems }})
}

// Formatted returns the text of the document as 'seqvm fmt' lays it out; false if it has an error.
func (s *Snapshot) Formatted() (text string, ok bool) {
	main := s.Main()
	if main == nil || s.inspection.Info.Builtins == nil && format.Refusals(main, s.inspection.Problems).HasErrors() {
		return "", false
	}
	return format.File(main.File), true
}

// Rules are the patterns of the linter, in their order.
func (s *Snapshot) Rules() []*lint.Rule { return s.front.rules }

// Builtins are the built-in words.
func (s *Snapshot) Builtins() *types.Table {
	if s.Info.Builtins != nil { // with those of manifests
		return s.Info.Builtins
	}
	return s.front.words
}

// Main is the document as a file of its program; nil if nothing of it can be read.
func (s *Snapshot) Main() *load.Module {
	if len(s.Info.Program.Modules) == 0 {
		return nil
	}
	return s.Info.Program.Main()
}

// Definitions are the words of the document that can be read, in the order of the text.
func (s *Snapshot) Definitions() []*syntax.Word {
	if m := s.Main(); m != nil {
		return m.Words
	}
	return nil
}

// DefinitionAt returns the word whose definition an offset lies in; nil if it lies in none.
func (s *Snapshot) DefinitionAt(offset int32) *syntax.Word {
	words := s.Definitions()
	i := sort.Search(len(words), func(i int) bool { return words[i].End >= offset })
	if i < len(words) && words[i].Pos <= offset {
		return words[i]
	}
	return nil
}

// EndBefore returns the end of the last word whose definition ends in front of an offset; 0 if there is none.
func (s *Snapshot) EndBefore(offset int32) int32 {
	words := s.Definitions()
	i := sort.Search(len(words), func(i int) bool { return words[i].End >= offset })
	if i == 0 {
		return 0
	}
	return words[i-1].End
}

// Checked returns a definition of the document as the checker knows it; nil if it does not.
func (s *Snapshot) Checked(decl *syntax.Word) *types.Word {
	words := s.Definitions()
	i := sort.Search(len(words), func(i int) bool { return words[i].Pos >= decl.Pos })
	if i < len(s.Info.Words) && s.Info.Words[i].Decl == decl { // those of the document come first
		return s.Info.Words[i]
	}
	return nil
}

// Points returns the stack at the places of a definition of the document: types.Info.Points.
func (s *Snapshot) Points(decl *syntax.Word) []types.Point {
	w := s.Checked(decl)
	if w == nil {
		return nil
	}
	points, known := s.points[w]
	if !known {
		points = s.Info.Points(w)
		s.points[w] = points
	}
	return points
}

// Cut says how the document is cut into tokens.
func (s *Snapshot) Cut() syntax.Cut {
	if m := s.Main(); m != nil {
		return m.Cut()
	}
	return syntax.Cut{}
}

// Tokens goes through the tokens of the document; the last one is its end.
func (s *Snapshot) Tokens() iter.Seq[syntax.Token] {
	if m := s.Main(); m != nil {
		return m.Tokens()
	}
	return slices.Values(s.Cut().Scan(s.Doc.Text()))
}

// TokensFrom are the tokens of the document around two offsets: at least those that lie between them, and those that begin or end there. Only the
// definitions there are cut into tokens.
func (s *Snapshot) TokensFrom(start, end int32) []syntax.Token {
	m := s.Main()
	if m == nil {
		return s.Cut().Scan(s.Doc.Text())
	}
	from, to := s.Around(start, end)
	tokens := syntax.TokensBetween(m.File, from, to)
	if int(to) < len(s.Doc.Text()) {
		tokens = tokens[:len(tokens)-1] // the text does not end there
	}
	return tokens
}

// Around returns the part of the document around two offsets that begins behind a definition and ends in front of one.
func (s *Snapshot) Around(start, end int32) (from, to int32) {
	to = int32(len(s.Doc.Text()))
	m := s.Main()
	if m == nil {
		return from, to
	}
	widen := func(n int, span func(int) (start, end int32)) { // over definitions in the order of the text
		if i := sort.Search(n, func(i int) bool { _, e := span(i); return e >= start }); i > 0 {
			_, e := span(i - 1)
			from = max(from, e)
		}
		if i := sort.Search(n, func(i int) bool { b, _ := span(i); return b > end }); i < n {
			b, _ := span(i)
			to = min(to, b)
		}
	}
	widen(len(m.Words), func(i int) (int32, int32) { return m.Words[i].Pos, m.Words[i].End })
	widen(len(m.Unions), func(i int) (int32, int32) { return m.Unions[i].Pos, m.Unions[i].End })
	return from, to
}

// TokenAt returns the token that an offset lies in or right behind of; false if there is none.
func (s *Snapshot) TokenAt(offset int32) (t syntax.Token, ok bool) {
	tokens := s.TokensFrom(offset, offset)
	i := sort.Search(len(tokens), func(i int) bool { return tokens[i].End > offset })
	if i < len(tokens) && tokens[i].Pos <= offset && tokens[i].Kind != syntax.TokenEOF {
		return tokens[i], true
	}
	if i > 0 && tokens[i-1].End == offset {
		return tokens[i-1], true
	}
	return syntax.Token{}, false
}

// CallAt returns the statement of a definition whose word is at an offset; nil if there is none.
func CallAt(decl *syntax.Word, offset int32) *syntax.Stmt {
	for st := range syntax.All(decl.Body) {
		if st.HasCall() && st.Pos <= offset && offset <= st.End {
			return st
		}
	}
	return nil
}

// LiteralAt returns the innermost quotation literal of a definition that an offset lies in; nil if it lies in none.
func (s *Snapshot) LiteralAt(decl *syntax.Word, offset int32) *syntax.Stmt {
	var found *syntax.Stmt
	for st := range syntax.All(decl.Body) {
		if st.Kind == syntax.StmtQuotation && st.Pos <= offset && offset < st.End && strings.HasPrefix(s.Doc.Text()[st.Pos:], "[") {
			found = st // one within comes behind it
		}
	}
	return found
}

// URIOf returns the URI of a file of the program: that of the client if it is open.
func (s *Snapshot) URIOf(source *diag.Source) string { return s.document(source).URI }

// LinesOf returns the lines of a file of the program.
func (s *Snapshot) LinesOf(source *diag.Source) *document.Lines { return s.document(source).Lines }

// document returns a file of the program as a document, whether it is open or not.
func (s *Snapshot) document(source *diag.Source) *document.Document {
	if source.Name == s.Doc.Source.Name {
		return s.Doc
	}
	doc := s.documents[source]
	if doc == nil {
		if doc = s.files[canonical(source.Name)]; doc == nil {
			doc = document.New(document.URI(source.Name), 0, source.Text)
		}
		s.documents[source] = doc
	}
	return doc
}

// IncludeOf returns the include of the document through which a file of its program is there; nil if there is none.
func (s *Snapshot) IncludeOf(source *diag.Source) *syntax.Include {
	main := s.Main()
	if main == nil {
		return nil
	}
	for i, m := range main.Included {
		if reaches(m, source, map[*load.Module]bool{main: true}) {
			return main.Includes[i]
		}
	}
	return nil
}

// reaches tells whether a module is that of a source, or includes it.
func reaches(m *load.Module, source *diag.Source, seen map[*load.Module]bool) bool {
	if m == nil || seen[m] {
		return false
	}
	seen[m] = true
	return m.Source == source || slices.ContainsFunc(m.Included, func(next *load.Module) bool { return reaches(next, source, seen) })
}
