package stack

import "github.com/seqvm/seqvm/internal/hugepage"

// Stack is the tagged data stack of a strand. It belongs to one goroutine at a
// time. The nil Stack is empty and cannot be pushed to.
//
// The interpreter addresses Slots itself and keeps the height in a register;
// Top is right whenever a stack changes hands.
type Stack struct {
	Slots []Value // len is the room there is
	Top   int     // slots in use, from 0
	Base  int     // where what the running code may see begins
	based bool
}

// NewStack makes an empty stack with its base at the bottom and room for n
// values; more is made as needed.
func NewStack(n int) *Stack { return &Stack{Slots: make([]Value, n), based: true} }

// Push puts a value on top.
func (s *Stack) Push(v Value) {
	if s.Top == len(s.Slots) {
		s.Grow(s.Top + 1)
	}
	s.Slots[s.Top] = v
	s.Top++
}

// Pop takes the value on top; false if there is none above the base.
func (s *Stack) Pop() (Value, bool) {
	if s == nil || s.Top <= s.Base {
		return Value{}, false
	}
	s.Top--
	v := s.Slots[s.Top]
	s.Slots[s.Top] = Value{}
	return v, true
}

// Depth is the number of values above the base.
func (s *Stack) Depth() int {
	if s == nil {
		return 0
	}
	return s.Top - s.Base
}

// SetBase says where the stack begins, as the index of a slot. nil is ignored.
func (s *Stack) SetBase(i int) {
	if s != nil {
		s.Base, s.based = i, true
	}
}

// Grow makes room for at least n slots, at least twice as many as there were.
func (s *Stack) Grow(n int) {
	slots := hugepage.Make[Value](max(n, 2*len(s.Slots)))
	copy(slots, s.Slots)
	s.Slots = slots
}

// CloneWithBase makes the stack of a child: a copy of the values from the base
// to the top, promoted, so that neither side sees what the other does. false
// if the stack has no base.
func (s *Stack) CloneWithBase() (*Stack, bool) {
	if s == nil || !s.based {
		return nil, false
	}
	c := NewStack(s.Depth())
	c.Fill(s.Slots[s.Base:s.Top])
	return c, true
}

// Fill makes the stack hold copies of values, promoted, from its bottom; they
// are held twice from then on.
func (s *Stack) Fill(values []Value) {
	if len(values) > len(s.Slots) {
		s.Grow(len(values))
	}
	for i, v := range values {
		v.Share()
		s.Slots[i] = v.Promote()
	}
	s.Top = len(values)
}

// Release lets go of the values; the room can be used again. nil is ignored.
func (s *Stack) Release() {
	if s == nil {
		return
	}
	clear(s.Slots) // the interpreter leaves values above the top
	s.Top, s.Base, s.based = 0, 0, false
}
