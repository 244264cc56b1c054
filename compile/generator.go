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
	g := &generator{self: self}
	g.compiler, g.word, g.module = c, w, module
	return g
}
