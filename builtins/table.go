// Package builtins declares every built-in word in one table: name, stack
// effect, description and Go function. The checker, the compiler, the VM, the
// documentation and the tools all read this table; nothing is declared twice.
//
// One file holds one family of words. What is said of a word in chapters 3 to
// 6 of the language book is done here; how words are called is package vm's.
package builtins

import (
	"sync"

	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// Family is words that belong together.
type Family struct {
	Title    string
	Category string // what 'doc --json' and editors list it under (chapter 8, section 9)
	Words    []Word
}

// Families returns all built-in words by family. Names that begin with "%" are
// what supplied modules are built on; programs cannot call them. The result must
// not be changed.
var Families = sync.OnceValue(func() []Family {
	return []Family{
		{"Stack", "stack", stackWords}, {"Calls and branches", "callable", callWords}, {"Int", "arith", intWords}, {"Bool", "arith", boolWords}, {"Float", "float", floatWords},
		{"Conversions", "text", conversionWords}, {"Strings", "text", stringWords}, {"Encodings", "text", encodingWords}, {"Regular expressions", "text", regexWords},
		{"Lists", "list", listWords}, {"Maps", "map", mapWords}, {"Variants", "adt", variantWords()}, {"Texts of values", "diagnostics", sonWords},
		{"Strands, channels, weaves", "concurrency", strandWords}, {"Time", "os", timeWords}, {"Input and output", "io", inputOutputWords},
		{"Program arguments", "os", argumentWords}, {"Files", "fs", fileWords}, {"Directories", "fs", directoryWords}, {"Operating system and paths", "os", osWords},
		{"Terminal", "io", terminalWords}, {"Cryptography", "text", cryptoWords}, {"Compression", "text", compressionWords}, {"Sockets", "tcp", socketWords}, {"Signals", "os", signalWords()}, {"TCP", "tcp", tcpWords}, {"UDP", "udp", udpWords}, {"DNS", "dns", dnsWords}, {"TLS", "tls", tlsWords}, {"HTTP", "http", httpWords}, {"Tests", "diagnostics", testWords},
		{"", "", movingWords}, {"", "", lineWords}, {"", "", ioModuleWords}, {"", "", channelModuleWords}, {"", "", strandsModuleWords}, {"", "", testModuleWords}, {"", "", httpModuleWords}, {"", "", jsonWords}, {"", "", yamlWords}, {"", "", classicWords}, {"", "", release2Words},
	}
})

// flagged leaves a value and whether it is one.
func flagged(w []stack.Value, v stack.Value, ok bool) {
	w[0], w[1] = v, stack.FromBool(ok)
}

// Rules of words that are more than functions of their arguments.

func shuffle(order ...int) types.Rule { return types.Rule{Shuffle: &types.Shuffle{Order: order}} }

func combinator(values, quotations int, order ...int) types.Rule {
	return types.Rule{Combinator: &types.Combinator{Values: values, Quotations: quotations, Order: order}}
}

func loop(l types.Loop) types.Rule { return types.Rule{Loop: &l} }

func special(s types.Special) types.Rule { return types.Rule{Special: s} }

// built makes a String of bytes that were appended one after the other. If they have got much
// more room than they need, the String is a copy.
func built(b []byte) stack.Value {
	if cap(b)-len(b) > len(b)/8 {
		memory.Ask(len(b))
		return stack.FromString(string(b))
	}
	return stack.FromOwned(b)
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
