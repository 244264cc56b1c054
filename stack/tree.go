package stack

import (
	"sync/atomic"
	"unsafe"

	"github.com/seqvm/seqvm/internal/hugepage"
	"github.com/seqvm/seqvm/internal/memory"
)

// tree is a persistent vector: a trie over the bits of the index, with leaves
// of 32 values, and the last leaf beside it, as in Clojure's. An update copies what it does
// not own on the path to the leaf.
//
// Nodes are owned by the tree whose token they carry. A clone has a new token,
// and so owns nothing at first; the tree that was cloned must not be changed
// any more. One thing may be changed by others than the owner: places of the last leaf that no
// tree has an element in belong to who takes them first. So versions that each push one value
// more to the one before have their last leaf in common.
type tree struct {
	n     int
	shift uint      // bits of the index below the root's
	root  *treeNode // full leaves, all but the last one; nil: there are none
	tail  *treeNode // the last leaf, with 1 to 32 values; nil: the tree is empty
	owner *token

	changes int // of the tree as a whole since it was cloned
}

// token is an identity. It has a size so that each has an address of its own.
type token struct{ _ byte }

// treeNode has up to treeWidth kids or, as a leaf, Values or words.
type treeNode struct {
	owner *token
	at    unsafe.Pointer // *[treeWidth]*treeNode, *[treeWidth]Value or *[treeWidth]uint64
	n     int32          // how many kids there are
	taken atomic.Int32   // of a leaf that is or was a tail: how many of its places, from the first on, some tree has an element in
	form  form           // of a leaf: 0 or that of its words
}

func (t *treeNode) kids() *[treeWidth]*treeNode { return (*[treeWidth]*treeNode)(t.at) }
func (t *treeNode) values() *[treeWidth]Value   { return (*[treeWidth]Value)(t.at) }
func (t *treeNode) words() *[treeWidth]uint64   { return (*[treeWidth]uint64)(t.at) }

const (
	treeBits  = 5
	treeWidth = 1 << treeBits
	treeMask  = treeWidth - 1
)

// newTree makes a tree of copies of the elements of a list, which are shared from
// then on.
func newTree(l *long) *tree {
	memory.Ask(l.n * int(unsafe.Sizeof(Value{})))
	t := &tree{owner: new(token)}
	level := make([]*treeNode, 0, l.n/treeWidth+1)
	for i := 0; i < l.n; i += treeWidth {
		leaf := newLeaf(t.owner, l.form)
		if l.form < 0 {
			copy(leaf.words()[:], l.words()[i:])
		} else {
			copy(leaf.values()[:], l.values()[i:])
			shareAll(leaf.values()[:])
		}
		level = append(level, leaf)
	}
	t.n = l.n
	if last := len(level) - 1; last >= 0 {
		t.tail, level = level[last], level[:last]
		t.tail.taken.Store(int32(t.inTail()))
	}
	for len(level) > 1 {
		t.shift += treeBits
		above := make([]*treeNode, 0, len(level)/treeWidth+1)
		for i := 0; i < len(level); i += treeWidth {
			above = append(above, newInner(t.owner, level[i:min(i+treeWidth, len(level))]...))
		}
		level = above
	}
	if len(level) > 0 {
		t.root = level[0]
	}
	return t
}

// inTail is how many values the last leaf has: none if the tree is empty.
func (t *tree) inTail() int { return t.n - t.tailStart() }

// tailStart is the index of the first value in the last leaf.
func (t *tree) tailStart() int { return max(t.n-1, 0) &^ treeMask }

func newLeaf(owner *token, f form) *treeNode {
	if f < 0 {
		return &treeNode{owner: owner, at: unsafe.Pointer(new([treeWidth]uint64)), form: f}
	}
	return &treeNode{owner: owner, at: unsafe.Pointer(new([treeWidth]Value))}
}

func newInner(owner *token, kids ...*treeNode) *treeNode {
	node := &treeNode{owner: owner, at: unsafe.Pointer(new([treeWidth]*treeNode)), n: int32(len(kids))}
	copy(node.kids()[:], kids)
	return node
}

func (t *tree) len() int {
	if t == nil {
		return 0
	}
	return t.n
}

func (t *tree) clone() *tree {
	c := *t
	c.owner, c.changes = new(token), 0
	return &c
}

func (t *tree) at(i int) Value {
	node := t.tail
	if i < t.tailStart() {
		node = t.root
		for shift := t.shift; shift > 0; shift -= treeBits {
			node = node.kids()[i>>shift&treeMask]
		}
	}
	if node.form < 0 {
		return scalar(node.form, node.words()[i&treeMask])
	}
	return node.values()[i&treeMask]
}

// all returns a copy of the values.
func (t *tree) all() []Value {
	if t == nil {
		return nil
	}
	values := hugepage.Make[Value](t.n)
	t.eachLeaf(func(at int, leaf *treeNode) { leaf.fillLeaf(values[at:]) })
	return values
}

// eachLeaf calls f with each leaf and the index of its first value, in order.
func (t *tree) eachLeaf(f func(at int, leaf *treeNode)) {
	if t.root != nil {
		t.root.eachLeaf(t.shift, 0, f)
	}
	if t.tail != nil {
		f(t.tailStart(), t.tail)
	}
}

// eachLeaf calls f with each leaf below a node of which the first value has an index, and returns the index behind the last.
func (t *treeNode) eachLeaf(shift uint, at int, f func(at int, leaf *treeNode)) int {
	if shift == 0 {
		f(at, t)
		return at + treeWidth
	}
	for _, kid := range t.kids()[:t.n] {
		at = kid.eachLeaf(shift-treeBits, at, f)
	}
	return at
}

