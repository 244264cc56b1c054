package vm

import (
	"unsafe"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/stack"
)

// shiftLeft and shiftRight are shl and shr (chapter 3, section 9): 64-bit
// shifts whose result is 0 unless it is an Int. They return the bits of an Int.
func shiftLeft(a, n int64) uint64 {
	if n < 0 || n >= 64 {
		return 0
	}
	return intBits(a << uint(n))
}

func shiftRight(a, n int64) uint64 {
	if n < 0 || n >= 64 {
		return 0
	}
	return intBits(int64(uint64(a) >> uint(n)))
}

func intBits(r int64) uint64 {
	if r<<1>>1 != r {
		return 0
	}
	return uint64(r) << 1
}

// closure takes the captured values at slot A and leaves the closure there.
func (s *Strand) closure(fp uintptr, in *bytecode.Instr) {
	captures := make([]stack.Value, in.C)
	for i := range captures {
		captures[i] = at(fp, in.A+int32(i)).Promote()
	}
	*at(fp, in.A) = stack.FromClosure(&stack.Closure{Func: in.B, Captures: captures})
}

func heightDiffers(want, found uintptr) error {
	if found > want {
		return Fail("more values are left on the stack than the effect says: %d too many", (found-want)/slotSize)
	}
	return Fail("stack underflow: fewer values are left on the stack than the effect says: %d missing", (want-found)/slotSize)
}

// before does what an instruction has to do before its original is executed: count the
// tail calls that are gone there, check its guards, check what it trusts.
func (s *Strand) before(in *bytecode.Instr) error {
	if in.Op != bytecode.OpChecked {
		index, pc, ok := s.vm.image.Load().functionAt(s.ip - instrSize)
		if !ok {
			return nil
		}
		f := &s.vm.image.Load().mod.Funcs[index]
		if err := s.countGone(f.TailsGoneAt(pc)); err != nil || in.Op == bytecode.OpCounted {
			return err
		}
		for _, g := range f.GuardsAt(pc) {
			if v := at(s.fp, g.Slot); v.Kind() != stack.Kind(g.Kind) {
				return s.failGuard(g, Mismatch(stack.Kind(g.Kind).String(), *v))
			}
		}
	}
	return s.checkTrusted(s.fp, in)
}

// countGone counts tail calls that are gone in front of the instruction that is executed.
func (s *Strand) countGone(n int) error {
	switch {
	case s.valve.Interval == 0 || s.gaveWay == byInstruction:
		return nil // they were counted before the instruction itself made the strand yield
	case s.gaveWay == byTailsGone:
		s.gaveWay = stayed
		return nil
	}
	yields := false
	for range n {
		yields = s.valve.MaybeYield() || yields
	}
	if !yields {
		return nil
	}
	return s.giveWay(byTailsGone)
}

// checkTrusted checks the kinds that the original of a checked instruction
// trusts, or promises to whom it goes on to.
func (s *Strand) checkTrusted(fp uintptr, in *bytecode.Instr) error {
	info := in.Was.Info()
	for i, o := range [...]bytecode.Operand{info.A, info.B, info.C} {
		var want stack.Kind
		switch o {
		case bytecode.SrcInt:
			want = stack.Int
		case bytecode.SrcFloat:
			want = stack.Float
		case bytecode.SrcBool:
			want = stack.Bool
		case bytecode.SrcVariant:
			want = stack.Variant
		default:
			continue
		}
		if v := at(fp, [...]int32{in.A, in.B, in.C}[i]); v.Kind() != want {
			return Mismatch(want.String(), *v)
		}
	}
	img := s.vm.image.Load()
	switch in.Was {
	case bytecode.OpCall, bytecode.OpTail:
		return checkKinds(fp+uintptr(uint32(in.A))*slotSize, img.funcs[in.B].fn.Params)
	case bytecode.OpCallOpen, bytecode.OpTailOpen:
		f := &img.funcs[in.B]
		first := fp + uintptr(uint32(in.A))*slotSize - uintptr(f.in)*slotSize
		if s.index(first) < s.data.Base {
			return nil // the call itself finds out
		}
		return checkKinds(first, f.fn.Params)
	case bytecode.OpLoop, bytecode.OpReturn, bytecode.OpIntAddLoop, bytecode.OpIntAddSlotLoop:
		index, _, ok := img.functionAt(s.ip - instrSize)
		if !ok {
			return nil
		}
		if in.Was == bytecode.OpReturn {
			return checkKinds(fp, img.funcs[index].fn.Results)
		}
		return checkKinds(fp, img.funcs[index].fn.Params)
	}
	return nil
}

