package ffi

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/seq/diag"
)

// Part is what has the functions of the words (builtins.Word.Part).
const Part = "functions of C libraries"

// Words returns a set of built-in words with those of manifests added. The findings name words that two functions
// have, or that are in the set already.
func Words(set *builtins.Words, manifests ...*Manifest) (*builtins.Words, diag.List) {
	var found diag.List
	var words []builtins.Word
	first := map[string]*Manifest{}
	for _, m := range manifests {
		for _, l := range m.Libraries {
			for _, f := range l.Functions {
				refuse := func(format string, args ...any) {
					found = append(found, Fault(f.At, format, args...))
				}
				_, builtin := set.Types().Lookup(f.Word)
				switch {
				case first[f.Word] == m:
					refuse("the word '%s' is defined twice in the manifest '%s'", f.Word, m.Source.Name)
				case first[f.Word] != nil:
					refuse("the word '%s' of the manifest '%s' is also defined in '%s'", f.Word, m.Source.Name, first[f.Word].Source.Name)
				case builtin:
					refuse("the word '%s' of the manifest '%s' is a built-in word already", f.Word, m.Source.Name)
				default:
					first[f.Word] = m
					words = append(words, f.declare(l))
				}
			}
		}
	}
	if len(found) > 0 {
		return nil, found
	}
	all, err := set.With(words...)
	if err != nil { // a set without the words of the language, whose names are not free in it
		return nil, diag.List{Fault(diag.Span{}, "%s", err)}
	}
	return all, nil
}

// declare returns the word that calls the function.
func (f *Function) declare(l Library) builtins.Word {
	return builtins.Word{
		Name: f.Word, Effect: strings.Replace(strings.Replace(f.Effect, "(", "( ..a", 1), "--", "-- ..a", 1),
		Doc:   fmt.Sprintf("Call '%s' of the C library '%s'.", f.Symbol, l.Name),
		Needs: sandbox.ForeignCall, Part: Part,
	}
}

// Find returns the manifest among some that has a library with a name; nil if none has.
func Find(name string, manifests []*Manifest) *Manifest {
	for _, m := range manifests {
		for _, l := range m.Libraries {
			if l.Name == name {
				return m
			}
		}
	}
	return nil
}

//go:embed libedit.toml
var libedit string

// Supplied are the manifests that come with seqvm.
var Supplied = sync.OnceValue(func() []*Manifest {
	m, found := Parse("<ffi:libedit>", libedit)
	if found.HasErrors() {
		panic("ffi: " + found.Error()) // a defect of seqvm: the manifest is its own
	}
	return []*Manifest{m}
})
