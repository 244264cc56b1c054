package vm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/channel"
)

// location is where an instruction comes from: the function that has its code, and the
// entry of the line table.
type location struct {
	f    *bytecode.Func
	line bytecode.Line
}

func (img *image) locate(ip uintptr) (location, bool) {
	index, pc, ok := img.functionAt(ip)
	if !ok {
		return location{}, false
	}
	f := &img.mod.Funcs[index]
	return location{f, f.At(pc)}, true
}

// position says what an instruction belongs to: of code that stands in place of
// a call, to the word that was called.
func (img *image) position(ip uintptr) (f *bytecode.Func, line bytecode.Line, ok bool) {
	l, ok := img.locate(ip)
	return img.owner(l), l.line, ok
}

// owner is the word or quotation that a location belongs to.
func (img *image) owner(l location) *bytecode.Func {
	if l.line.Site > 0 {
		return &img.mod.Funcs[l.f.Sites[l.line.Site-1].Func]
	}
	return l.f
}

// places calls visit with the functions and places that a location belongs to,
// innermost first: more than one if the code stands in place of a call. called is the
// function that was called there if it has no frame, because a tail call has ended it. The
// same is returned of what has called all that.
func (img *image) places(l location, visit func(f *bytecode.Func, at place, called *bytecode.Func)) (called *bytecode.Func) {
	at, gone := place{l.line.Line, l.line.Column}, false
	frame := func(f *bytecode.Func) {
		if gone {
			called = f
			return
		}
		visit(f, at, called)
		called = nil
	}
	for site := l.line.Site; site > 0; {
		s := &l.f.Sites[site-1]
		frame(&img.mod.Funcs[s.Func])
		at, gone, site = place{s.Line, s.Column}, s.Tail, s.Parent
	}
	frame(l.f)
	return called
}

// place is a place in the file of a function.
type place struct{ line, column int32 }

func (img *image) name(line bytecode.Line, f *bytecode.Func) string {
	if line.Name >= 0 && int(line.Name) < len(img.mod.Names) {
		return img.mod.Names[line.Name]
	}
	return f.Name
}

// scene is a strand as errors, dumps and profiles see it. It goes by the VM's latest image,
// which has all that earlier ones have at the same indexes: who looks at a strand that runs
// must not look at what it goes by.
type scene struct {
	*Strand
	img *image
}

func (s *Strand) scene() scene { return scene{s, s.vm.image.Load()} }

// trail lists the frames of a strand, innermost first, through the weaves that
// it is in. Words that the VM supplies have no place of their own and are left
// out; frames in a row at one place are counted.
func (s scene) trail(ip uintptr) (word, place string, trail []Frame) {
	l, ok := s.img.locate(ip)
	if !ok {
		return "", "", nil
	}
	e := s.errorAt(l)
	if len(e.Trail) > 0 {
		place = e.Trail[0].Place(e.Columns)
	}
	return e.Word, place, e.Trail
}

// sameWord tells whether two functions are made of the same word: a debugger switches the frames of one into another.
func sameWord(f, g *bytecode.Func) bool {
	return f == g || g != nil && f.Word && g.Word && f.Name == g.Name && f.File == g.File && f.Line == g.Line && f.Column == g.Column
}

// errorAt is an error of a strand that is at a location, without a reason.
func (s scene) errorAt(l location) *RuntimeError {
	img := s.img
	e := &RuntimeError{Word: img.blame(l, s.frames), Strand: s.member.number(s.ID()), Columns: s.vm.config.Columns}
	var root *bytecode.Func
	var t trailBuilder
	root = img.frames(&t, l, s.frames)
	for w := s.inside; w != nil; w = w.outer {
		if l, ok := img.locate(w.caller.ip - instrSize); ok {
			root = img.frames(&t, l, w.caller.frames)
		}
	}
	e.Trail, e.More = t.frames, t.more
	if start := s.vm.start; start >= 0 && s.ID() == 1 && !sameWord(&img.mod.Funcs[start], root) {
		e.Root = img.mod.Funcs[start].Name
	}
	return e
}

