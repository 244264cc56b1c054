package debugger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/compile"
	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// evaluator runs expressions with the words of the program in a machine of its own, which reaches nothing of the outside and no
// channel of the program: what an expression does to its copy of the stack nobody else sees.
type evaluator struct {
	prog     *seqvm.Debuggable
	settings settings.Settings // those of the program, whose memory the expressions take

	load    load.Session
	types   *types.Session
	empty   *types.Effect
	code    *compile.Session
	module  *bytecode.Module
	vm      *vm.VM
	dialect syntax.Dialect
	known   map[string]int32 // the functions of expressions, by the kinds of the stack and their texts
	key     []byte
	began   bool
	failed  error
}

// longest is how long an expression may run, deepest how many bytes its stacks may take.
const (
	longest = 2 * time.Second
	deepest = 1 << 26
)

// refused are the words that would change what the program has.
var refused = []string{"chan.", "channels.", "os.exit"}

// Evaluate runs an expression on a copy of the data stack below and in a frame, and returns the stack that it leaves, bottom to top. It has two
// seconds, and reaches nothing of the outside.
func (s *Stop) Evaluate(text string, frame int) ([]stack.Value, error) {
	return s.evaluateIn(s.Now(), text, frame)
}

// EvaluateIn is Evaluate for a strand that has not come to the stop, and stands all the same.
func (s *Stop) EvaluateIn(strand int64, text string, frame int) ([]stack.Value, error) {
	seen := s.Look(strand)
	if seen != nil && frame < len(seen.Frames) && !seen.Frames[frame].Known {
		return nil, errors.New("what lies on the stack there is " + notKnown)
	}
	return s.evaluateIn(seen, text, frame)
}

func (s *Stop) evaluateIn(seen *Seen, text string, frame int) ([]stack.Value, error) {
	if seen == nil {
		return nil, errors.New("there is no strand here")
	}
	return s.evaluate.run(s.mod, text, DataStack(seen, min(frame, max(len(seen.Frames)-1, 0))))
}

// repeated is an expression that is evaluated again and again where a breakpoint is.
type repeated struct {
	text string
	// needs is how many values of the stack it was evaluated with the last time; below 0: with all. It had no error then.
	needs int
}

// mostNeeded is up to how many values of the stack an expression is tried with that may do without the others.
const mostNeeded = 8

// again evaluates an expression where the strand stands, with as few values of the stack as it needs.
func (s *Stop) again(r *repeated) (left []stack.Value, err error) {
	if values, ok := vm.Top(s.strand, max(r.needs, 0)); ok && r.needs >= 0 {
		if left, err = s.evaluate.run(s.mod, r.text, values); err == nil || errors.Is(err, vm.ErrTimeout) {
			return left, err
		}
	}
	r.needs = -1
	for n := range mostNeeded + 1 {
		values, ok := vm.Top(s.strand, n)
		if !ok {
			break
		}
		if left, err = s.evaluate.run(s.mod, r.text, values); err == nil {
			r.needs = n
			return left, nil
		}
		if errors.Is(err, vm.ErrTimeout) {
			return nil, err
		}
	}
	return s.Evaluate(r.text, 0)
}

// begin loads the program once more.
func (e *evaluator) begin() error {
	if e.began {
		return e.failed
	}
	e.began = true
	main := e.prog.Info.Program.Modules[0]
	profile := syntax.Classic
	e.dialect = main.Dialect
	e.load = load.Session{Options: e.prog.Check.Options}
	e.load.ReadFile = e.read
	e.types = types.NewSession(e.prog.Info.Builtins, types.Options{Profile: profile})
	e.empty = e.types.Stack()
	e.code = compile.NewSession(e.types.Info())
	e.known = map[string]int32{}
	none, err := sandbox.New(sandbox.Allow{})
	if err != nil {
		return err
	}
	words := e.prog.Words()
	find := func(name string) *vm.Builtin {
		b := words(name)
		if b == nil || !slices.ContainsFunc(refused, func(prefix string) bool { return strings.HasPrefix(strings.TrimPrefix(name, "%"), prefix) }) {
			return b
		}
		fails := vm.Fail("an expression of the debugger changes nothing of the program")
		return &vm.Builtin{In: b.In, Out: b.Out, Run: func(*vm.Strand, []stack.Value) error { return fails }}
	}
	config := vm.Config{Builtins: find, Sandbox: none, Settings: e.settings}
	config.Settings.StackMax = min(config.Settings.WithDefaults().StackMax, deepest)
	if e.vm, err = vm.New(&bytecode.Module{Main: -1, Linear: true}, config); err != nil {
		e.failed = err
		return err
	}
	e.vm.Open(func(int64, error) {})
	loaded, problems := e.load.File(main.Source.Name)
	_, e.failed = e.add(loaded, problems)
	return e.failed
}

// read reads a file as the program has it, which on the disk may be another one by now.
func (e *evaluator) read(path string) ([]byte, error) {
	for _, src := range e.prog.Sources {
		if src.Name == path {
			return []byte(src.Text), nil
		}
	}
	return e.prog.Check.Read(path)
}

// add checks and compiles an input. main is what it runs; nil if that is nothing.
func (e *evaluator) add(loaded *load.Input, problems diag.List) (main *types.Word, err error) {
	if problems.HasErrors() {
		return nil, problemOf(problems)
	}
	input, problems := e.types.Check(loaded)
	if input == nil {
		return nil, problemOf(problems)
	}
	module, redirects := e.code.Added(input)
	if err := e.vm.Grow(module, redirects); err != nil {
		input.Revert()
		return nil, err
	}
	e.module = module
	if loaded.Loaded {
		input.Keep(nil)
		e.load.Keep(loaded)
	}
	return input.Main, nil
}

