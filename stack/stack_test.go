package stack_test

import (
	"math"
	"math/rand/v2"
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

func TestPushNeverChangesOlderVersions(t *testing.T) {
	empty := stack.FromFields(stack.ListTag, nil)
	a := empty.Push(stack.FromInt(1))
	b := a.Push(stack.FromInt(2))
	c := a.Push(stack.FromInt(3)) // b has taken the slot behind a
	assert.Empty(t, empty.Fields)
	assert.Len(t, a.Fields, 1)
	assert.Equal(t, int64(2), b.Fields[1].AsInt())
	assert.Equal(t, int64(3), c.Fields[1].AsInt())
	d := b.Init().Push(stack.FromInt(9))
	assert.Equal(t, int64(2), b.Fields[1].AsInt())
	assert.Equal(t, int64(9), d.Fields[1].AsInt())
	assert.Equal(t, int64(5), b.With(0, stack.FromInt(5)).Fields[0].AsInt())
	assert.Equal(t, int64(1), b.Fields[0].AsInt())
}

func TestTagsCompareByName(t *testing.T) {
	a := &stack.Tag{Name: "x", Static: true}
	b := &stack.Tag{Name: "x"}
	assert.True(t, a.Same(b))
	assert.False(t, a.Same(&stack.Tag{Name: "y"}))
}

// The tree against Go's map, with old versions kept.
func TestMapAgainstModel(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var m *stack.MapValue
	model := map[int64]int64{}
	var old *stack.MapValue
	oldSize := 0
	for step := range 20_000 {
		k := r.Int64N(500)
		if r.IntN(3) == 0 {
			m = m.Remove(stack.FromInt(k))
			delete(model, k)
		} else {
			m = m.Set(stack.FromInt(k), stack.FromInt(int64(step)))
			model[k] = int64(step)
		}
		if step == 10_000 {
			old, oldSize = m, len(model)
		}
		if m.Len() != len(model) {
			t.Fatalf("step %d: %d entries, want %d", step, m.Len(), len(model))
		}
		v, ok := m.Get(stack.FromInt(k))
		want, has := model[k]
		if ok != has || ok && v.AsInt() != want {
			t.Fatalf("step %d: key %d: %d %t", step, k, v.AsInt(), ok)
		}
	}
	assert.Equal(t, oldSize, old.Len())
	count, last := 0, int64(-1)
	old.Each(func(k, _ stack.Value) {
		assert.Greater(t, k.AsInt(), last)
		last = k.AsInt()
		count++
	})
	assert.Equal(t, oldSize, count)
}

func TestMapOrdersKeys(t *testing.T) {
	var m *stack.MapValue
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

func BenchmarkMapSet(b *testing.B) {
	var m *stack.MapValue
	for i := 0; b.Loop(); i++ {
		m = m.Set(stack.FromInt(int64(i%10_000)), stack.FromInt(1))
	}
}
