// Package seqvm compiles and runs programs of the concatenative language Seq.
//
// A program is compiled once and can be run any number of times, also at the
// same time; each run is a VM of its own that touches nothing but what its
// Config hands to it:
//
//	prog, problems := seqvm.CompileFile("hello.seq", seqvm.Options{})
//	if problems.HasErrors() { ... }
//	status, err := prog.Run(seqvm.Config{Stdout: os.Stdout})
//
// The phases are packages of their own (syntax, load, types, compile, bytecode,
// vm); this package only puts them in a row. The command and the tools go
// through it.
package seqvm

import (
	"fmt"
	"os"
	"slices"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/compile"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/tools/lint"
	"github.com/seqvm/seqvm/vm"
)

// Version is the version of seqvm, Language that of the language it runs.
const (
	Version  = "0.1.0"
	Language = "7"
)

// Options says how to compile.
type Options struct {
	// ReadFile reads a source file; nil means from disk.
	ReadFile func(path string) ([]byte, error)
	// StdlibDir is a folder with further standard modules ($SEQ_STDLIB).
	StdlibDir string
	// Dialect is that of all files ("7", "6", "classic", "classic-2" …); "" or "auto": each
	// file's text decides (chapter 9, section 2).
	Dialect string
	// Library asks for no main: the program is only to be checked.
	Library bool
	// Verbose asks CheckFile for hints at what an old release may have meant otherwise.
	Verbose bool
	// Instrument makes words count their entries (VM.WordCounts).
	Instrument bool
	// Cover makes the program count the points that it comes to (VM.Coverage).
	Cover bool
}

// Config is the outside of a run: input, output, arguments, limits.
type Config = vm.Config

// Settings are the SEQ_* variables of a run, such as limits; the zero value
// stands for the defaults.
type Settings = settings.Settings

// Program is a compiled program. It is immutable and safe for concurrent use.
type Program struct {
	Module *bytecode.Module
	// Sources are the texts of the files, by index of Module.Files; absent for
	// a program that was decoded.
	Sources []*diag.Source

	// from and opts check the program again; from is nil if it was decoded.
	from check.Source
	opts check.Options
}

// CompileFile compiles the program whose main file is at path. The list holds
// warnings as well; the program is nil if it holds errors.
func CompileFile(path string, opts Options) (*Program, diag.List) {
	return opts.compile(check.File(path))
}

// CompileText compiles a program from a text. name is what diagnostics call
// it; its includes are relative to the folder dir.
func CompileText(name, text, dir string, opts Options) (*Program, diag.List) {
	return opts.compile(check.Text(name, text, dir))
}

// CheckFile checks a file without compiling it. The list holds hints as well, and
// warnings about dropped flags.
func CheckFile(path string, opts Options) diag.List {
	o := opts.check()
	o.Hints, o.Verbose = true, opts.Verbose
	info, problems := check.Program(check.File(path), o)
	if problems.HasErrors() {
		return problems
	}
	problems = append(problems, lint.DroppedFlags(info, builtins.Types())...)
	problems.Sort()
	return problems
}

// WordStacks is how the stack changes in a word of a program.
type WordStacks struct {
	Word       string
	Definition diag.Span
	Steps      []diag.Step // as types.Info.Stacks has them
}

// StacksOfFile checks a file and returns the stacks on the way through its words in source
// order, without those that were refused.
func StacksOfFile(path string, opts Options) ([]WordStacks, diag.List) {
	o := opts.check()
	info, problems := check.Program(check.File(path), o)
	var list []WordStacks
	for _, w := range info.Words {
		if steps := info.Stacks(w); w.Module == 0 && steps != nil {
			list = append(list, WordStacks{Word: w.Decl.Name.Text, Definition: info.Program.Main().Span(w.Decl.Pos, w.Decl.End), Steps: steps})
		}
	}
	return list, problems
}

func (o Options) check() check.Options {
	return check.Options{Options: load.Options{ReadFile: o.ReadFile, StdlibDir: o.StdlibDir, Dialect: o.Dialect}, NeedMain: !o.Library}
}

func (o Options) compile(from check.Source) (*Program, diag.List) {
	info, problems := check.Program(from, o.check())
	if problems.HasErrors() {
		return nil, problems
	}
	p := &Program{from: from, opts: o.check(), Module: compile.Program(info, builtins.Types(), builtins.Names(), compile.Options{Instrument: o.Instrument, Cover: o.Cover})}
	for _, m := range info.Program.Modules {
		p.Sources = append(p.Sources, m.Source)
	}
	return p, problems
}

// Run runs the program: main, and then until the last strand has ended. status
// is what main or os.exit gave. err is a *vm.RuntimeError, *vm.DeadlockError or
// *vm.InternalError; output written before it has been flushed.
func (p *Program) Run(config Config) (status int, err error) {
	v, err := p.VM(config)
	if err != nil {
		return 0, err
	}
	defer Diagnostics(v).Watch(config.Settings.Watchdog)()
	return v.Run()
}

// VM makes a VM for one run of the program, for hosts that need to reach it
// while it runs.
func (p *Program) VM(config Config) (*vm.VM, error) {
	if config.Builtins == nil {
		config.Builtins = builtins.Table()
	}
	v, err := vm.New(p.Module, config)
	if err != nil {
		return nil, fmt.Errorf("cannot load the program: %w", err)
	}
	return v, nil
}

// maxSource bounds what is read of a file that a bytecode file names.
const maxSource = 64 << 20

// source finds the text of a file of the program; nil if it is not there or not what the
// program was compiled from.
func (p *Program) source(file string) *diag.Source {
	i := slices.Index(p.Module.Files, file)
	switch {
	case i < 0:
		return nil
	case i < len(p.Sources):
		return p.Sources[i]
	case i >= len(p.Module.Sums) || p.Module.Sums[i] == "":
		return nil
	}
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() || info.Size() > maxSource {
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil || bytecode.Sum(string(text)) != p.Module.Sums[i] {
		return nil
	}
	return diag.NewSource(file, string(text))
}
