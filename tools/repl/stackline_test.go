package repl

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLongValuesAreShortened(t *testing.T) {
	const words = `
		: ints ( V Int Int -- V ) dup 0 i.> [ 1 i.- rot 2 pick list.push rot 1 i.+ rot ints ] [ drop drop ] if ;
		: squares ( M Int -- M ) dup 0 i.> [ swap over dup dup i.* map.set swap 1 i.- squares ] [ drop ] if ;
		: wrapped ( V Int -- V ) dup 0 i.> [ 1 i.- list.make rot list.push swap wrapped ] [ drop ] if ;
		: doubled ( String Int -- String ) dup 0 i.> [ 1 i.- swap dup string.concat swap doubled ] [ drop ] if ;`
	for _, c := range []struct{ input, starts, ends string }{
		{"list.make 0 30 ints", "list-of 0 lv 1 lv", " 27 lv 28 lv 29 lv"},
		{"list.make 0 3000 ints", "list-of 0 lv 1 lv 2 lv 3 lv", "lv … 2999 lv (3000)"},
		{"list.make list.make 0 3000 ints list.push", "list-of list-of 0 lv 1 lv 2 lv", "lv … 2999 lv (3000) lv"},
		{"map.make 3000 squares", "map-of 1 1 kv 2 4 kv 3 9 kv", "kv … 3000 9000000 kv (3000)"},
		{`map.make 7 "x" 9 doubled map.set`, `map-of 7 "xxxxxxxx`, `xxx…" (512) kv`},
		{`"ab\tö" 12 doubled`, `"ab\töab\tö`, `…" (16384)`},
		{`"\x01" 8 doubled`, `"\u0001\u0001`, `\u0001…" (256)`},
		{"list.make 100000 wrapped", "list-of list-of list-of", "list-of … lv lv" + strings.Repeat(" lv", 10)},
		{`1 "y" 9 doubled 2.5 :Triple wrap-3`, `:Triple 1 "yyyy`, `yyyy…" (512) 2.5 wrap-3`},
	} {
		s := start(t)
		s.do(words, "")
		_, err := s.Input(t.Context(), c.input)
		assert.NoError(t, err, c.input)
		got := s.BriefStackLine()
		assert.True(t, strings.HasPrefix(got, "» "+c.starts), "%s: %s", c.input, got)
		assert.True(t, strings.HasSuffix(got, c.ends), "%s: %s", c.input, got)
		assert.LessOrEqual(t, len([]rune(got)), maxValue+maxValue/4, got)
		if len([]rune(s.StackLine())) <= maxValue {
			assert.Equal(t, s.StackLine(), got)
		}
	}
}

func TestOfManyValuesTheTopOnesAreShown(t *testing.T) {
	sh, _ := shellFor(t)
	said := sh.says(strings.Repeat("7 ", 1000) + "123 4")
	assert.True(t, strings.HasPrefix(said, "» (523 more) … 7 7 "), said)
	assert.True(t, strings.HasSuffix(said, " 7 7 123 4\n"), said)
}

func TestTheWholeStackIsShownWhenItIsAskedFor(t *testing.T) {
	sh, s := shellFor(t)
	assert.Contains(t, sh.says(`"`+strings.Repeat("x", 5000)+`"`), `x…" (5000)`)
	assert.Equal(t, s.StackLine()+"\n", sh.says(":stack"))
	assert.Equal(t, s.StackLine()+"\n", sh.says("stack.dump"))
	assert.Len(t, s.StackLine(), 5000+len(`» ""`))
	assert.Contains(t, sh.says("1"), `x…" (5000) 1`)
	assert.Contains(t, sh.says(":pop"), `x…" (5000)`)
}
