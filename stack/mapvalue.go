package stack

import (
	"strings"
	"unsafe"
)

// MapValue is an immutable map: a persistent AVL tree in key order. An update
// copies the path to the changed entry, O(log n), and shares the rest. The nil
// map is empty.
type MapValue struct {
	key, value  Value
	left, right *MapValue
	size        int
	height      int8
}

// FromMap makes a Map.
func FromMap(m *MapValue) Value { return FromObject(Map, unsafe.Pointer(m)) }

// AsMap returns the tree of a Map.
func (v Value) AsMap() *MapValue { return (*MapValue)(v.p) }

// IsKey tells whether a value can be a key: Int, Bool or String.
func IsKey(v Value) bool {
	switch v.Kind() {
	case Int, Bool, String:
		return true
	}
	return false
}

// compareKeys orders keys: Ints by value, then false, true, then Strings by
// bytes (chapter 4, section 4).
func compareKeys(a, b Value) int {
	x, y := a.Kind(), b.Kind()
	if x != y {
		return int(keyRank[x]) - int(keyRank[y])
	}
	if x == String {
		return strings.Compare(a.AsString(), b.AsString())
	}
	switch p, q := int64(a.n), int64(b.n); {
	case p < q:
		return -1
	case p > q:
		return 1
	}
	return 0
}

var keyRank = [...]uint8{Int: 0, Bool: 1, String: 2}

// Len returns the number of entries.
func (m *MapValue) Len() int {
	if m == nil {
		return 0
	}
	return m.size
}

// Get returns the value of a key.
func (m *MapValue) Get(key Value) (Value, bool) {
	for m != nil {
		c := compareKeys(key, m.key)
		switch {
		case c == 0:
			return m.value, true
		case c < 0:
			m = m.left
		default:
			m = m.right
		}
	}
	return Value{}, false
}

// Set returns the map with a key set to a value; both are promoted.
func (m *MapValue) Set(key, value Value) *MapValue { return m.set(key.Promote(), value.Promote()) }

func (m *MapValue) set(key, value Value) *MapValue {
	if m == nil {
		return &MapValue{key: key, value: value, size: 1, height: 1}
	}
	c := compareKeys(key, m.key)
	switch {
	case c == 0:
		n := *m
		n.value = value
		return &n
	case c < 0:
		return balance(m, m.left.set(key, value), m.right)
	}
	return balance(m, m.left, m.right.set(key, value))
}

// Remove returns the map without a key; the map itself if it has none.
func (m *MapValue) Remove(key Value) *MapValue {
	if m == nil {
		return nil
	}
	c := compareKeys(key, m.key)
	switch {
	case c < 0:
		if left := m.left.Remove(key); left != m.left {
			return balance(m, left, m.right)
		}
		return m
	case c > 0:
		if right := m.right.Remove(key); right != m.right {
			return balance(m, m.left, right)
		}
		return m
	case m.left == nil:
		return m.right
	case m.right == nil:
		return m.left
	}
	first := m.right
	for first.left != nil {
		first = first.left
	}
	return balance(first, m.left, m.right.Remove(first.key))
}

// Each visits the entries in key order.
func (m *MapValue) Each(visit func(key, value Value)) {
	for ; m != nil; m = m.right {
		m.left.Each(visit)
		visit(m.key, m.value)
	}
}

func (m *MapValue) tall() int8 {
	if m == nil {
		return 0
	}
	return m.height
}

// join makes a node with the entry of m.
func join(m, left, right *MapValue) *MapValue {
	return &MapValue{key: m.key, value: m.value, left: left, right: right,
		size: left.Len() + right.Len() + 1, height: max(left.tall(), right.tall()) + 1}
}

// balance makes a node with the entry of m of two trees that differ by at most
// 2 in height.
func balance(m, left, right *MapValue) *MapValue {
	switch d := left.tall() - right.tall(); {
	case d > 1:
		if left.left.tall() < left.right.tall() {
			mid := left.right
			return join(mid, join(left, left.left, mid.left), join(m, mid.right, right))
		}
		return join(left, left.left, join(m, left.right, right))
	case d < -1:
		if right.right.tall() < right.left.tall() {
			mid := right.left
			return join(mid, join(m, left, mid.left), join(right, mid.right, right.right))
		}
		return join(right, join(m, left, right.left), right.right)
	}
	return join(m, left, right)
}
