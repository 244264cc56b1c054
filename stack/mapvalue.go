package stack

import (
	"encoding/binary"
	"iter"
	"strings"
	"sync/atomic"
	"unsafe"
)

// MapValue is a map: an AVL tree in key order. As with VariantValue an unshared
// map is changed in place. An update of a shared one copies the path to the
// changed entry, O(log n): nodes belong to the map whose token they carry, and
// all others are copied before they are changed.
type MapValue struct {
	root  *mapNode
	n     int
	owner *token
	state atomic.Uint32
	// recent is the node found last in an unshared map, which only one strand
	// can reach: programs look a key up to set it.
	recent *mapNode
}

type mapNode struct {
	key         mapKey
	value       Value
	left, right *mapNode
	owner       *token
	height      int8
}

// NewMap makes an empty map.
func NewMap() *MapValue { return &MapValue{owner: new(token)} }

// FromMap makes a Map.
func FromMap(m *MapValue) Value { return FromObject(Map, unsafe.Pointer(m)) }

// AsMap returns the object of a Map.
func (v Value) AsMap() *MapValue { return (*MapValue)(v.p) }

// IsKey tells whether a value can be a key: Int, Bool or String.
func IsKey(v Value) bool {
	switch v.Kind() {
	case Int, Bool, String:
		return true
	}
	return false
}

// mapKey is a key made ready for comparisons. Keys are in the order of their
// ranks, then of their prefixes, and Strings then of their bytes: Ints by value,
// then false, true, then Strings (chapter 4, section 4).
type mapKey struct {
	Value
	prefix uint64 // of a String: its first 8 bytes, the first the most significant
	rank   uint8
}

func keyOf(v Value) mapKey {
	switch v.Kind() {
	case Int:
		return mapKey{v, v.n ^ 1<<63, 0}
	case Bool:
		return mapKey{v, v.n, 1}
	}
	s := v.AsString()
	k := mapKey{Value: v, rank: 2}
	if len(s) >= 8 {
		k.prefix = binary.BigEndian.Uint64(unsafe.Slice(unsafe.StringData(s), 8))
		return k
	}
	for i := range len(s) {
		k.prefix |= uint64(s[i]) << (56 - 8*i)
	}
	return k
}

// compare orders two keys.
func (k *mapKey) compare(o *mapKey) int {
	switch {
	case k.rank != o.rank:
		return int(k.rank) - int(o.rank)
	case k.prefix < o.prefix:
		return -1
	case k.prefix > o.prefix:
		return 1
	case k.rank < 2:
		return 0
	}
	return strings.Compare(k.AsString(), o.AsString())
}

func (m *MapValue) share() {
	if m.state.Load()&shared == 0 {
		m.state.Or(shared)
	}
}

// Len returns the number of entries.
func (m *MapValue) Len() int { return m.n }

// Get returns the value of a key. The caller marks it shared.
func (m *MapValue) Get(key Value) (Value, bool) {
	k := keyOf(key)
	if node := m.find(&k); node != nil {
		return node.value, true
	}
	return Value{}, false
}

func (m *MapValue) find(k *mapKey) *mapNode {
	if r := m.recent; r != nil && r.key.prefix == k.prefix && r.key.compare(k) == 0 {
		return r
	}
	node := m.root
	for node != nil {
		var c int
		switch {
		case node.key.rank != k.rank || node.key.prefix == k.prefix:
			c = k.compare(&node.key)
		case k.prefix < node.key.prefix:
			c = -1
		default:
			c = 1
		}
		if c == 0 {
			if m.state.Load()&shared == 0 {
				m.recent = node
			}
			return node
		}
		if c < 0 {
			node = node.left
		} else {
			node = node.right
		}
	}
	return nil
}

// writable returns the map itself or, if it is shared, one that can be changed
// in its place.
func (m *MapValue) writable() *MapValue {
	if m.state.Load()&shared == 0 {
		return m
	}
	return &MapValue{root: m.root, n: m.n, owner: new(token)}
}

// Set returns the map with a key set to a value; both are promoted. It
// consumes m.
func (m *MapValue) Set(key, value Value) *MapValue {
	value = value.Promote()
	m = m.writable()
	k := keyOf(key)
	if node := m.find(&k); node == nil {
		k.Value = key.Promote()
		m.root = m.insert(m.root, &k, value)
		m.n++
	} else if node.owner == m.owner {
		node.value = value
	} else {
		m.recent = nil
		m.root = m.replace(m.root, &k, value)
	}
	return m
}

