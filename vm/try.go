package vm

import (
	"cmp"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/stack"
)

// try is a quotation that runs under OpTry: where the strand goes on after a run-time
// error, and what it needs to have everything there as before. It belongs to the frame that
// OpTry has pushed: it is done when that frame is.
type try struct {
	ip     uintptr // of the OpTryEnd
	fp     int     // slot of the frame with the OpTry
	top    int     // slot of the quotation
	frames int     // calls below
	aux    int     // values on the aux stack
	base   int     // of the data stack
	kept   []stack.Value
}

// tries are those that a strand is in, innermost last. nil is none.
type tries struct {
	list   []try
	scopes []*scope // that are open, innermost last
}

func (ts *tries) len() int {
	if ts == nil {
		return 0
	}
	return len(ts.list)
}

func (ts *tries) innermost() *try { return &ts.list[len(ts.list)-1] }

// low is the slot from which on the values are kept: callees may have changed them.
func (t *try) low() int { return t.top - len(t.kept) }

// keepFrom is called before values from an address on are changed by code that runs above
// them: it keeps those that a try may have to bring back. Kept values are held twice, so that none of
// them is changed in place.
func (ts *tries) keepFrom(c *continuation, address uintptr) {
	if ts.len() == 0 {
		return
	}
	from := c.index(address)
	for i := len(ts.list) - 1; i >= 0 && ts.list[i].low() > from; i-- {
		t := &ts.list[i]
		t.keep(c.data.Slots[from:t.low()])
	}
}

// recovery is a strand that comes back from errors: to its tries, to its scopes, and to who waits for
// its end.
type recovery struct{ *Strand }

// try runs the quotation in the slot A of the instruction under a try.
func (s recovery) try(in *bytecode.Instr) error {
	if s.outdated() {
		return s.retry()
	}
	if err := meter(s).beforeCall(); err != nil {
		return err
	}
	if s.tries == nil {
		s.tries = &tries{}
	}
	fp := s.index(s.fp)
	t := s.tries.push()
	t.ip, t.fp, t.top, t.frames, t.aux, t.base = s.ip, fp, fp+int(in.A), len(s.frames), len(s.aux), s.data.Base
	s.keepInputs(t)
	err := s.enterOpen(bytecode.OpCallUnknown, in)
	if err != nil {
		s.tries.pop()
	}
	return err
}

// keepInputs keeps what the quotation of a try takes: that may lie in the frame of the try itself.
func (s recovery) keepInputs(t *try) {
	q := s.data.Slots[t.top]
	if q.Kind() != stack.Quotation {
		return // the call fails
	}
	c := q.AsClosure()
	n := min(int(s.image.funcs[c.Func].in)-len(c.Captures), t.top-s.data.Base)
	if n <= 0 {
		return
	}
	if len(s.tries.list) == 1 { // no other try may have to bring them back
		t.keep(s.data.Slots[t.top-n : t.top])
		return
	}
	s.tries.keepFrom(&s.continuation, s.address(t.top-n))
}

// keep adds values that lie right below those that are kept.
func (t *try) keep(values []stack.Value) {
	for i := range values {
		if v := &values[i]; !v.Scalar() {
			v.Share()
		}
	}
	if len(t.kept) == 0 {
		t.kept = append(memory.Room(t.kept, len(values)), values...)
		return
	}
	t.kept = slices.Insert(memory.Room(t.kept, len(values)), 0, values...)
}

// forget lets go of what is kept. Most of it is numbers, which the collector need not hear of.
func (t *try) forget() {
	for i := range t.kept {
		if v := &t.kept[i]; !v.Scalar() {
			*v = stack.Value{}
		}
	}
	t.kept = t.kept[:0]
}

// push adds a try, with the memory for kept values that one before has left.
func (ts *tries) push() *try {
	if n := len(ts.list); n < cap(ts.list) {
		ts.list = ts.list[:n+1]
	} else {
		ts.list = append(memory.Room(ts.list, 1), try{})
	}
	return ts.innermost()
}

