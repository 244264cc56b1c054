// Package load follows the includes of a program: it reads and parses every
// file and supplied module once and returns them as one program. The rules are
// those of chapter 1, section 10.
//
// It does not look at what the files define: collisions and missing words are
// found by package types.
package load

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unsafe"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/spelling"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/stdlib"
)

// Module is one source file of a program.
type Module struct {
	*syntax.File
	// Supplied: it comes with the VM and not with the program: a standard module, one
	// that only this implementation has, or words of old releases.
	Supplied bool
	// Name is how an include names it, also if it is in the folder of $SEQ_STDLIB; zero
	// for a file that is included by its path.
	Name    stdlib.Module
	Decided bool // an option or the text of the file tells its dialect
	Named   bool // a comment or an option names it
	// Included are the modules that its includes lead to, in their order; nil for one that leads nowhere, to a manifest, or to what an
	// earlier input of a session has included.
	Included []*Module

	text *syntax.Text // of the file, if there may be a later state of the program
}

// Private tells whether a word of the module is a helper that only the module
// sees (chapter 4, section 8).
func (m *Module) Private(word string) bool {
	return m.Supplied && stdlib.Private(word)
}

// Tokens goes through the tokens of the file; the last one is its end.
func (m *Module) Tokens() iter.Seq[syntax.Token] {
	if m.text != nil {
		return m.text.Tokens(m.File)
	}
	tokens, _ := syntax.Tokens(m.File)
	return slices.Values(tokens)
}

// Program is all files of a program, the main file first, then the included
// ones depth first in the order of their includes.
type Program struct {
	Modules []*Module
}

// Profile returns the releases whose words the classic files of the program have
// (chapter 9, section 12): all have the same. named tells that a file or an
// option asks for it; ok is false if no file is classic.
func (p *Program) Profile() (profile syntax.Dialect, named, ok bool) {
	for _, m := range p.Modules {
		if m.Dialect.Conditionals() {
			profile, ok = max(profile, m.Dialect), true
			named = named || m.Named
		}
	}
	return profile, named, ok
}

// Undecided tells whether nothing in the files of the program decides on their
// dialect (chapter 9, section 2, rule 5).
func (p *Program) Undecided() bool {
	return !slices.ContainsFunc(p.Modules, func(m *Module) bool { return !m.Supplied && m.Decided })
}

// The names of the modules with words of old releases.
const (
	OldLoops = "<classic loops>"
	OldLines = "<classic lines>"
)

var oldWords = map[string]string{OldLoops: stdlib.OldLoops, OldLines: stdlib.OldLines}

// OldWords tells whether a module is one of those that WithOldWords adds.
func (m *Module) OldWords() bool { return oldWords[m.Source.Name] != "" }

// WithOldWords returns the program with a module more: words that classic files
// had. It is OldLoops or OldLines.
func (p *Program) WithOldWords(name string) *Program {
	file, errs := syntax.Parse(diag.NewSource(name, oldWords[name]), syntax.Seven)
	if errs.HasErrors() {
		panic("load: " + errs.Error()) // a defect of seqvm: the module is its own
	}
	return &Program{Modules: append(slices.Clip(p.Modules), &Module{File: file, Supplied: true})}
}

// ReadsOldLines tells whether a classic file of the program names the line reader
// of its time.
func (p *Program) ReadsOldLines() bool {
	return slices.ContainsFunc(p.Modules, func(m *Module) bool {
		return m.Dialect.OldNames() && !m.Supplied && strings.Contains(m.Source.Text, "file.for-each-line+")
	})
}

// Main returns the file that the program was started with.
func (p *Program) Main() *Module { return p.Modules[0] }

