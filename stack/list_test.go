package stack_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/stack"
)

// held is a version of a list and what it must hold.
type held struct {
	list *stack.VariantValue
	want []stack.Value
}

// same tells whether two values are one and the same: NaNs by their bits, -0.0 is not 0.0.
func same(a, b stack.Value) bool {
	switch {
	case a.Kind() != b.Kind():
		return false
	case a.Scalar():
		return a.Bits() == b.Bits()
	case a.Kind() == stack.String:
		return a.AsString() == b.AsString()
	}
	return a.Object() == b.Object()
}

// check compares a list with the model by all ways to look at it.
func (h held) check(t *testing.T) {
	t.Helper()
	n := len(h.want)
	if h.list.Len() != n {
		t.Fatalf("%d elements, want %d", h.list.Len(), n)
	}
	fields := h.list.Fields()
	for i, want := range h.want {
		got, ok := h.list.Get(int64(i))
		if !ok || !same(got, want) || !same(h.list.At(i), want) || !same(fields[i], want) {
			t.Fatalf("element %d of %d is %v, want %v", i, n, got, want)
		}
		if at := h.list.Slot(int64(i)); at != nil && !same(*at, want) {
			t.Fatalf("the place of element %d holds %v, want %v", i, *at, want)
		}
		if h.list.HoldsWord(int64(i)) != h.list.Holds(want.Kind(), int64(i)) {
			t.Fatalf("element %d is %v, but a word of kind %s", i, want, h.list.WordKind())
		}
		if h.list.HoldsWord(int64(i)) && h.list.Word(int64(i)) != want.Bits() {
			t.Fatalf("the word of element %d is %x, want %x", i, h.list.Word(int64(i)), want.Bits())
		}
	}
	for _, i := range []int64{-1, int64(n), math.MaxInt64, math.MinInt64} {
		if _, ok := h.list.Get(i); ok || h.list.HoldsWord(i) || h.list.Slot(i) != nil || h.list.Own(i) != nil {
			t.Fatalf("there is an element %d of %d", i, n)
		}
	}
}

// elements makes elements of a kind most of the time.
type elements struct {
	r    *rand.Rand
	kind int
	odd  int // how many are of another kind, of a thousand
}

func (e *elements) next() stack.Value {
	k := e.kind
	if e.r.IntN(1000) < e.odd {
		k = e.r.IntN(5)
	}
	switch k {
	case 0:
		return stack.FromInt([]int64{0, -1, 1<<62 - 1, -1 << 62, e.r.Int64()}[e.r.IntN(5)])
	case 1:
		return stack.FromFloat([]float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(-1), e.r.NormFloat64()}[e.r.IntN(5)])
	case 2:
		return stack.FromBool(e.r.IntN(2) == 0)
	case 3:
		return stack.FromString(fmt.Sprint(e.r.IntN(100)))
	}
	return stack.FromVariant(stack.NewVariant(&stack.Tag{Name: "P", Union: -1}, []stack.Value{stack.FromInt(1)}))
}

// update makes one change, chosen at random, of a version that ends with it, and returns
// the new one. The model of a version that is shared has been copied.
func update(h held, e *elements) held {
	n, r := len(h.want), e.r
	x := e.next()
	i := r.IntN(n + 1)
	switch op := r.IntN(20); {
	case op < 6:
		return held{h.list.Push(x), append(h.want, x)}
	case op < 8:
		if i < n {
			h.want[i] = x
		}
		return held{h.list.Set(int64(i), x), h.want}
	case op < 12: // as the interpreter does it
		if i < n {
			h.want[i] = x
		}
		if h.list.PutWord(int64(i), &x) {
			return h
		}
		if at := h.list.Own(int64(i)); at != nil && x.Scalar() {
			*at = x
			return h
		}
		return held{h.list.Set(int64(i), x), h.want}
	case op < 14 && n > 0:
		return held{h.list.Init(), h.want[:n-1]}
	case op == 14:
		slices.Reverse(h.want)
		return held{h.list.Reversed(), h.want}
	case op < 17: // map and filter, in the list's own memory or not
		return mapped(h, e, r.IntN(2) == 0, r.IntN(3) == 0)
	case op == 17 && n > 0:
		h.want[i%n] = x
		return held{h.list.With(i%n, x), h.want}
	case op == 18:
		return held{stack.FromList(slices.Clone(h.want)).AsVariant(), h.want}
	}
	return h
}

// mapped is list.map of a quotation that leaves elements of a kind, or leaves most elements
// as they are, and list.filter.
func mapped(h held, e *elements, ends, filters bool) held {
	replaces := e.r.IntN(2) == 0
	w := h.list.Successor(ends)
	var want []stack.Value
	for i := range h.want {
		x, ok := h.list.Get(int64(i))
		if ends {
			x, ok = h.list.Take(int64(i))
		}
		if !ok {
			panic("an element is gone")
		}
		if replaces {
			x = e.next()
		}
		if !filters || e.r.IntN(3) == 0 {
			w.Push(x)
			want = append(want, x)
		}
	}
	w.Finish()
	return held{w, want}
}

