package stack_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/stack"
)

func TestValueIsTwoWords(t *testing.T) {
	assert.Equal(t, uintptr(16), unsafe.Sizeof(stack.Value{}))
}

func TestKindsAndContents(t *testing.T) {
	assert.Equal(t, stack.Nothing, stack.Value{}.Kind())
	for _, i := range []int64{0, 1, -1, 1<<62 - 1, -1 << 62, 42} {
		v := stack.FromInt(i)
		assert.Equal(t, stack.Int, v.Kind())
		assert.Equal(t, i, v.AsInt())
	}
	assert.Equal(t, int64(-1<<62), stack.FromInt(1<<62).AsInt(), "Ints wrap to 63 bits")
	for _, f := range []float64{0, math.Copysign(0, -1), 1.5, math.Inf(1), math.NaN()} {
		v := stack.FromFloat(f)
		assert.Equal(t, stack.Float, v.Kind())
		assert.Equal(t, math.Float64bits(f), math.Float64bits(v.AsFloat()))
	}
	assert.True(t, stack.FromBool(true).AsBool())
	assert.Equal(t, stack.Bool, stack.FromBool(false).Kind())
	for _, s := range []string{"", "a", "\x00\xff", "é"} {
		v := stack.FromString(s)
		assert.Equal(t, stack.String, v.Kind())
		assert.Equal(t, s, v.AsString())
	}
}

func TestSettersOverwriteAnyValue(t *testing.T) {
	v := stack.FromString("text")
	v.SetInt(uint64(7) << 1)
	assert.Equal(t, int64(7), v.AsInt())
	v.SetFloat(2.5)
	assert.True(t, v.IsFloat())
	v.SetBool(true)
	assert.True(t, v.IsBool())
}

func TestPromoteCopiesArenaStrings(t *testing.T) {
	b := []byte("abc")
	v := stack.FromArena(b).Promote()
	b[0] = 'x'
	assert.Equal(t, "abc", v.AsString())
	assert.Equal(t, stack.Nothing, stack.FromObject(stack.Builder, nil).Promote().Kind(), "a list under construction cannot leave")
}

// version is a list and what it must hold.
type version struct {
	list *stack.VariantValue
	want []int64
}

func (v version) check(t *testing.T) {
	t.Helper()
	if v.list.Len() != len(v.want) {
		t.Fatalf("%d elements, want %d", v.list.Len(), len(v.want))
	}
	for i, w := range v.want {
		if got := v.list.At(i).AsInt(); got != w {
			t.Fatalf("element %d is %d, want %d", i, got, w)
		}
	}
	for i, f := range v.list.Fields() {
		if f.AsInt() != v.want[i] {
			t.Fatalf("field %d is %d, want %d", i, f.AsInt(), v.want[i])
		}
	}
}

// Updates of lists against slices; of every version that is kept all later
// updates are made as well, so that no update may show in another version.
func TestListsAgainstModel(t *testing.T) {
	for _, size := range []int{0, 3, 60, 70, 1000, 40_000} {
		r := rand.New(rand.NewPCG(uint64(size), 7))
		first := version{list: stack.FromFields(stack.ListTag, nil)}
		for i := range size {
			first.list = first.list.Push(stack.FromInt(int64(i)))
			first.want = append(first.want, int64(i))
		}
		kept := []version{first}
		for step := range 600 {
			at := r.IntN(len(kept))
			v := kept[at]
			n := len(v.want)
			x := int64(-step)
			if keep := r.IntN(3) == 0; keep {
				v.list.Share()
				v.want = slices.Clone(v.want)
				kept = append(kept, v)
				at = len(kept) - 1
			} else if v.list.Shared() {
				v.want = slices.Clone(v.want)
			}
			switch op := r.IntN(4); {
			case op == 0 && n > 0:
				v.list = v.list.Init()
				v.want = v.want[:n-1]
			case op == 1:
				v.list = v.list.Push(stack.FromInt(x))
				v.want = append(v.want, x)
			case n > 0:
				i := r.IntN(n)
				v.list = v.list.With(i, stack.FromInt(x))
				v.want[i] = x
			}
			kept[at] = v
			if step%50 == 0 || size < 100 {
				for _, k := range kept {
					k.check(t)
				}
			}
			if len(kept) > 12 {
				kept = slices.Delete(kept, 1, 4)
			}
		}
		for _, k := range kept {
			k.check(t)
		}
	}
}

func TestUnsharedListsChangeInPlace(t *testing.T) {
	v := stack.FromFields(stack.ListTag, nil)
	w := v.Push(stack.FromInt(1)).Push(stack.FromInt(2)).With(0, stack.FromInt(3))
	assert.Same(t, v, w)
	v.Share()
	assert.NotSame(t, v, v.Push(stack.FromInt(4)))
	assert.Equal(t, 2, v.Len())
}

