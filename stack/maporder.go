package stack

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"sort"
	"strings"

	"github.com/seqvm/seqvm/internal/hugepage"
)

// mapOrder is the entries of a trie in key order, as a walk has found them. It names
// places, not addresses, so it outlives copies of buckets and new values, and it holds
// nothing alive. Buckets tell which places have got another entry since: those are
// left out, the entries that lie nowhere in the order are sorted, and the two are merged.
//
// An order that another map may have is not changed.
type mapOrder struct {
	owner    *token
	number   uint32 // how many orders the map has had; should it begin again at 0, buckets only tell of more places
	negative int    // how many Ints below 0 come first; all others are behind the pages
	slots    []mapSlot
}

// mapSlot is the place of an entry: the number of its row, and its index there in the bucketBits
// lowest bits.
type mapSlot uint32

// mapRow is what a walk must know of a bucket. The rows begin with one for each bucket, by the buckets' numbers.
type mapRow struct {
	entries []mapEntry // up to bucketSize
	kept    uint32     // bit i: the order has entry i where it lies
}

// mapMark tells what has come to lie in up to bucketSize places since the map had an order.
type mapMark struct {
	since uint32 // the number of the map's order when an entry came last
	fresh uint32 // bit i: entry i is not where that order has it
}

// moved notes that another entry than before lies at i, while the map has the order of the number.
func (m *mapMark) moved(i int, order uint32) {
	if m.since != order {
		m.since, m.fresh = order, 0
	}
	m.fresh |= 1 << i
}

// kept tells, as bits, which of n entries lie where the order of the number has them.
func (m *mapMark) kept(n int, order uint32) uint32 {
	there := firstBits(n)
	if m.since == order {
		return there &^ m.fresh
	}
	return there
}

// count is how many entries of the row the order has.
func (r *mapRow) count() int { return bits.OnesCount32(r.kept) }

// freshEntry is an entry that is not in the order yet.
type freshEntry struct {
	*mapEntry
	slot mapSlot
}

// placed is an entry, by its number, that is brought in order: by its prefix first. It
// has no pointer, so the collector has nothing to do with the sorting.
type placed struct {
	prefix uint64
	i      int
}

// all visits the entries in key order: Ints, of which the dense ones lie in order, false,
// true, Strings. alone says that the map is unshared.
func (p *mapParts) all(alone bool, yield func(key, value Value) bool) {
	if p.hashed == 0 {
		p.pages.all(yield)
		return
	}
	order, rows := p.sorted(alone)
	visit := func(slots []mapSlot) bool {
		for _, s := range slots {
			e := s.entry(rows)
			if !yield(e.key, e.value) {
				return false
			}
		}
		return true
	}
	_ = visit(order.slots[:order.negative]) && p.pages.all(yield) && visit(order.slots[order.negative:])
}

func (s mapSlot) entry(rows []mapRow) *mapEntry {
	return &rows[s>>bucketBits].entries[s&(bucketSize-1)]
}

func (p *mapParts) orderNumber() uint32 {
	if order := p.order.Load(); order != nil {
		return order.number
	}
	return 0
}

// sorted brings the entries of the trie in order, which are in the rows. An order with rows that are
// no buckets serves one walk.
func (p *mapParts) sorted(alone bool) (*mapOrder, []mapRow) {
	old := p.order.Load()
	rows, more := p.rows(old)
	if old != nil && more == 0 && len(old.slots) == p.hashed {
		return old, rows
	}
	order, lasts := old, p.flat || len(rows) == int(p.buckets)
	if old == nil || !alone || old.owner != p.owner || !lasts {
		order = &mapOrder{owner: p.owner}
	}
	order.keep(old, rows, p.hashed, more)
	if more > 0 {
		order.merge(rows, freshEntries(rows, more))
	}
	order.negative = 0
	if p.ints > 0 {
		order.negative = sort.Search(len(order.slots), func(i int) bool {
			key := &order.slots[i].entry(rows).key
			return !key.IsInt() || int64(key.n) >= 0
		})
	}
	if order != old && lasts {
		p.order.Store(order)
	}
	return order, rows
}

// rows returns the rows, and how many entries the order lacks. Behind the buckets' rows are those of
// entries that full buckets hold because their keys have the same hash.
func (p *mapParts) rows(order *mapOrder) (rows []mapRow, more int) {
	if p.flat {
		return p.table.rows(order)
	}
	rows = make([]mapRow, p.buckets)
	p.trie.eachBucket(func(b *mapBucket) {
		row := &rows[b.number]
		row.entries = b.entries[:min(len(b.entries), bucketSize)]
		if order != nil {
			row.kept = b.kept(len(b.entries), order.number)
		}
		more += len(b.entries) - row.count()
		for first := bucketSize; first < len(b.entries); first += bucketSize {
			rows = append(rows, mapRow{entries: b.entries[first:min(len(b.entries), first+bucketSize)]})
		}
	})
	return rows, more
}

// firstBits returns the n lowest bits, or all.
func firstBits(n int) uint32 { return uint32(uint64(1)<<min(n, bucketSize) - 1) }