// own returns a node that the map may change: the node or a copy, whose value
// is then held twice.
func (m *MapValue) own(node *mapNode) *mapNode {
	if node.owner == m.owner {
		return node
	}
	c := *node
	c.owner = m.owner
	c.value.Share()
	return &c
}

// replace sets the value of a key that is there.
func (m *MapValue) replace(node *mapNode, key *mapKey, value Value) *mapNode {
	node = m.own(node)
	switch c := key.compare(&node.key); {
	case c == 0:
		node.value = value
	case c < 0:
		node.left = m.replace(node.left, key, value)
	default:
		node.right = m.replace(node.right, key, value)
	}
	return node
}

// insert adds a key that is not there.
func (m *MapValue) insert(node *mapNode, key *mapKey, value Value) *mapNode {
	if node == nil {
		return &mapNode{key: *key, value: value, owner: m.owner, height: 1}
	}
	node = m.own(node)
	if key.compare(&node.key) < 0 {
		node.left = m.insert(node.left, key, value)
	} else {
		node.right = m.insert(node.right, key, value)
	}
	return m.balance(node)
}

// Remove returns the map without a key. It consumes m.
func (m *MapValue) Remove(key Value) *MapValue {
	k := keyOf(key)
	if m.find(&k) == nil {
		return m
	}
	m = m.writable()
	m.recent = nil
	m.root = m.remove(m.root, &k)
	m.n--
	return m
}

// remove takes out a key that is there.
func (m *MapValue) remove(node *mapNode, key *mapKey) *mapNode {
	c := key.compare(&node.key)
	switch {
	case c == 0 && node.left == nil:
		return node.right
	case c == 0 && node.right == nil:
		return node.left
	}
	node = m.own(node)
	switch {
	case c < 0:
		node.left = m.remove(node.left, key)
	case c > 0:
		node.right = m.remove(node.right, key)
	default:
		first := node.right
		for first.left != nil {
			first = first.left
		}
		node.key, node.value = first.key, first.value
		if first.owner != m.owner {
			node.value.Share()
		}
		node.right = m.remove(node.right, &node.key)
	}
	return m.balance(node)
}

// Each visits the entries in key order. What it hands out is held twice from
// then on if the visitor keeps it.
func (m *MapValue) Each(visit func(key, value Value)) { m.root.each(visit) }

// All is Each for a loop that may end early.
func (m *MapValue) All() iter.Seq2[Value, Value] {
	return func(yield func(key, value Value) bool) { m.root.all(yield) }
}

func (m *mapNode) all(yield func(key, value Value) bool) bool {
	for ; m != nil; m = m.right {
		if !m.left.all(yield) || !yield(m.key.Value, m.value) {
			return false
		}
	}
	return true
}

// Last returns the entry with the last key of a map that is not empty.
func (m *MapValue) Last() (key, value Value) {
	n := m.root
	for n.right != nil {
		n = n.right
	}
	return n.key.Value, n.value
}

func (m *mapNode) each(visit func(key, value Value)) {
	for ; m != nil; m = m.right {
		m.left.each(visit)
		visit(m.key.Value, m.value)
	}
}

func (m *mapNode) tall() int8 {
	if m == nil {
		return 0
	}
	return m.height
}

func (m *mapNode) measure() *mapNode {
	m.height = max(m.left.tall(), m.right.tall()) + 1
	return m
}

// balance restores the order of heights at a node that is owned and whose
// subtrees differ by at most 2.
func (m *MapValue) balance(node *mapNode) *mapNode {
	switch d := node.left.tall() - node.right.tall(); {
	case d > 1:
		if node.left.left.tall() < node.left.right.tall() {
			node.left = m.rotateLeft(m.own(node.left))
		}
		return m.rotateRight(node)
	case d < -1:
		if node.right.right.tall() < node.right.left.tall() {
			node.right = m.rotateRight(m.own(node.right))
		}
		return m.rotateLeft(node)
	}
	return node.measure()
}

func (m *MapValue) rotateRight(node *mapNode) *mapNode {
	up := m.own(node.left)
	node.left, up.right = up.right, node
	node.measure()
	return up.measure()
}

func (m *MapValue) rotateLeft(node *mapNode) *mapNode {
	up := m.own(node.right)
	node.right, up.left = up.left, node
	node.measure()
	return up.measure()
}
