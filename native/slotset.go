package native

import (
	"iter"
	"math/bits"
)

// slotSet is a set of slots of a frame.
type slotSet []uint64

func newSlotSet(n int32) slotSet { return make(slotSet, (n+63)/64) }

func (s slotSet) has(i int32) bool { return s[i/64]>>(i%64)&1 != 0 }
func (s slotSet) add(i int32)      { s[i/64] |= 1 << (i % 64) }
func (s slotSet) remove(i int32)   { s[i/64] &^= 1 << (i % 64) }

// union adds the slots of another set; false if it had them all.
func (s slotSet) union(with slotSet) bool {
	grown := false
	for i, w := range with {
		grown = grown || w&^s[i] != 0
		s[i] |= w
	}
	return grown
}

// intersect removes the slots that another set has not; false if there were none.
func (s slotSet) intersect(with slotSet) bool {
	shrunk := false
	for i, w := range with {
		shrunk = shrunk || s[i]&^w != 0
		s[i] &= w
	}
	return shrunk
}

// all are the slots, in order.
func (s slotSet) all() iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for i, w := range s {
			for ; w != 0; w &= w - 1 {
				if !yield(int32(i*64 + bits.TrailingZeros64(w))) {
					return
				}
			}
		}
	}
}
