package load

import (
	"slices"
	"sync"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/stdlib"
)

// SuppliedWords maps the public words of all supplied modules, those of unions among them, to their module. The
// modules are parsed at the first call, which only diagnostics and tools need.
// The map must not be changed.
var SuppliedWords = sync.OnceValue(func() map[string]stdlib.Module {
	words := map[string]stdlib.Module{}
	for _, m := range stdlib.Modules() {
		text, _ := stdlib.Source(m)
		file, _ := syntax.Parse(diag.NewSource("<"+m.String()+">", text), syntax.Seven)
		for _, name := range publicWords(file) {
			words[name.Text] = m
		}
	}
	return words
})

// publicWords are the names of the words of a module that programs can call, those of its unions first, each with
// the definition that brings it.
func publicWords(file *syntax.File) []syntax.Name {
	var names []syntax.Name
	for _, u := range file.Unions {
		for i := range u.Variants {
			for _, word := range u.Variants[i].Words() {
				names = append(names, syntax.Name{Text: word, Pos: u.Variants[i].Name.Pos, End: u.Variants[i].Name.End})
			}
		}
	}
	for _, w := range file.Words {
		if !stdlib.Private(w.Name.Text) {
			names = append(names, w.Name)
		}
	}
	return names
}

// PublicWords are the words of the module that other files can call, with the places of the names that bring them.
func (m *Module) PublicWords() []syntax.Name { return publicWords(m.File) }

// spaceOf is the namespace of the includes that name a supplied module.
var spaceOf = map[syntax.IncludeKind]string{syntax.IncludeStd: stdlib.Std, syntax.IncludeVM: stdlib.VM}

// spaces are the words of diagnostics for the modules of a namespace.
var spaces = map[string]struct{ module, modules, unknown string }{
	stdlib.Std: {"standard module", "standard modules", "unknown standard module '%s'"},
	stdlib.VM:  {"module of seqvm", "modules of seqvm", "unknown module 'vm:%s'"},
}

// Described is what people call a supplied module without its name.
func Described(m stdlib.Module) string { return spaces[m.Space].module }

// moduleOf returns the module that an include names; false for other includes.
func moduleOf(inc *syntax.Include) (stdlib.Module, bool) {
	space, ok := spaceOf[inc.Kind]
	return stdlib.Module{Space: space, Name: inc.Name}, ok
}

// IncludeOf returns the first include in a file of the program that brings a supplied module, by
// itself or because a module that it brings includes that one; false if there is none.
func (p *Program) IncludeOf(name stdlib.Module) (diag.Span, bool) {
	for names := []stdlib.Module{name}; len(names) > 0; names = names[1:] {
		for _, m := range p.Modules {
			for _, inc := range m.Includes {
				switch included, ok := moduleOf(inc); {
				case !ok || included != names[0]:
				case !m.Supplied:
					return m.Span(inc.Pos, inc.End), true
				default: // a module includes only those in front of it
					names = append(names, m.Name)
				}
			}
		}
	}
	return diag.Span{}, false
}

// Takes tells whether the file itself includes a module by its name.
func (m *Module) Takes(name stdlib.Module) bool {
	return slices.ContainsFunc(m.Includes, func(inc *syntax.Include) bool {
		included, ok := moduleOf(inc)
		return ok && included == name
	})
}