// pop takes the innermost try off.
func (ts *tries) pop() {
	t := ts.innermost()
	t.forget()
	ts.list = ts.list[:len(ts.list)-1]
}

// reset makes a strand that has ended, maybe within a scope, ready for another run.
func (ts *tries) reset() {
	if ts == nil {
		return
	}
	for ts.len() > 0 {
		ts.pop()
	}
	clear(ts.scopes)
	ts.scopes = ts.scopes[:0]
}

// tryEnd ends a try whose quotation has returned.
func (s recovery) tryEnd(a int32) error {
	if s.tries.len() == 0 || s.tries.innermost().frames != len(s.frames) {
		return Fail("no try is open here")
	}
	s.tries.pop()
	if want := s.fp + uintptr(uint32(a)+1)*slotSize; s.sp != want {
		return heightDiffers(want, s.sp)
	}
	v := at(s.fp, a)
	*v = stack.FromVariant(stack.NewVariant(s.image.ok, []stack.Value{*v}))
	return nil
}

// catch brings a strand that has failed back to its innermost try, through the weaves that it is
// in: those end. False if it is in none; then nothing has changed.
func (s recovery) catch(e *RuntimeError) bool {
	if !s.tried() {
		return false
	}
	failed := s.errorValue(e)
	for s.tries.len() == 0 {
		s.leaveFailed(s.inside)
	}
	s.land(failed)
	return true
}

// land ends the innermost try with an error.
func (s recovery) land(failed stack.Value) {
	t := s.tries.innermost()
	s.unwind(t)
	s.data.Slots[t.top] = stack.FromVariant(stack.NewVariant(s.image.err, []stack.Value{failed}))
	s.tries.pop()
}

// success is :Ok of what the strand has left on top, or of 0.
func (s recovery) success() stack.Value {
	v := stack.FromInt(0)
	if top := s.index(s.sp); top > s.data.Base {
		v = s.data.Slots[top-1]
	}
	return stack.FromVariant(stack.NewVariant(s.vm.image.Load().ok, []stack.Value{v}))
}

// catches tells whether an error of the strand becomes a value, in a try or as its outcome.
func (s recovery) catches() bool { return s.tried() || s.member.ownTask() != nil }

// tried tells whether the strand is in a try, within the weave that it is in or around it.
func (s recovery) tried() bool {
	if s.tries.len() > 0 {
		return true
	}
	for w := s.inside; w != nil; w = w.outer {
		if w.caller.tries.len() > 0 {
			return true
		}
	}
	return false
}

// unwind makes everything as it was when a try began, and the strand go on behind it.
func (s recovery) unwind(t *try) {
	copy(s.data.Slots[t.low():], t.kept)
	clear(s.frames[t.frames:])
	s.frames = s.frames[:t.frames]
	s.aux.drop(max(len(s.aux)-t.aux, 0))
	s.data.Base = t.base
	s.gaveWay = stayed
	s.parkedAt.Store(0) // a wait that was ended early may have left it
	if index, _, ok := s.image.functionAt(t.ip); ok {
		s.giveBack(max(t.fp+int(s.image.funcs[index].fn.Frame), t.top) + 1)
	}
	// Guarded code: values of the frame that other code has proven may be gone.
	s.ip = s.deoptAddress(t.ip) + instrSize
	s.fp = s.address(t.fp)
	s.sp = s.address(t.top + 1)
}

// leaveFailed ends the weave that runs, in which something has failed: the one who resumed it
// has the error now.
func (s recovery) leaveFailed(w *weave) {
	w.end()
	s.inside, w.outer = w.outer, nil
	s.restore(&w.caller)
	w.release(s.Strand)
}

// The tags of what a try leaves, and of the error in it.
const (
	okTag, errTag          = "Ok", "Err"
	errorTag, errorCallTag = "StrandError", "StrandCall"
)

