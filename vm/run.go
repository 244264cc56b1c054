package vm

import (
	"math"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/stack"
)

// run is the interpreter loop. It runs the strand until its first frame
// returns (nil) or something fails. What is rare or needs much of Go's stack
// is in functions of its own, so that a parked strand stays small.
//
// The instruction pointer is behind the instruction that is executed.
func (s *Strand) run() error {
	ip, fp, sp := s.ip, s.fp, s.sp
	var err error
	img := refresh(s)
	funcs := img.funcs
	for {
		in := instr(ip)
		ip += instrSize
		op := in.Op
	dispatch:
		switch op {
		case bytecode.OpInvalid: // a table that starts at 0 saves an instruction at each dispatch
			return s.failAt(ip, fp, Fail("an invalid instruction"))
		case bytecode.OpMove:
			*at(fp, in.A) = *at(fp, in.B)
		case bytecode.OpCopy:
			at(fp, in.B).Share()
			*at(fp, in.A) = *at(fp, in.B)
		case bytecode.OpInt:
			at(fp, in.A).SetInt(uint64(int64(in.B)) << 1)
		case bytecode.OpBool:
			at(fp, in.A).SetBool(in.B != 0)
		case bytecode.OpConst:
			*at(fp, in.A) = img.consts[in.B]
		case bytecode.OpClosure:
			makeClosure(fp, in)

		case bytecode.OpIntAdd:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() + at(fp, in.C).Bits())
		case bytecode.OpIntSub:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() - at(fp, in.C).Bits())
		case bytecode.OpIntMul:
			at(fp, in.A).SetInt(uint64(int64(at(fp, in.B).Bits())>>1) * at(fp, in.C).Bits())
		case bytecode.OpIntDiv:
			b := at(fp, in.C).AsInt()
			if b == 0 {
				at(fp, in.A).SetInt(0)
				continue
			}
			at(fp, in.A).SetInt(uint64(at(fp, in.B).AsInt()/b) << 1)
		case bytecode.OpIntMod:
			b := at(fp, in.C).AsInt()
			if b == 0 {
				at(fp, in.A).SetInt(0)
				continue
			}
			at(fp, in.A).SetInt(uint64(at(fp, in.B).AsInt()%b) << 1)
		case bytecode.OpIntAddImm:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() + uint64(int64(in.C))<<1)
		case bytecode.OpIntSubFromImm:
			at(fp, in.A).SetInt(uint64(int64(in.C))<<1 - at(fp, in.B).Bits())
		case bytecode.OpIntMulImm:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() * uint64(int64(in.C)))
		case bytecode.OpIntDivImm:
			// 32-bit division is several times faster than 64-bit on many CPUs.
			a, b := at(fp, in.B).AsInt(), in.C
			if a >= 0 && a <= math.MaxUint32 && b > 0 {
				at(fp, in.A).SetInt(uint64(uint32(a)/uint32(b)) << 1)
				continue
			}
			at(fp, in.A).SetInt(uint64(a/int64(b)) << 1)
		case bytecode.OpIntModImm:
			a, b := at(fp, in.B).AsInt(), in.C
			if a >= 0 && a <= math.MaxUint32 && b > 0 {
				at(fp, in.A).SetInt(uint64(uint32(a)%uint32(b)) << 1)
				continue
			}
			at(fp, in.A).SetInt(uint64(a%int64(b)) << 1)
		case bytecode.OpIntNeg:
			at(fp, in.A).SetInt(-at(fp, in.B).Bits())
		case bytecode.OpIntAnd:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() & at(fp, in.C).Bits())
		case bytecode.OpIntOr:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() | at(fp, in.C).Bits())
		case bytecode.OpIntXor:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() ^ at(fp, in.C).Bits())
		case bytecode.OpIntNot:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() ^ ^uint64(1))
		case bytecode.OpIntShl:
			at(fp, in.A).SetInt(shiftLeft(at(fp, in.B).AsInt(), at(fp, in.C).AsInt()))
		case bytecode.OpIntShr:
			at(fp, in.A).SetInt(shiftRight(at(fp, in.B).AsInt(), at(fp, in.C).AsInt()))
		case bytecode.OpIntAndImm:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() & (uint64(int64(in.C)) << 1))
		case bytecode.OpIntOrImm:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() | uint64(int64(in.C))<<1)
		case bytecode.OpIntXorImm:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() ^ uint64(int64(in.C))<<1)
		case bytecode.OpIntShlImm:
			at(fp, in.A).SetInt(shiftLeft(at(fp, in.B).AsInt(), int64(in.C)))
		case bytecode.OpIntShrImm:
			at(fp, in.A).SetInt(shiftRight(at(fp, in.B).AsInt(), int64(in.C)))
		case bytecode.OpIntShlOfImm:
			at(fp, in.A).SetInt(shiftLeft(int64(in.C), at(fp, in.B).AsInt()))

		case bytecode.OpIntEq:
			at(fp, in.A).SetBool(at(fp, in.B).Bits() == at(fp, in.C).Bits())
		case bytecode.OpIntNe:
			at(fp, in.A).SetBool(at(fp, in.B).Bits() != at(fp, in.C).Bits())
		case bytecode.OpIntLt:
			at(fp, in.A).SetBool(int64(at(fp, in.B).Bits()) < int64(at(fp, in.C).Bits()))
		case bytecode.OpIntLe:
			at(fp, in.A).SetBool(int64(at(fp, in.B).Bits()) <= int64(at(fp, in.C).Bits()))
		case bytecode.OpIntEqImm:
			at(fp, in.A).SetBool(at(fp, in.B).AsInt() == int64(in.C))
		case bytecode.OpIntNeImm:
			at(fp, in.A).SetBool(at(fp, in.B).AsInt() != int64(in.C))
		case bytecode.OpIntLtImm:
			at(fp, in.A).SetBool(at(fp, in.B).AsInt() < int64(in.C))
		case bytecode.OpIntLeImm:
			at(fp, in.A).SetBool(at(fp, in.B).AsInt() <= int64(in.C))
		case bytecode.OpIntGtImm:
			at(fp, in.A).SetBool(at(fp, in.B).AsInt() > int64(in.C))
		case bytecode.OpIntGeImm:
			at(fp, in.A).SetBool(at(fp, in.B).AsInt() >= int64(in.C))

		case bytecode.OpFloatAdd:
			at(fp, in.A).SetFloat(at(fp, in.B).AsFloat() + at(fp, in.C).AsFloat())
		case bytecode.OpFloatSub:
			at(fp, in.A).SetFloat(at(fp, in.B).AsFloat() - at(fp, in.C).AsFloat())
		case bytecode.OpFloatMul:
			at(fp, in.A).SetFloat(at(fp, in.B).AsFloat() * at(fp, in.C).AsFloat())
		case bytecode.OpFloatDiv:
			at(fp, in.A).SetFloat(at(fp, in.B).AsFloat() / at(fp, in.C).AsFloat())
		case bytecode.OpFloatMulAdd: // the conversions keep Go from rounding only once
			at(fp, in.A).ChangeFloat(at(fp, in.A).AsFloat() + float64(at(fp, in.B).AsFloat()*at(fp, in.C).AsFloat()))
		case bytecode.OpFloatMulAdd3:
			to, from, c := three(fp, in.A), three(fp, in.B), at(fp, in.C).AsFloat()
			to[2].ChangeFloat(to[2].AsFloat() + float64(from[2].AsFloat()*c))
			to[1].ChangeFloat(to[1].AsFloat() + float64(from[1].AsFloat()*c))
			to[0].ChangeFloat(to[0].AsFloat() + float64(from[0].AsFloat()*c))
			ip += 2 * instrSize
		case bytecode.OpFloatMulSub:
			at(fp, in.A).ChangeFloat(at(fp, in.A).AsFloat() - float64(at(fp, in.B).AsFloat()*at(fp, in.C).AsFloat()))
		case bytecode.OpFloatSqrt:
			at(fp, in.A).SetFloat(math.Sqrt(at(fp, in.B).AsFloat()))
		case bytecode.OpFloatEq:
			at(fp, in.A).SetBool(at(fp, in.B).AsFloat() == at(fp, in.C).AsFloat())
		case bytecode.OpFloatNe:
			at(fp, in.A).SetBool(at(fp, in.B).AsFloat() != at(fp, in.C).AsFloat())
		case bytecode.OpFloatLt:
			at(fp, in.A).SetBool(at(fp, in.B).AsFloat() < at(fp, in.C).AsFloat())
		case bytecode.OpFloatLe:
			at(fp, in.A).SetBool(at(fp, in.B).AsFloat() <= at(fp, in.C).AsFloat())
		case bytecode.OpIntToFloat:
			at(fp, in.A).SetFloat(float64(at(fp, in.B).AsInt()))

		case bytecode.OpBoolAnd:
			at(fp, in.A).SetBool(at(fp, in.B).Bits()&at(fp, in.C).Bits() != 0)
		case bytecode.OpBoolOr:
			at(fp, in.A).SetBool(at(fp, in.B).Bits()|at(fp, in.C).Bits() != 0)
		case bytecode.OpBoolNot:
			at(fp, in.A).SetBool(at(fp, in.B).Bits() == 0)

		case bytecode.OpListGet:
			if l := at(fp, in.B); l.Kind() == stack.Variant {
				v, i := l.AsVariant(), at(fp, in.C).AsInt()
				if v.HoldsWord(i) {
					at(fp, in.A).SetScalar(v.WordKind(), v.Word(i))
					continue
				}
				if x := v.Slot(i); x != nil && x.Scalar() {
					*at(fp, in.A) = *x
					continue
				}
			}
			listGet(at(fp, in.A), at(fp, in.B), at(fp, in.C))
		case bytecode.OpListTake:
			listTake(at(fp, in.A), at(fp, in.B), at(fp, in.C))
		case bytecode.OpListGetInt:
			if l := at(fp, in.B); l.Kind() == stack.Variant {
				v, i := l.AsVariant(), at(fp, in.C).AsInt()
				if v.Holds(stack.Int, i) {
					at(fp, in.A).SetInt(v.Word(i))
					continue
				}
				if x := v.Slot(i); x != nil && x.IsInt() {
					at(fp, in.A).SetInt(x.Bits())
					continue
				}
			}
			if listGet(at(fp, in.A), at(fp, in.B), at(fp, in.C)) != stack.Int {
				ip = s.deoptAddress(ip)
			}
		case bytecode.OpListGetFloat:
			if l := at(fp, in.B); l.Kind() == stack.Variant {
				v, i := l.AsVariant(), at(fp, in.C).AsInt()
				if v.Holds(stack.Float, i) {
					at(fp, in.A).SetScalar(stack.Float, v.Word(i))
					continue
				}
				if x := v.Slot(i); x != nil && x.IsFloat() {
					at(fp, in.A).SetFloat(x.AsFloat())
					continue
				}
			}
			if listGet(at(fp, in.A), at(fp, in.B), at(fp, in.C)) != stack.Float {
				ip = s.deoptAddress(ip)
			}
		case bytecode.OpListGetBool:
			if l := at(fp, in.B); l.Kind() == stack.Variant {
				if v, i := l.AsVariant(), at(fp, in.C).AsInt(); v.Holds(stack.Bool, i) {
					at(fp, in.A).SetScalar(stack.Bool, v.Word(i))
					continue
				}
			}
			if listGet(at(fp, in.A), at(fp, in.B), at(fp, in.C)) != stack.Bool {
				ip = s.deoptAddress(ip)
			}
		case bytecode.OpListPeek:
			if l := at(fp, in.B); l.Kind() == stack.Variant {
				if x := l.AsVariant().Slot(at(fp, in.C).AsInt()); x != nil {
					*at(fp, in.A) = *x
					continue
				}
			}
			listPeek(at(fp, in.A), at(fp, in.B), at(fp, in.C))
		case bytecode.OpListNextInt, bytecode.OpListNextFloat, bytecode.OpListNextBool:
			l, i, want := at(fp, in.B), at(fp, in.C), stack.Int+stack.Kind(op-bytecode.OpListNextInt)
			if l.Kind() != stack.Variant {
				return s.failAt(ip, fp, Mismatch("List", *l))
			}
			if v := l.AsVariant(); v.Holds(want, i.AsInt()) {
				at(fp, in.A).SetScalar(want, v.Word(i.AsInt()))
				i.ChangeInt(i.Bits() + 2)
				ip += instrSize
				continue
			}
			if !listNext(at(fp, in.A), l, i, op) {
				continue
			}
			if ip += instrSize; at(fp, in.A).Kind() != want {
				ip = s.deoptAddress(ip)
			}
		case bytecode.OpListNext, bytecode.OpListNextTake, bytecode.OpListNextPeek:
			l := at(fp, in.B)
			if l.Kind() != stack.Variant {
				return s.failAt(ip, fp, Mismatch("List", *l))
			}
			if listNext(at(fp, in.A), l, at(fp, in.C), op) {
				ip += instrSize
			}
		case bytecode.OpListAppend:
			l := at(fp, in.A)
			if l.Kind() != stack.Builder {
				return s.failAt(ip, fp, Mismatch(stack.Builder.String(), *l))
			}
			s.ip, s.fp = ip, fp // there may be no memory
			builderOf(l).Push(*at(fp, in.B))
		case bytecode.OpListHas:
			l, i := at(fp, in.B), at(fp, in.C).AsInt()
			at(fp, in.A).SetBool(l.Kind() == stack.Variant && uint64(i) < uint64(l.AsVariant().Len()))
		case bytecode.OpListLength:
			l := at(fp, in.B)
			if l.Kind() != stack.Variant {
				return s.failAt(ip, fp, Mismatch("List", *l))
			}
			at(fp, in.A).SetInt(uint64(l.AsVariant().Len()) << 1)
		case bytecode.OpListPush:
			l := at(fp, in.B)
			if l.Kind() != stack.Variant {
				return s.failAt(ip, fp, Mismatch("List", *l))
			}
			s.ip, s.fp = ip, fp // there may be no memory
			*at(fp, in.A) = stack.FromVariant(l.AsVariant().Push(*at(fp, in.C)))

		case bytecode.OpListSet:
			if l := at(fp, in.A); l.Kind() == stack.Variant {
				v, i, x := l.AsVariant(), at(fp, in.B).AsInt(), at(fp, in.C)
				if v.PutWord(i, x) {
					continue
				}
				if to := v.Own(i); to != nil && x.Scalar() {
					*to = *x
					continue
				}
				setElement(s, ip, fp, l, i, *x)
			}
		case bytecode.OpListSetImm:
			if l := at(fp, in.A); l.Kind() == stack.Variant {
				i, x := at(fp, in.B).AsInt(), stack.FromInt(int64(in.C))
				if l.AsVariant().PutWord(i, &x) {
					continue
				}
				setElement(s, ip, fp, l, i, x)
			}

		case bytecode.OpJump:
			ip = jump(ip, in.C)
		case bytecode.OpJumpBack:
			if fp > s.limit.Load() {
				s.ip, s.fp, s.sp = ip, fp, sp
				if err = s.pause(false); err != nil {
					return s.fail(err)
				}
			}
			ip = jump(ip, in.C)
		case bytecode.OpJumpTrue:
			if at(fp, in.A).Bits() != 0 {
				ip = jump(ip, in.C)
			}
		case bytecode.OpJumpFalse:
			if at(fp, in.A).Bits() == 0 {
				ip = jump(ip, in.C)
			}
		case bytecode.OpJumpIntEq:
			if at(fp, in.A).Bits() == at(fp, in.B).Bits() {
				ip = jump(ip, in.C)
			}
		case bytecode.OpJumpIntNe:
			if at(fp, in.A).Bits() != at(fp, in.B).Bits() {
				ip = jump(ip, in.C)
			}
		case bytecode.OpJumpIntLt:
			if int64(at(fp, in.A).Bits()) < int64(at(fp, in.B).Bits()) {
				ip = jump(ip, in.C)
			}
		case bytecode.OpJumpIntLe:
			if int64(at(fp, in.A).Bits()) <= int64(at(fp, in.B).Bits()) {
				ip = jump(ip, in.C)
			}
		case bytecode.OpJumpIntEqImm:
			if at(fp, in.A).AsInt() == int64(in.B) {
				ip = jump(ip, in.C)
			}
		case bytecode.OpJumpIntNeImm:
			if at(fp, in.A).AsInt() != int64(in.B) {
				ip = jump(ip, in.C)
			}
		case bytecode.OpJumpIntLtImm:
			if at(fp, in.A).AsInt() < int64(in.B) {
				ip = jump(ip, in.C)
			}
		case bytecode.OpJumpIntLeImm:
			if at(fp, in.A).AsInt() <= int64(in.B) {
				ip = jump(ip, in.C)
			}
		case bytecode.OpJumpIntGtImm:
			if at(fp, in.A).AsInt() > int64(in.B) {
				ip = jump(ip, in.C)
			}
		case bytecode.OpJumpIntGeImm:
			if at(fp, in.A).AsInt() >= int64(in.B) {
				ip = jump(ip, in.C)
			}
		case bytecode.OpJumpFloatEq:
			if at(fp, in.A).AsFloat() == at(fp, in.B).AsFloat() {
				ip = jump(ip, in.C)
			}
		case bytecode.OpJumpFloatNe:
			if at(fp, in.A).AsFloat() != at(fp, in.B).AsFloat() {
				ip = jump(ip, in.C)
			}
		case bytecode.OpJumpFloatLt:
			if at(fp, in.A).AsFloat() < at(fp, in.B).AsFloat() {
				ip = jump(ip, in.C)
			}
		case bytecode.OpJumpFloatLe:
			if at(fp, in.A).AsFloat() <= at(fp, in.B).AsFloat() {
				ip = jump(ip, in.C)
			}
		case bytecode.OpJumpFloatNotLt:
			if !(at(fp, in.A).AsFloat() < at(fp, in.B).AsFloat()) {
				ip = jump(ip, in.C)
			}
		case bytecode.OpJumpFloatNotLe:
			if !(at(fp, in.A).AsFloat() <= at(fp, in.B).AsFloat()) {
				ip = jump(ip, in.C)
			}

		case bytecode.OpCheck:
			if at(fp, in.A).Kind() != stack.Kind(in.B) {
				return s.failAt(ip, fp, Mismatch(stack.Kind(in.B).String(), *at(fp, in.A)))
			}
		case bytecode.OpExpect:
			if sp != fp+uintptr(uint32(in.A))*slotSize {
				return s.failAt(ip, fp, heightDiffers(fp+uintptr(uint32(in.A))*slotSize, sp))
			}
		case bytecode.OpReach:
			s.ip, s.fp = ip, fp
			if fp, err = s.reach(fp, in.A); err != nil {
				return s.fail(err)
			}
		case bytecode.OpFrameUp, bytecode.OpFrameToTop:
			s.ip, s.sp = ip, sp
			if fp, err = s.moveFrame(fp, sp, op, in); err != nil {
				return s.fail(err)
			}
			sp = s.sp

		case bytecode.OpCall:
			f := &funcs[in.B]
			to := fp + uintptr(uint32(in.A))*slotSize
			if to+f.bytes > s.limit.Load() || len(s.frames) == cap(s.frames) {
				s.ip = ip
				if fp, to, err = s.slowCall(fp, to, f.bytes); err != nil {
					return s.fail(err)
				}
			}
			s.frames = s.frames[:len(s.frames)+1]
			s.frames[len(s.frames)-1] = frame{ip: ip, fp: fp}
			fp = to
			ip = codeAddress(f.code)
		case bytecode.OpReturn:
			sp = fp + uintptr(uint32(in.A))*slotSize
			n := len(s.frames) - 1
			top := s.frames[n]
			s.frames = s.frames[:n]
			ip, fp = top.ip, top.fp
		case bytecode.OpLoop:
			if fp > s.limit.Load() {
				s.ip, s.fp, s.sp = ip, fp, sp
				if err = s.pause(true); err != nil {
					return s.fail(err)
				}
			}
			ip = jump(ip, in.C)
		case bytecode.OpIntAddLoop:
			if fp > s.limit.Load() {
				s.ip, s.fp, s.sp = ip, fp, sp
				if err = s.pause(true); err != nil {
					return s.fail(err)
				}
			}
			at(fp, in.A).ChangeInt(at(fp, in.A).Bits() + uint64(int64(in.B))<<1)
			ip = jump(ip, in.C)
		case bytecode.OpIntAddSlotLoop:
			if fp > s.limit.Load() {
				s.ip, s.fp, s.sp = ip, fp, sp
				if err = s.pause(true); err != nil {
					return s.fail(err)
				}
			}
			at(fp, in.A).ChangeInt(at(fp, in.A).Bits() + at(fp, in.B).Bits())
			ip = jump(ip, in.C)
		case bytecode.OpTail:
			f := &funcs[in.B]
			to := fp + uintptr(uint32(in.A))*slotSize
			if to+f.bytes > s.limit.Load() {
				s.ip, s.fp, s.sp = ip, fp, sp
				if to, err = s.slowTail(to, f.bytes); err != nil {
					return s.fail(err)
				}
			}
			fp = to
			ip = codeAddress(f.code)

		case bytecode.OpMovesBuiltin, bytecode.OpMoveBuiltin:
			in, ip = moved(fp, ip, in)
			if op == bytecode.OpMovesBuiltin {
				in, ip = moved(fp, ip, in)
			}
			fallthrough
		case bytecode.OpBuiltin:
			s.ip, s.fp, s.sp = ip, fp, sp // the word may park the strand
			b := &img.builtins[in.B]
			w := window(fp, in.A, b.width)
			if i := b.mismatch(w); i >= 0 {
				return s.fail(Mismatch(b.in[i].String(), w[i]))
			}
			if err = b.run(s, w); err != nil {
				return s.fail(err)
			}

		case bytecode.OpCallOpen, bytecode.OpTailOpen, bytecode.OpCallQuotation, bytecode.OpCallUnknown, bytecode.OpTailQuotation:
			s.ip, s.fp, s.sp = ip, fp, sp
			if err = s.callOpen(op, in); err != nil {
				return s.fail(err)
			}
			ip, fp = s.ip, s.fp
		case bytecode.OpSelect:
			if at(fp, in.A).Bits() != 0 {
				*at(fp, in.A) = *at(fp, in.A+1)
			} else {
				*at(fp, in.A) = *at(fp, in.A+2)
			}

		case bytecode.OpMatch:
			c, err := img.match(at(fp, in.A), &img.mod.Tables[in.B])
			if err != nil {
				return s.failAt(ip, fp, err)
			}
			ip = jump(ip, c)
		case bytecode.OpMatchOr:
			tag, d := tagOf(at(fp, in.A)), img.variants[in.B].tag
			if tag == d {
				continue
			}
			if tag.Union != d.Union || d == stack.ListTag {
				other, err := img.other(at(fp, in.A), in.B)
				if err != nil {
					return s.failAt(ip, fp, err)
				}
				if !other {
					continue
				}
			}
			ip = jump(ip, in.C)
		case bytecode.OpMake:
			d := &img.variants[in.B]
			tag, fields := d.tag, window(fp, in.A, len(d.kinds))
			*at(fp, in.A) = stack.FromVariant(stack.NewVariant(tag, fields))
		case bytecode.OpRemake:
			d, token := &img.variants[in.B], at(fp, in.C)
			fields := window(fp, in.A, len(d.kinds))
			if img.linear && token.Kind() == stack.Variant {
				v := token.AsVariant()
				if d.floats && v.RemakeFloats(d.tag, fields) || v.Remake(d.tag, fields) {
					continue
				}
			}
			*token = stack.FromVariant(stack.NewVariant(d.tag, fields))
		case bytecode.OpFieldPut:
			variant, i := bytecode.Field(in.C)
			x, d := at(fp, in.A), &img.variants[variant]
			if img.linear && x.Kind() == stack.Variant && x.AsVariant().Put(len(d.kinds), int(i), at(fp, in.B)) {
				continue
			}
			if err = put(x, len(d.kinds), int(i), at(fp, in.B)); err != nil {
				return s.failAt(ip, fp, err)
			}
		case bytecode.OpFieldTakeKnown, bytecode.OpFieldGetKnown:
			variant, i := bytecode.Field(in.C)
			v, k := at(fp, in.B).AsVariant(), img.variants[variant].kinds[i]
			field := v.SlotOf(int(i)+1, int(i))
			if field == nil {
				return s.failAt(ip, fp, tooFewFields(v, int(i)+1))
			}
			is := field.Kind()
			if is >= stack.Variant && (op == bytecode.OpFieldGetKnown || v.Shared() || !img.linear) { // else the variant ends here, and the field is held once as before
				field.Share()
			}
			*at(fp, in.A) = *field
			if is != k && k != stack.Nothing {
				ip = s.deoptAddress(ip)
			}
		case bytecode.OpFieldsTakeKnown, bytecode.OpFieldsGetKnown, bytecode.OpFieldsTake, bytecode.OpFieldsGet, bytecode.OpFieldsPeek:
			x, d := at(fp, in.B), &img.variants[in.C]
			if x.Kind() != stack.Variant || x.AsVariant().Tag != d.tag {
				if err = img.checkOnlyVariant(x, in.C); err != nil {
					return s.failAt(ip, fp, err)
				}
			}
			v := x.AsVariant()
			if d.floats && v.UnpackFloats(window(fp, in.A, len(d.kinds))) { // vectors: 8 percent of n-body
				continue
			}
			switch v.Unpack(window(fp, in.A, len(d.kinds)), d.kinds, img.unpacking[op-bytecode.OpFieldsTakeKnown]) {
			case stack.OtherKinds:
				ip = s.deoptAddress(ip)
			case stack.TooFew:
				return s.failAt(ip, fp, tooFewFields(v, len(d.kinds)))
			}
		case bytecode.OpFieldTake:
			as, err := img.part(at(fp, in.B), at(fp, in.A), in.C)
			if err != nil {
				return s.failAt(ip, fp, err)
			}
			if !as {
				ip = s.deoptAddress(ip)
			}
		case bytecode.OpFieldPeek:
			variant, i := bytecode.Field(in.C)
			x, d := at(fp, in.B), &img.variants[variant]
			if x.Kind() == stack.Variant && x.AsVariant().Tag == d.tag {
				if field := x.AsVariant().Slot(int64(i)); field != nil {
					k := d.kinds[i]
					*at(fp, in.A) = *field
					if k != stack.Nothing && field.Kind() != k {
						ip = s.deoptAddress(ip)
					}
					continue
				}
			}
			op = bytecode.OpFieldGet // which finds out what is wrong
			goto dispatch
		case bytecode.OpFieldGet:
			as, err := img.get(at(fp, in.B), at(fp, in.A), in.C)
			if err != nil {
				return s.failAt(ip, fp, err)
			}
			if !as {
				ip = s.deoptAddress(ip)
			}
		case bytecode.OpFieldTakeInPlace:
			as, err := img.access(at(fp, in.A), in)
			if err != nil {
				return s.failAt(ip, fp, err)
			}
			if !as {
				ip = s.deoptAddress(ip)
			}

		case bytecode.OpHalt:
			s.sp = sp
			return nil
		case bytecode.OpChecked, bytecode.OpGuarded, bytecode.OpCounted:
			s.ip, s.fp, s.sp = ip, fp, sp
			if err = s.before(in); err != nil {
				return s.fail(err)
			}
			op = in.Was
			goto dispatch
		default:
			s.ip, s.fp, s.sp = ip, fp, sp
			if err = s.cold(in, op); err != nil {
				return s.fail(err)
			}
			ip, fp, sp = s.ip, s.fp, s.sp
		}
	}
}
