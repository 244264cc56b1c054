package vm

import (
	"fmt"

	"github.com/seqvm/seqvm/stack"
)

// spawn starts a strand with the quotation at address; its stack is a copy of
// what lies below, or what the closure captured (chapter 5, section 3). It returns its
// id, or the task if it is watched.
func (s *Strand) spawn(quotation uintptr, watched bool) (stack.Value, error) {
	at := s.index(quotation)
	q := s.data.Slots[at]
	if q.Kind() != stack.Quotation {
		return stack.Value{}, Mismatch("Quotation", q)
	}
	c := q.AsClosure()
	values := c.Captures
	if values == nil {
		var err error
		if values, err = s.visible(at); err != nil {
			return stack.Value{}, err
		}
	}
	worker := s.Worker()
	child := s.vm.pool.get(s.vm, worker.Index)
	child.data.Fill(values)
	child.member = Tasks{s}.childMember(watched)
	if err := child.enter(c.Func); err != nil {
		return stack.Value{}, err
	}
	if child.member == nil || child.member.task == nil {
		return stack.FromInt(s.vm.sched.Start(&child.Strand, child, worker)), nil
	}
	return Tasks{s}.startTask(child, watched), nil
}

// enter prepares the strand to run a function on the values of its data stack.
func (s *Strand) enter(fn int32) error {
	img := s.vm.image.Load() // the strand goes by none yet
	f := &img.funcs[fn]
	n := s.data.Top
	if need := max(firstSlots, n+int(f.fn.Frame)+1); need > len(s.data.Slots) {
		s.data.Grow(need)
	}
	if cap(s.frames) == 0 {
		s.frames = make([]frame, 0, firstFrames)
	}
	first := s.address(0)
	s.end = s.address(len(s.data.Slots))
	if (meter{s}).counts() {
		s.limit.Store(0)
	}
	s.limit.move(s.end)
	if n < int(f.in) {
		word := "strand.spawn"
		if s.inside != nil {
			word = "strand.resume"
		}
		return &RuntimeError{Word: word, Reason: fmt.Sprintf("stack underflow: the quotation needs %d values, the stack holds %d", f.in, n),
			Trail: []Frame{{Word: f.fn.Name, File: img.mod.FileOf(f.fn), Line: int(f.fn.Line), Column: int(f.fn.Column), Count: 1}}, Strand: s.ID()}
	}
	s.frames = append(s.frames[:0], frame{ip: codeAddress(&halt[0]), fp: first})
	s.fp = s.address(n - int(f.in))
	s.ip = codeAddress(f.code)
	s.sp = s.fp
	return nil
}
