package stack

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"math/rand/v2"
	"unsafe"
)

// A hash trie: branches of 64 ways over six bits of the hash each, with buckets of
// up to 32 entries, in no order. As in extendible hashing (Fagin and others, 1979) a
// full bucket splits in two by one more bit, so several ways of a branch may lead to one bucket.
// A byte of each entry's hash lies in the bucket's head; eight of them are
// compared at once.

type mapBranch struct {
	mapNode
	kids [fan]*mapNode
}

type mapBucket struct {
	mapNode
	mapMark
	tags    [bucketSize]uint8
	entries []mapEntry
}

const (
	bucketBits = 5
	bucketSize = 1 << bucketBits
	bucketStep = 8 // entries that a bucket gets room for
	tagShift   = 56
	// maxLevels is how many branches use up the hash but for the tag. Below them
	// buckets do not split: with a seed that nobody knows, there are none.
	maxLevels = tagShift / fanBits
)

// The seeds are secrets of the process: who chooses keys cannot choose their
// hashes. Nothing that a program sees depends on them.
var (
	textSeed   = maphash.MakeSeed()
	numberSeed = [2]uint64{rand.Uint64(), rand.Uint64() | 1}
)

// hash returns the hash of a key. Of a number it is the folded product of wyhash.
func hash(key *Value) uint64 {
	if !key.Scalar() {
		return maphash.String(textSeed, key.AsString())
	}
	n := key.n
	if key.IsBool() {
		n = ^n
	}
	return numberHash(n)
}

// numberHash is the hash of an Int with a pattern.
func numberHash(n uint64) uint64 {
	high, low := bits.Mul64(n^numberSeed[0], numberSeed[1])
	return high ^ low
}

func newBranch(owner *token) *mapBranch {
	return &mapBranch{mapNode: mapNode{owner: owner, branch: true}}
}

func (n *mapNode) kids() *[fan]*mapNode { return &(*mapBranch)(unsafe.Pointer(n)).kids }

func (n *mapNode) bucket() *mapBucket { return (*mapBucket)(unsafe.Pointer(n)) }

// find returns the entry of a key and its bucket; nil if there is none.
func (n *mapNode) find(h uint64, key *Value) (*mapBucket, *mapEntry) {
	for way := h; n.branch; way >>= fanBits {
		n = n.kids()[way&(fan-1)]
	}
	b := n.bucket()
	if i := b.search(h, key); i >= 0 {
		return b, &b.entries[i]
	}
	return b, nil
}

// search finds a key in the bucket; -1 if it is not there.
func (b *mapBucket) search(h uint64, key *Value) int {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	tags := (h >> tagShift) * ones
	for first := 0; first < min(len(b.entries), bucketSize); first += 8 {
		x := binary.LittleEndian.Uint64(b.tags[first:first+8]) ^ tags
		for hits := (x - ones) &^ x & tops; hits != 0; hits &= hits - 1 {
			i := first + bits.TrailingZeros64(hits)>>3
			if i < len(b.entries) && sameKey(&b.entries[i].key, key) {
				return i
			}
		}
	}
	for i := bucketSize; i < len(b.entries); i++ {
		if sameKey(&b.entries[i].key, key) {
			return i
		}
	}
	return -1
}

// add puts an entry behind the others of a bucket that may be changed.
func (b *mapBucket) add(h uint64, e mapEntry) {
	n := len(b.entries)
	if n < bucketSize {
		b.tags[n] = uint8(h >> tagShift)
	}
	if n == cap(b.entries) {
		b.entries = append(make([]mapEntry, 0, n+bucketStep), b.entries...)
	}
	b.entries = append(b.entries, e)
}

func (n *mapNode) ownBranch(owner *token) *mapNode {
	if n.owner == owner {
		return n
	}
	c := *(*mapBranch)(unsafe.Pointer(n))
	c.owner = owner
	return &c.mapNode
}

// own returns a bucket that the owner may change: the bucket or a copy, with room for
// one entry more.
func (b *mapBucket) own(owner *token) *mapBucket {
	if b.owner == owner {
		return b
	}
	c := *b
	c.owner = owner
	room := (len(b.entries) + bucketStep) &^ (bucketStep - 1)
	c.entries = append(make([]mapEntry, 0, room), b.entries...)
	shareValues(c.entries)
	return &c
}

// cover makes all ways of a branch lead to a bucket whose keys have the bits of the
// way i, as many as it is deep, in common.
func (n *mapNode) cover(i uint64, b *mapBucket) {
	width := uint64(fan) >> b.depth
	first := i &^ (width - 1)
	kids := n.kids()
	if kids[i] == &b.mapNode {
		return
	}
	for j := first; j < first+width; j++ {
		kids[j] = &b.mapNode
	}
}

