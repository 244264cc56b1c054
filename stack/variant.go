package stack

import (
	"sync/atomic"
	"unsafe"

	"github.com/seqvm/seqvm/internal/hugepage"
)

// VariantValue is a variant or list: a tag and its fields.
//
// To programs it is immutable. What nobody else can see is changed in place:
// an object is born unshared, and whoever makes a second reference to it marks
// it shared, for good (Value.Share). A word that consumes an unshared object
// may change and return it. The mark may be wrong in one direction only: shared
// objects that are held once after all cost a copy.
//
// A shared list is copied by its first update if it is long; by the second
// one, or if it is such a copy itself, it becomes a tree, of which updates copy
// a path. So neither updates of one old version again and again nor a chain of
// versions that are all kept cost more than O(log n) each.
//
// The fields of a small variant lie right behind it, in the same object; lists and
// larger ones are long (list.go).
type VariantValue struct {
	Tag   *Tag
	state atomic.Uint32
	form  form
}

// slots returns the places of the fields; nil if they are in a tree or words.
func (v *VariantValue) slots() []Value {
	switch n := v.form; {
	case n > 1:
		return unsafe.Slice(v.place(0), n-1)
	case n == 1:
		return none
	case n == 0:
		return v.long().values()
	}
	return nil
}

var none = []Value{}

// place returns place i of a small variant, which must exist.
func (v *VariantValue) place(i uint64) *Value {
	return (*Value)(unsafe.Add(unsafe.Pointer(v), unsafe.Sizeof(VariantValue{})+uintptr(i)*unsafe.Sizeof(Value{})))
}

// The bits of state.
const (
	shared    = 1 << iota
	copied    // it has been copied for an update, or is such a copy
	inherited // behind its fields may be values of the list that it succeeds
	earned    // times what is from here on: how many copies as a whole it has earned (flatten)
)

// variantN pairs a variant with room for its fields, which slots finds.
type (
	variant1 struct {
		VariantValue
		_ [1]Value
	}
	variant2 struct {
		VariantValue
		_ [2]Value
	}
	variant3 struct {
		VariantValue
		_ [3]Value
	}
	variant4 struct {
		VariantValue
		_ [4]Value
	}
)

// NewVariant makes a variant of copies of the fields, promoted.
func NewVariant(tag *Tag, fields []Value) *VariantValue {
	v := allocate(tag, len(fields))
	to := v.slots()
	for i := range fields {
		if f := &fields[i]; f.Scalar() {
			to[i].setNumber(f)
		} else {
			to[i] = f.Promote()
		}
	}
	return v
}

// allocate makes a variant with places for its fields.
func allocate(tag *Tag, fields int) *VariantValue {
	var v *VariantValue
	switch fields {
	case 0:
		if tag == ListTag { // it will grow
			return &(&long{VariantValue: VariantValue{Tag: tag}}).VariantValue
		}
		v = &VariantValue{}
	case 1:
		v = &(&variant1{}).VariantValue
	case 2:
		v = &(&variant2{}).VariantValue
	case 3:
		v = &(&variant3{}).VariantValue
	case 4:
		v = &(&variant4{}).VariantValue
	default:
		return FromFields(tag, hugepage.Make[Value](fields))
	}
	v.Tag, v.form = tag, form(1+fields)
	return v
}

// Share marks the object of a value as held more than once. Values without
// such an object are left alone.
func (v Value) Share() {
	switch v.Kind() {
	case Variant:
		v.AsVariant().Share()
	case Map:
		v.AsMap().share()
	}
}

// Share marks the variant as held more than once.
func (v *VariantValue) Share() {
	if v.state.Load()&shared == 0 {
		v.state.Or(shared)
	}
}

// Shared tells whether the variant may be held more than once.
func (v *VariantValue) Shared() bool { return v.state.Load()&shared != 0 }

// Len returns the number of fields.
func (v *VariantValue) Len() int {
	if n := v.form; n > 0 {
		return int(n - 1)
	}
	if l := v.long(); l.at != nil {
		return l.n
	}
	return v.treeLen()
}

func (v *VariantValue) treeLen() int { return v.long().tree.Load().len() }

