// Package compile turns a checked program into bytecode. Stack shuffling is
// done at compile time: the compiler tracks which slot or constant each value
// of the stack is, so that dup, swap and rot cost nothing; literal quotations
// are inlined where the word behind them runs them; calls in tail position
// reuse the frame.
//
// It relies on what package types found out and refuses nothing itself.
package compile

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/syntax"
	"github.com/seqvm/seqvm/types"
)

// Options says how to compile.
type Options struct {
	// Instrument makes every word of the program count its entries.
	Instrument bool
	// Cover makes the program count the points that it comes to.
	Cover bool
}

// Program compiles a program that was checked without errors. names are the
// built-in words in the order of the checker's table.
func Program(info *types.Info, table *types.Table, names []string, opts Options) *bytecode.Module {
	c := newCompiler(info, table, names, opts)
	c.added()
	if info.Main != nil {
		c.mod.Main = c.functions[info.Main.Index]
		c.mod.MainInt = len(info.Main.Effect.Out) == 1
	}
	return c.mod
}

func newCompiler(info *types.Info, table *types.Table, names []string, opts Options) *compiler {
	return &compiler{
		Options: opts,
		info:    info, table: table, builtinNames: names,
		mod:       &bytecode.Module{Main: -1, Linear: true},
		nameIndex: map[string]int32{}, consts: map[bytecode.Const]int32{},
		builtins: make([]int32, len(names)), helpers: map[string]int32{}, late: map[int32]*wordFacts{}, slots: map[int]*lateSlot{},
	}
}

// added compiles what the program has more than when it was called before. Words
// come first among the functions: their bodies' quotations behind them all.
func (c *compiler) added() {
	info, first := c.info, len(c.words)
	for _, m := range info.Program.Modules[len(c.mod.Files):] {
		c.mod.Files = append(c.mod.Files, m.Source.Name)
	}
	for _, u := range info.Unions[len(c.mod.Unions):] {
		c.mod.Unions = append(c.mod.Unions, u.Decl.Name.Text)
	}
	for _, v := range info.Variants[len(c.mod.Variants):] {
		vi := bytecode.VariantInfo{Name: v.Name(), Union: int32(v.Union.Index), Ordinal: int32(v.Ordinal)}
		for i := range v.Decl.Fields {
			vi.Fields = append(vi.Fields, v.Decl.Fields[i].Name.Text)
			vi.Kinds = append(vi.Kinds, kindOf(v.Fields[i]))
		}
		c.mod.Variants = append(c.mod.Variants, vi)
	}
	c.analyze()
	words := info.Words[first:]
	c.bodies = append(c.bodies, make([]inlineBody, len(words))...)
	c.mod.Funcs = slices.Grow(c.mod.Funcs, len(words)+len(words)/2+8)
	for _, w := range words {
		if w.Late && c.slots[w.Slot] == nil {
			c.slots[w.Slot] = &lateSlot{entry: c.function(c.late[int32(w.Index)]), adapter: -1}
		}
		c.functions = append(c.functions, c.function(&c.words[w.Index]))
	}
	for _, w := range words {
		c.word(w)
	}
}

// function makes room for the function of a word, which is called by those that
// have facts of it.
func (c *compiler) function(facts *wordFacts) int32 {
	f := int32(len(c.mod.Funcs))
	c.mod.Funcs = append(c.mod.Funcs, bytecode.Func{})
	c.owners = append(c.owners, make([]*wordFacts, int(f)+1-len(c.owners))...)
	c.owners[f] = facts
	return f
}

// factsAt returns what callers of a function rely on; nil if that is not known.
func (c *compiler) factsAt(f int32) *wordFacts {
	if int(f) >= len(c.owners) {
		return nil
	}
	return c.owners[f]
}

type compiler struct {
	Options
	info         *types.Info
	table        *types.Table
	builtinNames []string
	mod          *bytecode.Module
	words        []wordFacts
	nameIndex    map[string]int32
	consts       map[bytecode.Const]int32
	builtins     []int32              // table index to module index + 1
	helpers      map[string]int32     // functions of this package's own making
	bodies       []inlineBody         // by word
	functions    []int32              // by word
	owners       []*wordFacts         // by function: of the word that it is called for
	late         map[int32]*wordFacts // of late words, as others see them
	slots        map[int]*lateSlot
}

