package native

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/native/machine"
)

// emission is how code is made of an instruction. The zero emission is that of those without code.
type emission struct {
	emit func(e *emitter, pc int, in bytecode.Instr)
	// holds, in place of emit, is of an instruction that goes to its target on a condition, or else on: it sets the flags, and returns the condition.
	holds    func(e *emitter, in bytecode.Instr) machine.Cond
	fits     func(b *builder, p *plan, pc int) bool // there is code for this one; nil: for all
	inMemory func(p *plan, pc int) bool             // all is in memory in front of this one and behind; nil: of none
}

// none tells whether there is no code.
func (x *emission) none() bool { return x.emit == nil && x.holds == nil }

// put emits an instruction.
func (x *emission) put(e *emitter, pc int, in bytecode.Instr) {
	if x.holds != nil {
		e.branch(pc, x.holds(e, in))
		return
	}
	x.emit(e, pc, in)
}

// emitters has them by opcode.
var emitters = [...]emission{
	bytecode.OpMove:  {emit: move},
	bytecode.OpCopy:  {emit: move},
	bytecode.OpInt:   {emit: func(e *emitter, pc int, in bytecode.Instr) { e.constant(pc, in.A, int64(in.B)<<1) }},
	bytecode.OpBool:  {emit: func(e *emitter, pc int, in bytecode.Instr) { e.constant(pc, in.A, int64(in.B)) }},
	bytecode.OpConst: {emit: constant, fits: constantFits},

	bytecode.OpIntAdd:        {emit: intSum},
	bytecode.OpIntSub:        {emit: arith(machine.Sub)},
	bytecode.OpIntMul:        {emit: intMul},
	bytecode.OpIntDiv:        {emit: intDiv},
	bytecode.OpIntMod:        {emit: intDiv},
	bytecode.OpIntAddImm:     {emit: intAddImm},
	bytecode.OpIntSubFromImm: {emit: intSubFromImm},
	bytecode.OpIntMulImm:     {emit: intMulImm},
	bytecode.OpIntDivImm:     {emit: intDivImm},
	bytecode.OpIntModImm:     {emit: intModImm},
	bytecode.OpIntNeg:        {emit: unary(func(e *emitter, r machine.Reg) { e.Neg(r) })},
	bytecode.OpIntAnd:        {emit: arith(machine.And)},
	bytecode.OpIntOr:         {emit: arith(machine.Or)},
	bytecode.OpIntXor:        {emit: arith(machine.Xor)},
	bytecode.OpIntNot:        {emit: unary(func(e *emitter, r machine.Reg) { e.ArithImm(machine.Xor, r, -2) })},
	bytecode.OpIntShl:        {emit: intShift(machine.ShiftLeft)},
	bytecode.OpIntShr:        {emit: intShift(machine.ShiftRight)},
	bytecode.OpIntAndImm:     {emit: arithImm(machine.And)},
	bytecode.OpIntOrImm:      {emit: arithImm(machine.Or)},
	bytecode.OpIntXorImm:     {emit: arithImm(machine.Xor)},
	bytecode.OpIntShlImm:     {emit: intShiftImm(machine.ShiftLeft)},
	bytecode.OpIntShrImm:     {emit: intShiftImm(machine.ShiftRight)},
	bytecode.OpIntShlOfImm:   {emit: intShiftOfImm},

	bytecode.OpIntEq:    {emit: intTest(machine.Equal)},
	bytecode.OpIntNe:    {emit: intTest(machine.NotEqual)},
	bytecode.OpIntLt:    {emit: intTest(machine.Less)},
	bytecode.OpIntLe:    {emit: intTest(machine.LessOrEqual)},
	bytecode.OpIntEqImm: {emit: intTestImm(machine.Equal)},
	bytecode.OpIntNeImm: {emit: intTestImm(machine.NotEqual)},
	bytecode.OpIntLtImm: {emit: intTestImm(machine.Less)},
	bytecode.OpIntLeImm: {emit: intTestImm(machine.LessOrEqual)},
	bytecode.OpIntGtImm: {emit: intTestImm(machine.Greater)},
	bytecode.OpIntGeImm: {emit: intTestImm(machine.GreaterEqual)},

	bytecode.OpFloatAdd:     {emit: floatArith(machine.FloatAdd)},
	bytecode.OpFloatSub:     {emit: floatArith(machine.FloatSub)},
	bytecode.OpFloatMul:     {emit: floatArith(machine.FloatMul)},
	bytecode.OpFloatDiv:     {emit: floatArith(machine.FloatDiv)},
	bytecode.OpFloatSqrt:    {emit: floatSqrt},
	bytecode.OpFloatMulAdd:  {emit: floatMulAdd(machine.FloatAdd)},
	bytecode.OpFloatMulAdd3: {emit: floatMulAdd3},
	bytecode.OpFloatMulSub:  {emit: floatMulAdd(machine.FloatSub)},
	bytecode.OpFloatEq:      {emit: floatTest(bytecode.OpJumpFloatEq)},
	bytecode.OpFloatNe:      {emit: floatTest(bytecode.OpJumpFloatNe)},
	bytecode.OpFloatLt:      {emit: floatTest(bytecode.OpJumpFloatLt)},
	bytecode.OpFloatLe:      {emit: floatTest(bytecode.OpJumpFloatLe)},
	bytecode.OpIntToFloat:   {emit: intToFloat},

	bytecode.OpBoolAnd: {emit: arith(machine.And)},
	bytecode.OpBoolOr:  {emit: arith(machine.Or)},
	bytecode.OpBoolNot: {emit: unary(func(e *emitter, r machine.Reg) { e.ArithImm(machine.Xor, r, 1) })},

	bytecode.OpJump:           {emit: func(e *emitter, pc int, in bytecode.Instr) { e.goOn(pc, pc+1+int(in.C)) }},
	bytecode.OpJumpBack:       {emit: jumpBack},
	bytecode.OpJumpTrue:       {holds: boolJump(machine.NotEqual)},
	bytecode.OpJumpFalse:      {holds: boolJump(machine.Equal)},
	bytecode.OpJumpIntEq:      {holds: intJump(machine.Equal)},
	bytecode.OpJumpIntNe:      {holds: intJump(machine.NotEqual)},
	bytecode.OpJumpIntLt:      {holds: intJump(machine.Less)},
	bytecode.OpJumpIntLe:      {holds: intJump(machine.LessOrEqual)},
	bytecode.OpJumpIntEqImm:   {holds: intJumpImm(machine.Equal)},
	bytecode.OpJumpIntNeImm:   {holds: intJumpImm(machine.NotEqual)},
	bytecode.OpJumpIntLtImm:   {holds: intJumpImm(machine.Less)},
	bytecode.OpJumpIntLeImm:   {holds: intJumpImm(machine.LessOrEqual)},
	bytecode.OpJumpIntGtImm:   {holds: intJumpImm(machine.Greater)},
	bytecode.OpJumpIntGeImm:   {holds: intJumpImm(machine.GreaterEqual)},
	bytecode.OpJumpFloatEq:    {emit: floatJump},
	bytecode.OpJumpFloatNe:    {emit: floatJump},
	bytecode.OpJumpFloatLt:    {emit: floatJump},
	bytecode.OpJumpFloatLe:    {emit: floatJump},
	bytecode.OpJumpFloatNotLt: {emit: floatJump},
	bytecode.OpJumpFloatNotLe: {emit: floatJump},

	bytecode.OpCheck: {emit: on(check), fits: checksKind},

	bytecode.OpMatch:           {emit: on(match), fits: matchFits},
	bytecode.OpMatchOr:         {emit: on(matchOr), fits: looksAtA},
	bytecode.OpIs:              {emit: on(isVariant), fits: looksAtB},
	bytecode.OpFieldPeek:       {emit: on(getField(false, looked)), fits: fieldFits},
	bytecode.OpFieldGet:        {emit: on(getField(false, held)), fits: fieldFits},
	bytecode.OpFieldTake:       {emit: on(getField(false, taken)), fits: takeFits},
	bytecode.OpFieldGetKnown:   {emit: on(getField(true, held)), fits: fieldFits},
	bytecode.OpFieldTakeKnown:  {emit: on(getField(true, taken)), fits: takeFits},
	bytecode.OpFieldsPeek:      {emit: on(getFields(false, looked)), fits: fieldsFit},
	bytecode.OpFieldsGet:       {emit: on(getFields(false, held)), fits: fieldsFit},
	bytecode.OpFieldsTake:      {emit: on(getFields(false, taken)), fits: takeAllFits},
	bytecode.OpFieldsGetKnown:  {emit: on(getFields(true, held)), fits: fieldsFit},
	bytecode.OpFieldsTakeKnown: {emit: on(getFields(true, taken)), fits: takeAllFits},
	bytecode.OpRemake:          {emit: on(remakeVariant), fits: remakeFits},
	bytecode.OpFieldPut:        {emit: on(putOne), fits: putFits},

	bytecode.OpListGet:       {emit: on(listGet(held)), fits: looksAtB},
	bytecode.OpListPeek:      {emit: on(listGet(looked)), fits: looksAtB},
	bytecode.OpListTake:      {emit: on(listGet(taken)), fits: looksAtB},
	bytecode.OpListGetInt:    {emit: on(listGetNumber), fits: looksAtB},
	bytecode.OpListGetFloat:  {emit: on(listGetNumber), fits: looksAtB},
	bytecode.OpListGetBool:   {emit: on(listGetNumber), fits: looksAtB},
	bytecode.OpListNext:      {emit: on(listNext(held)), fits: looksAtB},
	bytecode.OpListNextTake:  {emit: on(listNext(taken)), fits: looksAtB},
	bytecode.OpListNextPeek:  {emit: on(listNext(looked)), fits: looksAtB},
	bytecode.OpListNextInt:   {emit: on(listNextNumber), fits: looksAtB},
	bytecode.OpListNextFloat: {emit: on(listNextNumber), fits: looksAtB},
	bytecode.OpListNextBool:  {emit: on(listNextNumber), fits: looksAtB},
	bytecode.OpListSet:       {emit: on(listSet), fits: setFits},
	bytecode.OpListSetImm:    {emit: on(listSetImm), fits: looksAtA},
	bytecode.OpListPush:      {emit: on(listPush), fits: pushFits},
	bytecode.OpListAppend:    {emit: on(listAppend), fits: appendFits},
	bytecode.OpListLength:    {emit: on(listLength), fits: looksAtB},
	bytecode.OpListOwn:       {emit: on(listOwn), fits: looksAtB},
	bytecode.OpListHas:       {emit: on(listHas), fits: looksAtB},

	bytecode.OpCall:           {emit: call, fits: callFits, inMemory: isExpected},
	bytecode.OpCallQuotation:  {emit: on(callQuotation), fits: quotationFits, inMemory: isExpected},
	bytecode.OpTailQuotation:  {emit: on(tailQuotation), fits: tailQuotationFits},
	bytecode.OpTail:           {emit: tail, fits: tailFits},
	bytecode.OpLoop:           {emit: jumpBack},
	bytecode.OpIntAddLoop:     {emit: intAddLoop},
	bytecode.OpIntAddSlotLoop: {emit: intAddSlotLoop},
	bytecode.OpReturn:         {emit: leaveFunction},
}

