package seqvm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/stack/govalue"
	"github.com/seqvm/seqvm/vm"
)

// Run runs the program: main, and then until the last strand has ended. status
// is what main or os.exit gave. err is a *vm.RuntimeError, *vm.DeadlockError or
// *vm.InternalError, or the cause of ctx if that ended the program; output written
// before it has been flushed.
func (p *Program) Run(ctx context.Context, config Config) (status int, err error) {
	v, err := p.VM(config)
	if err != nil {
		return 0, err
	}
	defer Diagnostics(v).Watch(config.Settings.Watchdog)()
	defer context.AfterFunc(ctx, func() { v.Stop(context.Cause(ctx)) })()
	return v.Run()
}

// VM makes a VM for one run of the program, for hosts that need to reach it
// while it runs.
func (p *Program) VM(config Config) (*vm.VM, error) {
	if config.Builtins == nil {
		words := p.words
		if words == nil {
			words = builtins.All()
		}
		config.Builtins = words.Find
	}
	if config.Sandbox == nil {
		config.Sandbox = p.sandbox
	}
	if err := p.refused(config); err != nil {
		return nil, err
	}
	v, err := vm.New(p.Module, config)
	if err != nil {
		return nil, fmt.Errorf("cannot load the program: %w", err)
	}
	return v, nil
}

// refused says why a program cannot run in a sandbox: a function of its own files calls a built-in word that may not be called at
// all. What others call fails when they do. For what was compiled in the sandbox the checker has said so.
func (p *Program) refused(config Config) error {
	if config.Sandbox == nil || config.Sandbox == p.sandbox && p.from != nil {
		return nil
	}
	for i := range p.Module.Funcs {
		f := &p.Module.Funcs[i]
		for pc := range f.Code {
			if f.File < 0 || f.Code[pc].Op != bytecode.OpBuiltin {
				continue
			}
			name := p.Module.Builtins[f.Code[pc].B].Name
			word := config.Builtins(name)
			if word == nil {
				continue
			}
			if why := config.Sandbox.Refusal(word.Needs); why != "" {
				return fmt.Errorf("'%s', which '%s' calls, is not allowed in this sandbox: %s", name, f.Name, why)
			}
		}
	}
	return nil
}

// Instance is a program whose words are called from Go, one after the other. Strands that a
// call starts live on until Close; channels and the like can be handed from one call to the
// next. It is safe for concurrent use: calls wait for each other.
type Instance struct {
	p  *Program
	vm *vm.VM
	mu sync.Mutex
}

// Open makes an instance of the program. failed is called with the error of a strand that ended
// by one while no call waits for it, on any goroutine; nil: nobody wants to know.
func (p *Program) Open(config Config, failed func(strand int64, err error)) (*Instance, error) {
	v, err := p.VM(config)
	if err != nil {
		return nil, err
	}
	if failed == nil {
		failed = func(int64, error) {}
	}
	v.Open(failed)
	return &Instance{p: p, vm: v}, nil
}

// Close stops all strands of the instance. It must not be called twice, or while a call runs.
func (in *Instance) Close() { in.vm.Close() }

// Call calls a word of the program with arguments, the deepest first, and returns what it
// leaves: values as package govalue has them. The error is that of Run, or a *vm.ExitError if the word
// called os.exit, or says what does not fit: the name, the number or the kinds of the arguments.
// After an error the strands that the call started are stopped.
func (in *Instance) Call(ctx context.Context, word string, args ...any) ([]any, error) {
	return in.CallWithin(ctx, Budget{}, word, args...)
}

// CallWithin is Call within a budget, besides that of the Config, which is of all calls together. What goes beyond it ends with a
// *vm.LimitError; the instance can be called again. Strands that the call leaves use up what is left of its reductions.
func (in *Instance) CallWithin(ctx context.Context, budget Budget, word string, args ...any) ([]any, error) {
	function, err := in.p.function(word)
	if err != nil {
		return nil, err
	}
	values, err := arguments(&in.p.Module.Funcs[function], args)
	if err != nil {
		return nil, err
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	left, err := in.vm.DoWithin(ctx, budget, function, values)
	switch {
	case errors.Is(err, vm.ErrInterrupted) && ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, err
	}
	results := make([]any, len(left))
	for i, v := range left {
		results[i] = govalue.To(v)
	}
	return results, nil
}

// Call is Instance.Call on an instance of its own.
func (p *Program) Call(ctx context.Context, config Config, word string, args ...any) ([]any, error) {
	in, err := p.Open(config, nil)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return in.Call(ctx, word, args...)
}

// function finds a word of the program; its own words come before those of standard modules.
func (p *Program) function(word string) (int32, error) {
	i := slices.IndexFunc(p.Module.Funcs, func(f bytecode.Func) bool { return f.Word && f.Name == word && len(word) > 0 && word[0] != '%' })
	if i < 0 {
		return 0, fmt.Errorf("the program has no word '%s'", word)
	}
	return int32(i), nil
}

// arguments makes the values of a call.
func arguments(f *bytecode.Func, args []any) ([]stack.Value, error) {
	if len(args) != int(f.In) {
		return nil, fmt.Errorf("the word '%s' %s takes %d values, %d are given", f.Name, f.Effect, f.In, len(args))
	}
	values := make([]stack.Value, len(args))
	for i, x := range args {
		v, err := govalue.From(x)
		if err != nil {
			return nil, fmt.Errorf("argument %d of '%s': %w", i+1, f.Name, err)
		}
		if f.Params != nil && f.Params[i] != bytecode.KindAny && stack.Kind(f.Params[i]) != v.Kind() {
			return nil, fmt.Errorf("argument %d of '%s' %s must be %s, it is %s", i+1, f.Name, f.Effect, stack.Kind(f.Params[i]), v.Kind())
		}
		values[i] = v
	}
	return values, nil
}
