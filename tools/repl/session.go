// Package repl is interactive sessions: inputs are checked against the words and
// the stack that earlier ones have left, each runs once, and one that fails
// leaves nothing behind (chapter 8, section 7).
//
// Session is the library: it reads no keys and draws nothing, so that a terminal,
// a web page or an editor can host one. Plain is the line form on top of it;
// package repl/screen the full-screen one. Commands, history and completion are
// common to both.
package repl

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/builtins/ffi"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/compile"
	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/stack/son"
	"github.com/seqvm/seqvm/tools/lint"
	"github.com/seqvm/seqvm/tools/traceback"
	"github.com/seqvm/seqvm/vm"
)

// Preloaded are the standard modules that a new session includes.
var Preloaded = []string{"control", "fmath", "http", "imath", "json", "list", "loops", "map", "signal", "son", "stack-utils", "yaml", "zipper"}

// Options is the outside of a session. The zero value is a session that preloads
// nothing and throws output away.
type Options struct {
	// Words are the built-in words; nil means all of the language.
	Words *builtins.Words
	// Manifests are those whose words are in Words: inputs may include them.
	Manifests []*ffi.Manifest
	// Elsewhere is the command whose sessions have the words that have no function here;
	// "": there is none.
	Elsewhere string
	// Modules are the standard modules that every new session includes.
	Modules []string
	// Dialect decides for all inputs ("7", "classic" …); "" or "auto": each tells.
	Dialect string
	// StdlibDir is a folder with further standard modules ($SEQ_STDLIB), Dir the
	// one that includes are relative to; "" is the current folder.
	StdlibDir, Dir string
	// Sandbox says what inputs may reach: their words, and the files that they include, which may also lie below Dir. What the
	// user of the session loads is not theirs. nil: everything.
	Sandbox *sandbox.Policy
	// Timeout bounds how long an input runs; 0: no limit.
	Timeout time.Duration
	// Stdout gets what programs write; while an input runs, on any goroutine.
	Stdout, Stderr io.Writer
	Args           []string
	Environ        func(string) (string, bool)
	Settings       settings.Settings
	// NoNative is told, on any goroutine, why there can be no machine code (vm.Config); nil: nobody wants to know.
	NoNative func(why error)
	// Failed is called with the error of a strand that no input waits for, on any
	// goroutine; nil: nobody wants to know.
	Failed func(strand int64, err error)
}

// Session is an interactive session. One goroutine at a time may use it; what its
// strands do meanwhile is safe.
type Session struct {
	opts  Options
	load  load.Session
	types *types.Session
	code  *compile.Session
	vm    *vm.VM
	out   *lineEnds

	stack  []stack.Value
	module *bytecode.Module
	main   int32 // function of the last expression; -1: none
	steps  []step
	inputs int
	source sources

	text sections
}

// maxSteps is how many inputs can be taken back.
const maxSteps = 1000

// step is what an input has changed.
type step struct {
	input *types.Input
	seen  load.Session
	text  change
	stack []stack.Value
	types *types.Effect
	ran   bool // it had an expression, which changed the stack
}

// Outcome is what a successful input did.
type Outcome struct {
	Problems diag.List // warnings
	Defined  []string  // words and unions
	Included bool
	Ran      bool // it had statements
	Wrote    bool // they wrote something
}

// New starts a session. Close ends it.
func New(o Options) (*Session, error) {
	if o.Stdout == nil {
		o.Stdout = io.Discard
	}
	if o.Failed == nil {
		o.Failed = func(int64, error) {}
	}
	if o.Words == nil {
		o.Words = builtins.All()
	}
	if o.Sandbox != nil {
		o.Words = o.Words.Under(o.Sandbox)
	}
	s := &Session{opts: o, out: &lineEnds{to: o.Stdout}}
	if err := s.begin(); err != nil {
		return nil, err
	}
	return s, nil
}

