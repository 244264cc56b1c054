package seqvm

import (
	"slices"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/compile"
	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/vm"
)

// Debuggable is a program that package tools/debugger can debug: its words are there in two forms, as Compile makes them and
// with a place to stop at each statement, and can be had in a third one.
type Debuggable struct {
	*Program
	Info *types.Info
	// Stepped makes the code in which the program can be stopped.
	Stepped *compile.Stepped
	// Check checks something more of the program.
	Check check.Options
}

// CompileForDebugger compiles a program to be debugged. The error is a *CompileError. Instrument, Cover, Profile and Plain do not count.
// The program must be run once only: a debugger changes its code.
func CompileForDebugger(source Source, opts Options) (*Debuggable, error) {
	bindings := opts.foreign()
	o := opts.check(source, bindings)
	info, problems := check.Program(source.from, o)
	if problems.HasErrors() {
		return nil, &CompileError{problems}
	}
	module, stepped := compile.ForDebugger(info)
	p := &Program{Module: module, warnings: problems, words: bindings.words, sandbox: opts.Sandbox, from: source.from, opts: o,
		Manifests: slices.Concat(bindings.given, bindings.included)}
	for _, m := range info.Program.Modules {
		p.Sources = append(p.Sources, m.Source)
	}
	return &Debuggable{Program: p, Info: info, Stepped: stepped, Check: o}, nil
}

// Words returns what finds the functions of the built-in words of the program.
func (d *Debuggable) Words() func(name string) *vm.Builtin {
	if d.words == nil {
		return builtins.All().Find
	}
	return d.words.Find
}