// problemOf is the first error of a list.
func problemOf(list diag.List) error {
	for _, d := range list {
		if d.Severity == diag.Error {
			return errors.New(d.Message)
		}
	}
	return list
}

// parses tells what is wrong with the form of an expression; what it needs of the stack only a stop knows.
func (e *evaluator) parses(text string) error {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	if err := e.begin(); err != nil {
		return err
	}
	_, err := e.input(text)
	return err
}

func (e *evaluator) input(text string) (*load.Input, error) {
	loaded, problems := e.load.InputIn("<expression>", text, "", e.dialect)
	if problems.HasErrors() {
		return nil, problemOf(problems)
	}
	if file := loaded.Modules[0]; len(file.Words)+len(file.Unions)+len(file.Includes) > 0 {
		return nil, errors.New("an expression defines and includes nothing")
	}
	return loaded, nil
}

// statements are those of an expression; nil if it has none.
func (e *evaluator) statements(text string) []syntax.Stmt {
	if e.begin() != nil {
		return nil
	}
	loaded, err := e.input(text)
	if err != nil || loaded.Main == nil {
		return nil
	}
	return loaded.Main.Body
}

// run runs an expression on values of a program.
func (e *evaluator) run(of *bytecode.Module, text string, values []stack.Value) ([]stack.Value, error) {
	if err := e.begin(); err != nil {
		return nil, err
	}
	copied, unseen := e.adopt(of, values)
	if strings.TrimSpace(text) == "" {
		return copied, nil
	}
	left, err := e.on(text, copied)
	if err != nil && unseen != nil {
		err = fmt.Errorf("%w (it has the %d topmost values only: %w)", err, len(copied), unseen)
	}
	return left, err
}

// on runs an expression on values that are its own.
func (e *evaluator) on(text string, copied []stack.Value) ([]stack.Value, error) {
	e.key = e.key[:0]
	for _, v := range copied {
		f := foundIn(v)
		e.key = binary.AppendVarint(append(e.key, byte(f.Kind)), int64(f.Union))
	}
	e.key = append(e.key, text...)
	function, ok := e.known[string(e.key)]
	if !ok {
		var err error
		if function, err = e.compile(text, copied); err != nil {
			return nil, err
		}
		e.known[string(e.key)] = function
	}
	if function < 0 {
		return copied, nil
	}
	left, err := e.vm.DoHere(vm.Budget{Time: longest}, function, copied)
	if err == nil {
		return left, nil
	}
	var fault *vm.RuntimeError
	switch {
	case errors.Is(err, vm.ErrTimeout):
		return nil, &tooLong{}
	case errors.As(err, &fault):
		return nil, fmt.Errorf("%s: %s", fault.Word, fault.Reason)
	}
	return nil, err
}

// tooLong says that an expression was ended; errors.Is finds vm.ErrTimeout.
type tooLong struct{}

func (*tooLong) Error() string { return fmt.Sprintf("the expression ran for more than %v", longest) }
func (*tooLong) Unwrap() error { return vm.ErrTimeout }

// compile makes the function of an expression that runs on a stack with such values; -1: there is nothing in it.
func (e *evaluator) compile(text string, values []stack.Value) (function int32, err error) {
	loaded, err := e.input(text)
	if err != nil {
		return -1, err
	}
	found := make([]types.Found, len(values))
	for i, v := range values {
		found[i] = foundIn(v)
	}
	e.types.SetStack(e.empty, found)
	main, err := e.add(loaded, nil)
	if main == nil || err != nil {
		return -1, err
	}
	return e.code.Function(main), nil
}

// foundIn is what the checker can know of a value.
func foundIn(v stack.Value) types.Found {
	f := types.Found{Kind: kinds[v.Kind()], Union: -1}
	if v.Kind() == stack.Variant {
		f.Union = v.AsVariant().Tag.Union
	}
	return f
}

// adopt copies values of the program. Those that an expression cannot have, such as weaves, and what lies below them, it does not see: unseen is why.
func (e *evaluator) adopt(of *bytecode.Module, values []stack.Value) (copied []stack.Value, unseen error) {
	quotation := func(function int32) (int32, bool) {
		f := &of.Funcs[function]
		for i := range e.module.Funcs {
			if g := &e.module.Funcs[i]; g.Name == f.Name && g.Line == f.Line && g.Column == f.Column && g.Word == f.Word && g.In == f.In && len(g.Code) > 0 && e.sameFile(g, of, f) {
				return int32(i), true
			}
		}
		return 0, false
	}
	copied = make([]stack.Value, 0, len(values))
	for _, v := range values {
		c, err := e.vm.Adopt(v, quotation)
		if err != nil {
			copied, unseen = copied[:0], err
			continue
		}
		copied = append(copied, c)
	}
	return copied, unseen
}

func (e *evaluator) sameFile(g *bytecode.Func, of *bytecode.Module, f *bytecode.Func) bool {
	return e.module.FileOf(g) == of.FileOf(f)
}

var kinds = map[stack.Kind]types.Kind{
	stack.Int: types.Int, stack.Float: types.Float, stack.Bool: types.Bool, stack.String: types.String, stack.Symbol: types.Symbol,
	stack.Quotation: types.Quotation, stack.Variant: types.Variant, stack.Channel: types.Channel, stack.Map: types.Var, stack.Weave: types.Var,
}
