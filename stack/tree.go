package stack

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

// treeNode has kids or, as a leaf, values.
type treeNode struct {
	owner  *token
	kids   []*treeNode
	values []Value
}

const (
	treeBits  = 5
	treeWidth = 1 << treeBits
	treeMask  = treeWidth - 1
)

// newTree makes a tree of copies of promoted values, which are shared from
// then on.
func newTree(values []Value) *tree {
	t := &tree{owner: new(token)}
	level := make([]*treeNode, 0, len(values)/treeWidth+1)
	for i := 0; i < len(values); i += treeWidth {
		leaf := append(make([]Value, 0, treeWidth), values[i:min(i+treeWidth, len(values))]...)
		for _, v := range leaf {
			v.Share()
		}
		level = append(level, &treeNode{owner: t.owner, values: leaf})
	}
	for len(level) > 1 {
		t.shift += treeBits
		above := make([]*treeNode, 0, len(level)/treeWidth+1)
		for i := 0; i < len(level); i += treeWidth {
			kids := append(make([]*treeNode, 0, treeWidth), level[i:min(i+treeWidth, len(level))]...)
			above = append(above, &treeNode{owner: t.owner, kids: kids})
		}
		level = above
	}
	if len(level) > 0 {
		t.root = level[0]
	}
	t.n = len(values)
	return t
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
		node = node.kids[i>>shift&treeMask]
	}
	return node.values[i&treeMask]
}

// all returns a copy of the values.
func (t *tree) all() []Value {
	if t == nil {
		return nil
	}
	values := make([]Value, 0, t.n)
	var walk func(*treeNode)
	walk = func(node *treeNode) {
		values = append(values, node.values...)
		for _, kid := range node.kids {
			walk(kid)
		}
	}
	if t.root != nil {
		walk(t.root)
	}
	return values
}

// own returns a node that the tree may change: the node or a copy. The values
// of a copied leaf are held twice.
func (t *tree) own(node *treeNode) *treeNode {
	if node.owner == t.owner {
		return node
	}
	c := &treeNode{owner: t.owner}
	if node.kids != nil {
		c.kids = append(make([]*treeNode, 0, treeWidth), node.kids...)
		return c
	}
	c.values = append(make([]Value, 0, treeWidth), node.values...)
	for _, v := range c.values {
		v.Share()
	}
	return c
}

func (t *tree) set(i int, x Value) {
	t.root = t.own(t.root)
	node := t.root
	for shift := t.shift; shift > 0; shift -= treeBits {
		k := i >> shift & treeMask
		node.kids[k] = t.own(node.kids[k])
		node = node.kids[k]
	}
	node.values[i&treeMask] = x
}

func (t *tree) push(x Value) {
	i := t.n
	t.n++
	if t.root == nil {
		t.root = t.path(0, x)
		return
	}
	if i>>t.shift >= treeWidth { // the root is full
		t.root = &treeNode{owner: t.owner, kids: append(make([]*treeNode, 0, treeWidth), t.root, t.path(t.shift, x))}
		t.shift += treeBits
		return
	}
	t.root = t.own(t.root)
	node := t.root
	for shift := t.shift; shift > 0; shift -= treeBits {
		k := i >> shift & treeMask
		if k == len(node.kids) {
			node.kids = append(node.kids, t.path(shift-treeBits, x))
			return
		}
		node.kids[k] = t.own(node.kids[k])
		node = node.kids[k]
	}
	node.values = append(node.values, x)
}

// path makes a node of a height that holds one value.
func (t *tree) path(shift uint, x Value) *treeNode {
	node := &treeNode{owner: t.owner, values: append(make([]Value, 0, treeWidth), x)}
	for ; shift > 0; shift -= treeBits {
		node = &treeNode{owner: t.owner, kids: append(make([]*treeNode, 0, treeWidth), node)}
	}
	return node
}