// way is where the search for a hash has come to: the bucket and the branch above.
type way struct {
	above *mapNode // nil: the bucket is the root
	i     uint64   // the bucket's place in it
	level int      // how many branches there are above
	b     *mapBucket
}

// descend goes to the bucket of a hash; all branches on the way may be changed then.
func (p *mapParts) descend(h uint64) way {
	w := way{}
	at := &p.trie
	for (*at).branch {
		*at = (*at).ownBranch(p.owner)
		w.above, w.i = *at, h>>(fanBits*w.level)&(fan-1)
		at = &w.above.kids()[w.i]
		w.level++
	}
	w.b = (*at).bucket()
	return w
}

// place puts a bucket where another one was found.
func (p *mapParts) place(w *way, b *mapBucket) {
	w.b = b
	if w.above == nil {
		p.trie = &b.mapNode
		return
	}
	w.above.cover(w.i, b)
}

// setNode sets a key in the trie and tells whether it is new.
func (p *mapParts) setNode(key *Value, value Value) bool {
	h := hash(key)
	if p.trie == nil {
		p.trie = &(&mapBucket{mapNode: mapNode{owner: p.owner, number: p.nextBucket()}}).mapNode
	}
	w := p.descend(h)
	if i := w.b.search(h, key); i >= 0 {
		if w.b.owner != p.owner {
			p.place(&w, w.b.own(p.owner))
		}
		p.entry = &w.b.entries[i]
		p.entry.value = value
		return false
	}
	for len(w.b.entries) >= bucketSize && p.split(&w, h) {
	}
	p.place(&w, w.b.own(p.owner))
	w.b.moved(len(w.b.entries), p.orderNumber())
	w.b.add(h, mapEntry{key.Promote(), value})
	p.entry = &w.b.entries[len(w.b.entries)-1]
	p.hashed++
	p.grown()
	return true
}

func (p *mapParts) nextBucket() uint32 {
	p.buckets++
	return p.buckets - 1
}

// split makes two buckets of a full one and goes on to that of the hash; false if
// the hash has no more bits.
func (p *mapParts) split(w *way, h uint64) bool {
	b := w.b
	if w.above == nil || b.depth == fanBits {
		if w.level == maxLevels {
			return false
		}
		branch := &newBranch(p.owner).mapNode
		if w.above == nil {
			p.trie = branch
		} else {
			w.above.kids()[w.i] = branch
		}
		w.above, w.i = branch, h>>(fanBits*w.level)&(fan-1)
		w.level++
		c := *b // the way is longer: its depth begins again
		c.depth = 0
		b = &c
	}
	shift := fanBits * (w.level - 1)
	bit := uint64(1) << (fanBits - 1 - b.depth)
	var halves [2]*mapBucket
	for i, number := range [2]uint32{b.number, p.nextBucket()} {
		halves[i] = &mapBucket{
			mapNode: mapNode{owner: p.owner, depth: b.depth + 1, number: number},
			mapMark: mapMark{since: p.orderNumber(), fresh: ^uint32(0)},
			entries: make([]mapEntry, 0, bucketSize/2+bucketStep),
		}
	}
	if b.owner != p.owner {
		shareValues(b.entries)
	}
	for i := range b.entries {
		e := &b.entries[i]
		eh := hash(&e.key)
		side := 0
		if eh>>shift&bit != 0 {
			side = 1
		}
		halves[side].add(eh, *e)
	}
	w.above.cover(w.i&^bit, halves[0])
	w.above.cover(w.i|bit, halves[1])
	w.b = w.above.kids()[w.i].bucket()
	return true
}

// removeNode takes a key that is there out of the trie.
func (p *mapParts) removeNode(key *Value) {
	h := hash(key)
	w := p.descend(h)
	i := w.b.search(h, key)
	p.place(&w, w.b.own(p.owner))
	b := w.b
	last := len(b.entries) - 1
	b.moved(i, p.orderNumber())
	b.entries[i] = b.entries[last]
	if last < bucketSize {
		b.tags[i] = b.tags[last]
	} else if i < bucketSize {
		b.tags[i] = uint8(hash(&b.entries[i].key) >> tagShift)
	}
	b.entries[last] = mapEntry{}
	b.entries = b.entries[:last]
}

// each visits the entries in no order, with the owner of each.
func (n *mapNode) each(visit func(e *mapEntry, owner *token)) {
	n.eachBucket(func(b *mapBucket) {
		for i := range b.entries {
			visit(&b.entries[i], b.owner)
		}
	})
}

func (n *mapNode) eachBucket(visit func(b *mapBucket)) {
	if n == nil {
		return
	}
	if !n.branch {
		visit(n.bucket())
		return
	}
	var last *mapNode
	for _, kid := range n.kids() {
		if kid != last {
			kid.eachBucket(visit)
			last = kid
		}
	}
}
