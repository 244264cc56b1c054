package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
)

// operand is a value of the stack at compile time: a slot, a constant or a
// virtual object that has not been made yet.
type operand struct {
	form  form
	index int32  // slot: which; pooled: index of the constant; virtual: of the object
	bits  uint64 // integer, boolean: the value
}

type form uint8

const (
	slot form = iota
	integer
	boolean
	pooled
	virtual // index: of the virtual object
	lost    // a field of a virtual object that nothing was expected to want
)

// known is what is known of the kind of a value.
type known struct {
	kind bytecode.Kind
	// trusted: it is what a field of an object should be. The function goes on in
	// checked code if the field is not, so no instruction has to look, but where
	// the program demands a kind, checked code has to find that out.
	trusted bool
}

// proven is a kind that is certain, in checked code as well.
func proven(k bytecode.Kind) known { return known{kind: k} }

// state is what is known at a point of the code.
type state struct {
	tokens   []reuseToken
	stack    []operand
	aux      []operand // the aux stack, and values that dip and keep hid
	uses     []int32   // by slot: how many operands name it
	kinds    []known   // by slot: what is known of the value there
	floating bool      // the height below the known values is not known
}

func (s *state) clone() state {
	return state{
		stack: append([]operand(nil), s.stack...), aux: append([]operand(nil), s.aux...),
		uses: append([]int32(nil), s.uses...), kinds: append([]known(nil), s.kinds...), floating: s.floating,
		tokens: append([]reuseToken(nil), s.tokens...),
	}
}

// values returns a copy of what the stack and, behind it, the aux stack hold.
func (s *state) values() []operand {
	return append(append(make([]operand, 0, len(s.stack)+len(s.aux)), s.stack...), s.aux...)
}

// setValues is the inverse of values.
func (s *state) setValues(all []operand) {
	copy(s.stack, all)
	copy(s.aux, all[len(s.stack):])
}

func sameLayout(s *state, layout []operand) bool { return slices.Equal(s.values(), layout) }

// kind is what is proven of a slot; KindAny of constants.
func (s *state) kind(o operand) bytecode.Kind {
	if o.form != slot {
		return bytecode.KindAny
	}
	return s.kinds[o.index].kind
}

// frame knows what the slots of the function hold at this point of its code. It emits
// nothing.
type frame struct {
	emitter
	state
	size    int32           // how many slots there are
	objects []virtualObject // by operand.index
	virtual []int32         // those that something names
}

func (fr *frame) parameter(k bytecode.Kind) {
	fr.parameters++
	s := int32(len(fr.stack))
	fr.touch(s)
	fr.uses[s]++
	fr.kinds[s] = proven(k)
	fr.stack = append(fr.stack, operand{form: slot, index: s})
}

// fork returns what is known here, where the code branches, for resume.
func (fr *frame) fork() state {
	for i := range fr.tokens {
		fr.track(&fr.tokens[i])
	}
	return fr.state.clone()
}

// resume goes on with a branch: the code since the fork is that of others.
func (fr *frame) resume(s state) {
	fr.state = s
	for i := range fr.tokens {
		fr.tokens[i].behind = len(fr.code)
	}
}

// label makes the next instruction a jump target.
func (fr *frame) label() int32 {
	fr.dropTokens()
	fr.block = len(fr.code)
	return int32(len(fr.code))
}

// patch lets jumps lead to the next instruction.
func (fr *frame) patch(jumps ...int) {
	to := fr.label()
	for _, pc := range jumps {
		fr.code[pc].C = to
	}
}

// touch makes the frame large enough for a slot.
func (fr *frame) touch(s int32) {
	for int32(len(fr.uses)) <= s {
		fr.uses = append(fr.uses, 0)
		fr.kinds = append(fr.kinds, known{})
	}
	fr.size = max(fr.size, s+1)
}

// alloc returns a free slot, the preferred one if it is free.
func (fr *frame) alloc(prefer int32) int32 {
	if prefer < 0 || prefer < int32(len(fr.uses)) && fr.uses[prefer] > 0 {
		prefer = 0
		for prefer < int32(len(fr.uses)) && fr.uses[prefer] > 0 {
			prefer++
		}
	}
	fr.touch(prefer)
	return prefer
}

// free tells whether nothing needs the n slots from first on.
func (fr *frame) free(first, n int32) bool {
	for s := first; s < first+n && s < int32(len(fr.uses)); s++ {
		if fr.uses[s] > 0 {
			return false
		}
	}
	return true
}

// highest is the highest slot in use; -1 if there is none.
func (fr *frame) highest() int32 {
	top := int32(len(fr.uses)) - 1
	for top >= 0 && fr.uses[top] == 0 {
		top--
	}
	return top
}

// retain and release count the operands that name a slot.
func (fr *frame) retain(o operand) {
	switch o.form {
	case slot:
		fr.uses[o.index]++
	case virtual:
		fr.objects[o.index].uses++
	}
}

func (fr *frame) release(o operand) {
	switch o.form {
	case slot:
		fr.uses[o.index]--
	case virtual:
		fr.releaseVirtual(o.index)
	}
}

func (fr *frame) push(o operand) { fr.stack = append(fr.stack, o) }

// pushPlace pushes the value that lies in its place of the laid-out stack.
func (fr *frame) pushPlace(k bytecode.Kind) {
	s := int32(len(fr.stack))
	fr.touch(s)
	fr.uses[s]++
	fr.kinds[s] = proven(k)
	fr.push(operand{form: slot, index: s})
}

// result pushes a new value of a kind and returns its slot: the place where it
// belongs if the stack were laid out in order, if that is free, so that calls
// find their arguments in place; else the slot of an operand that ended here.
func (fr *frame) result(k bytecode.Kind, dying ...operand) int32 {
	prefer := int32(len(fr.stack))
	if int(prefer) < len(fr.uses) && fr.uses[prefer] > 0 {
		for _, o := range dying {
			if o.form == slot && fr.uses[o.index] == 0 {
				prefer = o.index
				break
			}
		}
	}
	s := fr.alloc(prefer)
	fr.uses[s]++
	fr.kinds[s] = proven(k)
	fr.push(operand{form: slot, index: s})
	return s
}

// results pushes the results of a call that lie from slot first on.
func (fr *frame) results(first int32, kinds []bytecode.Kind) {
	for i, k := range kinds {
		s := first + int32(i)
		fr.touch(s)
		fr.uses[s]++
		fr.kinds[s] = proven(k)
		fr.push(operand{form: slot, index: s})
	}
}

// fresh gives a value that is about to be made a slot, which it keeps.
func (fr *frame) fresh(k bytecode.Kind) int32 {
	s := fr.alloc(-1)
	fr.uses[s]++
	fr.kinds[s] = proven(k)
	return s
}

// trust notes that the kind of the value in a slot is only what a field should be.
func (fr *frame) trust(s int32) { fr.kinds[s].trusted = fr.kinds[s].kind != bytecode.KindAny }

// kind returns what is proven of an operand.
func (fr *frame) kind(o operand) bytecode.Kind {
	switch o.form {
	case integer:
		return bytecode.KindInt
	case boolean:
		return bytecode.KindBool
	case pooled:
		return fr.mod.Consts[o.index].Kind
	case virtual:
		return bytecode.KindVariant
	}
	return fr.kinds[o.index].kind
}

// trusted tells whether an operand's kind is only what a field should be.
func (fr *frame) trusted(o operand) bool { return o.form == slot && fr.kinds[o.index].trusted }
