package stack

import (
	"math/bits"
	"sync/atomic"
)

// mapParts are the entries of a map that is not small. Int keys below bound are in
// pages, all others are hashed: in a table if the map is flat, else in a trie.
//
// Nodes belong to the map whose token they carry; an update copies all others
// before it changes them. What is flat belongs to one map only.
type mapParts struct {
	owner *token // of nodes; nil if the map is flat
	mapRecent
	flat    bool
	table   mapTable
	trie    *mapNode // nil, a branch or a bucket
	buckets uint32   // how many numbers buckets have been given
	hashed  int      // entries in the table or trie
	ints    int      // of which Ints
	pages   mapPages
	census  int  // at how many hashed Ints it is looked whether they are dense
	steps   int  // updates since parts of this map were last made anew, or were another map's
	peak    int  // the most entries there have been since
	forked  bool // other maps may hold nodes of this one
	// order is how the entries of the trie lay when they were walked last, here or in a map
	// that this one was made of; nil if nobody has. Several strands may walk a shared map.
	order atomic.Pointer[mapOrder]
	nodes atomic.Pointer[mapParts] // of a shared flat map: the same as nodes, which no update of a map owns
}

// mapRecent is what was found last in an unshared map, which only one strand can
// reach: programs look a key up to set it, and go through Ints in order. It lies in
// nodes that the map owns.
type mapRecent struct {
	entry  *mapEntry
	page   *mapPage
	number uint64 // the page's
}

// mapNode is what all nodes begin with.
type mapNode struct {
	owner  *token
	branch bool
	depth  uint8  // of a bucket: how many bits of the index in the branch above all its keys have in common
	number uint32 // of a bucket: no other one of the map has it, copies keep it
}

const (
	fanBits = 6
	fan     = 1 << fanBits
)

const firstCensus = 32

// newParts makes flat parts that take over entries, which must have different keys.
func newParts(entries []mapEntry) *mapParts {
	p := &mapParts{flat: true, peak: len(entries), census: 2 * len(entries)}
	var counts intCounts
	for i := range entries {
		counts.add(&entries[i].key)
	}
	if bound := counts.bound(0); bound > 0 {
		p.pages.widen(bound)
		for i := range entries {
			p.set(&entries[i].key, entries[i].value)
		}
	} else {
		p.table, p.hashed, p.ints = newTable(entries), len(entries), counts.n
	}
	p.census, p.steps = max(firstCensus, 2*p.ints), 0
	return p
}

// fork returns parts that share all nodes with p, which must not be changed any
// more.
func (p *mapParts) fork() *mapParts {
	if p.flat {
		p = p.asNodes()
	}
	c := &mapParts{
		owner: new(token), trie: p.trie, buckets: p.buckets, hashed: p.hashed, ints: p.ints, pages: p.pages,
		census: p.census, peak: p.peak, forked: true,
	}
	c.order.Store(p.order.Load())
	return c
}

// asNodes returns the nodes of a flat map that is shared. They are made when the first one asks; strands may ask
// together.
func (p *mapParts) asNodes() *mapParts {
	if nodes := p.nodes.Load(); nodes != nil {
		return nodes
	}
	nodes := &mapParts{owner: new(token), ints: p.ints, census: p.census, peak: p.peak}
	nodes.pages.extend(nodes.owner, p.pages.bound)
	nodes.pages.n = p.pages.n
	for n, page := range p.pages.row {
		nodes.pages.copyPage(nodes.owner, uint64(n)<<pageBits, page)
	}
	shareValues(p.table.entries)
	for i := range p.table.entries {
		nodes.setNode(&p.table.entries[i].key, p.table.entries[i].value)
	}
	nodes.entry = nil
	if p.order.Load() != nil {
		nodes.order.Store(p.orderOf(nodes))
	}
	p.nodes.CompareAndSwap(nil, nodes)
	return p.nodes.Load()
}

// orderOf returns the order of a flat map that is shared as one of its nodes; nil if there is none.
func (p *mapParts) orderOf(nodes *mapParts) *mapOrder {
	if p.hashed == 0 {
		return nil
	}
	order, _ := p.sorted(false)
	places := make([]mapSlot, len(p.table.entries)) // by the number of the entry
	full := true
	nodes.trie.eachBucket(func(b *mapBucket) {
		full = full && len(b.entries) <= bucketSize
		for i := range b.entries {
			key := &b.entries[i].key
			places[p.table.find(upperHash(key), key)] = mapSlot(int(b.number)<<bucketBits | i)
		}
	})
	if !full {
		return nil
	}
	o := &mapOrder{owner: nodes.owner, number: 1, negative: order.negative, slots: make([]mapSlot, len(order.slots))}
	for i, number := range order.slots {
		o.slots[i] = places[number]
	}
	return o
}

