package syntax

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// classed writes the runs of a text as TEXT=CLASS.
func classed(text string) string {
	var b strings.Builder
	for _, r := range ClassRuns(text) {
		b.WriteString(strings.ReplaceAll(text[r.Start:r.End], " ", "_") + "=" + r.Class.String() + " ")
	}
	return strings.TrimSpace(b.String())
}

func TestClassRuns(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"includes", "include std:list\ninclude \"a\" include\nstd:b include vm", `include=keyword std=module :=module list=module include=keyword "a"=string include=keyword std=word :=symbol b=symbol include=keyword vm=module`},
		{"a definition", ": sq ( ..a Int [ -- T ] -- Bool | Yield Int ) dup ;",
			`:=definer sq=definition (=effect ..a=row Int=type [=bracket --=effect T=type ]=bracket --=effect Bool=type |=effect Yield=type Int=type )=effect dup=word ;=definer`},
		{"literals", `1 -2.5 0xfg 1e .5 5. . true "s"`, `1=number -2.5=number 0xfg=number 1e=word .5=number 5.=number .=operator true=boolean "s"=string`},
		{"escapes", `"a\n\x4f\x4\q\é"`, `"a=string \n=escape \x4f=escape \x4=bad-escape \q=bad-escape \é=bad-escape "=string`},
		{"a string that ends in a backslash", `"a\`, `"a=string \=bad-escape`},
		{"symbols", ": w ( -- ) :a : b :1 : ;", `:=definer w=definition (=effect --=effect )=effect :=symbol a=symbol :=symbol b=symbol :=symbol 1=symbol :=symbol ;=definer`},
		{"outside of definitions", ":a 1 : b 2 ; : ", `:=symbol a=symbol 1=number :=definer b=definition 2=number ;=definer :=definer`},
		{"a definition that is not closed", ": a ( -- ) [ { : b ( -- ) 1 ;", `:=definer a=definition (=effect --=effect )=effect [=bracket {=bracket :=definer b=definition (=effect --=effect )=effect 1=number ;=definer`},
		{"an effect that is not closed", ": a ( Int 1 ; x", `:=definer a=definition (=effect Int=type 1=type ;=definer x=word`},
		{"a union", "union Shape { Circle { r: Int, s : Float } None }", `union=keyword Shape=type {=bracket Circle=type {=bracket r=field :=operator Int=type ,=operator s=field :=operator Float=type }=bracket None=type }=bracket`},
		{"a match", ": m ( S -- ) match Circle { >r } -> Make-X >aux None -> i.+ + end if ;",
			`:=definer m=definition (=effect S=type --=effect )=effect match=keyword Circle=type {=bracket >r=field }=bracket ->=operator Make-X=type >aux=word None=type ->=operator i.+=word +=operator end=keyword if=keyword ;=definer`},
		{"words of the outside in a body", ": a ( -- ) union include ;", `:=definer a=definition (=effect --=effect )=effect union=word include=word ;=definer`},
		{"comments", "#!/bin/x\n1#a\n  # b", `#!/bin/x=comment 1=number #a=comment #_b=comment`},
	} {
		assert.Equal(t, c.want, classed(c.text), c.name)
	}
}

// checkRuns holds that runs stand in the order of the text and leave out nothing but blanks.
func checkRuns(t *testing.T, text string) {
	at := int32(0)
	blank := func(to int32) {
		require.Empty(t, strings.TrimSpace(strings.TrimPrefix(text[at:to], byteOrderMark)), "%q", text)
	}
	for _, r := range ClassRuns(text) {
		require.LessOrEqual(t, at, r.Start, "%q", text)
		require.Less(t, r.Start, r.End, "%q", text)
		blank(r.Start)
		at = r.End
	}
	blank(int32(len(text)))
}

func TestClassRunsOfBrokenTexts(t *testing.T) {
	const whole = "include std:list union U { A { x: Int } } : w ( ..a -- | Yield Int ) \"s\\n\\x41\" match A { >x } -> :y end # c\n ;"
	for i := range whole {
		checkRuns(t, whole[:i])
		checkRuns(t, whole[i:])
	}
	for _, text := range []string{"", `"open`, `"\`, ": ", "( Int", "#", ":", "include std:", byteOrderMark + "1 # é"} {
		checkRuns(t, text)
	}
}

// TestPieces: the runs of the pieces of a text are those of the text.
func TestPieces(t *testing.T) {
	random := rand.New(rand.NewPCG(24, 3))
	names := map[string]bool{"f#": true, "#g": true, "a#b#": true}
	cuts := []Cut{{}, {}, {classic: true}, {classic: true, hashNames: names}, {hashNames: names}}
	parts := []string{": f ( Int -- Int ) ", "f#", "#g", "a#b#", "#", "##", ";", " ", "\n", "\r\n", "\"a;b\\\"\" ", "\"", "# c;d\n", "union U { A { x: Int } } ", "( ", ")", "{", "}", "[ ]", "match ", "include std:", "list", "x", ":s", "-", "\ufeff", "é😀"}
	for range 20_000 {
		var b strings.Builder
		for range random.IntN(20) {
			b.WriteString(parts[random.IntN(len(parts))])
		}
		text, at := b.String(), 0
		cut := cuts[random.IntN(len(cuts))]
		var runs []Run
		for start, piece := range cut.Pieces(text) {
			require.Equal(t, at, start)
			at += len(piece)
			for _, run := range cut.ClassRuns(piece) {
				runs = append(runs, Run{run.Start + int32(start), run.End + int32(start), run.Class})
			}
		}
		require.Equal(t, len(text), at)
		require.Equal(t, cut.ClassRuns(text), runs, "%q", text)
	}
}
