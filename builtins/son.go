package builtins

import (
	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/stack/son"
	"github.com/seqvm/seqvm/vm"
)

var sonWords = []Word{
	{Name: "son.dump", Effect: "( ..a T -- ..a String )", Doc: "The compact SON text of a value.", Borrows: true, Run: func(s *vm.Strand, w []stack.Value) error {
		w[0] = built(son.Append(nil, w[0], s.Heed))
		return nil
	}},
	{Name: "son.dump-pretty", Effect: "( ..a T -- ..a String )", Doc: "The SON text of a value, one part a line.", Borrows: true, Run: func(s *vm.Strand, w []stack.Value) error {
		w[0] = built(son.AppendPretty(nil, w[0], s.Heed))
		return nil
	}},
	{Name: "stack.dump", Effect: "( ..a -- ..b )", Doc: "Writes all values of the stack on one line and empties it.", Rule: special(types.Dump), Traits: onTheStack, Run: func(s *vm.Strand, values []stack.Value) error {
		b := []byte("»")
		for _, v := range values {
			b = son.Append(append(memory.Room(b, 1), ' '), v, s.Heed)
		}
		return write(s, stack.FromOwned(b).AsString(), true)
	}},
}
