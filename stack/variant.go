package stack

import (
	"slices"
	"sync/atomic"
	"unsafe"
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
// larger ones are long.
type VariantValue struct {
	Tag   *Tag
	state atomic.Uint32
	small uint32 // 1 + the number of fields right behind; 0: it is a long
}

// long is a variant whose fields are elsewhere: their number can change.
type long struct {
	VariantValue
	fields []Value              // nil: those of the tree
	tree   atomic.Pointer[tree] // of a shared object that has fields: made from them
}

// long returns the whole of a variant that is one.
func (v *VariantValue) long() *long { return (*long)(unsafe.Pointer(v)) }

// slots returns the places of the fields; nil if they are in a tree.
func (v *VariantValue) slots() []Value {
	switch n := v.small; n {
	case 0:
		return v.long().fields
	case 1:
		return none
	default:
		return unsafe.Slice((*Value)(unsafe.Add(unsafe.Pointer(v), unsafe.Sizeof(VariantValue{}))), n-1)
	}
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
)

// shortList is how long a list may be to be copied at every update of a shared
// version: that is no dearer than copying a path of a tree.
const shortList = 64

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
		return FromFields(tag, make([]Value, fields))
	}
	v.Tag, v.small = tag, uint32(1+fields)
	return v
}

// FromFields makes a variant that takes over a slice of promoted values.
func FromFields(tag *Tag, fields []Value) *VariantValue {
	return &(&long{VariantValue: VariantValue{Tag: tag}, fields: fields}).VariantValue
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
	if fields := v.slots(); fields != nil {
		return len(fields)
	}
	return v.long().tree.Load().len()
}

// At returns field i, which must exist. The caller marks it shared unless it
// drops the variant.
func (v *VariantValue) At(i int) Value {
	if fields := v.slots(); fields != nil {
		return fields[i]
	}
	return v.long().tree.Load().at(i)
}

// Get returns field i, marked shared, and whether there is one: At for a variant
// that lives on.
func (v *VariantValue) Get(i int64) (x Value, ok bool) {
	if fields := v.slots(); uint64(i) < uint64(len(fields)) {
		x = fields[i]
	} else if fields == nil && uint64(i) < uint64(v.Len()) {
		x = v.At(int(i))
	} else {
		return Value{}, false
	}
	if !x.Scalar() {
		x.Share()
	}
	return x, true
}

// Slot returns the place of field i; nil if there is none or it is in a tree. What
// lies there must not be changed.
func (v *VariantValue) Slot(i int64) *Value {
	if n := v.small; n > 0 {
		if uint64(i) < uint64(n-1) {
			return v.place(uint64(i))
		}
		return nil
	}
	if fields := v.long().fields; uint64(i) < uint64(len(fields)) {
		return &fields[i]
	}
	return nil
}

// SlotOf is Slot for a variant that has n fields at least; nil if it has fewer.
func (v *VariantValue) SlotOf(n, i int) *Value {
	if v.small > uint32(n) {
		return v.place(uint64(i))
	}
	if fields := v.Fields(); len(fields) >= n {
		return &fields[i]
	}
	return nil
}

// Own is Slot of a variant that nobody else holds: the caller may put a number
// there, or a promoted value. nil if others may hold it.
func (v *VariantValue) Own(i int64) *Value {
	if fields := v.slots(); uint64(i) < uint64(len(fields)) && !v.Shared() {
		return &fields[i]
	}
	return nil
}

