package stack

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

// modelMap is a plain sorted slice: what a map means.
type modelMap []mapEntry

func (m modelMap) at(key Value) (int, bool) {
	return slices.BinarySearchFunc(m, key, func(e mapEntry, k Value) int { return modelCompare(e.key, k) })
}

// modelCompare is the order of the book: Ints, false, true, Strings by bytes.
func modelCompare(a, b Value) int {
	order := []Kind{Int, Bool, String}
	if d := slices.Index(order, a.Kind()) - slices.Index(order, b.Kind()); d != 0 {
		return d
	}
	switch a.Kind() {
	case Int:
		return int(max(-1, min(1, a.AsInt()/2-b.AsInt()/2)))*2 + int(max(-1, min(1, a.AsInt()-b.AsInt())))
	case Bool:
		return int(a.n) - int(b.n)
	}
	return strings.Compare(a.AsString(), b.AsString())
}

func (m modelMap) set(key, value Value) modelMap {
	i, ok := m.at(key)
	if ok {
		m[i].value = value
		return m
	}
	return slices.Insert(m, i, mapEntry{key, value})
}

func (m modelMap) remove(key Value) modelMap {
	if i, ok := m.at(key); ok {
		return slices.Delete(m, i, i+1)
	}
	return m
}

func (m modelMap) check(t *testing.T, got *MapValue) {
	t.Helper()
	if got.Len() != len(m) {
		t.Fatalf("%d entries, want %d", got.Len(), len(m))
	}
	i := 0
	for key, value := range got.All() {
		if !sameKey(&m[i].key, &key) || content(value) != content(m[i].value) {
			t.Fatalf("entry %d is %v %s, want %v %s", i, key, content(value), m[i].key, content(m[i].value))
		}
		i++
	}
	if i != len(m) {
		t.Fatalf("%d entries were visited, want %d", i, len(m))
	}
	if i > 0 {
		key, _ := got.Last()
		assert.True(t, sameKey(&m[i-1].key, &key))
	}
}

// content shows an Int, or the elements of a list, so that a list which was changed in
// place although others hold it is found.
func content(v Value) string {
	if v.Kind() == Variant {
		return fmt.Sprint(v.AsVariant().Fields())
	}
	return strconv.FormatInt(v.AsInt(), 10)
}

// keyKinds make keys out of numbers up to n.
var keyKinds = map[string]func(r *rand.Rand, n int) Value{
	"dense":    func(r *rand.Rand, n int) Value { return FromInt(int64(r.IntN(n))) },
	"sparse":   func(r *rand.Rand, n int) Value { return FromInt(int64(r.IntN(n)-n/2) * 0x1234_5678_9abc) },
	"negative": func(r *rand.Rand, n int) Value { return FromInt(int64(r.IntN(n) - n/2)) },
	"text":     func(r *rand.Rand, n int) Value { return FromString(fmt.Sprint("word", r.IntN(n))) },
	"zeros":    func(r *rand.Rand, n int) Value { return FromString(strings.Repeat("\x00", r.IntN(n)%40)) },
	"mixed": func(r *rand.Rand, n int) Value {
		switch r.IntN(4) {
		case 0:
			return FromBool(r.IntN(2) == 0)
		case 1:
			return FromInt(r.Int64() >> r.IntN(63) << 1 >> 1)
		case 2:
			return FromInt(int64(r.IntN(n)))
		}
		return FromString(strings.Repeat("ab", r.IntN(8)) + fmt.Sprint(r.IntN(n)))
	},
}

type mapVersion struct {
	m    *MapValue
	want modelMap
}

// step changes a version by one random operation, as a program could.
func (v *mapVersion) step(t *testing.T, r *rand.Rand, key Value, removes int) {
	t.Helper()
	number := FromInt(r.Int64N(1000))
	switch op := r.IntN(10); {
	case op < removes:
		v.m, v.want = v.m.Remove(key), v.want.remove(key)
	case op < 6:
		v.m, v.want = v.m.Set(key, number), v.want.set(key, number)
	case op < 7: // a list that only the map holds
		v.m = v.m.Set(key, FromVariant(FromFields(ListTag, []Value{number})))
		v.want = v.want.set(key, FromVariant(FromFields(ListTag, []Value{number})))
	case op < 9: // a value moves out, is changed and put back
		x, ok := v.m.Take(key)
		i, has := v.want.at(key)
		if ok != has {
			t.Fatalf("Take of %v tells %t", key, ok)
		}
		if !ok || x.Kind() != Variant {
			break
		}
		v.m = v.m.Set(key, FromVariant(x.AsVariant().Push(number)))
		v.want[i].value = FromVariant(FromFields(ListTag, append(slices.Clone(v.want[i].value.AsVariant().Fields()), number)))
	default:
		x, ok := v.m.Get(key)
		i, has := v.want.at(key)
		if ok != has || ok && content(x) != content(v.want[i].value) {
			t.Fatalf("key %v holds %s, %t", key, content(x), ok)
		}
	}
}

