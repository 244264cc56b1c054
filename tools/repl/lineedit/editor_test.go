package lineedit

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// keys cuts "abc<esc><ctrl+a>" into keys.
func keys(text string) []Key {
	var list []Key
	for text != "" {
		if name, rest, ok := strings.Cut(text[1:], ">"); ok && text[0] == '<' && name != "" {
			list = append(list, Key{Name: name})
			if len(name) == 1 {
				list[len(list)-1].Text = name
			}
			text = rest
			continue
		}
		r := []rune(text)[0]
		k := Key{Name: string(r), Text: string(r)}
		if r == ' ' {
			k.Name = "space"
		}
		list = append(list, k)
		text = text[len(string(r)):]
	}
	return list
}

// marked is the text with the cursor as "|".
func marked(e *Editor) string {
	before := e.Before()
	return before + "|" + e.Text()[len(before):]
}

func TestEditing(t *testing.T) {
	for _, c := range []struct{ name, keys, want string }{
		{"insert", "ab<left>c", "ac|b"},
		{"wide characters", "aäö€<left><left><backspace>x", "ax|ö€"},
		{"delete", "abc<home><delete>", "|bc"},
		{"end", "abc<home><end>d", "abcd|"},
		{"new lines", "ab<alt+enter>cd<shift+enter><ctrl+j>e", "ab\ncd\n\ne|"},
		{"lines up", "abc<ctrl+j>d<up>x", "ax|bc\nd"},
		{"the column is kept over a short line", "abcdef<ctrl+j>x<ctrl+j>abcdef<left><up><up>!", "abcde!|f\nx\nabcdef"},
		{"esc goes left", "abc<esc>", "ab|c"},
		{"esc at the start of a line", "abc<ctrl+j><esc>", "abc\n|"},
		{"h l stop at the ends", "ab<esc>hhhlllll", "a|b"},
		{"0 ^ $", "  ab<esc>0i1<esc>^i2<esc>$i3", "21  a3|b"},
		{"w b e", "foo bar.baz qux<esc>0wwix<esc>", "foo bar|x.baz qux"},
		{"W B E", "foo bar.baz qux<esc>0WWix<esc>", "foo bar.baz |xqux"},
		{"b over classes", "foo bar.baz<esc>bbix<esc>", "foo bar|x.baz"},
		{"B", "foo bar.baz qux<esc>BBix<esc>", "foo |xbar.baz qux"},
		{"e", "foo bar<esc>0ea!<esc>", "foo|! bar"},
		{"E", "a.b c<esc>0Ea!<esc>", "a.b|! c"},
		{"w at the end stays on a character", "foo bar<esc>www", "foo ba|r"},
		{"% of all brackets", "([{<>}])<esc>0%a!<esc>", "([{<>}])|!"},
		{"% looks ahead", "ab [c] d<esc>0%x", "ab [c| d"},
		{"% backwards", "(a (b))<esc>%x", "|a (b))"},
		{"x", "abc<esc>0xx", "|c"},
		{"x at the end", "abc<esc>xx", "|a"},
		{"x of nothing", "<esc>x", "|"},
		{"D C", "abcdef<esc>0llDa<esc>", "a|b"},
		{"C", "abcdef<esc>0llCxy", "abxy|"},
		{"r", "abc<esc>0rX", "|Xbc"},
		{"r is cancelled", "abc<esc>0r<esc>x", "|bc"},
		{"i a I A", "bc<esc>0ia<esc>Ad<esc>I0<esc>", "|0abcd"},
		{"o O", "b<esc>oc<esc>kOa<esc>", "|a\nb\nc"},
		{"dw", "foo bar<esc>0dw", "|bar"},
		{"dw at the last word does not join lines", "foo<ctrl+j>bar<esc>k0dw", "|\nbar"},
		{"cw is ce", "foo bar<esc>0cwx", "x| bar"},
		{"cW is cE", "a.b c<esc>0cWx", "x| c"},
		{"de db", "foo bar baz<esc>0wdedb", "| baz"},
		{"d$ d0", "foo bar<esc>0wd$d0", "| "},
		{"d^", "  foo bar<esc>d^", "  |r"},
		{"dh dl", "abcd<esc>0ldldh", "|cd"},
		{"dd", "a<ctrl+j>b<ctrl+j>c<esc>kdd", "a\n|c"},
		{"dd of the last line", "a<ctrl+j>b<esc>dd", "|a"},
		{"dd of the only line", "abc<esc>dd", "|"},
		{"dj", "a<ctrl+j>b<ctrl+j>c<esc>kkdj", "|c"},
		{"dk", "a<ctrl+j>b<ctrl+j>c<esc>dk", "|a"},
		{"dj in the last line does nothing", "a<ctrl+j>b<esc>dj", "a\n|b"},
		{"cc", "a<ctrl+j>bc<ctrl+j>d<esc>kccx", "a\nx|\nd"},
		{"yy p", "a<ctrl+j>b<esc>kyyjp", "a\nb\n|a"},
		{"yy P", "a<ctrl+j>b<esc>kyyjP", "a\n|a\nb"},
		{"yw p", "foo bar<esc>0yw$p", "foo barfoo| "},
		{"x p exchanges", "ab<esc>0xp", "b|a"},
		{"P", "ab<esc>0xP", "|ab"},
		{"an unknown key cancels an operator", "abc<esc>0dqx", "|bc"},
		{"esc cancels an operator", "abc<esc>0d<esc>x", "|bc"},
		{"visual", "abcdef<esc>0lvlld", "a|ef"},
		{"visual backwards", "abcdef<esc>hvhhd", "ab|f"},
		{"visual c", "abc<esc>0vlcx", "x|c"},
		{"visual y", "abc<esc>0vly$p", "abca|b"},
		{"visual esc", "abc<esc>0v<esc>x", "|bc"},
		{"undo", "abc<esc>0xxu", "|bc"},
		{"undo all and redo", "abc<esc>0xxuuu<ctrl+r><ctrl+r>", "|bc"},
		{"typing is undone at once", "abc def<esc>u", "|"},
		{"a new change forgets what was undone", "abc<esc>0xuix<esc><ctrl+r>", "|xabc"},
	} {
		e := &Editor{}
		for _, k := range keys(c.keys) {
			e.Press(k)
		}
		assert.Equal(t, c.want, marked(e), "%s: %s", c.name, c.keys)
	}
}