func (c *compiler) name(text string) int32 {
	i, ok := c.nameIndex[text]
	if !ok {
		i = int32(len(c.mod.Names))
		c.mod.Names = append(c.mod.Names, text)
		c.nameIndex[text] = i
	}
	return i
}

func (c *compiler) constant(k bytecode.Const) int32 {
	i, ok := c.consts[k]
	if !ok {
		i = int32(len(c.mod.Consts))
		c.mod.Consts = append(c.mod.Consts, k)
		c.consts[k] = i
	}
	return i
}

func (c *compiler) builtin(index int32) int32 {
	if c.builtins[index] == 0 {
		e := c.table.Effect(index)
		ref := bytecode.BuiltinRef{Name: c.builtinNames[index], In: int32(len(e.In)), Out: int32(len(e.Out)), Results: make([]bytecode.Kind, len(e.Out))}
		for i, t := range e.Out {
			ref.Results[i] = kindOf(t)
		}
		c.mod.Builtins = append(c.mod.Builtins, ref)
		c.builtins[index] = int32(len(c.mod.Builtins))
	}
	return c.builtins[index] - 1
}

// kindOf is the kind of value that a type promises. Variant promises nothing:
// there is no type for maps, and programs write it for those as well.
func kindOf(t *types.Type) bytecode.Kind {
	switch types.EffectKind(t) {
	case types.Int, types.Socket:
		return bytecode.KindInt
	case types.Float:
		return bytecode.KindFloat
	case types.Bool:
		return bytecode.KindBool
	case types.String:
		return bytecode.KindString
	case types.Symbol:
		return bytecode.KindSymbol
	case types.Channel:
		return bytecode.KindChannel
	case types.Union:
		return bytecode.KindVariant
	case types.Quotation, types.Closure:
		return bytecode.KindQuotation
	}
	return bytecode.KindAny
}

// operand is a value of the stack at compile time: a slot, a constant or a
// record that has not been made yet.
type operand struct {
	form  form
	index int32  // slot: which; pooled: index of the constant; unmade: of the record
	bits  uint64 // integer, boolean: the value
}

type form uint8

const (
	slot form = iota
	integer
	boolean
	pooled
	unmade // index: of the record
	lost   // a field of a record that nothing was expected to want
)

// generator makes the code of one function.
type generator struct {
	*compiler
	module int
	word   *types.Word // the word that is compiled or whose body holds this quotation
	self   int32       // the function's own index
	facts  *wordFacts  // of a word; nil for a quotation
	outs   []bytecode.Kind

	code  []bytecode.Instr
	lines []bytecode.Line
	block int // no jump leads behind this instruction's index
	// inlining counts the words that the code being compiled stands in place of
	// and that cannot fail; site is the innermost one that can, + 1.
	inlining int
	sites    []bytecode.Site
	site     int32
	ends     bool     // what is compiled is the last thing in such a word
	records  []record // by operand.index
	unmade   []int32  // those that something names
	care     care
	regrets  bool            // more care is needed
	loaded   []int32         // constants that were put into slots to be used there
	kept     map[int32]int32 // constants that are in slots all the time
	start    int32           // of the code behind those
	depth    int             // of the quotation, in others
	state
	frame int32
	line  int32
	named int32

	// The line that was asked for last, and where it starts and ends.
	lineNo, lineAt, lineEnd int32
}

// state is what is known at a point of the code.
type state struct {
	husks    []husk // none where states are kept
	stack    []operand
	aux      []operand // the aux stack, and values that dip and keep hid
	uses     []int32   // by slot: how many operands name it
	kinds    []bytecode.Kind
	floating bool // the height below the known values is not known
}

func (s *state) clone() state {
	return state{
		stack: append([]operand(nil), s.stack...), aux: append([]operand(nil), s.aux...),
		uses: append([]int32(nil), s.uses...), kinds: append([]bytecode.Kind(nil), s.kinds...), floating: s.floating,
	}
}