// Random operations on versions of which some are kept, against a sorted slice.
func TestMapAgainstSortedSlice(t *testing.T) {
	for name, kind := range keyKinds {
		for _, size := range []int{1, 7, 9, 12, 40, 200, 3000} {
			t.Run(fmt.Sprint(name, size), func(t *testing.T) {
				r := rand.New(rand.NewPCG(uint64(size), 7))
				kept := []mapVersion{{m: NewMap()}}
				for step := range 2000 {
					at := r.IntN(len(kept))
					v := kept[at]
					if r.IntN(100) == 0 || len(kept) == 1 && step%500 == 0 {
						v.m.share()
						v.want = slices.Clone(v.want)
						kept = append(kept, v)
						at = len(kept) - 1
					} else if v.m.shared() {
						v.want = slices.Clone(v.want)
					}
					v.step(t, r, kind(r, size), []int{1, 2, 6}[step/300%3])
					kept[at] = v
					if step%199 == 0 {
						for _, k := range kept {
							k.want.check(t, k.m)
						}
					}
					if len(kept) > 8 {
						kept = slices.Delete(kept, 1, 5)
					}
				}
				for _, k := range kept {
					k.want.check(t, k.m)
				}
			})
		}
	}
}

// Random operations with walks in between, of the changed version and of those that are kept: after
// each change, or after some, so that an order is the base of many others.
func TestMapWalksBetweenChanges(t *testing.T) {
	for name, kind := range keyKinds {
		for _, size := range []int{20, 60, 300, 2000} {
			for _, every := range []int{1, 3, 40} {
				t.Run(fmt.Sprint(name, size, "every", every), func(t *testing.T) {
					r := rand.New(rand.NewPCG(uint64(size), uint64(every)))
					kept := []mapVersion{{m: NewMap()}}
					for range size { // so that there is something to walk from the start
						kept[0].step(t, r, kind(r, size), 0)
					}
					for step := range 400 {
						at := r.IntN(len(kept))
						v := kept[at]
						if v.m.shared() {
							v.want = slices.Clone(v.want)
						}
						v.step(t, r, kind(r, size), []int{1, 3, 6}[step/100%3])
						if r.IntN(10) == 0 {
							v.m.share()
							kept = append(kept, mapVersion{v.m, slices.Clone(v.want)})
						}
						kept[at] = v
						if step%every == 0 {
							v.want.check(t, v.m)
							other := kept[r.IntN(len(kept))]
							other.want.check(t, other.m)
						}
						if len(kept) > 8 {
							kept = slices.Delete(kept, 1, 5)
						}
					}
					for _, k := range kept {
						k.want.check(t, k.m)
					}
				})
			}
		}
	}
}

// Several strands walk one map, and what they make of it, at the same time.
func TestStrandsWalkOneMap(t *testing.T) {
	v := mapVersion{m: NewMap()}
	r := rand.New(rand.NewPCG(1, 7))
	for range 300 {
		v.step(t, r, keyKinds["mixed"](r, 300), 0)
	}
	v.want.check(t, v.m)
	for range 40 { // changes that the order does not know yet
		v.step(t, r, keyKinds["mixed"](r, 300), 3)
	}
	v.m.share()
	var strands sync.WaitGroup
	for strand := range 4 {
		strands.Go(func() {
			r := rand.New(rand.NewPCG(2, uint64(strand)))
			own := mapVersion{v.m, slices.Clone(v.want)}
			for range 30 {
				v.want.check(t, v.m)
				own.step(t, r, FromInt(r.Int64N(300)*1000), 4)
				own.want.check(t, own.m)
			}
		})
	}
	strands.Wait()
}

