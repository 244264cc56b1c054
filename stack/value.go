// Package stack defines the values of Seq and the tagged data stack of a
// strand.
//
// It knows how values are represented and shared, not what words do with
// them. Values are immutable to programs.
package stack

import (
	"math"
	"unsafe"
)

// Kind is the kind of a value.
type Kind uint8

// The kinds of values. Lists are variants with the tag "List".
const (
	Nothing Kind = iota // the zero Value: no program ever sees one
	Int
	Float
	Bool
	String
	Symbol
	Quotation // also closures
	Variant
	Map
	Channel
	Weave
	Builder // a list under construction: only the list words' own code holds one
	Lines   // a file that is being read: only the own code of file.for-each-line holds one
)

var kindNames = [...]string{"Nothing", "Int", "Float", "Bool", "String", "Symbol", "Quotation", "Variant", "Map", "Channel", "WeaveCtx", "list under construction", "file being read"}

// String returns the kind as diagnostics name it.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "?"
}

// number tells whether values of a kind are numbers or Bools.
func (k Kind) number() bool { return k-Int <= Bool-Int }

// Value is a tagged value of 16 bytes. Numbers and Bools need no other memory:
// p is the address of their kind's marker and n the number. For all others p
// is the bytes or the object, and n holds the kind (top 8 bits) and what string.go says of a
// String. The zero Value is of kind Nothing.
//
// Ints are 63-bit: n is the number shifted left by one, so that addition,
// subtraction and comparison of the 64-bit patterns wrap and order as Ints do.
type Value struct {
	p unsafe.Pointer
	n uint64
}

// markers are the addresses that stand for Int, Float and Bool; the kind is
// the index. Who takes one of them for the address of a variant finds behind it one that is
// shared and has a form that there is not (machine code does: it then has one question less to ask).
var markers = [...]byte{Bool: 0, 8: noForm, noForm, noForm, noForm, noForm, noForm, noForm, noForm, noForm, noForm, noForm}

// noForm is a byte of which four are the state of a shared object, and no form.
const noForm = 0x7F

// Kind returns the kind of a value.
func (v Value) Kind() Kind {
	if i := uintptr(v.p) - uintptr(unsafe.Pointer(&markers[0])); i <= uintptr(Bool) {
		return Kind(i)
	}
	return Kind(v.n >> kindShift)
}

// Scalar tells whether a value is a number or a Bool.
func (v Value) Scalar() bool {
	return uintptr(v.p)-uintptr(unsafe.Pointer(&markers[0])) <= uintptr(Bool)
}

// IsInt, IsFloat and IsBool test for one kind.
func (v Value) IsInt() bool { return v.p == unsafe.Pointer(&markers[Int]) }

// IsFloat tells whether v is a Float.
func (v Value) IsFloat() bool { return v.p == unsafe.Pointer(&markers[Float]) }

// IsBool tells whether v is a Bool.
func (v Value) IsBool() bool { return v.p == unsafe.Pointer(&markers[Bool]) }

// FromInt makes an Int; the low 63 bits count.
func FromInt(i int64) Value { return Value{unsafe.Pointer(&markers[Int]), uint64(i) << 1} }

// FromFloat makes a Float.
func FromFloat(f float64) Value {
	return Value{unsafe.Pointer(&markers[Float]), math.Float64bits(f)}
}

// FromBool makes a Bool.
func FromBool(b bool) Value {
	n := uint64(0)
	if b {
		n = 1
	}
	return Value{unsafe.Pointer(&markers[Bool]), n}
}

// FromSymbol makes a Symbol.
func FromSymbol(t *Tag) Value { return Value{unsafe.Pointer(t), uint64(Symbol) << kindShift} }

// FromClosure makes a Quotation.
func FromClosure(c *Closure) Value { return Value{unsafe.Pointer(c), uint64(Quotation) << kindShift} }

// FromVariant makes a variant or list.
func FromVariant(v *VariantValue) Value {
	return Value{unsafe.Pointer(v), uint64(Variant) << kindShift}
}

// FromObject makes a value of a kind whose object another package defines:
// Map, Channel, Weave. p must point to that package's type for the kind.
func FromObject(k Kind, p unsafe.Pointer) Value { return Value{p, uint64(k) << kindShift} }

// AsInt returns the number of an Int. Like all As methods it does not check
// the kind.
func (v Value) AsInt() int64 { return int64(v.n) >> 1 }

// AsFloat returns the number of a Float.
func (v Value) AsFloat() float64 { return math.Float64frombits(v.n) }

