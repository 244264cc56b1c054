package bytecode

// Op is an operation code. Its row in the table says what its operands are,
// what kinds of values it trusts and what it does.
type Op uint16

// The instruction set. Slots are relative to the frame's first slot; "window"
// is the first slot of a call's arguments, which is also where its results go.
const (
	OpInvalid Op = iota

	// Constants and copies.
	OpMove
	OpCopy
	OpInt
	OpBool
	OpConst
	OpClosure

	// Arithmetic on Ints. Operands are proven to be Ints.
	OpIntAdd
	OpIntSub
	OpIntMul
	OpIntDiv
	OpIntMod
	OpIntAddImm
	OpIntSubFromImm
	OpIntMulImm
	OpIntDivImm
	OpIntModImm
	OpIntNeg
	OpIntAnd
	OpIntOr
	OpIntXor
	OpIntNot
	OpIntShl
	OpIntShr

	// Comparison of Ints.
	OpIntEq
	OpIntNe
	OpIntLt
	OpIntLe
	OpIntEqImm
	OpIntNeImm
	OpIntLtImm
	OpIntLeImm
	OpIntGtImm
	OpIntGeImm

	// Floats.
	OpFloatAdd
	OpFloatSub
	OpFloatMul
	OpFloatDiv
	OpFloatSqrt
	OpFloatMulAdd
	OpFloatMulAdd3
	OpFloatMulSub
	OpFloatEq
	OpFloatNe
	OpFloatLt
	OpFloatLe
	OpIntToFloat

	// Bools.
	OpBoolAnd
	OpBoolOr
	OpBoolNot

	// Branches.
	OpJump
	OpJumpBack
	OpJumpTrue
	OpJumpFalse
	OpJumpIntEq
	OpJumpIntNe
	OpJumpIntLt
	OpJumpIntLe
	OpJumpIntEqImm
	OpJumpIntNeImm
	OpJumpIntLtImm
	OpJumpIntLeImm
	OpJumpIntGtImm
	OpJumpIntGeImm
	OpJumpFloatEq
	OpJumpFloatNe
	OpJumpFloatLt
	OpJumpFloatLe
	OpJumpFloatNotLt
	OpJumpFloatNotLe

	// Checks of what the types do not prove.
	OpCheck
	OpExpect
	OpReach
	OpRebase
	OpFloat

	// Calls.
	OpCall
	OpCallOpen
	OpTail
	OpTailOpen
	OpLoop
	OpIntAddLoop
	OpIntAddSlotLoop
	OpReturn
	OpBuiltin
	OpCallQuotation
	OpCallUnknown
	OpTailQuotation
	OpSelect

	// Values out of the way of an observed stack.
	OpAuxPush
	OpAuxPop

	// Looking into the stack.
	OpPickDeep
	OpPickAt
	OpRollAt

	// Unions.
	OpMake
	OpShare
	OpIs
	OpAccess
	OpMatch
	OpField
	OpUnpack
	OpUnpackAs
	OpLook
	OpRemake
	OpPut
	OpPart
	OpGet
	OpPeek

	// Quotations run by list words: frames of the VM, so that they can suspend.
	OpIsolate
	OpRejoin
	OpListLength
	OpListGet
	OpListGetInt
	OpListGetFloat
	OpListNext
	OpListNextTake
	OpListNextInt
	OpListNextFloat
	OpListHas
	OpListPush
	OpListSet
	OpListSetImm
	OpListTake
	OpListElement
	OpListAppend
	OpListResult
	OpListReuse
	OpListDone
	OpMapEntries

	// cond with clauses on the stack.
	OpCondStart
	OpCondNext
	OpCondTest
	OpNoClause

	// Strands.
	OpSpawn
	OpWeave
	OpResume
	OpYield
	OpCancel
	OpWeaveEnd

	// OpDump writes the stack and empties it.
	OpDump
	// OpCount counts an entry into the function, OpCover that control came by.
	OpCount
	OpCover

	// OpHalt ends the strand.
	OpHalt
	// OpChecked runs the instruction that stands here in the original code,
	// after a check of the kinds that it trusts; OpGuarded checks the guards that
	// stand here before that.
	OpChecked
	OpGuarded
	// OpCounted runs the instruction that stands here in the original code, after
	// the tail calls that are gone here have been counted.
	OpCounted

	// OpGuard and OpTailGone are what the compiler notes in the code on its way: they
	// become Func.Guards and Func.TailsGone.
	OpGuard
	OpTailGone

	opCount
)