// isFailure tells whether an outcome is an :Err.
func isFailure(outcome stack.Value) bool {
	return outcome.Kind() == stack.Variant && outcome.AsVariant().Tag.Name == errTag
}

// errorValue is an error as a value: :StrandError with the word, the reason, the strand's id, the trail, FILE:LINE of
// the resume if it happened in a weave, and the word that the program started with if that is missing in the
// trail.
func (s recovery) errorValue(e *RuntimeError) stack.Value {
	if e.calls == (stack.Value{}) {
		e.calls = s.trailValue(e)
	}
	return s.tagged(errorTag, stack.FromString(e.Word), stack.FromString(e.Reason), stack.FromInt(e.Strand), e.calls, stack.FromString(e.Weave), stack.FromString(e.Root))
}

// trailValue is the calls of an error as a value: a list of :StrandCall with word, place, how many times in a row, and
// the word that was called there and has ended in a tail call; innermost first.
func (s recovery) trailValue(e *RuntimeError) stack.Value {
	var calls []stack.Value
	for _, f := range trailLines(e.Trail, e.Columns) {
		if len(calls) == maxTrail {
			break
		}
		calls = append(calls, s.tagged(errorCallTag, stack.FromString(f.Word), stack.FromString(f.Place(e.Columns)), stack.FromInt(int64(f.Count)), stack.FromString(f.Called)))
	}
	return stack.FromList(calls)
}

func (s recovery) tagged(tag string, fields ...stack.Value) stack.Value {
	return stack.FromVariant(stack.NewVariant(s.vm.image.Load().tag(tag), fields))
}

// errorKinds are the kinds of the fields of an error, callKinds those of a call in its trail.
var (
	errorKinds = []stack.Kind{stack.String, stack.String, stack.Int, stack.Variant, stack.String, stack.String}
	callKinds  = []stack.Kind{stack.String, stack.String, stack.Int, stack.String}
)

// ErrorOf is the inverse of what a try does to a run-time error. The value may be of a program's
// making; what is none is an error.
func ErrorOf(v *stack.VariantValue) (*RuntimeError, error) {
	if v.Tag.Name != errorTag || !hasKinds(v, errorKinds...) {
		return nil, Fail("expected the error of a try, found %s", Describe(stack.FromVariant(v)))
	}
	e := &RuntimeError{Word: ownText(v.At(0)), Reason: ownText(v.At(1)), Strand: v.At(2).AsInt(), Weave: ownText(v.At(4)), Root: ownText(v.At(5))}
	trail := v.At(3).AsVariant()
	for i := range min(trail.Len(), maxTrail) {
		call := trail.At(i)
		if call.Kind() != stack.Variant || !hasKinds(call.AsVariant(), callKinds...) {
			return nil, Fail("expected the error of a try, found one whose trail has %s", Describe(call))
		}
		c := call.AsVariant()
		e.Trail = append(e.Trail, Frame{Word: ownText(c.At(0)), File: ownText(c.At(1)), Count: int(max(c.At(2).AsInt(), 1)), Called: ownText(c.At(3))})
	}
	return e, nil
}

func ownText(v stack.Value) string { return strings.Clone(v.AsString()) }

func hasKinds(v *stack.VariantValue, kinds ...stack.Kind) bool {
	if v.Len() != len(kinds) {
		return false
	}
	for i, k := range kinds {
		if v.At(i).Kind() != k {
			return false
		}
	}
	return true
}

// Raise is the error of a word that fails once more with the error of a try: its trail goes on in
// the strand's own.
func (s Tasks) Raise(v *stack.VariantValue) error {
	e, err := ErrorOf(v)
	if err != nil {
		return err
	}
	here := s.scene().caughtAnew(failure(e.Reason))
	here.Word, here.Trail, here.Weave = e.Word, append(e.Trail, here.Trail...), cmp.Or(e.Weave, here.Weave)
	return here
}