// Options says where sources come from.
type Options struct {
	// ReadFile reads a file; nil means ReadMain or ReadInclude.
	ReadFile func(path string) ([]byte, error)
	// StdlibDir is $SEQ_STDLIB: the folder with modules that are not built in.
	StdlibDir string
	// Dialect decides for all files of the program; "" or "auto": each file's text does.
	Dialect string
	// Manifest brings the words of the manifest that "include ffi:NAME" names: of one that has a library with the name,
	// or of the file beside the file that includes it. found tells whether there is one, problems what is wrong with it. It
	// may be called more than once for the same. nil: there are none.
	Manifest func(name, beside string) (problems diag.List, found bool)
	// Before is an earlier state of the program; what of its files stands is not read again. A program without modules: there is none, but there will be a later
	// one. nil: there will be none.
	Before *Program
	// Mixed reads files that use both forms of the conditional (syntax.Text.ParseMixed).
	Mixed bool
}

// File loads the program whose main file is at path.
func File(path string, opts Options) (*Program, diag.List) {
	l := newLoader(opts)
	text, err := l.readBy(ReadMain, path)
	if err != nil {
		l.errors = append(l.errors, &diag.Diagnostic{
			Code: "unreadable", Span: diag.Span{Source: diag.NewSource(path, ""), Start: -1},
			Message: fmt.Sprintf("cannot read '%s': %s", path, reason(err)),
		})
		return &Program{}, l.errors
	}
	return l.program(path, text, func() string { return folder(path) })
}

// Text loads a program from a text; name is what diagnostics call it, and its
// includes are relative to the folder dir.
func Text(name, text, dir string, opts Options) (*Program, diag.List) {
	return newLoader(opts).program(name, text, func() string { return dir })
}

type loader struct {
	opts   Options
	prog   *Program
	errors diag.List
	parsed map[*Module]diag.List // what the parser found
	seen   map[string]bool       // resolved paths, "std:NAME" and "vm:NAME"
	of     map[string]*Module    // the modules of those
	main   string                // the main file, which is seen as soon as a file is included
	warned bool                  // about StdlibDir
	forced *syntax.Dialect       // by the options
}

func newLoader(opts Options) *loader {
	return &loader{opts: opts, prog: &Program{}, parsed: map[*Module]diag.List{}, seen: map[string]bool{}, of: map[string]*Module{}}
}

// Read reads a file as the options say.
func (o Options) Read(path string) ([]byte, error) {
	if o.ReadFile != nil {
		return o.ReadFile(path)
	}
	return ReadInclude(path)
}

// read reads a file that a program names.
func (l *loader) read(path string) (string, error) { return l.readBy(ReadInclude, path) }

// readBy reads a file as the options say, or else by a function. What that returns is not copied when it becomes a text: nobody else has it.
func (l *loader) readBy(read func(path string) ([]byte, error), path string) (string, error) {
	if l.opts.ReadFile != nil {
		b, err := l.opts.ReadFile(path)
		return string(b), err
	}
	b, err := read(path)
	return unsafe.String(unsafe.SliceData(b), len(b)), err
}

// reason shortens an error of the file system to what the user needs.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

func (l *loader) program(name, text string, dir func() string) (*Program, diag.List) {
	l.main = name
	if d, ok := syntax.ParseDialect(l.opts.Dialect); ok {
		l.forced = &d
	} else if l.opts.Dialect != "" && l.opts.Dialect != "auto" {
		l.errors = append(l.errors, syntax.UnknownDialect(l.opts.Dialect, diag.Span{}))
		return l.prog, l.errors
	}
	source := l.text(diag.NewSource(name, text))
	inherited := syntax.Seven
	if l.forced == nil && !source.FindDialect().Decided && l.reachesClassicOnly(source, dir) {
		inherited = syntax.Classic
	}
	l.add(&Module{}, source, dir, inherited)
	l.shareHashNames()
	return l.prog, l.errors
}