// A number that is no list may be in a register: what it is in memory is not known then.

func looksAtB(_ *builder, p *plan, pc int) bool { return p.inSlot(pc, p.f.Code[pc].B) }
func looksAtA(_ *builder, p *plan, pc int) bool { return p.inSlot(pc, p.f.Code[pc].A) }

// What is put into lists can be put there as it is.

func setFits(_ *builder, p *plan, pc int) bool {
	in := p.f.Code[pc]
	return p.inSlot(pc, in.A) && objectsFit(p.kinds[pc][in.C])
}

func pushFits(_ *builder, p *plan, pc int) bool {
	in := p.f.Code[pc]
	return p.inSlot(pc, in.B) && objectsFit(p.kinds[pc][in.C])
}

func appendFits(_ *builder, p *plan, pc int) bool { return objectsFit(p.kinds[pc][p.f.Code[pc].B]) }

// inSlot tells whether what a slot holds is in memory only.
func (p *plan) inSlot(pc int, slot int32) bool { return classOf(p.kinds[pc][slot]) == inSlot }

// checksKind: a number that is known to be of another kind is in no register of this one.
func checksKind(_ *builder, p *plan, pc int) bool {
	in := p.f.Code[pc]
	k := bytecode.Kind(in.B)
	return k != bytecode.KindAny && (p.kinds[pc][in.A] == k || p.inSlot(pc, in.A))
}

