package vm

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/stack"
)

// noClause is the error of a cond of which none of so many predicates was true.
func noClause(predicates int) error {
	if predicates == 1 {
		return Fail("its predicate was not true, and it has no other")
	}
	return Fail("none of its %d predicates was true", predicates)
}

// conds is a strand as the instructions of cond see it.
type conds struct{ *Strand }

// condStart takes the clauses of cond off the stack and keeps them on the aux
// stack: a list of the quotations, with the number of the next predicate below.
func (s conds) condStart() error {
	top := s.index(s.fp)
	have := top - s.data.Base
	if have < 1 {
		return underflow(1, 0)
	}
	count := s.data.Slots[top-1]
	if !count.IsInt() {
		return Mismatch("Int", count)
	}
	n := count.AsInt()
	if n < 1 {
		return Fail("the number of clauses must be at least 1, got %d", n)
	}
	if n > int64(have-1)/2 {
		return Fail("stack underflow: %d clauses need %d quotations, the stack holds %d values", n, 2*n, have-1)
	}
	first := top - 1 - 2*int(n)
	for i := first; i < top-1; i++ {
		if s.data.Slots[i].Kind() != stack.Quotation {
			return Mismatch("Quotation", s.data.Slots[i])
		}
	}
	list := make([]stack.Value, 2*n)
	copy(list, s.data.Slots[first:])
	s.aux.pushClauses(list)
	s.fp = s.address(first)
	s.deoptimise(s.fp)
	return nil
}

// condNext runs the next predicate on the stack as it is.
func (s conds) condNext() error {
	if s.outdated() {
		return s.retry()
	}
	if err := meter(s).beforeCall(); err != nil {
		return err
	}
	list, i, err := s.aux.clauses()
	if err != nil {
		return err
	}
	return s.runClause(list[i], false)
}

// condTest goes on with the body if the predicate left true.
func (s conds) condTest(in *bytecode.Instr) error {
	if s.outdated() {
		return s.retry() // nothing has been taken off the aux stack yet
	}
	top := s.index(s.sp)
	if top-1 < s.data.Base {
		return Fail("stack underflow: the predicate left no Bool")
	}
	flag := s.data.Slots[top-1]
	if !flag.IsBool() {
		return Fail("the predicate must leave a Bool, found %s", Describe(flag))
	}
	s.fp = s.address(top - 1)
	list, i, err := s.aux.clauses()
	if err != nil {
		return err
	}
	if !flag.AsBool() {
		s.aux.nextClause(i + 2)
		s.ip = jump(s.ip, in.C)
		return nil
	}
	s.aux.drop(2)
	return s.runClause(list[i+1], true)
}

// runClause runs a quotation on the stack below fp.
func (s conds) runClause(q stack.Value, tail bool) error {
	at0 := s.index(s.fp)
	if _, err := s.makeRoom(s.fp, slotSize); err != nil {
		return err
	}
	s.fp = s.address(at0)
	*at(s.fp, 0) = q
	op := bytecode.OpCallUnknown
	if tail {
		op = bytecode.OpTailQuotation
	}
	return s.enterOpen(op, &bytecode.Instr{})
}