func (c *compiler) word(w *types.Word) {
	facts := &c.words[w.Index]
	var line int32
	g := c.attempt(bold, func(care care, kept []int32, frame int32) *generator {
		g := &generator{compiler: c, module: w.Module, word: w, self: c.functions[w.Index], facts: facts, outs: facts.declared, care: care}
		g.at(w.Decl.Pos, w.Decl.Name.Text)
		line = g.line
		for i := 0; i < w.Extra; i++ {
			g.parameter(bytecode.KindAny)
		}
		for _, t := range w.Effect.In {
			g.parameter(kindOf(t))
		}
		if c.Instrument && !c.info.Program.Modules[w.Module].Private(w.Decl.Name.Text) {
			g.emit(bytecode.OpCount, 0, 0, 0)
		}
		g.cover(bytecode.CoverWord, w.Decl.Pos)
		g.keep(kept, frame)
		if !g.body(w.Decl.Body, !w.Input) { // errors show where in the input they come from
			g.finish()
		}
		return g
	})
	c.mod.Funcs[c.functions[w.Index]] = bytecode.Func{
		Name: w.Decl.Name.Text, Effect: w.Effect.String(), File: c.file(w.Module), Line: line,
		In: int32(len(w.Effect.In) + w.Extra), Out: int32(len(w.Effect.Out) + w.Extra), Frame: max(g.frame, 1),
		Params: append(make([]bytecode.Kind, w.Extra), facts.inputs...), Results: g.promised(facts),
		Open: facts.open(), Word: true, Code: seal(g.code), Lines: g.lines, Sites: g.sites,
	}
}

// maxGuessed is how deep quotations may be nested of which one is compiled several
// times: all that is in it is so, too.
const maxGuessed = 4

// attempt compiles a function and, as long as that calls for more care, once
// more. What is in a function has at least its care: else the time would
// multiply with each level of quotations.
//
// One that loops is compiled again, too, to keep its constants in slots.
func (c *compiler) attempt(least care, function func(care care, kept []int32, frame int32) *generator) *generator {
	funcs, tables, points := len(c.mod.Funcs), len(c.mod.Tables), len(c.mod.Cover)
	var kept []int32
	var frame int32
	for care := least; ; {
		g := function(care, kept, frame)
		switch {
		case g.regrets && care < careful:
			care++
		case kept == nil && len(g.keepable()) > 0:
			kept, frame = g.keepable(), g.frame
		default:
			return g
		}
		c.mod.Funcs, c.mod.Tables, c.mod.Cover = c.mod.Funcs[:funcs], c.mod.Tables[:tables], c.mod.Cover[:points]
		maps.DeleteFunc(c.helpers, func(_ string, f int32) bool { return int(f) >= funcs })
	}
}

// file is the index of a module's file; -1 for a standard module: its words
// show in messages like built-in ones, without places of their own.
func (c *compiler) file(module int) int32 {
	if c.info.Program.Modules[module].Std {
		return -1
	}
	return int32(module)
}

// promised are the kinds of a word's results for its signature.
func (g *generator) promised(facts *wordFacts) []bytecode.Kind {
	if facts.open() {
		return nil
	}
	return facts.proven
}

// quotation compiles a quotation literal to a function of its own. captured
// are the kinds of what it captures, as far as they are proven.
func (g *generator) quotation(st *syntax.Stmt, captured []bytecode.Kind) int32 {
	info := g.info.Quotations[g.module][st.ID]
	index := int32(len(g.mod.Funcs))
	g.mod.Funcs = append(g.mod.Funcs, bytecode.Func{})
	open := !info.Known || g.opensInTail(g.word, st.Block)
	var line int32
	least := g.care
	if g.depth == maxGuessed {
		least = careful
	}
	q := g.attempt(least, func(care care, kept []int32, frame int32) *generator {
		q := &generator{compiler: g.compiler, module: g.module, word: g.word, self: index, care: care, depth: g.depth + 1, lineEnd: g.lineEnd, lineNo: g.lineNo, lineAt: g.lineAt}
		q.at(st.Pos, "<quotation>")
		line = q.line
		for i := int32(0); i < info.In; i++ {
			k := bytecode.KindAny
			if first := info.In - info.Captures; i >= first {
				k = captured[i-first]
			}
			q.parameter(k)
		}
		q.cover(bytecode.CoverBranch, st.Pos)
		q.keep(kept, frame)
		if !q.body(st.Block, true) {
			q.finish()
		}
		return q
	})
	g.mod.Funcs[index] = bytecode.Func{
		Name: "<quotation>", File: g.file(g.module), Line: line, In: info.In, Out: info.Out,
		Captures: info.Captures, Params: g.captured(info, captured), Frame: max(q.frame, 1), Open: open, Code: seal(q.code), Lines: q.lines, Sites: q.sites,
	}
	return index
}

