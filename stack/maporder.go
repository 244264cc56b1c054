package stack

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// placed is an entry, by its number, that is brought in order: by its prefix first. It
// has no pointer, so the collector has nothing to do with the sorting.
type placed struct {
	prefix uint64
	i      int
}

// all visits the entries in key order: Ints, of which the dense ones lie in order, false,
// true, Strings.
func (p *mapParts) all(yield func(key, value Value) bool) {
	order := p.order.Load()
	if order == nil {
		order = p.sorted()
		p.order.Store(order)
	}
	visit := func(entries []*mapEntry) bool {
		for _, e := range entries {
			if !yield(e.key, e.value) {
				return false
			}
		}
		return true
	}
	_ = visit(order.entries[:order.negative]) && p.pages.all(yield) && visit(order.entries[order.negative:])
}

// mapOrder is the entries of a trie in key order, first the negative Ints.
type mapOrder struct {
	entries  []*mapEntry
	negative int
}

// sorted brings the entries of the trie in order.
func (p *mapParts) sorted() *mapOrder {
	all := make([]*mapEntry, 0, p.hashed)
	p.trie.each(func(e *mapEntry, _ *token) { all = append(all, e) })
	numbers, texts := make([]placed, 0, p.ints), make([]placed, 0, p.hashed-p.ints)
	var bools []placed
	order := &mapOrder{entries: make([]*mapEntry, 0, p.hashed)}
	for i, e := range all {
		switch e.key.rank() {
		case 0:
			numbers = append(numbers, placed{e.key.n ^ 1<<63, i})
			if int64(e.key.n) < 0 {
				order.negative++
			}
		case 1:
			bools = append(bools, placed{e.key.n, i})
		default:
			texts = append(texts, placed{i: i})
		}
	}
	sortPrefixes(numbers)
	sortPrefixes(bools)
	sortTexts(texts, func(i int) string { return all[i].key.AsString() })
	for _, kind := range [][]placed{numbers, bools, texts} {
		for _, x := range kind {
			order.entries = append(order.entries, all[x.i])
		}
	}
	return order
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
	from, to := entries, make([]placed, len(entries))
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
