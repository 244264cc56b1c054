package vm

import (
	"slices"
	"sync/atomic"

	"github.com/seqvm/seqvm/stack"
)

// knownErrors are what errors that somebody catches have in common with those that came from the same calls before: a
// program that fails often fails at few places, and the text of a trail takes far longer than the failure. The entries are found by
// a hash of the calls; a newer one takes the place of an older one. The zero value is ready.
type knownErrors [64]atomic.Pointer[knownError]

// knownError is an error but for its reason and strand.
type knownError struct {
	calls             []uintptr // of knownCalls
	word, weave, root string
	trail             stack.Value // the list of its calls
}

// maxKnown is how many calls are compared at most.
const maxKnown = 48

// callers are the instructions that a strand is called by, innermost first, with a 0 in front of each weave
// that it is in.
type callers struct {
	at   [maxKnown]uintptr
	n    int
	full bool
}

func (c *callers) add(ip uintptr) {
	if c.n == maxKnown {
		c.full = true
		return
	}
	c.at[c.n] = ip
	c.n++
}

func (c *callers) addFrames(frames []frame) {
	if len(frames) > maxKnown {
		c.full = true
		return
	}
	for i := len(frames) - 1; i >= 0; i-- {
		c.add(frames[i].ip)
	}
}

// hash is FNV-1a of the addresses (G. Fowler, L. C. Noll, K.-P. Vo, The FNV Non-Cryptographic Hash Algorithm, RFC 9923).
func (c *callers) hash() uint64 {
	h := uint64(14695981039346656037)
	for _, ip := range c.at[:c.n] {
		h = (h ^ uint64(ip)) * 1099511628211
	}
	return h ^ h>>32
}

// callers are those of the strand. full: there are too many.
func (s scene) callers() (c callers) {
	if s.ID() == 1 {
		c.add(1) // its errors may name the word that the program started with
	}
	c.add(s.ip)
	c.addFrames(s.frames)
	for w := s.inside; w != nil && !c.full; w = w.outer {
		c.add(0)
		c.add(w.caller.ip)
		c.addFrames(w.caller.frames)
	}
	return c
}

// caught is failed for a strand whose errors become values: nobody sees the inputs then.
func (s scene) caught(why failure) *RuntimeError {
	calls := s.callers()
	if calls.full {
		return s.caughtAnew(why)
	}
	slot := &s.vm.known[calls.hash()%uint64(len(s.vm.known))]
	k := slot.Load()
	if k == nil || !slices.Equal(k.calls, calls.at[:calls.n]) {
		e := s.caughtAnew(why)
		e.calls = recovery{s.Strand}.trailValue(e)
		e.calls.Share()
		slot.Store(&knownError{slices.Clone(calls.at[:calls.n]), e.Word, e.Weave, e.Root, e.calls})
		return e
	}
	return &RuntimeError{Word: k.word, Reason: string(why), Strand: s.member.number(s.ID()), Weave: k.weave, Root: k.root, calls: k.trail}
}

func (s scene) caughtAnew(why failure) *RuntimeError {
	e := &RuntimeError{Strand: s.member.number(s.ID())}
	if l, ok := s.img.locate(s.ip - instrSize); ok {
		e = s.errorAt(l)
	}
	e.Reason, e.Weave = string(why), s.resumed()
	return e
}
