// Package analysis is what is known of the texts that a client has open: facts about the program that each of them begins, and what is
// wrong with it.
//
// A Snapshot is what is known of one text together with the texts of all others at that time; it never changes. The Workspace makes one
// when somebody asks, and forgets it when a text changes that it was made of: so no answer is about an old text. The package
// knows positions as offsets, and nothing of the protocol's messages. What a program is, the front end knows: every fact here is one
// of seq/types, tools/lint or tools/doc.
package analysis

import (
	"maps"
	"path/filepath"
	"slices"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/tools/lint"
	"github.com/seqvm/seqvm/tools/lsp/document"
)

// Workspace is the open documents. It is not safe for concurrent use.
type Workspace struct {
	front front
	open  map[string]*entry // by URI
	files map[string]*document.Document
}

// entry is an open document.
type entry struct {
	doc      *document.Document
	snapshot *Snapshot // nil: not made, or of an old text
	asked    []string  // files that the last look at it read, or found missing
	// What is known of earlier texts, to find out sooner what is true of this one: that of Snapshot, and that of Look, which another goroutine uses.
	known, looked *types.Info
}

// latest is what is known of a text if all of it was looked at, else what was known before: an open string swallows the rest of a file, and soon it will be closed.
func latest(info, before *types.Info) *types.Info {
	whole := !slices.ContainsFunc(info.Program.Modules, func(m *load.Module) bool { return !m.Whole() })
	if info.Looked() && whole {
		return info
	}
	return before
}

// front is the front end: how programs are checked.
type front struct {
	opts  seqvm.Options
	words *types.Table
	rules []*lint.Rule
}

// NewWorkspace makes a workspace without documents. Of opts FS and Overlay are not used.
func NewWorkspace(opts seqvm.Options) *Workspace {
	words := opts.Words
	if words == nil {
		words = seqvm.AllWords()
	}
	opts.Library = true
	return &Workspace{
		front: front{opts: opts, words: words.Types(), rules: lint.BuiltinRules(words.Types())},
		open:  map[string]*entry{}, files: map[string]*document.Document{},
	}
}

// Put opens a document, or puts a changed one in the place of the old. It returns the URIs of the other open documents about which something else may be
// true now.
func (w *Workspace) Put(doc *document.Document) (affected []string) {
	e := w.open[doc.URI]
	if e == nil {
		e = &entry{}
		w.open[doc.URI] = e
	}
	e.doc, e.snapshot = doc, nil
	if doc.Path == "" {
		return nil
	}
	key := canonical(doc.Path)
	w.files = maps.Clone(w.files) // snapshots share the old one
	w.files[key] = doc
	return w.changed(key, doc.URI)
}

// Remove closes a document: what is on disk counts again. It returns what Put returns.
func (w *Workspace) Remove(uri string) (affected []string) {
	e := w.open[uri]
	if e == nil {
		return nil
	}
	delete(w.open, uri)
	if e.doc.Path == "" {
		return nil
	}
	key := canonical(e.doc.Path)
	w.files = maps.Clone(w.files)
	delete(w.files, key)
	for _, other := range w.URIs() { // the file may be open by another path as well
		if doc := w.open[other].doc; doc.Path != "" && canonical(doc.Path) == key {
			w.files[key] = doc
		}
	}
	return w.changed(key, uri)
}

// Touched says that a file has changed on disk. It returns what Put returns.
func (w *Workspace) Touched(path string) (affected []string) {
	key := canonical(path)
	if w.files[key] != nil {
		return nil
	}
	return w.changed(key, "")
}

// changed forgets the snapshots that a file is in.
func (w *Workspace) changed(key, uri string) (affected []string) {
	for other, e := range w.open {
		if other != uri && slices.Contains(e.asked, key) {
			e.snapshot = nil
			affected = append(affected, other)
		}
	}
	slices.Sort(affected)
	return affected
}

// Document returns an open document; nil if it is not open.
func (w *Workspace) Document(uri string) *document.Document {
	if e := w.open[uri]; e != nil {
		return e.doc
	}
	return nil
}

// URIs returns those of the open documents, in order.
func (w *Workspace) URIs() []string { return slices.Sorted(maps.Keys(w.open)) }

// Snapshot returns what is known of an open document now; nil if it is not open.
func (w *Workspace) Snapshot(uri string) *Snapshot {
	e := w.open[uri]
	if e == nil {
		return nil
	}
	if e.snapshot == nil {
		e.snapshot = w.front.look(e.doc, w.files, e.known)
		e.asked, e.known = e.snapshot.asked, latest(e.snapshot.Info, e.known)
	}
	return e.snapshot
}

// Look returns a function that makes a snapshot of an open document as it is now, for the use of another goroutine. What it makes goes to Took before Look is called
// again; until then nobody looks at its points.
func (w *Workspace) Look(uri string) func() *Snapshot {
	e, front, files := w.open[uri], w.front, w.files
	doc, before := e.doc, e.looked
	return func() *Snapshot { return front.look(doc, files, before) }
}

// Took says what a snapshot that was made elsewhere was made of, so that its document is among the affected when that changes. It returns false
// if the snapshot is of an old text.
func (w *Workspace) Took(s *Snapshot) bool {
	e := w.open[s.Doc.URI]
	if e == nil {
		return false
	}
	if e.looked = latest(s.Info, e.looked); e.doc != s.Doc {
		return false
	}
	e.asked = s.asked
	for _, key := range s.asked {
		if w.files[key] != s.files[key] {
			return false
		}
	}
	return true
}

// canonical is the identity of a file: its absolute path without links.
func canonical(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	} else if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(dir, filepath.Base(path))
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}
