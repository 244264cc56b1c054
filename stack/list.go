package stack

import (
	"slices"
	"sync/atomic"
	"unsafe"

	"github.com/seqvm/seqvm/internal/hugepage"
	"github.com/seqvm/seqvm/internal/memory"
)

// form says how the fields of a variant are held.
//
//	1 + n   n Values right behind it, in the same object: a small variant
//	0       a long of Values, or a tree
//	-k      a long of words: the patterns (Value.Bits) of elements that are all of Kind k, Int,
//	        Float or Bool
//
// A list, or another variant that has grown long, becomes one of words where it needs
// other memory anyhow, or is made as a whole, if its elements are all of one such kind.
// An element of another kind makes it one of Values. So what it is turned into again and
// again costs no more than its growth.
type form int32

// long is a variant whose fields are elsewhere: their number can change.
type long struct {
	VariantValue
	at   unsafe.Pointer       // Values or words; nil: those of the tree, or there are none
	n    int                  // how many are there
	room int                  // how many places there are; negative: none, but so many elements will come
	tree atomic.Pointer[tree] // of a shared object that has elements: made from them
}

// fewWords is a list that begins with a number: three more have room in the same object.
type fewWords struct {
	long
	first [4]uint64
}

// The layout of a list for code that does without this package: at an object of which the
// form is -k stand, at ElementsOffset, the address of its words and, at LengthOffset, their number.
const (
	FormOffset     = unsafe.Offsetof(VariantValue{}.form)
	ElementsOffset = unsafe.Offsetof(long{}.at)
	LengthOffset   = unsafe.Offsetof(long{}.n)
	RoomOffset     = unsafe.Offsetof(long{}.room)
	StateOffset    = unsafe.Offsetof(VariantValue{}.state)
	SharedBit      = shared // of the state: the object may be held more than once
)

const (
	// shortList is how long a list of Values may be to be copied at every update of a shared
	// version: that is no dearer than copying a path of a tree. One of words may have as many bytes.
	shortList = 64
	// firstRoom is how many places a list has at first in memory of its own.
	firstRoom = 4
)

// long returns the whole of a variant that is one.
func (v *VariantValue) long() *long { return (*long)(unsafe.Pointer(v)) }

// value and word return place i of a long of Values or words, which must exist.
func (l *long) value(i int) *Value {
	return (*Value)(unsafe.Add(l.at, uintptr(i)*unsafe.Sizeof(Value{})))
}

func (l *long) word(i int) *uint64 {
	return (*uint64)(unsafe.Add(l.at, uintptr(i)*unsafe.Sizeof(uint64(0))))
}

// values and words return all elements of a long of Values or words; nil of a tree.
func (l *long) values() []Value { return unsafe.Slice((*Value)(l.at), l.n) }
func (l *long) words() []uint64 { return unsafe.Slice((*uint64)(l.at), l.n) }

// FromFields makes a variant that takes over a slice of promoted values.
func FromFields(tag *Tag, fields []Value) *VariantValue {
	return &(&long{VariantValue: VariantValue{Tag: tag}, at: unsafe.Pointer(unsafe.SliceData(fields)), n: len(fields), room: cap(fields)}).VariantValue
}

// FromList makes a list that takes over a slice of promoted values.
func FromList(elements []Value) Value {
	l := FromFields(ListTag, elements).long()
	l.pack()
	return FromVariant(&l.VariantValue)
}

// Holds tells whether a list is one of words of a kind and has an element i, which Word
// then returns.
func (v *VariantValue) Holds(k Kind, i int64) bool {
	return v.form == -form(k) && uint64(i) < uint64(v.long().n)
}

// HoldsWord is Holds for any kind, which WordKind tells.
func (v *VariantValue) HoldsWord(i int64) bool { return v.form < 0 && uint64(i) < uint64(v.long().n) }

// Word returns the pattern of an element that is held as a word.
func (v *VariantValue) Word(i int64) uint64 { return *v.long().word(int(i)) }

// WordKind returns the kind of the elements that are held as words.
func (v *VariantValue) WordKind() Kind { return Kind(-v.form) }

// PutWord replaces element i of a list of words that nobody else holds; false, with
// nothing done, if it is not so or x is of another kind.
func (v *VariantValue) PutWord(i int64, x *Value) bool {
	if !v.HoldsWord(i) || x.p != marker(v.form) || v.Shared() {
		return false
	}
	*v.long().word(int(i)) = x.n
	return true
}

