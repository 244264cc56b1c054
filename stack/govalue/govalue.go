// Package govalue turns values of Seq into values of Go and back, for programs in Go that hand
// values to words or get them from words:
//
//	Int        int64 (to Seq also int)      List     []any
//	Float      float64                      Map      map[any]any
//	Bool       bool                         Symbol   Symbol
//	String     string                       Variant  Variant (to Seq: as it came)
//
// Quotations, channels and all others are Opaque: they can be handed back.
//
// It knows neither words nor programs.
package govalue

import (
	"fmt"
	"strings"

	"github.com/seqvm/seqvm/stack"
)

// Symbol is a symbol of Seq, by its name without the colon.
type Symbol string

// Variant is a value of a union or a tagged value: its variant, and its fields in order. One that
// came from a program can be handed back to it; made anew it is a tagged value without a union.
type Variant struct {
	Name   string
	Fields []any
	value  stack.Value // where it came from
}

// Opaque is a value that has no counterpart in Go, such as a quotation or a channel.
type Opaque struct{ value stack.Value }

// String names what kind of value it is.
func (o Opaque) String() string { return "<" + strings.ToLower(o.value.Kind().String()) + ">" }

// The range of an Int (chapter 1, section 4).
const (
	minInt = -1 << 62
	maxInt = 1<<62 - 1
)

// maxDepth bounds how deep lists, maps and variants nest that are turned into another form.
const maxDepth = 1000

// From makes a value of Seq of one of Go. An error names a type that has no counterpart, an
// integer that is out of the range of an Int, or what nests too deep.
func From(x any) (stack.Value, error) { return from(x, 0) }

func from(x any, depth int) (stack.Value, error) {
	if depth > maxDepth {
		return stack.Value{}, fmt.Errorf("the value nests more than %d levels deep", maxDepth)
	}
	switch x := x.(type) {
	case int:
		return fromInt(int64(x))
	case int64:
		return fromInt(x)
	case float64:
		return stack.FromFloat(x), nil
	case bool:
		return stack.FromBool(x), nil
	case string:
		return stack.FromString(x), nil
	case Symbol:
		return stack.FromSymbol(&stack.Tag{Name: string(x), Union: -1}), nil
	case Opaque:
		return x.value, nil
	case []any:
		fields, err := fromAll(x, depth)
		return stack.FromList(fields), err
	case Variant:
		if x.value.Kind() == stack.Variant {
			return x.value, nil
		}
		fields, err := fromAll(x.Fields, depth)
		return stack.FromVariant(stack.NewVariant(&stack.Tag{Name: x.Name, Union: -1}, fields)), err
	case map[any]any:
		return fromMap(x, depth)
	}
	return stack.Value{}, fmt.Errorf("a value of the Go type %T has no counterpart in Seq", x)
}

func fromInt(i int64) (stack.Value, error) {
	if i < minInt || i > maxInt {
		return stack.Value{}, fmt.Errorf("%d does not fit into an Int", i)
	}
	return stack.FromInt(i), nil
}

func fromAll(list []any, depth int) ([]stack.Value, error) {
	fields := make([]stack.Value, len(list))
	for i, x := range list {
		v, err := from(x, depth+1)
		if err != nil {
			return nil, err
		}
		fields[i] = v
	}
	return fields, nil
}

func fromMap(x map[any]any, depth int) (stack.Value, error) {
	m := stack.NewMap()
	for k, v := range x {
		key, err := from(k, depth+1)
		if err != nil {
			return stack.Value{}, err
		}
		if !stack.IsKey(key) {
			return stack.Value{}, fmt.Errorf("a value of the Go type %T cannot be a key of a map", k)
		}
		value, err := from(v, depth+1)
		if err != nil {
			return stack.Value{}, err
		}
		m = m.Set(key, value)
	}
	return stack.FromMap(m), nil
}

// To makes a value of Go of one of Seq. What it returns shares no memory with the strand, so it
// stays valid. What nests deeper than 1000 levels becomes Opaque there.
func To(v stack.Value) any { return to(v, 0) }

func to(v stack.Value, depth int) any {
	switch v.Kind() {
	case stack.Int:
		return v.AsInt()
	case stack.Float:
		return v.AsFloat()
	case stack.Bool:
		return v.AsBool()
	case stack.String:
		return v.Promote().AsString()
	case stack.Symbol:
		return Symbol(v.AsSymbol().Name)
	}
	v = v.Promote()
	v.Share() // Go holds it as well now
	if depth > maxDepth {
		return Opaque{v}
	}
	switch v.Kind() {
	case stack.Variant:
		object := v.AsVariant()
		fields := make([]any, object.Len())
		for i := range fields {
			fields[i] = to(object.At(i), depth+1)
		}
		if object.Tag == stack.ListTag {
			return fields
		}
		return Variant{Name: object.Tag.Name, Fields: fields, value: v}
	case stack.Map:
		m := map[any]any{}
		for key, value := range v.AsMap().All() {
			m[to(key, depth+1)] = to(value, depth+1)
		}
		return m
	}
	return Opaque{v}
}
