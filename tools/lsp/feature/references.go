package feature

import (
	"slices"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/jsonrpc"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// use is a place where a name stands.
type use struct {
	uri         string
	module      *load.Module
	start, end  int32
	declaration bool
	by          *syntax.Word // whose body the call is in; nil: it is the definition
}

// meant is what a word means, in whatever program: the same name at the same place, or of the built-in words.
type meant struct {
	name, uri string
	start     int32
}

// meantAt returns what the word at a place means, and its token; ok is false if there is none.
func (s *Server) meantAt(at place) (m analysis.Meaning, id meant, t syntax.Token, ok bool) {
	if t, ok = at.TokenAt(at.offset); !ok {
		return m, id, t, false
	}
	if m, _, ok = at.word(t); !ok {
		return m, id, t, false
	}
	return m, s.identity(at.Snapshot, &m), t, true
}

func (s *Server) identity(in *analysis.Snapshot, m *analysis.Meaning) meant {
	id := meant{name: m.Name, start: -1}
	if start, _, _, _, ok := m.Place(); ok {
		id.uri, id.start = in.URIOf(m.Module.Source), start
	}
	return id
}

// uses returns where a meaning is named in a program, in the order of its files: its definition and calls, but not in what is supplied.
func (s *Server) uses(in *analysis.Snapshot, id meant) (list []use) {
	for i, module := range in.Info.Program.Modules {
		if module.Supplied {
			continue
		}
		uri := in.URIOf(module.Source)
		for _, decl := range module.Words {
			if decl.Name.Text == id.name && uri == id.uri && decl.Pos == id.start {
				list = append(list, use{uri, module, decl.Name.Pos, decl.Name.End, true, nil})
			}
			for st := range syntax.All(decl.Body) {
				if st.HasCall() && s.calls(in, i, st, id) {
					list = append(list, use{uri, module, st.Pos, st.End, false, decl})
				}
			}
		}
	}
	return list
}

// calls tells whether a call in a module of a program has a meaning.
func (s *Server) calls(in *analysis.Snapshot, module int, st *syntax.Stmt, id meant) bool {
	if st.Text != id.name {
		return false
	}
	m, ok := in.CalledIn(module, st)
	return ok && s.identity(in, &m) == id
}

// everywhere returns the uses of a meaning in all programs that begin with an open document.
func (s *Server) everywhere(id meant) (list []use, programs map[*load.Module]*analysis.Snapshot) {
	programs = map[*load.Module]*analysis.Snapshot{}
	type place struct {
		uri   string
		start int32
	}
	seen := map[place]bool{}
	for _, uri := range s.URIs() {
		in := s.Snapshot(uri)
		for _, u := range s.uses(in, id) {
			if at := (place{u.uri, u.start}); !seen[at] {
				seen[at] = true
				list = append(list, u)
				programs[u.module] = in
			}
		}
	}
	return list, programs
}

// References answers textDocument/references: in the open documents and what they include.
func (s *Server) References(p *protocol.ReferenceParams) (any, error) {
	at, ok := s.at(p.TextDocument, p.Position)
	if !ok {
		return nil, nil
	}
	locations := []protocol.Location{}
	_, id, _, ok := s.meantAt(at)
	if !ok {
		return locations, nil
	}
	list, programs := s.everywhere(id)
	for _, u := range list {
		if u.declaration && !p.Context.IncludeDeclaration {
			continue
		}
		locations = append(locations, s.location(programs[u.module], u.module.Source, u.start, u.end))
	}
	return locations, nil
}

// DocumentHighlights answers textDocument/documentHighlight: the uses of a word in the document.
func (s *Server) DocumentHighlights(p *protocol.DocumentHighlightParams) (any, error) {
	list := []protocol.DocumentHighlight{}
	at, ok := s.at(p.TextDocument, p.Position)
	if !ok {
		return list, nil
	}
	_, id, _, ok := s.meantAt(at)
	if !ok {
		return list, nil
	}
	for _, u := range s.uses(at.Snapshot, id) {
		if u.uri != at.Doc.URI {
			continue
		}
		kind := protocol.DocumentHighlightKindRead
		if u.declaration {
			kind = protocol.DocumentHighlightKindWrite
		}
		list = append(list, protocol.DocumentHighlight{Range: at.Doc.Range(u.start, u.end, s.Encoding), Kind: kind})
	}
	return list, nil
}

// PrepareRename answers textDocument/prepareRename: whether the word can have another name.
func (s *Server) PrepareRename(p *protocol.PrepareRenameParams) (any, error) {
	at, ok := s.at(p.TextDocument, p.Position)
	if !ok {
		return nil, nil
	}
	m, _, t, ok := s.meantAt(at)
	if !ok || renamable(&m) != nil {
		return nil, nil
	}
	return &protocol.PrepareRenamePlaceholder{Range: at.Doc.Range(t.Pos, t.End, s.Encoding), Placeholder: t.Text}, nil
}

// renamable returns why a name cannot be another one; nil if it can.
func renamable(m *analysis.Meaning) error {
	switch {
	case m.Module == nil:
		return jsonrpc.Errorf(jsonrpc.RequestFailed, "'%s' is a built-in word", m.Name)
	case m.Module.Supplied:
		return jsonrpc.Errorf(jsonrpc.RequestFailed, "'%s' is a word of %s", m.Name, m.Module.Name)
	case m.Word == nil:
		return jsonrpc.Errorf(jsonrpc.RequestFailed, "'%s' comes with the union '%s'", m.Name, m.Union.Name.Text)
	}
	return nil
}

// Rename answers textDocument/rename: words of the open documents and of what they include.
func (s *Server) Rename(p *protocol.RenameParams) (any, error) {
	at, ok := s.at(p.TextDocument, p.Position)
	if !ok {
		return nil, nil
	}
	m, id, _, ok := s.meantAt(at)
	if !ok {
		return nil, jsonrpc.Errorf(jsonrpc.RequestFailed, "there is no word here")
	}
	if err := renamable(&m); err != nil {
		return nil, err
	}
	if err := nameable(m.Module.Cut().With(p.NewName), p.NewName); err != nil {
		return nil, err
	}
	if other, taken := s.taken(p.NewName, id.uri); taken && p.NewName != m.Name {
		return nil, jsonrpc.Errorf(jsonrpc.RequestFailed, "the name '%s' is taken: %s %s", p.NewName, other.Name, other.Effect)
	}
	list, programs := s.everywhere(id)
	if err := s.breaks(list, p.NewName); err != nil {
		return nil, err
	}
	changes := map[string][]protocol.TextEdit{}
	for _, u := range list {
		changes[u.uri] = append(changes[u.uri], protocol.TextEdit{Range: s.location(programs[u.module], u.module.Source, u.start, u.end).Range, NewText: p.NewName})
	}
	return &protocol.WorkspaceEdit{Changes: changes}, nil
}

// taken returns what a name means in one of the programs that a file is in: those that begin with an open document.
func (s *Server) taken(name, uri string) (m analysis.Meaning, taken bool) {
	for _, open := range s.URIs() {
		in := s.Snapshot(open)
		if !slices.ContainsFunc(in.Info.Program.Modules, func(m *load.Module) bool { return in.URIOf(m.Source) == uri }) {
			continue
		}
		if m, taken = in.Named(name); taken {
			return m, true
		}
	}
	return m, false
}

// breaks returns what would be wrong with a program that begins with an open document, and has no errors, if uses had another name; nil if nothing would be.
func (s *Server) breaks(list []use, name string) error {
	for _, uri := range s.URIs() {
		in := s.Snapshot(uri)
		if !in.WithoutErrors() {
			continue
		}
		texts := map[*diag.Source]string{}
		for _, module := range in.Info.Program.Modules {
			if text := renamed(module.Source.Text, in.URIOf(module.Source), list, name); text != module.Source.Text {
				texts[module.Source] = text
			}
		}
		if len(texts) == 0 {
			continue
		}
		if why := in.WithAll(texts).Error(); why != "" {
			return jsonrpc.Errorf(jsonrpc.RequestFailed, "with the name '%s' the program would have an error: %s", name, why)
		}
	}
	return nil
}

// renamed returns the text of a document with another name for the uses in it.
func renamed(text, uri string, list []use, name string) string {
	var b strings.Builder
	at := int32(0)
	for _, u := range slices.SortedFunc(slices.Values(list), func(a, b use) int { return int(a.start - b.start) }) {
		if u.uri == uri && at <= u.start && int(u.end) <= len(text) {
			b.WriteString(text[at:u.start] + name)
			at = u.end
		}
	}
	return b.String() + text[at:]
}

// nameable returns why a text cannot name a word; nil if it can (chapter 1, section 6).
func nameable(cut syntax.Cut, name string) error {
	tokens := cut.Scan(name)
	word := len(tokens) == 2 && tokens[0].Kind == syntax.TokenWord && tokens[0].Text == name
	if !word || syntax.LiteralType(name) != "" || types.Operator(name) || slices.Contains(syntax.Keywords(true), name) || strings.HasPrefix(name, "%") {
		return jsonrpc.Errorf(jsonrpc.InvalidParams, "'%s' cannot be the name of a word", name)
	}
	return nil
}

// WorkspaceSymbols answers workspace/symbol: words and unions of the open documents and of what they include whose names have a text in them.
func (s *Server) WorkspaceSymbols(p *protocol.WorkspaceSymbolParams) (any, error) {
	list := []protocol.WorkspaceSymbol{}
	seen := map[*load.Module]bool{}
	files := map[string]bool{}
	query := strings.ToLower(p.Query)
	for _, uri := range s.URIs() {
		in := s.Snapshot(uri)
		for _, module := range in.Info.Program.Modules {
			file := in.URIOf(module.Source)
			if module.Supplied || seen[module] || files[file] {
				continue
			}
			seen[module], files[file] = true, true
			add := func(name syntax.Name, kind protocol.SymbolKind) {
				if strings.Contains(strings.ToLower(name.Text), query) {
					list = append(list, protocol.WorkspaceSymbol{Name: name.Text, Kind: kind, Location: s.location(in, module.Source, name.Pos, name.End)})
				}
			}
			for _, u := range module.Unions {
				add(u.Name, protocol.SymbolKindEnum)
			}
			for _, w := range module.Words {
				add(w.Name, protocol.SymbolKindFunction)
			}
		}
	}
	return list, nil
}