// Push returns the variant with one field more at the end. It consumes v.
func (v *VariantValue) Push(x Value) *VariantValue {
	if v.form <= 0 && !v.Shared() {
		switch l := v.long(); {
		case l.n >= l.room:
		case v.form == 0:
			if x.Scalar() {
				l.value(l.n).setNumber(&x)
			} else {
				*l.value(l.n) = x.Promote()
			}
			l.n++
			return v
		case x.p == marker(v.form):
			*l.word(l.n) = x.n
			l.n++
			return v
		}
	}
	x = x.Promote()
	if v.Shared() {
		return v.pushShared(x)
	}
	if v.form > 0 {
		old := v.slots()
		fields := make([]Value, len(old)+1, 2*len(old)+2)
		copy(fields, old)
		fields[len(old)] = x
		return FromFields(v.Tag, fields)
	}
	l := v.long()
	if l.at == nil {
		if t := l.tree.Load(); t != nil {
			t.push(x)
			l.flatten(t)
			return v
		}
	}
	l.push(x)
	return v
}

// push appends to a long without a tree that nobody else holds.
func (l *long) push(x Value) {
	if l.form < 0 && x.p != marker(l.form) {
		if l.n == 0 && x.Scalar() {
			l.form = -form(x.Kind())
		} else {
			l.unpack(max(l.room, 2*l.n, firstRoom))
		}
	}
	if l.n >= l.room {
		l.grow(x)
	}
	if l.form < 0 {
		*l.word(l.n) = x.n
	} else {
		*l.value(l.n) = x
	}
	l.n++
}

// grow makes room for more elements, of which x is the next: for as many as there are,
// since a smaller factor would copy more often.
func (l *long) grow(x Value) {
	room := max(firstRoom, 2*l.n, -l.room)
	if l.form == 0 && l.packs(room) && x.Scalar() {
		if l.n == 0 {
			l.form = -form(x.Kind())
		} else if f := uniform(l.values()); f == -form(x.Kind()) {
			l.takeWords(l.values(), room, f)
			return
		}
	}
	if l.form < 0 {
		words := moreWords(l.words(), room)
		l.at, l.room = unsafe.Pointer(unsafe.SliceData(words)), room
		return
	}
	values := hugepage.Make[Value](room)
	move(values, l.values())
	l.at, l.room = unsafe.Pointer(unsafe.SliceData(values)), room
}

// moreWords returns memory that begins with some words. The sizes that nearly every list goes through are known to the compiler, which
// calls the runtime by its short ways.
func moreWords(words []uint64, room int) (more []uint64) {
	switch room {
	case 4:
		more = new([4]uint64)[:]
	case 8:
		more = new([8]uint64)[:]
	case 16:
		more = new([16]uint64)[:]
	default:
		return hugepage.Grow(words, room)
	}
	copy(more, words)
	return more
}

// move copies values to new memory. Numbers need no write barrier: while the collector is
// marking, that would look up every one of them.
func move(to, from []Value) {
	for i := range from {
		if !from[i].Scalar() {
			copy(to, from)
			return
		}
	}
	bytes := func(values []Value) []byte {
		return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), len(values)*int(unsafe.Sizeof(Value{})))
	}
	copy(bytes(to), bytes(from))
}

// packs tells whether a variant with so many places may have words: a list, and what has
// grown far beyond what a match takes fields of.
func (v *VariantValue) packs(room int) bool {
	return room > shortList || room > firstRoom && v.Tag == ListTag
}

// uniform returns the form of a list of words with such elements; 0 if there is none.
func uniform(values []Value) form {
	if len(values) == 0 || !values[0].Scalar() {
		return 0
	}
	for i := range values {
		if values[i].p != values[0].p {
			return 0
		}
	}
	return -form(values[0].Kind())
}

// pack makes a new list of Values one of words if it can be one.
func (l *long) pack() {
	if l.form < 0 || !l.packs(l.n) {
		return
	}
	if f := uniform(l.values()); f < 0 {
		l.takeWords(l.values(), l.n, f)
	}
}

// takeWords fills a long with words: those of values that are all of one kind.
func (l *long) takeWords(values []Value, room int, f form) {
	words := hugepage.Make[uint64](room)
	for i := range values {
		words[i] = values[i].n
	}
	l.at, l.room, l.form = unsafe.Pointer(unsafe.SliceData(words)), room, f
}

// unpack makes a long of words one of Values.
func (l *long) unpack(room int) {
	var values []Value
	if room == firstRoom {
		values = new([firstRoom]Value)[:]
	} else {
		values = hugepage.Make[Value](room)
	}
	fill(values, l.form, l.words())
	l.at, l.room, l.form = unsafe.Pointer(unsafe.SliceData(values)), room, 0
}

// fill makes Values of words.
func fill(values []Value, f form, words []uint64) {
	x := scalar(f, 0)
	for i, n := range words {
		x.n = n
		values[i].setNumber(&x)
	}
}