func (p *mapParts) len() int { return p.hashed + p.pages.n }

// find returns the place of a key's value. remember says that the map is unshared.
func (p *mapParts) find(key *Value, remember bool) *Value {
	if p.flat {
		return p.findFlat(key, remember)
	}
	if key.IsInt() && key.n>>1 < p.pages.bound && int64(key.n) >= 0 {
		return p.findPaged(key.n>>1, remember)
	}
	if e := p.entry; e != nil && sameKey(&e.key, key) {
		return &e.value
	}
	if p.trie == nil {
		return nil
	}
	b, e := p.trie.find(hash(key), key)
	if e == nil {
		return nil
	}
	if remember && b.owner == p.owner {
		p.entry = e
	}
	return &e.value
}

// findFlat is find for a key of a flat map that is not in pages.
func (p *mapParts) findFlat(key *Value, remember bool) *Value {
	if e := p.entry; e != nil && !key.IsInt() && sameKey(&e.key, key) {
		return &e.value
	}
	number := p.table.find(upperHash(key), key)
	if number < 0 {
		return nil
	}
	e := &p.table.entries[number]
	if remember {
		p.entry = e
	}
	return &e.value
}

func (p *mapParts) findPaged(i uint64, remember bool) *Value {
	page := p.page
	if page == nil || p.number != i>>pageBits {
		if page = p.pages.at(i); page == nil {
			return nil
		}
		if remember && page.owner == p.owner {
			p.page, p.number = page, i>>pageBits
		}
	}
	if v := &page.values[i&pageMask]; v.p != nil {
		return v
	}
	return nil
}

// owns tells whether the place of a key, which is there, lies in a node that nobody
// else holds; the map is unshared. The nodes above it are then owned, too.
func (p *mapParts) owns(key *Value) bool {
	if p.flat {
		return true
	}
	if i := key.n >> 1; p.paged(key) {
		return p.pages.at(i).owner == p.owner
	}
	if e := p.entry; e != nil && sameKey(&e.key, key) {
		return true
	}
	b, _ := p.trie.find(hash(key), key)
	return b.owner == p.owner
}

// paged tells whether a key is one of those that lie in pages.
func (p *mapParts) paged(key *Value) bool {
	return key.IsInt() && int64(key.n) >= 0 && key.n>>1 < p.pages.bound
}

// set sets a key and tells whether it is new. Both are promoted, the map is
// unshared.
func (p *mapParts) set(key *Value, value Value) bool {
	if key.IsInt() {
		return p.setInt(key, value)
	}
	if e := p.entry; e != nil && sameKey(&e.key, key) {
		e.value = value
		return false
	}
	return p.setHashed(key, value)
}

func (p *mapParts) setInt(key *Value, value Value) bool {
	i := key.n >> 1
	if i >= p.pages.bound { // or below 0: then the top bit is set
		if int64(key.n) < 0 || !p.pages.grows(i) {
			return p.setSparse(key, value)
		}
		p.extend(p.pages.bound + pageSize)
	}
	place := p.paging(i)
	isNew := place.p == nil
	place.put(value)
	if isNew {
		p.pages.n++
		p.grown()
	}
	return isNew
}

// setSparse is setInt for a key that is not in pages.
func (p *mapParts) setSparse(key *Value, value Value) bool {
	if e := p.entry; e != nil && e.key == *key {
		e.value.put(value)
		return false
	}
	if !p.flat {
		if !p.setNode(key, value) {
			return false
		}
	} else {
		h, t := intHash(key.n), &p.table
		number, slot := t.seekInt(h, key.n)
		if number >= 0 {
			t.entries[number].value.put(value)
			return false
		}
		if order := p.orderNumber(); order != 0 || t.marks != nil {
			t.moved(len(t.entries), order)
		}
		t.addInt(h, slot, key.n, value)
		p.entry = nil // the row may have moved
		p.hashed++
		p.grown()
	}
	if p.ints++; p.ints >= p.census && p.steps >= p.hashed/2 {
		p.count()
	}
	return true
}

// paging returns the place of an Int key below the bound, to be changed.
func (p *mapParts) paging(i uint64) *Value {
	if p.flat {
		return p.pages.place(i)
	}
	if p.page == nil || p.number != i>>pageBits {
		p.page, p.number = p.pages.own(p.owner, i), i>>pageBits
	}
	return &p.page.values[i&pageMask]
}

// setHashed sets a key that is not in pages and tells whether it is new.
func (p *mapParts) setHashed(key *Value, value Value) bool {
	if !p.flat {
		return p.setNode(key, value)
	}
	h, t := upperHash(key), &p.table
	if number := t.find(h, key); number >= 0 {
		p.entry = &t.entries[number]
		p.entry.value = value
		return false
	}
	number := len(t.entries)
	t.moved(number, p.orderNumber())
	t.add(h, mapEntry{key.Promote(), value})
	p.entry = &t.entries[number]
	p.hashed++
	p.grown()
	return true
}

