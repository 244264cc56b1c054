package stack

import "unsafe"

// tree is a persistent vector: a trie over the bits of the index, with leaves
// of 32 values. An update copies what it does not own on the path to the leaf.
//
// Nodes are owned by the tree whose token they carry. A clone has a new token,
// and so owns nothing at first; the tree that was cloned must not be changed
// any more.
type tree struct {
	n     int
	shift uint // bits of the index below the root's
	root  *treeNode
	owner *token
}

// token is an identity. It has a size so that each has an address of its own.
type token struct{ _ byte }

// treeNode has up to treeWidth kids or, as a leaf, Values or words.
type treeNode struct {
	owner *token
	at    unsafe.Pointer // *[treeWidth]*treeNode, *[treeWidth]Value or *[treeWidth]uint64
	n     int32
	form  form // of a leaf: 0 or that of its words
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
	t := &tree{owner: new(token)}
	level := make([]*treeNode, 0, l.n/treeWidth+1)
	for i := 0; i < l.n; i += treeWidth {
		leaf := newLeaf(t.owner, l.form)
		leaf.n = int32(min(treeWidth, l.n-i))
		if l.form < 0 {
			copy(leaf.words()[:], l.words()[i:])
		} else {
			copy(leaf.values()[:], l.values()[i:])
			shareAll(leaf.values()[:leaf.n])
		}
		level = append(level, leaf)
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
	t.n = l.n
	return t
}

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
	c.owner = new(token)
	return &c
}

func (t *tree) at(i int) Value {
	node := t.root
	for shift := t.shift; shift > 0; shift -= treeBits {
		node = node.kids()[i>>shift&treeMask]
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
	values := make([]Value, t.n)
	if t.root != nil {
		t.root.fill(values, t.shift)
	}
	return values
}

// fill copies the values below a node to the places that begin with theirs, and returns
// the places behind.
func (t *treeNode) fill(values []Value, shift uint) []Value {
	switch {
	case shift > 0:
		for _, kid := range t.kids()[:t.n] {
			values = kid.fill(values, shift-treeBits)
		}
		return values
	case t.form < 0:
		fill(values, t.form, t.words()[:t.n])
	default:
		copy(values, t.values()[:t.n])
	}
	return values[t.n:]
}

// own returns a node at a height that the tree may change: the node or a copy. The values
// of a copied leaf are held twice.
func (t *tree) own(node *treeNode, shift uint) *treeNode {
	if node.owner == t.owner {
		return node
	}
	if shift > 0 {
		return newInner(t.owner, node.kids()[:node.n]...)
	}
	c := newLeaf(t.owner, node.form)
	c.n = node.n
	if c.form < 0 {
		*c.words() = *node.words()
		return c
	}
	*c.values() = *node.values()
	shareAll(c.values()[:c.n])
	return c
}

// put puts a value into a place of a leaf that the tree may change.
func (t *treeNode) put(i int, x Value) {
	if t.form < 0 && x.p != marker(t.form) {
		values := new([treeWidth]Value)
		fill(values[:], t.form, t.words()[:t.n])
		t.at, t.form = unsafe.Pointer(values), 0
	}
	if t.form < 0 {
		t.words()[i] = x.n
	} else {
		t.values()[i] = x
	}
}

func (t *tree) set(i int, x Value) {
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
	i := t.n
	t.n++
	if t.root == nil {
		t.root = t.path(0, x)
		return
	}
	if i>>t.shift >= treeWidth { // the root is full
		t.root = newInner(t.owner, t.root, t.path(t.shift, x))
		t.shift += treeBits
		return
	}
	t.root = t.own(t.root, t.shift)
	node := t.root
	for shift := t.shift; shift > 0; shift -= treeBits {
		k := i >> shift & treeMask
		if k == int(node.n) {
			node.kids()[k] = t.path(shift-treeBits, x)
			node.n++
			return
		}
		node.kids()[k] = t.own(node.kids()[k], shift-treeBits)
		node = node.kids()[k]
	}
	node.put(i&treeMask, x)
	node.n++
}

// path makes a node of a height that holds one value.
func (t *tree) path(shift uint, x Value) *treeNode {
	var f form
	if x.Scalar() {
		f = -form(x.Kind())
	}
	node := newLeaf(t.owner, f)
	node.put(0, x)
	node.n = 1
	for ; shift > 0; shift -= treeBits {
		node = newInner(t.owner, node)
	}
	return node
}
