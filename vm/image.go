package vm

import (
	"fmt"
	"maps"
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/stack"
)

// image is a module made ready to run: names resolved, constants built. It is
// immutable and shared by all strands. The image of a program that has grown is
// another one, which has everything of the one before at the same indexes.
type image struct {
	mod      *bytecode.Module
	funcs    []function
	consts   []stack.Value
	builtins []linkedBuiltin
	variants []variant
	tags     map[string]*stack.Tag // the names the program knows
	counting bool                  // words count their entries
	linear   bool                  // moves are moves (bytecode.Module.Linear)
	// unpacking is what fields.take.known, fields.get.known, fields.take, fields.get and fields.peek do.
	unpacking [5]stack.Unpacking

	ok, err *stack.Tag // of what a try leaves

	watch func(*Strand, *bytecode.Instr) error // of tests: sees each instruction before it is executed; nil: nobody looks

	replaces bool // functions run the code of others (bytecode.Redirect)

	tier *tier // of machine code; nil: there is none

	known func(name string) *Builtin // the built-in words there are
	codes *codes                     // common to all images of a program
	form  form                       // that calls run
}

// variant is what instructions need to know of one of the program.
type variant struct {
	tag    *stack.Tag
	union  int32
	kinds  []stack.Kind // of the fields; Nothing for any
	floats bool         // all fields are declared as Float, and they are few
}

// function is what calls need to know, kept small for the cache.
type function struct {
	code  *bytecode.Instr // the first instruction
	bytes uintptr         // of the frame
	in    int32
	out   int32
	open  bool
	fn    *bytecode.Func
}

// The kinds of package bytecode have the numbers of those of package stack: an index that
// is not 0 does not compile.
var (
	_ = [1]struct{}{}[int(stack.Nothing)-int(bytecode.KindAny)]
	_ = [1]struct{}{}[int(stack.Int)-int(bytecode.KindInt)]
	_ = [1]struct{}{}[int(stack.Float)-int(bytecode.KindFloat)]
	_ = [1]struct{}{}[int(stack.Bool)-int(bytecode.KindBool)]
	_ = [1]struct{}{}[int(stack.String)-int(bytecode.KindString)]
	_ = [1]struct{}{}[int(stack.Symbol)-int(bytecode.KindSymbol)]
	_ = [1]struct{}{}[int(stack.Quotation)-int(bytecode.KindQuotation)]
	_ = [1]struct{}{}[int(stack.Variant)-int(bytecode.KindVariant)]
	_ = [1]struct{}{}[int(stack.Map)-int(bytecode.KindMap)]
	_ = [1]struct{}{}[int(stack.Channel)-int(bytecode.KindChannel)]
	_ = [1]struct{}{}[int(stack.Weave)-int(bytecode.KindWeave)]
)

// The instructions that unpack stand one behind the other (image.unpacking).
var _ = [1]struct{}{}[int(bytecode.OpFieldsPeek-bytecode.OpFieldsTakeKnown)-4]

// halt is where the first frame of a strand returns to.
var halt = []bytecode.Instr{{Op: bytecode.OpHalt}}

func link(mod *bytecode.Module, builtins func(name string) *Builtin) (*image, error) {
	if builtins == nil {
		builtins = func(string) *Builtin { return nil }
	}
	if !mod.Linear {
		mod = withoutMoves(mod)
	}
	img := &image{mod: &bytecode.Module{}, linear: mod.Linear, unpacking: [...]stack.Unpacking{stack.Ends, stack.LivesOn, stack.Ends, stack.LivesOn, stack.LookedAt}, tags: map[string]*stack.Tag{stack.ListTag.Name: stack.ListTag},
		known: builtins, codes: newCodes()}
	if !mod.Linear {
		img.unpacking[0], img.unpacking[2] = stack.LivesOn, stack.LivesOn
	}
	return img.grow(mod)
}

// grow returns the image of a module that the image's own is a part of.
func (img *image) grow(mod *bytecode.Module) (*image, error) {
	grown := *img
	grown.mod = mod
	if err := grown.link(img.mod); err != nil {
		return nil, err
	}
	return &grown, nil
}

