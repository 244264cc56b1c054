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
	OpIntAndImm
	OpIntOrImm
	OpIntXorImm
	OpIntShlImm
	OpIntShrImm
	OpIntShlOfImm

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
	OpFrameUp
	OpFrameToTop

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

	// Unions. Of the instructions that read fields, "field" fetches one and "fields" all; take
	// ends the value, after get it lives on, and peek only looks at the field while it does.
	// They check the variant, but where the name ends in "known": there a match has done it.
	OpMake
	OpShare
	OpIs
	OpFieldTakeInPlace
	OpMatch
	OpFieldTakeKnown
	OpFieldsTakeKnown
	OpFieldsGetKnown
	OpFieldsTake
	OpFieldsGet
	OpFieldsPeek
	OpRemake
	OpFieldPut
	OpFieldTake
	OpFieldGet
	OpFieldPeek
	OpFieldGetKnown
	OpMatchOr

	// Quotations run by list words: frames of the VM, so that they can suspend.
	OpIsolate
	OpRejoin
	OpListLength
	OpListGet
	OpListGetInt
	OpListGetFloat
	OpListGetBool
	OpListPeek
	OpListNext
	OpListNextTake
	OpListNextPeek
	OpListNextInt
	OpListNextFloat
	OpListNextBool
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
	OpListOwn
	OpListClone
	OpMapEntries

	// cond with clauses on the stack.
	OpCondStart
	OpCondNext
	OpCondTest
	OpNoClause

	// Errors as values.
	OpTry
	OpTryEnd

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
	// OpMoveBuiltin runs the move that stands here in the original code and the call of a
	// built-in word behind it; OpMovesBuiltin two moves and the call.
	OpMoveBuiltin
	OpMovesBuiltin
	// OpNative goes on in machine code, at entry A of the program's.
	OpNative
	// OpStop runs the instruction that stands here in the original code, after a debugger has been told of it.
	OpStop

	// OpGuard and OpTailGone are what the compiler notes in the code on its way: they
	// become Func.Guards and Func.TailsGone.
	OpGuard
	OpTailGone

	opCount
)

// Operand says what an operand of an instruction is.
type Operand uint8

// The forms of operands. Src is a slot that is read and whose value may be held elsewhere behind the instruction;
// Look one whose value the instruction only looks
// at: what the slot holds is neither changed nor held anywhere else behind it, or if so, marked as held
// twice. Dst is a slot that is written, InOut one that is read and then written. A kind behind it is what the instruction trusts to be in
// a slot that it reads and what it leaves in one that it writes.
const (
	None Operand = iota
	Src
	SrcInt
	SrcFloat
	SrcFloats // three Floats: the slot and the two below
	SrcBool
	SrcVariant   // what match leaves behind in its arms
	SrcAsVariant // a slot of which the instruction itself checks that it holds a Variant
	SrcCounter   // an Int that counts for the compiler: no value of the program
	Look
	LookVariant   // as SrcVariant
	LookAsVariant // as SrcAsVariant
	Dst
	DstInt
	DstFloat
	DstBool
	DstVariant
	InOut
	InOutKept // of the same kind behind as before
	InOutInt
	InOutFloat
	InOutFloats
	InOutVariant // whatever it holds before: a Variant behind
	InOutCounter
	DstBuilder  // a list under construction begins in the slot
	LookBuilder // one goes on there
	EndBuilder  // it ends: the slot is empty behind
	Imm         // an Int in the instruction
	Flag        // 0 or 1
	Constant    // index of a constant
	Function    // index of a function
	Word        // index of a built-in word
	Tagged      // index of a variant
	FieldNumber // of the value that the instruction reads
	FieldOf     // a field of a variant (FieldOperand)
	Arms        // index of a match table
	Target      // a place in the function, relative to the next instruction
	Count       // a number of values
	Window      // the first of several slots: the row's Reads and Writes say which are read and written
	Height      // a number of slots in use: the slot above the top
	KindOf      // a kind of value
	operandCount
)

// form is the row of an operand's form.
type form struct {
	reads, writes  bool
	looks          bool  // reads, and only looks
	gives          bool  // what is read may be held elsewhere behind, and be changed there
	keeps          bool  // what is written is of the kind of what was read
	ends           bool  // no value is left in the slot
	trusts, leaves Kind  // KindAny: nothing
	slots          int32 // how many, from the slot down
}

