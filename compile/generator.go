package compile

import (
	"fmt"
	"math"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/types"
)

// operand is a value of the stack at compile time: a slot, a constant or a
// virtual object that has not been made yet.
type operand struct {
	form  form
	index int32  // slot: which; pooled: index of the constant; virtual: of the object
	bits  uint64 // integer, boolean: the value
}

type form uint8

const (
	slot form = iota
	integer
	boolean
	pooled
	virtual // index: of the virtual object
	lost    // a field of a virtual object that nothing was expected to want
)

// generator makes the code of one function.
type generator struct {
	*compiler
	module int
	word   *types.Word // the word that is compiled or whose body holds this quotation
	self   int32       // the function's own index
	facts  *summary    // of a word; nil for a quotation
	outs   []bytecode.Kind

	code  []bytecode.Instr
	lines []bytecode.Line
	block int // no jump leads behind this instruction's index
	// inlining counts the words that the code being compiled stands in place of
	// and that cannot fail; origin.site is the innermost one that can, + 1.
	inlining      int
	sites         []bytecode.Site
	ends          bool            // what is compiled is the last thing in such a word
	inlined       *types.Word     // the innermost such word
	around        int32           // the place of the statement that has the body which is compiled
	objects       []virtualObject // by operand.index
	virtual       []int32         // those that something names
	speculation   speculation
	mustRecompile bool            // a guess was wrong: the function is compiled again, more cautiously
	loaded        []int32         // constants that were put into slots to be used there
	hoisted       map[int32]int32 // constants that are in slots all the time
	start         int32           // of the code behind those
	parameters    int32           // how many there are
	depth         int             // of the quotation, in others
	state
	frame  int32
	origin // of the code from here on
	places diag.Cursor
}

// known is what is known of the kind of a value.
type known struct {
	kind bytecode.Kind
	// trusted: it is what a field of an object should be. The function goes on in
	// checked code if the field is not, so no instruction has to look, but where
	// the program demands a kind, checked code has to find that out.
	trusted bool
}

// proven is a kind that is certain, in checked code as well.
func proven(k bytecode.Kind) known { return known{kind: k} }

// state is what is known at a point of the code.
type state struct {
	tokens   []reuseToken
	stack    []operand
	aux      []operand // the aux stack, and values that dip and keep hid
	uses     []int32   // by slot: how many operands name it
	kinds    []known   // by slot: what is known of the value there
	floating bool      // the height below the known values is not known
}

func (s *state) clone() state {
	return state{
		stack: append([]operand(nil), s.stack...), aux: append([]operand(nil), s.aux...),
		uses: append([]int32(nil), s.uses...), kinds: append([]known(nil), s.kinds...), floating: s.floating,
		tokens: append([]reuseToken(nil), s.tokens...),
	}
}

// fork returns what is known here, where the code branches, for resume.
func (g *generator) fork() state {
	for i := range g.tokens {
		g.track(&g.tokens[i])
	}
	return g.state.clone()
}

// resume goes on with a branch: the code since the fork is that of others.
func (g *generator) resume(s state) {
	g.state = s
	for i := range g.tokens {
		g.tokens[i].behind = len(g.code)
	}
}

func (g *generator) parameter(k bytecode.Kind) {
	g.parameters++
	s := int32(len(g.stack))
	g.touch(s)
	g.uses[s]++
	g.kinds[s] = proven(k)
	g.stack = append(g.stack, operand{form: slot, index: s})
}

// touch makes the frame large enough for a slot.
func (g *generator) touch(s int32) {
	for int32(len(g.uses)) <= s {
		g.uses = append(g.uses, 0)
		g.kinds = append(g.kinds, known{})
	}
	g.frame = max(g.frame, s+1)
}

// at sets the place that the code from here on comes from.
func (g *generator) at(pos int32, name string) {
	if g.inlining > 0 {
		return
	}
	g.line, g.column = g.places.In(g.info.Program.Modules[g.module].Source, pos)
	g.named = g.name(name)
}

// cover emits a point of coverage, if they are asked for. Supplied modules have
// none.
func (g *generator) cover(kind bytecode.CoverKind, pos int32) {
	file := g.file(g.module)
	if !g.Cover || file < 0 {
		return
	}
	point := bytecode.CoverPoint{Kind: kind, File: file, Pos: pos, Line: int32(g.lineOf(pos))}
	if kind == bytecode.CoverWord {
		point.Name = g.name(g.word.Decl.Name.Text)
	}
	g.emit(bytecode.OpCover, int32(len(g.mod.Cover)), 0, 0)
	g.mod.Cover = append(g.mod.Cover, point)
}

func (g *generator) lineOf(pos int32) int {
	line, _ := g.info.Program.Modules[g.module].Source.Position(pos)
	return line
}

