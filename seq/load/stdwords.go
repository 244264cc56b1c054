package load

import (
	"sync"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/stdlib"
)

// StdWords maps the public words of all standard modules to their module. The
// modules are parsed at the first call, which only diagnostics and tools need.
// The map must not be changed.
var StdWords = sync.OnceValue(func() map[string]string {
	words := map[string]string{}
	for _, name := range stdlib.Names() {
		text, _ := stdlib.Source(name)
		file, _ := syntax.Parse(diag.NewSource("<std:"+name+">", text), syntax.Seven)
		for _, w := range file.Words {
			if !stdlib.Private(w.Name.Text) {
				words[w.Name.Text] = name
			}
		}
	}
	return words
})