// forms has those of slots; other operands are no slots.
var forms = [operandCount]form{
	Src:           {reads: true, gives: true, slots: 1},
	SrcInt:        {reads: true, slots: 1, trusts: KindInt, leaves: KindInt},
	SrcFloat:      {reads: true, slots: 1, trusts: KindFloat, leaves: KindFloat},
	SrcFloats:     {reads: true, slots: 3, trusts: KindFloat, leaves: KindFloat},
	SrcBool:       {reads: true, slots: 1, trusts: KindBool, leaves: KindBool},
	SrcVariant:    {reads: true, slots: 1, trusts: KindVariant, leaves: KindVariant},
	SrcAsVariant:  {reads: true, slots: 1, leaves: KindVariant},
	SrcCounter:    {reads: true, slots: 1, trusts: KindInt, leaves: KindInt},
	Look:          {reads: true, looks: true, slots: 1},
	LookVariant:   {reads: true, looks: true, slots: 1, trusts: KindVariant, leaves: KindVariant},
	LookAsVariant: {reads: true, looks: true, slots: 1, leaves: KindVariant},
	Dst:           {writes: true, slots: 1},
	DstInt:        {writes: true, slots: 1, leaves: KindInt},
	DstFloat:      {writes: true, slots: 1, leaves: KindFloat},
	DstBool:       {writes: true, slots: 1, leaves: KindBool},
	DstVariant:    {writes: true, slots: 1, leaves: KindVariant},
	InOut:         {reads: true, writes: true, slots: 1},
	InOutKept:     {reads: true, writes: true, keeps: true, slots: 1},
	InOutInt:      {reads: true, writes: true, slots: 1, trusts: KindInt, leaves: KindInt},
	InOutFloat:    {reads: true, writes: true, slots: 1, trusts: KindFloat, leaves: KindFloat},
	InOutFloats:   {reads: true, writes: true, slots: 3, trusts: KindFloat, leaves: KindFloat},
	InOutVariant:  {reads: true, writes: true, slots: 1, leaves: KindVariant},
	InOutCounter:  {reads: true, writes: true, slots: 1, trusts: KindInt, leaves: KindInt},
	DstBuilder:    {writes: true, slots: 1, leaves: KindBuilder},
	LookBuilder:   {reads: true, looks: true, slots: 1, trusts: KindBuilder, leaves: KindBuilder},
	EndBuilder:    {reads: true, writes: true, ends: true, slots: 1, trusts: KindBuilder},
}

// Reads tells whether the operand is a slot that the instruction reads.
func (o Operand) Reads() bool { return forms[o].reads }

// Looks tells whether the instruction only looks at the slot.
func (o Operand) Looks() bool { return forms[o].looks }

// Writes tells whether the operand is a slot that the instruction writes.
func (o Operand) Writes() bool { return forms[o].writes }

// Keeps tells whether what the instruction writes to the slot is of the same kind as what it has read there.
func (o Operand) Keeps() bool { return forms[o].keeps }

// Trusts is the kind that the instruction relies on in a slot that it reads; KindAny: none.
func (o Operand) Trusts() Kind { return forms[o].trusts }

// Slots is how many slots the operand names, from it down; 0 if it is none.
func (o Operand) Slots() int32 { return forms[o].slots }

// Leaves is the kind that is certain of the slot behind the instruction; KindAny: none.
func (o Operand) Leaves() Kind { return forms[o].leaves }

// Flow says where control goes from an instruction; Successors has the places.
type Flow uint8

// The forms of control flow.
const (
	Next        Flow = iota // on to the next instruction
	Branch                  // to the Target, or on to the next
	Goto                    // to the Target
	GotoOrLeave             // to the Target, or out of the function
	Leave                   // out of the function
	Choose                  // to an arm of the match table
	Step                    // over the next instruction; or, with nothing done and nothing written, on to it
	OverTwo                 // over the next two instructions
	flowCount
)

// flows says of each form which ways there are.
var flows = [flowCount]struct {
	target bool    // to the Target
	table  bool    // to the arms of the match table
	behind []int32 // instructions further, from the next one on
}{
	Next:        {behind: []int32{0}},
	Branch:      {target: true, behind: []int32{0}},
	Goto:        {target: true},
	GotoOrLeave: {target: true},
	Choose:      {table: true},
	Step:        {behind: []int32{0, 1}},
	OverTwo:     {behind: []int32{2}},
}

// Traits are what else must be known of an instruction.
type Traits uint16

// The traits.
const (
	// Stops: a strand can stop, wait or give way here, so all that it goes on with must be
	// in its slots. Only these go back: no loop escapes a stop.
	Stops Traits = 1 << iota
	// Calls: other code of the program runs, in a frame above the arguments or, if the
	// instruction leaves the function, in place of this one. Code that observes the stack may
	// change all slots of this frame; then the frame goes on in checked code.
	Calls
	// Unnamed: it may read and write slots of the frame, and values below the frame,
	// that Effects does not name.
	Unnamed
	// LooksBelow: it looks at values below the frame.
	LooksBelow
	// Observes: it, or code that it calls, may look at all values below slot A.
	Observes
	// Marks: what slot A holds is marked as held more than once behind it.
	Marks
	// MovesFrame: slots have other numbers behind it.
	MovesFrame
	// Restarts: the function starts again: a tail call of itself.
	Restarts
	// Speculates: values that it leaves may be of another kind than Leaves of the operand or
	// Kinds say. That is the guard: if they are, the function goes on in checked code.
	Speculates
	// Moves: A is what B was, of whatever kind.
	Moves
	// Fused: it does the work of several words, so its operands are not the inputs of one.
	Fused
	// Prepares: where another instruction follows for the same word, it only makes an
	// input of that word.
	Prepares
	// Mutates: it may change an object that a slot holds in place.
	Mutates
	// Internal: it stands in no module: the compiler or the VM makes it for itself.
	Internal
)

