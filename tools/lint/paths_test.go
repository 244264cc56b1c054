package lint_test

import (
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/tools/lint"
)

// What the analysis says of random bodies is compared with what happens on each way
// through them: ways are followed one by one, with values that know their call.

// token is a part of a random body: a word, or a conditional with its branches.
type token struct {
	word      string
	then, els []token
}

// item is a value on a way: the call that it is from (0: none), and whether it is its flag.
type item struct {
	call int
	flag bool
}

// bodies makes random bodies that are well typed: every value is a Bool.
type bodies struct {
	r     *rand.Rand
	calls int
	ifs   int  // so many conditionals are there yet: each may double the ways
	copy  bool // values are copied
}

const maxIfs = 8 // in one body

const fails = "fails" // stands for a call that leaves a flag

// part returns tokens that turn a stack of a height into one of another, and that height.
func (b *bodies) part(height, length, depth int) ([]token, int) {
	var list []token
	add := func(word string, change int) {
		list = append(list, token{word: word})
		height += change
	}
	for range length {
		switch n := b.r.Intn(16); {
		case n < 3:
			b.calls++
			list = append(list, token{word: fmt.Sprintf("%s-%d", fails, b.calls)})
			height += 2
		case n < 4:
			add("coin", 1)
		case n < 7 && height >= 1:
			add("drop", -1)
		case n < 8 && height >= 1:
			add("used", -1)
		case n < 10 && height >= 2:
			add("swap", 0)
		case n < 11 && height >= 3:
			add("rot", 0)
		case n < 12 && height >= 2:
			add("nip", -1)
		case n < 13 && height >= 1 && b.copy:
			add("dup", 1)
		case n < 14 && height >= 2 && b.copy:
			add("tuck", 1)
		case depth > 0 && height >= 1 && b.ifs < maxIfs:
			b.ifs++
			if b.r.Intn(2) == 0 {
				add("coin", 1)
			}
			then, h := b.part(height-1, b.r.Intn(6), depth-1)
			els, other := b.part(height-1, b.r.Intn(6), depth-1)
			for ; other > h; other-- {
				els = append(els, token{word: "drop"})
			}
			for ; other < h; other++ {
				els = append(els, token{word: "coin"})
			}
			list = append(list, token{word: "if", then: then, els: els})
			height = h
		}
	}
	return list, height
}

func source(b *strings.Builder, list []token) {
	for _, t := range list {
		switch {
		case t.word == "if":
			b.WriteString("[ ")
			source(b, t.then)
			b.WriteString("] [ ")
			source(b, t.els)
			b.WriteString("] if ")
		case strings.HasPrefix(t.word, fails):
			b.WriteString("coins 0 list.get ")
		default:
			b.WriteString(t.word + " ")
		}
	}
}

// way is what has happened on a way through a body.
type way struct {
	stack                  []item
	dropped, checked, used map[int]bool
}

func (w *way) pop() item {
	v := w.stack[len(w.stack)-1]
	w.stack = w.stack[:len(w.stack)-1]
	return v
}

func (w *way) push(list ...item) { w.stack = append(w.stack, list...) }

func (w *way) note(v item, flag, value map[int]bool) {
	if v.flag {
		flag[v.call] = true
	} else {
		value[v.call] = true
	}
}

// run follows the way on which the conditionals go as choose says.
func (w *way) run(list []token, choose func() bool) {
	nothing := map[int]bool{}
	for _, t := range list {
		switch t.word {
		case "coin":
			w.push(item{})
		case "drop":
			w.note(w.pop(), w.dropped, nothing)
		case "used":
			w.note(w.pop(), w.checked, w.used)
		case "swap":
			b, a := w.pop(), w.pop()
			w.push(b, a)
		case "rot":
			c, b, a := w.pop(), w.pop(), w.pop()
			w.push(b, c, a)
		case "nip":
			b, a := w.pop(), w.pop()
			w.note(a, w.dropped, nothing)
			w.push(b)
		case "dup":
			a := w.pop()
			w.push(a, a)
		case "tuck":
			b, a := w.pop(), w.pop()
			w.push(b, a, b)
		case "if":
			w.note(w.pop(), w.checked, w.used)
			if choose() {
				w.run(t.then, choose)
			} else {
				w.run(t.els, choose)
			}
		default:
			var n int
			fmt.Sscanf(t.word, fails+"-%d", &n)
			w.push(item{call: n}, item{call: n, flag: true})
		}
	}
}

// misused follows all ways through a body and returns the calls whose flag is dropped on one on which
// it is not checked while the value is used.
func misused(list []token) []int {
	found := map[int]bool{}
	for choices, more := []bool{}, true; more; {
		at := 0
		w := &way{dropped: map[int]bool{}, checked: map[int]bool{}, used: map[int]bool{}}
		w.run(list, func() bool {
			if at == len(choices) {
				choices = append(choices, true)
			}
			at++
			return choices[at-1]
		})
		for _, v := range w.stack {
			w.note(v, w.checked, w.used)
		}
		for n := range w.dropped {
			if n > 0 && !w.checked[n] && w.used[n] {
				found[n] = true
			}
		}
		for len(choices) > 0 && !choices[len(choices)-1] {
			choices = choices[:len(choices)-1]
		}
		if more = len(choices) > 0; more {
			choices[len(choices)-1] = false
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// The analysis joins ways, so it may be wrong where several conditionals in a row take a value
// ways that exclude each other; such bodies are rare even among random ones.
func TestRandomBodies(t *testing.T) {
	const prelude = ": coin ( -- Bool ) true ;\n: coins ( -- V ) list.make ;\n: used ( T -- ) drop ;\n"
	count := 4000
	if testing.Short() {
		count = 400
	}
	right, wrong, missed := 0, 0, 0
	for seed := range count {
		b := &bodies{r: rand.New(rand.NewSource(int64(seed))), copy: seed%2 == 0}
		list, height := b.part(0, 2+b.r.Intn(9), 2)
		var text strings.Builder
		text.WriteString(prelude + ": w ( --" + strings.Repeat(" Bool", height) + " ) ")
		source(&text, list)
		text.WriteString(";\n")
		said := map[int]bool{}
		for _, d := range lint.DroppedFlags(checked(t, text.String())) {
			said[strings.Count(text.String()[:d.Span.End], "list.get")] = true
		}
		for _, n := range misused(list) {
			if said[n] {
				right++
				delete(said, n)
			} else {
				missed++
			}
		}
		wrong += len(said)
	}
	t.Logf("%d right, %d wrong, %d missed", right, wrong, missed)
	assert.Greater(t, right, count/4)
	assert.Less(t, wrong, right/100)
	assert.Less(t, missed, right/15)
}