func (g *generator) emit(op bytecode.Op, a, b, c int32) int {
	pc := len(g.code)
	if n := len(g.lines); n == 0 || originOf(g.lines[n-1]) != g.origin {
		if n > 0 && int(g.lines[n-1].PC) == pc {
			n--
		}
		g.lines = append(g.lines[:n], bytecode.Line{PC: int32(pc), Line: g.line, Column: g.column, Name: g.named, Site: g.site, Flipped: g.flipped})
	}
	g.code = append(g.code, bytecode.Instr{Op: op, A: a, B: b, C: c})
	return pc
}

// unemit removes the last instruction, which must belong to the current block.
func (g *generator) unemit() {
	pc := len(g.code) - 1
	g.code = g.code[:pc]
	g.eachToken(func(h *reuseToken) { h.behind = min(h.behind, pc) })
	for n := len(g.lines); n > 0 && int(g.lines[n-1].PC) >= pc; n-- {
		g.lines = g.lines[:n-1]
	}
}

// origin is where code comes from, for messages: the place, the word that is called
// there, the call that the code stands in place of, and whether the operands are in
// the other order.
type origin struct {
	line, column, named, site int32
	flipped                   bool
}

func originOf(l bytecode.Line) origin {
	return origin{line: l.Line, column: l.Column, named: l.Name, site: l.Site, flipped: l.Flipped}
}

// lastOrigin is that of the last instruction.
func (g *generator) lastOrigin() origin { return originOf(g.lines[len(g.lines)-1]) }

// emitFrom emits an instruction that comes from another place than the current one.
func (g *generator) emitFrom(o origin, op bytecode.Op, a, b, c int32) int {
	here := g.origin
	g.origin = o
	pc := g.emit(op, a, b, c)
	g.origin = here
	return pc
}

// emitFlipped emits an instruction that may have the operands in the other order than
// the word takes them.
func (g *generator) emitFlipped(flipped bool, op bytecode.Op, a, b, c int32) {
	o := g.origin
	o.flipped = flipped
	g.emitFrom(o, op, a, b, c)
}

// label makes the next instruction a jump target.
func (g *generator) label() int32 {
	g.dropTokens()
	g.block = len(g.code)
	return int32(len(g.code))
}

func (g *generator) patch(pc int) { g.code[pc].C = g.label() }

// retain and release count the operands that name a slot.
func (g *generator) retain(o operand) {
	switch o.form {
	case slot:
		g.uses[o.index]++
	case virtual:
		g.objects[o.index].uses++
	}
}

func (g *generator) release(o operand) {
	switch o.form {
	case slot:
		g.uses[o.index]--
	case virtual:
		g.releaseVirtual(o.index)
	}
}

func (g *generator) push(o operand) { g.stack = append(g.stack, o) }

// top returns the top operand, which stays.
func (g *generator) top() operand {
	g.ensure(1)
	return g.stack[len(g.stack)-1]
}

// pop takes the top operand, still retained, off the stack.
func (g *generator) pop() operand {
	g.ensure(1)
	o := g.stack[len(g.stack)-1]
	g.stack = g.stack[:len(g.stack)-1]
	return o
}

// ensure makes n values known: in a frame whose height is not known they are
// reached for below it.
func (g *generator) ensure(n int) {
	missing := n - len(g.stack)
	if missing <= 0 {
		return
	}
	g.straighten()
	if !g.floating {
		panic(fmt.Sprintf("compile: stack underflow in %s, line %d", g.word.Decl.Name.Text, g.line))
	}
	g.emit(bytecode.OpReach, int32(missing), 0, 0)
	g.block = len(g.code) // slots before have other numbers
	shift := func(list []operand) {
		for i := range list {
			if list[i].form == slot {
				list[i].index += int32(missing)
			}
		}
	}
	shift(g.stack)
	shift(g.aux)
	uses, kinds := make([]int32, missing, missing+len(g.uses)), make([]known, missing, missing+len(g.kinds))
	below := make([]operand, missing, missing+len(g.stack))
	for i := range below {
		below[i] = operand{form: slot, index: int32(i)}
		uses[i] = 1
	}
	g.stack = append(below, g.stack...)
	g.uses = append(uses, g.uses...)
	g.kinds = append(kinds, g.kinds...)
	g.frame = max(g.frame, int32(len(g.uses)))
}

// alloc returns a free slot, the preferred one if it is free.
func (g *generator) alloc(prefer int32) int32 {
	if prefer < 0 || prefer < int32(len(g.uses)) && g.uses[prefer] > 0 {
		prefer = 0
		for prefer < int32(len(g.uses)) && g.uses[prefer] > 0 {
			prefer++
		}
	}
	g.touch(prefer)
	return prefer
}

// result pushes a new value of a kind and returns its slot: the place where it
// belongs if the stack were laid out in order, if that is free, so that calls
// find their arguments in place; else the slot of an operand that ended here.
func (g *generator) result(k bytecode.Kind, dying ...operand) int32 {
	prefer := int32(len(g.stack))
	if int(prefer) < len(g.uses) && g.uses[prefer] > 0 {
		for _, o := range dying {
			if o.form == slot && g.uses[o.index] == 0 {
				prefer = o.index
				break
			}
		}
	}
	s := g.alloc(prefer)
	g.uses[s]++
	g.kinds[s] = proven(k)
	g.push(operand{form: slot, index: s})
	return s
}

