package builtins

import (
	"fmt"
	"math"
	"strings"

	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/stack/son"
	"github.com/seqvm/seqvm/vm"
)

// testModuleWords are what vm:test is built on.
var testModuleWords = []Word{
	{Name: "%test.assert-eq-float", Effect: "( ..a Float Float Float -- ..a )", Doc: "Compares Floats within a tolerance.", Run: func(s *vm.Strand, w []stack.Value) error {
		actual, expected, tolerance := w[0].AsFloat(), w[1].AsFloat(), w[2].AsFloat()
		if !(tolerance >= 0) {
			return vm.Fail("the tolerance must not be negative, got %s", son.Float(tolerance))
		}
		return assertion(s, closeTo(actual, expected, tolerance), fmt.Sprintf("expected %s, got %s, which is off by %s, more than %s",
			son.Float(expected), son.Float(actual), son.Float(math.Abs(actual-expected)), son.Float(tolerance)))
	}},
	{Name: "%test.assert-eq-bool", Effect: "( ..a Bool Bool -- ..a )", Doc: "Compares Bools.", Run: func(s *vm.Strand, w []stack.Value) error {
		return assertion(s, w[0].AsBool() == w[1].AsBool(), fmt.Sprintf("expected %t, got %t", w[1].AsBool(), w[0].AsBool()))
	}},
	{Name: "%test.assert-eq-value", Effect: "( ..a T U -- ..a )", Doc: "Compares the texts of values.", Borrows: true, Run: func(s *vm.Strand, w []stack.Value) error {
		actual, expected := string(son.AppendPretty(nil, w[0], s.Heed)), string(son.AppendPretty(nil, w[1], s.Heed))
		if actual == expected {
			return assertion(s, true, "")
		}
		return assertion(s, false, compared(expected, actual))
	}},
	{Name: "%test.assert-error", Effect: "( ..a Variant String -- ..a )", Doc: "Looks at the outcome of a try.", Run: func(s *vm.Strand, w []stack.Value) error {
		wanted := w[1].AsString()
		_, e, err := outcomeOf(w[0])
		switch {
		case err != nil:
			return err
		case e == nil:
			return assertion(s, false, "expected an error with "+quoted(wanted)+", there was none")
		}
		return assertion(s, strings.Contains(e.Reason, wanted), fmt.Sprintf("expected an error with %s, got %s", quoted(wanted), quoted(e.Reason)))
	}},
	{Name: "%test.assert-snapshot", Effect: "( ..a T String -- ..a )", Doc: "Compares the text of a value with a snapshot.", Borrows: true, Run: func(s *vm.Strand, w []stack.Value) error {
		return assertSnapshot(s, w[0], w[1].Promote().AsString())
	}},
	{Name: "%test.begin-property", Effect: "( ..a Int -- ..a )", Doc: "Begins so many runs of a property.", Run: func(s *vm.Strand, w []stack.Value) error {
		if w[0].AsInt() < 1 {
			return vm.Fail("a property must run at least once, not %d times", w[0].AsInt())
		}
		return withTests(s, func(t *TestLog) { t.beginProperty(w[0].AsInt()) })
	}},
	{Name: "%test.begin-run", Effect: "( ..a -- ..a Bool )", Doc: "Begins a run of a property, unless it was the last one.", Run: func(s *vm.Strand, w []stack.Value) error {
		line := s.Line()
		return withTests(s, func(t *TestLog) { w[0] = stack.FromBool(t.beginRun(line)) })
	}},
	{Name: "%test.end-run", Effect: "( ..a Variant -- ..a )", Doc: "Ends a run of a property with the outcome of a try.", Run: func(s *vm.Strand, w []stack.Value) (err error) {
		why := ""
		held, e, err := outcomeOf(w[0])
		switch {
		case err != nil:
			return err
		case e != nil:
			why = strings.TrimPrefix(e.Error(), "seq: ")
		case held != stack.FromBool(true):
			why = "it left false"
		}
		return withTests(s, func(t *TestLog) { t.endRun(why) })
	}},
	{Name: "%test.draw", Effect: "( ..a Int -- ..a Int )", Doc: "An Int from 0 up to and with a bound, by chance.", Run: func(s *vm.Strand, w []stack.Value) (err error) {
		bound := w[0].AsInt()
		if bound < 0 {
			return vm.Fail("there is nothing to choose from: the bounds are the wrong way round, too far from each other, or the list is empty")
		}
		_ = withTests(s, func(t *TestLog) {
			if t.property == nil {
				err = vm.Fail("values are drawn in the quotation of test.property only")
				return
			}
			w[0] = stack.FromInt(int64(t.property.draw(uint64(bound))))
		})
		return err
	}},
	{Name: "%test.open", Effect: "( ..a -- ..a )", Doc: "Begins a value that is drawn.", Run: func(s *vm.Strand, _ []stack.Value) error {
		return withTests(s, func(t *TestLog) {
			if t.property != nil {
				t.property.depth++
			}
		})
	}},
	{Name: "%test.close", Effect: "( ..a T -- ..a T )", Doc: "Ends a value that was drawn.", Run: func(s *vm.Strand, w []stack.Value) error {
		text := ""
		if Tests(s.VM()).outermost() {
			text = string(son.Append(nil, w[0], s.Heed))
		}
		return withTests(s, func(t *TestLog) {
			if p := t.property; p != nil {
				if p.depth--; text != "" {
					p.run.values = append(p.run.values, text)
				}
			}
		})
	}},
}

// outcomeOf takes what strands.try leaves apart: what the quotation left, or its error. Bytecode may hand over any Variant.
func outcomeOf(v stack.Value) (left stack.Value, failed *vm.RuntimeError, err error) {
	outcome := v.AsVariant()
	if outcome.Len() != 1 {
		return stack.Value{}, nil, errNoOutcome
	}
	switch left = *outcome.Slot(0); {
	case outcome.Tag.Name == "Ok":
		return left, nil, nil
	case outcome.Tag.Name != "Err" || left.Kind() != stack.Variant:
		return stack.Value{}, nil, errNoOutcome
	}
	failed, err = vm.ErrorOf(left.AsVariant())
	return stack.Value{}, failed, err
}

var errNoOutcome = vm.Fail("expected the outcome of a try")

// outermost tells whether the value that ends now is part of no other one.
func (t *TestLog) outermost() bool {
	t.Lock()
	defer t.Unlock()
	return t.property != nil && t.property.depth == 1
}

// closeTo tells whether two Floats differ by no more than a tolerance. A NaN is close to one.
func closeTo(a, b, tolerance float64) bool {
	return a == b || math.Abs(a-b) <= tolerance || math.IsNaN(a) && math.IsNaN(b)
}

// assertSnapshot compares a value with what a snapshot has of it.
func assertSnapshot(s *vm.Strand, v stack.Value, name string) error {
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "" || name[0] == '.' {
		return vm.Fail("the name of a snapshot has letters, digits, '-', '_' and '.', and does not begin with '.': got %s", quoted(name))
	}
	var text string
	if v.Kind() == stack.String {
		text = strings.Clone(v.AsString())
	} else {
		text = string(son.AppendPretty(nil, v, s.Heed)) + "\n"
	}
	t := Tests(s.VM())
	if t.Snapshots == nil {
		return assertion(s, false, "snapshots are compared by 'seqvm test' only")
	}
	kept, problem := t.Snapshots(name, text)
	switch {
	case problem != "":
		return assertion(s, false, problem)
	case kept != text:
		return assertion(s, false, fmt.Sprintf("the snapshot %s differs; --update writes it anew. %s", name, compared(kept, text)))
	}
	return assertion(s, true, "")
}