// Take is Get for an element that is replaced, or gone with the list, before
// anybody looks at the list again: one of a list that is held once stays held
// once.
func (v *VariantValue) Take(i int64) (x Value, ok bool) {
	if fields := v.slots(); uint64(i) < uint64(len(fields)) && !v.Shared() {
		return fields[i], true
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
	if v.small == uint32(1+len(fields)) {
		to = unsafe.Slice(v.place(0), len(fields))
	} else if to = v.slots(); len(to) != len(fields) {
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
	if v.small != uint32(1+len(fields)) || v.Shared() {
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
	copy(fields, v.Fields())
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

// Unpack copies the first fields, as many as there are slots, which are expected
// to be of some kinds; Nothing stands for any. The variant ends with it,
// unless it is shared or keep is set: then the fields are marked.
func (v *VariantValue) Unpack(slots []Value, kinds []Kind, keep bool) Unpacked {
	var fields []Value
	if v.small > uint32(len(slots)) {
		fields = unsafe.Slice(v.place(0), len(slots))
	} else if fields = v.Fields(); len(fields) < len(slots) {
		return TooFew
	}
	fields, kinds = fields[:len(slots)], kinds[:len(slots)]
	keep = keep || v.Shared()
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
	if v.small != uint32(1+len(slots)) || len(slots) == 0 {
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
	return v.long().tree.Load().all()
}

// Push returns the variant with one field more at the end. It consumes v.
func (v *VariantValue) Push(x Value) *VariantValue {
	x = x.Promote()
	if v.Shared() {
		return v.pushShared(x)
	}
	if v.small > 0 {
		old := v.slots()
		fields := make([]Value, len(old)+1, 2*len(old)+2)
		copy(fields, old)
		fields[len(old)] = x
		return FromFields(v.Tag, fields)
	}
	l := v.long()
	if t := l.tree.Load(); t != nil {
		t.push(x)
		return v
	}
	if n := len(l.fields); n == cap(l.fields) && n >= shortList {
		l.fields = doubled(l.fields)
	}
	l.fields = append(l.fields, x)
	return v
}

// Successor makes an empty list with the tag of v and room for as many fields. If v is
// only read from now on, each field before as many have been pushed, it ends with it:
// unless others hold v, the list takes its memory.
func (v *VariantValue) Successor(ends bool) *VariantValue {
	if ends && v.small == 0 && !v.Shared() && v.long().fields != nil {
		w := FromFields(v.Tag, v.long().fields[:0])
		w.state.Store(inherited)
		return w
	}
	return FromFields(v.Tag, make([]Value, 0, v.Len()))
}

// Finish ends the construction of a successor: what it has no use for is let go of.
func (v *VariantValue) Finish() {
	l := v.long()
	if n := len(l.fields); cap(l.fields) > max(4*n, shortList) {
		l.fields = slices.Clone(l.fields)
	} else if v.state.Load() == inherited {
		clear(l.fields[n:cap(l.fields)])
	}
	v.state.Store(0)
}

// doubled returns the values with room for as many more: append alone would grow
// by a quarter, and copy four times as much. Numbers need no write barrier: while
// the collector is marking, that would look up every one of them.
func doubled(values []Value) []Value {
	more := make([]Value, len(values), 2*len(values))
	for _, x := range values {
		if !x.Scalar() {
			copy(more, values)
			return more
		}
	}
	bytes := func(values []Value) []byte {
		return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), len(values)*int(unsafe.Sizeof(Value{})))
	}
	copy(bytes(more), bytes(values))
	return more
}

func (v *VariantValue) pushShared(x Value) *VariantValue {
	if t := v.toTree(); t != nil {
		t = t.clone()
		t.push(x)
		return v.withTree(t)
	}
	old := v.slots()
	n := len(old)
	w := v.copy(append(make([]Value, 0, max(4, n+n/2)), old...))
	l := w.long()
	l.fields = append(l.fields, x) // behind the others, which are shared now
	return w
}

// Set is With for any i: it returns the variant itself if there is no such field.
func (v *VariantValue) Set(i int64, x Value) *VariantValue {
	if fields := v.slots(); uint64(i) < uint64(len(fields)) && !v.Shared() {
		if !x.Scalar() {
			x = x.Promote()
		}
		fields[i] = x
		return v
	}
	if uint64(i) >= uint64(v.Len()) {
		return v
	}
	return v.With(int(i), x)
}

// With returns the variant with field i, which must exist, replaced. It
// consumes v.
func (v *VariantValue) With(i int, x Value) *VariantValue {
	x = x.Promote()
	if v.Shared() {
		return v.withShared(i, x)
	}
	if fields := v.slots(); fields != nil {
		fields[i] = x
		return v
	}
	v.long().tree.Load().set(i, x)
	return v
}

func (v *VariantValue) withShared(i int, x Value) *VariantValue {
	if t := v.toTree(); t != nil {
		t = t.clone()
		t.set(i, x)
		return v.withTree(t)
	}
	if v.small > 0 {
		w := allocate(v.Tag, len(v.slots()))
		copy(w.slots(), v.slots())
		w.slots()[i] = x
		shareAll(w.slots())
		return w
	}
	fields := slices.Clone(v.long().fields)
	fields[i] = x
	return v.copy(fields)
}

// toTree returns the tree that an update of a shared object starts from; nil
// if it is to be copied.
func (v *VariantValue) toTree() *tree {
	if v.small > 0 {
		return nil
	}
	l := v.long()
	if t := l.tree.Load(); t != nil {
		return t
	}
	if len(l.fields) <= shortList || v.state.Or(copied)&copied == 0 {
		return nil
	}
	l.tree.CompareAndSwap(nil, newTree(l.fields))
	return l.tree.Load()
}

func (v *VariantValue) withTree(t *tree) *VariantValue {
	w := &long{VariantValue: VariantValue{Tag: v.Tag}}
	w.tree.Store(t)
	return &w.VariantValue
}

// copy makes the copy of a shared variant with other fields, which share their
// objects with it.
func (v *VariantValue) copy(fields []Value) *VariantValue {
	w := FromFields(v.Tag, fields)
	if len(fields) > shortList {
		w.state.Store(copied)
	}
	shareAll(fields)
	return w
}

func shareAll(values []Value) {
	for _, x := range values {
		x.Share()
	}
}

// Init returns the variant without its last field; it must have one. It
// consumes v.
func (v *VariantValue) Init() *VariantValue {
	all := v.Fields()
	last := len(all) - 1
	if fields := v.slots(); fields != nil && !v.Shared() {
		fields[last] = Value{}
		if v.small > 0 {
			v.small--
		} else {
			v.long().fields = fields[:last]
		}
		return v
	}
	return v.copy(append([]Value{}, all[:last]...))
}