// shareHashNames parses classic files once more that may call words of other
// files with a "#" in their names: until those are known, such a name looks like
// a comment (chapter 9, section 3).
func (l *loader) shareHashNames() {
	all := map[string]bool{}
	for _, m := range l.prog.Modules {
		maps.Copy(all, m.HashNames)
	}
	for _, m := range l.prog.Modules {
		if !m.Dialect.Conditionals() || len(m.HashNames) == len(all) || !strings.Contains(m.Source.Text, "#") {
			continue
		}
		l.errors = slices.DeleteFunc(l.errors, func(d *diag.Diagnostic) bool {
			return slices.Contains(l.parsed[m], d)
		})
		text := l.text(m.Source)
		file, errs := l.parse(text, m.Dialect, all)
		m.File = file
		l.keep(m, text)
		l.errors = append(l.errors, errs...)
	}
}

func (l *loader) parse(text *syntax.Text, dialect syntax.Dialect, hashNames map[string]bool) (*syntax.File, diag.List) {
	if l.opts.Mixed {
		return text.ParseMixed(dialect, hashNames)
	}
	return text.ParseCalling(dialect, hashNames)
}

// text makes a text of a source, of which there may be an earlier state.
func (l *loader) text(source *diag.Source) *syntax.Text {
	if l.opts.Before != nil {
		for _, m := range l.opts.Before.Modules {
			if m.Source.Name == source.Name && m.text != nil {
				return m.text.After(source)
			}
		}
	}
	return syntax.NewText(source)
}

// keep keeps the text of a module if there may be a later state of it.
func (l *loader) keep(m *Module, text *syntax.Text) {
	if l.opts.Before != nil {
		m.text = text
	}
}

