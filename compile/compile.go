package compile

import (
	"maps"
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/internal/parallel"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// Options says how to compile.
type Options struct {
	// Instrument makes every word of the program count its entries; Plain is implied.
	Instrument bool
	// Profile has every word look at its end whether a profile asks where it is.
	Profile bool
	// Cover makes the program count the points that it comes to; Plain is implied.
	Cover bool
	// Plain makes code in which every step of the program can be seen: each word has a frame of its
	// own, each quotation runs as a call, nothing is fused, reused or guessed, and in front of each
	// statement the stack lies in order in the first slots of the frame, the aux stack behind it.
	Plain bool
	// Steps notes where statements begin (bytecode.Func.Steps), each at an instruction of its own, and what the frame holds at calls; Plain
	// is implied.
	Steps bool
}

// Program compiles a program that was checked without errors.
func Program(info *types.Info, opts Options) *bytecode.Module {
	return program(info, opts).mod
}

func program(info *types.Info, opts Options) *compiler {
	c := newCompiler(info, opts)
	c.added()
	if info.Main != nil {
		c.mod.Main = c.functions[info.Main.Index]
		c.mod.MainInt = info.Main.Effect.IsInt()
	}
	return c
}

// WithPlain returns what Program has made of a program, followed by plain code of each of its words.
// The redirects make that be run in place of the other code, from the next call of a word or its
// next round on (VM.Grow); quotations that are there already stay as they are.
func WithPlain(info *types.Info, mod *bytecode.Module) (*bytecode.Module, []bytecode.Redirect) {
	c := program(info, Options{})
	copy(c.mod.Funcs, mod.Funcs) // strands are in that code
	return c.mod, c.addPlain()
}

// addPlain compiles each word a second time.
func (c *compiler) addPlain() []bytecode.Redirect {
	info, fast := c.info, c.functions
	c.Plain, c.functions = true, nil
	for _, w := range info.Words {
		c.functions = append(c.functions, c.function(w, &c.words[w.Index]))
	}
	redirects := make([]bytecode.Redirect, len(fast))
	for i, w := range info.Words {
		c.word(w)
		redirects[i] = bytecode.Redirect{From: fast[i], To: c.functions[i]}
	}
	return redirects
}

func newCompiler(info *types.Info, opts Options) *compiler {
	opts.Plain = opts.Plain || opts.Instrument || opts.Cover || opts.Steps
	return &compiler{
		Options: opts,
		info:    info, table: info.Builtins,
		mod:       &bytecode.Module{Main: -1, Linear: true},
		nameIndex: make(map[string]int32, len(info.Words)), consts: map[bytecode.Const]int32{},
		builtins: make([]int32, info.Builtins.Len()), helpers: map[string]int32{}, late: map[int32]*summary{}, slots: map[int]*lateSlot{},
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
	cycles := c.summarize()
	words := info.Words[first:]
	c.bodies = append(c.bodies, make([]inlineBody, len(words))...)
	c.mod.Funcs = slices.Grow(c.mod.Funcs, len(words)+len(words)/2+8)
	for _, w := range words {
		if w.Late && c.slots[w.Slot] == nil {
			c.slots[w.Slot] = &lateSlot{entry: c.function(w, c.late[int32(w.Index)]), trampoline: -1}
		}
		c.functions = append(c.functions, c.function(w, &c.words[w.Index]))
	}
	if c.Plain || !parallel.Pays(stepsOfWord*len(words)) {
		for _, cycle := range cycles {
			c.cycle(cycle)
		}
		return
	}
	c.inParts(cycles)
}

// function reserves a function for a word; facts are what its callers may assume. Their code
// may come before the word's own: how much it takes and leaves is there from the start.
func (c *compiler) function(w *types.Word, facts *summary) int32 {
	f := c.add(bytecode.Func{In: int32(len(w.Effect.In) + w.Extra), Out: int32(len(w.Effect.Out) + w.Extra)})
	c.owners = append(c.owners, make([]*summary, int(f)+1-len(c.owners))...)
	c.owners[f] = facts
	return f
}

// add adds a function to the module and returns its number.
func (c *compiler) add(f bytecode.Func) int32 {
	c.mod.Funcs = append(c.mod.Funcs, f)
	return int32(len(c.mod.Outside) + len(c.mod.Funcs) - 1)
}

// factsAt returns what callers of a function rely on; nil if that is not known.
func (c *compiler) factsAt(f int32) *summary {
	if int(f) >= len(c.owners) {
		return nil
	}
	return c.owners[f]
}

// looksAt returns the parameters that a function only looks at.
func (c *compiler) looksAt(f int32) params {
	if facts := c.factsAt(f); facts != nil {
		return facts.looks
	}
	if index, ok := c.table.Lookup(c.helperAt(f)); ok && c.table.Borrows(index) {
		return 1 // the collection
	}
	return 0
}

type compiler struct {
	Options
	info      *types.Info
	table     *types.Table
	mod       *bytecode.Module
	words     []summary
	nameIndex map[string]int32
	lastNames [256]lastName // by a hash
	consts    map[bytecode.Const]int32
	builtins  []int32            // table index to module index + 1
	wordOf    []int32            // module index of a built-in word to table index
	helpers   map[string]int32   // functions of this package's own making
	bodies    []inlineBody       // by word
	functions []int32            // by word
	owners    []*summary         // by function: of the word that it is called for
	late      map[int32]*summary // of late words, as others see them
	slots     map[int]*lateSlot
	stops     Stops            // in code with steps: the statements that have one; nil: all
	part      *part            // whose module is made; nil: it is the whole one
	whole     *bytecode.Module // that the part is of
	spare     []*generator     // whose memory the next ones get
	spareCode []bytecode.Instr // likewise
}

func (c *compiler) name(text string) int32 {
	if text == "" {
		return c.nameOf(text)
	}
	last := &c.lastNames[(len(text)*7^int(text[0])*5^int(text[len(text)-1])*3^int(text[len(text)/2]))%len(c.lastNames)]
	if last.text != text {
		*last = lastName{text, c.nameOf(text)}
	} else if c.part != nil {
		c.part.names.note(last.number, c.part.cycle)
	}
	return last.number
}

// lastName is a name that was asked for lately: a few of them are most of what is asked for.
type lastName struct {
	text   string
	number int32
}

func (c *compiler) nameOf(text string) int32 {
	i, ok := c.nameIndex[text]
	if !ok {
		i = int32(len(c.mod.Names))
		c.mod.Names = append(c.mod.Names, text)
		c.nameIndex[text] = i
	}
	if c.part != nil {
		c.part.names.note(i, c.part.cycle)
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
	if c.part != nil {
		c.part.consts.note(i, c.part.cycle)
	}
	return i
}

func (c *compiler) builtin(index int32) int32 {
	if c.builtins[index] == 0 {
		e := c.table.Effect(index)
		ref := bytecode.BuiltinRef{Name: c.table.Name(index), In: int32(len(e.In)), Out: int32(len(e.Out)), Results: make([]bytecode.Kind, len(e.Out))}
		for i, t := range e.Out {
			ref.Results[i] = kindOf(t)
		}
		c.mod.Builtins = append(c.mod.Builtins, ref)
		c.wordOf = append(c.wordOf, index)
		c.builtins[index] = int32(len(c.mod.Builtins))
	}
	i := c.builtins[index] - 1
	if c.part != nil {
		c.part.builtins.note(i, c.part.cycle)
	}
	return i
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

// cycle compiles words that call each other, or one word. What recursive words only look at is assumed while
// they are compiled, of all their parameters first: where the code shows that an assumption was wrong
// they are compiled again without it.
func (c *compiler) cycle(words []int32) {
	c.measureWords(words)
	recursive := len(words) > 1 || slices.Contains(c.words[words[0]].calls, words[0])
	assumed := make([]params, len(words))
	if recursive && !c.Plain {
		for i, w := range words {
			assumed[i] = c.words[w].sharable()
		}
	}
	here, constants := c.checkpoint(), len(c.mod.Consts)
	defer c.forgetQuotations(constants)
	for {
		for i, w := range words {
			c.words[w].looks, c.words[w].scans = assumed[i], nil // what was found in code that is gone
		}
		found, holds := make([]params, len(words)), true
		for i, w := range words {
			c.word(c.info.Words[w])
			found[i], c.words[w].looks = c.words[w].looks, assumed[i]
			holds = holds && assumed[i]&^found[i] == 0
		}
		if holds {
			for i, w := range words {
				c.words[w].looks = found[i]
			}
			return
		}
		for i := range assumed {
			assumed[i] &= found[i]
		}
		c.back(here)
	}
}

// checkpoint is how much there is in the module of what belongs to functions.
type checkpoint struct{ funcs, tables, points int }

func (c *compiler) checkpoint() checkpoint {
	return checkpoint{len(c.mod.Funcs), len(c.mod.Tables), len(c.mod.Cover)}
}

// back throws away what has been made since a checkpoint. Constants and names stay.
func (c *compiler) back(to checkpoint) {
	c.mod.Funcs, c.mod.Tables, c.mod.Cover = c.mod.Funcs[:to.funcs], c.mod.Tables[:to.tables], c.mod.Cover[:to.points]
	maps.DeleteFunc(c.helpers, func(_ string, f int32) bool { return int(f) >= len(c.mod.Outside)+to.funcs })
}

// forgetQuotations makes constants from one on that are quotations in code that is gone something that nobody asks for.
func (c *compiler) forgetQuotations(first int) {
	for i, k := range c.mod.Consts[first:] {
		if k.Kind != bytecode.KindQuotation {
			continue
		}
		if f := int(k.Bits) - len(c.mod.Outside); f >= len(c.mod.Funcs) || c.mod.Funcs[f].Captures > 0 {
			delete(c.consts, k)
			c.mod.Consts[first+i] = bytecode.Const{Kind: bytecode.KindInt}
		}
	}
}

// noConstant adds a constant that nobody asks for.
func (c *compiler) noConstant() int32 {
	c.mod.Consts = append(c.mod.Consts, bytecode.Const{Kind: bytecode.KindInt})
	return int32(len(c.mod.Consts) - 1)
}

func (c *compiler) word(w *types.Word) {
	facts := &c.words[w.Index]
	var start origin
	g := c.attempts(optimistic, func(with attempt) *generator {
		g := c.newGenerator(w, w.Module, c.functions[w.Index])
		g.facts, g.outs = facts, facts.declared
		g.speculation, g.joinsTokens = with.speculation, with.joinsTokens
		g.at(w.Decl.Pos, w.Decl.Name.Text)
		start = g.origin
		for i := 0; i < w.Extra; i++ {
			g.parameter(bytecode.KindAny)
		}
		for _, kind := range facts.inputs {
			g.parameter(kind)
		}
		if c.Instrument && !c.info.Program.Modules[w.Module].Private(w.Decl.Name.Text) {
			g.emit(bytecode.OpCount, 0, 0, 0)
		}
		if c.Plain {
			g.markBorrowed(facts)
		}
		g.cover(bytecode.CoverWord, w.Decl.Pos)
		g.keep(with.hoisted, with.frame)
		g.around = w.Decl.Pos
		if !g.body(w.Decl.Body, !w.Input) { // errors show where in the input they come from
			g.lookForProfile()
			g.finish(w.Decl.Body)
		}
		return g
	})
	f := bytecode.Func{
		Name: w.Decl.Name.Text, Effect: w.Effect.String(), File: c.file(w.Module), Line: start.line, Column: start.column,
		In: int32(len(w.Effect.In) + w.Extra), Out: int32(len(w.Effect.Out) + w.Extra), Frame: max(g.size, 1),
		Params: append(make([]bytecode.Kind, w.Extra), facts.inputs...), Results: g.promised(facts),
		Open: facts.open(), Word: true,
	}
	g.passes(&f, facts)
	c.recycle(g)
	*c.wordFunction(c.functions[w.Index]) = f
}

// maxGuessed is how deep quotations may be nested of which one is compiled several
// times: all that is in it is so, too.
const maxGuessed = 4

// attempt is how a function is compiled: with what care, with reuse tokens kept where branches join, and with
// constants in slots of their own from frame on.
type attempt struct {
	speculation speculation
	joinsTokens bool
	hoisted     []int32
	frame       int32
}

// attempts compiles a function and, as long as that calls for more care, once
// more. What is in a function has at least its care: else the time would
// multiply with each level of quotations.
//
// One that loops is compiled again, too, to keep its constants in slots.
func (c *compiler) attempts(least speculation, function func(with attempt) *generator) *generator {
	here := c.checkpoint()
	with := attempt{speculation: least}
	if c.Plain {
		with.speculation = noSpeculation
	}
	for {
		g := function(with)
		switch {
		case g.mustRecompile && with.speculation < noSpeculation:
			with.speculation++
		case g.wouldReuse && !with.joinsTokens:
			with.joinsTokens = true
		case with.hoisted == nil && len(g.hoistable()) > 0:
			with.hoisted, with.frame = g.hoistable(), g.size
		default:
			return g
		}
		c.back(here)
		c.recycle(g)
	}
}

// file is the index of a module's file; -1 for a supplied module: its words
// show in messages like built-in ones, without places of their own.
func (c *compiler) file(module int) int32 {
	if c.info.Program.Modules[module].Supplied {
		return -1
	}
	return int32(module)
}

// promised are the kinds of a word's results for its signature.
func (g *generator) promised(facts *summary) []bytecode.Kind {
	if facts.open() {
		return nil
	}
	return facts.proven
}

// quotation compiles a quotation literal to a function of its own. captured
// are the kinds of what it captures, as far as they are proven.
func (g *generator) quotation(st *syntax.Stmt, captured []bytecode.Kind) int32 {
	info := g.info.Quotations[g.module][st.ID]
	index := g.add(bytecode.Func{})
	open := !info.Known || g.opensInTail(g.word, st.Inner)
	var start origin
	least := g.speculation
	if g.depth == maxGuessed {
		least = noSpeculation
	}
	q := g.attempts(least, func(with attempt) *generator {
		q := g.newGenerator(g.word, g.module, index)
		q.speculation, q.joinsTokens = with.speculation, with.joinsTokens
		q.depth, q.places = g.depth+1, g.places
		q.at(st.Pos, "<quotation>")
		start = q.origin
		for i := int32(0); i < info.In; i++ {
			k := bytecode.KindAny
			if first := info.In - info.Captures; i >= first {
				k = captured[i-first]
			}
			q.parameter(k)
		}
		q.cover(bytecode.CoverBranch, st.Pos)
		q.keep(with.hoisted, with.frame)
		q.around = st.Pos
		if !q.body(st.Inner, true) {
			q.finish(st.Inner)
		}
		return q
	})
	f := bytecode.Func{
		Name: "<quotation>", File: g.file(g.module), Line: start.line, Column: start.column, In: info.In, Out: info.Out,
		Captures: info.Captures, Params: g.captured(info, captured), Frame: max(q.size, 1), Open: open,
	}
	q.passes(&f, nil)
	g.recycle(q)
	g.mod.Funcs[int(index)-len(g.mod.Outside)] = f
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