// At returns field i, which must exist. The caller marks it shared unless it
// drops the variant.
func (v *VariantValue) At(i int) Value {
	if x := v.Slot(int64(i)); x != nil {
		return *x
	}
	l := v.long()
	if v.form < 0 {
		return scalar(v.form, *l.word(i))
	}
	return l.tree.Load().at(i)
}

// Get returns field i, marked shared, and whether there is one: At for a variant
// that lives on.
func (v *VariantValue) Get(i int64) (x Value, ok bool) {
	if at := v.Slot(i); at != nil {
		x = *at
	} else if uint64(i) < uint64(v.Len()) {
		x = v.At(int(i))
	} else {
		return Value{}, false
	}
	if !x.Scalar() {
		x.Share()
	}
	return x, true
}

// Slot returns the place of field i; nil if there is none or it is in a tree or a word.
// What lies there must not be changed.
func (v *VariantValue) Slot(i int64) *Value {
	if n := v.form; n > 0 {
		if uint64(i) < uint64(n-1) {
			return v.place(uint64(i))
		}
	} else if n == 0 {
		if l := v.long(); uint64(i) < uint64(l.n) {
			return l.value(int(i))
		}
	}
	return nil
}

// SlotOf is Slot for a variant that has n fields at least; nil if it has fewer.
func (v *VariantValue) SlotOf(n, i int) *Value {
	if v.form > form(n) {
		return v.place(uint64(i))
	}
	if fields := v.head(n); fields != nil {
		return &fields[i]
	}
	return nil
}

// Own is Slot for an element of a list of Values that nobody else holds: the caller may
// put a number there, or a promoted value. nil if it is not so.
func (v *VariantValue) Own(i int64) *Value {
	if v.form == 0 {
		if l := v.long(); uint64(i) < uint64(l.n) && !v.Shared() {
			return l.value(int(i))
		}
	}
	return nil
}

// Take is Get for an element that is replaced, or gone with the list, before
// anybody looks at the list again: one of a list that is held once stays held
// once.
func (v *VariantValue) Take(i int64) (x Value, ok bool) {
	if at := v.Slot(i); at != nil && !v.Shared() {
		return *at, true
	}
	return v.Get(i)
}

// Remake gives an unshared variant, of which the fields have been unpacked, a
// tag and new fields. It does nothing, and says so, if it is shared or has
// another number of fields.
func (v *VariantValue) Remake(tag *Tag, fields []Value) bool {
	if v.Shared() {
		return false
	}
	var to []Value
	if v.form == form(1+len(fields)) {
		to = unsafe.Slice(v.place(0), len(fields))
	} else if to = v.slots(); len(to) != len(fields) || v.Len() != len(fields) {
		return false
	}
	if v.Tag != tag {
		v.Tag = tag
	}
	for i := range fields {
		if f := &fields[i]; f.Scalar() {
			to[i].setNumber(f)
		} else {
			to[i] = f.Promote()
		}
	}
	return true
}

// RemakeFloats is Remake for fields that are all Floats; false, with nothing done,
// if they are not.
func (v *VariantValue) RemakeFloats(tag *Tag, fields []Value) bool {
	if v.form != form(1+len(fields)) || v.Shared() {
		return false
	}
	for i := range fields {
		if !fields[i].IsFloat() {
			return false
		}
	}
	if v.Tag != tag { // a store of a pointer is dearer
		v.Tag = tag
	}
	for i := range fields {
		v.place(uint64(i)).setFloatBits(fields[i].n)
	}
	return true
}

// Put replaces field i of a variant that nobody else holds and that has just n fields;
// false, with nothing done, if it is not so.
func (v *VariantValue) Put(n, i int, x *Value) bool {
	fields := v.slots()
	if len(fields) != n || v.Shared() {
		return false
	}
	switch to := &fields[i]; {
	case x.Scalar():
		to.setNumber(x)
	case *to != *x: // often it has been changed in its place
		*to = x.Promote()
	}
	return true
}

// Replaced makes a variant of the first n fields, which there must be, with field i
// replaced. The others are shared with v.
func (v *VariantValue) Replaced(n, i int, x Value) *VariantValue {
	w := allocate(v.Tag, n)
	fields := w.slots()
	copy(fields, v.head(n))
	fields[i] = Value{}
	shareAll(fields)
	fields[i] = x.Promote()
	return w
}