// resolve gives the identity of a file: its absolute path without links.
func resolve(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// folder returns the folder that the includes of a file are relative to: that of
// the real file if it is a link (chapter 1, section 10, and chapter 8, section 2).
// Otherwise it is written as the path is, for messages.
func folder(path string) string {
	dir := filepath.Dir(path)
	if real, err := filepath.EvalSymlinks(path); err == nil && resolve(dir) != resolve(filepath.Dir(real)) {
		return filepath.Dir(real)
	}
	return dir
}

// reachesClassicOnly tells whether of the files that an undecided one includes,
// directly or not, at least one is classic by its text and none is of today's
// dialect (chapter 9, section 2, rule 5).
func (l *loader) reachesClassicOnly(text *syntax.Text, dir func() string) bool {
	classic, today := false, false
	seen := map[string]bool{}
	var visit func(text *syntax.Text, dir func() string)
	visit = func(text *syntax.Text, dir func() string) {
		for _, include := range text.FindDialect().Includes {
			path := filepath.Join(dir(), include) + ".seq"
			if key := resolve(path); seen[key] {
				continue
			} else {
				seen[key] = true
			}
			b, err := l.read(path)
			if err != nil {
				continue // reported when it is loaded
			}
			included := l.text(diag.NewSource(path, b))
			e := included.FindDialect()
			classic = classic || e.Decided && e.Dialect.Conditionals()
			today = today || e.Decided && e.Dialect == syntax.Seven
			visit(included, func() string { return folder(path) })
		}
	}
	visit(text, dir)
	return classic && !today
}

// add parses the file of a module and then what it includes. dir finds the folder of
// relative includes, as the user would name it: most files include none, and looking for links takes
// longer than reading a short one; inherited is the dialect if the
// file's text does not tell.
func (l *loader) add(m *Module, text *syntax.Text, dir func() string, inherited syntax.Dialect) {
	dialect := inherited
	switch {
	case m.Supplied:
		dialect = syntax.Seven
	case l.forced != nil:
		dialect, m.Decided, m.Named = *l.forced, true, true
	default:
		e := text.FindDialect()
		if e.Problem != nil {
			l.errors = append(l.errors, e.Problem)
		}
		if e.Decided {
			dialect, m.Decided, m.Named = e.Dialect, true, e.Named
		}
	}
	var names map[string]bool
	if dialect.Conditionals() {
		names = syntax.HashNames(text.Source.Text)
	}
	file, errs := l.parse(text, dialect, names)
	l.errors = append(l.errors, errs...)
	m.File = file
	l.parsed[m] = errs
	l.keep(m, text)
	l.prog.Modules = append(l.prog.Modules, m)
	l.includes(m, dir)
}

// includes loads what a file includes.
func (l *loader) includes(m *Module, dir func() string) {
	for _, inc := range m.Includes {
		key := "" // of what it leads to
		switch inc.Kind {
		case syntax.IncludeStd, syntax.IncludeVM:
			key = l.includeModule(m.File, inc)
		case syntax.IncludeFFI:
			l.includeManifest(m.File, inc, dir)
		case syntax.IncludeFile:
			key = l.includeFile(m.File, inc, dir)
		}
		m.Included = append(m.Included, l.of[key])
	}
}

// addSeen adds a module that is not seen yet.
func (l *loader) addSeen(key string, m *Module, source *diag.Source, dir func() string, inherited syntax.Dialect) {
	l.seen[key], l.of[key] = true, m
	l.add(m, l.text(source), dir, inherited)
}

// nowhere are the codes of includes that lead nowhere.
var nowhere = []diag.Code{"unknown-module", "removed-module", "include-path", "missing-include"}

// LeadsNowhere tells whether an error is that of an include whose file or module is not there: the file that includes is
// well-formed.
func LeadsNowhere(d *diag.Diagnostic) bool { return slices.Contains(nowhere, d.Code) }

func (l *loader) fail(file *syntax.File, inc *syntax.Include, code diag.Code, message string, help ...string) *diag.Diagnostic {
	d := &diag.Diagnostic{Code: code, Span: file.Span(inc.Pos, inc.End), Message: message, Help: help}
	l.errors = append(l.errors, d)
	return d
}

func (l *loader) includeModule(file *syntax.File, inc *syntax.Include) (key string) {
	module, _ := moduleOf(inc)
	key = module.String()
	if l.seen[key] {
		return key
	}
	text, ok := stdlib.Source(module)
	if old, removed := stdlib.OldSource(module); removed {
		if text, ok = old, file.Dialect.OldNames(); !ok {
			l.fail(file, inc, "removed-module", fmt.Sprintf("the standard module '%s' was removed in release 3.0: only classic files can include it", inc.Name),
				"today's words leave a value and a Bool; a union says the rest", "in a classic file, which a comment '# seq:dialect classic' makes it, it is there")
			return ""
		}
	}
	if ok {
		l.addSeen(key, &Module{Name: module, Supplied: true}, diag.NewSource("<"+key+">", text), func() string { return "" }, syntax.Seven)
		return key
	}
	if module.Space == stdlib.Std && l.includeFurther(module) {
		return key
	}
	l.unknownModule(file, inc, module)
	return ""
}

// includeManifest has a manifest bring its words (chapter 8, section 10).
func (l *loader) includeManifest(file *syntax.File, inc *syntax.Include, dir func() string) {
	if l.opts.Manifest == nil {
		l.fail(file, inc, "unknown-module", fmt.Sprintf("the words of the manifest 'ffi:%s' cannot be included here", inc.Name))
		return
	}
	if inc.Name != filepath.Base(inc.Name) {
		l.fail(file, inc, "unknown-module", fmt.Sprintf("the name '%s' of a manifest has a folder", inc.Name), "manifests lie beside the file that includes them; --ffi-manifest names those that lie elsewhere")
		return
	}
	beside := filepath.Join(dir(), inc.Name) + ".toml"
	switch problems, found := l.opts.Manifest(inc.Name, beside); {
	case problems != nil:
		l.errors = append(l.errors, problems...)
	case !found:
		l.fail(file, inc, "unknown-module", fmt.Sprintf("unknown manifest 'ffi:%s'", inc.Name),
			fmt.Sprintf("no manifest that --ffi-manifest names has a library '%s', and there is no file '%s'", inc.Name, beside))
	}
}

// includeFurther includes a standard module that is not built in; false if no folder
// has it.
func (l *loader) includeFurther(module stdlib.Module) bool {
	for _, dir := range l.stdlibDirs() {
		path := filepath.Join(dir, module.Name+".seq")
		if text, err := l.read(path); err == nil {
			l.addSeen(module.String(), &Module{Name: module}, diag.NewSource("<"+module.String()+">", text), func() string { return folder(path) }, syntax.Seven)
			return true
		}
	}
	return false
}

func (l *loader) unknownModule(file *syntax.File, inc *syntax.Include, module stdlib.Module) {
	own := spaces[module.Space]
	d := l.fail(file, inc, "unknown-module", fmt.Sprintf(own.unknown, inc.Name))
	offer := func(m stdlib.Module) {
		d.Offer(fmt.Sprintf("write '%s'", m), diag.Edit{Span: d.Span, Text: "include " + m.String()})
	}
	for _, other := range stdlib.Modules() {
		if other.Name == module.Name {
			d.Help = append(d.Help, fmt.Sprintf("'%s' is a %s: write 'include %s'", other.Name, Described(other), other))
			offer(other)
		}
	}
	names := stdlib.Names(module.Space)
	for _, name := range spelling.Nearest(inc.Name, names) {
		near := stdlib.Module{Space: module.Space, Name: name}
		d.Help = append(d.Help, fmt.Sprintf("did you mean '%s'?", near))
		offer(near)
	}
	d.Help = append(d.Help, fmt.Sprintf("the %s are %s", own.modules, strings.Join(names, ", ")))
}

// Folders returns the folders of which who starts a program says that its files are there: that of the main file at path, or
// dir if that is a text, and those of further standard modules.
func Folders(path, dir, stdlibDir string) []string {
	folders := []string{dir}
	if path != "" {
		folders[0] = folder(path)
	}
	if folders[0] == "" {
		folders = nil // there is no main file
	}
	if stdlibDir != "" {
		return append(folders, stdlibDir)
	}
	return append(folders, besideProgram()...)
}

// besideProgram lists the folders with further modules that are installed with the program.
func besideProgram() []string {
	exe, err := os.Executable()
	if err != nil {
		return nil
	}
	return []string{filepath.Join(filepath.Dir(exe), "stdlib"), filepath.Join(filepath.Dir(filepath.Dir(exe)), "stdlib")}
}

// stdlibDirs lists the folders that hold further modules, in order.
func (l *loader) stdlibDirs() []string {
	if dir := l.opts.StdlibDir; dir != "" {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return []string{dir}
		}
		if !l.warned {
			l.warned = true
			l.errors = append(l.errors, &diag.Diagnostic{Severity: diag.Warning, Code: "stdlib-dir", Message: fmt.Sprintf("SEQ_STDLIB='%s' is not a folder, ignoring it", dir)})
		}
	}
	return append(besideProgram(), "stdlib")
}