// begin makes everything new.
func (s *Session) begin() error {
	profile, named := syntax.ParseDialect(s.opts.Dialect)
	if !named || !profile.Conditionals() {
		profile = syntax.Classic
	}
	s.load = load.Session{Options: load.Options{StdlibDir: s.opts.StdlibDir, Dialect: s.opts.Dialect, Manifest: s.manifest}}
	if box := s.opts.Sandbox; box != nil {
		box = box.Including(load.Folders("", cmp.Or(s.opts.Dir, "."), s.opts.StdlibDir))
		s.load.ReadFile = func(path string) ([]byte, error) { return box.ReadFile(path, load.MaxSource) }
	}
	s.types = types.NewSession(s.opts.Words.Types(), types.Options{Profile: profile})
	s.code = compile.NewSession(s.types.Info())
	s.stack, s.steps, s.main = nil, nil, -1
	s.text.clear()
	v, err := vm.New(&bytecode.Module{Main: -1, Linear: true}, vm.Config{
		Builtins: s.find, Stdout: s.out, Stderr: s.opts.Stderr, Args: s.opts.Args, Environ: s.opts.Environ,
		Settings: s.opts.Settings, NoNative: s.opts.NoNative, Sandbox: s.opts.Sandbox, LineFlush: true, Columns: true,
	})
	if err != nil {
		return err
	}
	v.Open(func(strand int64, err error) { s.opts.Failed(strand, s.explain(err)) })
	s.vm = v
	var includes strings.Builder
	for _, m := range s.opts.Modules {
		fmt.Fprintf(&includes, "include std:%s\n", m)
	}
	preloaded, problems := s.load.Input("<preloaded>", includes.String(), "")
	if _, err := s.loaded(context.Background(), preloaded, problems); err != nil {
		v.Close()
		return err
	}
	s.steps, s.inputs = nil, 0
	return nil
}

// manifest is load.Options.Manifest. What is beside a file brings no words into a session, whose built-in words do not change.
func (s *Session) manifest(name, beside string) (diag.List, bool) {
	if ffi.Find(name, s.opts.Manifests) != nil {
		return nil, true
	}
	return diag.List{{Code: "unknown-module", Message: fmt.Sprintf("the session has no manifest with a library '%s'", name),
		Help: []string{fmt.Sprintf("'seqvm repl --ffi-manifest %s' starts one that has", beside)}}}, true
}

// find finds a built-in word. One that has no function here fails when it is called, and
// the session is as before: what is defined with it can be kept for where it has one.
func (s *Session) find(name string) *vm.Builtin {
	b := s.opts.Words.Find(name)
	if b == nil || b.Run != nil || s.opts.Elsewhere == "" {
		return b
	}
	fails := vm.Fail("needs %s: ':save FILE' keeps this session, and '%[1]s repl FILE' goes on with it", s.opts.Elsewhere)
	return &vm.Builtin{In: b.In, Out: b.Out, Run: func(*vm.Strand, []stack.Value) error { return fails }}
}

// Close ends the session: its strands are stopped.
func (s *Session) Close() { s.vm.Close() }

// Clear begins the session anew: without stack, words and strands.
func (s *Session) Clear() error {
	s.vm.Close()
	return s.begin()
}

// Input handles an input: definitions, includes and statements in any mix.
// Cancelling ctx stops it. The error is a *ProblemError of the check, a *RunError
// of the run, vm.ErrInterrupted, or a *TimeoutError; then stack, words and
// includes are as before, and strands that the input has started are stopped.
func (s *Session) Input(ctx context.Context, text string) (Outcome, error) {
	return s.run(ctx, text, s.opts.Dir)
}

func (s *Session) run(ctx context.Context, text, dir string) (Outcome, error) {
	s.inputs++
	loaded, problems := s.load.Input(fmt.Sprintf("<input %d>", s.inputs), text, dir)
	return s.loaded(ctx, loaded, problems)
}