// blame names the word that an error is reported of: what is executed there or,
// in a word that has no place of its own, the outermost such word that was
// called.
func (img *image) blame(l location, calls []frame) string {
	f, line, ok := img.owner(l), l.line, true
	name := img.name(line, f)
	for i := len(calls) - 1; i >= 0 && f.File < 0; i-- {
		if f.Name != "<quotation>" {
			name = f.Name
		}
		if f, line, ok = img.position(calls[i].ip - instrSize); !ok {
			break
		}
		if f.File >= 0 && strings.HasPrefix(name, "%") { // a helper: what was called stands in the call
			name = img.name(line, f)
		}
	}
	return strings.TrimPrefix(name, "%") // nothing of the program's own is below: a strand that a module has started
}

// frames appends the frames of one stack of calls to a trail. root is the function at
// its bottom; nil if it has no frame any more.
func (img *image) frames(trail *trailBuilder, l location, calls []frame) (root *bytecode.Func) {
	add := func(f *bytecode.Func, at place, called *bytecode.Func) {
		if f.File < 0 {
			return
		}
		frame := Frame{Word: f.Name, File: img.mod.FileOf(f), Line: int(at.line), Column: int(at.column), Count: 1}
		if n := len(trail.frames); called != nil && called.Word && called.File >= 0 && (n == 0 || trail.frames[n-1].Word != called.Name) {
			frame.Called = called.Name
		}
		trail.add(frame)
	}
	gone := img.places(l, add)
	var last, before uintptr
	for i := len(calls) - 1; i >= 0; i-- {
		next := calls[i].ip - instrSize
		if next == last && next == before && len(trail.frames) > 0 { // plain recursion: spare the search
			trail.again()
			continue
		}
		last, before = next, last
		outer, ok := img.locate(next)
		if !ok {
			continue
		}
		if called := img.callee(next); called != nil && called != l.f {
			gone = called
		}
		above := gone
		l = outer
		gone = img.places(l, func(f *bytecode.Func, at place, called *bytecode.Func) {
			if called == nil {
				called = above
			}
			above = nil
			add(f, at, called)
		})
	}
	if gone != nil {
		return nil
	}
	return l.f
}

// callee is the function that an instruction calls; nil if it is none that does, or finds
// out at run time.
func (img *image) callee(ip uintptr) *bytecode.Func {
	index, pc, ok := img.functionAt(ip)
	if !ok {
		return nil
	}
	in := img.mod.Funcs[index].Code[pc]
	if info := in.Original().Info(); info.Has(bytecode.Calls) && info.B == bytecode.Function {
		return &img.mod.Funcs[in.B]
	}
	return nil
}

// where tells what the strand is doing, for errors: the word and FILE:LINE.
func (s scene) where() (word, place string) {
	word, place, _ = s.trail(s.ip - instrSize)
	return word, place
}

// blocked describes a strand that waits; nobody may wake it meanwhile.
func (s scene) blocked() Blocked {
	b := Blocked{Strand: s.member.number(s.ID()), Weave: s.resumed()}
	b.Word, b.Place, _ = s.trail(s.parkedAt.Load() - instrSize)
	if b.Word != "chan.receive" {
		b.Channels = s.channelsMade()
	}
	return b
}

// channelsMade are the places, FILE:LINE, at which the channels were made that a blocked strand waits for:
// those of cases that it chooses from, or the full one that it sends to; "" for one that no
// word of the program has made.
func (s scene) channelsMade() []string {
	if t := s.selection.Load(); t != nil && t.back {
		var places []string
		for i := range t.Cases() {
			if place := s.whereMade(t.Case(i).Channel); !slices.Contains(places, place) {
				places = append(places, place)
			}
		}
		return places
	}
	index, pc, ok := s.img.functionAt(s.parkedAt.Load() - instrSize)
	if !ok {
		return nil
	}
	in := s.img.mod.Funcs[index].Code[pc]
	if in.Original() != bytecode.OpBuiltin || s.img.mod.Builtins[in.B].Name != "chan.send" {
		return nil
	}
	return []string{s.whereMade(channelOf(*at(s.fp, in.A+1)))}
}

