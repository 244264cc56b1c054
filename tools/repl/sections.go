package repl

import (
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
)

// The markers of a session file (chapter 8, section 7).
const (
	includesMarker    = "# --- includes ---"
	definitionsMarker = "# --- definitions ---"
	mainMarker        = "# --- main ---"
)

// sections is what a session file has. Safe for concurrent use: the file is
// written beside the session.
type sections struct {
	mu          sync.Mutex
	includes    []string // as written, without duplicates
	definitions []definition
	places      map[string]int // of the definitions, by name
	expressions []string
}

// definition is the text of a word or union.
type definition struct{ name, text string }

// change is what an input did to the sections.
type change struct {
	includes int          // so many there were before
	added    int          // so many definitions are new
	replaced []definition // what others were before
	defined  []string     // the names of both
}

// add enters the parts of an input; main is what its statements were parsed to,
// or nil.
func (t *sections) add(file *syntax.File, main *syntax.Word) change {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := file.Source.Text
	c := change{includes: len(t.includes)}
	for _, inc := range file.Includes {
		if line := text[inc.Pos:inc.End]; !slices.Contains(t.includes, line) {
			t.includes = append(t.includes, line)
		}
	}
	type part struct {
		definition
		pos, end int32
	}
	var parts []part
	for _, u := range file.Unions {
		parts = append(parts, part{definition{u.Name.Text, text[u.Pos:u.End]}, u.Pos, u.End})
	}
	for _, w := range file.Words {
		parts = append(parts, part{definition{w.Name.Text, text[w.Pos:w.End]}, w.Pos, w.End})
	}
	slices.SortFunc(parts, func(a, b part) int { return int(a.pos - b.pos) })
	for _, p := range parts {
		c.defined = append(c.defined, p.name)
		t.define(p.definition, &c)
	}
	if main != nil {
		for _, inc := range file.Includes {
			parts = append(parts, part{pos: inc.Pos, end: inc.End})
		}
		slices.SortFunc(parts, func(a, b part) int { return int(a.pos - b.pos) })
		var rest strings.Builder // the input without what stands elsewhere
		at := int32(0)
		for _, p := range parts {
			rest.WriteString(text[at:p.pos])
			at = p.end
		}
		rest.WriteString(text[at:])
		t.expressions = append(t.expressions, strings.TrimSpace(rest.String()))
	}
	return c
}

// define puts a definition in the place of one with its name, or at the end.
func (t *sections) define(d definition, c *change) {
	if i, ok := t.places[d.name]; ok {
		c.replaced = append(c.replaced, t.definitions[i])
		t.definitions[i] = d
		return
	}
	if t.places == nil {
		t.places = map[string]int{}
	}
	t.places[d.name] = len(t.definitions)
	t.definitions = append(t.definitions, d)
	c.added++
}

// undo takes back the includes and definitions of the last input.
func (t *sections) undo(c change) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.includes = t.includes[:c.includes]
	n := len(t.definitions) - c.added
	for _, d := range t.definitions[n:] {
		delete(t.places, d.name)
	}
	t.definitions = t.definitions[:n]
	for _, d := range slices.Backward(c.replaced) {
		t.definitions[t.places[d.name]] = d
	}
}

// pop forgets the last expression.
func (t *sections) pop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.expressions); n > 0 {
		t.expressions = t.expressions[:n-1]
	}
}

// clear forgets everything.
func (t *sections) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.includes, t.definitions, t.places, t.expressions = nil, nil, nil, nil
}

// file is the text of the session file: a program that does what the session did.
func (t *sections) file() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	b.WriteString("# A session of 'seqvm repl', which goes on with it; 'seqvm run' runs it.\n\n" + includesMarker + "\n")
	for _, inc := range t.includes {
		b.WriteString(inc + "\n")
	}
	b.WriteString("\n" + definitionsMarker + "\n")
	for _, d := range t.definitions {
		b.WriteString(d.text + "\n\n")
	}
	if len(t.definitions) == 0 {
		b.WriteString("\n")
	}
	b.WriteString(mainMarker + "\n: main ( -- )\n")
	for _, e := range t.expressions {
		b.WriteString(indented(e))
	}
	b.WriteString("  stack.dump\n;\n")
	return b.String()
}

// indented writes an expression into main. Lines that go on are indented deeper,
// unless they are part of a string.
func indented(text string) string {
	var b strings.Builder
	from := 0
	for i, line := range strings.Split(text, "\n") {
		switch {
		case i == 0:
			b.WriteString("  ")
		case syntax.StringOpen(text[:from]):
		default:
			b.WriteString("    ")
		}
		b.WriteString(line + "\n")
		from += len(line) + 1
		from = min(from, len(text))
	}
	return b.String()
}

// errNoSession says that a text is no session file.
var errNoSession = errors.New("the markers '# --- includes ---', '# --- definitions ---' and '# --- main ---' are not all there, in this order")

// readSections takes a session file apart. The error is errNoSession if it is none;
// another one if the session would lose something of it.
func readSections(text string) (includes, definitions string, expressions []string, err error) {
	_, rest, first := cutLine(text, includesMarker)
	includes, rest, second := cutLine(rest, definitionsMarker)
	definitions, main, third := cutLine(rest, mainMarker)
	if !first || !second || !third {
		return "", "", nil, errNoSession
	}
	file, problems := syntax.Parse(diag.NewSource("<main section>", main), syntax.InputDialect(main))
	switch {
	case problems.HasErrors():
		return "", "", nil, &ProblemError{problems}
	case len(file.Words) != 1 || file.Words[0].Name.Text != syntax.Main || len(file.Unions)+len(file.Includes) > 0:
		return "", "", nil, errors.New("behind '# --- main ---' must stand ': main ( -- ) … ;' and nothing else")
	}
	w := file.Words[0]
	return includes, definitions, expressionsOf(main[w.Effect.End : w.End-1]), nil
}

// expressionsOf cuts the body of main into the expressions that were entered.
func expressionsOf(body string) []string {
	var list []string
	open := ""
	for line := range strings.Lines(strings.TrimLeft(body, "\n")) {
		goesOn := strings.HasPrefix(line, "    ") || strings.TrimSpace(line) == ""
		switch {
		case open != "" && (goesOn || !syntax.Complete(open)):
			open += line
		default:
			if open != "" {
				list = append(list, strings.TrimSpace(open))
			}
			open = line
		}
	}
	if last := strings.TrimSpace(open); last != "" {
		list = append(list, last)
	}
	if n := len(list); n > 0 && list[n-1] == "stack.dump" {
		list = list[:n-1]
	}
	return slices.DeleteFunc(list, func(e string) bool { return strings.TrimSpace(e) == "" })
}

// cutLine cuts a text around the line that is the marker.
func cutLine(text, marker string) (before, after string, ok bool) {
	at := 0
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == marker {
			return text[:at], text[at+len(line):], true
		}
		at += len(line)
	}
	return "", "", false
}
