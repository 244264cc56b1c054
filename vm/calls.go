package vm

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/stack"
)

func isTail(op bytecode.Op) bool { return op == bytecode.OpTailOpen || op == bytecode.OpTailQuotation }

// callOpen performs the calls that may reach below their frame or leave an
// unknown number of values, and those of quotations.
func (s *Strand) callOpen(op bytecode.Op, in *bytecode.Instr) error {
	if s.outdated() {
		return s.retry() // the quotation's code may be younger than what run knows
	}
	if !isTail(op) {
		if err := (meter{s}).beforeCall(); err != nil {
			return err
		}
		return s.enterOpen(op, in)
	}
	if s.limit.Load() == 0 {
		closure := false // calls of closures do not count
		if q := at(s.fp, in.A); op == bytecode.OpTailQuotation && q.Kind() == stack.Quotation {
			closure = q.AsClosure().Captures != nil
		}
		if err := s.pause(!closure); err != nil {
			return err
		}
	}
	return s.enterOpen(op, in)
}

// enterOpen is callOpen without what makes a strand come back to the instruction: it has changed the stack when it fails.
func (s *Strand) enterOpen(op bytecode.Op, in *bytecode.Instr) error {
	img := s.image
	top := s.fp + uintptr(uint32(in.A))*slotSize // behind the callee's arguments
	var f *function
	trusted := false // the callee is known to leave what the caller expects
	returns := s.ip
	if op == bytecode.OpCallOpen || op == bytecode.OpTailOpen {
		f = &img.funcs[in.B]
	} else {
		q := *at(s.fp, in.A)
		if q.Kind() != stack.Quotation {
			return Mismatch("Quotation", q)
		}
		c := q.AsClosure()
		f = &img.funcs[c.Func]
		own := int(f.in) - len(c.Captures)
		if op == bytecode.OpCallQuotation {
			trusted = !f.open && int(f.out)-own == int(in.C-in.B) && own <= int(in.B)
			if own > int(in.B) && !keepsNothing(in) { // it changes values that this frame has proven
				returns = s.deoptAddress(s.ip)
			}
		}
		if len(c.Captures) > 0 {
			if top+uintptr(len(c.Captures))*slotSize > s.end {
				moved, err := s.makeRoom(top, uintptr(len(c.Captures))*slotSize)
				if err != nil {
					return err
				}
				s.fp += moved - top
				top = moved
			}
			for i, v := range c.Captures {
				if !v.Scalar() {
					v.Share() // the closure keeps it
				}
				*at(top, int32(i)) = v
			}
			top += uintptr(len(c.Captures)) * slotSize
		}
	}
	to := top - uintptr(f.in)*slotSize
	if have := s.index(top) - s.data.Base; int(f.in) > have {
		return Fail("stack underflow: '%s' needs %d values, the stack holds %d", f.fn.Name, f.in, have)
	}
	if to < s.fp {
		s.deoptimise(to)
	}
	tail := isTail(op)
	if !tail && len(s.frames) == cap(s.frames) {
		if err := s.moreFrames(); err != nil {
			return err
		}
	}
	if to+f.bytes > s.limit.Load() {
		moved, err := s.makeRoom(to, f.bytes)
		if err != nil {
			return err
		}
		s.fp += moved - to
		to = moved
	}
	if !tail {
		if trusted {
			returns += instrSize // over the expect that follows
		}
		s.frames = append(s.frames, frame{ip: returns, fp: s.fp})
	}
	s.fp = to
	s.ip = codeAddress(f.code)
	return nil
}

// makeClosure takes the captured values at slot A and leaves the closure there.
func makeClosure(fp uintptr, in *bytecode.Instr) {
	captures := make([]stack.Value, in.C)
	for i := range captures {
		captures[i] = at(fp, in.A+int32(i)).Promote()
	}
	*at(fp, in.A) = stack.FromClosure(&stack.Closure{Func: in.B, Captures: captures})
}
