package compile

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/syntax"
	"github.com/seqvm/seqvm/types"
)

// maxInlined is how many statements a word may have, those of words inlined in
// it included, to be compiled in place of its calls.
const maxInlined = 24

// inlinable tells whether a word's body can stand in place of its calls: it is
// short and cannot fail. So no trail of calls ever misses it.
func (c *compiler) inlinable(w *types.Word) bool {
	if c.Instrument || c.Cover || !w.Effect.Plain() || w.Extra > 0 {
		return false
	}
	for _, t := range w.Effect.In {
		if kindOf(t) == bytecode.KindAny {
			return false // a value of a kind that nobody knows can fail the body
		}
	}
	if c.bodySizes[w.Index] == 0 {
		c.bodySizes[w.Index] = tooLarge // also while it is being measured: a word is not part of itself
		c.bodySizes[w.Index] = 1 + c.measure(w.Module, w.Decl.Body)
	}
	return c.bodySizes[w.Index] <= maxInlined
}

const tooLarge = 1 << 20

// measure counts the statements of a body that cannot fail; tooLarge if it can.
func (c *compiler) measure(module int, body []syntax.Stmt) int {
	n := 0
	for i := 0; i < len(body) && n < tooLarge; i++ {
		st := &body[i]
		n++
		switch st.Kind {
		case syntax.StmtInt:
			if syntax.LiteralIndex(body, i) {
				i++
			}
		case syntax.StmtMatch:
			return tooLarge
		case syntax.StmtQuotation:
			if !syntax.LiteralIf(body, i) {
				return tooLarge
			}
			n += c.measure(module, st.Block) + c.measure(module, body[i+1].Block)
			i += 2
		case syntax.StmtCall:
			n += c.measureCall(&c.info.Calls[module][st.ID])
		}
	}
	return n
}

func (c *compiler) measureCall(call *types.Call) int {
	switch call.Target {
	case types.TargetBuiltin:
		name := c.builtinNames[call.Index]
		if _, ok := shuffles[name]; ok {
			return 0
		}
		if in, ok := intrinsics[name]; ok && in.from != bytecode.KindAny && !in.cast {
			return 0
		}
	case types.TargetWord:
		if w := c.info.Words[call.Index]; call.Known && c.inlinable(w) {
			return c.bodySizes[w.Index]
		}
	}
	return tooLarge
}

// inlineWord compiles a word's body in place of a call. Its code belongs to the
// line of the call.
func (g *generator) inlineWord(w *types.Word) {
	module := g.module
	g.module, g.inlining = w.Module, g.inlining+1
	g.body(w.Decl.Body, false)
	g.module, g.inlining = module, g.inlining-1
}
