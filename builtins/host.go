package builtins

import (
	"fmt"
	"reflect"

	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/stack/govalue"
	"github.com/seqvm/seqvm/vm"
)

// Func makes a word of a Go function, for Words.With. The function's parameters and results
// have the types that the effect says, the deepest first:
//
//	Int     int64 or int        Symbol            govalue.Symbol
//	Float   float64             all else          any, see package govalue
//	Bool    bool
//	String  string
//
// In front of the parameters a *vm.Strand may stand, for functions that have to know who calls them,
// or that wait: what takes longer than some microseconds belongs into (*vm.Strand).Blocking. Behind the
// results an error may stand: one that is not nil becomes the run-time error of the word. The
// error that Func returns says what of the function does not fit the effect.
func Func(name, effect, doc string, f any) (Word, error) {
	h := host{f: reflect.ValueOf(f)}
	if h.f.Kind() != reflect.Func || h.f.IsNil() || h.f.Type().IsVariadic() {
		return Word{}, fmt.Errorf("the word '%s': %T is no function with a fixed number of parameters", name, f)
	}
	decl, err := syntax.ParseEffect(effect)
	if err != nil {
		return Word{}, fmt.Errorf("the word '%s': %w", name, err)
	}
	if err := h.shape(h.f.Type(), decl); err != nil {
		return Word{}, fmt.Errorf("the word '%s' with the effect %s: %w", name, effect, err)
	}
	return Word{Name: name, Effect: effect, Doc: doc, Run: h.run}, nil
}

// host is a Go function that is a word.
type host struct {
	f       reflect.Value
	strand  bool // it wants the strand first
	fails   bool // its last result is an error
	ins     []reflect.Type
	results int
}

var (
	strandType = reflect.TypeFor[*vm.Strand]()
	errorType  = reflect.TypeFor[error]()
	anyType    = reflect.TypeFor[any]()
)

// goTypes has the Go types that stand for a type of an effect; others are any.
var goTypes = map[string][]reflect.Type{
	"Int":    {reflect.TypeFor[int64](), reflect.TypeFor[int]()},
	"Float":  {reflect.TypeFor[float64]()},
	"Bool":   {reflect.TypeFor[bool]()},
	"String": {reflect.TypeFor[string]()},
	"Symbol": {reflect.TypeFor[govalue.Symbol]()},
}

// shape compares a function with an effect.
func (h *host) shape(f reflect.Type, effect *syntax.Effect) error {
	first, last := 0, f.NumOut()
	if f.NumIn() > 0 && f.In(0) == strandType {
		first, h.strand = 1, true
	}
	if last > 0 && f.Out(last-1) == errorType {
		last, h.fails = last-1, true
	}
	h.results = last
	for i := first; i < f.NumIn(); i++ {
		h.ins = append(h.ins, f.In(i))
	}
	var outs []reflect.Type
	for i := range last {
		outs = append(outs, f.Out(i))
	}
	if err := fit("parameter", h.ins, effect.In); err != nil {
		return err
	}
	return fit("result", outs, effect.Out)
}

// fit compares one side.
func fit(what string, have []reflect.Type, side []syntax.TypeExpr) error {
	var wanted []syntax.TypeExpr
	for _, x := range side {
		if x.Kind != syntax.TypeRow {
			wanted = append(wanted, x)
		}
	}
	if len(have) != len(wanted) {
		return fmt.Errorf("the Go function has %d %ss, the effect %d", len(have), what, len(wanted))
	}
	for i, x := range wanted {
		allowed := []reflect.Type{anyType}
		if types := goTypes[x.Name]; x.Kind == syntax.TypeName && types != nil {
			allowed = types
		}
		found := false
		for _, t := range allowed {
			found = found || t == have[i]
		}
		if !found {
			return fmt.Errorf("%s %d of the Go function is %s, it must be %s", what, i+1, have[i], allowed[0])
		}
	}
	return nil
}

func (h *host) run(s *vm.Strand, w []stack.Value) error {
	args := make([]reflect.Value, 0, len(h.ins)+1)
	if h.strand {
		args = append(args, reflect.ValueOf(s))
	}
	for i, t := range h.ins {
		x := reflect.ValueOf(govalue.To(w[i]))
		if t != anyType {
			x = x.Convert(t) // int64 to int
		}
		args = append(args, x)
	}
	results := h.f.Call(args)
	if h.fails {
		if err, _ := results[h.results].Interface().(error); err != nil {
			return vm.Fail("%s", err.Error())
		}
	}
	for i := range h.results {
		v, err := govalue.From(results[i].Interface())
		if err != nil {
			return vm.Fail("result %d: %s", i+1, err.Error())
		}
		w[i] = v
	}
	return nil
}
