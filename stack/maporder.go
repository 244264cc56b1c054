package stack

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// placed is an entry that is brought in order: by its prefix first.
type placed struct {
	prefix uint64
	e      *mapEntry
}

// all visits the entries in key order: Ints, of which the dense ones lie in order, false,
// true, Strings.
func (p *mapParts) all(yield func(key, value Value) bool) {
	numbers, bools, texts := p.sorted()
	i := 0
	visit := func(entries []placed) bool {
		for _, x := range entries {
			if !yield(x.e.key, x.e.value) {
				return false
			}
		}
		return true
	}
	for i < len(numbers) && int64(numbers[i].e.key.n) < 0 {
		i++
	}
	_ = visit(numbers[:i]) && p.pages.all(yield) && visit(numbers[i:]) && visit(bools) && visit(texts)
}

// sorted returns the entries of the trie by the kinds of their keys, each in order.
func (p *mapParts) sorted() (numbers, bools, texts []placed) {
	all := make([]placed, p.hashed)
	numbers = all[:0:p.ints]
	texts = all[p.ints:p.ints]
	p.trie.each(func(e *mapEntry, _ *token) {
		switch e.key.rank() {
		case 0:
			numbers = append(numbers, placed{e.key.n ^ 1<<63, e})
		case 1:
			bools = append(bools, placed{e.key.n, e})
		default:
			texts = append(texts, placed{e: e})
		}
	})
	sortPrefixes(numbers)
	sortPrefixes(bools)
	sortTexts(texts)
	return numbers, bools, texts
}

// sortTexts sorts entries by their keys, which are Strings. What all begin with is
// not looked at again: the prefix is the 8 bytes behind.
func sortTexts(texts []placed) {
	if len(texts) < 2 {
		return
	}
	common := texts[0].e.key.AsString()
	for _, x := range texts[1:] {
		s := x.e.key.AsString()
		n := 0
		for n < len(common) && n < len(s) && common[n] == s[n] {
			n++
		}
		common = common[:n]
	}
	for i := range texts {
		texts[i].prefix = textPrefix(texts[i].e.key.AsString()[len(common):])
	}
	sortPrefixes(texts)
	for first := 0; first < len(texts); {
		behind := first + 1
		for behind < len(texts) && texts[behind].prefix == texts[first].prefix {
			behind++
		}
		if behind-first > 1 {
			slices.SortFunc(texts[first:behind], func(a, b placed) int {
				return strings.Compare(a.e.key.AsString()[len(common):], b.e.key.AsString()[len(common):])
			})
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