// link adds what the module has more than an earlier one.
func (img *image) link(before *bytecode.Module) error {
	mod := img.mod
	for _, ref := range mod.Builtins[len(before.Builtins):] {
		b := img.known(ref.Name)
		if b != nil && b.Copying != "" && !img.linear {
			b = img.known(b.Copying)
		}
		if b == nil || b.Run == nil {
			return fmt.Errorf("the built-in word '%s' is not available", ref.Name)
		}
		if err := b.fits(ref); err != nil {
			return fmt.Errorf("the built-in word '%s': %w", ref.Name, err)
		}
		img.builtins = append(img.builtins, b.linked())
	}
	if len(mod.Variants) > len(before.Variants) {
		img.tags = maps.Clone(img.tags) // strands read the other one
	}
	for _, v := range mod.Variants[len(before.Variants):] {
		t := &stack.Tag{Name: v.Name, Union: v.Union, Ordinal: v.Ordinal, Static: true}
		if v.Name == stack.ListTag.Name {
			t = stack.ListTag // a union may have a variant List: then lists are its values
		}
		img.tags[v.Name] = t
		linked := variant{tag: t, union: v.Union, kinds: make([]stack.Kind, len(v.Kinds)), floats: len(v.Kinds) <= stack.MaxUnpackedFloats}
		for i, k := range v.Kinds {
			linked.kinds[i] = stack.Kind(k)
			linked.floats = linked.floats && k == bytecode.KindFloat
		}
		img.variants = append(img.variants, linked)
	}
	img.funcs = slices.Grow(img.funcs, len(mod.Funcs)-len(before.Funcs))
	for i := len(before.Funcs); i < len(mod.Funcs); i++ {
		f := &mod.Funcs[i]
		linked := function{bytes: uintptr(f.Frame) * slotSize, in: f.In, out: f.Out, open: f.Open, fn: f}
		linked.code = img.code(int32(i), img.form)
		img.counting = img.counting || len(f.Code) > 0 && f.Code[0].Op == bytecode.OpCount
		img.funcs = append(img.funcs, linked)
	}
	shared := len(before.Consts) > 0 // the tags
	for _, k := range mod.Consts[len(before.Consts):] {
		var c stack.Value
		switch k.Kind {
		case bytecode.KindInt:
			c = stack.FromInt(int64(k.Bits))
		case bytecode.KindFloat:
			c.SetFloat(floatOf(k.Bits))
		case bytecode.KindString:
			c = stack.FromString(k.Text)
		case bytecode.KindSymbol:
			if shared && img.tags[k.Text] == nil {
				img.tags, shared = maps.Clone(img.tags), false
			}
			c = stack.FromSymbol(img.intern(k.Text))
		case bytecode.KindQuotation:
			c = stack.FromClosure(&stack.Closure{Func: int32(k.Bits)})
		}
		img.consts = append(img.consts, c)
	}
	img.ok, img.err = img.tag(okTag), img.tag(errTag)
	return nil
}

// Linear tells whether the compiler of this build vouches for what the strand's code does with values that
// are held once (bytecode.Module.Linear): built-in words that rely on it do the safe thing otherwise.
func Linear(s *Strand) bool { return s.image.linear }

// withoutMoves returns the module with every move made a copy: nothing is known
// of its code that the verifier does not find out, and an object that is held
// twice unknown to the VM would be changed under another strand's hands.
func withoutMoves(mod *bytecode.Module) *bytecode.Module {
	safe := *mod
	safe.Funcs = slices.Clone(mod.Funcs)
	for i := range safe.Funcs {
		f := &safe.Funcs[i]
		f.Code = slices.Clone(f.Code)
		for pc := range f.Code {
			if op := f.Code[pc].Op.Info().Copying; op != bytecode.OpInvalid {
				f.Code[pc].Op = op
			}
		}
	}
	return &safe
}

// linkedBuiltin is a built-in word as the interpreter wants it.
type linkedBuiltin struct {
	run   func(s *Strand, w []stack.Value) error
	in    []stack.Kind // nil: any
	width int          // of its window
	*Builtin
}

func (b *Builtin) linked() linkedBuiltin {
	l := linkedBuiltin{run: b.Run, width: max(len(b.In), len(b.Out)), Builtin: b}
	if slices.ContainsFunc(b.In, func(k stack.Kind) bool { return k != stack.Nothing }) {
		l.in = b.In
	}
	return l
}

// mismatch returns the first argument in a window that is of another kind than it must be; -1 if there is
// none.
func (b *linkedBuiltin) mismatch(w []stack.Value) int {
	for i, k := range b.in {
		if k != stack.Nothing && w[i].Kind() != k {
			return i
		}
	}
	return -1
}

// fits checks that a built-in word is what the module was compiled for.
func (b *Builtin) fits(ref bytecode.BuiltinRef) error {
	if len(b.In) != int(ref.In) || len(b.Out) != int(ref.Out) {
		return fmt.Errorf("it has %d inputs and %d outputs, the program wants %d and %d", len(b.In), len(b.Out), ref.In, ref.Out)
	}
	for i, k := range ref.Results {
		if k != bytecode.KindAny && stack.Kind(k) != b.Out[i] {
			return fmt.Errorf("output %d is %s, the program wants %s", i, b.Out[i], stack.Kind(k))
		}
	}
	return nil
}

// intern makes the tag of a name that the program writes; link only.
func (img *image) intern(name string) *stack.Tag {
	t := img.tags[name]
	if t == nil {
		t = &stack.Tag{Name: name, Union: -1, Static: true}
		img.tags[name] = t
	}
	return t
}

// tag returns the tag of a name made at run time.
func (img *image) tag(name string) *stack.Tag {
	if t := img.tags[name]; t != nil {
		return t
	}
	return &stack.Tag{Name: name, Union: -1}
}
