package vm

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/seqvm/seqvm/internal/visible"
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
	// Called is the word that was called there and is missing above, because it ended
	// in a tail call; "" if none is, or that is not known.
	Called string
}

// Place is FILE:LINE, or FILE:LINE:COLUMN; stripped bytecode has no lines.
func (f Frame) Place(columns bool) string {
	switch {
	case f.Line == 0:
		return f.File
	case columns && f.Column > 0:
		return fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
	}
	return fmt.Sprintf("%s:%d", f.File, f.Line)
}

// RuntimeError is an error of the program: which word, why, and how it came
// there (chapter 5, section 8).
type RuntimeError struct {
	Word   string // "" if it is not that of a word: output that is lost at the end
	Reason string
	// Values are the inputs of the word as far as they are known, bottom to top, in the
	// short form of package son.
	Values []string
	Trail  []Frame // innermost first; in a weave it goes on in who resumed it
	More   int     // how many frames are missing behind the trail, because it is too long
	// Root is the word that the program started with, if it is missing in the trail because
	// it ended in a tail call.
	Root    string
	Strand  int64  // 1 is main's
	Weave   string // FILE:LINE of the resume, if it happened in a weave
	Columns bool   // texts have columns (Config.Columns)
	// Help are lines that say what to do, for who shows the error. Who knows more of the program than
	// the VM does adds them.
	Help []string

	calls stack.Value // the trail as a value, if that is known; Trail may be missing then
}

// maxTrail is how many lines of the trail are shown.
const maxTrail = 20

// Error gives the whole message with the trail, without source lines.
func (e *RuntimeError) Error() string { return strings.TrimSuffix(e.Headline()+"\n"+e.Calls(), "\n") }

// Headline is the first line of the message: the word and the reason.
func (e *RuntimeError) Headline() string {
	if e.Word == "" {
		return "seq: runtime error: " + visible.Text(e.Reason)
	}
	return fmt.Sprintf("seq: runtime error: %s: %s", visible.Text(e.Word), visible.Text(e.Reason))
}

// Calls are the lines of the message with the trail, and in what strand and weave it was.
func (e *RuntimeError) Calls() string {
	var b strings.Builder
	hidden := func(word string) {
		if word != "" {
			fmt.Fprintf(&b, "  in place of %s, which ended in a tail call\n", visible.Text(word))
		}
	}
	lines := trailLines(e.Trail, e.Columns)
	for i, f := range lines {
		if i == maxTrail {
			fmt.Fprintf(&b, "  ... and %d more\n", len(lines)-i+e.More)
			break
		}
		hidden(f.Called)
		b.WriteString("  at " + visible.Text(f.Place(e.Columns)))
		if f.Word != "" {
			b.WriteString(" in " + visible.Text(f.Word))
		}
		if f.Count > 1 {
			fmt.Fprintf(&b, " (%d times)", f.Count)
		}
		b.WriteByte('\n')
	}
	hidden(e.Root)
	if e.Weave != "" {
		fmt.Fprintf(&b, "  in a weave that was resumed at %s\n", visible.Text(e.Weave))
	}
	if e.Strand != 1 {
		fmt.Fprintf(&b, "  in strand #%d\n", e.Strand)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// trailLines are the frames of a trail as its lines have them: those in a row that look
// alike are one.
func trailLines(trail []Frame, columns bool) []Frame {
	lines := make([]Frame, 0, min(len(trail), maxTrail+1))
	for _, f := range trail {
		if !columns {
			f.Column = 0
		}
		lines = appendFrame(lines, f)
	}
	return lines
}

// appendFrame appends a frame, or counts it if it is the last one once more.
func appendFrame(trail []Frame, f Frame) []Frame {
	if n := len(trail); n > 0 && trail[n-1].repeats(&f) {
		trail[n-1].Count += f.Count
		return trail
	}
	return append(trail, f)
}

// repeats tells whether two frames differ in their counts at most.
func (f *Frame) repeats(other *Frame) bool {
	same := *other
	same.Count = f.Count
	return same == *f
}

// longestTrail is how many frames a trail has: calls may nest millions deep, and each frame here is larger than there.
const longestTrail = 1 << 12

// trailBuilder collects frames, innermost first.
type trailBuilder struct {
	frames []Frame
	last   Frame // of those that are left out
	more   int   // how many are left out
}

func (t *trailBuilder) add(f Frame) {
	switch n := len(t.frames); {
	case n < longestTrail, t.more == 0 && t.frames[n-1].repeats(&f):
		t.frames = appendFrame(t.frames, f)
	case t.more == 0 || !t.last.repeats(&f):
		t.last = f
		t.more++
	}
}

// again counts the frame that was added last once more.
func (t *trailBuilder) again() {
	if t.more == 0 {
		t.frames[len(t.frames)-1].Count++
	}
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
	// Channels are FILE:LINE of where the channels were made that it waits for, if it does not wait
	// in chan.receive; "" if that is not known of one.
	Channels []string
}

// maxChannels is the largest number of places that a line of the report has.
const maxChannels = 5

// on tells what channels the strand waits for, as the end of its line.
func (b *Blocked) on() string {
	places := slices.DeleteFunc(slices.Clone(b.Channels), func(place string) bool { return place == "" })
	switch n := len(places); {
	case n == 0:
		return ""
	case n == 1:
		return ", on the channel made at " + places[0]
	case n > maxChannels:
		return fmt.Sprintf(", on channels made at %s and %d more", strings.Join(places[:maxChannels], ", "), n-maxChannels)
	default:
		return fmt.Sprintf(", on channels made at %s and %s", strings.Join(places[:n-1], ", "), places[n-1])
	}
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
		fmt.Fprintf(&b, "\n  %s in %s", name, visible.Text(s.Word))
		if s.Place != "" { // else a module has started the strand
			fmt.Fprintf(&b, " at %s", visible.Text(s.Place))
		}
		b.WriteString(visible.Text(s.on()))
		if s.Weave != "" {
			fmt.Fprintf(&b, ", in a weave that was resumed at %s", visible.Text(s.Weave))
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
