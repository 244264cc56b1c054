package builtins

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

var sonWords = []vm.Builtin{
	{Name: "son.dump", Effect: "( ..a T -- ..a String )", Doc: "The compact SON text of a value.", Run: func(_ *vm.Strand, w []stack.Value) error {
		var b strings.Builder
		AppendSON(&b, w[0])
		w[0] = stack.FromString(b.String())
		return nil
	}},
	{Name: "stack.dump", Effect: "( ..a -- ..b )", Doc: "Writes all values of the stack on one line and empties it.", Run: func(s *vm.Strand, values []stack.Value) error {
		var b strings.Builder
		b.WriteString("»")
		for _, v := range values {
			b.WriteByte(' ')
			AppendSON(&b, v)
		}
		s.VM().Out.WriteString(b.String(), true)
		return nil
	}},
}

// AppendSON writes the compact SON text of a value (chapter 4, section 6). It
// keeps what is still to be written on a stack of its own: nesting is limited
// by memory only.
func AppendSON(b *strings.Builder, v stack.Value) {
	type item struct {
		v    stack.Value
		text string // written instead of v, if not empty
	}
	pending := []item{{v: v}}
	for len(pending) > 0 {
		next := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if next.text != "" {
			b.WriteString(next.text)
			continue
		}
		// Parts go onto the stack in reverse: the first is written first.
		switch next.v.Kind() {
		case stack.Variant:
			x := next.v.AsVariant()
			behind := ""
			if x.Tag == stack.ListTag {
				b.WriteString("list-of")
				behind = " lv"
			} else {
				b.WriteString(":" + x.Tag.Name)
				pending = append(pending, item{text: fmt.Sprintf(" wrap-%d", len(x.Fields))})
			}
			for i := len(x.Fields) - 1; i >= 0; i-- {
				if behind != "" {
					pending = append(pending, item{text: behind})
				}
				pending = append(pending, item{v: x.Fields[i]}, item{text: " "})
			}
		case stack.Map:
			b.WriteString("map-of")
			var entries []item
			next.v.AsMap().Each(func(k, v stack.Value) {
				entries = append(entries, item{text: " "}, item{v: k}, item{text: " "}, item{v: v}, item{text: " kv"})
			})
			for i := len(entries) - 1; i >= 0; i-- {
				pending = append(pending, entries[i])
			}
		default:
			appendScalar(b, next.v)
		}
	}
}

func appendScalar(b *strings.Builder, v stack.Value) {
	switch v.Kind() {
	case stack.Int:
		b.WriteString(strconv.FormatInt(v.AsInt(), 10))
	case stack.Float:
		t := FloatText(v.AsFloat())
		b.WriteString(t)
		if strings.Trim(t, "-0123456789") == "" {
			b.WriteString(".0")
		}
	case stack.Bool:
		b.WriteString(strconv.FormatBool(v.AsBool()))
	case stack.String:
		b.WriteByte('"')
		escape(b, v.AsString(), "%04x")
		b.WriteByte('"')
	case stack.Symbol:
		b.WriteString(":" + v.AsSymbol().Name)
	case stack.Quotation:
		if v.AsClosure().Captures != nil {
			b.WriteString("<closure>")
		} else {
			b.WriteString("<quotation>")
		}
	case stack.Channel:
		b.WriteString("<channel>")
	case stack.Weave:
		b.WriteString("<weave-ctx>")
	}
}