// LoadFile handles a file as an input. What it defines replaces what is there; so
// does what is defined in the files that it includes, which are read again.
//
// The file's main is an input of its own behind that. If it fails, the
// definitions stay.
func (s *Session) LoadFile(ctx context.Context, path string) (Outcome, error) {
	file, problems := s.load.File(path)
	o, err := s.loaded(ctx, file, problems)
	if err != nil || strings.TrimSpace(file.Program) == "" {
		return o, err
	}
	s.inputs++
	program, problems := s.load.InputIn(fmt.Sprintf("<main of %s>", path), file.Program, s.opts.Dir, file.Modules[0].Dialect)
	if program.Main != nil {
		program.Main.Name.Text = syntax.Main
	}
	ran, err := s.loaded(ctx, program, problems)
	o.Ran, o.Wrote = ran.Ran, ran.Wrote
	o.Problems = append(o.Problems, ran.Problems...)
	return o, err
}

// loaded checks and runs an input.
func (s *Session) loaded(ctx context.Context, loaded *load.Input, problems diag.List) (Outcome, error) {
	if problems.HasErrors() {
		return Outcome{}, &ProblemError{problems}
	}
	file := loaded.Modules[0]
	if len(file.Words)+len(file.Unions)+len(file.Includes) == 0 && loaded.Main == nil {
		return Outcome{Problems: problems}, nil
	}
	input, more := s.types.Check(loaded)
	problems = append(problems, more...)
	if input == nil {
		return Outcome{}, &ProblemError{problems}
	}
	module, redirects := s.code.Added(input)
	if err := s.vm.Grow(module, redirects); err != nil {
		input.Revert()
		return Outcome{}, err
	}
	s.module = module
	for _, m := range loaded.Modules {
		if !m.Supplied {
			s.source.add(m.Source)
		}
	}
	st := step{input: input, seen: s.load, stack: s.stack, types: s.types.Stack(), ran: input.Main != nil}
	o := Outcome{Problems: problems, Included: len(file.Includes) > 0, Ran: input.Main != nil}
	if input.Main != nil {
		left, wrote, err := s.execute(ctx, s.code.Function(input.Main))
		if err != nil {
			err = s.explain(lint.Explain(err, s.types.Info))
			s.revert(&st)
			return Outcome{}, err
		}
		s.stack, o.Wrote = left, wrote
		s.main = s.code.Function(input.Main)
	}
	input.Keep(found(s.stack))
	s.load.Keep(loaded)
	st.text = s.text.add(file.File, loaded.Main)
	o.Defined = st.text.defined
	s.steps = append(s.steps, st)
	if len(s.steps) > maxSteps {
		s.steps = slices.Delete(s.steps, 0, len(s.steps)-maxSteps)
	}
	return o, nil
}

// execute runs a function on the stack of the session.
func (s *Session) execute(ctx context.Context, function int32) (left []stack.Value, wrote bool, err error) {
	limited := ctx
	if s.opts.Timeout > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, s.opts.Timeout)
		defer cancel()
	}
	before := s.out.written()
	left, err = s.vm.Do(limited, function, s.stack)
	if err == vm.ErrInterrupted && ctx.Err() == nil {
		err = &TimeoutError{s.opts.Timeout}
	}
	s.out.endLine()
	return left, s.out.written() > before, err
}

// revert undoes what an input has defined.
func (s *Session) revert(st *step) {
	if back := s.code.Back(st.input.Replaced, st.input.Words); back != nil {
		_ = s.vm.Grow(s.module, back) // it has grown before
	}
	st.input.Revert()
}

// Pop takes back what the last input with statements did to the stack; its
// definitions and effects stay. False if there is none.
func (s *Session) Pop() bool {
	for i := len(s.steps) - 1; i >= 0; i-- {
		st := &s.steps[i]
		if !st.ran {
			continue
		}
		s.setStack(st.stack, st.types)
		s.text.pop()
		st.ran = false
		if len(st.input.Words) == 1 { // only its statements
			s.steps = slices.Delete(s.steps, i, i+1)
		}
		return true
	}
	return false
}