// keep makes o of the order before, which may be o itself or nil: without the places that hold no
// entry any more, or another one. Of all entries it lacks more.
func (o *mapOrder) keep(old *mapOrder, rows []mapRow, all, more int) {
	if old == nil {
		o.number, o.slots = 1, hugepage.Make[mapSlot](all)[:0]
		return
	}
	from := old.slots
	if o != old {
		o.slots = make([]mapSlot, len(from), max(len(from), all))
	}
	o.number = old.number + 1
	if len(from)+more == all {
		copy(o.slots, from)
		return
	}
	to, n := o.slots, 0
	for _, s := range from {
		to[n] = s
		n += int(rows[s>>bucketBits].kept >> (s & (bucketSize - 1)) & 1)
	}
	o.slots = to[:n]
}

// merge puts sorted entries between those that are there, from the last on. Each is looked for
// in steps that double, so few of them cost few comparisons, and many no more than two or three each.
func (o *mapOrder) merge(rows []mapRow, fresh []freshEntry) {
	end := len(o.slots)
	o.slots = slices.Grow(o.slots, len(fresh))[:end+len(fresh)]
	for j := len(fresh) - 1; j >= 0; j-- {
		behind := func(i int) bool { return compareKeys(&o.slots[i].entry(rows).key, &fresh[j].key) > 0 }
		low, step := end, 1
		for low > 0 && behind(low-1) {
			low = max(0, low-step)
			step *= 2
		}
		at := low + sort.Search(end-low, func(i int) bool { return behind(low + i) })
		copy(o.slots[at+j+1:], o.slots[at:end])
		o.slots[at+j] = fresh[j].slot
		end = at
	}
}

// freshEntries returns the n entries that the order lacks, sorted.
func freshEntries(rows []mapRow, n int) []freshEntry {
	all := hugepage.Make[freshEntry](n)[:0]
	for number := range rows {
		row := &rows[number]
		for fresh := firstBits(len(row.entries)) &^ row.kept; fresh != 0; fresh &= fresh - 1 {
			i := bits.TrailingZeros32(fresh)
			all = append(all, freshEntry{&row.entries[i], mapSlot(number<<bucketBits | i)})
		}
	}
	if n == 1 {
		return all
	}
	var kinds [3][]placed
	for i, e := range all {
		rank := e.key.rank()
		if kinds[rank] == nil {
			kinds[rank] = hugepage.Make[placed](n)[:0]
		}
		kinds[rank] = append(kinds[rank], placed{e.key.n ^ 1<<63, i})
	}
	sortPrefixes(kinds[0])
	sortPrefixes(kinds[1])
	sortTexts(kinds[2], func(i int) string { return all[i].key.AsString() })
	sorted := hugepage.Make[freshEntry](n)[:0]
	for _, kind := range kinds {
		for _, x := range kind {
			sorted = append(sorted, all[x.i])
		}
	}
	return sorted
}

// sortTexts sorts entries by their keys, which are Strings. What all begin with is
// not looked at again: the prefix is the 8 bytes behind.
func sortTexts(texts []placed, key func(i int) string) {
	if len(texts) < 2 {
		return
	}
	common := key(texts[0].i)
	for _, x := range texts[1:] {
		s := key(x.i)
		n := 0
		for n < len(common) && n < len(s) && common[n] == s[n] {
			n++
		}
		common = common[:n]
	}
	for j := range texts {
		texts[j].prefix = textPrefix(key(texts[j].i)[len(common):])
	}
	sortPrefixes(texts)
	for first := 0; first < len(texts); {
		behind := first + 1
		for behind < len(texts) && texts[behind].prefix == texts[first].prefix {
			behind++
		}
		if behind-first > 1 {
			slices.SortFunc(texts[first:behind], func(a, b placed) int { return strings.Compare(key(a.i), key(b.i)) })
		}
		first = behind
	}
}

// textPrefix returns the first 8 bytes as a number, the first the most
// significant; those that a shorter text lacks are 0.
func textPrefix(s string) uint64 {
	if len(s) >= 8 {
		return binary.BigEndian.Uint64([]byte(s[:8]))
	}
	var bytes [8]byte
	copy(bytes[:], s)
	return binary.BigEndian.Uint64(bytes[:])
}

// sortPrefixes sorts entries by their prefixes: many by a radix sort, which leaves
// out the bytes that all have in common.
func sortPrefixes(entries []placed) {
	const few = 128
	if len(entries) < few {
		slices.SortFunc(entries, func(a, b placed) int { return cmp.Compare(a.prefix, b.prefix) })
		return
	}
	differ := uint64(0)
	for i := range entries {
		differ |= entries[i].prefix ^ entries[0].prefix
	}
	from, to := entries, hugepage.Make[placed](len(entries))
	for shift := 0; shift < 64; shift += 8 {
		if differ>>shift&0xff == 0 {
			continue
		}
		var starts [256]int
		for i := range from {
			starts[uint8(from[i].prefix>>shift)]++
		}
		sum := 0
		for i, n := range starts {
			starts[i] = sum
			sum += n
		}
		for i := range from {
			at := &starts[uint8(from[i].prefix>>shift)]
			to[*at] = from[i]
			*at++
		}
		from, to = to, from
	}
	if &from[0] != &entries[0] {
		copy(entries, from)
	}
}