// Lists of all kinds of elements against slices: all operations, versions that are kept and changed
// again, and elements that are of one kind for a time.
func TestListsOfMixedKindsAgainstModel(t *testing.T) {
	for _, size := range []int{0, 1, 4, 5, 8, 63, 65, 300, 2000, 100_000} {
		for kind := range 5 {
			r := rand.New(rand.NewPCG(uint64(size), uint64(kind)))
			e := &elements{r: r, kind: kind, odd: []int{0, 2, 300}[r.IntN(3)]}
			first := held{list: stack.FromFields(stack.ListTag, nil)}
			for range size {
				x := e.next()
				first = held{first.list.Push(x), append(first.want, x)}
			}
			kept := []held{first}
			for step := range 10 + 12_000/(size+100) {
				if r.IntN(30) == 0 {
					e.kind, e.odd = r.IntN(5), []int{0, 2, 300}[r.IntN(3)]
				}
				at := r.IntN(len(kept))
				h := kept[at]
				if r.IntN(3) == 0 {
					h.list.Share()
					kept = append(kept, h)
					at = len(kept) - 1
				}
				h.want = slices.Clone(h.want)
				kept[at] = update(h, e)
				kept[at].check(t)
				if step%20 == 0 {
					for _, k := range kept {
						k.check(t)
					}
				}
				if len(kept) > 10 {
					kept = slices.Delete(kept, 1, 4)
				}
			}
			for _, k := range kept {
				k.check(t)
			}
		}
	}
}

// Strands that hold one list change their versions of it at the same time.
func TestStrandsShareLists(t *testing.T) {
	for _, size := range []int{10, 100, 5000} {
		var list held
		list.list = stack.FromFields(stack.ListTag, nil)
		for i := range size {
			x := stack.FromFloat(float64(i))
			list = held{list.list.Push(x), append(list.want, x)}
		}
		list.list.Share()
		var strands sync.WaitGroup
		for strand := range 4 {
			strands.Go(func() {
				e := &elements{r: rand.New(rand.NewPCG(uint64(size), uint64(strand))), kind: 1, odd: 100}
				mine := held{list.list, slices.Clone(list.want)}
				for range 50 {
					mine = update(mine, e)
				}
				mine.check(t)
			})
		}
		strands.Wait()
		list.check(t)
	}
}

// Numbers take 8 bytes each, whoever makes the list, until something else comes.
func TestListsOfNumbersAreWords(t *testing.T) {
	for _, x := range []stack.Value{stack.FromInt(7), stack.FromFloat(0.5), stack.FromBool(true)} {
		list := stack.FromFields(stack.ListTag, nil)
		list.Share()
		for range 10 {
			list = list.Push(x)
		}
		assert.True(t, list.Holds(x.Kind(), 9), "pushed")
		assert.True(t, stack.FromList(slices.Repeat([]stack.Value{x}, 10)).AsVariant().Holds(x.Kind(), 9), "made of Values")
		for _, ends := range []bool{false, true} {
			texts := stack.FromList(slices.Repeat([]stack.Value{stack.FromString("")}, 10)).AsVariant()
			w := texts.Successor(ends)
			for range 10 {
				w.Push(x)
			}
			w.Finish()
			assert.True(t, w.Holds(x.Kind(), 9), "made of another list")
		}
		assert.Same(t, list, list.With(3, stack.FromString("")))
		assert.False(t, list.HoldsWord(0), "a text among them")
		assert.True(t, same(x, list.At(9)))
	}
}

// A list that is given another kind of element, loses it and grows, again and again, does not
// become another one at each step.
func TestAlternatingKindsCostNoMoreThanGrowth(t *testing.T) {
	list := stack.FromFields(stack.ListTag, nil)
	changes, words := 0, false
	for i := range 10_000 {
		list = list.Push(stack.FromInt(int64(i)))
		list = list.With(0, stack.FromString("")).With(0, stack.FromInt(0))
		if list.HoldsWord(0) != words {
			words = !words
			changes++
		}
	}
	assert.LessOrEqual(t, changes, 30)
}

// Other code relies on the layout.
func TestLayoutOfLists(t *testing.T) {
	assert.Equal(t, []uintptr{12, 16, 24}, []uintptr{stack.FormOffset, stack.ElementsOffset, stack.LengthOffset})
}