// trust notes that the kind of the value in a slot is only what a field should be.
func (g *generator) trust(s int32) { g.kinds[s].trusted = g.kinds[s].kind != bytecode.KindAny }

// load puts a constant into a slot; slots are left alone. The operand returned
// is retained in place of the one given.
func (g *generator) load(o operand, prefer int32) operand {
	switch o.form {
	case slot:
		return o
	case virtual:
		return g.materialize(o)
	case pooled:
		if s, ok := g.hoisted[o.index]; ok {
			g.uses[s]++
			return operand{form: slot, index: s}
		}
		g.loaded = append(g.loaded, o.index)
	}
	s := g.alloc(prefer)
	g.constantInto(s, o)
	g.uses[s]++
	return operand{form: slot, index: s}
}

func (g *generator) constantInto(s int32, o operand) {
	g.touch(s)
	switch o.form {
	case integer:
		if v := int64(o.bits); v >= math.MinInt32 && v <= math.MaxInt32 {
			g.emit(bytecode.OpInt, s, int32(v), 0)
		} else {
			g.emit(bytecode.OpConst, s, g.constant(bytecode.Const{Kind: bytecode.KindInt, Bits: o.bits}), 0)
		}
		g.kinds[s] = proven(bytecode.KindInt)
	case boolean:
		g.emit(bytecode.OpBool, s, int32(o.bits), 0)
		g.kinds[s] = proven(bytecode.KindBool)
	case pooled:
		g.emit(bytecode.OpConst, s, o.index, 0)
		g.kinds[s] = proven(g.mod.Consts[o.index].Kind)
	}
}

// kind returns what is proven of an operand.
func (g *generator) kind(o operand) bytecode.Kind {
	switch o.form {
	case integer:
		return bytecode.KindInt
	case boolean:
		return bytecode.KindBool
	case pooled:
		return g.mod.Consts[o.index].Kind
	case virtual:
		return bytecode.KindVariant
	}
	return g.kinds[o.index].kind
}

// trusted tells whether an operand's kind is only what a field should be.
func (g *generator) trusted(o operand) bool { return o.form == slot && g.kinds[o.index].trusted }

// prove makes sure that an operand of the instruction that comes next is of the
// kind that the instruction trusts: a value that nothing proves is checked here,
// once. A constant of another kind (only values of unknown type let one come this
// far) goes into a slot and fails the check.
func (g *generator) prove(o operand, k bytecode.Kind) operand {
	if k == bytecode.KindAny {
		return o
	}
	if g.kind(o) == k || o.form == slot && g.expect(o.index, k) {
		if o.form == slot {
			g.kinds[o.index] = proven(k) // the instruction looks in checked code
		}
		return o
	}
	return g.check(o, k)
}

// demand is prove where no instruction of its own trusts the kind: where a word or a
// constructor declares it. Checked code looks at it here.
func (g *generator) demand(o operand, k bytecode.Kind) operand {
	if k == bytecode.KindAny || g.kind(o) == k && !g.trusted(o) {
		return o
	}
	if g.kind(o) == k || o.form == slot && g.expect(o.index, k) {
		g.guard(o.index, k)
		g.kinds[o.index] = proven(k)
		return o
	}
	return g.check(o, k)
}

// guard has checked code look at the kind of a slot here, under the name and at the
// place that are current.
func (g *generator) guard(s int32, k bytecode.Kind) { g.emit(bytecode.OpGuard, s, int32(k), 0) }

// check looks at the kind of an operand by an instruction that does nothing else.
func (g *generator) check(o operand, k bytecode.Kind) operand {
	o = g.load(o, -1)
	g.emit(bytecode.OpCheck, o.index, int32(k), 0)
	g.kinds[o.index] = proven(k)
	return o
}

// expectWindow is how far back expect looks.
const expectWindow = 8

// expect makes the instruction close by that took a value out of a list expect
// a kind, if there is one: a value of another kind makes the function go on in code that
// checks everything, so the error comes where the value is used.
func (g *generator) expect(s int32, k bytecode.Kind) bool {
	for pc := len(g.code) - 1; pc >= g.block && pc >= len(g.code)-expectWindow; pc-- {
		in := &g.code[pc]
		if defines(in, s) {
			op, ok := bytecode.Speculating(in.Op, k)
			if ok {
				in.Op = op
			}
			return ok
		}
		// The exit of a list loop stands right behind its start; all else that is
		// passed over touches only what it names.
		if !simple(in.Op.Info()) && !(in.Op == bytecode.OpJump && pc > g.block && g.code[pc-1].Op.Info().Flow == bytecode.Step) {
			return false
		}
	}
	return false
}

// demandTop demands the kinds of the top values of the stack, bottom to top.
func (g *generator) demandTop(kinds []bytecode.Kind) {
	base := len(g.stack) - len(kinds)
	for i, k := range kinds {
		g.stack[base+i] = g.demand(g.stack[base+i], k)
	}
}