// constantFits: it is a number, or known where it is.
func constantFits(b *builder, p *plan, pc int) bool {
	return classOf(b.module.Consts[p.f.Code[pc].B].Kind) != inSlot || b.target.Constant != nil
}

// isExpected tells whether an instruction behind a call looks at the height of what that has left. Code goes over it: it is only left to the interpreter.
func isExpected(p *plan, pc int) bool { return p.f.Code[pc+1].Op == bytecode.OpExpect }

// expectedFits tells whether code can go over the look at the height behind a call: it is what the callee declares.
func expectedFits(p *plan, pc int, height int32) bool {
	return p.f.Code[pc+1].A == height && p.kinds[pc+1] != nil && len(p.to[pc+1]) == 1
}

// callFits: an open function leaves to the interpreter whatever makes it leave other values than it declares.
func callFits(b *builder, p *plan, pc int) bool {
	in := p.f.Code[pc]
	callee := &b.module.Funcs[in.B]
	switch {
	case !b.callable(in.B):
		return false
	case isExpected(p, pc):
		return expectedFits(p, pc, in.A+callee.Out)
	}
	return !callee.Open && p.f.Code[pc+1].Op != bytecode.OpFrameToTop
}

// tailFits: the callee leaves its results where the function's are expected.
func tailFits(b *builder, p *plan, pc int) bool {
	in := p.f.Code[pc]
	callee := &b.module.Funcs[in.B]
	if in.A != 0 || callee.Open && !p.f.Open || callee.Out != p.f.Out || !b.callable(in.B) {
		return false
	}
	for i := range p.f.Out {
		if resultKind(p.f, i) != resultKind(callee, i) {
			return false
		}
	}
	return true
}

// resultKind is what is proven of a result.
func resultKind(f *bytecode.Func, i int32) bytecode.Kind {
	if int(i) >= len(f.Results) {
		return bytecode.KindAny
	}
	return f.Results[i]
}
