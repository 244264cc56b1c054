package compile

import (
	"slices"
	"strings"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// Stepped compiles words of a program for a debugger.
type Stepped struct {
	// Redirects make each word be run in a second form, in which each statement has a step, by the index of the word (types.Info.Words).
	Redirects []bytecode.Redirect

	c     *compiler
	twins map[twin]int32 // the functions of that form
}

// twin is what functions have in common that are made from the same words of the program.
type twin struct {
	name               string
	file, line, column int32
}

func twinOf(f *bytecode.Func) twin { return twin{f.Name, f.File, f.Line, f.Column} }

// ForDebugger returns a program twice: as Program makes it, and with steps.
func ForDebugger(info *types.Info) (*bytecode.Module, *Stepped) {
	c := program(info, Options{})
	first := len(c.mod.Funcs)
	c.Steps = true
	s := &Stepped{Redirects: c.addPlain(), c: c, twins: map[twin]int32{}}
	for i := first; i < len(c.mod.Funcs); i++ {
		if f := &c.mod.Funcs[i]; f.Steps != nil {
			s.twins[twinOf(f)] = int32(i)
		}
	}
	return c.mod, s
}

// Stops are the statements that have a step, by where they start, each with the condition under which the step is come to: statements that run
// on a copy of the stack and leave a Bool; nil: always. A condition that the code cannot decide is left out: who is told of the step decides.
type Stops map[int32][]syntax.Stmt

// Some compiles a word in a third form, in which only some statements have steps: what lies between those and calls is made as
// fast as it can be. Where the code has a step the frame is as in the second form.
//
// The module has more functions than the one before, twins are those of the second form by the added ones.
func (s *Stepped) Some(word int, stops Stops) (mod *bytecode.Module, function int32, twins map[int32]int32) {
	c, grown := s.c, *s.c.mod
	c.mod, c.stops = &grown, stops
	first, stepped := len(grown.Funcs), c.functions[word]
	function = c.function(c.info.Words[word], &c.words[word])
	c.functions[word] = function
	c.word(c.info.Words[word])
	c.functions[word], c.stops = stepped, nil
	twins = map[int32]int32{}
	for i := first; i < len(c.mod.Funcs); i++ {
		f := &c.mod.Funcs[i]
		if other, ok := s.twins[twinOf(f)]; ok {
			twins[int32(i)] = other
			f.Frame = max(f.Frame, c.mod.Funcs[other].Frame) // a frame may go on in that code
		}
	}
	return c.mod, function, twins
}

// begin notes that a statement begins, in plain code.
func (g *generator) begin(st *syntax.Stmt) {
	if g.stops == nil {
		g.layOutAll()
		g.step(st.Start(), st.End)
		return
	}
	when, stop := g.stops[st.Start()]
	if stop || !g.staysHere(st) {
		g.layOutAll()
	}
	if !stop {
		return
	}
	g.block = len(g.code)
	var passes []int
	if c := (&stopCondition{generator: g, when: when}); c.decides() {
		passes = c.unless()
	}
	g.step(st.Start(), st.End)
	g.emit(bytecode.OpCover, bytecode.CoverProfile, 0, 0) // what is jumped to, or rewritten, is behind the step
	g.patch(passes...)
}

// staysHere tells whether a statement by itself calls nothing.
func (g *generator) staysHere(st *syntax.Stmt) bool {
	switch st.Kind {
	case syntax.StmtInt, syntax.StmtFloat, syntax.StmtBool, syntax.StmtString, syntax.StmtSymbol, syntax.StmtIf:
		return true
	case syntax.StmtCall:
		call := g.callInfo(st)
		if call.Target != types.TargetBuiltin || len(st.Inner) > 0 {
			return false
		}
		word := g.signature(call)
		_, intrinsic := intrinsics[g.table.Meaning(call.Index)]
		return word.Shuffle != nil || word.Special == types.ToAux || word.Special == types.FromAux || intrinsic && word.Combinator == nil && word.Special == types.Ordinary
	}
	return false
}

// decidable are the words that a condition can have which the code decides: with operands of the right kinds nothing fails.
var decidable = func() map[string]bool {
	m := map[string]bool{}
	for _, name := range strings.Fields("i.+ i.- i.* i.= i.<> i.< i.<= i.> i.>= i.neg band bor bxor bnot and or not f.+ f.- f.* f.= f.<> f.< f.<= f.> f.>=") {
		m[name] = true
	}
	return m
}()

// literals are the kinds of the literals that a condition can have which the code decides.
var literals = map[syntax.StmtKind]bytecode.Kind{syntax.StmtInt: bytecode.KindInt, syntax.StmtFloat: bytecode.KindFloat, syntax.StmtBool: bytecode.KindBool}

// stopCondition is the condition of a step, where the stack is laid out.
type stopCondition struct {
	*generator
	when  []syntax.Stmt
	words []int32 // the built-in words that its statements call; literals call none
}

// decides tells whether the code can decide the condition: all is known of the kinds that it wants.
func (g *stopCondition) decides() bool {
	if g.when == nil || g.floating {
		return false
	}
	kinds := make([]bytecode.Kind, len(g.stack))
	for i, o := range g.stack { // it is laid out
		if k := g.kinds[o.index]; !k.trusted {
			kinds[i] = k.kind
		}
	}
	g.words = make([]int32, len(g.when))
	for i := range g.when {
		if kind, ok := literals[g.when[i].Kind]; ok {
			kinds = append(kinds, kind)
			continue
		}
		top := bytecode.KindAny
		if len(kinds) > 0 {
			top = kinds[len(kinds)-1]
		}
		word, ok := g.decided(&g.when[i], top)
		if !ok || len(kinds) < len(g.table.Effect(word).In) {
			return false
		}
		g.words[i] = word
		base := len(kinds) - len(g.table.Effect(word).In)
		taken := slices.Clone(kinds[base:])
		kinds = kinds[:base]
		if shuffle := g.table.Signature(word).Shuffle; shuffle != nil {
			for _, i := range shuffle.Order {
				kinds = append(kinds, taken[i])
			}
			continue
		}
		in := intrinsics[g.table.Meaning(word)]
		if slices.ContainsFunc(taken, func(k bytecode.Kind) bool { return k != in.from }) {
			return false
		}
		kinds = append(kinds, in.to)
	}
	return len(kinds) > 0 && kinds[len(kinds)-1] == bytecode.KindBool
}

// decided is the built-in word that a statement of the condition calls; what an operator means the kind of the topmost value says. False: it calls
// something that may fail, or a word of the program.
func (g *stopCondition) decided(st *syntax.Stmt, top bytecode.Kind) (word int32, ok bool) {
	if st.Kind != syntax.StmtCall || len(st.Inner) > 0 {
		return 0, false
	}
	name := st.Text
	if operators := types.OperatorWords(name); len(operators) > 1 {
		if name = operators[0]; top == bytecode.KindFloat {
			name = operators[1]
		}
	}
	if slices.ContainsFunc(g.info.Words, func(w *types.Word) bool { return w.Decl.Name.Text == name }) {
		return 0, false
	}
	if word, ok = g.table.Lookup(name); !ok {
		return 0, false
	}
	return word, g.table.Signature(word).Shuffle != nil || decidable[g.table.Meaning(word)]
}

// unless emits jumps that are taken if the condition does not hold, which has a copy of the stack.
func (g *stopCondition) unless() []int {
	own := slices.Clone(g.stack)
	for _, o := range own {
		g.retain(o)
	}
	for i := range g.when {
		st := &g.when[i]
		if _, ok := literals[st.Kind]; ok {
			g.value(st)
			continue
		}
		word := g.words[i]
		if shuffle := g.table.Signature(word).Shuffle; shuffle != nil {
			g.shuffle(shuffle, len(g.table.Effect(word).In))
			continue
		}
		in := intrinsics[g.table.Meaning(word)]
		in.make(g.generator, in, false)
	}
	jumps := g.branch()
	for len(g.stack) > 0 {
		g.release(g.pop())
	}
	g.stack = append(g.stack, own...)
	return jumps
}
