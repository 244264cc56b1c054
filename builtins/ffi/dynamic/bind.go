// Package dynamic opens the C libraries of manifests and calls their functions, without cgo. A program that links it
// is linked dynamically to the system's C library, which costs each start about 1 ms: cmd/seqvm does without.
//
// A manifest is trusted: it says what C expects, and nothing here can tell whether that is so. Where it is wrong, C may do
// anything to the process.
package dynamic

import (
	"math"
	"reflect"
	"runtime"
	"strings"
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/builtins/ffi"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// Bind opens the libraries of manifests and returns the functions of their words, by name. The findings name
// libraries and symbols that are not there; libraries stay open until the process ends.
func Bind(manifests ...*ffi.Manifest) (map[string]builtins.Function, diag.List) {
	words := map[string]builtins.Function{}
	var found diag.List
	for _, m := range manifests {
		for _, l := range m.Libraries {
			handle, err := openLibrary(l.Link)
			if err != nil {
				found = append(found, ffi.Fault(l.At, "cannot open the library '%s' (link '%s') of the manifest '%s': %s", l.Name, l.Link, m.Source.Name, err))
				continue
			}
			for i := range l.Functions {
				f := &l.Functions[i]
				symbol, err := findSymbol(handle, f.Symbol)
				if err != nil {
					found = append(found, ffi.Fault(f.At, "the library '%s' has no function '%s', which the word '%s' calls", l.Name, f.Symbol, f.Word))
					continue
				}
				words[f.Word] = newCall(f, symbol).run
			}
		}
	}
	return words, found
}

// call is a function that words call.
type call struct {
	args   []ffi.Argument
	result ffi.Result
	f      reflect.Value
}

// goTypes has the Go type that purego passes as a type of C: a Bool is an int, but for one that a function
// returns as _Bool.
var goTypes = [...]reflect.Type{
	ffi.Int: reflect.TypeFor[int64](), ffi.Int32: reflect.TypeFor[int32](), ffi.Uint32: reflect.TypeFor[uint32](),
	ffi.Bool: reflect.TypeFor[int32](), ffi.Bool8: reflect.TypeFor[uint8](), ffi.Float: reflect.TypeFor[float64](),
	ffi.Pointer: reflect.TypeFor[uintptr](), ffi.String: reflect.TypeFor[*byte](),
}

var cellType = reflect.TypeFor[*uint64]()

func newCall(f *ffi.Function, symbol uintptr) *call {
	c := &call{args: f.Args, result: f.Result}
	var in, out []reflect.Type
	for _, a := range f.Args {
		t := goTypes[a.Type]
		switch {
		case a.Pass == ffi.ByReference:
			t = cellType
		case a.Pass == ffi.Constant && a.Type == ffi.String:
			t = goTypes[ffi.Pointer]
		}
		in = append(in, t)
	}
	if f.Result.Type != ffi.Void {
		out = append(out, goTypes[f.Result.Type])
	}
	fn := reflect.New(reflect.FuncOf(in, out, false))
	purego.RegisterFunc(fn.Interface(), symbol)
	c.f = fn.Elem()
	return c
}

// run is what the word does.
func (c *call) run(s *vm.Strand, w []stack.Value) error {
	args := make([]reflect.Value, len(c.args))
	var cells []*uint64
	popped := 0
	for i, a := range c.args {
		switch a.Pass {
		case ffi.ByReference:
			cells = append(cells, new(uint64))
			args[i] = reflect.ValueOf(cells[len(cells)-1])
		case ffi.Constant:
			args[i] = constant(a)
		default:
			v, err := argument(a.Type, w[popped])
			if err != nil {
				return err
			}
			args[i] = v
			popped++
		}
	}
	var results []reflect.Value
	s.Blocking(func() {
		// C may keep something for its thread, as errno.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		results = c.f.Call(args)
	})
	n := 0
	for _, a := range c.args {
		if a.Pass == ffi.ByReference {
			w[n] = cellValue(a.Type, *cells[n])
			n++
		}
	}
	if c.result.Type != ffi.Void {
		v, err := c.value(results[0])
		if err != nil {
			return err
		}
		w[n] = v
	}
	runtime.KeepAlive(args) // what C returns may point into a text that it was given
	return nil
}

// argument is what C gets for a value of the stack.
func argument(t ffi.Type, v stack.Value) (reflect.Value, error) {
	switch t {
	case ffi.String:
		text := v.AsString()
		if i := strings.IndexByte(text, 0); i >= 0 {
			return reflect.Value{}, vm.Fail("the String has a NUL at byte %d: C would cut it off there", i)
		}
		return reflect.ValueOf(unsafe.SliceData(append([]byte(text), 0))), nil
	case ffi.Float:
		return reflect.ValueOf(v.AsFloat()), nil
	case ffi.Bool, ffi.Bool8:
		n := int64(0)
		if v.AsBool() {
			n = 1
		}
		return reflect.ValueOf(n).Convert(goTypes[t]), nil
	default:
		return reflect.ValueOf(v.AsInt()).Convert(goTypes[t]), nil
	}
}

// constant is an argument that the manifest has.
func constant(a ffi.Argument) reflect.Value {
	t := a.Type
	if t == ffi.String {
		t = ffi.Pointer
	}
	return reflect.ValueOf(a.Value).Convert(goTypes[t])
}

// cellValue is what C has left in a cell.
func cellValue(t ffi.Type, cell uint64) stack.Value {
	switch t {
	case ffi.Int32:
		return stack.FromInt(int64(int32(cell)))
	case ffi.Uint32:
		return stack.FromInt(int64(uint32(cell)))
	case ffi.Bool, ffi.Bool8:
		return stack.FromBool(uint32(cell) != 0)
	case ffi.Float:
		return stack.FromFloat(math.Float64frombits(cell))
	default:
		return stack.FromInt(int64(cell))
	}
}

// value is what C has returned.
func (c *call) value(r reflect.Value) (stack.Value, error) {
	switch c.result.Type {
	case ffi.Uint32, ffi.Pointer:
		return stack.FromInt(int64(r.Uint())), nil
	case ffi.Bool:
		return stack.FromBool(r.Int() != 0), nil
	case ffi.Bool8:
		return stack.FromBool(r.Uint() != 0), nil
	case ffi.Float:
		return stack.FromFloat(r.Float()), nil
	case ffi.String:
		return c.text(r.Interface().(*byte))
	default:
		return stack.FromInt(r.Int()), nil
	}
}

// text copies a text of C.
func (c *call) text(p *byte) (stack.Value, error) {
	if p == nil {
		return stack.FromString(""), nil
	}
	// No slice may have a length that reaches beyond the text: what lies there may not be mapped.
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(p), n)) != 0 {
		n++
	}
	text := string(unsafe.Slice(p, n))
	if c.result.Freed {
		free, err := freeFunction()
		if err != nil {
			return stack.Value{}, vm.Fail("the String cannot be freed: %s", err.Error())
		}
		free(p)
	}
	return stack.FromString(text), nil
}
