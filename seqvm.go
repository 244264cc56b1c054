// Package seqvm compiles and runs programs of the concatenative language Seq.
//
// A program is compiled once and can be run any number of times, also at the
// same time; each run is a VM of its own that touches nothing but what its
// Config hands to it:
//
//	prog, err := seqvm.Compile(seqvm.File("hello.seq"), seqvm.Options{})
//	if err != nil { ... }
//	status, err := prog.Run(ctx, seqvm.Config{Stdout: os.Stdout})
//
// A host can call the words of a program (Program.Call, Program.Open), give it words written
// in Go (Func, Words.With), or take words away (Words.Only).
//
// This package is what seqvm promises to keep, with stack/govalue, the types that appear here, and
// diag.Diagnostic. The phases are packages of their own (seq/…, compile, bytecode, vm) that change
// with every version; this package only puts them in a row.
package seqvm

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/compile"
	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/tools/lint"
	"github.com/seqvm/seqvm/vm"
)

// Version is the version of seqvm, Language that of the language it runs.
const (
	Version  = "0.1.0"
	Language = "7"
)

// Source is where the main file of a program comes from: File or Text.
type Source struct {
	from check.Source
	file string // the path of the main file; "": it is a text
	dir  string // the folder of a text
}

// File is the program whose main file is at path: on disk, or in Options.FS.
func File(path string) Source { return Source{from: check.File(path), file: path} }

// Text is a program given as a text. name is what diagnostics call it; its includes
// are relative to the folder of that name.
func Text(name, text string) Source {
	dir := filepath.Dir(name)
	return Source{from: check.Text(name, text, dir), dir: dir}
}

// Words is a set of built-in words, Word one of them, and WordFunction what one does.
type (
	Words        = builtins.Words
	Word         = builtins.Word
	WordFunction = builtins.Function
)

// Policy says what a program may reach of files, network, environment and process; Allow is what one is made of.
type (
	Policy = sandbox.Policy
	Allow  = sandbox.Allow
)

// NewPolicy makes the policy of a sandbox, for Options and Config. Only what allow has can be reached.
func NewPolicy(allow Allow) (*Policy, error) { return sandbox.New(allow) }

// AllWords returns the built-in words of the language.
func AllWords() *Words { return builtins.All() }

// Func makes a built-in word of a Go function; see builtins.Func for the types of its parameters and
// results.
func Func(name, effect, doc string, f any) (Word, error) { return builtins.Func(name, effect, doc, f) }

// Options says how to compile.
type Options struct {
	// FS is where source files are read from; nil means from disk. Paths are cleaned, and cannot
	// leave it.
	FS fs.FS
	// Overlay has texts that stand in place of files, by path: what an editor has not saved yet.
	Overlay map[string]string
	// Words are the built-in words that the program can call; nil means all of the language.
	Words *Words
	// Manifests are those that "include ffi:NAME" looks for NAME in first. Their words must be in Words (WithManifests).
	Manifests []*Manifest
	// Bind makes the functions of the words of manifests that the program includes from beside its files: Bind of package
	// builtins/ffi/dynamic. nil: these words have none (Program.Unlinked), which is enough for checking.
	Bind func(...*Manifest) (map[string]WordFunction, diag.List)
	// Sandbox refuses calls of words that it gives nothing of what they need, and includes of files that are neither below the
	// folder of the main file nor given for reading (but for FS and Overlay: what is there is given). The program runs in it
	// if its Config has no other one. nil: everything is allowed.
	Sandbox *Policy
	// StdlibDir is a folder with further standard modules ($SEQ_STDLIB).
	StdlibDir string
	// Dialect is that of all files ("7", "6", "classic", "classic-2" …); "" or "auto": each
	// file's text decides (chapter 9, section 2).
	Dialect string
	// Library asks for no main: words of the program are called, or it is only checked.
	Library bool
	// Verbose asks Check for hints at what an old release may have meant otherwise.
	Verbose bool
	// Instrument makes words count their entries (VM.WordCounts).
	Instrument bool
	// Cover makes the program count the points that it comes to (VM.Coverage).
	Cover bool
	// Profile makes words without calls and loops visible to a profile (VM.StartProfile).
	Profile bool
	// Plain makes code in which every step can be seen, and which is slower; Instrument
	// and Cover imply it.
	Plain bool
}

// Config is the outside of a run: input, output, arguments, limits. The zero Config has
// no input and throws output away.
type Config = vm.Config

// Budget bounds what a run (Config.Budget) or one call (Instance.CallWithin) may take of reductions and time.
type Budget = vm.Budget

// Settings are the SEQ_* variables of a run, such as limits; the zero value
// stands for the defaults.
type Settings = settings.Settings

