package builtins

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

var sonWords = []vm.Builtin{
	{Name: "son.dump", Effect: "( ..a T -- ..a String )", Doc: "The compact SON text of a value.", Borrows: true, Run: func(_ *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromString(string(AppendSON(nil, w[0])))
		return nil
	}},
	{Name: "son.dump-pretty", Effect: "( ..a T -- ..a String )", Doc: "The SON text of a value, one part a line.", Borrows: true, Run: func(_ *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromString(string(appendSON(nil, w[0], true)))
		return nil
	}},
	{Name: "stack.dump", Effect: "( ..a -- ..b )", Doc: "Writes all values of the stack on one line and empties it.", Run: func(s *vm.Strand, values []stack.Value) error {
		b := []byte("»")
		for _, v := range values {
			b = AppendSON(append(b, ' '), v)
		}
		return s.VM().Out.WriteString(string(b), true)
	}},
}

// AppendSON appends the compact SON text of a value (chapter 4, section 6).
func AppendSON(b []byte, v stack.Value) []byte { return appendSON(b, v, false) }

// sonOpen is a collection that is being written.
type sonOpen struct {
	parts   []stack.Value // elements, fields, or keys and values in turn
	next    int
	behind  string // each part, or each value of a map
	closing string // behind the last part
	isMap   bool
}

// appendSON keeps what is open on a stack of its own: nesting is limited by
// memory only.
func appendSON(b []byte, v stack.Value, pretty bool) []byte {
	var open []sonOpen
	separate := func(depth int) {
		if !pretty {
			b = append(b, ' ')
			return
		}
		b = append(b, '\n')
		for range depth {
			b = append(b, "  "...)
		}
	}
	for {
		var c sonOpen
		b, c = appendSONStart(b, v)
		open = append(open, c)
		for {
			top := &open[len(open)-1]
			done := top.next > 0 && (!top.isMap || top.next%2 == 0)
			if done {
				b = append(b, top.behind...)
			}
			if top.next < len(top.parts) {
				if top.isMap && top.next%2 == 1 {
					b = append(b, ' ')
				} else {
					separate(len(open))
				}
				v = top.parts[top.next]
				top.next++
				break
			}
			if pretty && top.closing != "" && len(top.parts) > 0 {
				separate(len(open) - 1)
			}
			b = append(b, top.closing...)
			if open = open[:len(open)-1]; len(open) == 0 {
				return b
			}
		}
	}
}

// appendSONStart appends a scalar or the beginning of a collection and returns
// what is still to be written.
func appendSONStart(b []byte, v stack.Value) ([]byte, sonOpen) {
	switch v.Kind() {
	case stack.Variant:
		x := v.AsVariant()
		if x.Tag == stack.ListTag {
			return append(b, "list-of"...), sonOpen{parts: x.Fields(), behind: " lv"}
		}
		b = appendWellFormed(append(b, ':'), x.Tag.Name)
		return b, sonOpen{parts: x.Fields(), closing: " wrap-" + strconv.Itoa(x.Len())}
	case stack.Map:
		c := sonOpen{parts: make([]stack.Value, 0, 2*v.AsMap().Len()), behind: " kv", isMap: true}
		v.AsMap().Each(func(k, v stack.Value) { c.parts = append(c.parts, k, v) })
		return append(b, "map-of"...), c
	case stack.Int:
		b = strconv.AppendInt(b, v.AsInt(), 10)
	case stack.Float:
		t := FloatText(v.AsFloat())
		b = append(b, t...)
		if strings.Trim(t, "-0123456789") == "" {
			b = append(b, ".0"...)
		}
	case stack.Bool:
		b = strconv.AppendBool(b, v.AsBool())
	case stack.String:
		b = append(appendEscaped(append(b, '"'), v.AsString(), lowerHex), '"')
	case stack.Symbol:
		b = appendWellFormed(append(b, ':'), v.AsSymbol().Name)
	case stack.Quotation:
		if v.AsClosure().Captures != nil {
			b = append(b, "<closure>"...)
		} else {
			b = append(b, "<quotation>"...)
		}
	case stack.Channel:
		b = append(b, "<channel>"...)
	case stack.Weave:
		b = append(b, "<weave-ctx>"...)
	}
	return b, sonOpen{}
}

// appendWellFormed appends the name of a symbol: a program can make one of any
// bytes, but a SON text is UTF-8.
func appendWellFormed(b []byte, name string) []byte {
	if utf8.ValidString(name) {
		return append(b, name...)
	}
	for name != "" {
		r, size := firstRune(name)
		b = utf8.AppendRune(b, r)
		name = name[size:]
	}
	return b
}
