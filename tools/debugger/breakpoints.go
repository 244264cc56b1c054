package debugger

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/spelling"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/stdlib"
)

// Breakpoint is a breakpoint on a line or on a word.
type Breakpoint struct {
	ID   int
	File string // of a line
	Line int
	Word string // "" for one on a line
	// Condition is an expression of the language, run on a copy of the stack, that leaves true or false on top; "": none.
	Condition string
	// Hits says at which of the times it stops that the program has come here with the condition true: "3" or ">= 3" from the third on,
	// "== 3", "> 3", "% 3" at each third one; "": at all.
	Hits string
	// Log is written in place of a stop; what stands in braces in it are expressions.
	Log string
	// Disabled breakpoints stop nothing, Once ones are deleted at the first stop.
	Disabled, Once bool
	// Count is how many times the program has come here, with the condition true.
	Count int
	// Trouble is what was wrong with its condition or message the last time; "": nothing.
	Trouble string

	condition repeated
	log       []repeated // the expressions in Log
}

// At says what the breakpoint is on.
func (b *Breakpoint) At() string {
	if b.Word != "" {
		return b.Word
	}
	return fmt.Sprintf("%s:%d", b.File, b.Line)
}

// Add adds a breakpoint, and gives it its number and the line at which it stops: the next one with a statement. The error says why it
// cannot be.
func (s *Session) Add(b *Breakpoint) error {
	if _, _, err := hits(b.Hits); err != nil {
		return err
	}
	b.condition, b.log = repeated{text: b.Condition}, nil
	if err := s.evaluate.parses(b.Condition); err != nil {
		return err
	}
	for _, text := range expressions(b.Log) {
		if err := s.evaluate.parses(text); err != nil {
			return err
		}
		b.log = append(b.log, repeated{text: text})
	}
	places, err := s.find(b)
	if err != nil {
		return err
	}
	s.last++
	b.ID = s.last
	s.breakpoints = append(s.breakpoints, b)
	for _, at := range places {
		s.places[at] = append(s.places[at], b)
	}
	return nil
}

// find finds the places of a breakpoint.
func (s *Session) find(b *Breakpoint) ([]place, error) {
	if b.Word != "" {
		return s.findWord(b.Word)
	}
	file, err := s.file(b.File)
	if err != nil {
		return nil, err
	}
	b.File = s.mod.Files[file]
	first := 0
	byLine := map[int][]place{}
	for i := range s.mod.Funcs {
		f := &s.mod.Funcs[i]
		if int(f.File) != file || f.Sparse {
			continue
		}
		seen := map[int]bool{}
		for _, p := range f.Steps {
			if !p.Begins() {
				continue
			}
			line, _ := s.prog.Sources[file].Position(p.Pos)
			if line < b.Line || seen[line] {
				continue
			}
			seen[line] = true
			byLine[line] = append(byLine[line], place{int32(i), int(p.PC)})
			if first == 0 || line < first {
				first = line
			}
		}
	}
	if first == 0 {
		return nil, fmt.Errorf("%s has no statement at or behind line %d", b.File, b.Line)
	}
	b.Line = first
	return byLine[first], nil
}

// file finds a file of the program by a name or the end of one; "" is the main file.
func (s *Session) file(name string) (int, error) {
	if name == "" {
		return 0, nil
	}
	clean := canonical(name)
	for i, m := range s.prog.Info.Program.Modules {
		if have := s.mod.Files[i]; !m.Supplied && (have == name || canonical(have) == clean || strings.HasSuffix(have, "/"+name)) {
			return i, nil
		}
	}
	return 0, fmt.Errorf("the program has no file '%s'; it has %s", name, strings.Join(s.Files(), ", "))
}