// AsBool returns the truth of a Bool.
func (v Value) AsBool() bool { return v.n != 0 }

// AsSymbol returns the name of a Symbol.
func (v Value) AsSymbol() *Tag { return (*Tag)(v.p) }

// AsClosure returns the code of a Quotation.
func (v Value) AsClosure() *Closure { return (*Closure)(v.p) }

// AsVariant returns the object of a variant or list.
func (v Value) AsVariant() *VariantValue { return (*VariantValue)(v.p) }

// Object returns the object of a Map, Channel or Weave.
func (v Value) Object() unsafe.Pointer { return v.p }

// Bits returns the pattern of a number or Bool: an Int shifted left by one,
// the IEEE bits of a Float, 0 or 1.
func (v *Value) Bits() uint64 { return v.n }

// SetInt, SetFloat and SetBool overwrite a slot with a number without Go's
// write barrier: the new pointer is static, and by the interpreter's rule
// nothing keeps the only reference to a value in a Go variable across
// instructions, so the old one need not be shaded. This takes a third off
// arithmetic.
func (v *Value) SetInt(bits uint64) {
	*(*uintptr)(unsafe.Pointer(&v.p)) = uintptr(unsafe.Pointer(&markers[Int]))
	v.n = bits
}

// ChangeInt and ChangeFloat are SetInt and SetFloat for a slot that holds an Int or
// a Float already.
func (v *Value) ChangeInt(bits uint64) { v.n = bits }

// ChangeFloat changes a Float.
func (v *Value) ChangeFloat(f float64) { v.n = math.Float64bits(f) }

// SetFloat makes the slot a Float.
func (v *Value) SetFloat(f float64) {
	*(*uintptr)(unsafe.Pointer(&v.p)) = uintptr(unsafe.Pointer(&markers[Float]))
	v.n = math.Float64bits(f)
}

func (v *Value) setFloatBits(bits uint64) {
	*(*uintptr)(unsafe.Pointer(&v.p)) = uintptr(unsafe.Pointer(&markers[Float]))
	v.n = bits
}

// SetBool makes the slot a Bool.
func (v *Value) SetBool(b bool) {
	n := uint64(0)
	if b {
		n = 1
	}
	*(*uintptr)(unsafe.Pointer(&v.p)) = uintptr(unsafe.Pointer(&markers[Bool]))
	v.n = n
}

// MarkerAddress is the address that stands for Int, Float or Bool, for code that does without this package.
func MarkerAddress(k Kind) uintptr { return uintptr(unsafe.Pointer(&markers[k])) }

// SetMarker makes the number that is in the slot one of a kind, as SetInt does.
func (v *Value) SetMarker(k Kind) { v.SetScalar(k, v.n) }

// SetNumber makes the slot a copy of a number or Bool, as SetInt does.
func (v *Value) SetNumber(from *Value) { v.setNumber(from) }

// setNumber copies a number or Bool into a place, as SetInt does.
func (v *Value) setNumber(from *Value) {
	*(*uintptr)(unsafe.Pointer(&v.p)) = uintptr(from.p)
	v.n = from.n
}

// SetScalar makes the slot a number or Bool of a kind and pattern, as SetInt does.
func (v *Value) SetScalar(k Kind, bits uint64) {
	*(*uintptr)(unsafe.Pointer(&v.p)) = uintptr(unsafe.Pointer(&markers[0])) + uintptr(k)
	v.n = bits
}

// scalar makes a number or Bool of a word of a list.
func scalar(f form, bits uint64) Value { return Value{marker(f), bits} }

// marker returns the address that stands for the kind of a list's words.
func marker(f form) unsafe.Pointer { return unsafe.Add(unsafe.Pointer(&markers[0]), -int(f)) }

// Tag is the name of a symbol or variant. Tags that the program names are
// interned, one for each name; others are made as needed, so tags are compared
// with Same.
type Tag struct {
	Name    string
	Union   int32 // of a variant of the program: the union, else -1
	Ordinal int32 // of a variant of the program: its place in the union
	Static  bool  // interned
}

// Same tells whether two tags have the same name.
func (t *Tag) Same(u *Tag) bool {
	return t == u || !(t.Static && u.Static) && t.Name == u.Name
}

// Closure is the code of a quotation and what it captured. Func is the number
// of its function in the VM's image. Immutable.
type Closure struct {
	Func     int32
	Captures []Value
}

// ListTag is the tag of lists.
var ListTag = &Tag{Name: "List", Union: -1, Static: true}
