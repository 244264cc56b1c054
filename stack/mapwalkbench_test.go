package stack

import (
	"fmt"
	"testing"
)

// BenchmarkMapWalks shows what a key costs in a walk after a change, as of
// a program that goes on with the map: somebody holds it while it is walked.
func BenchmarkMapWalks(b *testing.B) {
	kinds := map[string]func(k int64) Value{
		"sparse": FromInt,
		"texts":  func(k int64) Value { return FromString(fmt.Sprint("word", k)) },
	}
	changes := map[string]func(m *MapValue, keys []Value, i int) *MapValue{
		"set": func(m *MapValue, keys []Value, i int) *MapValue { return m.Set(keys[i%len(keys)], FromInt(2)) },
		// Each second time the key comes back, so that the map stays as large.
		"remove": func(m *MapValue, keys []Value, i int) *MapValue {
			key := keys[i/2%len(keys)]
			if i%2 == 0 {
				return m.Remove(key)
			}
			return m.Set(key, FromInt(1))
		},
	}
	for name, key := range kinds {
		for _, n := range []int{10, 1e3, 1e5} {
			keys := make([]Value, 2*n)
			for i, k := 0, int64(42); i < len(keys); i++ {
				k = k * 16807 % 2147483647
				keys[i] = key(k)
			}
			start := NewMap()
			for _, k := range keys[:n] {
				start = start.Set(k, FromInt(1))
			}
			start.share()
			start.Each(func(Value, Value) {})
			walks := func(b *testing.B, change func(m *MapValue, i int) *MapValue) {
				m, i := start, 0
				for b.Loop() {
					m = change(m, i)
					m.share()
					m.Each(func(Value, Value) {})
					i++
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/key")
			}
			for what, change := range changes {
				b.Run(fmt.Sprintf("%s-%s/%d", name, what, n), func(b *testing.B) {
					walks(b, func(m *MapValue, i int) *MapValue { return change(m, keys[:n], i) })
				})
			}
			b.Run(fmt.Sprintf("%s-add/%d", name, n), func(b *testing.B) {
				walks(b, func(m *MapValue, i int) *MapValue {
					if i%n == 0 { // from n keys to twice as many
						m = start
					}
					return m.Set(keys[n+i%n], FromInt(1))
				})
			})
		}
	}
}
