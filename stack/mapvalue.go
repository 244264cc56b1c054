package stack

import (
	"cmp"
	"iter"
	"strings"
	"sync/atomic"
	"unsafe"
)

// MapValue is a map. As with VariantValue an unshared map is changed in place.
//
// Up to smallMap entries are a slice, in no order. More are in mapParts: hashed, and beside
// them an array for Int keys that are dense. A map is flat, one table and one row of pages, until
// it is shared and then updated. That makes nodes of it, once, as has been paid for by the updates
// that filled it; from then on an update of a shared map copies the path to the changed
// entry, O(log n). The entries are brought in order when somebody asks for all of them, from the
// order of the last time.
type MapValue struct {
	n     int
	parts *mapParts // nil: the entries are in small
	small []mapEntry
	state atomic.Uint32
}

// smallMap is how many entries are searched one by one.
const smallMap = 16

type mapEntry struct{ key, value Value }

// NewMap makes an empty map.
func NewMap() *MapValue { return &MapValue{} }

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

// rank orders the kinds of keys (chapter 4, section 4).
func (v *Value) rank() int {
	switch v.p {
	case unsafe.Pointer(&markers[Int]):
		return 0
	case unsafe.Pointer(&markers[Bool]):
		return 1
	}
	return 2
}

// compareKeys orders two keys: Ints by value, then false, true, then Strings by
// their bytes.
func compareKeys(a, b *Value) int {
	switch rank := a.rank(); {
	case rank != b.rank():
		return rank - b.rank()
	case rank < 2:
		return cmp.Compare(int64(a.n), int64(b.n))
	}
	return strings.Compare(a.AsString(), b.AsString())
}

// sameKey tells whether a key of a map is the key k.
func sameKey(key, k *Value) bool {
	if k.Scalar() {
		return *key == *k
	}
	return !key.Scalar() && key.AsString() == k.AsString()
}

func (m *MapValue) share() {
	if m.state.Load()&shared == 0 {
		m.state.Or(shared)
	}
}

func (m *MapValue) shared() bool { return m.state.Load()&shared != 0 }

// Len returns the number of entries.
func (m *MapValue) Len() int { return m.n }

// Get returns the value of a key. The caller marks it shared.
func (m *MapValue) Get(key Value) (Value, bool) {
	if place := m.find(&key); place != nil {
		return *place, true
	}
	return Value{}, false
}

// Look returns the place of a key's value; nil if there is none. What lies there must
// not be changed: others may hold it.
func (m *MapValue) Look(key *Value) *Value { return m.find(key) }

// find is Look. Of an Int in a flat map, which most maps that programs read all the time are, it remembers nothing:
// the next search costs no more than to look at what was found last.
func (m *MapValue) find(key *Value) *Value {
	if p := m.parts; p != nil {
		if key.IsInt() {
			if v := p.pages.place(key.n >> 1); v != nil {
				if v.p == nil {
					return nil
				}
				return v
			}
			if p.flat {
				return p.table.lookInt(key.n)
			}
		}
		return p.find(key, !m.shared())
	}
	if i := m.search(key); i >= 0 {
		return &m.small[i].value
	}
	return nil
}

// search finds a key in small; -1 if it is not there.
func (m *MapValue) search(key *Value) int {
	if key.Scalar() {
		for i := range m.small {
			if m.small[i].key == *key {
				return i
			}
		}
		return -1
	}
	s := key.AsString()
	for i := range m.small {
		k := &m.small[i].key
		if k.Scalar() || k.n&lengthMax != uint64(len(s)) {
			continue
		}
		// Keys of one length often differ in their last byte, which is looked at right here.
		if t := k.AsString(); s == "" || t[len(t)-1] == s[len(s)-1] && t == s {
			return i
		}
	}
	return -1
}

// Take is Get for an entry that the caller sets again, or removes, before anybody
// looks at it: the value moves out, so one that only this map holds is held once
// and can be changed in place. From then on until it is set the entry has the value 0,
// which is what the map, and whoever gets a copy of it, shows in between. If others may
// hold the map, or its entry, nothing is moved: the value is marked shared.
func (m *MapValue) Take(key Value) (Value, bool) {
	place := m.find(&key)
	if place == nil {
		return Value{}, false
	}
	v := *place
	if v.Scalar() {
		return v, true
	}
	if m.shared() || m.parts != nil && !m.parts.owns(&key) {
		v.Share()
		return v, true
	}
	*place = FromInt(0)
	return v, true
}

