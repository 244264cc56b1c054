package check_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/check"
)

// What says that a program is an old one can be added, in its first line or behind
// that of a script, and then it checks.
func TestDialectCommentIsOffered(t *testing.T) {
	for text, want := range map[string]string{
		": main ( -- ) 1 drop ;\n: f ( First -- ) drop ;":                                                 "# seq:dialect classic\n: main ( -- ) 1 drop ;\n: f ( First -- ) drop ;",
		"#!/usr/bin/env seqvm\n: main ( -- ) ;\n: f ( First -- ) drop ;":                                  "#!/usr/bin/env seqvm\n# seq:dialect classic\n: main ( -- ) ;\n: f ( First -- ) drop ;",
		"\uFEFF: main ( -- ) ;\n: f ( First -- ) drop ;":                                                  "\uFEFF# seq:dialect classic\n: main ( -- ) ;\n: f ( First -- ) drop ;",
		": main ( -- ) true if 1 else 2 then drop 0 [ dup 3 i.< ] [ 1 i.+ ] while drop ;\n: g ( -- ) ;\n": "# seq:dialect classic-1\n: main ( -- ) true if 1 else 2 then drop 0 [ dup 3 i.< ] [ 1 i.+ ] while drop ;\n: g ( -- ) ;\n",
	} {
		_, list := check.Program(check.Text("x.seq", text, "."), check.Options{Words: builtins.All().Types(), Hints: true})
		require.Len(t, list, 1, text)
		require.Len(t, list[0].Fixes, 1, text)
		edits := list[0].Fixes[0].Edits
		require.Len(t, edits, 1)
		got := list[0].Fixes[0].Apply(edits[0].Span.Source)
		assert.Equal(t, want, got)
		_, list = check.Program(check.Text("x.seq", got, "."), check.Options{Words: builtins.All().Types(), Hints: true})
		assert.Empty(t, list, got)
	}
}

// What the checker offers says in its title what it does, and does it.
func TestFixesOfTheChecker(t *testing.T) {
	type fix struct{ title, text string }
	for text, want := range map[string][]fix{
		": f ( -- ) io.writeline ;":                          {{"write 'io.write-line'", ": f ( -- ) io.write-line ;"}},
		": f ( -- ) qqqqqqqqq ;":                             nil,
		": f ( Int -- ) [ ] tims ;":                          {{"write 'times'", "include std:loops\n: f ( Int -- ) [ ] times ;"}},
		": f ( Int -- ) [ ] when ;":                          {{"add 'include std:control'", "include std:control\n: f ( Int -- ) [ ] when ;"}},
		": f ( String -- ) io.error-line ;":                  {{"add 'include vm:io'", "include vm:io\n: f ( String -- ) io.error-line ;"}},
		"include std:list\n: f ( String -- ) io.error-lin ;": {{"write 'io.error-line'", "include std:list\ninclude vm:io\n: f ( String -- ) io.error-line ;"}},
		"#!/usr/bin/env seqvm\n: f ( Int -- ) [ ] when ;":    {{"add 'include std:control'", "#!/usr/bin/env seqvm\ninclude std:control\n: f ( Int -- ) [ ] when ;"}},
		"include std:list # lists\n: f ( -- ) [ ] when ;":    {{"add 'include std:control'", "include std:list # lists\ninclude std:control\n: f ( -- ) [ ] when ;"}},
		"include std:list\n\n: f ( -- ) [ ] when ;":          {{"add 'include std:control'", "include std:list\ninclude std:control\n\n: f ( -- ) [ ] when ;"}},
		"include std:list : f ( -- ) [ ] when ;":             {{"add 'include std:control'", "include std:list\ninclude std:control\n : f ( -- ) [ ] when ;"}},
		": f ( Int -- ) [ ] times ;":                         {{"add 'include std:loops'", "include std:loops\n: f ( Int -- ) [ ] times ;"}},
		": f ( Int -- ) [ ] while ;":                         nil,
		": f ( -- ) 7 2 mod ;":                               {{"write 'i.modulo'", ": f ( -- ) 7 2 i.modulo ;"}},
		": f ( -- ) -rot ;":                                  {{"write 'rot rot'", ": f ( -- ) rot rot ;"}},
		": f ( -- ) nth ;":                                   {{"write 'list.get'", ": f ( -- ) list.get ;"}},
		": f ( -- ) sort ;":                                  nil,
		": f ( -- ) == ;":                                    nil,
		"union U { Aaa Bbb } : f ( -- ) Aaa ;":               {{"write 'Make-Aaa'", "union U { Aaa Bbb } : f ( -- ) Make-Aaa ;"}},
		"union U { Aaa Bbb } : f ( -- ) U ;":                 nil,
		"union U { Aaa Bbb } : f ( -- ) Aaa -> ;":            nil,
		"union U { Aaa Bbb } : f ( -- ) Make-Aab ;":          {{"write 'Make-Aaa'", "union U { Aaa Bbb } : f ( -- ) Make-Aaa ;"}},
		": f ( Strng -- ) drop ;":                            {{"write 'String'", ": f ( String -- ) drop ;"}},
		": f ( string -- ) drop ;":                           {{"write 'String'", ": f ( String -- ) drop ;"}},
		"union U { Aaa } : f ( Aaa -- ) drop ;":              {{"write 'U'", "union U { Aaa } : f ( U -- ) drop ;"}},
		"union U { Aaa { x: Itn } }":                         {{"write 'Int'", "union U { Aaa { x: Int } }"}},
		"union U { Aaa } : f ( U -- ) match Aab -> end ;":    {{"write 'Aaa'", "union U { Aaa } : f ( U -- ) match Aaa -> end ;"}},
		"union U { A { wide: Int } } : f ( U -- Int ) match A { >wied } -> end ;": {{"write '>wide'",
			"union U { A { wide: Int } } : f ( U -- Int ) match A { >wide } -> end ;"}},
		"union U { A B C } : f ( U -- ) match B -> end ;": {{"add an arm for each", "union U { A B C } : f ( U -- ) match B -> A -> C -> end ;"}},
		": f ( T -- Int ) 1 + ;":                          {{"write 'i.+'", ": f ( T -- Int ) 1 i.+ ;"}},
		": f ( Int -- ) io.write-line ;":                  {{"put 'int->string' in front of it", ": f ( Int -- ) int->string io.write-line ;"}},
		": f ( String -- Int ) 1 i.+ ;":                   nil,
		": f ( String -- ) os.exit ;":                     nil,
		": f ( Variant -- T Bool ) 0 swap list.get ;":     {{"put 'swap' in front of it", ": f ( Variant -- T Bool ) 0 swap swap list.get ;"}},
		": f ( T [ T -- T ] -- T ) drop 1 i.+ ;":          {{"write 'Int' for 'T'", ": f ( Int [ Int -- Int ] -- Int ) drop 1 i.+ ;"}},
	} {
		_, list := check.Program(check.Text("x.seq", text, "."), check.Options{Words: builtins.All().Types()})
		require.NotEmpty(t, list, text)
		var got []fix
		for _, f := range list[0].Fixes {
			if f.Title != "say that it is classic" {
				got = append(got, fix{f.Title, f.Apply(f.Edits[0].Span.Source)})
			}
		}
		assert.Equal(t, want, got, text)
	}
}