// A new value does not make a new order, a new key one that has it, and versions keep theirs.
func TestOrderIsKept(t *testing.T) {
	m := NewMap()
	for i := range 1000 {
		m = m.Set(FromInt(int64(i)*977-5000), FromInt(0))
	}
	m.Last()
	flat := m.parts.order.Load()
	m = m.Set(FromInt(-5000), FromInt(1))
	m.Last()
	assert.Same(t, flat, m.parts.order.Load(), "a value was set in a flat map")
	m = m.Set(FromInt(-6000), FromInt(1)).Remove(FromInt(-6000))
	m.Last()
	assert.Same(t, flat, m.parts.order.Load(), "nobody else has it")
	m.share()
	m = m.Set(FromInt(-5000), FromInt(1)) // of nodes from here on
	order := m.parts.order.Load()
	assert.Len(t, order.slots, 1000, "the nodes have it, too")
	m.Last()
	assert.Same(t, order, m.parts.order.Load())
	m.share()
	other := m.Set(FromInt(-5000), FromInt(1))
	other.Last()
	assert.Same(t, order, other.parts.order.Load(), "a value was set")
	other = other.Set(FromInt(-5001), FromInt(1)).Remove(FromInt(977 - 5000))
	other.Last()
	assert.NotSame(t, order, other.parts.order.Load())
	mine := other.parts.order.Load()
	other = other.Set(FromInt(-5002), FromInt(1))
	other.Last()
	assert.Same(t, mine, other.parts.order.Load(), "nobody else has it")
	assert.Same(t, order, m.parts.order.Load())
	assert.Len(t, order.slots, 1000)
}

// Large maps are filled, held, half emptied and emptied, in several orders.
func TestLargeMaps(t *testing.T) {
	const n = 30_000
	for name, key := range map[string]func(i int) Value{
		"ascending":  func(i int) Value { return FromInt(int64(i)) },
		"descending": func(i int) Value { return FromInt(int64(n - i)) },
		"permuted":   func(i int) Value { return FromInt(int64(i * 7919 % n)) },
		"sparse":     func(i int) Value { return FromInt(int64(i) * 1_000_003 % (1 << 40)) },
		"text":       func(i int) Value { return FromString(fmt.Sprint("a long beginning ", i)) },
	} {
		t.Run(name, func(t *testing.T) {
			m, want := NewMap(), make(modelMap, 0, n)
			for i := range n {
				m = m.Set(key(i), FromInt(int64(i)))
				want = append(want, mapEntry{key(i), FromInt(int64(i))})
			}
			slices.SortFunc(want, func(a, b mapEntry) int { return modelCompare(a.key, b.key) })
			want.check(t, m)
			m.share()
			other := m
			for i := range n {
				other = other.Set(key(i), FromInt(-1))
			}
			want.check(t, m)
			for i := range n - 3 {
				other = other.Remove(key(i))
			}
			assert.Equal(t, 3, other.Len())
			assert.Nil(t, other.parts, "few entries are a slice again")
			want.check(t, m)
		})
	}
}

// Keys whose hashes are all the same still make a map, and splitting them ends.
func TestEqualHashes(t *testing.T) {
	seed := numberSeed
	defer func() { numberSeed = seed }()
	numberSeed = [2]uint64{}
	r := rand.New(rand.NewPCG(3, 7))
	v := mapVersion{m: NewMap()}
	var old mapVersion
	for step := range 3000 {
		if step == 1500 {
			v.m.share()
			old = v
			v.want = slices.Clone(v.want)
		}
		v.step(t, r, keyKinds["sparse"](r, 200), 2+step/1000)
		if step%7 == 0 {
			v.want.check(t, v.m)
		}
	}
	v.want.check(t, v.m)
	old.want.check(t, old.m)
	assert.Greater(t, old.m.Len(), bucketSize)
}

func TestTakeMovesOut(t *testing.T) {
	for _, n := range []int{1, 100} {
		for _, base := range []int64{0, 1 << 40} {
			m := NewMap()
			for i := range n {
				m = m.Set(FromInt(base+int64(i)*977), FromVariant(FromFields(ListTag, nil)))
			}
			x, ok := m.Take(FromInt(base))
			assert.True(t, ok)
			assert.False(t, x.AsVariant().Shared(), "it moved")
			seen, ok := m.Get(FromInt(base))
			assert.True(t, ok)
			assert.Equal(t, FromInt(0), seen, "an entry without its value shows 0")
			m = m.Set(FromInt(base), FromVariant(x.AsVariant().Push(FromInt(1))))

			m.share()
			x, _ = m.Take(FromInt(base))
			assert.True(t, x.AsVariant().Shared(), "others hold the map")
			other := m.Set(FromInt(base+1), FromInt(0))
			x, _ = other.Take(FromInt(base))
			assert.True(t, x.AsVariant().Shared(), "others hold the entry")
			kept, _ := m.Get(FromInt(base))
			assert.Equal(t, 1, kept.AsVariant().Len())
		}
	}
	_, ok := NewMap().Take(FromInt(1))
	assert.False(t, ok)
}