// captured are the parameter kinds of a quotation: nothing is known of what it
// is called with, and of what it captured what its maker proved.
func (g *generator) captured(info types.QuotationInfo, captured []bytecode.Kind) []bytecode.Kind {
	if info.Captures == 0 {
		return nil
	}
	return append(make([]bytecode.Kind, info.In-info.Captures), captured...)
}

func (g *generator) parameter(k bytecode.Kind) {
	s := int32(len(g.stack))
	g.touch(s)
	g.uses[s]++
	g.kinds[s] = k
	g.stack = append(g.stack, operand{form: slot, index: s})
}

// seal makes the targets of jumps relative to the instruction behind them, as
// the interpreter wants them.
func seal(code []bytecode.Instr) []bytecode.Instr {
	for pc := range code {
		in := &code[pc]
		if in.Op.Info().C == bytecode.Target {
			in.C -= int32(pc + 1)
		}
		if in.Op == bytecode.OpFloatMulAdd && isVector(code[pc:]) {
			in.Op = bytecode.OpFloatMulAdd3
		}
	}
	return code
}

// isVector tells whether three mul-adds stand here that work on neighbouring slots:
// two vectors and a factor. The first can do them all.
func isVector(code []bytecode.Instr) bool {
	if len(code) < 3 {
		return false
	}
	in := code[0]
	for i := int32(1); i <= 2; i++ {
		if code[i] != (bytecode.Instr{Op: bytecode.OpFloatMulAdd, A: in.A - i, B: in.B - i, C: in.C}) {
			return false
		}
	}
	return in.C != in.A && in.C != in.A-1
}

// touch makes the frame large enough for a slot.
func (g *generator) touch(s int32) {
	for int32(len(g.uses)) <= s {
		g.uses = append(g.uses, 0)
		g.kinds = append(g.kinds, bytecode.KindAny)
	}
	g.frame = max(g.frame, s+1)
}

// at sets the place that the code from here on comes from.
func (g *generator) at(pos int32, name string) {
	if g.inlining > 0 {
		return
	}
	if g.lineNo == 0 || pos < g.lineAt || pos >= g.lineEnd {
		line, start, end := g.info.Program.Modules[g.module].Source.LineAt(pos)
		g.lineNo, g.lineAt, g.lineEnd = int32(line), start, end
	}
	g.line, g.named = g.lineNo, g.name(name)
}

// cover emits a point of coverage, if they are asked for. Standard modules have
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
	line, _, _ := g.info.Program.Modules[g.module].Source.LineAt(pos)
	return line
}

func (g *generator) emit(op bytecode.Op, a, b, c int32) int {
	pc := len(g.code)
	if n := len(g.lines); n == 0 || g.lines[n-1].Line != g.line || g.lines[n-1].Name != g.named || g.lines[n-1].Site != g.site {
		if n > 0 && int(g.lines[n-1].PC) == pc {
			n--
		}
		g.lines = append(g.lines[:n], bytecode.Line{PC: int32(pc), Line: g.line, Name: g.named, Site: g.site})
	}
	g.code = append(g.code, bytecode.Instr{Op: op, A: a, B: b, C: c})
	return pc
}

// unemit removes the last instruction, which must belong to the current block.
func (g *generator) unemit() {
	pc := len(g.code) - 1
	g.code = g.code[:pc]
	for n := len(g.lines); n > 0 && int(g.lines[n-1].PC) >= pc+1; n-- {
		g.lines = g.lines[:n-1]
	}
}

// label makes the next instruction a jump target.
func (g *generator) label() int32 {
	g.dropHusks()
	g.block = len(g.code)
	return int32(len(g.code))
}

func (g *generator) patch(pc int) { g.code[pc].C = g.label() }

// retain and release count the operands that name a slot.
func (g *generator) retain(o operand) {
	switch o.form {
	case slot:
		g.uses[o.index]++
	case unmade:
		g.records[o.index].uses++
	}
}