// Undo takes back the last input: its definitions, its includes, and what it did
// to the stack. Its effects stay. False if there is none.
func (s *Session) Undo() bool {
	n := len(s.steps) - 1
	if n < 0 {
		return false
	}
	st := &s.steps[n]
	s.revert(st)
	s.load = st.seen
	s.text.undo(st.text)
	if st.ran {
		s.text.pop()
		s.setStack(st.stack, st.types)
	}
	s.steps = s.steps[:n]
	return true
}

func (s *Session) setStack(values []stack.Value, e *types.Effect) {
	s.stack = values
	s.types.SetStack(e, found(values))
}

// Stack returns the values on the stack, bottom to top. It must not be changed.
func (s *Session) Stack() []stack.Value { return s.stack }

// StackTypes returns the types of the values on the stack as users write them; where
// the types leave open what a value is, what it is.
func (s *Session) StackTypes() []string {
	e := s.types.Stack()
	list := e.Types()
	for i, v := range s.stack {
		if t := e.Out[i]; t.Kind == types.Var || t.Kind == types.Variant {
			list[i] = s.kindOf(v)
		}
	}
	return list
}

// kindOf names what a value is: List, Map, Weave, its union, or its type.
func (s *Session) kindOf(v stack.Value) string {
	if v.Kind() != stack.Variant {
		return v.Kind().String()
	}
	tag := v.AsVariant().Tag
	unions := s.types.Info().Unions
	switch {
	case tag == stack.ListTag:
		return "List"
	case tag.Union >= 0 && int(tag.Union) < len(unions):
		return unions[tag.Union].Decl.Name.Text
	}
	return "Variant"
}

// StackLine is the stack as stack.dump shows it (chapter 4, section 6).
func (s *Session) StackLine() string {
	b := []byte("»")
	for _, v := range s.stack {
		b = son.Append(append(b, ' '), v, nil)
	}
	return string(b)
}

// TypeOf returns the effect of statements.
func (s *Session) TypeOf(text string) (string, error) {
	loaded, problems := s.load.Input("<type>", text, s.opts.Dir)
	if problems.HasErrors() {
		return "", &ProblemError{problems}
	}
	e, problems := s.types.TypeOf(loaded)
	if e == nil {
		return "", &ProblemError{problems}
	}
	return e.String(), nil
}

// Strands lists the strands that inputs have left.
func (s *Session) Strands() []vm.StrandInfo {
	return s.vm.Strands()
}

// Definition returns the text of a word or union of the session.
func (s *Session) Definition(name string) (text string, ok bool) {
	i, ok := s.text.places[name]
	if !ok {
		return "", false
	}
	return s.text.definitions[i].text, true
}

// LastExpression returns the statements that ran last; "" if none have.
func (s *Session) LastExpression() string {
	if n := len(s.text.expressions); n > 0 {
		return s.text.expressions[n-1]
	}
	return ""
}

// TypedWords lists the literals and words of a text with their effects, one a
// line. What is no word has none.
func (s *Session) TypedWords(text string) string {
	var b strings.Builder
	for _, w := range syntax.InputWords(text) {
		signature, ok := s.Signature(w)
		if !ok {
			signature = w + " ?"
		}
		b.WriteString(signature + "\n")
	}
	return b.String()
}

// sibling begins another session with the same outside.
func (s *Session) sibling() (*Session, error) {
	other := &Session{opts: s.opts, out: s.out}
	if err := other.begin(); err != nil {
		return nil, err
	}
	return other, nil
}

// found tells the checker what the values are.
func found(values []stack.Value) []types.Found {
	list := make([]types.Found, len(values))
	for i, v := range values {
		list[i] = types.Found{Kind: kinds[v.Kind()], Union: -1}
		if v.Kind() == stack.Variant {
			list[i].Union = v.AsVariant().Tag.Union
		}
	}
	return list
}

