package vm

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/diag"
	"github.com/seqvm/seqvm/stack"
)

func floatOf(bits uint64) float64 { return math.Float64frombits(bits) }

// Frame is a word or quotation of the call trail, and where it was.
type Frame struct {
	Word   string
	File   string
	Line   int // from 1; 0: not known
	Column int // of the word that was called there: characters, from 1; 0: not known
	Count  int // how many times in a row, if more than once
}

// place is FILE:LINE; stripped bytecode has no lines.
func (f Frame) place() string {
	if f.Line == 0 {
		return f.File
	}
	return fmt.Sprintf("%s:%d", f.File, f.Line)
}

// RuntimeError is an error of the program: which word, why, and how it came
// there (chapter 5, section 8).
type RuntimeError struct {
	Word   string // "" if it is not that of a word: output that is lost at the end
	Reason string
	Trail  []Frame // innermost first; in a weave it goes on in who resumed it
	Strand int64   // 1 is main's
	Weave  string  // FILE:LINE of the resume, if it happened in a weave
}

// maxTrail is how many lines of the trail are shown.
const maxTrail = 20

// Error gives the whole message with the trail.
func (e *RuntimeError) Error() string {
	var b strings.Builder
	b.WriteString("seq: runtime error: ")
	if e.Word != "" {
		b.WriteString(diag.Visible(e.Word) + ": ")
	}
	b.WriteString(diag.Visible(e.Reason))
	lines := trailLines(e.Trail)
	for i, f := range lines {
		if i == maxTrail {
			fmt.Fprintf(&b, "\n  ... and %d more", len(lines)-i)
			break
		}
		b.WriteString("\n  at " + diag.Visible(f.place()))
		if f.Word != "" {
			b.WriteString(" in " + diag.Visible(f.Word))
		}
		if f.Count > 1 {
			fmt.Fprintf(&b, " (%d times)", f.Count)
		}
	}
	if e.Weave != "" {
		fmt.Fprintf(&b, "\n  in a weave that was resumed at %s", diag.Visible(e.Weave))
	}
	if e.Strand != 1 {
		fmt.Fprintf(&b, "\n  in strand #%d", e.Strand)
	}
	return b.String()
}

// trailLines are the frames of a trail as its lines have them, which have no columns:
// those in a row that differ in nothing else are one.
func trailLines(trail []Frame) []Frame {
	lines := make([]Frame, 0, min(len(trail), maxTrail+1))
	for _, f := range trail {
		f.Column = 0
		if n := len(lines); n > 0 {
			last := &lines[n-1]
			count := f.Count
			if f.Count = last.Count; *last == f {
				last.Count += count
				continue
			}
			f.Count = count
		}
		lines = append(lines, f)
	}
	return lines
}

// DeadlockError says that every strand waits for another one.
type DeadlockError struct {
	Total   int64     // strands
	First   string    // what strand 1 is called; "" is main
	Blocked []Blocked // in order of their ids
}

// Blocked describes a strand that waits.
type Blocked struct {
	Strand int64
	Word   string // the word it waits in
	Place  string // FILE:LINE
	Weave  string // FILE:LINE of the resume, if it is in a weave
}

// Error gives the whole report (chapter 5, section 9).
func (e *DeadlockError) Error() string {
	var b strings.Builder
	strands := "strands are"
	if e.Total == 1 {
		strands = "strand is"
	}
	fmt.Fprintf(&b, "seq: deadlock: %d %s blocked and nothing can wake them", e.Total, strands)
	for i, s := range e.Blocked {
		if i == maxTrail {
			fmt.Fprintf(&b, "\n  ... and %d more", len(e.Blocked)-i)
			break
		}
		name := cmp.Or(e.First, "main")
		if s.Strand != 1 {
			name = fmt.Sprintf("strand #%d", s.Strand)
		}
		fmt.Fprintf(&b, "\n  %s in %s at %s", name, diag.Visible(s.Word), diag.Visible(s.Place))
		if s.Weave != "" {
			fmt.Fprintf(&b, ", in a weave that was resumed at %s", diag.Visible(s.Weave))
		}
	}
	return b.String()
}

// InternalError is a bug of seqvm: a Go panic caught at a strand's root.
type InternalError struct {
	Panic any
	Word  string
	Place string
	Stack string // of Go, for the log
}

func (e *InternalError) Error() string {
	return fmt.Sprintf("seq: internal error in %s at %s: %v\n  this is a bug of seqvm: please report it with the program, this message and 'seqvm version'", e.Word, e.Place, e.Panic)
}

// Fail makes the error of a built-in word; the VM adds word, place and trail.
func Fail(format string, args ...any) error { return failure(fmt.Sprintf(format, args...)) }

type failure string

func (f failure) Error() string { return string(f) }

// Mismatch makes the error for a value of the wrong kind.
func Mismatch(want string, found stack.Value) error {
	return failure(fmt.Sprintf("expected %s, found %s", want, Describe(found)))
}

// Describe names a value's type for a message; numbers with their value.
func Describe(v stack.Value) string {
	switch v.Kind() {
	case stack.Nothing:
		return "nothing (the stack was emptied)"
	case stack.Int:
		return fmt.Sprintf("Int %d", v.AsInt())
	case stack.Float:
		return "Float " + strconv.FormatFloat(v.AsFloat(), 'g', -1, 64)
	case stack.Bool:
		return fmt.Sprintf("Bool %t", v.AsBool())
	case stack.Symbol:
		return "Symbol :" + v.AsSymbol().Name
	case stack.Variant:
		if tag := v.AsVariant().Tag; tag == stack.ListTag {
			return "List"
		} else {
			return "Variant :" + tag.Name
		}
	}
	return v.Kind().String()
}

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
// innermost first: more than one if the code stands in place of a call.
func (img *image) places(l location, visit func(f *bytecode.Func, at place)) {
	at, gone := place{l.line.Line, l.line.Column}, false
	for site := l.line.Site; site > 0; {
		s := &l.f.Sites[site-1]
		if !gone {
			visit(&img.mod.Funcs[s.Func], at)
		}
		at, gone, site = place{s.Line, s.Column}, s.Tail, s.Parent
	}
	if !gone {
		visit(l.f, at)
	}
}

