package types

import (
	"fmt"
	"sync/atomic"
)

// Table is the built-in words as the checker knows them. What is known of a word is looked at when
// somebody asks for it: programs use few of them. It is safe for concurrent use.
type Table struct {
	// Refused says why programs may not call a built-in, though it is there; "": they may. nil: they may call all.
	Refused func(index int32) string

	names     []string
	buckets   []int32 // index + 1 of the word whose name belongs here, or in the next bucket that is free; a power of two
	signature func(index int32) Signature
	known     []atomic.Pointer[Signature]
	effects   []atomic.Pointer[Effect]
}

// NewTable makes a table; call indexes of the annotations are indexes into the list.
func NewTable(list []Signature) *Table {
	names := make([]string, len(list))
	for i := range list {
		names[i] = list[i].Name
	}
	return NewTableOf(names, func(i int32) Signature { return list[i] })
}

// NewTableOf makes a table of words by name; signature tells what else is known of one. Of two words with one name
// the last is found.
func NewTableOf(names []string, signature func(index int32) Signature) *Table {
	size := 4
	for size < 2*len(names) {
		size *= 2
	}
	t := &Table{names: names, buckets: make([]int32, size), signature: signature,
		known: make([]atomic.Pointer[Signature], len(names)), effects: make([]atomic.Pointer[Effect], len(names))}
	for i, name := range names {
		*t.bucket(name) = int32(i) + 1
	}
	return t
}

// bucket returns that of a name, or the one where it would stand. The hash is FNV-1a (Fowler, Noll, Vo): a Go map
// takes several times as long to make, and each start of a program makes this one.
func (t *Table) bucket(name string) *int32 {
	hash := uint32(2166136261)
	for i := range len(name) {
		hash = (hash ^ uint32(name[i])) * 16777619
	}
	for mask := uint32(len(t.buckets) - 1); ; hash++ {
		b := &t.buckets[(hash^hash>>16)&mask]
		if *b == 0 || t.names[*b-1] == name {
			return b
		}
	}
}

// Lookup returns the index of the built-in with that name.
func (t *Table) Lookup(name string) (index int32, ok bool) {
	index = *t.bucket(name) - 1
	return max(index, 0), index >= 0
}

// Signature returns the row of the built-in with that index. It must not be changed.
func (t *Table) Signature(index int32) *Signature {
	if s := t.known[index].Load(); s != nil {
		return s
	}
	s := t.signature(index)
	t.known[index].CompareAndSwap(nil, &s)
	return t.known[index].Load()
}

// Effect returns the effect of the built-in with that index. It panics if the text
// in the table is none.
func (t *Table) Effect(index int32) *Effect {
	if e := t.effects[index].Load(); e != nil {
		return e
	}
	e, err := t.Parse(index)
	if err != nil {
		panic(fmt.Sprintf("types: the built-in %s: %v", t.names[index], err))
	}
	return e
}

// Parse is Effect for a text that may be none.
func (t *Table) Parse(index int32) (*Effect, error) {
	e, err := builtinEffect(t.Signature(index).Effect)
	if err != nil {
		return nil, err
	}
	t.effects[index].CompareAndSwap(nil, e)
	return t.effects[index].Load(), nil
}

// Len is the number of built-in words; their indexes are below it.
func (t *Table) Len() int { return len(t.names) }

// Name returns the name of the built-in with that index.
func (t *Table) Name(index int32) string { return t.names[index] }

// Meaning is Name, for an alias that of the word which it stands for.
func (t *Table) Meaning(index int32) string {
	if s := t.Signature(index); s.Alias != "" {
		return s.Alias
	}
	return t.names[index]
}

// Borrows tells whether the built-in with that index only looks at its
// arguments.
func (t *Table) Borrows(index int32) bool { return t.Signature(index).Borrows }
