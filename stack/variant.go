package stack

import "sync/atomic"

// VariantValue is a variant or list: a tag and its fields. The fields may share
// memory with other variants; they are never changed in place.
type VariantValue struct {
	Tag    *Tag
	Fields []Value
	// used counts the slots of the memory behind Fields that some variant
	// holds. A push onto the variant that ends there can take the next slot
	// without a copy; taking it is a compare-and-swap, since the memory may be
	// shared among strands. nil: the fields must be copied.
	used *atomic.Int64
}

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
		v, x.Fields = &x.VariantValue, x.f[:]
	case 2:
		x := &variant2{}
		v, x.Fields = &x.VariantValue, x.f[:]
	case 3:
		x := &variant3{}
		v, x.Fields = &x.VariantValue, x.f[:]
	case 4:
		x := &variant4{}
		v, x.Fields = &x.VariantValue, x.f[:]
	default:
		v = &VariantValue{Fields: make([]Value, len(fields))}
	}
	v.Tag = tag
	for i, f := range fields {
		v.Fields[i] = f.Promote()
	}
	return v
}

// FromFields makes a variant that takes over a slice of promoted values.
func FromFields(tag *Tag, fields []Value) *VariantValue {
	return &VariantValue{Tag: tag, Fields: fields}
}

const firstCapacity = 4

// Push returns the variant with one field more at the end. Amortised O(1) for
// the newest version of a list; an older one is copied once.
func (v *VariantValue) Push(x Value) *VariantValue {
	x = x.Promote()
	n := len(v.Fields)
	if v.used != nil && n < cap(v.Fields) && v.used.CompareAndSwap(int64(n), int64(n+1)) {
		fields := v.Fields[:n+1]
		fields[n] = x
		return &VariantValue{Tag: v.Tag, Fields: fields, used: v.used}
	}
	fields := make([]Value, n+1, max(firstCapacity, 2*n))
	copy(fields, v.Fields)
	fields[n] = x
	used := new(atomic.Int64)
	used.Store(int64(n + 1))
	return &VariantValue{Tag: v.Tag, Fields: fields, used: used}
}

// With returns the variant with field i replaced: O(n).
func (v *VariantValue) With(i int, x Value) *VariantValue {
	fields := make([]Value, len(v.Fields))
	copy(fields, v.Fields)
	fields[i] = x.Promote()
	return &VariantValue{Tag: v.Tag, Fields: fields}
}

// Init returns the variant without its last field; it must have one.
func (v *VariantValue) Init() *VariantValue {
	return &VariantValue{Tag: v.Tag, Fields: v.Fields[: len(v.Fields)-1 : len(v.Fields)-1]}
}