// Info is the row of an opcode in the table: all that is known of the instruction without
// executing it. Operands that are slots say for themselves whether they are read, written
// and trusted; Reads and Writes are for what no operand names.
type Info struct {
	Name    string
	A, B, C Operand

	Reads  func(*Module, Instr) Run // slots that it reads besides; nil: none
	Writes func(*Module, Instr) Run // slots that it writes besides; nil: none
	Looks  func(*Module, Instr) Run // the first ones of Reads, if it only looks at those; nil: at none
	// Leaves are the slots that hold values behind it, of those that it writes besides; nil: all, unless Writes goes on above the frame.
	// That may depend on what stands behind the instruction.
	Leaves func(m *Module, in, behind Instr) Run
	// Kinds are those of the values that it leaves, from the start of Writes, or from slot
	// A if that is nil; nil: the forms of the operands say all.
	Kinds func(*Module, Instr) []Kind
	// Demands are kinds that it relies on besides, from a slot on, which may lie below the frame:
	// those that it gives values to trust them.
	Demands func(*Module, Instr) (first int32, kinds []Kind)
	// Promises are kinds that the values from slot 0 on must have, as the function's own
	// signature says.
	Promises func(*Func, Instr) []Kind

	Flow   Flow
	Follow []Op // one of these must stand behind it; nil: anything
	Behind []Op // it must stand behind one of these, and control comes to it from there only; nil: anything
	Traits Traits
	// Plain is the instruction that this one is a form of which trusts more; OpInvalid: none.
	Plain Op
	// Copying is what stands in place of this instruction in a module that is not
	// Linear, because it relies on that; OpInvalid: itself.
	Copying Op

	Doc string
}

// Has tells whether an instruction has any of some traits.
func (i *Info) Has(t Traits) bool { return i.Traits&t != 0 }

// Ends tells whether control never goes on to what stands behind the instruction.
func (i *Info) Ends() bool { return flows[i.Flow].behind == nil }

// Operands are the forms of A, B and C.
func (i *Info) Operands() [3]Operand { return [...]Operand{i.A, i.B, i.C} }

