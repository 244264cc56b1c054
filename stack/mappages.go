package stack

import "unsafe"

// mapPages are the values of dense Int keys from 0 on, in pages of 32 values. Of a flat map the pages are a row, else
// a trie over the bits of the key. Of keys that are not there the value is of kind
// Nothing, and pages without any may be missing.
type mapPages struct {
	bound uint64 // all Int keys from 0 up to here lie in pages
	n     int
	shift uint // bits of the page's number that the root looks at, and those below
	root  *mapNode
	row   []*[pageSize]Value // of a flat map: all below the bound
}

const (
	pageBits = 5
	pageSize = 1 << pageBits
	pageMask = pageSize - 1
)

type mapPage struct {
	mapNode
	values [pageSize]Value
}

// at returns the page of a key below the bound; nil if it is missing.
func (t *mapPages) at(i uint64) *mapPage {
	node := t.root
	for shift := t.shift; shift > 0 && node != nil; {
		shift -= fanBits
		node = node.kids()[i>>(pageBits+shift)&(fan-1)]
	}
	return (*mapPage)(unsafe.Pointer(node))
}

// grows tells whether a key just above the bound should be in a page: if a quarter
// of those below is there.
func (t *mapPages) grows(i uint64) bool {
	return t.bound > 0 && i < t.bound+pageSize && uint64(t.n) >= t.bound/4
}

// widen is extend for a flat map.
func (t *mapPages) widen(bound uint64) {
	if bound <= t.bound {
		return
	}
	for t.bound < bound {
		t.row = append(t.row, new([pageSize]Value))
		t.bound += pageSize
	}
}

// place returns the place of a key in the row; nil if it is not below the bound. Of an Int below 0
// the pattern is one beyond all bounds.
func (t *mapPages) place(i uint64) *Value {
	if n := i >> pageBits; n < uint64(len(t.row)) {
		return &t.row[n][i&pageMask]
	}
	return nil
}

// extend moves the bound up.
func (t *mapPages) extend(owner *token, bound uint64) {
	t.bound = max(t.bound, bound)
	for t.bound > 1<<(pageBits+t.shift) {
		t.shift += fanBits
		if t.root == nil {
			continue
		}
		up := newBranch(owner)
		up.kids[0] = t.root
		t.root = &up.mapNode
	}
}

// own returns the page of a key below the bound, which may be changed.
func (t *mapPages) own(owner *token, i uint64) *mapPage {
	at := &t.root
	for shift := t.shift; shift > 0; {
		if *at == nil {
			*at = &newBranch(owner).mapNode
		} else {
			*at = (*at).ownBranch(owner)
		}
		shift -= fanBits
		at = &(*at).kids()[i>>(pageBits+shift)&(fan-1)]
	}
	page := (*mapPage)(unsafe.Pointer(*at))
	switch {
	case page == nil:
		page = &mapPage{mapNode: mapNode{owner: owner}}
	case page.owner != owner:
		c := *page
		page = &c
		page.owner = owner
		for i := range page.values {
			if v := &page.values[i]; v.p != nil && !v.Scalar() {
				v.Share()
			}
		}
	default:
		return page
	}
	*at = &page.mapNode
	return page
}

// copyPage makes a page of values, which are held twice from then on; none if there are no values.
func (t *mapPages) copyPage(owner *token, first uint64, values *[pageSize]Value) {
	var page *mapPage
	for i := range values {
		v := &values[i]
		if v.p == nil {
			continue
		}
		if page == nil {
			page = t.own(owner, first)
		}
		if !v.Scalar() {
			v.Share()
		}
		page.values[i] = *v
	}
}

// all visits the entries in order.
func (t *mapPages) all(yield func(key, value Value) bool) bool {
	for n, page := range t.row {
		for i := range page {
			if v := page[i]; v.p != nil && !yield(FromInt(int64(n<<pageBits+i)), v) {
				return false
			}
		}
	}
	return t.walk(t.root, t.shift, 0, yield)
}

func (t *mapPages) walk(node *mapNode, shift uint, first uint64, yield func(key, value Value) bool) bool {
	if node == nil {
		return true
	}
	if shift == 0 {
		page := (*mapPage)(unsafe.Pointer(node))
		for i := range page.values {
			if v := page.values[i]; v.p != nil && !yield(FromInt(int64(first)+int64(i)), v) {
				return false
			}
		}
		return true
	}
	shift -= fanBits
	for i, kid := range node.kids() {
		if !t.walk(kid, shift, first+uint64(i)<<(pageBits+shift), yield) {
			return false
		}
	}
	return true
}