var kinds = map[stack.Kind]types.Kind{
	stack.Int: types.Int, stack.Float: types.Float, stack.Bool: types.Bool, stack.String: types.String, stack.Symbol: types.Symbol,
	stack.Quotation: types.Quotation, stack.Variant: types.Variant, stack.Channel: types.Channel, stack.Map: types.Var, stack.Weave: types.Var,
}

// sources are those of the inputs and of what they have included, by name. Strands look them up for their errors at
// any time.
type sources struct {
	mu     sync.Mutex
	byName map[string]*diag.Source
}

func (s *sources) add(src *diag.Source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byName == nil {
		s.byName = map[string]*diag.Source{}
	}
	s.byName[src.Name] = src
}

func (s *sources) named(name string) *diag.Source {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byName[name]
}

// lineEnds counts what is written and knows whether a line is open.
type lineEnds struct {
	mu    sync.Mutex
	to    io.Writer
	count int64
	open  bool
}

func (w *lineEnds) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(b) > 0 {
		w.count += int64(len(b))
		w.open = b[len(b)-1] != '\n'
	}
	return w.to.Write(b)
}

func (w *lineEnds) written() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.count
}

// endLine ends a line that is open.
func (w *lineEnds) endLine() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open {
		w.open = false
		_, _ = io.WriteString(w.to, "\n")
	}
}

// ProblemError is what the check found in an input.
type ProblemError struct{ List diag.List }

func (e *ProblemError) Error() string { return e.List.Error() }

// Unwrap gives the findings.
func (e *ProblemError) Unwrap() error { return e.List }

// TimeoutError says that an input ran longer than it may.
type TimeoutError struct{ Limit time.Duration }

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("the input ran longer than %s (SEQ_REPL_TIMEOUT) and was stopped", e.Limit)
}

// RunError is an error of an input that ran. Span is where in the input it came
// from; without a source, from somewhere else.
type RunError struct {
	Err  error
	Span diag.Span

	source func(file string) *diag.Source
}

func (e *RunError) Error() string { return e.Err.Error() }

// Render writes the error for people, with the source line.
func (e *RunError) Render(r diag.Renderer) error { return traceback.Render(r, e.Err, e.source) }

// Unwrap gives the error of the VM.
func (e *RunError) Unwrap() error { return e.Err }

// explain says what inputs are called, and finds where in the input an error came from.
func (s *Session) explain(err error) error {
	var e *vm.RuntimeError
	var exit *vm.ExitError
	var dead *vm.DeadlockError
	switch {
	case errors.As(err, &e):
		explained := *e
		explained.Trail = slices.Clone(e.Trail)
		run := &RunError{Err: &explained, source: s.source.named}
		for i := range explained.Trail {
			f := &explained.Trail[i]
			src := s.source.named(f.File)
			if src != nil && (f.Word == syntax.InputWord || f.Word == syntax.Main) {
				start := src.Offset(f.Line, f.Column)
				run.Span = diag.Span{Source: src, Start: start, End: syntax.TokenEnd(src.Text, start)}
			}
			if f.Word == syntax.InputWord {
				f.Word = "" // the place says which input
			}
		}
		return run
	case errors.As(err, &dead):
		explained := *dead
		explained.First = syntax.InputWord
		return &RunError{Err: &explained, source: s.source.named}
	case errors.As(err, &exit):
		return &RunError{Err: fmt.Errorf("os.exit: the input ended with status %d; the session goes on as it was before it", exit.Status)}
	}
	return err
}

// Disassemble writes the code of a word, or of the last expression for "".
func (s *Session) Disassemble(w io.Writer, word string) error {
	if s.module == nil {
		return errors.New("nothing has been compiled yet")
	}
	function := s.main
	if word != "" {
		found := s.types.Word(word)
		if found == nil {
			return fmt.Errorf("no word of the session or of an included module is called '%s'", word)
		}
		function = s.code.Function(found)
	}
	if function < 0 {
		return errors.New("no expression has run yet")
	}
	source := func(file, line int) string { return s.types.Info().Program.Modules[file].Source.Line(line) }
	return bytecode.DisassembleFunction(w, s.module, function, source)
}
