package types_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// formed checks a program and returns its calls that have a form or an end of their own, in
// the order of the text, as "dip inline" or "os.exit exit".
func formed(t *testing.T, text string) []string {
	t.Helper()
	prog, problems := load.Text("x.seq", text, "", load.Options{})
	require.False(t, problems.HasErrors(), "%s: %v", text, problems)
	info, problems := types.Check(prog, builtins.All().Types(), types.Options{})
	require.False(t, problems.HasErrors(), "%s: %v", text, problems)
	var found []string
	for _, w := range prog.Modules[0].Words {
		for st := range syntax.All(w.Body) {
			if !st.HasCall() {
				continue
			}
			c := info.Calls[0][st.ID]
			what := []string{"", " inline", " loop"}[c.Form] + []string{"", " exit", " cycle"}[c.End]
			if c.Dropped {
				what += " dropped"
			}
			if what != "" {
				found = append(found, st.Text+what)
			}
		}
	}
	return found
}

func TestFormsOfCalls(t *testing.T) {
	for text, want := range map[string]string{
		": f ( Int -- Int ) [ 1 i.+ ] call ;":                                   "call inline",
		": f ( Int Int -- Int Int ) [ 1 i.+ ] dip [ 1 i.+ ] keep i.+ ;":         "dip inline; keep inline",
		": f ( Int -- Int Int ) [ 1 i.+ ] [ 2 i.* ] bi ;":                       "bi inline",
		": f ( Int [ Int -- Int ] -- Int Int ) [ 2 i.* ] bi ;":                  "",
		": f ( Int [ Int -- Int ] -- Int ) call ;":                              "",
		": f ( V -- V ) [ 1 i.+ ] list.map [ 0 i.> ] list.filter ;":             "list.map loop; list.filter loop",
		": f ( Int V -- Int ) 0 [ i.+ ] list.fold nip ;":                        "list.fold loop",
		": f ( V [ Int -- ] -- ) list.each ;":                                   "",
		": f ( V -- ) [ [ drop ] call ] list.each ;":                            "call inline; list.each loop",
		": f ( Int -- Closure[ Int -- Int ] ) [ i.+ ] ;":                        "",
		": f ( Int -- Closure[ -- Int ] ) [ 1 i.+ ] call [ ] ;":                 "", // it captures the Int: a closure is called
		": f ( -- ) [ 1 drop ] strand.spawn drop ;":                             "strand.spawn dropped",
		": f ( -- Int ) 7 2 i./ drop ;":                                         "i./ dropped",
		": f ( -- ) 7 2 i./ [ ] drop drop drop ;":                               "drop dropped; drop dropped",
		": f ( -- ) 3 os.exit ;":                                                "os.exit exit",
		": f ( Int -- Int ) dup 0 i.> [ f ] [ g ] if ;\n: g ( Int -- Int ) f ;": "f cycle; g cycle; f cycle",
		": f ( Int -- Int ) g ;\n: g ( Int -- Int ) ;":                          "",
		"# seq:dialect classic\n: dip ( Int [ Int -- Int ] -- Int ) call ;\n: f ( -- Int ) 5 [ 1 i.+ ] dip [ 1 i.+ ] call ;": "call inline",
	} {
		assert.Equal(t, want, strings.Join(formed(t, text), "; "), text)
	}
}

func TestEndOf(t *testing.T) {
	const text = ": f ( Int -- Int ) %s ;"
	for body, want := range map[string]types.End{
		"": types.EndsHere, "1 i.+": types.EndsHere, "f": types.EndsInCycle, "f 1": types.EndsHere,
		"os.exit": types.EndsInExit, "[ f ] call": types.EndsHere, "dup 0 i.> [ f ] [ f ] if": types.EndsHere,
	} {
		prog, problems := load.Text("x.seq", fmt.Sprintf(text, body), "", load.Options{})
		require.False(t, problems.HasErrors(), "%s: %v", body, problems)
		info, _ := types.Check(prog, builtins.All().Types(), types.Options{})
		assert.Equal(t, want, info.EndOf(0, prog.Modules[0].Words[0].Body), body)
	}
}
