// Package builtins declares every built-in word in one table: name, stack
// effect, description and Go function. The checker, the compiler, the VM, the
// documentation and the tools all read this table; nothing is declared twice.
//
// One file holds one family of words. What is said of a word in chapters 3 to
// 6 of the language book is done here; how words are called is package vm's.
package builtins

import (
	"fmt"
	"sync"

	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/syntax"
	"github.com/seqvm/seqvm/types"
	"github.com/seqvm/seqvm/vm"
)

// Family is words that belong together.
type Family struct {
	Title string
	Words []vm.Builtin
}

// Families returns all built-in words by family. Names that begin with "%" are
// what standard modules are built on; programs cannot call them. The result must
// not be changed.
var Families = sync.OnceValue(func() []Family {
	families := []Family{
		{"Stack", stackWords}, {"Calls and branches", callWords}, {"Int", intWords}, {"Bool", boolWords}, {"Float", floatWords},
		{"Conversions", conversionWords}, {"Strings", stringWords}, {"Encodings", encodingWords}, {"Regular expressions", regexWords},
		{"Lists", listWords}, {"Maps", mapWords}, {"Variants", variantWords()}, {"Texts of values", sonWords},
		{"Strands, channels, weaves", strandWords}, {"Time", timeWords}, {"Input and output", inputOutputWords},
		{"Program arguments", argumentWords}, {"Files", fileWords}, {"Directories", directoryWords}, {"Operating system and paths", osWords},
		{"Terminal", terminalWords}, {"Cryptography", cryptoWords}, {"Compression", compressionWords}, {"Sockets", socketWords}, {"Signals", signalWords()}, {"TCP", tcpWords}, {"Tests", testWords},
		{"", lineWords}, {"", jsonWords}, {"", yamlWords}, {"", classicWords}, {"", release2Words},
	}
	prepare(families)
	return families
})

// Table returns all built-in words. It must not be changed.
var Table = sync.OnceValue(func() []vm.Builtin {
	var all []vm.Builtin
	for _, f := range Families() {
		all = append(all, f.Words...)
	}
	return all
})

// prepare parses the effects of the words.
func prepare(families []Family) {
	effects := map[string]*syntax.Effect{}
	for _, f := range families {
		for i := range f.Words {
			b := &f.Words[i]
			e := effects[b.Effect]
			if e == nil {
				var err error
				if e, err = syntax.ParseEffect(b.Effect); err != nil {
					panic(fmt.Sprintf("builtins: %s: %v", b.Name, err)) // a mistake in the table itself, which every test meets
				}
				effects[b.Effect] = e
			}
			b.In, b.Out = kinds(e.In), kinds(e.Out)
		}
	}
}

// kinds returns what kinds of values a side of an effect stands for.
func kinds(side []syntax.TypeExpr) []stack.Kind {
	list := make([]stack.Kind, 0, len(side))
	for _, x := range side {
		switch x.Kind {
		case syntax.TypeRow:
		case syntax.TypeName:
			list = append(list, kindNamed[x.Name])
		default:
			list = append(list, stack.Quotation)
		}
	}
	return list
}

// kindNamed has the kinds of the types that have one; others are variables.
var kindNamed = map[string]stack.Kind{
	"Int": stack.Int, "Float": stack.Float, "Bool": stack.Bool, "String": stack.String,
	"Symbol": stack.Symbol, "Channel": stack.Channel, "Variant": stack.Variant, "Socket": stack.Int,
}

// Types returns the table as the checker wants it, parsed once.
var Types = sync.OnceValue(func() *types.Table {
	var list []types.Signature
	for _, b := range Table() {
		list = append(list, types.Signature{Name: b.Name, Effect: b.Effect, Borrows: b.Borrows})
	}
	t, err := types.NewTable(list)
	if err != nil {
		panic(fmt.Sprintf("builtins: %v", err)) // likewise
	}
	return t
})

// Names returns the names in the order of the table.
var Names = sync.OnceValue(func() []string {
	var names []string
	for _, b := range Table() {
		names = append(names, b.Name)
	}
	return names
})

// flagged leaves a value and whether it is one.
func flagged(w []stack.Value, v stack.Value, ok bool) {
	w[0], w[1] = v, stack.FromBool(ok)
}

// Shapes of words that are functions of their arguments.

func stringToString(f func(string) string) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		w[0] = w[0].Derive(f(w[0].AsString()))
		return nil
	}
}

func floatToFloat(f func(float64) float64) func(*vm.Strand, []stack.Value) error {
	return func(_ *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromFloat(f(w[0].AsFloat()))
		return nil
	}
}

func floatsToFloat(f func(a, b float64) float64) func(*vm.Strand, []stack.Value) error {
	return func(_ *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromFloat(f(w[0].AsFloat(), w[1].AsFloat()))
		return nil
	}
}

func intToInt(f func(int64) int64) func(*vm.Strand, []stack.Value) error {
	return func(_ *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromInt(f(w[0].AsInt()))
		return nil
	}
}

func stringsToBool(f func(a, b string) bool) func(*vm.Strand, []stack.Value) error {
	return func(_ *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromBool(f(w[0].AsString(), w[1].AsString()))
		return nil
	}
}

func constant(v stack.Value) func(*vm.Strand, []stack.Value) error {
	return func(_ *vm.Strand, w []stack.Value) error {
		w[0] = v
		return nil
	}
}