// CompileError says why a program was refused.
type CompileError struct {
	Problems diag.List // errors, and warnings between them
}

// Error is the first error, and how many there are.
func (e *CompileError) Error() string { return e.Problems.Error() }

// Program is a compiled program. It is immutable and safe for concurrent use.
type Program struct {
	Module *bytecode.Module
	// Sources are the texts of the files, by index of Module.Files; absent for
	// a program that was decoded.
	Sources []*diag.Source

	warnings diag.List
	words    *Words // nil: all of the language
	sandbox  *Policy
	// Manifests are those of the options and those that the program includes. All their libraries must be there when it
	// runs, whether it calls them or not (chapter 8, section 10).
	Manifests []*Manifest
	// from and opts check the program again; from is nil if it was decoded.
	from check.Source
	opts check.Options
}

// Compile compiles a program. The error is a *CompileError.
func Compile(source Source, opts Options) (*Program, error) {
	bindings := opts.foreign()
	o := opts.check(source, bindings)
	info, problems := check.Program(source.from, o)
	if problems.HasErrors() {
		return nil, &CompileError{problems}
	}
	p := &Program{
		Module:   compile.Program(info, compile.Options{Instrument: opts.Instrument, Cover: opts.Cover, Profile: opts.Profile, Plain: opts.Plain}),
		warnings: problems, words: bindings.words, sandbox: opts.Sandbox, from: source.from, opts: o, Manifests: slices.Concat(bindings.given, bindings.included),
	}
	for _, m := range info.Program.Modules {
		p.Sources = append(p.Sources, m.Source)
	}
	return p, nil
}

// Decoded is a program that was read from a bytecode file. Of the options only Words and Sandbox count.
func Decoded(module *bytecode.Module, opts Options) *Program {
	o := Options{Words: opts.Words, Sandbox: opts.Sandbox, Library: true}
	return &Program{Module: module, words: opts.Words, sandbox: opts.Sandbox, Manifests: opts.Manifests, opts: o.check(Source{}, o.foreign())}
}

// Unlinked returns the built-in words that the program calls and that have no function here, but in
// another part of seqvm (Word.Part). It cannot be run.
func (p *Program) Unlinked() []Word {
	words := p.words
	if words == nil {
		words = builtins.All()
	}
	var list []Word
	for _, w := range words.Unlinked() {
		if slices.ContainsFunc(p.Module.Builtins, func(ref bytecode.BuiltinRef) bool { return ref.Name == w.Name }) {
			list = append(list, *w)
		}
	}
	return list
}

// Warnings are what was found when the program was compiled, and did not refuse it.
func (p *Program) Warnings() diag.List { return p.warnings }

// Check checks a program without compiling it. The list holds hints as well, and
// warnings about dropped flags.
func Check(source Source, opts Options) diag.List {
	o := opts.check(source, opts.foreign())
	o.Hints, o.Verbose = true, opts.Verbose
	info, problems := check.Program(source.from, o)
	if problems.HasErrors() {
		return problems
	}
	problems = append(problems, lint.DroppedFlags(info)...)
	problems.Sort()
	return problems
}

// Lint lints the main file of a program; package tools/lint says what is found. Check and Words of o are set here.
func Lint(source Source, opts Options, o lint.Options) *lint.Report {
	return lint.File(source.from, opts.lint(source, o))
}

// LintFix applies what the rules of the linter suggest to the text of the file at path; it writes nothing.
func LintFix(path, text string, opts Options, o lint.Options) (lint.Fixed, error) {
	return lint.Fix(path, text, opts.lint(File(path), o))
}

func (o Options) lint(source Source, l lint.Options) lint.Options {
	o.Library = true
	l.Words = o.words().Types()
	l.Check = func(from check.Source) (*types.Info, diag.List) {
		c := o.check(source, o.foreign())
		c.Hints = true
		return check.Program(from, c)
	}
	return l
}

// Inspection is what is known of a program that is being written.
type Inspection struct {
	Info     *types.Info // what was found out about it, as far as it was looked at
	Problems diag.List   // as of Check, without warnings about dropped flags
	// Readable is Info, or, of a program that cannot be read as a whole, what can be found out about the rest of it: nothing
	// follows from what is missing in it.
	Readable *types.Info
}

// Inspect checks a program for tools that show it while it is written. before is what was found out about an earlier state of it, nil if nothing: what of that
// still holds is not looked for again, and what is found is the same. before may be used by nobody else meanwhile.
func Inspect(source Source, opts Options, before *types.Info) Inspection {
	opts.Library = true
	o := opts.check(source, opts.foreign())
	if before == nil {
		before = &types.Info{Program: &load.Program{}}
	}
	o.Hints, o.Before = true, before
	info, problems := check.Program(source.from, o)
	in := Inspection{Info: info, Problems: problems, Readable: info}
	if info.Builtins == nil && len(info.Program.Modules) > 0 {
		in.Readable = o.Readable(info.Program)
	}
	return in
}

