package compile

import (
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/types"
)

// generator walks the statements of one function, a word or a quotation.
type generator struct {
	operands
	self    int32    // the function's own index
	facts   *summary // of a word; nil for a quotation
	outs    []bytecode.Kind
	ends    bool        // the code is in tail position of a word that it stands in place of
	inlined *types.Word // the innermost such word
	around  int32       // the place of the statement that has the body which is compiled
}

// newGenerator starts a function that belongs to a word.
func (c *compiler) newGenerator(w *types.Word, module int, self int32) *generator {
	var g *generator
	if n := len(c.spare); n > 0 {
		g, c.spare = c.spare[n-1], c.spare[:n-1]
	} else {
		g = new(generator)
	}
	g.compiler, g.word, g.module, g.self = c, w, module, self
	if c.Steps {
		g.holds = func() bytecode.StepPoint {
			return bytecode.StepPoint{Stack: int32(len(g.stack)), Aux: int32(len(g.aux)), Floats: g.floating}
		}
	}
	return g
}

// recycle ends the work of a generator. The next one gets its memory: nobody has a part of that, what stays of a
// function is copied.
func (c *compiler) recycle(g *generator) {
	old := g.operands
	*g = generator{}
	g.code, g.lines, g.sites, g.steps = old.code[:0], old.lines[:0], old.sites[:0], old.steps[:0]
	g.stack, g.aux, g.uses, g.kinds, g.tokens = old.stack[:0], old.aux[:0], old.uses[:0], old.kinds[:0], old.tokens[:0]
	g.objects, g.virtual, g.loaded = old.objects[:0], old.virtual[:0], old.loaded[:0]
	c.spare = append(c.spare, g)
}
