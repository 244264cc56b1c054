package debugger

import (
	"fmt"
	"strings"

	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/stack/son"
	"github.com/seqvm/seqvm/vm"
)

// Stop is a program that stands: where, and why. It is good until Options.Stopped returns.
type Stop struct {
	*Session
	Reason      string // "breakpoint", "step", "strand", "error", "deadlock", "pause"
	Strand      int64  // that has come here
	Breakpoints []int
	Err         *vm.RuntimeError // of an error
	Caught      bool             // a part of the program gets it
	Trouble     []string         // what was wrong with conditions
	Steps       int64            // the strand that a step is one of; 0: that which has come here

	strand *vm.Strand // nil where all strands wait
	back   int        // how many statements in the past what is shown is; -1: it is now
}

// Seen is a strand at a stop.
type Seen = vm.Seen

// maxFrames is how many calls are looked at.
const maxFrames = 1000

// Now is the strand that has come to the stop, or what it was if Back has gone there.
func (s *Stop) Now() *Seen {
	if s.back >= 0 {
		return s.record.at(s.back)
	}
	return s.Look(s.Strand)
}

// Look returns what there is to see of a strand as it is now; nil if there is no such strand.
func (s *Stop) Look(id int64) *Seen {
	for _, strand := range s.vm.SeenStrands() {
		if strand.ID() == id {
			return s.look(strand)
		}
	}
	return nil
}

// look looks at a strand. In code that was not made for a debugger the statement is the word that the instruction comes from.
func (s *Stop) look(strand *vm.Strand) *Seen {
	seen := strand.Look(strand == s.strand, maxFrames)
	for i := range seen.Frames {
		s.mark(&seen.Frames[i])
	}
	return seen
}

// mark finds the statement of a call that is known by its line only.
func (s *Session) mark(f *vm.SeenFrame) {
	src := s.Source(f.File)
	if src == nil || f.Pos >= 0 || f.Line < 1 || f.Column < 1 {
		return
	}
	f.Pos = src.Offset(f.Line, f.Column)
	f.End = syntax.TokenEnd(src.Text, f.Pos)
}

// All returns what there is to see of all strands, in order of their ids.
func (s *Stop) All() (list []*Seen) {
	for _, strand := range s.vm.SeenStrands() {
		list = append(list, s.look(strand))
	}
	return list
}

// DataStack is the data stack of a strand below and in a frame, bottom to top.
func DataStack(seen *Seen, frame int) (values []stack.Value) {
	for i := len(seen.Frames) - 1; i >= frame; i-- {
		if i < len(seen.Frames)-1 && seen.Frames[i].Weave { // it has a stack of its own
			values = nil
		}
		values = append(values, seen.Frames[i].Stack...)
	}
	return values
}

// AuxStack is the aux stack of a strand, bottom to top.
func AuxStack(seen *Seen) []stack.Value {
	if len(seen.Frames) == 0 {
		return seen.Aux
	}
	return append(seen.Aux[:len(seen.Aux):len(seen.Aux)], seen.Frames[0].Aux...)
}

// Channel is a channel that a strand holds or waits for.
type Channel struct {
	Name   string // "channel 1"
	MadeAt string // FILE:LINE; "" if it is not known
	vm.SeenChannel
	Held    int     // how many values it holds; Values may have fewer
	Waiting []int64 // the strands that wait for it
	Value   *vm.Channel
}

// Waits says who waits for the channel; "" if nobody does.
func (c *Channel) Waits() string {
	switch n := len(c.Waiting); {
	case n == 0:
		return ""
	case n == 1:
		return fmt.Sprintf("strand #%d waits", c.Waiting[0])
	case n > shownValues:
		return fmt.Sprintf("%d strands wait, #%d and others", n, c.Waiting[0])
	}
	var ids []string
	for _, id := range c.Waiting {
		ids = append(ids, fmt.Sprintf("#%d", id))
	}
	return "strands " + strings.Join(ids, ", ") + " wait"
}

// maxLooked is how many values are looked through for channels and weaves.
const maxLooked = 10_000