// WordStacks is how the stack changes in a word of a program.
type WordStacks struct {
	Word       string
	Definition diag.Span
	Steps      []diag.Step // as types.Info.Stacks has them
}

// Stacks checks a program and returns the stacks on the way through the words of its main file in
// source order, without those that were refused.
func Stacks(source Source, opts Options) ([]WordStacks, diag.List) {
	info, problems := check.Program(source.from, opts.check(source, opts.foreign()))
	var list []WordStacks
	for _, w := range info.Words {
		if steps := info.Stacks(w); w.Module == 0 && steps != nil {
			list = append(list, WordStacks{Word: w.Decl.Name.Text, Definition: info.Program.Main().Span(w.Decl.Pos, w.Decl.End), Steps: steps})
		}
	}
	return list, problems
}

// Capabilities checks a program and returns what its words can ask for of files, network, environment and process: a hint for each
// place, in the order of words and places. What words of supplied modules do counts where the program calls those.
// The second list is what Check finds; if it has errors, the first is empty.
func Capabilities(source Source, opts Options) (uses, problems diag.List) {
	bindings := opts.foreign()
	o := opts.check(source, bindings)
	info, problems := check.Program(source.from, o)
	if problems.HasErrors() {
		return nil, problems
	}
	words := bindings.words
	for _, use := range info.Uses(func(builtin int32) bool { return words.Needs(builtin) != sandbox.Nothing }) {
		need, through := words.Needs(use.Builtin), ""
		if use.Through {
			through = fmt.Sprintf(" through '%s'", info.Builtins.Name(use.Builtin))
		}
		uses = append(uses, &diag.Diagnostic{Severity: diag.Hint, Code: "capability", Span: use.Span,
			Message: fmt.Sprintf("'%s' in '%s' %s%s: %s", use.Name, use.Word.Decl.Name.Text, need.Does(), through, need.Capability().Flag())})
	}
	return uses, problems
}

func (o Options) words() *Words {
	words := o.Words
	if words == nil {
		words = builtins.All()
	}
	if o.Sandbox != nil {
		words = words.Under(o.Sandbox)
	}
	return words
}

func (o Options) check(source Source, f *foreign) check.Options {
	from := load.Options{StdlibDir: o.StdlibDir, Dialect: o.Dialect, Manifest: f.include}
	if o.FS != nil || o.Overlay != nil || o.Sandbox != nil {
		from.ReadFile = o.reader(source)
	}
	f.read = from.Read
	return check.Options{Options: from, Words: f.base.Types(), Bound: f.bound, NeedMain: !o.Library}
}

// reader returns what reads the files of a program.
func (o Options) reader(source Source) func(name string) ([]byte, error) {
	disk := func(name string) ([]byte, error) {
		if name == source.file {
			return load.ReadMain(name)
		}
		return load.ReadInclude(name)
	}
	if o.Sandbox != nil && o.FS == nil {
		disk = o.confined(source)
	}
	return func(name string) ([]byte, error) {
		if text, ok := o.Overlay[name]; ok {
			return []byte(text), nil
		}
		if o.FS != nil {
			return fs.ReadFile(o.FS, path.Clean(filepath.ToSlash(name)))
		}
		return disk(name)
	}
}

// SourceFolders returns the folders below which the files of a program in a sandbox may lie, whatever its policy gives.
func SourceFolders(source Source, opts Options) []string {
	return load.Folders(source.file, source.dir, opts.StdlibDir)
}

// confined reads the files that a program in a sandbox can include: those below the folder of its main file, the standard
// modules that who starts the program has added, and what is given for reading.
func (o Options) confined(source Source) func(name string) ([]byte, error) {
	policy := o.Sandbox.Including(SourceFolders(source, o))
	return func(name string) ([]byte, error) {
		if name == source.file && name != "" {
			return load.ReadMain(name) // it was named by who runs it
		}
		return policy.ReadFile(name, load.MaxSource)
	}
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
	if info, err := p.sandbox.Stat(file); err != nil || !info.Mode().IsRegular() || info.Size() > maxSource {
		return nil
	}
	text, err := p.sandbox.ReadFile(file, maxSource)
	if err != nil || bytecode.Sum(string(text)) != p.Module.Sums[i] {
		return nil
	}
	return diag.NewSource(file, string(text))
}