// Operand says what an operand of an instruction is.
type Operand uint8

// The kinds of operands. Src and Dst are slots that are read and written; the
// kind behind it is what an instruction trusts or leaves. SrcVariant is what
// match leaves behind in its arms.
const (
	None Operand = iota
	Src
	SrcInt
	SrcFloat
	SrcBool
	SrcVariant
	Dst
	DstInt
	DstFloat
	DstBool
	DstVariant
	Imm      // an Int in the instruction
	Flag     // 0 or 1
	Constant // index of a constant
	Function // index of a function
	Word     // index of a built-in word
	Tagged   // index of a variant
	FieldOf  // a field of a variant: index of the variant times maxFields + number of the field
	Arms     // index of a match table
	Target   // a place in the function, relative to the next instruction
	Count    // a number of values
	Window   // the first slot of arguments and results
	Height   // a number of slots in use: the slot above the top
	KindOf   // a kind of value
)

// Info is the row of an opcode in the table.
type Info struct {
	Name    string
	A, B, C Operand
	Ends    bool // control never goes on to the next instruction
	Doc     string
}

// Table describes every opcode, by opcode. It must not be changed.
var Table = [opCount]Info{
	OpInvalid: {Name: "invalid", Ends: true, Doc: "never executed; what zeroed code decodes to"},

	OpMove:    {"move", Dst, Src, None, false, "A = B, which is not used any more or only looked at"},
	OpCopy:    {"copy", Dst, Src, None, false, "A = B, held twice from now on: it must not be changed in place"},
	OpInt:     {"int", DstInt, Imm, None, false, "A = the Int B"},
	OpBool:    {"bool", DstBool, Flag, None, false, "A = the Bool B"},
	OpConst:   {"const", Dst, Constant, None, false, "A = constant B"},
	OpClosure: {"closure", Window, Function, Count, false, "A = closure of function B over the C values from slot A up"},

	OpIntAdd:        {"int.add", DstInt, SrcInt, SrcInt, false, "A = B + C"},
	OpIntSub:        {"int.sub", DstInt, SrcInt, SrcInt, false, "A = B - C"},
	OpIntMul:        {"int.mul", DstInt, SrcInt, SrcInt, false, "A = B * C"},
	OpIntDiv:        {"int.div", DstInt, SrcInt, SrcInt, false, "A = B / C toward zero, 0 if C is 0"},
	OpIntMod:        {"int.mod", DstInt, SrcInt, SrcInt, false, "A = remainder of B / C with the sign of B, 0 if C is 0"},
	OpIntAddImm:     {"int.add.imm", DstInt, SrcInt, Imm, false, "A = B + the Int C"},
	OpIntSubFromImm: {"int.rsub.imm", DstInt, SrcInt, Imm, false, "A = the Int C - B"},
	OpIntMulImm:     {"int.mul.imm", DstInt, SrcInt, Imm, false, "A = B * the Int C"},
	OpIntDivImm:     {"int.div.imm", DstInt, SrcInt, Imm, false, "A = B / the Int C, which is not 0"},
	OpIntModImm:     {"int.mod.imm", DstInt, SrcInt, Imm, false, "A = remainder of B / the Int C, which is not 0"},
	OpIntNeg:        {"int.neg", DstInt, SrcInt, None, false, "A = -B"},
	OpIntAnd:        {"int.and", DstInt, SrcInt, SrcInt, false, "A = B and C, bit by bit"},
	OpIntOr:         {"int.or", DstInt, SrcInt, SrcInt, false, "A = B or C, bit by bit"},
	OpIntXor:        {"int.xor", DstInt, SrcInt, SrcInt, false, "A = B exclusive or C, bit by bit"},
	OpIntNot:        {"int.not", DstInt, SrcInt, None, false, "A = -B - 1"},
	OpIntShl:        {"int.shl", DstInt, SrcInt, SrcInt, false, "A = B shifted left by C"},
	OpIntShr:        {"int.shr", DstInt, SrcInt, SrcInt, false, "A = B shifted right by C, zeros from the left"},

	OpIntEq:    {"int.eq", DstBool, SrcInt, SrcInt, false, "A = B equals C"},
	OpIntNe:    {"int.ne", DstBool, SrcInt, SrcInt, false, "A = B differs from C"},
	OpIntLt:    {"int.lt", DstBool, SrcInt, SrcInt, false, "A = B < C"},
	OpIntLe:    {"int.le", DstBool, SrcInt, SrcInt, false, "A = B <= C"},
	OpIntEqImm: {"int.eq.imm", DstBool, SrcInt, Imm, false, "A = B equals the Int C"},
	OpIntNeImm: {"int.ne.imm", DstBool, SrcInt, Imm, false, "A = B differs from the Int C"},
	OpIntLtImm: {"int.lt.imm", DstBool, SrcInt, Imm, false, "A = B < the Int C"},
	OpIntLeImm: {"int.le.imm", DstBool, SrcInt, Imm, false, "A = B <= the Int C"},
	OpIntGtImm: {"int.gt.imm", DstBool, SrcInt, Imm, false, "A = B > the Int C"},
	OpIntGeImm: {"int.ge.imm", DstBool, SrcInt, Imm, false, "A = B >= the Int C"},

	OpFloatAdd:     {"float.add", DstFloat, SrcFloat, SrcFloat, false, "A = B + C"},
	OpFloatSub:     {"float.sub", DstFloat, SrcFloat, SrcFloat, false, "A = B - C"},
	OpFloatMul:     {"float.mul", DstFloat, SrcFloat, SrcFloat, false, "A = B * C"},
	OpFloatDiv:     {"float.div", DstFloat, SrcFloat, SrcFloat, false, "A = B / C"},
	OpFloatMulAdd3: {"float.mul-add.3", SrcFloat, SrcFloat, SrcFloat, false, "the three mul-adds that stand here, of slots that go down by one and the same C; over the two that follow"},
	OpFloatMulAdd:  {"float.mul-add", SrcFloat, SrcFloat, SrcFloat, false, "A = A + B * C, each rounded"},
	OpFloatMulSub:  {"float.mul-sub", SrcFloat, SrcFloat, SrcFloat, false, "A = A - B * C, each rounded"},
	OpFloatSqrt:    {"float.sqrt", DstFloat, SrcFloat, None, false, "A = square root of B"},
	OpFloatEq:      {"float.eq", DstBool, SrcFloat, SrcFloat, false, "A = B equals C"},
	OpFloatNe:      {"float.ne", DstBool, SrcFloat, SrcFloat, false, "A = B differs from C"},
	OpFloatLt:      {"float.lt", DstBool, SrcFloat, SrcFloat, false, "A = B < C"},
	OpFloatLe:      {"float.le", DstBool, SrcFloat, SrcFloat, false, "A = B <= C"},
	OpIntToFloat:   {"int.to-float", DstFloat, SrcInt, None, false, "A = B as a Float"},

	OpBoolAnd: {"bool.and", DstBool, SrcBool, SrcBool, false, "A = B and C"},
	OpBoolOr:  {"bool.or", DstBool, SrcBool, SrcBool, false, "A = B or C"},
	OpBoolNot: {"bool.not", DstBool, SrcBool, None, false, "A = not B"},

	OpJump:           {"jump", None, None, Target, true, "go to C"},
	OpJumpBack:       {"jump.back", None, None, Target, true, "go back to C; the strand can be stopped here"},
	OpJumpTrue:       {"jump.true", SrcBool, None, Target, false, "go to C if A"},
	OpJumpFalse:      {"jump.false", SrcBool, None, Target, false, "go to C if not A"},
	OpJumpIntEq:      {"jump.int.eq", SrcInt, SrcInt, Target, false, "go to C if A equals B"},
	OpJumpIntNe:      {"jump.int.ne", SrcInt, SrcInt, Target, false, "go to C if A differs from B"},
	OpJumpIntLt:      {"jump.int.lt", SrcInt, SrcInt, Target, false, "go to C if A < B"},
	OpJumpIntLe:      {"jump.int.le", SrcInt, SrcInt, Target, false, "go to C if A <= B"},
	OpJumpIntEqImm:   {"jump.int.eq.imm", SrcInt, Imm, Target, false, "go to C if A equals the Int B"},
	OpJumpIntNeImm:   {"jump.int.ne.imm", SrcInt, Imm, Target, false, "go to C if A differs from the Int B"},
	OpJumpIntLtImm:   {"jump.int.lt.imm", SrcInt, Imm, Target, false, "go to C if A < the Int B"},
	OpJumpIntLeImm:   {"jump.int.le.imm", SrcInt, Imm, Target, false, "go to C if A <= the Int B"},
	OpJumpIntGtImm:   {"jump.int.gt.imm", SrcInt, Imm, Target, false, "go to C if A > the Int B"},
	OpJumpIntGeImm:   {"jump.int.ge.imm", SrcInt, Imm, Target, false, "go to C if A >= the Int B"},
	OpJumpFloatEq:    {"jump.float.eq", SrcFloat, SrcFloat, Target, false, "go to C if A equals B"},
	OpJumpFloatNe:    {"jump.float.ne", SrcFloat, SrcFloat, Target, false, "go to C if A differs from B"},
	OpJumpFloatLt:    {"jump.float.lt", SrcFloat, SrcFloat, Target, false, "go to C if A < B"},
	OpJumpFloatLe:    {"jump.float.le", SrcFloat, SrcFloat, Target, false, "go to C if A <= B"},
	OpJumpFloatNotLt: {"jump.float.not-lt", SrcFloat, SrcFloat, Target, false, "go to C unless A < B (also for NaN)"},
	OpJumpFloatNotLe: {"jump.float.not-le", SrcFloat, SrcFloat, Target, false, "go to C unless A <= B (also for NaN)"},

	OpCheck:  {"check", Src, KindOf, None, false, "run-time error unless A is of kind B"},
	OpExpect: {"expect", Height, None, None, false, "run-time error unless the call before left the stack A slots high"},
	OpReach:  {"reach", Count, None, None, false, "take A values from below the frame into it: they become slots 0 to A-1; underflow is a run-time error"},
	OpRebase: {"rebase", Height, None, None, false, "start the frame A slots higher: its height is no longer known"},
	OpFloat:  {"float", None, None, None, false, "start the frame where the call before left the top of the stack"},

	OpCall:           {"call", Window, Function, None, false, "call function B, which takes and leaves what it declares"},
	OpCallOpen:       {"call.open", Height, Function, None, false, "call function B on a stack A slots high; it may reach below its inputs and leave any number of values"},
	OpTail:           {"tail", Window, Function, None, true, "go on with function B in place of this one, its arguments from slot A up"},
	OpTailOpen:       {"tail.open", Height, Function, None, true, "go on with function B in place of this one, on a stack A slots high"},
	OpLoop:           {"loop", None, None, Target, true, "go on at C, the start of this function behind the constants that it keeps in slots: a tail call of itself"},
	OpIntAddSlotLoop: {"int.add.slot.loop", SrcInt, SrcInt, Target, true, "A = A + B, then as loop"},
	OpIntAddLoop:     {"int.add.loop", SrcInt, Imm, Target, true, "A = A + the Int B, then as loop"},
	OpReturn:         {"return", Height, None, None, true, "return with A values from slot 0 up"},
	OpBuiltin:        {"builtin", Window, Word, None, false, "run the built-in word B"},
	OpCallQuotation:  {"call.quotation", Height, Count, Count, false, "run the quotation in slot A, above its B inputs; it leaves C values"},
	OpCallUnknown:    {"call.unknown", Height, None, None, false, "run the quotation in slot A, of which nothing is known"},
	OpTailQuotation:  {"tail.quotation", Height, None, None, true, "go on with the quotation in slot A in place of this function"},
	OpSelect:         {"select", Window, None, None, false, "slot A = slot A+1 if the Bool in slot A is true, else slot A+2"},

	OpAuxPush: {"aux.push", Src, None, None, false, "move A to the aux stack"},
	OpAuxPop:  {"aux.pop", Dst, KindOf, None, false, "move the top of the aux stack to A; it must be of kind B"},

	OpPickDeep: {"pick.deep", Dst, Count, None, false, "A = the value B slots below the frame; underflow is a run-time error"},
	OpPickAt:   {"pick.at", Window, None, None, false, "slot A holds an index: replace it by the value so deep below it"},
	OpRollAt:   {"roll.at", Window, None, None, false, "slot A holds an index: remove it and move the value so deep to the top"},

	OpMake:     {"make", Window, Tagged, None, false, "slot A = variant B of the fields from slot A up"},
	OpShare:    {"share", Src, None, None, false, "mark what slot A holds as held more than once"},
	OpIs:       {"is", DstBool, Src, Tagged, false, "A = B is a value of variant C"},
	OpUnpackAs: {"unpack.as", Window, Src, Tagged, false, "as unpack, of a value that must be of the variant C; another one is a run-time error"},
	OpLook:     {"look", Window, Src, Tagged, false, "as unpack.as, of a value that lives on"},
	OpPeek:     {"peek", Dst, Src, FieldOf, false, "as get, of a field that is only looked at while the value lives"},
	OpRemake:   {"remake", Window, Tagged, Src, false, "slot C = variant B of the fields from slot A up; the object that slot C holds, which unpack has left there, becomes the new one if nobody else has it"},
	OpPut:      {"put", Window, Src, FieldOf, false, "the value in slot A, of which the fields have been unpacked, with field C replaced by B"},
	OpPart:     {"part", Dst, Src, FieldOf, false, "as unpack.as, of field C only"},
	OpGet:      {"get", Dst, Src, FieldOf, false, "A = the field C of the value B, which lives on; a value of another variant is a run-time error"},
	OpAccess:   {"access", Window, Tagged, Count, false, "slot A = field C of the value of variant B in slot A; another variant is a run-time error"},
	OpMatch:    {"match", Src, Arms, None, true, "go on where table B says for the variant of A; none is a run-time error"},
	OpField:    {"field", Dst, SrcVariant, Count, false, "A = field C of the variant value B"},
	OpUnpack:   {"unpack", Window, SrcVariant, Tagged, false, "slots A up = the fields of the variant B, which ends here, of the kinds that variant C declares; if they are not, the function goes on in checked code"},

	OpIsolate:       {"isolate", DstInt, Height, None, false, "what is called from here on sees a stack that starts B slots up; A keeps where it started before"},
	OpRejoin:        {"rejoin", SrcInt, None, None, false, "undo isolate"},
	OpListLength:    {"list.length", DstInt, Src, None, false, "A = number of elements of the list B; another value is a run-time error"},
	OpListGet:       {"list.get", Dst, Src, SrcInt, false, "A = element C of the list B; 0 outside or if B is none"},
	OpListGetInt:    {"list.get.int", DstInt, Src, SrcInt, false, "as list.get; if it is no Int, the function goes on in checked code"},
	OpListGetFloat:  {"list.get.float", DstFloat, Src, SrcInt, false, "as list.get; if it is no Float, the function goes on in checked code"},
	OpListNextTake:  {"list.next.take", Dst, Src, SrcInt, false, "as list.next, of a list that is not looked at any more but by this instruction"},
	OpListSetImm:    {"list.set.imm", Window, SrcInt, Imm, false, "the list in slot A with element B replaced by the Int C, if it has one"},
	OpListTake:      {"list.take", Dst, Src, SrcInt, false, "as list.get, of an element that is replaced before anybody looks at the list again"},
	OpListNext:      {"list.next", Dst, Src, SrcInt, false, "A = element C of the list B and C = C + 1, and the jump that follows is skipped; at the end of the list nothing"},
	OpListNextInt:   {"list.next.int", DstInt, Src, SrcInt, false, "as list.next; if it is no Int, the function goes on in checked code"},
	OpListNextFloat: {"list.next.float", DstFloat, Src, SrcInt, false, "as list.next; if it is no Float, the function goes on in checked code"},
	OpListHas:       {"list.has", DstBool, Src, SrcInt, false, "A = has the list B an element C?"},
	OpListPush:      {"list.push", DstVariant, Src, Src, false, "A = the list B with C appended"},
	OpListSet:       {"list.set", Window, SrcInt, Src, false, "the list in slot A with element B replaced by C, if it has one"},
	OpListElement:   {"list.element", Dst, Src, SrcInt, false, "A = element C of the list B"},
	OpListAppend:    {"list.append", Src, Src, None, false, "append B to the list under construction A"},
	OpListResult:    {"list.result", Dst, Src, None, false, "A = an empty list under construction with the tag of B"},
	OpListReuse:     {"list.reuse", Dst, Src, None, false, "as list.result, of a list that only list.next looks at from here on: what is under construction may lie in its place"},
	OpListDone:      {"list.done", DstVariant, Src, None, false, "A = the list that was constructed in B; nothing can be appended to it any more"},

	OpMapEntries: {"map.entries", DstVariant, Src, None, false, "A = the list of the keys and values of the map B in turn; another value is a run-time error"},

	OpCondStart: {"cond.start", None, None, None, false, "take the count and the clauses of cond off the stack"},
	OpCondNext:  {"cond.next", None, None, None, false, "run the next predicate; none left is a run-time error"},
	OpCondTest:  {"cond.test", None, None, Target, true, "go on with the body if the predicate left true, else go to C"},

	OpNoClause: {"no-clause", Src, Flag, Imm, true, "run-time error: none of the C predicates of cond was true; if B, for the value A"},

	OpSpawn: {"spawn", Height, Count, None, false, "start a strand with the quotation in slot A on a copy of the stack below it; B inputs leave this stack; the id is on top"},

	OpWeave:    {"weave", Height, None, None, false, "slot A = a weave of the quotation in slot A on a copy of the stack below it"},
	OpResume:   {"resume", Window, None, None, false, "go on with the weave in slot A, which gets slot A+1; behind, slot A+1 is what it yielded and A+2 whether it did"},
	OpYield:    {"yield", Window, None, None, false, "give slot A+1 to who resumed the weave whose context is slot A; behind, slot A+1 is what the next resume brought"},
	OpCancel:   {"cancel", Window, None, None, false, "end the weave in slot A"},
	OpWeaveEnd: {"weave.end", None, None, None, true, "end of a weave's body"},

	OpDump:  {"dump", Height, Word, None, false, "hand the stack, A slots high in this frame, to the built-in B and empty it"},
	OpCount: {"count", None, None, None, false, "count an entry into this function; its first instruction or none"},

	OpCover: {"cover", Count, None, None, false, "count that control came to point A of the module's coverage"},

	OpHalt:    {"halt", None, None, None, true, "end of the strand"},
	OpChecked: {"checked", None, None, None, false, "as the original instruction here, after a check of the kinds it trusts"},
	OpGuarded: {"guarded", None, None, None, false, "as checked, after the guards that stand here"},
	OpCounted: {"counted", None, None, None, false, "as the original instruction here, after the tail calls that are gone here have been counted"},

	OpGuard:    {"guard", Src, KindOf, None, false, "in checked code: run-time error unless A is of kind B"},
	OpTailGone: {"tail.gone", None, None, None, false, "a tail call in whose place the code stands that follows"},
}

// Info returns the row of an opcode; OpInvalid's for one that does not exist.
func (op Op) Info() *Info {
	if op >= opCount {
		op = OpInvalid
	}
	return &Table[op]
}

func (op Op) String() string { return op.Info().Name }