func TestEmacsKeys(t *testing.T) {
	for _, c := range []struct{ name, keys, want string }{
		{"lines", "abc<ctrl+a>x<ctrl+e>y", "xabcy|"},
		{"characters", "abc<ctrl+b><ctrl+b>x<ctrl+f>y", "axby|c"},
		{"words", "foo bar<alt+b>x<alt+b><alt+b><alt+f>y", "fooy| xbar"},
		{"ctrl+w", "foo bar.baz<ctrl+w>", "foo |"},
		{"ctrl+u, ctrl+y", "foo bar<ctrl+u>x<ctrl+y>", "xfoo bar|"},
		{"ctrl+k", "foo bar<alt+b><ctrl+k>", "foo |"},
		{"ctrl+k at the end of a line", "a<ctrl+j>b<up><ctrl+e><ctrl+k>", "a|b"},
		{"alt+d", "foo bar<ctrl+a><alt+d>", "| bar"},
		{"kills add up", "one two three<ctrl+w><ctrl+w><ctrl+y>!", "one two three!|"},
		{"kills apart do not", "one two<ctrl+w><ctrl+a><alt+d><ctrl+e><ctrl+y>", " one|"},
		{"ctrl+t", "ab<ctrl+t>", "ba|"},
		{"ctrl+t in the middle", "abc<ctrl+b><ctrl+t>", "acb|"},
		{"ctrl+t of one", "a<ctrl+t>", "a|"},
		{"ctrl+d", "abc<ctrl+a><ctrl+d>", "|bc"},
		{"undo", "abc<ctrl+u>x<ctrl+_><ctrl+_>", "abc|"},
		{"esc does nothing", "abc<esc>x", "abcx|"},
	} {
		e := &Editor{Emacs: true}
		for _, k := range keys(c.keys) {
			e.Press(k)
		}
		assert.Equal(t, c.want, marked(e), "%s: %s", c.name, c.keys)
		assert.Equal(t, Insert, e.Mode())
	}
}

func TestActions(t *testing.T) {
	for _, c := range []struct {
		keys  string
		emacs bool
		want  Action
	}{
		{"<enter>", false, Run}, {"a<esc><enter>", false, Run}, {"<up>", false, Older}, {"<down>", false, Newer},
		{"a<ctrl+j>b<up>", false, None}, {"a<ctrl+j>b<up><up>", false, Older}, {"<esc>k", false, Older}, {"<esc>j", false, Newer},
		{"<esc>:", false, Command}, {"<esc>/", false, Search}, {"<ctrl+p>", true, Older}, {"<ctrl+n>", true, Newer}, {"<ctrl+r>", true, Search},
		{"<f7>", false, Unknown}, {"<esc><f7>", false, Unknown}, {"<esc>Z", false, None},
	} {
		e := &Editor{Emacs: c.emacs}
		var got Action
		for _, k := range keys(c.keys) {
			got = e.Press(k)
		}
		assert.Equal(t, c.want, got, c.keys)
	}
}

func TestModesAndSelection(t *testing.T) {
	e := &Editor{}
	for _, k := range keys("abc<esc>0vl") {
		e.Press(k)
	}
	from, to := e.Selection()
	assert.Equal(t, [2]int{0, 2}, [2]int{from, to})
	assert.Equal(t, Visual, e.Mode())
	e.Reset()
	assert.Equal(t, Normal, e.Mode(), "a selection ends with its text, the mode stays")
	e.Press(Key{Name: "d", Text: "d"})
	assert.Equal(t, "d", e.Pending())
	e.Set("x\ny")
	line, column := e.Cursor()
	assert.Equal(t, [2]int{1, 0}, [2]int{line, column}, "on the last character")
	e.ReplaceBefore(1, "")
	e.SetMode(Insert)
	e.Insert("long\ntext")
	assert.Equal(t, "xlong\ntexty", strings.ReplaceAll(e.Text(), "\ny", "y"))
}

// No key leaves the cursor outside of the text, whatever came before.
func TestAnyKeysKeepTheCursorInTheText(t *testing.T) {
	names := strings.Fields("a b ( ] space enter esc left right up down home end backspace delete d c y w b e W B E 0 ^ $ h l j k % x D C r p P v i I A o O u ctrl+r ctrl+j ctrl+w ctrl+k ctrl+t alt+d ctrl+y ctrl+_")
	for seed := range uint32(400) {
		e := &Editor{Emacs: seed%4 == 0}
		x := seed*2654435761 + 1
		for range 200 {
			x = x*1664525 + 1013904223
			k := Key{Name: names[x>>16%uint32(len(names))]}
			if len(k.Name) == 1 {
				k.Text = k.Name
			}
			e.Press(k)
			before := e.Before()
			if !assert.LessOrEqual(t, len(before), len(e.Text())) {
				return
			}
			if rest := e.Text()[len(before):]; e.Mode() != Insert && (rest == "" || rest[0] == '\n') {
				if !assert.True(t, before == "" || strings.HasSuffix(before, "\n"), "%q|%q", before, rest) {
					return
				}
			}
		}
	}
}
