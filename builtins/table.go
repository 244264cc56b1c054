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
	// Still: its words only make values of values, those apart that call quotations or other words, or need something of the sandbox
	// (vm.Builtin.Still).
	Still bool
}

// Families returns all built-in words by family. Names that begin with "%" are
// what supplied modules are built on; programs cannot call them. The result must
// not be changed.
var Families = sync.OnceValue(func() []Family {
	return []Family{
		{"Stack", "stack", stackWords, false}, {"Calls and branches", "callable", callWords, false}, {"Int", "arith", intWords, true}, {"Bool", "arith", boolWords, true}, {"Float", "float", floatWords, true},
		{"Conversions", "text", conversionWords, true}, {"Strings", "text", stringWords, true}, {"Encodings", "text", encodingWords, true}, {"Regular expressions", "text", regexWords, true},
		{"Lists", "list", listWords, true}, {"Maps", "map", mapWords, true}, {"Variants", "adt", variantWords(), true}, {"Texts of values", "diagnostics", sonWords, true},
		{"Strands, channels, weaves", "concurrency", strandWords, false}, {"Time", "os", timeWords, false}, {"Input and output", "io", inputOutputWords, false},
		{"Program arguments", "os", argumentWords, false}, {"Files", "fs", fileWords, false}, {"Directories", "fs", directoryWords, false}, {"Operating system and paths", "os", osWords, false},
		{"Terminal", "io", terminalWords, false}, {"Cryptography", "text", cryptoWords, true}, {"Compression", "text", compressionWords, false}, {"Sockets", "tcp", socketWords, false}, {"Signals", "os", signalWords(), false}, {"TCP", "tcp", tcpWords, false}, {"UDP", "udp", udpWords, false}, {"DNS", "dns", dnsWords, false}, {"TLS", "tls", tlsWords, false}, {"HTTP", "http", httpWords, false}, {"Tests", "diagnostics", testWords, false},
		{"", "", movingWords, true}, {"", "", lineWords, false}, {"", "", ioModuleWords, false}, {"", "", channelModuleWords, false}, {"", "", strandsModuleWords, false}, {"", "", testModuleWords, false}, {"", "", httpModuleWords, false}, {"", "", jsonWords, true}, {"", "", yamlWords, true}, {"", "", classicWords, false}, {"", "", release2Words, false},
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