func (l *loader) includeFile(file *syntax.File, inc *syntax.Include, dir func() string) (key string) {
	switch {
	case inc.Name == "":
		l.fail(file, inc, "include-path", "the path of the include is empty")
		return ""
	case filepath.IsAbs(inc.Name):
		l.fail(file, inc, "include-path", fmt.Sprintf("the include '%s' is an absolute path", inc.Name), "paths are relative to the folder of the including file")
		return ""
	}
	path := filepath.Join(dir(), inc.Name) + ".seq"
	key = resolve(path)
	if l.main != "" {
		main := resolve(l.main)
		l.seen[main], l.of[main], l.main = true, l.prog.Modules[0], ""
	}
	if l.seen[key] {
		return key
	}
	text, err := l.read(path)
	if err != nil {
		d := l.fail(file, inc, "missing-include", fmt.Sprintf("cannot include '%s': %s: %s", inc.Name, path, reason(err)), "'.seq' is always appended to the path")
		if _, err := l.read(strings.TrimSuffix(path, ".seq")); err == nil && strings.HasSuffix(inc.Name, ".seq") {
			end := inc.End - int32(len(`"`))
			d.Offer("leave '.seq' out", diag.Edit{Span: file.Span(end-int32(len(".seq")), end)})
		}
		return ""
	}
	l.addSeen(key, &Module{}, diag.NewSource(path, text), func() string { return folder(path) }, file.Dialect)
	return key
}
