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
