package compile

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// maxInlined is how many statements a word may have, those of words inlined in
// it included but not those that only shuffle, to be compiled in place of its
// calls.
const maxInlined = 24

// maxInlinedOnce is the same for a word that is called at one place only, where
// it makes no code longer. Its slots are part of the caller's frame, so it is
// not endless.
const maxInlinedOnce = 100

// inlineBody is what inlining needs to know of a word's body.
type inlineBody struct {
	size  int  // 1 + its statements
	fails bool // a run-time error can come from it
}

const tooLarge = 1 << 20

// add counts what stands in a body.
func (b *inlineBody) add(other inlineBody) {
	b.size += other.size
	b.fails = b.fails || other.fails
}

// inlinable tells whether a word's body can stand in place of its calls in a
// module, and returns it: it is short, and sees and leaves no stack but its own.
// One that can fail needs a place in trails of calls, which words of standard
// modules do not have.
func (c *compiler) inlinable(w *types.Word, module int) (inlineBody, bool) {
	facts := &c.words[w.Index]
	if !c.movable(w, facts) {
		return inlineBody{}, false
	}
	b := c.bodies[w.Index]
	most := maxInlined
	if facts.called == 1 {
		most = maxInlinedOnce
	}
	return b, b.size <= most && (!b.fails || c.file(w.Module) >= 0 && c.file(module) >= 0)
}

// movable tells whether a word, however long, can stand elsewhere.
func (c *compiler) movable(w *types.Word, facts *summary) bool {
	return !c.Plain && !w.Late && w.Effect.Plain() && w.Extra == 0 && !facts.observes && !facts.open()
}

// measureWords measures the bodies of words that call each other, or of one word, when those of all
// others that they call are. A word that calls itself is too large, and so is what calls such a one in the cycle.
func (c *compiler) measureWords(cycle []int32) {
	for _, w := range cycle {
		c.bodies[w].size = tooLarge
	}
	w := c.info.Words[cycle[0]]
	if facts := &c.words[w.Index]; len(cycle) > 1 || facts.called == 0 || !c.movable(w, facts) {
		return
	}
	measured := c.measure(w.Module, w.Decl.Body)
	for _, t := range w.Effect.In { // a value of a kind that nobody knows can fail the body
		measured.fails = measured.fails || kindOf(t) == bytecode.KindAny
	}
	c.bodies[w.Index] = inlineBody{size: 1 + measured.size, fails: measured.fails}
}

// measure looks at a body; its size is tooLarge if it cannot stand elsewhere.
func (c *compiler) measure(module int, body []syntax.Stmt) inlineBody {
	var b inlineBody
	for i := 0; i < len(body) && b.size < tooLarge; i++ {
		st := &body[i]
		switch st.Kind {
		case syntax.StmtQuotation, syntax.StmtCond:
			b.size = tooLarge
		case syntax.StmtIndex: // shuffling costs nothing
		case syntax.StmtMatch:
			b.add(inlineBody{size: 1, fails: true})
			for a := range st.Match.Arms {
				b.add(c.measure(module, st.Match.Arms[a].Body))
			}
		case syntax.StmtIf:
			b.add(c.measureInner(module, st))
		case syntax.StmtCall:
			switch call := &c.info.Calls[module][st.ID]; {
			case call.Form == types.FormInline:
				b.add(c.measureInner(module, st))
			case len(st.Inner) > 0: // a literal that is a function of its own
				b.size = tooLarge
			default:
				b.size++
				b.add(c.measureCall(module, call))
			}
		default:
			b.size++
		}
	}
	return b
}

// measureInner measures a form that runs its literals right here.
func (c *compiler) measureInner(module int, st *syntax.Stmt) inlineBody {
	b := inlineBody{size: 1}
	for i := range st.Inner {
		b.add(c.measure(module, st.Inner[i].Inner))
	}
	return b
}

func (c *compiler) measureCall(module int, call *types.Call) inlineBody {
	switch call.Target {
	case types.TargetBuiltin:
		name, word := c.table.Name(call.Index), c.table.Signature(call.Index)
		if word.Shuffle != nil || word.Special == types.ToAux || word.Special == types.FromAux {
			return inlineBody{size: -1} // they cost nothing
		}
		if in, ok := intrinsics[c.table.Meaning(call.Index)]; ok {
			return inlineBody{fails: in.from == bytecode.KindAny || in.cast}
		}
		if _, ok := helpers[name]; !ok && !word.Traits.Has(types.FrameBound) {
			return inlineBody{fails: true}
		}
	case types.TargetWord:
		if w := c.info.Words[call.Index]; call.Known {
			if b, ok := c.inlinable(w, module); ok {
				return b
			}
		}
	case types.TargetMake:
		return inlineBody{}
	case types.TargetIs, types.TargetAccess:
		return inlineBody{fails: true}
	}
	return inlineBody{size: tooLarge}
}

// inlineWord compiles a word's body in place of a call; tail tells that the call is in
// tail position, in the function or in another word that is compiled in place of its
// call. Code that cannot fail belongs to the line of the call, other code to its own.
// What the body leaves is looked at where the word would return, or behind the call if
// the body ends in a call itself.
func (g *generator) inlineWord(w *types.Word, b inlineBody, tail bool) {
	module := g.module
	g.module = w.Module
	defer func() { g.module = module }()
	inlined, ends, around := g.inlined, g.ends, g.around
	g.inlined, g.ends, g.around = w, true, w.Decl.Pos
	defer func() { g.inlined, g.ends, g.around = inlined, ends, around }()
	if tail {
		g.emit(bytecode.OpTailGone, 0, 0, 0)
	}
	if !b.fails && !g.Profile { // which is to see the word
		g.inlining++
		g.body(w.Decl.Body, false)
		g.inlining--
		return
	}
	here, places := g.origin, g.places
	g.sites = append(g.sites, bytecode.Site{Func: g.functions[w.Index], Line: here.line, Column: here.column, Parent: here.site, Tail: tail})
	g.site = int32(len(g.sites))
	g.body(w.Decl.Body, false)
	g.lookForProfile()
	g.origin, g.places = here, places
	if !tail { // else those look at the results that the calling word returns to
		g.demandResults(w)
	}
}
