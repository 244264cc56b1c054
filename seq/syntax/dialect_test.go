package syntax_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
)

// TestFindDialect goes through chapter 9, section 2, rules 2 to 5.
func TestFindDialect(t *testing.T) {
	const undecided = "undecided"
	for _, c := range []struct{ text, want string }{
		{`: f ( Bool -- ) if "a" io.write-line then ;`, "classic"},
		{`: f ( Bool -- ) if 1 else 2 then drop ;`, "classic"},
		{`: f ( Bool -- ) [ ] [ ] if ;`, "7"},
		{`: f ( -- ) "if then" io.write-line ;`, undecided},
		{`: f ( -- ) :if :then drop drop ; # if then`, undecided},
		{`: f ( -- ) if-zero then? else! IF Then ;`, undecided},
		{`union If { then { if: Int, else: Int } } : f ( -- ) ;`, undecided},
		{`: f ( Bool -- ) then if ;`, undecided},
		{`: f ( -- ) then ; : g ( Bool -- ) [ ] [ ] if ;`, undecided},
		{`: f ( Bool -- ) [ ] [ ] if ; : g ( Bool -- ) if 1 drop then ;`, "classic"},
		{`: f ( Bool -- ) if ; : g ( -- ) then ;`, undecided},
		{"# seq:dialect 7\n: f ( Bool -- ) if 1 drop then ;", "7"},
		{": f ( Bool -- ) [ ] [ ] if ;\n# seq:dialect classic-2", "classic-2"},
		{"#seq:dialect   6\n: f ( -- ) ;", "6"},
		{"# seq:dialect classic was the dialect of this file\n: f ( -- ) ;", undecided},
		{`: f 1 if 2 drop then ;`, "classic"},
		{": count# ( Bool -- ) if 1 drop then ;", "classic"},
		{": f ( Bool -- ) # if\n 1 drop then ;", undecided},
		{"", undecided},
		{"include\"", undecided},
	} {
		e := syntax.FindDialect(diag.NewSource("t.seq", c.text))
		got := undecided
		if e.Decided {
			got = e.Dialect.String()
		}
		assert.Equal(t, c.want, got, "%s", c.text)
		assert.Nil(t, e.Problem, "%s", c.text)
	}
	for _, text := range []string{"# seq:dialect 8\n", "# seq:dialect 7\n# seq:dialect classic\n"} {
		assert.NotNil(t, syntax.FindDialect(diag.NewSource("t.seq", text)).Problem, "%s", text)
	}
}