// fillLeaf copies the first values of a leaf, as many as there are places, and returns how many.
func (t *treeNode) fillLeaf(values []Value) int {
	n := min(treeWidth, len(values))
	if t.form < 0 {
		fill(values[:n], t.form, t.words()[:n])
		return n
	}
	return copy(values, t.values()[:n])
}

// form is that of a list of words if all leaves are of one kind; else 0.
func (t *tree) form() form {
	var f form
	same := true
	t.eachLeaf(func(_ int, leaf *treeNode) {
		same = same && (f == 0 || leaf.form == f)
		f = leaf.form
	})
	if !same {
		return 0
	}
	return f
}

// own returns a node at a height that the tree may change: the node or a copy.
func (t *tree) own(node *treeNode, shift uint) *treeNode {
	switch {
	case node.owner == t.owner:
		return node
	case shift > 0:
		return newInner(t.owner, node.kids()[:node.n]...)
	}
	return t.copyLeaf(node, treeWidth)
}

// copyLeaf returns a leaf of the tree's own with the first n values of another one, which are held
// twice from then on.
func (t *tree) copyLeaf(node *treeNode, n int) *treeNode {
	c := newLeaf(t.owner, node.form)
	if c.form < 0 {
		copy(c.words()[:n], node.words()[:])
		return c
	}
	copy(c.values()[:n], node.values()[:])
	shareAll(c.values()[:n])
	return c
}

// ownTail makes the last leaf one that the tree may change.
func (t *tree) ownTail() {
	if t.tail.owner == t.owner {
		return
	}
	n := t.inTail()
	t.tail = t.copyLeaf(t.tail, n)
	t.tail.taken.Store(int32(n))
}

// put puts a value into a place of a leaf that the tree may change.
func (t *treeNode) put(i int, x Value) {
	if t.form < 0 && x.p != marker(t.form) {
		values := new([treeWidth]Value)
		fill(values[:], t.form, t.words()[:])
		t.at, t.form = unsafe.Pointer(values), 0
	}
	if t.form < 0 {
		t.words()[i] = x.n
	} else {
		t.values()[i] = x
	}
}

func (t *tree) set(i int, x Value) {
	if i >= t.tailStart() {
		t.ownTail()
		t.tail.put(i&treeMask, x)
		return
	}
	t.root = t.own(t.root, t.shift)
	node := t.root
	for shift := t.shift; shift > 0; shift -= treeBits {
		k := i >> shift & treeMask
		node.kids()[k] = t.own(node.kids()[k], shift-treeBits)
		node = node.kids()[k]
	}
	node.put(i&treeMask, x)
}

func (t *tree) push(x Value) {
	n := t.inTail()
	if t.tail == nil || n == treeWidth {
		if t.tail != nil {
			t.hang(t.tail)
		}
		var f form
		if x.Scalar() {
			f = -form(x.Kind())
		}
		t.tail, n = newLeaf(t.owner, f), 0
	} else if t.tail.owner != t.owner && (!t.tail.holds(x) || !t.tail.taken.CompareAndSwap(int32(n), int32(n+1))) {
		t.ownTail()
	}
	t.tail.put(n, x)
	if t.tail.owner == t.owner {
		t.tail.taken.Store(int32(n + 1))
	}
	t.n++
}

// holds tells whether a value can be put into a leaf that stays of its form.
func (t *treeNode) holds(x Value) bool { return t.form == 0 || x.p == marker(t.form) }

// hang puts a full last leaf into the trie, behind its leaves.
func (t *tree) hang(leaf *treeNode) {
	i := t.tailStart()
	if t.root == nil {
		t.root = leaf
		return
	}
	if i>>t.shift >= treeWidth { // the root is full
		t.root = newInner(t.owner, t.root, t.path(t.shift, leaf))
		t.shift += treeBits
		return
	}
	t.root = t.own(t.root, t.shift)
	node := t.root
	for shift := t.shift; ; shift -= treeBits {
		k := i >> shift & treeMask
		if k == int(node.n) {
			node.kids()[k] = t.path(shift-treeBits, leaf)
			node.n++
			return
		}
		node.kids()[k] = t.own(node.kids()[k], shift-treeBits)
		node = node.kids()[k]
	}
}

// path makes a node of a height that holds one leaf.
func (t *tree) path(shift uint, leaf *treeNode) *treeNode {
	node := leaf
	for ; shift > 0; shift -= treeBits {
		node = newInner(t.owner, node)
	}
	return node
}

// pop takes out the last value, which there must be.
func (t *tree) pop() {
	n := t.inTail() - 1
	t.n--
	switch {
	case n == 0 && t.root == nil:
		t.tail = nil
	case n == 0:
		t.root, t.tail = t.withoutLast(t.root, t.shift)
		for t.shift > 0 && t.root != nil && t.root.n == 1 {
			t.root = t.root.kids()[0]
			t.shift -= treeBits
		}
		if t.root == nil {
			t.shift = 0
		}
	case t.tail.owner == t.owner:
		if t.tail.form == 0 {
			t.tail.values()[n] = Value{} // nothing is kept alive
		}
		t.tail.taken.Store(int32(n))
	}
}

// withoutLast returns a node at a height without its last leaf, nil if there is no other one, and the leaf.
func (t *tree) withoutLast(node *treeNode, shift uint) (rest, leaf *treeNode) {
	if shift == 0 {
		return nil, node
	}
	node = t.own(node, shift)
	last := node.n - 1
	rest, leaf = t.withoutLast(node.kids()[last], shift-treeBits)
	node.kids()[last] = rest
	if rest == nil {
		node.n--
	}
	if node.n == 0 {
		return nil, leaf
	}
	return node, leaf
}