// each calls f for the values on the stacks of strands and of weaves that wait, and for what lies in them, each object once as far
// as that can be told.
func (s *Stop) each(f func(stack.Value)) {
	left := maxLooked
	weaves := map[any]bool{}
	var look func(v stack.Value)
	look = func(v stack.Value) {
		if left--; left < 0 {
			return
		}
		f(v)
		for _, part := range Parts(v, 0, 100) {
			look(part.Value)
		}
		if v.Kind() != stack.Weave || weaves[v.Object()] {
			return
		}
		weaves[v.Object()] = true
		for _, inner := range (&Weave{SeenWeave: s.vm.LookWeave(v, maxFrames)}).Stack() {
			look(inner)
		}
	}
	for _, seen := range s.All() {
		for _, v := range append(DataStack(seen, 0), AuxStack(seen)...) {
			look(v)
		}
	}
}

// Channels are the channels that can be found on the stacks of strands and in what lies there, and those that strands wait for.
func (s *Stop) Channels() (list []*Channel) {
	byChannel := map[*vm.Channel]*Channel{}
	note := func(c *vm.Channel) *Channel {
		if byChannel[c] == nil {
			found := &Channel{Name: fmt.Sprintf("channel %d", len(list)+1), MadeAt: s.vm.MadeAt(c), Value: c}
			found.SeenChannel, found.Held = c.Look(100)
			byChannel[c] = found
			list = append(list, found)
		}
		return byChannel[c]
	}
	s.each(func(v stack.Value) {
		if c := vm.ChannelOf(v); c != nil {
			note(c)
		}
	})
	for _, seen := range s.All() {
		for _, c := range seen.For {
			found := note(c)
			found.Waiting = append(found.Waiting, seen.Strand)
		}
	}
	return list
}

// Weave is a weave that can be found.
type Weave struct {
	Name string // "weave 1"
	*vm.SeenWeave
}

// State says what the weave does.
func (w *Weave) State() string {
	if w.Strand != 0 {
		return fmt.Sprintf("runs in strand #%d", w.Strand)
	}
	return w.SeenWeave.State
}

// Stack is the data stack of a weave that waits to be resumed, bottom to top.
func (w *Weave) Stack() []stack.Value { return DataStack(&Seen{Frames: w.Frames}, 0) }

// Weaves are the weaves that can be found on the stacks of strands and in what lies there.
func (s *Stop) Weaves() (list []*Weave) {
	known := map[any]bool{}
	s.each(func(v stack.Value) {
		if v.Kind() != stack.Weave || known[v.Object()] {
			return
		}
		known[v.Object()] = true
		w := &Weave{Name: fmt.Sprintf("weave %d", len(list)+1), SeenWeave: s.vm.LookWeave(v, maxFrames)}
		for i := range w.Frames {
			s.mark(&w.Frames[i])
		}
		list = append(list, w)
	})
	return list
}

// Part is a part of a value: a field, an element, an entry or a captured value.
type Part struct {
	Name  string
	Value stack.Value
}

// Size is how many parts a value has.
func Size(v stack.Value) int {
	switch v.Kind() {
	case stack.Variant:
		return v.AsVariant().Len()
	case stack.Map:
		return v.AsMap().Len()
	case stack.Quotation:
		return len(v.AsClosure().Captures)
	}
	return 0
}

// Parts are the parts of a value from one on, at most so many.
func Parts(v stack.Value, first, most int) (parts []Part) {
	end := min(first+most, Size(v))
	if first < 0 || first >= end {
		return nil
	}
	switch v.Kind() {
	case stack.Variant:
		x := v.AsVariant()
		for i := first; i < end; i++ {
			parts = append(parts, Part{fmt.Sprint(i), x.At(i)})
		}
	case stack.Map:
		at := 0
		for key, value := range v.AsMap().All() {
			if at >= end {
				break
			}
			if at++; at > first {
				parts = append(parts, Part{Show(key, 40), value})
			}
		}
	case stack.Quotation:
		for i, value := range v.AsClosure().Captures[first:end] {
			parts = append(parts, Part{fmt.Sprintf("captured %d", first+i), value})
		}
	}
	return parts
}

// PartsNamed is Parts with the names that the program gives the fields of its variants.
func (s *Session) PartsNamed(v stack.Value, first, most int) []Part {
	parts := Parts(v, first, most)
	if v.Kind() != stack.Variant {
		return parts
	}
	tag := v.AsVariant().Tag
	for _, info := range s.mod.Variants {
		if info.Name == tag.Name && tag.Union >= 0 {
			for i := range parts {
				if first+i < len(info.Fields) {
					parts[i].Name = info.Fields[first+i]
				}
			}
		}
	}
	return parts
}

// Show is a value as people read it, in at most so many characters.
func Show(v stack.Value, room int) string { return son.Brief(v, room) }