// What a copied collection holds is held by two from then on.
func TestCopiesShareTheirElements(t *testing.T) {
	inner := stack.FromVariant(stack.FromFields(stack.ListTag, []stack.Value{stack.FromInt(1)}))
	outer := stack.FromFields(stack.ListTag, []stack.Value{inner, stack.FromInt(2)})
	outer.Share()
	outer.With(1, stack.FromInt(3))
	assert.True(t, inner.AsVariant().Shared())

	inner = stack.FromVariant(stack.FromFields(stack.ListTag, []stack.Value{stack.FromInt(1)}))
	m := stack.NewMap().Set(stack.FromInt(1), inner)
	stack.FromMap(m).Share()
	m.Set(stack.FromInt(2), stack.FromInt(0))
	assert.True(t, inner.AsVariant().Shared())
}

func TestTagsCompareByName(t *testing.T) {
	a := &stack.Tag{Name: "x", Static: true}
	b := &stack.Tag{Name: "x"}
	assert.True(t, a.Same(b))
	assert.False(t, a.Same(&stack.Tag{Name: "y"}))
}

// Maps against Go's, with versions kept that must not change.
func TestMapAgainstModel(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	m, model := stack.NewMap(), map[int64]int64{}
	type version struct {
		m     *stack.MapValue
		model map[int64]int64
	}
	var kept []version
	check := func(m *stack.MapValue, model map[int64]int64) {
		t.Helper()
		assert.Equal(t, len(model), m.Len())
		last := int64(-1)
		m.Each(func(k, v stack.Value) {
			if k.AsInt() <= last || model[k.AsInt()] != v.AsInt() {
				t.Fatalf("key %d behind %d holds %d, want %d", k.AsInt(), last, v.AsInt(), model[k.AsInt()])
			}
			last = k.AsInt()
		})
	}
	for step := range 20_000 {
		if r.IntN(300) == 0 {
			stack.FromMap(m).Share()
			kept = append(kept, version{m, maps.Clone(model)})
		}
		k := r.Int64N(500)
		if r.IntN(3) == 0 {
			m = m.Remove(stack.FromInt(k))
			delete(model, k)
		} else {
			m = m.Set(stack.FromInt(k), stack.FromInt(int64(step)))
			model[k] = int64(step)
		}
		v, ok := m.Get(stack.FromInt(k))
		want, has := model[k]
		if ok != has || ok && v.AsInt() != want {
			t.Fatalf("step %d: key %d: %d %t", step, k, v.AsInt(), ok)
		}
	}
	check(m, model)
	for _, v := range kept {
		check(v.m, v.model)
	}
}

func TestMapOrdersKeys(t *testing.T) {
	m := stack.NewMap()
	for _, k := range []stack.Value{stack.FromString("b"), stack.FromBool(true), stack.FromInt(3), stack.FromString(""), stack.FromInt(-5), stack.FromBool(false)} {
		m = m.Set(k, stack.FromInt(0))
	}
	var kinds []stack.Kind
	m.Each(func(k, _ stack.Value) { kinds = append(kinds, k.Kind()) })
	assert.Equal(t, []stack.Kind{stack.Int, stack.Int, stack.Bool, stack.Bool, stack.String, stack.String}, kinds)
	assert.False(t, stack.IsKey(stack.FromFloat(1)))
}

func BenchmarkPush(b *testing.B) {
	v := stack.FromFields(stack.ListTag, nil)
	for b.Loop() {
		v = v.Push(stack.FromInt(1))
	}
}

// BenchmarkGrowth shows what operations cost at sizes from a thousand to a
// million: on collections that nobody else holds, and ("held") on one and the
// same version again and again.
func BenchmarkGrowth(b *testing.B) {
	for _, n := range []int{1e3, 1e4, 1e5, 1e6} {
		list, m := stack.FromFields(stack.ListTag, nil), stack.NewMap()
		for i := range n {
			list = list.Push(stack.FromInt(int64(i)))
			m = m.Set(stack.FromInt(int64(i)), stack.FromInt(0))
		}
		held := stack.FromFields(stack.ListTag, slices.Clone(list.Fields()))
		held.Share()
		heldMap := stack.NewMap()
		for i := range n {
			heldMap = heldMap.Set(stack.FromInt(int64(i)), stack.FromInt(0))
		}
		stack.FromMap(heldMap).Share()
		i := 0
		next := func() int { i = (i + 7919) % n; return i }
		for name, f := range map[string]func(){
			"get":           func() { list.At(next()) },
			"set":           func() { list = list.With(next(), stack.FromInt(1)) },
			"push held":     func() { held.Push(stack.FromInt(1)) },
			"set held":      func() { held.With(next(), stack.FromInt(1)) },
			"map.get":       func() { m.Get(stack.FromInt(int64(next()))) },
			"map.set":       func() { m = m.Set(stack.FromInt(int64(next())), stack.FromInt(1)) },
			"map.set held":  func() { heldMap.Set(stack.FromInt(int64(next())), stack.FromInt(1)) },
			"map.take held": func() { heldMap.Remove(stack.FromInt(int64(next()))) },
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					f()
				}
			})
		}
	}
}