// checkKinds checks that the values from fp on are of some kinds.
func checkKinds(fp uintptr, kinds []bytecode.Kind) error {
	for i, k := range kinds {
		if v := at(fp, int32(i)); k != bytecode.KindAny && v.Kind() != stack.Kind(k) {
			return Mismatch(stack.Kind(k).String(), *v)
		}
	}
	return nil
}

func (s *Strand) slowCall(fp, to, bytes uintptr) (uintptr, uintptr, error) {
	s.fp = fp
	if s.stale() {
		return 0, 0, s.retry()
	}
	if len(s.frames) == cap(s.frames) {
		if err := s.moreFrames(); err != nil {
			return 0, 0, err
		}
	}
	moved, err := s.makeRoom(to, bytes)
	return fp + (moved - to), moved, err
}

func (s *Strand) slowTail(fp, bytes uintptr) (uintptr, error) {
	if s.limit.Load() == 0 {
		if err := s.pause(true); err != nil {
			return 0, err
		}
	}
	return s.makeRoom(fp, bytes)
}

// reach moves the frame down over n values of the stack below it.
func (s *Strand) reach(fp uintptr, n int32) (uintptr, error) {
	have := s.index(fp) - s.data.Base
	if int(n) > have {
		return 0, s.underflow(int(n), have)
	}
	fp -= uintptr(n) * slotSize
	s.distrust(fp)
	return fp, nil
}

// moveFrame is rebase and float: the frame starts higher from here on.
func (s *Strand) moveFrame(fp, sp uintptr, in *bytecode.Instr) (uintptr, error) {
	if in.Original() == bytecode.OpFloat {
		if sp < s.address(s.data.Base) || sp > s.end {
			return 0, Fail("no call before has left a stack")
		}
		fp = sp
	} else {
		fp += uintptr(uint32(in.A)) * slotSize
	}
	index, _, ok := s.vm.image.Load().functionAt(s.ip - instrSize)
	if !ok {
		return fp, nil
	}
	return s.makeRoom(fp, s.vm.image.Load().funcs[index].bytes)
}

func isTail(op bytecode.Op) bool { return op == bytecode.OpTailOpen || op == bytecode.OpTailQuotation }