// removeHashed takes out a key that is there and not in pages.
func (p *mapParts) removeHashed(key *Value) {
	p.entry = nil
	if p.flat {
		h := upperHash(key)
		p.table.remove(p.table.find(h, key), h, p.orderNumber())
	} else {
		p.removeNode(key)
	}
	p.hashed--
	if key.IsInt() {
		p.ints--
	}
}

// widen moves the bound of the pages up, with room for what comes there.
func (p *mapParts) widen(bound uint64) {
	if p.flat {
		p.pages.widen(bound)
		return
	}
	p.pages.extend(p.owner, bound)
}

func (p *mapParts) grown() {
	p.steps++
	p.peak = max(p.peak, p.len())
}

// extend moves the bound of the pages up by one page, with the Ints that lie there.
func (p *mapParts) extend(bound uint64) {
	from := p.pages.bound
	p.widen(bound)
	for i := from; i < bound && p.ints > 0; i++ {
		key := FromInt(int64(i))
		value, ok := p.hashedValue(&key)
		if !ok {
			continue
		}
		p.removeHashed(&key)
		*p.paging(i) = value
		p.pages.n++
	}
}

// hashedValue returns the value of a key that is not in pages, to be moved elsewhere.
func (p *mapParts) hashedValue(key *Value) (value Value, ok bool) {
	if p.flat {
		if number := p.table.find(upperHash(key), key); number >= 0 {
			return p.table.entries[number].value, true
		}
		return Value{}, false
	}
	b, e := p.trie.find(hash(key), key)
	if e == nil {
		return Value{}, false
	}
	if b.owner != p.owner {
		e.value.Share()
	}
	return e.value, true
}

// eachHashed visits the hashed entries in no order. lent says that others may hold the value.
func (p *mapParts) eachHashed(visit func(e *mapEntry, lent bool)) {
	for i := range p.table.entries {
		visit(&p.table.entries[i], false)
	}
	p.trie.each(func(e *mapEntry, owner *token) { visit(e, owner != p.owner) })
}

// count looks whether the Ints in the trie are dense by now, and if so makes pages of
// them. It costs as much as the trie is large, which as many updates have paid for.
func (p *mapParts) count() {
	p.census, p.steps = 2*p.ints, 0
	var counts intCounts
	for i := range p.table.entries {
		counts.add(&p.table.entries[i].key)
	}
	p.trie.each(func(e *mapEntry, _ *token) { counts.add(&e.key) })
	bound := counts.bound(p.pages.n)
	if bound <= p.pages.bound {
		return
	}
	old := mapParts{owner: p.owner, table: p.table, trie: p.trie}
	p.trie, p.buckets, p.table, p.hashed, p.ints = nil, 0, mapTable{}, 0, 0
	p.entry = nil
	p.order.Store(nil)
	p.widen(bound)
	old.eachHashed(func(e *mapEntry, lent bool) {
		value := e.value
		if lent {
			value.Share()
		}
		p.set(&e.key, value)
	})
	p.census, p.steps = max(firstCensus, 2*p.ints), 0
}

// remove takes out a key that is there; the map is unshared.
func (p *mapParts) remove(key *Value) {
	p.steps++
	if !p.paged(key) {
		p.removeHashed(key)
		return
	}
	i := key.n >> 1
	*p.paging(i) = Value{}
	p.pages.n--
}

// sparse tells whether so many entries have been removed that the nodes had better be
// made anew, and whether as many updates have paid for it.
func (p *mapParts) sparse() bool {
	if p.peak <= fan {
		return p.len() <= smallMap/2
	}
	return 8*p.len() <= p.peak && p.steps >= p.peak/2
}

// intCounts counts Int keys by their number of bits.
type intCounts struct {
	byBits [64]int
	n      int
	last   uint64
}

func (c *intCounts) add(key *Value) {
	if !key.IsInt() {
		return
	}
	c.n++
	if int64(key.n) >= 0 {
		c.byBits[bits.Len64(key.n>>1)]++
		c.last = max(c.last, key.n>>1)
	}
}

// bound returns the largest bound below which a quarter of all Ints is there, with
// some that are in pages already; 0 if there is none.
func (c *intCounts) bound(paged int) uint64 {
	best, n := uint64(0), paged
	for b, more := range c.byBits {
		n += more
		below := (min(uint64(1)<<b, c.last+1) + pageMask) &^ pageMask
		if more > 0 && uint64(n) >= below/4 {
			best = below
		}
	}
	return best
}