func (g *generator) release(o operand) {
	switch o.form {
	case slot:
		g.uses[o.index]--
	case unmade:
		g.releaseRecord(o.index)
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
	uses, kinds := make([]int32, missing, missing+len(g.uses)), make([]bytecode.Kind, missing, missing+len(g.kinds))
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
	g.kinds[s] = k
	g.push(operand{form: slot, index: s})
	return s
}

// load puts a constant into a slot; slots are left alone. The operand returned
// is retained in place of the one given.
func (g *generator) load(o operand, prefer int32) operand {
	switch o.form {
	case slot:
		return o
	case unmade:
		return g.realize(o)
	case pooled:
		if s, ok := g.kept[o.index]; ok {
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
		g.kinds[s] = bytecode.KindInt
	case boolean:
		g.emit(bytecode.OpBool, s, int32(o.bits), 0)
		g.kinds[s] = bytecode.KindBool
	case pooled:
		g.emit(bytecode.OpConst, s, o.index, 0)
		g.kinds[s] = g.mod.Consts[o.index].Kind
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
	case unmade:
		return bytecode.KindVariant
	}
	return g.kinds[o.index]
}

// prove makes sure that an operand is of a kind: a value that nothing proves
// is checked here, once. A constant of another kind (only values of unknown
// type let one come this far) goes into a slot and fails the check.
func (g *generator) prove(o operand, k bytecode.Kind) operand {
	if k == bytecode.KindAny || g.kind(o) == k {
		return o
	}
	if o.form == slot && g.expect(o.index, k) {
		g.kinds[o.index] = k
		return o
	}
	return g.check(o, k)
}

// check is prove by an instruction that does nothing else: an error comes here
// and not where the value is used.
func (g *generator) check(o operand, k bytecode.Kind) operand {
	if k == bytecode.KindAny || g.kind(o) == k {
		return o
	}
	o = g.load(o, -1)
	g.emit(bytecode.OpCheck, o.index, int32(k), 0)
	g.kinds[o.index] = k
	return o
}

// expectWindow is how far back expect looks.
const expectWindow = 8

// expecting are instructions that take a value out of a list, by the kind that
// they then trust it to be: another one makes the function go on in code that
// checks everything, so the error comes where the value is used.
var expecting = map[bytecode.Op]map[bytecode.Kind]bytecode.Op{
	bytecode.OpListGet:  {bytecode.KindInt: bytecode.OpListGetInt, bytecode.KindFloat: bytecode.OpListGetFloat},
	bytecode.OpListNext: {bytecode.KindInt: bytecode.OpListNextInt, bytecode.KindFloat: bytecode.OpListNextFloat},
}

// expect makes the instruction close by that took a value out of a list expect
// a kind, if there is one.
func (g *generator) expect(s int32, k bytecode.Kind) bool {
	for pc := len(g.code) - 1; pc >= g.block && pc >= len(g.code)-expectWindow; pc-- {
		in := &g.code[pc]
		info := in.Op.Info()
		if definesA(info.A) && in.A == s {
			op, ok := expecting[in.Op][k]
			if ok {
				in.Op = op
			}
			return ok
		}
		// The exit of a list loop stands right behind its start; all else that is
		// passed over touches only what it names.
		if !simple(info) && !(in.Op == bytecode.OpJump && pc > g.block && expecting[g.code[pc-1].Op] != nil) {
			return false
		}
	}
	return false
}

// proveTop proves the top values of the stack, bottom to top.
func (g *generator) proveTop(kinds []bytecode.Kind) {
	base := len(g.stack) - len(kinds)
	for i, k := range kinds {
		g.stack[base+i] = g.prove(g.stack[base+i], k)
	}
}

// move copies an operand into a slot. If the instruction that made the value
// stands close by and nobody else wants it, that writes to the slot instead.
func (g *generator) move(m parallel, last bool) {
	dst, o := m.dst, m.src
	if o.form != slot {
		g.constantInto(dst, o)
		return
	}
	g.touch(dst)
	if o.index == dst {
		return
	}
	if last && g.retarget(dst, o.index) {
		g.kinds[dst] = g.kinds[o.index]
		return
	}
	op := bytecode.OpMove
	if !last && !m.borrow && sharable(g.kinds[o.index]) {
		op = bytecode.OpCopy
	}
	g.emit(op, dst, o.index, 0)
	g.kinds[dst] = g.kinds[o.index]
}

// sharable tells whether values of a kind may be changed in place while they
// are held once.
func sharable(k bytecode.Kind) bool {
	return k == bytecode.KindAny || k == bytecode.KindVariant || k == bytecode.KindMap
}

// consumed notes that an operand, which has been popped, is used up by an
// instruction that reads it where it lies. If it is held elsewhere, the VM must know.
func (g *generator) consumed(o operand) {
	if o.form == slot && g.uses[o.index] > 1 && sharable(g.kinds[o.index]) {
		g.emit(bytecode.OpShare, o.index, 0, 0)
	}
}

// retargetWindow is how far back retarget looks.
const retargetWindow = 6

func (g *generator) retarget(dst, src int32) bool {
	for pc := len(g.code) - 1; pc >= g.block && pc >= len(g.code)-retargetWindow; pc-- {
		in := &g.code[pc]
		info := in.Op.Info()
		if definesA(info.A) && in.A == src {
			if info.A == bytecode.Window {
				return false
			}
			in.A = dst
			return true
		}
		if !simple(info) || touches(info, in, src) || touches(info, in, dst) {
			return false
		}
	}
	return false
}

func definesA(a bytecode.Operand) bool {
	switch a {
	case bytecode.Dst, bytecode.DstInt, bytecode.DstFloat, bytecode.DstBool, bytecode.DstVariant, bytecode.Window:
		return true
	}
	return false
}

// simple tells whether an instruction touches only the slots it names.
func simple(info *bytecode.Info) bool {
	for _, o := range [...]bytecode.Operand{info.A, info.B, info.C} {
		switch o {
		case bytecode.Window, bytecode.Height, bytecode.Target, bytecode.Count, bytecode.Arms:
			return false
		}
	}
	return true
}

func touches(info *bytecode.Info, in *bytecode.Instr, s int32) bool {
	slotted := func(o bytecode.Operand) bool { return o >= bytecode.Src && o <= bytecode.DstVariant }
	return slotted(info.A) && in.A == s || slotted(info.B) && in.B == s || slotted(info.C) && in.C == s
}

// parallel is one of several moves that happen at once: slot dst = src.
type parallel struct {
	dst    int32
	src    operand
	borrow bool // it is for a word that only looks at the value
}

// place carries out moves whose sources have been released, and retains the
// destinations.
func (g *generator) place(moves []parallel) {
	if len(moves) == 0 {
		return
	}
	destinations := make([]int32, len(moves))
	for i, m := range moves {
		g.touch(m.dst)
		destinations[i] = m.dst
	}
	g.moveAll(moves)
	for _, d := range destinations {
		g.uses[d]++
	}
}

// moveAll carries out moves all at once and breaks cycles with a slot that
// nothing uses. The caller has released the sources.
func (g *generator) moveAll(moves []parallel) {
	pending := moves[:0]
	reads := map[int32]int{}
	for _, m := range moves {
		if m.src.form == slot && m.src.index == m.dst {
			continue // not counted: callers keep such values retained
		}
		pending = append(pending, m)
		if m.src.form == slot {
			reads[m.src.index]++
		}
	}
	for len(pending) > 0 {
		progress := false
		rest := pending[:0]
		for _, m := range pending {
			if reads[m.dst] > 0 {
				rest = append(rest, m)
				continue
			}
			lastRead := m.src.form == slot && reads[m.src.index] == 1 && g.uses[m.src.index] == 0
			g.move(m, lastRead)
			if m.src.form == slot {
				reads[m.src.index]--
			}
			progress = true
		}
		pending = rest
		if !progress { // a cycle: free one destination
			m := &pending[0]
			spare := int32(len(g.uses))
			for _, o := range moves {
				spare = max(spare, o.dst+1)
			}
			g.touch(spare)
			blocked := m.dst
			g.emit(bytecode.OpMove, spare, blocked, 0)
			g.kinds[spare] = g.kinds[blocked]
			for i := range pending {
				if pending[i].src.form == slot && pending[i].src.index == blocked {
					pending[i].src.index = spare
					reads[spare]++
				}
			}
			reads[blocked] = 0
		}
	}
}
