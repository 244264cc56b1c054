package seqvm

import (
	"errors"
	"io/fs"
	"slices"

	"github.com/seqvm/seqvm/builtins/ffi"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/types"
)

// Manifest describes functions of C libraries whose words programs can call; ReadManifest reads one, and
// WithManifests adds the words to a set.
type Manifest = ffi.Manifest

// ReadManifest reads a manifest from a file. The list is what is wrong with it.
func ReadManifest(path string) (*Manifest, diag.List) { return ffi.Read(path) }

// WithManifests returns a set of words with those of manifests added. They have no functions (Program.Unlinked) until
// Words.Link gives them those that package builtins/ffi/dynamic makes. The list has the words that are defined twice.
func WithManifests(words *Words, manifests ...*Manifest) (*Words, diag.List) {
	return ffi.Words(words, manifests...)
}

// foreign is the manifests that a program includes while it is loaded.
type foreign struct {
	base     *Words
	given    []*Manifest // their words are in base
	bind     func(...*Manifest) (map[string]WordFunction, diag.List)
	read     func(path string) ([]byte, error)
	included []*Manifest
	seen     map[string]bool // the names of those
	words    *Words          // base with those included
}

func (o Options) foreign() *foreign {
	base := o.words()
	return &foreign{base: base, words: base, given: o.Manifests, bind: o.Bind, seen: map[string]bool{}}
}

// include is load.Options.Manifest.
func (f *foreign) include(name, beside string) (problems diag.List, found bool) {
	if ffi.Find(name, f.given) != nil || f.seen[beside] {
		return nil, true
	}
	if m := ffi.Find(name, ffi.Supplied()); m != nil {
		if !f.seen[m.Source.Name] {
			f.add(m)
		}
		return nil, true
	}
	text, err := f.read(beside)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	if err != nil {
		return diag.List{ffi.Fault(diag.Span{Source: diag.NewSource(beside, ""), Start: -1}, "cannot read the manifest '%s': %s", beside, err)}, true
	}
	m, problems := ffi.Parse(beside, string(text))
	if m != nil {
		f.add(m)
	}
	return problems, true
}

func (f *foreign) add(m *Manifest) {
	f.included = append(f.included, m)
	f.seen[m.Source.Name] = true
}

// bound is check.Options.Bound.
func (f *foreign) bound(prog *load.Program) (*types.Table, diag.List) {
	if problems := f.redefined(prog); problems != nil {
		return nil, problems
	}
	if len(f.included) == 0 {
		return f.base.Types(), nil
	}
	words, problems := ffi.Words(f.base, f.included...)
	if words != nil && f.bind != nil {
		var functions map[string]WordFunction
		functions, problems = f.bind(f.included...)
		words = words.Link(functions)
	}
	if problems != nil {
		return nil, problems
	}
	f.words = words
	return words.Types(), nil
}

// redefined finds words of manifests that the program defines as well. Of a built-in word it may: then the built-in is meant
// (chapter 1, section 7). Of these it may not (chapter 8, section 10).
func (f *foreign) redefined(prog *load.Program) (problems diag.List) {
	of := map[string]*Manifest{}
	for _, m := range slices.Concat(f.given, f.included) {
		for _, l := range m.Libraries {
			for i := range l.Functions {
				of[l.Functions[i].Word] = m
			}
		}
	}
	if len(of) == 0 {
		return nil
	}
	for _, m := range prog.Modules {
		for _, name := range m.PublicWords() {
			if manifest := of[name.Text]; manifest != nil {
				problems = append(problems, ffi.Fault(m.Span(name.Pos, name.End), "the word '%s' is also one of the manifest '%s'", name.Text, manifest.Source.Name))
			}
		}
	}
	return problems
}