// writable returns the map itself or, if it is shared, one that can be changed
// in its place.
func (m *MapValue) writable() *MapValue {
	if !m.shared() {
		return m
	}
	c := &MapValue{n: m.n}
	if m.parts != nil {
		c.parts = m.parts.fork()
		return c
	}
	c.small = append(make([]mapEntry, 0, len(m.small)+1), m.small...)
	shareValues(c.small)
	return c
}

// shareValues marks the values of copied entries: they are held twice.
func shareValues(entries []mapEntry) {
	for i := range entries {
		if v := &entries[i].value; !v.Scalar() {
			v.Share()
		}
	}
}

// Set returns the map with a key set to a value; both are promoted. It
// consumes m.
func (m *MapValue) Set(key, value Value) *MapValue {
	if !value.Scalar() {
		value = value.Promote()
	}
	if p := m.parts; p != nil && p.flat && key.IsInt() && key.n>>1 < p.pages.bound && !m.shared() {
		if p.setInt(&key, value) {
			m.n++
		}
		return m
	}
	m = m.writable()
	if m.parts != nil {
		if m.parts.set(&key, value) {
			m.n++
		}
		return m
	}
	if i := m.search(&key); i >= 0 {
		m.small[i].value = value
		return m
	}
	m.n++
	if m.small == nil {
		m.small = make([]mapEntry, 0, 4)
	}
	m.small = append(m.small, mapEntry{key.Promote(), value})
	if m.n > smallMap {
		m.parts = newParts(m.small)
		m.small = nil
	}
	return m
}

// intOf is the Int with a pattern.
func intOf(n uint64) Value { return Value{unsafe.Pointer(&markers[Int]), n} }

// put changes what lies in a place of a collection.
func (v *Value) put(value Value) {
	if value.Scalar() {
		v.setNumber(&value)
		return
	}
	*v = value
}

// Remove returns the map without a key. It consumes m.
func (m *MapValue) Remove(key Value) *MapValue {
	if m.find(&key) == nil {
		return m
	}
	m = m.writable()
	m.n--
	if m.parts == nil {
		i, last := m.search(&key), len(m.small)-1
		m.small[i], m.small[last] = m.small[last], mapEntry{}
		m.small = m.small[:last]
		return m
	}
	m.parts.remove(&key)
	if !m.parts.sparse() {
		return m
	}
	entries := m.entries()
	if m.parts.forked {
		shareValues(entries)
	}
	if len(entries) <= smallMap {
		m.small, m.parts = entries, nil
		return m
	}
	m.parts = newParts(entries)
	return m
}

// Each visits the entries in key order. What it hands out is held twice from
// then on if the visitor keeps it.
func (m *MapValue) Each(visit func(key, value Value)) {
	for key, value := range m.All() {
		visit(key, value)
	}
}

// All is Each for a loop that may end early.
func (m *MapValue) All() iter.Seq2[Value, Value] {
	return func(yield func(key, value Value) bool) {
		if m.parts != nil {
			m.parts.all(!m.shared(), yield)
			return
		}
		var order [smallMap]*mapEntry
		for _, e := range m.inOrder(&order) {
			if !yield(e.key, e.value) {
				return
			}
		}
	}
}

// inOrder brings the entries in small in key order, by insertion: often they were set in it.
func (m *MapValue) inOrder(order *[smallMap]*mapEntry) []*mapEntry {
	for i := range m.small {
		e, j := &m.small[i], i
		for ; j > 0 && compareKeys(&e.key, &order[j-1].key) < 0; j-- {
			order[j] = order[j-1]
		}
		order[j] = e
	}
	return order[:len(m.small)]
}

// entries returns a copy of all entries in key order.
func (m *MapValue) entries() []mapEntry {
	entries := make([]mapEntry, 0, m.n)
	for key, value := range m.All() {
		entries = append(entries, mapEntry{key, value})
	}
	return entries
}

// Last returns the entry with the last key of a map that is not empty.
func (m *MapValue) Last() (key, value Value) {
	for key, value = range m.All() { // what is left is the last one
	}
	return key, value
}
