package types

import (
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
)

// CheckUncounted is Check that does not count what literals capture before it tries.
func CheckUncounted(prog *load.Program, table *Table, opts Options) (*Info, diag.List) {
	p := newProgram(prog, table, opts)
	p.profile, _, _ = prog.Profile()
	p.uncounted = true
	p.check()
	return p.info, p.errors
}

// Sibling is a word of a family, and what others call it.
type Sibling struct{ Word, Others string }

// Siblings are the families that Instead knows.
func Siblings() map[string][]Sibling {
	all := map[string][]Sibling{}
	for family, list := range siblings {
		for _, s := range list {
			all[family] = append(all[family], Sibling{s.word, s.others})
		}
	}
	return all
}