// Table describes every opcode, by opcode. It must not be changed.
var Table = [opCount]Info{
	OpInvalid: {Name: "invalid", Flow: Leave, Traits: Internal, Doc: "never executed; what zeroed code decodes to"},

	OpMove:  {Name: "move", A: Dst, B: Src, Traits: Moves, Copying: OpCopy, Doc: "A = B, which is not used any more or only looked at"},
	OpCopy:  {Name: "copy", A: Dst, B: Src, Traits: Moves, Doc: "A = B, held twice from now on: it must not be changed in place"},
	OpInt:   {Name: "int", A: DstInt, B: Imm, Doc: "A = the Int B"},
	OpBool:  {Name: "bool", A: DstBool, B: Flag, Doc: "A = the Bool B"},
	OpConst: {Name: "const", A: Dst, B: Constant, Kinds: constantKind, Doc: "A = constant B"},
	OpClosure: {Name: "closure", A: Window, B: Function, C: Count, Reads: captures, Writes: one, Kinds: aQuotation, Demands: ofCaptures,
		Doc: "A = closure of function B over the C values from slot A up"},

	OpIntAdd:        {Name: "int.add", A: DstInt, B: SrcInt, C: SrcInt, Doc: "A = B + C"},
	OpIntSub:        {Name: "int.sub", A: DstInt, B: SrcInt, C: SrcInt, Doc: "A = B - C"},
	OpIntMul:        {Name: "int.mul", A: DstInt, B: SrcInt, C: SrcInt, Doc: "A = B * C"},
	OpIntDiv:        {Name: "int.div", A: DstInt, B: SrcInt, C: SrcInt, Doc: "A = B / C toward zero, 0 if C is 0"},
	OpIntMod:        {Name: "int.mod", A: DstInt, B: SrcInt, C: SrcInt, Doc: "A = remainder of B / C with the sign of B, 0 if C is 0"},
	OpIntAddImm:     {Name: "int.add.imm", A: DstInt, B: SrcInt, C: Imm, Doc: "A = B + the Int C"},
	OpIntSubFromImm: {Name: "int.rsub.imm", A: DstInt, B: SrcInt, C: Imm, Doc: "A = the Int C - B"},
	OpIntMulImm:     {Name: "int.mul.imm", A: DstInt, B: SrcInt, C: Imm, Doc: "A = B * the Int C"},
	OpIntDivImm:     {Name: "int.div.imm", A: DstInt, B: SrcInt, C: Imm, Doc: "A = B / the Int C, which is not 0"},
	OpIntModImm:     {Name: "int.mod.imm", A: DstInt, B: SrcInt, C: Imm, Doc: "A = remainder of B / the Int C, which is not 0"},
	OpIntNeg:        {Name: "int.neg", A: DstInt, B: SrcInt, Doc: "A = -B"},
	OpIntAnd:        {Name: "int.and", A: DstInt, B: SrcInt, C: SrcInt, Doc: "A = B and C, bit by bit"},
	OpIntOr:         {Name: "int.or", A: DstInt, B: SrcInt, C: SrcInt, Doc: "A = B or C, bit by bit"},
	OpIntXor:        {Name: "int.xor", A: DstInt, B: SrcInt, C: SrcInt, Doc: "A = B exclusive or C, bit by bit"},
	OpIntNot:        {Name: "int.not", A: DstInt, B: SrcInt, Doc: "A = -B - 1"},
	OpIntShl:        {Name: "int.shl", A: DstInt, B: SrcInt, C: SrcInt, Doc: "A = B shifted left by C"},
	OpIntShr:        {Name: "int.shr", A: DstInt, B: SrcInt, C: SrcInt, Doc: "A = B shifted right by C, zeros from the left"},
	OpIntAndImm:     {Name: "int.and.imm", A: DstInt, B: SrcInt, C: Imm, Doc: "A = B and the Int C, bit by bit"},
	OpIntOrImm:      {Name: "int.or.imm", A: DstInt, B: SrcInt, C: Imm, Doc: "A = B or the Int C, bit by bit"},
	OpIntXorImm:     {Name: "int.xor.imm", A: DstInt, B: SrcInt, C: Imm, Doc: "A = B exclusive or the Int C, bit by bit"},
	OpIntShlImm:     {Name: "int.shl.imm", A: DstInt, B: SrcInt, C: Imm, Doc: "A = B shifted left by the Int C"},
	OpIntShrImm:     {Name: "int.shr.imm", A: DstInt, B: SrcInt, C: Imm, Doc: "A = B shifted right by the Int C, zeros from the left"},
	OpIntShlOfImm:   {Name: "int.rshl.imm", A: DstInt, B: SrcInt, C: Imm, Doc: "A = the Int C shifted left by B"},

	OpIntEq:    {Name: "int.eq", A: DstBool, B: SrcInt, C: SrcInt, Doc: "A = B equals C"},
	OpIntNe:    {Name: "int.ne", A: DstBool, B: SrcInt, C: SrcInt, Doc: "A = B differs from C"},
	OpIntLt:    {Name: "int.lt", A: DstBool, B: SrcInt, C: SrcInt, Doc: "A = B < C"},
	OpIntLe:    {Name: "int.le", A: DstBool, B: SrcInt, C: SrcInt, Doc: "A = B <= C"},
	OpIntEqImm: {Name: "int.eq.imm", A: DstBool, B: SrcInt, C: Imm, Doc: "A = B equals the Int C"},
	OpIntNeImm: {Name: "int.ne.imm", A: DstBool, B: SrcInt, C: Imm, Doc: "A = B differs from the Int C"},
	OpIntLtImm: {Name: "int.lt.imm", A: DstBool, B: SrcInt, C: Imm, Doc: "A = B < the Int C"},
	OpIntLeImm: {Name: "int.le.imm", A: DstBool, B: SrcInt, C: Imm, Doc: "A = B <= the Int C"},
	OpIntGtImm: {Name: "int.gt.imm", A: DstBool, B: SrcInt, C: Imm, Doc: "A = B > the Int C"},
	OpIntGeImm: {Name: "int.ge.imm", A: DstBool, B: SrcInt, C: Imm, Doc: "A = B >= the Int C"},

	OpFloatAdd: {Name: "float.add", A: DstFloat, B: SrcFloat, C: SrcFloat, Doc: "A = B + C"},
	OpFloatSub: {Name: "float.sub", A: DstFloat, B: SrcFloat, C: SrcFloat, Doc: "A = B - C"},
	OpFloatMul: {Name: "float.mul", A: DstFloat, B: SrcFloat, C: SrcFloat, Doc: "A = B * C"},
	OpFloatDiv: {Name: "float.div", A: DstFloat, B: SrcFloat, C: SrcFloat, Doc: "A = B / C"},
	OpFloatMulAdd3: {Name: "float.mul-add.3", A: InOutFloats, B: SrcFloats, C: SrcFloat, Flow: OverTwo, Traits: Fused, Plain: OpFloatMulAdd,
		Doc: "the three mul-adds that stand here, of slots that go down by one and the same C; over the two that follow"},
	OpFloatMulAdd: {Name: "float.mul-add", A: InOutFloat, B: SrcFloat, C: SrcFloat, Traits: Fused, Doc: "A = A + B * C, each rounded"},
	OpFloatMulSub: {Name: "float.mul-sub", A: InOutFloat, B: SrcFloat, C: SrcFloat, Traits: Fused, Doc: "A = A - B * C, each rounded"},
	OpFloatSqrt:   {Name: "float.sqrt", A: DstFloat, B: SrcFloat, Doc: "A = square root of B"},
	OpFloatEq:     {Name: "float.eq", A: DstBool, B: SrcFloat, C: SrcFloat, Doc: "A = B equals C"},
	OpFloatNe:     {Name: "float.ne", A: DstBool, B: SrcFloat, C: SrcFloat, Doc: "A = B differs from C"},
	OpFloatLt:     {Name: "float.lt", A: DstBool, B: SrcFloat, C: SrcFloat, Doc: "A = B < C"},
	OpFloatLe:     {Name: "float.le", A: DstBool, B: SrcFloat, C: SrcFloat, Doc: "A = B <= C"},
	OpIntToFloat:  {Name: "int.to-float", A: DstFloat, B: SrcInt, Doc: "A = B as a Float"},

	OpBoolAnd: {Name: "bool.and", A: DstBool, B: SrcBool, C: SrcBool, Doc: "A = B and C"},
	OpBoolOr:  {Name: "bool.or", A: DstBool, B: SrcBool, C: SrcBool, Doc: "A = B or C"},
	OpBoolNot: {Name: "bool.not", A: DstBool, B: SrcBool, Doc: "A = not B"},

	OpJump:           {Name: "jump", C: Target, Flow: Goto, Doc: "go to C"},
	OpJumpBack:       {Name: "jump.back", C: Target, Flow: Goto, Traits: Stops, Doc: "go back to C; the strand can be stopped here"},
	OpJumpTrue:       {Name: "jump.true", A: SrcBool, C: Target, Flow: Branch, Doc: "go to C if A"},
	OpJumpFalse:      {Name: "jump.false", A: SrcBool, C: Target, Flow: Branch, Doc: "go to C if not A"},
	OpJumpIntEq:      {Name: "jump.int.eq", A: SrcInt, B: SrcInt, C: Target, Flow: Branch, Doc: "go to C if A equals B"},
	OpJumpIntNe:      {Name: "jump.int.ne", A: SrcInt, B: SrcInt, C: Target, Flow: Branch, Doc: "go to C if A differs from B"},
	OpJumpIntLt:      {Name: "jump.int.lt", A: SrcInt, B: SrcInt, C: Target, Flow: Branch, Doc: "go to C if A < B"},
	OpJumpIntLe:      {Name: "jump.int.le", A: SrcInt, B: SrcInt, C: Target, Flow: Branch, Doc: "go to C if A <= B"},
	OpJumpIntEqImm:   {Name: "jump.int.eq.imm", A: SrcInt, B: Imm, C: Target, Flow: Branch, Doc: "go to C if A equals the Int B"},
	OpJumpIntNeImm:   {Name: "jump.int.ne.imm", A: SrcInt, B: Imm, C: Target, Flow: Branch, Doc: "go to C if A differs from the Int B"},
	OpJumpIntLtImm:   {Name: "jump.int.lt.imm", A: SrcInt, B: Imm, C: Target, Flow: Branch, Doc: "go to C if A < the Int B"},
	OpJumpIntLeImm:   {Name: "jump.int.le.imm", A: SrcInt, B: Imm, C: Target, Flow: Branch, Doc: "go to C if A <= the Int B"},
	OpJumpIntGtImm:   {Name: "jump.int.gt.imm", A: SrcInt, B: Imm, C: Target, Flow: Branch, Doc: "go to C if A > the Int B"},
	OpJumpIntGeImm:   {Name: "jump.int.ge.imm", A: SrcInt, B: Imm, C: Target, Flow: Branch, Doc: "go to C if A >= the Int B"},
	OpJumpFloatEq:    {Name: "jump.float.eq", A: SrcFloat, B: SrcFloat, C: Target, Flow: Branch, Doc: "go to C if A equals B"},
	OpJumpFloatNe:    {Name: "jump.float.ne", A: SrcFloat, B: SrcFloat, C: Target, Flow: Branch, Doc: "go to C if A differs from B"},
	OpJumpFloatLt:    {Name: "jump.float.lt", A: SrcFloat, B: SrcFloat, C: Target, Flow: Branch, Doc: "go to C if A < B"},
	OpJumpFloatLe:    {Name: "jump.float.le", A: SrcFloat, B: SrcFloat, C: Target, Flow: Branch, Doc: "go to C if A <= B"},
	OpJumpFloatNotLt: {Name: "jump.float.not-lt", A: SrcFloat, B: SrcFloat, C: Target, Flow: Branch, Doc: "go to C unless A < B (also for NaN)"},
	OpJumpFloatNotLe: {Name: "jump.float.not-le", A: SrcFloat, B: SrcFloat, C: Target, Flow: Branch, Doc: "go to C unless A <= B (also for NaN)"},

	OpCheck:  {Name: "check", A: Look, B: KindOf, Kinds: kindB, Doc: "run-time error unless A is of kind B"},
	OpExpect: {Name: "expect", A: Height, Behind: []Op{OpCall, OpCallOpen, OpCallQuotation}, Doc: "run-time error unless the call before left the stack A slots high"},
	OpReach: {Name: "reach", A: Count, Writes: all, Traits: Unnamed | MovesFrame,
		Doc: "take A values from below the frame into it: they become slots 0 to A-1; underflow is a run-time error"},
	OpFrameUp:    {Name: "frame.up", A: Height, Writes: all, Traits: Observes | Unnamed | MovesFrame, Doc: "start the frame A slots higher: its height is no longer known"},
	OpFrameToTop: {Name: "frame.top", Writes: all, Behind: []Op{OpCall, OpCallOpen, OpCallUnknown, OpDump}, Traits: Unnamed | MovesFrame, Doc: "start the frame where the call before left the top of the stack"},

	OpCall: {Name: "call", A: Window, B: Function, Reads: arguments, Writes: above, Leaves: leftByCallee, Kinds: functionResults, Demands: ofArguments, Traits: Stops | Calls,
		Doc: "call function B, which takes and leaves what it declares"},
	OpCallOpen: {Name: "call.open", A: Height, B: Function, Writes: all, Leaves: leftInFrame, Demands: ofTop, Follow: []Op{OpExpect, OpFrameToTop}, Traits: Observes | Stops | Calls | Unnamed,
		Doc: "call function B on a stack A slots high; it may reach below its inputs and leave any number of values"},
	OpTail: {Name: "tail", A: Window, B: Function, Reads: arguments, Writes: above, Demands: ofArguments, Promises: resultsBelowA, Flow: Leave, Traits: Stops | Calls,
		Doc: "go on with function B in place of this one, its arguments from slot A up"},
	OpTailOpen: {Name: "tail.open", A: Height, B: Function, Writes: all, Demands: ofTop, Flow: Leave, Traits: Observes | Stops | Calls | Unnamed,
		Doc: "go on with function B in place of this one, on a stack A slots high"},
	OpLoop: {Name: "loop", C: Target, Promises: parameters, Flow: Goto, Traits: Stops | Restarts,
		Doc: "go on at C, the start of this function behind the constants that it keeps in slots: a tail call of itself"},
	OpIntAddSlotLoop: {Name: "int.add.slot.loop", A: InOutInt, B: SrcInt, C: Target, Promises: parameters, Flow: Goto, Traits: Stops | Restarts | Fused,
		Doc: "A = A + B, then as loop"},
	OpIntAddLoop: {Name: "int.add.loop", A: InOutInt, B: Imm, C: Target, Promises: parameters, Flow: Goto, Traits: Stops | Restarts | Fused,
		Doc: "A = A + the Int B, then as loop"},
	OpReturn:  {Name: "return", A: Height, Reads: belowHeight, Promises: results, Flow: Leave, Doc: "return with A values from slot 0 up"},
	OpBuiltin: {Name: "builtin", A: Window, B: Word, Reads: inputs, Writes: inputsAndOutputs, Leaves: outputs, Kinds: wordResults, Traits: Stops, Doc: "run the built-in word B"},
	OpCallQuotation: {Name: "call.quotation", A: Height, B: Count, C: Count, Reads: quotationAndInputs, Writes: aboveInputs, Leaves: leftByQuotation, Follow: []Op{OpExpect}, Traits: Observes | Stops | Calls | Unnamed,
		Doc: "run the quotation in slot A, above its B inputs; it leaves C values"},
	OpCallUnknown: {Name: "call.unknown", A: Height, Reads: one, Writes: all, Leaves: leftInFrame, Follow: []Op{OpFrameToTop}, Traits: Observes | Stops | Calls | Unnamed,
		Doc: "run the quotation in slot A, of which nothing is known"},
	OpTailQuotation: {Name: "tail.quotation", A: Height, Reads: one, Writes: all, Flow: Leave, Traits: Observes | Stops | Calls | Unnamed,
		Doc: "go on with the quotation in slot A in place of this function"},
	OpSelect: {Name: "select", A: Window, Reads: three, Writes: one, Demands: aBool, Doc: "slot A = slot A+1 if the Bool in slot A is true, else slot A+2"},

	OpAuxPush: {Name: "aux.push", A: Src, Traits: Marks, Doc: "move A to the aux stack"},
	OpAuxPop:  {Name: "aux.pop", A: Dst, B: KindOf, Kinds: kindB, Traits: Prepares, Doc: "move the top of the aux stack to A; it must be of kind B"},

	OpPickDeep: {Name: "pick.deep", A: Dst, B: Count, Traits: LooksBelow, Doc: "A = the value B slots below the frame; underflow is a run-time error"},
	OpPickAt:   {Name: "pick.at", A: Window, Reads: one, Writes: one, Demands: anInt, Traits: Observes | Unnamed, Doc: "slot A holds an index: replace it by the value so deep below it"},
	OpRollAt:   {Name: "roll.at", A: Window, Reads: one, Demands: anInt, Writes: all, Leaves: belowA, Traits: Observes | Unnamed, Doc: "slot A holds an index: remove it and move the value so deep to the top"},

	OpMake:  {Name: "make", A: Window, B: Tagged, Reads: fieldsOfB, Writes: one, Kinds: aVariant, Doc: "slot A = variant B of the fields from slot A up"},
	OpShare: {Name: "share", A: Look, Traits: Marks, Doc: "mark what slot A holds as held more than once"},
	OpIs:    {Name: "is", A: DstBool, B: Look, C: Tagged, Doc: "A = B is a value of variant C"},
	OpFieldsTake: {Name: "fields.take", A: Window, B: SrcAsVariant, C: Tagged, Writes: fieldsOfC, Kinds: kindsOfC, Traits: Speculates | Prepares,
		Doc: "slots A up = the fields of B, which ends here; a value of another variant than C is a run-time error"},
	OpFieldsGet: {Name: "fields.get", A: Window, B: LookAsVariant, C: Tagged, Writes: fieldsOfC, Kinds: kindsOfC, Traits: Speculates | Prepares,
		Doc: "as fields.take, of a value that lives on"},
	OpFieldsPeek: {Name: "fields.peek", A: Window, B: LookAsVariant, C: Tagged, Writes: fieldsOfC, Kinds: kindsOfC, Traits: Speculates | Prepares, Copying: OpFieldsGet,
		Doc: "as fields.get, of fields that are only looked at while the value lives"},
	OpFieldPeek: {Name: "field.peek", A: Dst, B: LookAsVariant, C: FieldOf, Kinds: kindOfField, Traits: Speculates | Prepares, Copying: OpFieldGet,
		Doc: "as field.get, of a field that is only looked at while the value lives"},
	OpRemake: {Name: "remake", A: Window, B: Tagged, C: InOutVariant, Reads: fieldsOfB, Traits: Mutates, Doc: "slot C = variant B of the fields from slot A up; the object that slot C holds, which fields.take has left there, becomes the new one if nobody else has it"},
	OpFieldPut: {Name: "field.put", A: InOutVariant, B: Src, C: FieldOf, Traits: Prepares | Mutates,
		Doc: "the value in slot A, of which the fields have been unpacked, with field C replaced by B"},
	OpFieldTake: {Name: "field.take", A: Dst, B: SrcAsVariant, C: FieldOf, Kinds: kindOfField, Traits: Speculates | Prepares, Doc: "A = the field C of the value B, which ends here; a value of another variant is a run-time error"},
	OpFieldGet: {Name: "field.get", A: Dst, B: LookAsVariant, C: FieldOf, Kinds: kindOfField, Traits: Speculates | Prepares,
		Doc: "A = the field C of the value B, which lives on; a value of another variant is a run-time error"},
	OpFieldTakeInPlace: {Name: "field.take.in-place", A: InOut, B: Tagged, C: FieldNumber, Kinds: fieldCOfB, Traits: Speculates,
		Doc: "slot A = field C of the value of variant B in slot A; a value of another variant is a run-time error"},
	OpMatch: {Name: "match", A: LookAsVariant, B: Arms, Flow: Choose, Doc: "go on where table B says for the variant of A; none is a run-time error"},
	OpMatchOr: {Name: "match.or", A: LookAsVariant, B: Tagged, C: Target, Flow: Branch,
		Doc: "go on if A is of variant B, to C if it is of another one of the same union; any other value is a run-time error"},
	OpFieldTakeKnown: {Name: "field.take.known", A: Dst, B: SrcVariant, C: FieldOf, Kinds: kindOfField, Traits: Speculates | Prepares,
		Doc: "as field.take, of a value that a match has found to be of the variant"},
	OpFieldsGetKnown: {Name: "fields.get.known", A: Window, B: LookVariant, C: Tagged, Writes: fieldsOfC, Kinds: kindsOfC, Traits: Speculates | Prepares,
		Doc: "as fields.get, of a value that a match has found to be of the variant C"},
	OpFieldGetKnown: {Name: "field.get.known", A: Dst, B: LookVariant, C: FieldOf, Kinds: kindOfField, Traits: Speculates | Prepares,
		Doc: "as field.get, of a value that a match has found to be of the variant"},
	OpFieldsTakeKnown: {Name: "fields.take.known", A: Window, B: SrcVariant, C: Tagged, Writes: fieldsOfC, Kinds: kindsOfC, Traits: Speculates | Prepares,
		Doc: "as fields.take, of a value that a match has found to be of the variant C"},

	OpIsolate:    {Name: "isolate", A: DstInt, B: Height, Doc: "what is called from here on sees a stack that starts B slots up; A keeps where it started before"},
	OpRejoin:     {Name: "rejoin", A: SrcInt, Doc: "undo isolate"},
	OpListLength: {Name: "list.length", A: DstInt, B: Look, Doc: "A = number of elements of the list B; another value is a run-time error"},
	OpListGet:    {Name: "list.get", A: Dst, B: Look, C: SrcInt, Doc: "A = element C of the list B; 0 outside or if B is none"},
	OpListGetInt: {Name: "list.get.int", A: DstInt, B: Look, C: SrcInt, Traits: Speculates, Plain: OpListGet,
		Doc: "as list.get; if it is no Int, the function goes on in checked code"},
	OpListGetFloat: {Name: "list.get.float", A: DstFloat, B: Look, C: SrcInt, Traits: Speculates, Plain: OpListGet,
		Doc: "as list.get; if it is no Float, the function goes on in checked code"},
	OpListGetBool: {Name: "list.get.bool", A: DstBool, B: Look, C: SrcInt, Traits: Speculates, Plain: OpListGet,
		Doc: "as list.get; if it is no Bool, the function goes on in checked code"},
	OpListPeek: {Name: "list.peek", A: Dst, B: Look, C: SrcInt, Copying: OpListGet,
		Doc: "as list.get, of an element that is only looked at, and while that is done nothing changes an object"},
	OpListNextTake: {Name: "list.next.take", A: Dst, B: Src, C: InOutCounter, Flow: Step, Follow: []Op{OpJump}, Copying: OpListNext,
		Doc: "as list.next, of a list that is not looked at any more but by this instruction"},
	OpListSetImm: {Name: "list.set.imm", A: InOutKept, B: SrcInt, C: Imm, Traits: Mutates, Doc: "the list in slot A with element B replaced by the Int C, if it has one"},
	OpListTake:   {Name: "list.take", A: Dst, B: Src, C: SrcInt, Copying: OpListGet, Doc: "as list.get, of an element that is replaced before anybody looks at the list again"},
	OpListNext: {Name: "list.next", A: Dst, B: Look, C: InOutCounter, Flow: Step, Follow: []Op{OpJump},
		Doc: "A = element C of the list B and C = C + 1, and the jump that follows is skipped; at the end of the list nothing"},
	OpListNextPeek: {Name: "list.next.peek", A: Dst, B: Look, C: InOutCounter, Flow: Step, Follow: []Op{OpJump}, Copying: OpListNext,
		Doc: "as list.next, of an element that is only looked at, and while that is done nothing changes an object"},
	OpListNextInt: {Name: "list.next.int", A: DstInt, B: Look, C: InOutCounter, Flow: Step, Follow: []Op{OpJump}, Traits: Speculates, Plain: OpListNext,
		Doc: "as list.next; if it is no Int, the function goes on in checked code"},
	OpListNextFloat: {Name: "list.next.float", A: DstFloat, B: Look, C: InOutCounter, Flow: Step, Follow: []Op{OpJump}, Traits: Speculates, Plain: OpListNext,
		Doc: "as list.next; if it is no Float, the function goes on in checked code"},
	OpListNextBool: {Name: "list.next.bool", A: DstBool, B: Look, C: InOutCounter, Flow: Step, Follow: []Op{OpJump}, Traits: Speculates, Plain: OpListNext,
		Doc: "as list.next; if it is no Bool, the function goes on in checked code"},
	OpListHas:     {Name: "list.has", A: DstBool, B: Look, C: SrcInt, Doc: "A = has the list B an element C?"},
	OpListPush:    {Name: "list.push", A: DstVariant, B: Src, C: Src, Traits: Mutates, Doc: "A = the list B with C appended"},
	OpListSet:     {Name: "list.set", A: InOutKept, B: SrcInt, C: Src, Traits: Mutates, Doc: "the list in slot A with element B replaced by C, if it has one"},
	OpListElement: {Name: "list.element", A: Dst, B: Look, C: SrcCounter, Doc: "A = element C of the list B"},
	OpListAppend:  {Name: "list.append", A: LookBuilder, B: Src, Traits: Mutates, Doc: "append B to the list under construction A"},
	OpListResult:  {Name: "list.result", A: DstBuilder, B: Look, Doc: "A = an empty list under construction with the tag of B"},
	OpListReuse: {Name: "list.reuse", A: DstBuilder, B: Src, Copying: OpListResult,
		Doc: "as list.result, of a list that only list.next looks at from here on: what is under construction may lie in its place"},
	OpListDone: {Name: "list.done", A: DstVariant, B: EndBuilder, Doc: "A = the list that was constructed in B; nothing can be appended to it any more"},

	OpListOwn: {Name: "list.own", A: DstVariant, B: Src, Copying: OpListClone,
		Doc: "A = the list B, which ends here: with memory of its own, and held by nobody else"},
	OpListClone: {Name: "list.clone", A: DstVariant, B: Look, Doc: "A = a list of the same elements as the list B, which nobody else holds"},

	OpMapEntries: {Name: "map.entries", A: DstVariant, B: Look, Doc: "A = the list of the keys and values of the map B in turn; another value is a run-time error"},

	OpCondStart: {Name: "cond.start", Writes: all, Traits: Unnamed | MovesFrame, Doc: "take the count and the clauses of cond off the stack"},
	OpCondNext:  {Name: "cond.next", Writes: all, Follow: []Op{OpCondTest}, Traits: Stops | Calls | Unnamed, Doc: "run the next predicate; none left is a run-time error"},
	OpCondTest: {Name: "cond.test", C: Target, Writes: all, Flow: GotoOrLeave, Behind: []Op{OpCondNext}, Traits: Stops | Calls | Unnamed | MovesFrame,
		Doc: "go on with the body if the predicate left true, else go to C"},

	OpNoClause: {Name: "no-clause", A: Window, B: Flag, C: Imm, Reads: bFromA, Flow: Leave, Doc: "run-time error: none of the C predicates of cond was true; if B, for the value A"},

	OpTry: {Name: "try", A: Height, Reads: one, Writes: all, Leaves: throughA, Follow: []Op{OpTryEnd}, Traits: Observes | Stops | Calls | Unnamed,
		Doc: "run the quotation in slot A; after a run-time error in it the strand goes on behind try.end, with the stacks as they were and :Err of the error in slot A"},
	OpTryEnd: {Name: "try.end", A: InOutVariant, Behind: []Op{OpTry}, Doc: "A = :Ok of what the quotation of the try in front has left there; run-time error unless it is the one value that it has left"},

	OpSpawn: {Name: "spawn", A: Height, B: Count, C: Flag, Reads: one, Writes: lowestInput, Kinds: aStrand, Traits: Observes | Unnamed,
		Doc: "start a strand with the quotation in slot A on a copy of the stack below it; B inputs leave this stack; on top is its id or, if C, a task"},

	OpWeave: {Name: "weave", A: Height, Reads: one, Writes: one, Traits: Observes | Unnamed, Doc: "slot A = a weave of the quotation in slot A on a copy of the stack below it"},
	OpResume: {Name: "resume", A: Window, Reads: two, Looks: one, Writes: secondAndThird, Kinds: anythingAndFlag, Traits: Stops,
		Doc: "go on with the weave in slot A, which gets slot A+1; behind, slot A+1 is what it yielded and A+2 whether it did"},
	OpYield: {Name: "yield", A: Window, Reads: two, Looks: one, Writes: second, Traits: Stops,
		Doc: "give slot A+1 to who resumed the weave whose context is slot A; behind, slot A+1 is what the next resume brought"},
	OpCancel:   {Name: "cancel", A: Window, Reads: one, Looks: one, Doc: "end the weave in slot A"},
	OpWeaveEnd: {Name: "weave.end", Flow: Leave, Traits: Internal, Doc: "end of a weave's body"},

	OpDump: {Name: "dump", A: Height, B: Word, Writes: all, Follow: []Op{OpFrameToTop}, Traits: Observes | Unnamed,
		Doc: "hand the stack, A slots high in this frame, to the built-in B and empty it"},
	OpCount: {Name: "count", Doc: "count an entry into this function; its first instruction or none"},

	OpCover: {Name: "cover", A: Count, Doc: "count that control came to point A of the module's coverage; behind its last one: show where the strand is, if a profile asks"},

	OpHalt:    {Name: "halt", Flow: Leave, Traits: Internal, Doc: "end of the strand"},
	OpChecked: {Name: "checked", Traits: Internal, Doc: "as the original instruction here, after a check of the kinds it trusts"},
	OpGuarded: {Name: "guarded", Traits: Internal, Doc: "as checked, after the guards that stand here"},
	OpCounted: {Name: "counted", Traits: Internal, Doc: "as the original instruction here, after the tail calls that are gone here have been counted"},

	OpMoveBuiltin:  {Name: "move.builtin", Traits: Internal, Doc: "as the original move here and the builtin behind it"},
	OpMovesBuiltin: {Name: "moves.builtin", Traits: Internal, Doc: "as the original move here, the move and the builtin behind it"},

	OpNative: {Name: "native", A: Count, Traits: Internal, Doc: "go on in machine code, whose entry A begins with the original instruction here"},

	OpStop: {Name: "stop", Traits: Internal, Doc: "as the original instruction here, after a debugger has been told of it"},

	OpGuard:    {Name: "guard", A: Look, B: KindOf, Traits: Internal, Doc: "in checked code: run-time error unless A is of kind B"},
	OpTailGone: {Name: "tail.gone", Traits: Internal, Doc: "a tail call in whose place the code stands that follows"},
}

// Info returns the row of an opcode; OpInvalid's for one that does not exist.
func (op Op) Info() *Info {
	if op >= opCount {
		op = OpInvalid
	}
	return &Table[op]
}

func (op Op) String() string { return op.Info().Name }
