package compile

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/internal/parallel"
)

// Words are compiled on all processors, a cycle of words when those that it calls are: their summaries are
// complete then, and nothing else flows from one to another. Each goroutine makes a part of the module, with numbers
// of its own for all but words. For each cycle it notes what was asked for in which order; from
// that everything gets the numbers in the end that it would have got if one cycle had been compiled
// after the other. So the module does not depend on the processors.

// stepsOfWord is what compiling a word takes, in the steps of parallel.Pays.
const stepsOfWord = 100

// part is what one goroutine makes.
type part struct {
	mod                     *bytecode.Module
	indexed                 map[bytecode.Const]int32
	names, consts, builtins mentions
	cycle                   int32 // that is being compiled, from 1 on
	to                      renumbering
}

// renumbering has the numbers in the whole module, by number in the part.
type renumbering struct {
	names, consts, builtins, funcs, tables []int32 // -1: none yet
	outside                                int32   // functions below have the same number in both
}

// mentions are the entries of a table of the part that were asked for, each once a cycle.
type mentions struct {
	last []int32 // by entry: the last cycle that asked for it
	list []int32
}

func (m *mentions) note(entry, cycle int32) {
	if int(entry) >= len(m.last) {
		m.last = append(m.last, make([]int32, int(entry)+1-len(m.last))...)
	}
	if m.last[entry] != cycle {
		m.last[entry] = cycle
		m.list = append(m.list, entry)
	}
}

// extents are how much there is in a part.
type extents struct{ names, consts, builtins, funcs, tables int32 }

func (p *part) extents() extents {
	return extents{int32(len(p.names.list)), int32(len(p.consts.list)), int32(len(p.builtins.list)), int32(len(p.mod.Funcs)), int32(len(p.mod.Tables))}
}

// piece is what was made for a cycle of words: what is in a part between two points.
type piece struct {
	part     *part
	from, to extents
	helpers  []numberedHelper
}

// numberedHelper is a helper and its function.
type numberedHelper struct {
	name     string
	function int32
}

// inParts compiles the words, which are there in the order in which one would compile them.
func (c *compiler) inParts(cycles [][]int32) {
	outside := make([]int32, len(c.mod.Funcs))
	for i := range outside {
		outside[i] = c.mod.Funcs[i].In
	}
	pieces := make([]piece, len(cycles))
	parallel.Ordered(len(cycles), c.callsOfCycles(cycles), func() func(int) {
		in := c.newPart(outside)
		return func(i int) { pieces[i] = in.piece(cycles, i) }
	})
	words := len(c.mod.Funcs)
	var from []int32 // by function behind the words': the piece that it is from
	for i := range pieces {
		c.take(&pieces[i])
		for words+len(from) < len(c.mod.Funcs) {
			from = append(from, int32(i))
		}
	}
	parallel.Each(len(pieces), func() func(int) {
		return func(i int) {
			for _, w := range cycles[i] {
				pieces[i].part.to.renumber(&c.mod.Funcs[c.functions[w]])
			}
		}
	})
	parallel.Each(len(from), func() func(int) {
		return func(i int) { pieces[from[i]].part.to.renumber(&c.mod.Funcs[words+i]) }
	})
}

// callsOfCycles returns the function that calls visit for the cycles of words which the words of a cycle call.
func (c *compiler) callsOfCycles(cycles [][]int32) func(cycle int, visit func(called int)) {
	first := len(c.words)
	for _, cycle := range cycles {
		first = min(first, int(slices.Min(cycle)))
	}
	of := make([]int32, len(c.words)-first) // by word
	for i, cycle := range cycles {
		for _, w := range cycle {
			of[int(w)-first] = int32(i)
		}
	}
	return func(i int, visit func(called int)) {
		for _, w := range cycles[i] {
			for _, to := range c.words[w].calls {
				if int(to) >= first && of[int(to)-first] != int32(i) {
					visit(int(of[int(to)-first]))
				}
			}
		}
	}
}

// newPart returns a compiler of a part: it shares what all know of the program.
func (c *compiler) newPart(outside []int32) *compiler {
	in := *c
	in.whole = c.mod
	in.mod = &bytecode.Module{Files: c.mod.Files, Variants: c.mod.Variants, Unions: c.mod.Unions, Outside: outside, Linear: c.mod.Linear}
	in.nameIndex, in.consts, in.helpers = map[string]int32{}, map[bytecode.Const]int32{}, map[string]int32{}
	in.builtins, in.wordOf = make([]int32, len(c.builtins)), nil
	in.spare, in.spareCode, in.lastNames = nil, nil, [len(in.lastNames)]lastName{}
	in.part = &part{mod: in.mod, indexed: in.consts}
	return &in
}