// canonical is the absolute path of a file without links: an editor and an include may come to it in different ways.
func canonical(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// findWord finds the start of a word of the program, or the calls of any other word.
func (s *Session) findWord(name string) ([]place, error) {
	var places []place
	var names []string
	for i := range s.words {
		w := &s.words[i]
		if !stdlib.Private(w.Decl.Name.Text) {
			names = append(names, w.Decl.Name.Text)
		}
		f := &s.mod.Funcs[s.stepped(i)]
		if w.Decl.Name.Text != name || len(f.Steps) == 0 {
			continue
		}
		if j := slices.IndexFunc(f.Steps, func(p bytecode.StepPoint) bool { return p.Begins() }); j >= 0 {
			places = append(places, place{s.stepped(i), int(f.Steps[j].PC)})
		}
	}
	if places != nil {
		return places, nil
	}
	for i := range s.mod.Funcs {
		f := &s.mod.Funcs[i]
		for _, p := range f.Steps {
			if !p.Begins() || f.Sparse {
				continue
			}
			text := s.prog.Sources[f.File].Text
			if start := int(p.End) - len(name); start >= int(p.Pos) && text[start:p.End] == name && syntax.TokenEnd(text, int32(start)) == p.End {
				places = append(places, place{int32(i), int(p.PC)})
			}
		}
	}
	if places != nil {
		return places, nil
	}
	if near := spelling.Nearest(name, names); len(near) > 0 {
		return nil, fmt.Errorf("the program has no word '%s', and calls none; did you mean '%s'?", name, strings.Join(near, "' or '"))
	}
	return nil, fmt.Errorf("the program has no word '%s', and calls none", name)
}

// Breakpoints are those that there are, in order of their numbers.
func (s *Session) Breakpoints() []*Breakpoint { return s.breakpoints }

// Breakpoint returns one by its number; nil if there is none.
func (s *Session) Breakpoint(id int) *Breakpoint {
	for _, b := range s.breakpoints {
		if b.ID == id {
			return b
		}
	}
	return nil
}

// Marks are the breakpoints by the lines of a file at which they stop.
func (s *Session) Marks(file string) map[int][]*Breakpoint {
	marks := map[int][]*Breakpoint{}
	for at, list := range s.places {
		if f := s.mod.Funcs[at.function].File; f < 0 || s.mod.Files[f] != file {
			continue
		}
		line := s.lineOf(at)
		for _, b := range list {
			if !slices.Contains(marks[line], b) {
				marks[line] = append(marks[line], b)
			}
		}
	}
	return marks
}

// Delete deletes breakpoints.
func (s *Session) Delete(which func(*Breakpoint) bool) {
	s.breakpoints = slices.DeleteFunc(s.breakpoints, which)
	for at, list := range s.places {
		if list = slices.DeleteFunc(list, which); len(list) == 0 {
			delete(s.places, at)
		} else {
			s.places[at] = list
		}
	}
}

// due tells whether a breakpoint stops the program, which has come to it.
func (s *Session) due(b *Breakpoint, stop *Stop) bool {
	if b.Disabled {
		return false
	}
	if b.Condition != "" {
		values, err := stop.again(&b.condition)
		switch {
		case err != nil:
			b.Trouble = err.Error()
			stop.Trouble = append(stop.Trouble, fmt.Sprintf("the condition of breakpoint %d: %v", b.ID, err))
		case len(values) == 0 || values[len(values)-1].Kind() != stack.Bool:
			b.Trouble = "it leaves no Bool"
			stop.Trouble = append(stop.Trouble, fmt.Sprintf("the condition of breakpoint %d leaves no Bool", b.ID))
		case !values[len(values)-1].AsBool():
			return false
		}
	}
	b.Count++
	if test, n, _ := hits(b.Hits); test != nil && !test(b.Count, n) {
		return false
	}
	if b.Log != "" {
		s.log(b, stop)
		return false
	}
	if b.Once {
		s.Delete(func(other *Breakpoint) bool { return other == b })
	}
	return true
}

// log writes the message of a log point.
func (s *Session) log(b *Breakpoint, stop *Stop) {
	text := b.Log
	for i := range b.log {
		e, shown := b.log[i].text, ""
		if values, err := stop.again(&b.log[i]); err != nil {
			shown = "{" + err.Error() + "}"
		} else if len(values) > 0 {
			shown = Show(values[len(values)-1], 200)
		}
		text = strings.Replace(text, "{"+e+"}", shown, 1)
	}
	if s.opts.Log != nil {
		s.vm.Console.Flush()
		_, _ = fmt.Fprintln(s.opts.Log, text)
	}
}

// expressions are those that stand in braces in a message.
func expressions(log string) (list []string) {
	for {
		_, rest, ok := strings.Cut(log, "{")
		if !ok {
			return list
		}
		inner, behind, ok := strings.Cut(rest, "}")
		if !ok {
			return list
		}
		list, log = append(list, inner), behind
	}
}

// comparisons are the forms of Breakpoint.Hits.
var comparisons = []struct {
	sign string
	test func(count, n int) bool
}{
	{">=", func(count, n int) bool { return count >= n }},
	{"<=", func(count, n int) bool { return count <= n }},
	{"==", func(count, n int) bool { return count == n }},
	{"=", func(count, n int) bool { return count == n }},
	{">", func(count, n int) bool { return count > n }},
	{"<", func(count, n int) bool { return count < n }},
	{"%", func(count, n int) bool { return count%n == 0 }},
	{"", func(count, n int) bool { return count >= n }},
}

// hits reads Breakpoint.Hits.
func hits(text string) (test func(count, n int) bool, n int, err error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, 0, nil
	}
	for _, c := range comparisons {
		if number, ok := strings.CutPrefix(text, c.sign); ok {
			n, err := strconv.Atoi(strings.TrimSpace(number))
			if err != nil || n < 1 {
				return nil, 0, fmt.Errorf("'%s' is no count of hits: a number above 0, with one of >= <= == > < %% in front", text)
			}
			return c.test, n, nil
		}
	}
	return nil, 0, nil
}