// Successor makes an empty list with the tag of v and room for as many fields. If v is
// only read from now on, each field before as many have been pushed, it ends with it:
// unless others hold v, the list takes its memory.
func (v *VariantValue) Successor(ends bool) *VariantValue {
	w := &long{VariantValue: VariantValue{Tag: v.Tag}}
	if ends && v.form <= 0 && !v.Shared() && v.long().at != nil {
		l := v.long()
		w.at, w.room, w.form = l.at, l.room, l.form
		w.state.Store(inherited)
		return &w.VariantValue
	}
	w.room = -v.Len()
	return &w.VariantValue
}

// Finish ends the construction of a successor: what it has no use for is let go of.
func (v *VariantValue) Finish() {
	l := v.long()
	l.room = max(l.room, 0)
	l.pack()
	switch wide := l.room > max(4*l.n, shortList); {
	case wide && l.form < 0:
		words := slices.Clone(l.words())
		l.at, l.room = unsafe.Pointer(unsafe.SliceData(words)), l.n
	case wide:
		values := slices.Clone(l.values())
		l.at, l.room = unsafe.Pointer(unsafe.SliceData(values)), l.n
	case l.form == 0 && v.state.Load() == inherited:
		clear(unsafe.Slice((*Value)(l.at), l.room)[l.n:])
	}
	v.state.Store(0)
}

// Owned tells whether nobody else holds a variant, and its fields are in its own memory: not in a tree.
func (v *VariantValue) Owned() bool {
	return !v.Shared() && (v.form > 0 || v.long().at != nil || v.long().n == 0)
}

// Clone returns a variant with the tag and the fields of v, in memory of its own. The objects among them are shared.
func (v *VariantValue) Clone() *VariantValue {
	w := v.copyOf(v.Len(), v.Len())
	w.state.Store(0)
	return &w.VariantValue
}

// copyOf makes a long with a copy of the first n fields and with room for some. The
// objects among them are shared.
func (v *VariantValue) copyOf(n, room int) *long {
	w := &long{VariantValue: VariantValue{Tag: v.Tag}, n: n, room: room}
	if !v.isShort(n) {
		w.state.Store(copied | v.state.Load()&^(earned-1))
	}
	if v.form < 0 {
		words := hugepage.Make[uint64](room)
		copy(words, v.long().words()[:n])
		w.at, w.form = unsafe.Pointer(unsafe.SliceData(words)), v.form
		return w
	}
	from := v.head(n)
	if f := uniform(from); f < 0 && v.packs(room) {
		w.takeWords(from, room, f)
		return w
	}
	values := hugepage.Make[Value](room)
	copy(values, from)
	shareAll(values[:n])
	w.at = unsafe.Pointer(unsafe.SliceData(values))
	return w
}

func shareAll(values []Value) {
	for i := range values {
		if x := &values[i]; !x.Scalar() {
			x.Share()
		}
	}
}

func (v *VariantValue) pushShared(x Value) *VariantValue {
	if t := v.toTree(); t != nil {
		t = t.clone()
		t.push(x)
		return v.withTree(t)
	}
	n := v.Len()
	if n == 0 {
		return v.single(x)
	}
	w := v.copyOf(n, max(firstRoom, n+n/2))
	w.push(x) // behind the others, which are shared now
	return &w.VariantValue
}

// single makes a list of one element like v.
func (v *VariantValue) single(x Value) *VariantValue {
	if v.Tag == ListTag && x.Scalar() {
		w := &fewWords{first: [4]uint64{x.n}}
		w.Tag, w.form, w.n, w.room = v.Tag, -form(x.Kind()), 1, len(w.first)
		w.at = unsafe.Pointer(&w.first)
		return &w.VariantValue
	}
	w := &long{VariantValue: VariantValue{Tag: v.Tag}, at: unsafe.Pointer(&[firstRoom]Value{x}), n: 1, room: firstRoom}
	return &w.VariantValue
}

// Set is With for any i: it returns the variant itself if there is no such field.
func (v *VariantValue) Set(i int64, x Value) *VariantValue {
	if at := v.Own(i); at != nil {
		if !x.Scalar() {
			x = x.Promote()
		}
		*at = x
		return v
	}
	if uint64(i) >= uint64(v.Len()) {
		return v
	}
	return v.With(int(i), x)
}

// With returns the variant with field i, which must exist, replaced. It
// consumes v.
func (v *VariantValue) With(i int, x Value) *VariantValue {
	x = x.Promote()
	switch {
	case v.Shared():
		return v.withShared(i, x)
	case v.form > 0:
		*v.place(uint64(i)) = x
	case v.long().at != nil:
		v.long().set(i, x)
	default:
		t := v.long().tree.Load()
		t.set(i, x)
		v.long().flatten(t)
	}
	return v
}