// piece compiles a cycle of words.
func (c *compiler) piece(cycles [][]int32, i int) piece {
	c.part.cycle = int32(i + 1)
	clear(c.helpers)
	made := piece{part: c.part, from: c.part.extents()}
	c.cycle(cycles[i])
	made.to = c.part.extents()
	for name, f := range c.helpers {
		made.helpers = append(made.helpers, numberedHelper{name, f})
	}
	return made
}

// wordFunction is the function of a word, which is in the whole module in any case.
func (c *compiler) wordFunction(number int32) *bytecode.Func {
	if c.part != nil {
		return &c.whole.Funcs[number]
	}
	return &c.mod.Funcs[number]
}

// take takes a piece over into the whole module: what it asked for first gets the next numbers. Its
// code still has those of the part.
func (c *compiler) take(made *piece) {
	p, from, to := made.part, made.from, made.to
	if p.to.names == nil {
		p.to = newRenumbering(p.mod)
	}
	for _, i := range p.names.list[from.names:to.names] {
		if p.to.names[i] < 0 {
			p.to.names[i] = c.name(p.mod.Names[i])
		}
	}
	for _, i := range p.builtins.list[from.builtins:to.builtins] {
		if p.to.builtins[i] < 0 {
			index, _ := c.table.Lookup(p.mod.Builtins[i].Name)
			p.to.builtins[i] = c.builtin(index)
		}
	}
	for f := from.funcs; f < to.funcs; f++ {
		p.to.funcs[f] = c.takeFunction(made, f)
	}
	for _, i := range p.consts.list[from.consts:to.consts] {
		if p.to.consts[i] < 0 {
			p.to.consts[i] = c.takeConstant(p, i)
		}
	}
	for t := from.tables; t < to.tables; t++ {
		p.to.tables[t] = int32(len(c.mod.Tables))
		c.mod.Tables = append(c.mod.Tables, p.mod.Tables[t])
	}
}

// takeFunction takes a function over, unless it is a helper that is there already.
func (c *compiler) takeFunction(made *piece, f int32) int32 {
	p := made.part
	name := ""
	for _, h := range made.helpers {
		if h.function == int32(len(p.mod.Outside))+f {
			name = h.name
		}
	}
	if there, ok := c.helpers[name]; ok {
		return there
	}
	number := c.add(p.mod.Funcs[f])
	if name != "" {
		c.helpers[name] = number
	}
	return number
}

func (c *compiler) takeConstant(p *part, i int32) int32 {
	k := p.mod.Consts[i]
	if at, ok := p.indexed[k]; !ok || at != i {
		return c.noConstant()
	}
	if k.Kind == bytecode.KindQuotation {
		k.Bits = uint64(p.to.function(int32(k.Bits)))
	}
	return c.constant(k)
}

func newRenumbering(m *bytecode.Module) renumbering {
	unknown := func(n int) []int32 { return slices.Repeat([]int32{-1}, n) }
	return renumbering{
		names: unknown(len(m.Names)), consts: unknown(len(m.Consts)), builtins: unknown(len(m.Builtins)),
		funcs: unknown(len(m.Funcs)), tables: unknown(len(m.Tables)), outside: int32(len(m.Outside)),
	}
}

func (to *renumbering) function(f int32) int32 {
	if f < to.outside {
		return f
	}
	return to.funcs[f-to.outside]
}

// renumber gives the code of a function the numbers of the whole module.
func (to *renumbering) renumber(f *bytecode.Func) {
	for pc := range f.Code {
		in := &f.Code[pc]
		info := in.Op.Info()
		in.A, in.B, in.C = to.operand(info.A, in.A), to.operand(info.B, in.B), to.operand(info.C, in.C)
	}
	for i := range f.Lines {
		f.Lines[i].Name = to.names[f.Lines[i].Name]
	}
	for i := range f.Guards {
		f.Guards[i].Name = to.names[f.Guards[i].Name]
	}
}

func (to *renumbering) operand(form bytecode.Operand, n int32) int32 {
	switch form {
	case bytecode.Constant:
		return to.consts[n]
	case bytecode.Function:
		return to.function(n)
	case bytecode.Word:
		return to.builtins[n]
	case bytecode.Arms:
		return to.tables[n]
	}
	return n
}