// A variant that is no list holds words, too, once it is longer than what a match takes fields of.
func TestLongVariantsOfNumbersAreWords(t *testing.T) {
	tag := &stack.Tag{Name: "Point", Union: 0, Static: true}
	v := stack.NewVariant(tag, []stack.Value{stack.FromInt(0), stack.FromInt(1)})
	for i := 2; i < 8; i++ {
		v = v.Push(stack.FromInt(int64(i)))
		assert.False(t, v.HoldsWord(0), "%d fields", v.Len())
	}
	for i := v.Len(); i < 100; i++ {
		v = v.Push(stack.FromInt(int64(i)))
	}
	assert.True(t, v.Holds(stack.Int, 99))
	assert.Same(t, tag, v.Tag)

	var slots [2]stack.Value
	assert.Equal(t, stack.AsExpected, v.Unpack(slots[:], []stack.Kind{stack.Int, stack.Int}, stack.LivesOn))
	assert.Equal(t, []stack.Value{stack.FromInt(0), stack.FromInt(1)}, slots[:])
	assert.Equal(t, stack.FromInt(1), *v.SlotOf(2, 1))
	assert.Nil(t, v.SlotOf(101, 1))
	x := stack.FromInt(5)
	assert.False(t, v.Put(2, 0, &x))
	assert.False(t, v.Remake(tag, slots[:]))
	assert.Equal(t, []stack.Value{x, stack.FromInt(1)}, v.Replaced(2, 0, x).Fields())

	v = v.Push(stack.FromString("text"))
	assert.False(t, v.HoldsWord(0))
	assert.Equal(t, 101, v.Len())
	assert.True(t, same(stack.FromInt(99), v.At(99)))
}

// Versions that each push one value more have their last leaf in common; those that come from the same
// version, on several strands, do not see each other's values.
func TestPushesOfHeldVersions(t *testing.T) {
	text := func(i int) stack.Value { return stack.FromString(fmt.Sprint(i)) }
	number := func(i int) stack.Value { return stack.FromInt(int64(i)) }
	for name, element := range map[string]func(i int) stack.Value{
		"texts": text, "numbers": number,
		"both": func(i int) stack.Value { return []func(int) stack.Value{number, text}[i/9%2](i) },
	} {
		t.Run(name, func(t *testing.T) {
			base := held{list: stack.FromFields(stack.ListTag, nil)}
			for i := range 70 {
				base.want = append(base.want, element(i))
				base.list = base.list.Push(element(i))
			}
			base.list.Share()
			base.list.Push(element(70)) // the second update makes a tree
			var strands sync.WaitGroup
			for strand := range 4 {
				strands.Go(func() {
					versions := []held{base}
					r := rand.New(rand.NewPCG(4, uint64(strand)))
					for i := range 200 {
						from := versions[len(versions)-1]
						if r.IntN(5) == 0 {
							from = versions[r.IntN(len(versions))]
						}
						to := held{from.list.Push(element(1000*strand + i)), append(slices.Clone(from.want), element(1000*strand+i))}
						if at := r.IntN(len(to.want)); r.IntN(5) == 0 {
							to.list, to.want[at] = to.list.With(at, element(5000+i)), element(5000+i)
						}
						to.list.Share()
						versions = append(versions, to)
					}
					for _, v := range versions {
						v.check(t)
					}
				})
			}
			strands.Wait()
			base.check(t)
		})
	}
}

// A version that pushes one value more costs no copy of what is there.
func TestPushOfHeldVersionIsSmall(t *testing.T) {
	list := stack.FromFields(stack.ListTag, nil)
	for i := range 10_000 {
		list = list.Push(stack.FromInt(int64(i)))
	}
	list.Share()
	list = list.Push(stack.FromInt(0)).Push(stack.FromInt(1))
	assert.Less(t, testing.AllocsPerRun(1000, func() {
		list.Share()
		list = list.Push(stack.FromInt(2))
	}), 4.0)
}

// A held list loses its last elements one by one, with some pushed again in between, across all heights
// of the trie; each fifth version is kept.
func TestInitOfHeldVersions(t *testing.T) {
	for _, element := range []func(i int) stack.Value{
		func(i int) stack.Value { return stack.FromInt(int64(i)) },
		func(i int) stack.Value { return stack.FromString(fmt.Sprint(i)) },
	} {
		h := held{list: stack.FromFields(stack.ListTag, nil)}
		for i := range 1100 {
			h.want = append(h.want, element(i))
			h.list = h.list.Push(element(i))
		}
		h.list.Share()
		h.list.Push(element(0)) // the second update makes a tree
		var kept []held
		for i := 0; len(h.want) > 0; i++ {
			if i%5 == 0 {
				h.list.Share()
				kept = append(kept, held{h.list, slices.Clone(h.want)})
			}
			h = held{h.list.Init(), h.want[:len(h.want)-1]}
			if i%3 == 0 && i%2 == 0 {
				h = held{h.list.Push(element(-i)), append(h.want, element(-i))}
			}
		}
		h.check(t)
		h = held{h.list.Push(element(7)), append(h.want, element(7))}
		h.check(t)
		for _, k := range kept {
			k.check(t)
		}
	}
}