// callOpen performs the calls that may reach below their frame or leave an
// unknown number of values, and those of quotations.
func (s *Strand) callOpen(op bytecode.Op, in *bytecode.Instr) error {
	if isTail(op) && s.limit.Load() == 0 {
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

// enterOpen is callOpen without the valve.
func (s *Strand) enterOpen(op bytecode.Op, in *bytecode.Instr) error {
	img := s.vm.image.Load()
	if s.stale() {
		return s.retry() // the quotation's code may be younger than what run knows
	}
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
			if own > int(in.B) { // it changes values that this frame has proven
				returns = s.distrusted(s.ip)
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
				v.Share() // the closure keeps it
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
		s.distrust(to)
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
	s.ip = uintptr(f.code)
	return nil
}

// match finds where the arm for a value is.
func (s *Strand) match(v *stack.Value, table *bytecode.MatchTable) (int32, error) {
	if v.Kind() != stack.Variant {
		return 0, Mismatch("a value of the union "+s.vm.image.Load().mod.Unions[table.Union], *v)
	}
	tag := v.AsVariant().Tag
	if tag.Union == table.Union {
		if c := table.Targets[tag.Ordinal]; c != bytecode.NoArm {
			return c, nil
		}
	}
	if !tag.Static {
		tag = s.vm.image.Load().tag(tag.Name)
	}
	if tag.Union == table.Union {
		if c := table.Targets[tag.Ordinal]; c != bytecode.NoArm {
			return c, nil
		}
	}
	for _, arm := range table.Others {
		if s.vm.image.Load().variants[arm.Variant].tag == tag {
			return arm.Target, nil
		}
	}
	return 0, Fail("no arm for a value with the tag :%s", tag.Name)
}

// unlike tells whether a value whose tag is not the very one of a variant, the
// only one of its union, is of another variant after all.
func (s *Strand) unlike(x *stack.Value, variant int32) error {
	img := s.vm.image.Load()
	if x.Kind() != stack.Variant {
		return Mismatch("a value of the union "+img.mod.Unions[img.mod.Variants[variant].Union], *x)
	}
	if tag := x.AsVariant().Tag; !tag.Same(img.variants[variant].tag) {
		return Fail("no arm for a value with the tag :%s", tag.Name)
	}
	return nil
}

// accessible tells whether an accessor of a variant fits a value.
func (s *Strand) accessible(x *stack.Value, variant int32) error {
	want := s.vm.image.Load().variants[variant].tag
	if x.Kind() != stack.Variant {
		return Mismatch("a value of the variant "+want.Name, *x)
	}
	if tag := x.AsVariant().Tag; !tag.Same(want) {
		return Fail("expected a value of the variant %s, found one of %s", want.Name, tag.Name)
	}
	return nil
}

// part is OpPart; false if the field is not of the kind that is declared.
func (s *Strand) part(x, to *stack.Value, operand int32) (bool, error) {
	img := s.vm.image.Load()
	variant, i := uint32(operand)/bytecode.MaxFields, uint32(operand)%bytecode.MaxFields
	d := &img.variants[variant]
	if x.Kind() != stack.Variant || x.AsVariant().Tag != d.tag {
		if err := s.unlike(x, int32(variant)); err != nil {
			return false, err
		}
	}
	v := x.AsVariant()
	field := v.SlotOf(len(d.kinds), int(i))
	if field == nil {
		return false, Fail("the variant has only %d fields, %d are needed", v.Len(), len(d.kinds))
	}
	if !field.Scalar() && (!img.linear || v.Shared()) {
		field.Share()
	}
	k := d.kinds[i]
	*to = *field
	return k == stack.Nothing || to.Kind() == k, nil
}

// put replaces field i of n of a variant that others may hold as well.
func put(x *stack.Value, n, i int, value *stack.Value) error {
	if x.Kind() != stack.Variant || x.AsVariant().Len() < n {
		return Mismatch("a variant that has been unpacked", *x)
	}
	*x = stack.FromVariant(x.AsVariant().Replaced(n, i, *value))
	return nil
}

// access leaves a field of the variant in slot a there; false if the field is
// not of the kind that is declared.
func (s *Strand) access(a *stack.Value, in *bytecode.Instr) (bool, error) {
	img := s.vm.image.Load()
	if err := s.accessible(a, in.B); err != nil {
		return false, err
	}
	v := a.AsVariant()
	if int(in.C) >= v.Len() {
		return false, Fail("the value has only %d fields", v.Len())
	}
	field := v.At(int(in.C))
	if !img.linear || v.Shared() {
		field.Share()
	}
	*a = field
	k := img.variants[in.B].kinds[in.C]
	return k == stack.Nothing || field.Kind() == k, nil
}

// cold executes the instructions that are not worth a place in the loop.
func (s *Strand) cold(in *bytecode.Instr, op bytecode.Op) error {
	fp := s.fp
	img := s.vm.image.Load()
	a := at(fp, in.A)
	switch op {
	case bytecode.OpAuxPush:
		a.Share() // the compiler may still have it in a slot as well
		s.aux = append(s.aux, *a)
	case bytecode.OpAuxPop:
		n := len(s.aux) - 1
		if n < 0 {
			return Fail("the aux stack is empty")
		}
		*a = s.aux[n]
		s.aux[n] = stack.Value{}
		s.aux = s.aux[:n]
		if k := stack.Kind(in.B); k != stack.Nothing && a.Kind() != k {
			return Mismatch(k.String(), *a)
		}

	case bytecode.OpPickDeep:
		have := s.index(fp) - s.data.Base
		if int(in.B) > have {
			return s.underflow(int(in.B), have)
		}
		*a = *at(fp-uintptr(in.B)*slotSize, 0)
		a.Share()
	case bytecode.OpPickAt:
		n, have := a.AsInt(), s.index(fp)+int(in.A)-s.data.Base
		if n < 0 || n >= int64(have) {
			return Fail("the index %d is out of range, the stack holds %d values", n, have)
		}
		*a = s.data.Slots[s.index(fp)+int(in.A)-1-int(n)]
		a.Share()
	case bytecode.OpRollAt:
		n, top := a.AsInt(), s.index(fp)+int(in.A)
		if n < 0 || n >= int64(top-s.data.Base) {
			return Fail("the index %d is out of range, the stack holds %d values", n, top-s.data.Base)
		}
		from := top - 1 - int(n)
		if s.address(from) < fp {
			s.distrust(s.address(from))
		}
		v := s.data.Slots[from]
		copy(s.data.Slots[from:top-1], s.data.Slots[from+1:top])
		s.data.Slots[top-1] = v

	case bytecode.OpShare:
		a.Share()
	case bytecode.OpIs:
		v := at(fp, in.B)
		if v.Kind() != stack.Variant {
			return Mismatch("a value of the union "+img.mod.Unions[img.mod.Variants[in.C].Union], *v)
		}
		a.SetBool(v.AsVariant().Tag.Same(img.variants[in.C].tag))
	case bytecode.OpIsolate:
		old := s.data.Base
		s.data.Base = s.index(fp) + int(in.B)
		a.SetInt(uint64(old) << 1)
	case bytecode.OpRejoin:
		base := a.AsInt()
		if base < 0 || base > int64(s.index(fp)) {
			return Fail("the stack cannot start at %d", base)
		}
		s.data.Base = int(base)
	case bytecode.OpListElement:
		v, i := at(fp, in.B), at(fp, in.C).AsInt()
		if v.Kind() != stack.Variant || i < 0 || i >= int64(v.AsVariant().Len()) {
			return Mismatch("List", *v)
		}
		*a = v.AsVariant().At(int(i))
		a.Share()
	case bytecode.OpListResult, bytecode.OpListReuse:
		like := at(fp, in.B)
		if like.Kind() != stack.Variant {
			return Mismatch("List", *like)
		}
		list := like.AsVariant().Successor(op == bytecode.OpListReuse)
		*a = stack.FromObject(stack.Builder, unsafe.Pointer(list))
	case bytecode.OpListDone:
		b := at(fp, in.B)
		if b.Kind() != stack.Builder {
			return Mismatch(stack.Builder.String(), *b)
		}
		list := (*stack.VariantValue)(b.Object())
		list.Finish()
		*b = stack.Value{}
		*a = stack.FromVariant(list)

	case bytecode.OpMapEntries:
		m := at(fp, in.B)
		if m.Kind() != stack.Map {
			return Mismatch("Map", *m)
		}
		fields := make([]stack.Value, 0, 2*m.AsMap().Len())
		m.AsMap().Each(func(k, v stack.Value) {
			v.Share()
			fields = append(fields, k, v)
		})
		*a = stack.FromVariant(stack.FromFields(stack.ListTag, fields))

	case bytecode.OpCondStart:
		return s.condStart()
	case bytecode.OpCondNext:
		return s.condNext()
	case bytecode.OpCondTest:
		return s.condTest(in)
	case bytecode.OpNoClause:
		return noClause(int(in.C))

	case bytecode.OpSpawn:
		id, err := s.spawn(fp + uintptr(uint32(in.A))*slotSize)
		if err != nil {
			return err
		}
		at(fp, in.A-in.B).SetInt(uint64(id) << 1)
	case bytecode.OpWeave:
		return s.weave(a)
	case bytecode.OpResume:
		return s.resume(in.A)
	case bytecode.OpYield:
		return s.yield(in.A)
	case bytecode.OpCancel:
		return s.cancel(*a)
	case bytecode.OpWeaveEnd:
		return s.leaveWeave()
	case bytecode.OpCount:
		if index, _, ok := img.functionAt(s.ip - instrSize); ok {
			s.vm.entries[index].Add(1)
		}
	case bytecode.OpCover:
		if covered := s.vm.covered; int(in.A) < len(covered) {
			covered[in.A].Add(1)
		}
	case bytecode.OpDump:
		return s.dump(fp+uintptr(uint32(in.A))*slotSize, img.builtins[in.B])
	default:
		return Fail("unknown instruction %d", op)
	}
	return nil
}

// noClause is the error of a cond of which none of so many predicates was true.
func noClause(predicates int) error {
	if predicates == 1 {
		return Fail("its predicate was not true, and it has no other")
	}
	return Fail("none of its %d predicates was true", predicates)
}

// condStart takes the clauses of cond off the stack and keeps them on the aux
// stack: a list of the quotations, with the number of the next predicate below.
func (s *Strand) condStart() error {
	top := s.index(s.fp)
	have := top - s.data.Base
	if have < 1 {
		return s.underflow(1, 0)
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
	s.aux = append(s.aux, stack.FromInt(0), stack.FromVariant(stack.FromFields(stack.ListTag, list)))
	s.fp = s.address(first)
	s.distrust(s.fp)
	return nil
}

// clause returns the clauses of the innermost cond and the number of the next.
func (s *Strand) clause() (list []stack.Value, i int64, err error) {
	n := len(s.aux)
	if n < 2 || s.aux[n-1].Kind() != stack.Variant || !s.aux[n-2].IsInt() {
		return nil, 0, Fail("no clauses on the aux stack")
	}
	list, i = s.aux[n-1].AsVariant().Fields(), s.aux[n-2].AsInt()
	if i < 0 || i+1 >= int64(len(list)) {
		return nil, 0, noClause(len(list) / 2)
	}
	return list, i, nil
}

// condNext runs the next predicate on the stack as it is.
func (s *Strand) condNext() error {
	list, i, err := s.clause()
	if err != nil {
		return err
	}
	return s.runClause(list[i], false)
}

// condTest goes on with the body if the predicate left true.
func (s *Strand) condTest(in *bytecode.Instr) error {
	top := s.index(s.sp)
	if top-1 < s.data.Base {
		return Fail("stack underflow: the predicate left no Bool")
	}
	flag := s.data.Slots[top-1]
	if !flag.IsBool() {
		return Fail("the predicate must leave a Bool, found %s", Describe(flag))
	}
	s.fp = s.address(top - 1)
	list, i, err := s.clause()
	if err != nil {
		return err
	}
	n := len(s.aux)
	if !flag.AsBool() {
		s.aux[n-2] = stack.FromInt(i + 2)
		s.ip = jump(s.ip, in.C)
		return nil
	}
	s.aux[n-1] = stack.Value{}
	s.aux = s.aux[:n-2]
	return s.runClause(list[i+1], true)
}

// runClause runs a quotation on the stack below fp.
func (s *Strand) runClause(q stack.Value, tail bool) error {
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
