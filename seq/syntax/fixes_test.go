package syntax_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
)

// What is offered says in its title what it does, and does it.
func TestFixes(t *testing.T) {
	type fix struct{ title, text string }
	for text, want := range map[string][]fix{
		"use std:list":                          {{"write 'include'", "include std:list"}},
		"use vm:io":                             {{"write 'include'", "include vm:io"}},
		"use list":                              {{"write 'include std:list'", "include std:list"}},
		"use\nlist":                             nil,
		"use [ ]":                               nil,
		"1 2":                                   nil,
		"include list":                          {{"write 'include std:list'", "include std:list"}, {"write 'include vm:list'", "include vm:list"}, {`write 'include "list"'`, `include "list"`}},
		"include std.list":                      nil,
		"include [":                             nil,
		"union\nA { B }":                        {{"join the lines", "union A { B }"}},
		"union # this\nA { B }":                 nil,
		"union answer { Yes }":                  {{"write 'Answer'", "union Answer { Yes }"}},
		"union éa { Yes }":                      {{"write 'Éa'", "union Éa { Yes }"}},
		"union A { yes }":                       {{"write 'Yes'", "union A { Yes }"}},
		"union A { -> }":                        nil,
		"union A { [ }":                         nil,
		"union A { B, C }":                      {{"leave the ',' out", "union A { B C }"}},
		"union A { B,C }":                       {{"leave the ',' out", "union A { B C }"}},
		"union A { B { f Int } }":               {{"write 'f: Int'", "union A { B { f: Int } }"}},
		"union A { B { f int } }":               nil,
		"union A { B { Int } }":                 nil,
		"union A { B { F Int } }":               nil,
		": f ( -- | ) ;":                        {{"leave the '|' out", ": f ( --  ) ;"}},
		": f ( ..A -- ) ;":                      {{"write '..a'", ": f ( ..a -- ) ;"}},
		": f ( ..1 -- ) ;":                      nil,
		": f ( -- ) 1, 2 ;":                     {{"leave the ',' out", ": f ( -- ) 1 2 ;"}},
		": f ( -- ) 1,2 ;":                      {{"leave the ',' out", ": f ( -- ) 1 2 ;"}},
		": f ( -- ) 1,":                         {{"leave the ',' out", ": f ( -- ) 1"}},
		": f ( -- ) ( a ) ;":                    nil,
		": f ( -- ) 1":                          {{"add ';'", ": f ( -- ) 1 ;"}},
		": f ( -- )":                            {{"add ';'", ": f ( -- ) ;"}},
		": f ( -- ) 1 # one\n: g ( -- ) ;":      {{"add ';'", ": f ( -- ) 1 ; # one\n: g ( -- ) ;"}},
		": f ( -- ) [ ;":                        nil,
		": f ( -- ) match A -> ;":               {{"add 'end'", ": f ( -- ) match A -> end ;"}},
		": f ( -- ) match A -> [ ] if":          {{"add 'end'", ": f ( -- ) match A -> [ ] if end"}},
		": f ( -- ) match A { >a -> end ;":      {{"put '}' in front of the '->'", ": f ( -- ) match A { >a } -> end ;"}},
		": f ( -- ) match A { > a > b } -> end": {{"write '>a'", ": f ( -- ) match A { >a > b } -> end"}},
		": f ( -- ) match A { > } -> end":       nil,
		": f ( -- ) match A { a >b } -> end":    {{"write '>a'", ": f ( -- ) match A { >a >b } -> end"}},
		": f ( -- ) match A { >a } 1 end":       {{"add '->'", ": f ( -- ) match A { >a } -> 1 end"}},
		": f ( -- ) match A 1 end":              {{"add '->'", ": f ( -- ) match A -> 1 end"}},
		": f ( -- ) match 1 end":                nil,
	} {
		source := diag.NewSource("x.seq", text)
		_, list := syntax.Parse(source, syntax.Seven)
		require.NotEmpty(t, list, text)
		var got []fix
		for _, f := range list[0].Fixes {
			got = append(got, fix{f.Title, f.Apply(source)})
		}
		assert.Equal(t, want, got, text)
	}
}
