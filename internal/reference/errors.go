package reference

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seqvm/seqvm/seq/types"
)

// Error is a run-time error of a program.
type Error struct {
	Word, Reason string
	Inputs       []any   // of the word, bottom to top
	Trail        []Frame // innermost first
}

// Frame is where a word or a quotation was, which is written in the word.
type Frame struct {
	Word      string
	Line      int
	Column    int
	Quotation bool
	// Replaced are the words that had the frame before tail calls ended them, the one that
	// was called first in front, each once; "" for quotations.
	Replaced []string
	// Ended are the places of the tail calls that ended quotations which had the frame. A
	// quotation that was run in place was a part of the frame below, which is still there.
	Ended []Place
}

// Place is a line and a column, from 1 on.
type Place struct{ Line, Column int }

// String is the error with its trail in one line.
func (e *Error) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Word, e.Reason)
	for _, f := range e.Trail {
		fmt.Fprintf(&b, " | %s:%d:%d", f.Word, f.Line, f.Column)
		if f.Quotation {
			b.WriteString(" in a quotation")
		}
	}
	return b.String()
}

func (m *machine) fail(word, reason string, inputs ...any) {
	trail := slices.Clone(m.frames)
	slices.Reverse(trail)
	panic(&Error{Word: word, Reason: reason, Inputs: slices.Clone(inputs), Trail: trail})
}

// demand checks that the values on top are of the types that an effect says, the lowest
// first. The topmost skip types are of values that are not there yet.
func (m *machine) demand(word string, list []*types.Type, skip int) {
	list = list[:max(len(list)-skip, 0)]
	inputs := m.stack[max(len(m.stack)-len(list), 0):len(m.stack):cap(m.stack)]
	if skip > 0 { // what the call takes lies above, and is shown with the rest
		inputs = inputs[:min(cap(inputs), len(inputs)+m.above)]
	}
	for i, t := range list {
		if want := kindOf(t); want != "" {
			m.kind(word, want, m.at(len(list)-1-i), inputs...)
		}
	}
}

// demandKept checks before a tail call what stays below the arguments: it is what the
// word leaves besides what the callee does.
func (m *machine) demandKept(w, callee *types.Word) {
	if !callee.Effect.Plain() || m.frames[len(m.frames)-1].Quotation {
		return
	}
	n := len(callee.Effect.In)
	m.demand(callee.Decl.Name.Text, callee.Effect.In, 0)
	saved := m.stack
	m.stack, m.above = m.stack[:len(m.stack)-n], n
	m.demand(w.Decl.Name.Text, w.Effect.Out, len(callee.Effect.Out))
	m.stack, m.above = saved, 0
}

func (m *machine) kind(word, want string, v any, inputs ...any) {
	if found := kindNameOf(v); found != want {
		m.fail(word, fmt.Sprintf("expected %s, found %s", want, describe(v)), inputs...)
	}
}

// Shows tells whether a text is the short form of a value: of strings, lists and variants
// the beginning.
func Shows(text string, v any) bool {
	switch v := v.(type) {
	case *variant:
		if v.tag == "List" {
			return strings.HasPrefix(text, "list-of")
		}
		return strings.HasPrefix(text, ":"+v.tag)
	case string:
		return strings.HasPrefix(strconv.Quote(v), strings.TrimRight(strings.SplitN(text, "…", 2)[0], `"`))
	case *quotation:
		return text == "[ … ]"
	case int64, bool:
		return text == fmt.Sprint(v)
	case float64:
		shown, err := strconv.ParseFloat(text, 64)
		return err == nil && (shown == v || shown != shown && v != v)
	case symbol:
		return text == ":"+string(v)
	}
	return text == kindNameOf(v)
}

// kindOf is the kind that a type of an effect promises; "" if it is none: Variant is
// written for lists and maps as well.
func kindOf(t *types.Type) string {
	switch types.EffectKind(t) {
	case types.Int, types.Socket:
		return "Int"
	case types.Float:
		return "Float"
	case types.Bool:
		return "Bool"
	case types.String:
		return "String"
	case types.Symbol:
		return "Symbol"
	case types.Channel:
		return "Channel"
	case types.Union:
		return "Variant"
	case types.Quotation, types.Closure:
		return "Quotation"
	}
	return ""
}

func kindNameOf(v any) string {
	switch v.(type) {
	case int64:
		return "Int"
	case float64:
		return "Float"
	case bool:
		return "Bool"
	case string:
		return "String"
	case symbol:
		return "Symbol"
	case *channel:
		return "Channel"
	case *variant:
		return "Variant"
	case *quotation:
		return "Quotation"
	}
	return "Weave"
}

func describe(v any) string {
	switch v := v.(type) {
	case int64, bool:
		return fmt.Sprintf("%s %v", kindNameOf(v), v)
	case float64:
		return "Float " + floatText(v)
	case symbol:
		return "Symbol :" + string(v)
	case *variant:
		if v.tag == "List" {
			return "List"
		}
		return "Variant :" + v.tag
	}
	return kindNameOf(v)
}
