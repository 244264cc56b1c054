package stack

import (
	"fmt"
	"testing"
)

// BenchmarkMaps shows what a key costs in maps of Ints all over the place and of Strings
// with the same first bytes.
func BenchmarkMaps(b *testing.B) {
	kinds := map[string]func(k int64) Value{
		"sparse": FromInt,
		"texts":  func(k int64) Value { return FromString(fmt.Sprint("word", k)) },
	}
	for _, n := range []int{1e3, 1e5, 1e6} {
		for name, key := range kinds {
			keys := make([]Value, n)
			for i, k := 0, int64(42); i < n; i++ {
				k = k * 16807 % 2147483647
				keys[i] = key(k)
			}
			perKey := func(b *testing.B, f func()) {
				for b.Loop() {
					f()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/key")
			}
			fill := func() *MapValue {
				m := NewMap()
				for _, k := range keys {
					m = m.Set(k, FromInt(1))
				}
				return m
			}
			m := fill()
			b.Run(fmt.Sprintf("%s-write/%d", name, n), func(b *testing.B) { perKey(b, func() { fill() }) })
			b.Run(fmt.Sprintf("%s-read/%d", name, n), func(b *testing.B) {
				perKey(b, func() {
					for _, k := range keys {
						m.Get(k)
					}
				})
			})
			b.Run(fmt.Sprintf("%s-walk-again/%d", name, n), func(b *testing.B) {
				perKey(b, func() { m.Each(func(Value, Value) {}) })
			})
			b.Run(fmt.Sprintf("%s-walk/%d", name, n), func(b *testing.B) {
				perKey(b, func() {
					m = m.Remove(keys[0]).Set(keys[0], FromInt(1))
					m.Each(func(Value, Value) {})
				})
			})
		}
	}
}
