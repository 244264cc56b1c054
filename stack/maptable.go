package stack

import "github.com/seqvm/seqvm/internal/hugepage"

// mapTable is the hashed entries of a flat map: a row in the order of their coming, and beside it
// an index by open addressing with linear probing (Knuth, The Art of Computer Programming 3, 6.4,
// algorithms L and R). A slot of the index has the upper half of the hash and the number of the
// entry, from 1 on; 0 is free. So a search touches one place of the index and the entry, and only entries of
// which 32 bits of the hash agree. Home is where the hash, as a fraction, points to: an index that
// is doubled is read and written from the front to the end, and no key is looked at.
type mapTable struct {
	entries []mapEntry
	index   []uint64  // a power of two; at most three quarters are taken
	shift   uint8     // from the upper half of the hash to home
	marks   []mapMark // of each bucketSize entries; those that are missing have not been moved
}

const (
	leastIndex = 4 * smallMap // the index of a map that has just grown beyond smallMap
	numberBits = 32
)

// newTable makes a table that takes over entries, which must have different keys.
func newTable(entries []mapEntry) mapTable {
	t := mapTable{entries: entries}
	size := leastIndex
	for 4*len(entries) > 3*size {
		size *= 2
	}
	t.makeIndex(size)
	for i := range entries {
		t.put(upperHash(&entries[i].key), i)
	}
	return t
}

func (t *mapTable) makeIndex(size int) {
	t.index = hugepage.Make[uint64](size)
	t.shift = numberBits
	for ; size > 1; size >>= 1 {
		t.shift--
	}
}

// upperHash is the part of a key's hash that the index has.
func upperHash(key *Value) uint32 {
	if key.IsInt() {
		return intHash(key.n)
	}
	return uint32(hash(key) >> 32)
}

// intHash is upperHash of an Int with a pattern.
func intHash(n uint64) uint32 { return uint32(numberHash(n) >> 32) }

// find returns the number of the entry of a key with a hash; -1 if there is none.
func (t *mapTable) find(h uint32, key *Value) int {
	index := t.index
	if len(index) == 0 {
		return -1
	}
	for i := int(h >> t.shift); ; i++ {
		slot := index[i&(len(index)-1)]
		if slot == 0 {
			return -1
		}
		if uint32(slot>>numberBits) != h {
			continue
		}
		if number := int(uint32(slot)) - 1; sameKey(&t.entries[number].key, key) {
			return number
		}
	}
}

// seekInt is find for an Int with a pattern. Of one that is not there it returns the slot where it would be
// put; -1 if there is no index.
func (t *mapTable) seekInt(h uint32, n uint64) (number, slot int) {
	index := t.index
	for i := int(h >> t.shift); ; i++ {
		i &= len(index) - 1
		if uint(i) >= uint(len(index)) {
			return -1, -1
		}
		s := index[i]
		if s == 0 {
			return -1, i
		}
		if uint32(s>>numberBits) != h {
			continue
		}
		number := int(uint32(s)) - 1
		if key := &t.entries[number].key; key.n == n && key.IsInt() {
			return number, i
		}
	}
}

// lookInt returns the place of the value of an Int with a pattern; nil if it is not there.
func (t *mapTable) lookInt(n uint64) *Value {
	number, _ := t.seekInt(intHash(n), n)
	if number < 0 {
		return nil
	}
	return &t.entries[number].value
}

// put enters the number of an entry into the index, which must have a free slot.
func (t *mapTable) put(h uint32, number int) {
	i := int(h >> t.shift)
	for t.index[i&(len(t.index)-1)] != 0 {
		i++
	}
	t.index[i&(len(t.index)-1)] = uint64(h)<<numberBits | uint64(number+1)
}

// slotOf returns where the index has an entry.
func (t *mapTable) slotOf(h uint32, number int) int {
	i := int(h >> t.shift)
	for ; uint32(t.index[i&(len(t.index)-1)]) != uint32(number+1); i++ { // it is there
	}
	return i & (len(t.index) - 1)
}

// add puts an entry with a new key behind the others.
func (t *mapTable) add(h uint32, e mapEntry) {
	n := len(t.entries)
	if 4*(n+1) > 3*len(t.index) {
		t.double()
	}
	if n == cap(t.entries) {
		t.entries = hugepage.Grow(t.entries, max(2*n, smallMap))[:n]
	}
	t.entries = append(t.entries, e)
	t.put(h, n)
}

// addInt is add for an Int with a pattern of which seekInt has found the slot.
func (t *mapTable) addInt(h uint32, slot int, n uint64, value Value) {
	e := mapEntry{intOf(n), value}
	if last := len(t.entries); last < cap(t.entries) && 4*(last+1) <= 3*len(t.index) {
		t.entries = append(t.entries, e)
		t.index[slot] = uint64(h)<<numberBits | uint64(last+1)
		return
	}
	t.add(h, e)
}

// double makes an index of twice the size, or the first one.
func (t *mapTable) double() {
	old := t.index
	t.makeIndex(max(2*len(old), leastIndex))
	for _, slot := range old {
		if slot != 0 {
			t.put(uint32(slot>>numberBits), int(uint32(slot))-1)
		}
	}
}

// remove takes out an entry; the last one comes to its place.
func (t *mapTable) remove(number int, h uint32, order uint32) {
	last := len(t.entries) - 1
	t.free(t.slotOf(h, number))
	if number != last {
		moved := upperHash(&t.entries[last].key)
		t.index[t.slotOf(moved, last)] = uint64(moved)<<numberBits | uint64(number+1)
		t.entries[number] = t.entries[last]
		t.moved(number, order)
	}
	t.entries[last] = mapEntry{}
	t.entries = t.entries[:last]
}

// free makes a slot free: what lies behind it, up to the next free one, moves up unless it would
// come in front of its home.
func (t *mapTable) free(slot int) {
	mask := len(t.index) - 1
	for i := slot; ; {
		i = (i + 1) & mask
		behind := t.index[i]
		if behind == 0 {
			break
		}
		home := int(uint32(behind>>numberBits) >> t.shift)
		if (i-home)&mask >= (i-slot)&mask {
			t.index[slot] = behind
			slot = i
		}
	}
	t.index[slot] = 0
}

// moved notes that another entry than before has this number, while the map has the order.
func (t *mapTable) moved(number int, order uint32) {
	if order == 0 && t.marks == nil { // nobody has walked the map
		return
	}
	for len(t.marks) <= number>>bucketBits {
		t.marks = append(t.marks, mapMark{})
	}
	t.marks[number>>bucketBits].moved(number&(bucketSize-1), order)
}

// rows is mapParts.rows. Entries that the order has may be gone: there are as many rows as it names.
func (t *mapTable) rows(order *mapOrder) (rows []mapRow, more int) {
	all := len(t.entries)
	if order != nil {
		all = max(all, len(order.slots))
	}
	rows = make([]mapRow, (all+bucketSize-1)/bucketSize)
	for i := range rows {
		row := &rows[i]
		row.entries = t.entries[min(len(t.entries), i*bucketSize):min(len(t.entries), (i+1)*bucketSize)]
		if order != nil {
			mark := mapMark{}
			if i < len(t.marks) {
				mark = t.marks[i]
			}
			row.kept = mark.kept(len(row.entries), order.number)
		}
		more += len(row.entries) - row.count()
	}
	return rows, more
}