// whereMade is the place at which a channel was made.
func (s scene) whereMade(c *channel.Channel) string {
	l, ok := s.img.locate(c.Origin - instrSize)
	if !ok {
		return ""
	}
	var trail trailBuilder
	s.img.frames(&trail, l, nil)
	if len(trail.frames) == 0 {
		return ""
	}
	return trail.frames[0].Place(s.vm.config.Columns)
}

// resumed is FILE:LINE of the resume that the strand is in; "" if in none.
func (s scene) resumed() string {
	if s.inside == nil {
		return ""
	}
	img := s.img
	l, ok := img.locate(s.inside.caller.ip - instrSize)
	if !ok {
		return ""
	}
	var calls trailBuilder
	img.frames(&calls, l, s.inside.caller.frames)
	if len(calls.frames) == 0 {
		return ""
	}
	return calls.frames[0].Place(s.vm.config.Columns)
}

// waitingIn tells what a strand waits in and where, for a line of the dump; ""
// if it runs. Safe while strands run.
func (s scene) waitingIn() string {
	word, place := s.waiting()
	if word == "" {
		return ""
	}
	return fmt.Sprintf(" in %s at %s", word, place)
}

// waiting is the word that the strand waits in and FILE:LINE; "" if it runs.
func (s scene) waiting() (word, place string) {
	word, at := s.waitingAt()
	if word == "" {
		return "", ""
	}
	return word, at.Place(s.vm.config.Columns)
}

// waitingAt is the word that the strand waits in, and where; "" if it runs. Safe while strands run.
func (s scene) waitingAt() (word string, at Frame) {
	ip := s.parkedAt.Load()
	if ip == 0 {
		return "", Frame{}
	}
	img := s.img
	f, line, ok := img.position(ip - instrSize)
	if !ok || f.File < 0 {
		return "", Frame{}
	}
	return img.name(line, f), Frame{Word: f.Name, File: img.mod.FileOf(f), Line: int(line.Line), Column: int(line.Column), Count: 1}
}

// fail completes an error with the place where the strand is; s.ip is behind
// the instruction that failed, s.fp is its frame.
func (s *Strand) fail(err error) error {
	e, ok := err.(failure)
	if !ok {
		return err
	}
	catches := (recovery{s}).catches()
	if d := s.vm.config.Debugger; d != nil && d.Fails != nil {
		if failed, ok := s.scene().failed(e).(*RuntimeError); ok {
			d.Fails(s, failed, catches)
		}
	}
	if catches {
		return s.scene().caught(e)
	}
	return s.scene().failed(e)
}

// failed is the error of the instruction that the strand is at.
func (s scene) failed(e failure) error {
	l, ok := s.img.locate(s.ip - instrSize)
	if !ok {
		return &RuntimeError{Reason: string(e), Strand: s.member.number(s.ID()), Weave: s.resumed()}
	}
	failed := s.errorAt(l)
	failed.Reason, failed.Weave, failed.Values = string(e), s.resumed(), s.inputs(failed.Word)
	return failed
}

// failGuard is fail for what the program demands of a slot in front of the instruction.
func (s scene) failGuard(g bytecode.Guard, err error) error {
	l, ok := s.img.locate(s.ip - instrSize)
	if !ok {
		return err
	}
	l.line = g.Line
	failed := s.errorAt(l)
	failed.Reason, failed.Weave, failed.Values = err.Error(), s.resumed(), s.inputsBehind(l, g.Slot)
	return failed
}

// Line returns the source line that the strand is at, for the test words: in what the VM supplies, that of the call. 0: none is known.
func (s *Strand) Line() int {
	_, _, trail := s.scene().trail(s.ip - instrSize)
	if len(trail) == 0 {
		return 0
	}
	return trail[0].Line
}
