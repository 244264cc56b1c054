package stack

import (
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
type VariantValue struct {
	Tag    *Tag
	fields []Value              // nil: those of the tree
	tree   atomic.Pointer[tree] // of a shared object that has fields: made from them
	state  atomic.Uint32
}

// The bits of state.
const (
	shared = 1 << iota
	copied // it has been copied for an update, or is such a copy
)

// shortList is how long a list may be to be copied at every update of a shared
// version: that is no dearer than copying a path of a tree.
const shortList = 64

// variantN pairs a variant with room for its fields: one allocation.
type (
	variant1 struct {
		VariantValue
		f [1]Value
	}
	variant2 struct {
		VariantValue
		f [2]Value
	}
	variant3 struct {
		VariantValue
		f [3]Value
	}
	variant4 struct {
		VariantValue
		f [4]Value
	}
)

// NewVariant makes a variant of copies of the fields, promoted.
func NewVariant(tag *Tag, fields []Value) *VariantValue {
	var v *VariantValue
	switch len(fields) {
	case 0:
		return &VariantValue{Tag: tag}
	case 1:
		x := &variant1{}
		v, x.fields = &x.VariantValue, x.f[:]
	case 2:
		x := &variant2{}
		v, x.fields = &x.VariantValue, x.f[:]
	case 3:
		x := &variant3{}
		v, x.fields = &x.VariantValue, x.f[:]
	case 4:
		x := &variant4{}
		v, x.fields = &x.VariantValue, x.f[:]
	default:
		v = &VariantValue{fields: make([]Value, len(fields))}
	}
	v.Tag = tag
	to := v.fields[:len(fields)]
	for i, f := range fields {
		if !f.Scalar() {
			f = f.Promote()
		}
		to[i] = f
	}
	return v
}

// FromFields makes a variant that takes over a slice of promoted values.
func FromFields(tag *Tag, fields []Value) *VariantValue {
	return &VariantValue{Tag: tag, fields: fields}
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
	if v.fields != nil {
		return len(v.fields)
	}
	return v.tree.Load().len()
}

// At returns field i, which must exist. The caller marks it shared unless it
// drops the variant.
func (v *VariantValue) At(i int) Value {
	if v.fields != nil {
		return v.fields[i]
	}
	return v.tree.Load().at(i)
}

// Get returns field i, marked shared, and whether there is one: At for a variant
// that lives on.
func (v *VariantValue) Get(i int64) (x Value, ok bool) {
	if fields := v.fields; uint64(i) < uint64(len(fields)) {
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
	if fields := v.fields; uint64(i) < uint64(len(fields)) {
		return &fields[i]
	}
	return nil
}

// Own is Slot of a variant that nobody else holds: the caller may put a number
// there, or a promoted value. nil if others may hold it.
func (v *VariantValue) Own(i int64) *Value {
	if fields := v.fields; uint64(i) < uint64(len(fields)) && !v.Shared() {
		return &fields[i]
	}
	return nil
}

// Take is Get for an element that is replaced, or gone with the list, before
// anybody looks at the list again: one of a list that is held once stays held
// once.
func (v *VariantValue) Take(i int64) (x Value, ok bool) {
	if fields := v.fields; uint64(i) < uint64(len(fields)) && !v.Shared() {
		return fields[i], true
	}
	return v.Get(i)
}

// Remake gives an unshared variant, of which the fields have been unpacked, a
// tag and new fields. It does nothing, and says so, if it is shared or has
// another number of fields.
func (v *VariantValue) Remake(tag *Tag, fields []Value) bool {
	if len(v.fields) != len(fields) || v.Shared() {
		return false
	}
	if v.Tag != tag {
		v.Tag = tag
	}
	to := v.fields[:len(fields)]
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
	to := v.fields
	if len(to) != len(fields) || v.Shared() {
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
		to[i].setFloatBits(fields[i].n)
	}
	return true
}

// Unpack copies the first fields, as many as there are slots, and tells whether
// they are of some kinds; Nothing stands for any. The variant ends with it,
// unless it is shared or keep is set: then the fields are marked.
func (v *VariantValue) Unpack(slots []Value, kinds []Kind, keep bool) bool {
	fields := v.fields
	if fields == nil {
		fields = v.Fields()
	}
	fields, kinds = fields[:len(slots)], kinds[:len(slots)]
	keep = keep || v.Shared()
	as := true
	for i := range slots {
		x, want := &fields[i], kinds[i]
		if want.number() && x.p == unsafe.Pointer(&markers[want]) {
			slots[i].setNumber(x)
			continue
		}
		k := x.Kind()
		if k != want && want != Nothing {
			as = false
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
	f := v.fields
	if len(f) < len(slots) {
		return false
	}
	switch len(slots) {
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
	if v.fields != nil {
		return v.fields
	}
	return v.tree.Load().all()
}

// Push returns the variant with one field more at the end. It consumes v.
func (v *VariantValue) Push(x Value) *VariantValue {
	x = x.Promote()
	if v.Shared() {
		return v.pushShared(x)
	}
	if t := v.tree.Load(); t != nil {
		t.push(x)
		return v
	}
	if n := len(v.fields); n == cap(v.fields) && n >= shortList {
		v.fields = doubled(v.fields)
	}
	v.fields = append(v.fields, x)
	return v
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
	n := len(v.fields)
	fields := make([]Value, n+1, max(4, n+n/2))
	copy(fields, v.fields)
	fields[n] = x
	return v.copy(fields)
}

// Set is With for any i: it returns the variant itself if there is no such field.
func (v *VariantValue) Set(i int64, x Value) *VariantValue {
	if fields := v.fields; uint64(i) < uint64(len(fields)) && !v.Shared() {
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
	if v.fields != nil {
		v.fields[i] = x
		return v
	}
	v.tree.Load().set(i, x)
	return v
}

func (v *VariantValue) withShared(i int, x Value) *VariantValue {
	if t := v.toTree(); t != nil {
		t = t.clone()
		t.set(i, x)
		return v.withTree(t)
	}
	fields := make([]Value, len(v.fields))
	copy(fields, v.fields)
	fields[i] = x
	return v.copy(fields)
}

// toTree returns the tree that an update of a shared object starts from; nil
// if it is to be copied.
func (v *VariantValue) toTree() *tree {
	if t := v.tree.Load(); t != nil {
		return t
	}
	if len(v.fields) <= shortList || v.state.Or(copied)&copied == 0 {
		return nil
	}
	v.tree.CompareAndSwap(nil, newTree(v.fields))
	return v.tree.Load()
}

func (v *VariantValue) withTree(t *tree) *VariantValue {
	w := &VariantValue{Tag: v.Tag}
	w.tree.Store(t)
	return w
}

// copy makes the copy of a shared variant with other fields, which share their
// objects with it.
func (v *VariantValue) copy(fields []Value) *VariantValue {
	w := &VariantValue{Tag: v.Tag, fields: fields}
	if len(fields) > shortList {
		w.state.Store(copied)
	}
	for _, f := range fields {
		f.Share()
	}
	return w
}

// Init returns the variant without its last field; it must have one. It
// consumes v.
func (v *VariantValue) Init() *VariantValue {
	all := v.Fields()
	last := len(all) - 1
	if v.fields != nil && !v.Shared() {
		v.fields[last] = Value{}
		v.fields = v.fields[:last]
		return v
	}
	return v.copy(append([]Value{}, all[:last]...))
}
