package machine

import "fmt"

// Label is a place in the code, which may not be known yet.
type Label int32

// Text is code with places that jumps go to: what Assemblers have in common. The zero Text is empty.
type Text struct {
	Code   []byte
	labels []int32 // offsets; unbound
	fixups []fixup
}

const unbound = -1

// fixup is an instruction that has to be told where a label is.
type fixup struct {
	at    int // as the assembler counts
	label Label
	form  uint8 // of the instruction: the assembler's own
}

// NewLabel makes a label that is not bound.
func (t *Text) NewLabel() Label {
	t.labels = append(t.labels, unbound)
	return Label(len(t.labels) - 1)
}

// Bind says that a label is here.
func (t *Text) Bind(l Label) { t.labels[l] = int32(len(t.Code)) }

// Offset is where a bound label is.
func (t *Text) Offset(l Label) int { return int(t.labels[l]) }

// Here is where the next instruction will be.
func (t *Text) Here() int { return len(t.Code) }

// Refer notes that the instruction at an offset, of a form that the assembler knows, is to be told where a label is.
func (t *Text) Refer(at int, l Label, form uint8) { t.fixups = append(t.fixups, fixup{at, l, form}) }

// Resolve tells all instructions that refer to labels where those are.
func (t *Text) Resolve(tell func(at, to int, form uint8) error) error {
	for _, f := range t.fixups {
		to := t.labels[f.label]
		if to == unbound {
			return fmt.Errorf("the jump at %d goes nowhere", f.at)
		}
		if err := tell(f.at, int(to), f.form); err != nil {
			return err
		}
	}
	t.fixups = t.fixups[:0]
	return nil
}
