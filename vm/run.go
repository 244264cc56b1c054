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
//
// A case whose work is done ends in continue; one that comes to the end of the switch leaves it to cold.
// No case has the instruction, its opcode or the two pointers across a call: it writes the pointers to the
// strand in front of it and goes to resume behind it. A value that is wanted behind a single call Go stores
// at every dispatch, which took up to a quarter of the time. The strand needs them, too, where there may be no memory.
func (s *Strand) run() error {
	img := refresh(s)
	funcs := img.funcs
	ip, fp := s.ip, s.fp
	for {
		in := instr(ip)
		ip += instrSize
		op := in.Op
	dispatch:
		switch op {
		case bytecode.OpInvalid: // a table that starts at 0 saves an instruction at each dispatch
		case bytecode.OpMove:
			*at(fp, in.A) = *at(fp, in.B)
			continue
		case bytecode.OpCopy:
			v := at(fp, in.B)
			*at(fp, in.A) = *v
			switch v.Kind() {
			case stack.Variant:
				v.AsVariant().Share()
			case stack.Map:
				s.ip, s.fp = ip, fp
				v.Share()
				goto resume
			}
			continue
		case bytecode.OpInt:
			at(fp, in.A).SetInt(uint64(int64(in.B)) << 1)
			continue
		case bytecode.OpBool:
			at(fp, in.A).SetBool(in.B != 0)
			continue
		case bytecode.OpConst:
			*at(fp, in.A) = img.consts[in.B]
			continue

		case bytecode.OpIntAdd:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() + at(fp, in.C).Bits())
			continue
		case bytecode.OpIntSub:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() - at(fp, in.C).Bits())
			continue
		case bytecode.OpIntMul:
			at(fp, in.A).SetInt(uint64(int64(at(fp, in.B).Bits())>>1) * at(fp, in.C).Bits())
			continue
		case bytecode.OpIntDiv:
			b := at(fp, in.C).AsInt()
			if b == 0 {
				at(fp, in.A).SetInt(0)
				continue
			}
			at(fp, in.A).SetInt(uint64(at(fp, in.B).AsInt()/b) << 1)
			continue
		case bytecode.OpIntMod:
			b := at(fp, in.C).AsInt()
			if b == 0 {
				at(fp, in.A).SetInt(0)
				continue
			}
			at(fp, in.A).SetInt(uint64(at(fp, in.B).AsInt()%b) << 1)
			continue
		case bytecode.OpIntAddImm:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() + uint64(int64(in.C))<<1)
			continue
		case bytecode.OpIntSubFromImm:
			at(fp, in.A).SetInt(uint64(int64(in.C))<<1 - at(fp, in.B).Bits())
			continue
		case bytecode.OpIntMulImm:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() * uint64(int64(in.C)))
			continue
		case bytecode.OpIntDivImm:
			// 32-bit division is several times faster than 64-bit on many CPUs.
			a, b := at(fp, in.B).AsInt(), in.C
			if a >= 0 && a <= math.MaxUint32 && b > 0 {
				at(fp, in.A).SetInt(uint64(uint32(a)/uint32(b)) << 1)
				continue
			}
			at(fp, in.A).SetInt(uint64(a/int64(b)) << 1)
			continue
		case bytecode.OpIntModImm:
			a, b := at(fp, in.B).AsInt(), in.C
			if a >= 0 && a <= math.MaxUint32 && b > 0 {
				at(fp, in.A).SetInt(uint64(uint32(a)%uint32(b)) << 1)
				continue
			}
			at(fp, in.A).SetInt(uint64(a%int64(b)) << 1)
			continue
		case bytecode.OpIntNeg:
			at(fp, in.A).SetInt(-at(fp, in.B).Bits())
			continue
		case bytecode.OpIntAnd:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() & at(fp, in.C).Bits())
			continue
		case bytecode.OpIntOr:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() | at(fp, in.C).Bits())
			continue
		case bytecode.OpIntXor:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() ^ at(fp, in.C).Bits())
			continue
		case bytecode.OpIntNot:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() ^ ^uint64(1))
			continue
		case bytecode.OpIntShl:
			at(fp, in.A).SetInt(shiftLeft(at(fp, in.B).AsInt(), at(fp, in.C).AsInt()))
			continue
		case bytecode.OpIntShr:
			at(fp, in.A).SetInt(shiftRight(at(fp, in.B).AsInt(), at(fp, in.C).AsInt()))
			continue
		case bytecode.OpIntAndImm:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() & (uint64(int64(in.C)) << 1))
			continue
		case bytecode.OpIntOrImm:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() | uint64(int64(in.C))<<1)
			continue
		case bytecode.OpIntXorImm:
			at(fp, in.A).SetInt(at(fp, in.B).Bits() ^ uint64(int64(in.C))<<1)
			continue
		case bytecode.OpIntShlImm:
			at(fp, in.A).SetInt(shiftLeft(at(fp, in.B).AsInt(), int64(in.C)))
			continue
		case bytecode.OpIntShrImm:
			at(fp, in.A).SetInt(shiftRight(at(fp, in.B).AsInt(), int64(in.C)))
			continue
		case bytecode.OpIntShlOfImm:
			at(fp, in.A).SetInt(shiftLeft(int64(in.C), at(fp, in.B).AsInt()))
			continue

		case bytecode.OpIntEq:
			at(fp, in.A).SetBool(at(fp, in.B).Bits() == at(fp, in.C).Bits())
			continue
		case bytecode.OpIntNe:
			at(fp, in.A).SetBool(at(fp, in.B).Bits() != at(fp, in.C).Bits())
			continue
		case bytecode.OpIntLt:
			at(fp, in.A).SetBool(int64(at(fp, in.B).Bits()) < int64(at(fp, in.C).Bits()))
			continue
		case bytecode.OpIntLe:
			at(fp, in.A).SetBool(int64(at(fp, in.B).Bits()) <= int64(at(fp, in.C).Bits()))
			continue
		case bytecode.OpIntEqImm:
			at(fp, in.A).SetBool(at(fp, in.B).AsInt() == int64(in.C))
			continue
		case bytecode.OpIntNeImm:
			at(fp, in.A).SetBool(at(fp, in.B).AsInt() != int64(in.C))
			continue
		case bytecode.OpIntLtImm:
			at(fp, in.A).SetBool(at(fp, in.B).AsInt() < int64(in.C))
			continue
		case bytecode.OpIntLeImm:
			at(fp, in.A).SetBool(at(fp, in.B).AsInt() <= int64(in.C))
			continue
		case bytecode.OpIntGtImm:
			at(fp, in.A).SetBool(at(fp, in.B).AsInt() > int64(in.C))
			continue
		case bytecode.OpIntGeImm:
			at(fp, in.A).SetBool(at(fp, in.B).AsInt() >= int64(in.C))
			continue

		case bytecode.OpFloatAdd:
			at(fp, in.A).SetFloat(at(fp, in.B).AsFloat() + at(fp, in.C).AsFloat())
			continue
		case bytecode.OpFloatSub:
			at(fp, in.A).SetFloat(at(fp, in.B).AsFloat() - at(fp, in.C).AsFloat())
			continue
		case bytecode.OpFloatMul:
			at(fp, in.A).SetFloat(at(fp, in.B).AsFloat() * at(fp, in.C).AsFloat())
			continue
		case bytecode.OpFloatDiv:
			at(fp, in.A).SetFloat(at(fp, in.B).AsFloat() / at(fp, in.C).AsFloat())
			continue
		case bytecode.OpFloatMulAdd: // the conversions keep Go from rounding only once
			at(fp, in.A).ChangeFloat(at(fp, in.A).AsFloat() + float64(at(fp, in.B).AsFloat()*at(fp, in.C).AsFloat()))
			continue
		case bytecode.OpFloatMulAdd3:
			to, from, c := three(fp, in.A), three(fp, in.B), at(fp, in.C).AsFloat()
			to[2].ChangeFloat(to[2].AsFloat() + float64(from[2].AsFloat()*c))
			to[1].ChangeFloat(to[1].AsFloat() + float64(from[1].AsFloat()*c))
			to[0].ChangeFloat(to[0].AsFloat() + float64(from[0].AsFloat()*c))
			ip += 2 * instrSize
			continue
		case bytecode.OpFloatMulSub:
			at(fp, in.A).ChangeFloat(at(fp, in.A).AsFloat() - float64(at(fp, in.B).AsFloat()*at(fp, in.C).AsFloat()))
			continue
		case bytecode.OpFloatSqrt:
			at(fp, in.A).SetFloat(math.Sqrt(at(fp, in.B).AsFloat()))
			continue
		case bytecode.OpFloatEq:
			at(fp, in.A).SetBool(at(fp, in.B).AsFloat() == at(fp, in.C).AsFloat())
			continue
		case bytecode.OpFloatNe:
			at(fp, in.A).SetBool(at(fp, in.B).AsFloat() != at(fp, in.C).AsFloat())
			continue
		case bytecode.OpFloatLt:
			at(fp, in.A).SetBool(at(fp, in.B).AsFloat() < at(fp, in.C).AsFloat())
			continue
		case bytecode.OpFloatLe:
			at(fp, in.A).SetBool(at(fp, in.B).AsFloat() <= at(fp, in.C).AsFloat())
			continue
		case bytecode.OpIntToFloat:
			at(fp, in.A).SetFloat(float64(at(fp, in.B).AsInt()))
			continue

		case bytecode.OpBoolAnd:
			at(fp, in.A).SetBool(at(fp, in.B).Bits()&at(fp, in.C).Bits() != 0)
			continue
		case bytecode.OpBoolOr:
			at(fp, in.A).SetBool(at(fp, in.B).Bits()|at(fp, in.C).Bits() != 0)
			continue
		case bytecode.OpBoolNot:
			at(fp, in.A).SetBool(at(fp, in.B).Bits() == 0)
			continue

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
			s.ip, s.fp = ip, fp
			listGet(at(fp, in.A), at(fp, in.B), at(fp, in.C))
			goto resume
		case bytecode.OpListTake:
			if l := at(fp, in.B); l.Kind() == stack.Variant {
				v := l.AsVariant()
				if x := v.Slot(at(fp, in.C).AsInt()); x != nil && !v.Shared() {
					*at(fp, in.A) = *x
					continue
				}
			}
			s.ip, s.fp = ip, fp
			listTake(at(fp, in.A), at(fp, in.B), at(fp, in.C))
			goto resume
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
		case bytecode.OpListGetBool:
			if l := at(fp, in.B); l.Kind() == stack.Variant {
				if v, i := l.AsVariant(), at(fp, in.C).AsInt(); v.Holds(stack.Bool, i) {
					at(fp, in.A).SetScalar(stack.Bool, v.Word(i))
					continue
				}
			}
		case bytecode.OpListPeek:
			if l := at(fp, in.B); l.Kind() == stack.Variant {
				if x := l.AsVariant().Slot(at(fp, in.C).AsInt()); x != nil {
					*at(fp, in.A) = *x
					continue
				}
			}
		case bytecode.OpListNextInt, bytecode.OpListNextFloat, bytecode.OpListNextBool:
			if l := at(fp, in.B); l.Kind() == stack.Variant {
				v, i, want := l.AsVariant(), at(fp, in.C), stack.Int+stack.Kind(op-bytecode.OpListNextInt)
				if v.Holds(want, i.AsInt()) {
					at(fp, in.A).SetScalar(want, v.Word(i.AsInt()))
					i.ChangeInt(i.Bits() + 2)
					ip += instrSize
					continue
				}
			}
		case bytecode.OpListNext, bytecode.OpListNextTake, bytecode.OpListNextPeek:
			if l := at(fp, in.B); l.Kind() == stack.Variant {
				s.ip, s.fp = ip, fp
				if listNext(at(fp, in.A), l, at(fp, in.C), op) {
					s.ip += instrSize
				}
				goto resume
			}
		case bytecode.OpListAppend:
			if l := at(fp, in.A); l.Kind() == stack.Builder {
				s.ip, s.fp = ip, fp
				builderOf(l).Push(*at(fp, in.B))
				goto resume
			}
		case bytecode.OpListHas:
			l, i := at(fp, in.B), at(fp, in.C).AsInt()
			at(fp, in.A).SetBool(l.Kind() == stack.Variant && uint64(i) < uint64(l.AsVariant().Len()))
			continue
		case bytecode.OpListLength:
			if l := at(fp, in.B); l.Kind() == stack.Variant {
				at(fp, in.A).SetInt(uint64(l.AsVariant().Len()) << 1)
				continue
			}
		case bytecode.OpListPush:
			if l := at(fp, in.B); l.Kind() == stack.Variant {
				s.ip, s.fp = ip, fp
				a := in.A
				longer := l.AsVariant().Push(*at(fp, in.C))
				*at(s.fp, a) = stack.FromVariant(longer)
				goto resume
			}

		case bytecode.OpListSet:
			if l := at(fp, in.A); l.Kind() == stack.Variant {
				v, i, x := l.AsVariant(), at(fp, in.B).AsInt(), at(fp, in.C)
				if v.PutWord(i, x) {
					continue
				}
				if to := v.Own(i); to != nil && x.Kind() != stack.String && x.Kind() < stack.Builder {
					*to = *x
					continue
				}
				s.ip, s.fp = ip, fp
				a := in.A
				if w := v.Set(i, *x); w != v {
					*at(s.fp, a) = stack.FromVariant(w)
				}
				goto resume
			}
			continue
		case bytecode.OpListSetImm:
			if l := at(fp, in.A); l.Kind() == stack.Variant {
				v, i, x := l.AsVariant(), at(fp, in.B).AsInt(), stack.FromInt(int64(in.C))
				if v.PutWord(i, &x) {
					continue
				}
				s.ip, s.fp = ip, fp
				a := in.A
				if w := v.Set(i, x); w != v {
					*at(s.fp, a) = stack.FromVariant(w)
				}
				goto resume
			}
			continue

		case bytecode.OpJump:
			ip = jump(ip, in.C)
			continue
		case bytecode.OpJumpBack:
			if fp > s.limit.Load() {
				break
			}
			ip = jump(ip, in.C)
			continue
		case bytecode.OpJumpTrue:
			if at(fp, in.A).Bits() != 0 {
				ip = jump(ip, in.C)
			}
			continue
		case bytecode.OpJumpFalse:
			if at(fp, in.A).Bits() == 0 {
				ip = jump(ip, in.C)
			}
			continue
		case bytecode.OpJumpIntEq:
			if at(fp, in.A).Bits() == at(fp, in.B).Bits() {
				ip = jump(ip, in.C)
			}
			continue
		case bytecode.OpJumpIntNe:
			if at(fp, in.A).Bits() != at(fp, in.B).Bits() {
				ip = jump(ip, in.C)
			}
			continue
		case bytecode.OpJumpIntLt:
			if int64(at(fp, in.A).Bits()) < int64(at(fp, in.B).Bits()) {
				ip = jump(ip, in.C)
			}
			continue
		case bytecode.OpJumpIntLe:
			if int64(at(fp, in.A).Bits()) <= int64(at(fp, in.B).Bits()) {
				ip = jump(ip, in.C)
			}
			continue
		case bytecode.OpJumpIntEqImm:
			if at(fp, in.A).AsInt() == int64(in.B) {
				ip = jump(ip, in.C)
			}
			continue
		case bytecode.OpJumpIntNeImm:
			if at(fp, in.A).AsInt() != int64(in.B) {
				ip = jump(ip, in.C)
			}
			continue
		case bytecode.OpJumpIntLtImm:
			if at(fp, in.A).AsInt() < int64(in.B) {
				ip = jump(ip, in.C)
			}
			continue
		case bytecode.OpJumpIntLeImm:
			if at(fp, in.A).AsInt() <= int64(in.B) {
				ip = jump(ip, in.C)
			}
			continue
		case bytecode.OpJumpIntGtImm:
			if at(fp, in.A).AsInt() > int64(in.B) {
				ip = jump(ip, in.C)
			}
			continue
		case bytecode.OpJumpIntGeImm:
			if at(fp, in.A).AsInt() >= int64(in.B) {
				ip = jump(ip, in.C)
			}
			continue
		case bytecode.OpJumpFloatEq:
			if at(fp, in.A).AsFloat() == at(fp, in.B).AsFloat() {
				ip = jump(ip, in.C)
			}
			continue
		case bytecode.OpJumpFloatNe:
			if at(fp, in.A).AsFloat() != at(fp, in.B).AsFloat() {
				ip = jump(ip, in.C)
			}
			continue
		case bytecode.OpJumpFloatLt:
			if at(fp, in.A).AsFloat() < at(fp, in.B).AsFloat() {
				ip = jump(ip, in.C)
			}
			continue
		case bytecode.OpJumpFloatLe:
			if at(fp, in.A).AsFloat() <= at(fp, in.B).AsFloat() {
				ip = jump(ip, in.C)
			}
			continue
		case bytecode.OpJumpFloatNotLt:
			if !(at(fp, in.A).AsFloat() < at(fp, in.B).AsFloat()) {
				ip = jump(ip, in.C)
			}
			continue
		case bytecode.OpJumpFloatNotLe:
			if !(at(fp, in.A).AsFloat() <= at(fp, in.B).AsFloat()) {
				ip = jump(ip, in.C)
			}
			continue

		case bytecode.OpCheck:
			if at(fp, in.A).Kind() == stack.Kind(in.B) {
				continue
			}
		case bytecode.OpExpect:
			if s.sp == fp+uintptr(uint32(in.A))*slotSize {
				continue
			}

		case bytecode.OpCall:
			f := &funcs[in.B]
			to := fp + uintptr(uint32(in.A))*slotSize
			if to+f.bytes > s.limit.Load() || len(s.frames) == cap(s.frames) {
				break
			}
			s.frames = s.frames[:len(s.frames)+1]
			s.frames[len(s.frames)-1] = frame{ip: ip, fp: fp}
			fp = to
			ip = codeAddress(f.code)
			continue
		case bytecode.OpReturn:
			s.sp = fp + uintptr(uint32(in.A))*slotSize
			n := len(s.frames) - 1
			top := s.frames[n]
			s.frames = s.frames[:n]
			ip, fp = top.ip, top.fp
			continue
		case bytecode.OpLoop:
			if fp > s.limit.Load() {
				break
			}
			ip = jump(ip, in.C)
			continue
		case bytecode.OpIntAddLoop:
			if fp > s.limit.Load() {
				break
			}
			at(fp, in.A).ChangeInt(at(fp, in.A).Bits() + uint64(int64(in.B))<<1)
			ip = jump(ip, in.C)
			continue
		case bytecode.OpIntAddSlotLoop:
			if fp > s.limit.Load() {
				break
			}
			at(fp, in.A).ChangeInt(at(fp, in.A).Bits() + at(fp, in.B).Bits())
			ip = jump(ip, in.C)
			continue
		case bytecode.OpTail:
			f := &funcs[in.B]
			to := fp + uintptr(uint32(in.A))*slotSize
			if to+f.bytes > s.limit.Load() {
				break
			}
			fp = to
			ip = codeAddress(f.code)
			continue

		case bytecode.OpMovesBuiltin, bytecode.OpMoveBuiltin:
			in, ip = moved(fp, ip, in)
			if op == bytecode.OpMovesBuiltin {
				in, ip = moved(fp, ip, in)
			}
			fallthrough
		case bytecode.OpBuiltin:
			s.ip, s.fp = ip, fp // the word may park the strand
			b := &img.builtins[in.B]
			w := window(fp, in.A, b.width)
			if i := b.mismatch(w); i >= 0 {
				return s.fail(Mismatch(b.in[i].String(), w[i]))
			}
			if err := b.run(s, w); err != nil {
				return s.fail(err)
			}
			goto resume

		case bytecode.OpCallOpen, bytecode.OpTailOpen, bytecode.OpCallQuotation, bytecode.OpCallUnknown, bytecode.OpTailQuotation:
			s.ip, s.fp = ip, fp
			if err := s.callOpen(op, in); err != nil {
				return s.fail(err)
			}
			goto resume
		case bytecode.OpSelect:
			if at(fp, in.A).Bits() != 0 {
				*at(fp, in.A) = *at(fp, in.A+1)
			} else {
				*at(fp, in.A) = *at(fp, in.A+2)
			}
			continue

		case bytecode.OpMatch:
			table := &img.mod.Tables[in.B]
			if tag := tagOf(at(fp, in.A)); tag.Union == table.Union {
				if c := table.Targets[tag.Ordinal]; c != bytecode.NoArm {
					ip = jump(ip, c)
					continue
				}
			}
		case bytecode.OpMatchOr:
			tag, d := tagOf(at(fp, in.A)), img.variants[in.B].tag
			if tag == d {
				continue
			}
			if tag.Union == d.Union && d != stack.ListTag {
				ip = jump(ip, in.C)
				continue
			}
		case bytecode.OpMake:
			d := &img.variants[in.B]
			tag, fields := d.tag, window(fp, in.A, len(d.kinds))
			s.ip, s.fp = ip, fp
			a := in.A
			made := stack.NewVariant(tag, fields)
			*at(s.fp, a) = stack.FromVariant(made)
			goto resume
		case bytecode.OpRemake:
			d, token := &img.variants[in.B], at(fp, in.C)
			fields := window(fp, in.A, len(d.kinds))
			s.ip, s.fp = ip, fp
			remake(token, d, fields, img.linear)
			goto resume
		case bytecode.OpFieldPut:
			variant, i := bytecode.Field(in.C)
			x, d := at(fp, in.A), &img.variants[variant]
			value := at(fp, in.B)
			s.ip, s.fp = ip, fp
			if !img.linear || x.Kind() != stack.Variant || !x.AsVariant().Put(len(d.kinds), int(i), value) {
				if err := put(x, len(d.kinds), int(i), value); err != nil {
					return s.fail(err)
				}
			}
			goto resume
		case bytecode.OpFieldTakeKnown, bytecode.OpFieldGetKnown:
			variant, i := bytecode.Field(in.C)
			v, k := at(fp, in.B).AsVariant(), img.variants[variant].kinds[i]
			if field := v.Slot(int64(i)); field != nil && (field.Kind() == k || k == stack.Nothing) {
				*at(fp, in.A) = *field
				if op == bytecode.OpFieldTakeKnown && img.linear && !v.Shared() {
					continue // the variant ends here, and the field is held once as before
				}
				switch field.Kind() {
				case stack.Variant:
					field.AsVariant().Share()
				case stack.Map:
					s.ip, s.fp = ip, fp
					field.Share()
					goto resume
				}
				continue
			}
		case bytecode.OpFieldsTakeKnown, bytecode.OpFieldsGetKnown, bytecode.OpFieldsTake, bytecode.OpFieldsGet, bytecode.OpFieldsPeek:
			x, d := at(fp, in.B), &img.variants[in.C]
			if x.Kind() != stack.Variant || x.AsVariant().Tag != d.tag {
				break
			}
			v, fields, how := x.AsVariant(), window(fp, in.A, len(d.kinds)), img.unpacking[op-bytecode.OpFieldsTakeKnown]
			s.ip, s.fp = ip, fp
			if d.floats && v.UnpackFloats(fields) { // vectors: 8 percent of n-body
				goto resume
			}
			if as := v.Unpack(fields, d.kinds, how); as != stack.AsExpected {
				if err := (longWay{s}).unpacked(v, d, as); err != nil {
					return s.fail(err)
				}
			}
			goto resume
		case bytecode.OpFieldPeek:
			variant, i := bytecode.Field(in.C)
			x, d := at(fp, in.B), &img.variants[variant]
			if x.Kind() == stack.Variant && x.AsVariant().Tag == d.tag {
				if field := x.AsVariant().Slot(int64(i)); field != nil {
					if k := d.kinds[i]; field.Kind() == k || k == stack.Nothing {
						*at(fp, in.A) = *field
						continue
					}
				}
			}

		case bytecode.OpHalt:
			return nil
		case bytecode.OpNative:
			s.ip, s.fp = ip, fp
			left, err := runNative(s, in.A)
			if err != nil {
				return s.fail(err)
			}
			ip, fp = s.ip, s.fp
			if left == nil {
				continue
			}
			in = left
			op = in.Op
			goto dispatch
		case bytecode.OpChecked, bytecode.OpGuarded, bytecode.OpCounted, bytecode.OpStop:
			s.ip, s.fp = ip, fp
			if err := s.before(in); err != nil {
				return s.fail(err)
			}
			ip, fp = s.ip, s.fp
			in = instr(ip - instrSize)
			op = in.Original()
			goto dispatch
		}
		// What is rare, and what has come to the end of its case.
		s.ip, s.fp = ip, fp
		if err := s.cold(in); err != nil {
			return s.fail(err)
		}
	resume:
		ip, fp = s.ip, s.fp
	}
}
