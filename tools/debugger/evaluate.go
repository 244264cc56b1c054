package debugger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/compile"
	"github.com/seqvm/seqvm/host/sandbox"
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
	prog *seqvm.Debuggable

	load    load.Session
	types   *types.Session
	empty   *types.Effect
	code    *compile.Session
	module  *bytecode.Module
	vm      *vm.VM
	dialect syntax.Dialect
	known   map[string]int32 // the functions of expressions, by their texts and the kinds of the stack
	began   bool
	failed  error
}

// longest is how long an expression may run.
const longest = 2 * time.Second

// refused are the words that would change what the program has.
var refused = []string{"chan.", "channels.", "os.exit"}

// Evaluate runs an expression on a copy of the data stack below and in a frame, and returns the stack that it leaves, bottom to top. It has two
// seconds, and reaches nothing of the outside.
func (s *Stop) Evaluate(text string, frame int) ([]stack.Value, error) {
	seen := s.Now()
	if seen == nil {
		return nil, errors.New("there is no strand here")
	}
	return s.evaluate.run(s.mod, text, DataStack(seen, min(frame, max(len(seen.Frames)-1, 0))))
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
	if e.vm, err = vm.New(&bytecode.Module{Main: -1, Linear: true}, vm.Config{Builtins: find, Sandbox: none}); err != nil {
		e.failed = err
		return err
	}
	e.vm.Open(func(int64, error) {})
	loaded, problems := e.load.File(main.Source.Name)
	e.failed = e.add(loaded, problems)
	return e.failed
}

// add checks and compiles an input.
func (e *evaluator) add(loaded *load.Input, problems diag.List) error {
	if problems.HasErrors() {
		return problemOf(problems)
	}
	input, problems := e.types.Check(loaded)
	if input == nil {
		return problemOf(problems)
	}
	module, redirects := e.code.Added(input)
	if err := e.vm.Grow(module, redirects); err != nil {
		input.Revert()
		return err
	}
	e.module = module
	if loaded.Loaded {
		input.Keep(nil)
		e.load.Keep(loaded)
	}
	if input.Main != nil {
		e.known[""] = e.code.Function(input.Main)
	}
	return nil
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
	copied, err := e.adopt(of, values)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(text) == "" {
		return copied, nil
	}
	found := make([]types.Found, len(copied))
	for i, v := range copied {
		found[i] = types.Found{Kind: kinds[v.Kind()], Union: -1}
		if v.Kind() == stack.Variant {
			found[i].Union = v.AsVariant().Tag.Union
		}
	}
	key := fmt.Sprint(found) + text
	function, ok := e.known[key]
	if !ok {
		loaded, err := e.input(text)
		if err != nil {
			return nil, err
		}
		e.types.SetStack(e.empty, found)
		delete(e.known, "")
		if err := e.add(loaded, nil); err != nil {
			return nil, err
		}
		if function, ok = e.known[""]; !ok {
			return copied, nil
		}
		e.known[key] = function
	}
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	left, err := e.vm.Do(ctx, function, copied)
	var fault *vm.RuntimeError
	switch {
	case errors.Is(err, vm.ErrInterrupted):
		return nil, fmt.Errorf("the expression ran for more than %v", longest)
	case errors.As(err, &fault):
		return nil, fmt.Errorf("%s: %s", fault.Word, fault.Reason)
	}
	return left, err
}

// adopt copies values of the program. Those that an expression cannot have, such as weaves, and what lies below them, it does not see.
func (e *evaluator) adopt(of *bytecode.Module, values []stack.Value) ([]stack.Value, error) {
	quotation := func(function int32) (int32, bool) {
		f := &of.Funcs[function]
		for i := range e.module.Funcs {
			if g := &e.module.Funcs[i]; g.Name == f.Name && g.Line == f.Line && g.Column == f.Column && g.Word == f.Word && g.In == f.In && len(g.Code) > 0 && e.sameFile(g, of, f) {
				return int32(i), true
			}
		}
		return 0, false
	}
	copied := make([]stack.Value, 0, len(values))
	for _, v := range values {
		c, err := e.vm.Adopt(v, quotation)
		if err != nil {
			copied = copied[:0]
			continue
		}
		copied = append(copied, c)
	}
	return copied, nil
}

func (e *evaluator) sameFile(g *bytecode.Func, of *bytecode.Module, f *bytecode.Func) bool {
	return e.module.FileOf(g) == of.FileOf(f)
}

var kinds = map[stack.Kind]types.Kind{
	stack.Int: types.Int, stack.Float: types.Float, stack.Bool: types.Bool, stack.String: types.String, stack.Symbol: types.Symbol,
	stack.Quotation: types.Quotation, stack.Variant: types.Variant, stack.Channel: types.Channel, stack.Map: types.Var, stack.Weave: types.Var,
}