// isShort tells whether a list of so many of v's elements is copied at every update of a shared version.
func (v *VariantValue) isShort(n int) bool {
	if v.form < 0 {
		n /= int(unsafe.Sizeof(Value{}) / unsafe.Sizeof(uint64(0)))
	}
	return n <= shortList
}

// A list that is a tree is changed a path at a time, and read slowly. Where it turns out that many changes come before the next version is
// held, it had better be copied as a whole. So it becomes flat again after a part of its length in changes, 1/flattened, and has
// earned a few copies as a whole for the versions that follow: a change costs no more than a fixed number of copied elements.
const (
	flattened = 16
	copies    = 3
)

// flatten makes a list that nobody else holds flat again once its tree has been changed often enough, and where there is memory for both:
// a tree does as well.
func (l *long) flatten(t *tree) {
	if t.changes++; t.changes < t.n/flattened || !memory.Fits(t.n*int(unsafe.Sizeof(Value{}))) {
		return
	}
	if f := t.form(); f < 0 {
		words := hugepage.Make[uint64](t.n)
		t.eachLeaf(func(at int, leaf *treeNode) { copy(words[at:], leaf.words()[:]) })
		l.at, l.form = unsafe.Pointer(unsafe.SliceData(words)), f
	} else {
		values := hugepage.Make[Value](t.n)
		t.eachLeaf(func(at int, leaf *treeNode) {
			n := leaf.fillLeaf(values[at:])
			if leaf.owner != t.owner { // others hold them as well
				shareAll(values[at : at+n])
			}
		})
		l.at, l.form = unsafe.Pointer(unsafe.SliceData(values)), 0
	}
	l.n, l.room = t.n, t.n
	l.tree.Store(nil)
	l.state.Store(copies * earned)
	l.pack()
}

// set replaces an element of a long without a tree that nobody else holds.
func (l *long) set(i int, x Value) {
	if l.form < 0 && x.p != marker(l.form) {
		l.unpack(l.room)
	}
	if l.form < 0 {
		*l.word(i) = x.n
	} else {
		*l.value(i) = x
	}
}

func (v *VariantValue) withShared(i int, x Value) *VariantValue {
	if t := v.toTree(); t != nil {
		t = t.clone()
		t.set(i, x)
		return v.withTree(t)
	}
	if v.form > 0 {
		w := allocate(v.Tag, len(v.slots()))
		copy(w.slots(), v.slots())
		w.slots()[i] = x
		shareAll(w.slots())
		return w
	}
	n := v.Len()
	w := v.copyOf(n, n)
	w.set(i, x)
	return &w.VariantValue
}

// toTree returns the tree that an update of a shared object starts from; nil
// if it is to be copied.
func (v *VariantValue) toTree() *tree {
	if v.form > 0 {
		return nil
	}
	l := v.long()
	if t := l.tree.Load(); t != nil {
		return t
	}
	if v.isShort(l.n) || v.state.Or(copied)&copied == 0 || v.spend() {
		return nil
	}
	l.tree.CompareAndSwap(nil, newTree(l))
	return l.tree.Load()
}

// spend takes one of the copies as a whole that a list has earned.
func (v *VariantValue) spend() bool {
	for {
		state := v.state.Load()
		if state < earned {
			return false
		}
		if v.state.CompareAndSwap(state, state-earned) {
			return true
		}
	}
}

func (v *VariantValue) withTree(t *tree) *VariantValue {
	w := &long{VariantValue: VariantValue{Tag: v.Tag}}
	w.tree.Store(t)
	return &w.VariantValue
}

// Init returns the variant without its last field; it must have one. It
// consumes v.
func (v *VariantValue) Init() *VariantValue {
	last := v.Len() - 1
	if v.form <= 0 {
		if t := v.long().tree.Load(); t != nil && !v.Shared() {
			t.pop()
			v.long().flatten(t)
			return v
		}
	}
	switch {
	case v.Shared():
		if t := v.toTree(); t != nil {
			t = t.clone()
			t.pop()
			return v.withTree(t)
		}
		w := v.copyOf(last, last)
		w.pack()
		return &w.VariantValue
	case v.form > 0:
		*v.place(uint64(last)) = Value{}
		v.form--
	case v.form == 0:
		*v.long().value(last) = Value{}
		v.long().n--
	default:
		v.long().n--
	}
	return v
}

// Reversed returns the variant with its fields in opposite order. It consumes v.
func (v *VariantValue) Reversed() *VariantValue {
	n := v.Len()
	w := v
	if v.Shared() || v.form > 0 || v.long().at == nil {
		w = &v.copyOf(n, n).VariantValue
		w.state.Store(0)
	}
	if w.form < 0 {
		slices.Reverse(w.long().words())
	} else {
		slices.Reverse(w.long().values())
	}
	w.long().pack()
	return w
}