// Unpacked says how Unpack went.
type Unpacked uint8

// The ways.
const (
	AsExpected Unpacked = iota
	OtherKinds          // the slots hold the fields, but not all are of the kinds expected
	TooFew              // nothing has been done: there are fewer fields than slots
)

// Unpacking says what becomes of a variant whose fields are unpacked.
type Unpacking uint8

// The ways.
const (
	Ends     Unpacking = iota // nobody looks at it any more; its fields are marked as shared if it is
	LivesOn                   // the fields are marked
	LookedAt                  // the fields are only looked at while it lives: nothing is marked
)

// Unpack copies the first fields, as many as there are slots, which are expected
// to be of some kinds; Nothing stands for any.
func (v *VariantValue) Unpack(slots []Value, kinds []Kind, behind Unpacking) Unpacked {
	if len(slots) == 0 {
		return AsExpected // a variant without fields has no first place
	}
	var fields []Value
	if v.form > form(len(slots)) {
		fields = unsafe.Slice(v.place(0), len(slots))
	} else if fields = v.head(len(slots)); fields == nil {
		return TooFew
	}
	kinds = kinds[:len(slots)]
	keep := behind == LivesOn || behind == Ends && v.Shared()
	as := AsExpected
	for i := range slots {
		x, want := &fields[i], kinds[i]
		if want.number() && x.p == unsafe.Pointer(&markers[want]) {
			slots[i].setNumber(x)
			continue
		}
		k := x.Kind()
		if k != want && want != Nothing {
			as = OtherKinds
		}
		switch {
		case !keep || k < Variant:
		case k == Variant:
			x.AsVariant().Share()
		case k == Map:
			x.AsMap().share()
		}
		slots[i] = *x
	}
	return as
}

// MaxUnpackedFloats is how many slots UnpackFloats can fill.
const MaxUnpackedFloats = 4

// UnpackFloats is Unpack for a variant of up to MaxUnpackedFloats fields that are all declared
// as Float; false, with nothing done, if it is not so. All are read before the first
// is written: one of the slots may hold the variant.
func (v *VariantValue) UnpackFloats(slots []Value) bool {
	if v.form != form(1+len(slots)) || len(slots) == 0 {
		return false
	}
	switch f := unsafe.Slice(v.place(0), len(slots)); len(f) {
	case 1:
		if !f[0].IsFloat() {
			return false
		}
		slots[0].setNumber(&f[0])
	case 2:
		if !f[0].IsFloat() || !f[1].IsFloat() {
			return false
		}
		a, b := f[0].n, f[1].n
		slots[0].setFloatBits(a)
		slots[1].setFloatBits(b)
	case 3:
		if !f[0].IsFloat() || !f[1].IsFloat() || !f[2].IsFloat() {
			return false
		}
		a, b, c := f[0].n, f[1].n, f[2].n
		slots[0].setFloatBits(a)
		slots[1].setFloatBits(b)
		slots[2].setFloatBits(c)
	case 4:
		if !f[0].IsFloat() || !f[1].IsFloat() || !f[2].IsFloat() || !f[3].IsFloat() {
			return false
		}
		a, b, c, d := f[0].n, f[1].n, f[2].n, f[3].n
		slots[0].setFloatBits(a)
		slots[1].setFloatBits(b)
		slots[2].setFloatBits(c)
		slots[3].setFloatBits(d)
	default:
		return false
	}
	return true
}

// Fields returns all fields. They must not be changed, and not be kept.
func (v *VariantValue) Fields() []Value {
	if fields := v.slots(); fields != nil {
		return fields
	}
	if v.form < 0 {
		return v.head(v.Len())
	}
	return v.long().tree.Load().all()
}

// head returns the first n fields; nil if there are fewer. They must not be changed,
// and not be kept.
func (v *VariantValue) head(n int) []Value {
	if fields := v.slots(); len(fields) >= n && fields != nil {
		return fields[:n]
	}
	if v.Len() < n {
		return nil
	}
	fields := hugepage.Make[Value](n)
	for i := range fields {
		fields[i] = v.At(i)
	}
	return fields
}