// place is a place in the file of a function.
type place struct{ line, column int32 }

func (img *image) name(line bytecode.Line, f *bytecode.Func) string {
	if line.Name >= 0 && int(line.Name) < len(img.mod.Names) {
		return img.mod.Names[line.Name]
	}
	return f.Name
}

// trail lists the frames of a strand, innermost first, through the weaves that
// it is in. Words that the VM supplies have no place of their own and are left
// out; frames in a row at one place are counted.
func (s *Strand) trail(ip uintptr) (word, place string, trail []Frame) {
	l, ok := s.vm.image.Load().locate(ip)
	if !ok {
		return "", "", nil
	}
	return s.trailFrom(l)
}

// trailFrom is trail for a strand that is at a location.
func (s *Strand) trailFrom(l location) (word, place string, trail []Frame) {
	img := s.vm.image.Load()
	word = img.blame(l, s.frames)
	trail = img.frames(nil, l, s.frames)
	if len(trail) > 0 {
		place = trail[0].place()
	}
	for w := s.inside; w != nil; w = w.outer {
		if l, ok := img.locate(w.caller.ip - instrSize); ok {
			trail = img.frames(trail, l, w.caller.frames)
		}
	}
	return word, place, trail
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
	return name
}

// frames appends the frames of one stack of calls to a trail.
func (img *image) frames(trail []Frame, l location, calls []frame) []Frame {
	add := func(f *bytecode.Func, at place) {
		if f.File < 0 {
			return
		}
		frame := Frame{Word: f.Name, File: img.mod.Files[f.File], Line: int(at.line), Column: int(at.column), Count: 1}
		if n := len(trail); n > 0 {
			last := &trail[n-1]
			if frame.Count = last.Count; *last == frame {
				last.Count++
				return
			}
			frame.Count = 1
		}
		trail = append(trail, frame)
	}
	img.places(l, add)
	last := uintptr(0)
	for i := len(calls) - 1; i >= 0; i-- {
		next := calls[i].ip - instrSize
		if next == last && len(trail) > 0 { // plain recursion: spare the search
			trail[len(trail)-1].Count++
			continue
		}
		last = next
		if l, ok := img.locate(next); ok {
			img.places(l, add)
		}
	}
	return trail
}

// where tells what the strand is doing, for errors: the word and FILE:LINE.
func (s *Strand) where() (word, place string) {
	word, place, _ = s.trail(s.ip - instrSize)
	return word, place
}

// blocked describes a strand that waits; nobody may wake it meanwhile.
func (s *Strand) blocked() Blocked {
	b := Blocked{Strand: s.number(), Weave: s.resumed()}
	b.Word, b.Place, _ = s.trail(s.parkedAt.Load() - instrSize)
	return b
}

// resumed is FILE:LINE of the resume that the strand is in; "" if in none.
func (s *Strand) resumed() string {
	if s.inside == nil {
		return ""
	}
	img := s.vm.image.Load()
	l, ok := img.locate(s.inside.caller.ip - instrSize)
	if !ok {
		return ""
	}
	calls := img.frames(nil, l, s.inside.caller.frames)
	if len(calls) == 0 {
		return ""
	}
	return calls[0].place()
}

// WaitingIn tells what a strand waits in and where, for a line of the dump; ""
// if it runs. Safe while strands run.
func (s *Strand) WaitingIn() string {
	word, place := s.waiting()
	if word == "" {
		return ""
	}
	return fmt.Sprintf(" in %s at %s", word, place)
}

// waiting is the word that the strand waits in and FILE:LINE; "" if it runs.
func (s *Strand) waiting() (word, place string) {
	ip := s.parkedAt.Load()
	if ip == 0 {
		return "", ""
	}
	img := s.vm.image.Load()
	f, line, ok := img.position(ip - instrSize)
	if !ok || f.File < 0 {
		return "", ""
	}
	return img.name(line, f), Frame{File: img.mod.Files[f.File], Line: int(line.Line)}.place()
}

// fail completes an error with the place where the strand is; s.ip is behind
// the instruction that failed.
func (s *Strand) fail(err error) error {
	e, ok := err.(failure)
	if !ok {
		return err
	}
	word, _, trail := s.trail(s.ip - instrSize)
	return &RuntimeError{Word: word, Reason: string(e), Trail: trail, Strand: s.number(), Weave: s.resumed()}
}

// failFrom is fail for what the instruction stands for besides: line is where that comes from.
func (s *Strand) failFrom(line bytecode.Line, err error) error {
	l, ok := s.vm.image.Load().locate(s.ip - instrSize)
	if !ok {
		return err
	}
	l.line = line
	word, _, trail := s.trailFrom(l)
	return &RuntimeError{Word: word, Reason: err.Error(), Trail: trail, Strand: s.number(), Weave: s.resumed()}
}

// Line returns the source line that the strand is at, for the test words.
func (s *Strand) Line() int {
	img := s.vm.image.Load()
	f, line, ok := img.position(s.ip - instrSize)
	if lineOf := s.vm.config.LineOf; ok && f.File >= 0 && lineOf != nil {
		return lineOf(img.mod.Files[f.File], int(line.Line))
	}
	return int(line.Line)
}
