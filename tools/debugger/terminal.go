package debugger

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/seqvm/seqvm/internal/visible"
	"github.com/seqvm/seqvm/seq/spelling"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// Terminal is the form of a session in lines: commands are read, what they show is written. It needs no terminal; a pipe does.
// Who reads the commands by other means gives them to Do, and stops to Arrive.
type Terminal struct {
	Session *Session
	In      io.Reader
	Out     io.Writer
	Prompt  bool // prompts are written, and an empty line repeats the last command
	// Shown says that the place and the stack are in sight all the time: commands do not write them.
	Shown bool

	lines *bufio.Scanner
	stop  *Stop // nil: the program has not begun
	frame int
	last  string

	reads, asked atomic.Bool // a command is waited for; Interrupt was called since the last stop
}

// command is a command of the terminal form.
type command struct {
	names []string
	usage string
	does  string
	run   func(t *Terminal, args string) (way Way, leaves bool, err error)
	early bool // it can be given before the program has begun
}

// show makes a command that only shows something.
func show(run func(t *Terminal, args string) error) func(*Terminal, string) (Way, bool, error) {
	return func(t *Terminal, args string) (Way, bool, error) { return Continue, false, run(t, args) }
}

// present makes a command of one that shows what nobody records: in the past it says so.
func present(run func(t *Terminal, args string) error) func(t *Terminal, args string) error {
	return func(t *Terminal, args string) error {
		if t.Past() != "" {
			fmt.Fprintln(t.Out, "as it is now:")
		}
		return run(t, args)
	}
}

// goes makes a command by which the program goes on; in the past it goes forward.
func goes(way Way) func(*Terminal, string) (Way, bool, error) {
	return func(t *Terminal, args string) (Way, bool, error) {
		if t.stop == nil || t.stop.Past() < 0 {
			return way, true, nil
		}
		if way == Continue {
			t.stop.ForwardTo()
		} else {
			t.stop.Forward()
		}
		t.frame = 0
		t.where()
		return way, false, nil
	}
}

var commands []command

// The table refers to commands that refer to the table.
func table() []command {
	if commands == nil {
		commands = []command{
			{[]string{"break", "b"}, "break LINE|FILE:LINE|WORD [if EXPRESSION] [hits COUNT]", "stop there", show((*Terminal).breakAt), true},
			{[]string{"log"}, "log LINE|FILE:LINE|WORD MESSAGE", "write the message there, with {EXPRESSIONS} in it, and go on", show((*Terminal).logAt), true},
			{[]string{"delete", "d"}, "delete [NUMBER...]", "delete breakpoints, or all", show((*Terminal).delete), true},
			{[]string{"breakpoints", "bl"}, "breakpoints", "list the breakpoints", show((*Terminal).list), true},
			{[]string{"errors"}, "errors uncaught|all|none", "stop at errors", show((*Terminal).errors), true},
			{[]string{"starts"}, "starts on|off", "stop at the start of strands", show((*Terminal).starts), true},
			{[]string{"record"}, "record on|off [COUNT]", "record each statement, to go back", show((*Terminal).recording), true},
			{[]string{"continue", "c", "run", "r"}, "continue", "go on to the next breakpoint", goes(Continue), true},
			{[]string{"step", "s"}, "step", "go into the next word", goes(Into), true},
			{[]string{"next", "n"}, "next", "go over the next word", goes(Over), false},
			{[]string{"line", "l"}, "line", "go on to another line", goes(Line), false},
			{[]string{"out", "o"}, "out", "go on to what called this", goes(Out), false},
			{[]string{"back"}, "back", "look at the statement before", show((*Terminal).goBack), false},
			{[]string{"reverse"}, "reverse", "look at the last breakpoint before", show((*Terminal).reverse), false},
			{[]string{"stack"}, "stack", "show the data stack, the top last", show((*Terminal).stack), false},
			{[]string{"aux"}, "aux", "show the aux stack", show((*Terminal).aux), false},
			{[]string{"where", "bt"}, "where", "show the calls", show((*Terminal).calls), false},
			{[]string{"frame", "f"}, "frame NUMBER", "look at a call", show((*Terminal).toFrame), false},
			{[]string{"strands"}, "strands", "show the strands", show(present((*Terminal).strands)), false},
			{[]string{"channels"}, "channels", "show the channels, what they hold and who waits", show(present((*Terminal).channels)), false},
			{[]string{"weaves"}, "weaves", "show the weaves, and where those stand that wait to be resumed", show(present((*Terminal).weaves)), false},
			{[]string{"eval", "e"}, "eval EXPRESSION", "run an expression on a copy of the stack", show((*Terminal).eval), false},
			{[]string{"source", "list"}, "source", "show the source around", show((*Terminal).source), false},
			{[]string{"help", "h"}, "help", "show this", show((*Terminal).help), true},
			{[]string{"quit", "q"}, "quit", "end the program", func(*Terminal, string) (Way, bool, error) { return Quit, true, nil }, true},
		}
	}
	return commands
}

// Begin reads commands until the program is to begin; false if it is not to.
func (t *Terminal) Begin() bool {
	t.lines = bufio.NewScanner(t.In)
	t.lines.Buffer(nil, 1<<20)
	fmt.Fprintf(t.Out, "%s has not begun: 'break', 'run', 'step' or 'help'\n", t.Session.Files()[0])
	way := t.read()
	if way == Into {
		t.Session.StopNext()
	}
	return way != Quit
}

// Stopped is Options.Stopped.
func (t *Terminal) Stopped(stop *Stop) Way {
	t.Arrive(stop)
	return t.read()
}

// Arrive notes a stop, and writes why the program stands and where.
func (t *Terminal) Arrive(stop *Stop) {
	t.stop, t.frame = stop, 0
	for _, trouble := range stop.Trouble {
		fmt.Fprintln(t.Out, visible.Text(trouble))
	}
	switch stop.Reason {
	case "error":
		fmt.Fprintf(t.Out, "\n%s\n", visible.Text(stop.Err.Headline()))
		if len(stop.Err.Values) > 0 {
			fmt.Fprintf(t.Out, "  values: %s\n", visible.Text(strings.Join(stop.Err.Values, ", ")))
		}
	case "deadlock":
		fmt.Fprintln(t.Out, "\ndeadlock: all strands wait")
	case "pause":
		fmt.Fprintln(t.Out, "\nall strands wait")
	case "breakpoint":
		fmt.Fprintf(t.Out, "\nbreakpoint %s%s\n", strings.Trim(fmt.Sprint(stop.Breakpoints), "[]"), t.reached())
	case "strand":
		fmt.Fprintf(t.Out, "\nstrand #%d has started\n", stop.Strand)
	}
	t.where()
}

// Interrupt is for who presses Ctrl+C: the program stops at its next word, and ends if that has not come when it is called again. Safe from any
// goroutine.
func (t *Terminal) Interrupt() {
	switch {
	case t.reads.Load():
		fmt.Fprint(t.Out, "\n'quit' ends the debugger\n"+plainPrompt)
	case t.asked.Swap(true):
		t.Session.End()
	default:
		fmt.Fprintln(t.Out, "\nthe program stops at its next word; Ctrl+C again ends it")
		go t.Session.Pause() // which lasts as long as a stop does
	}
}

const plainPrompt = "(debug) "

// reached says where the program has stopped if commands do not.
func (t *Terminal) reached() string {
	seen := t.seen()
	if !t.Shown || len(seen.Frames) == 0 {
		return ""
	}
	f := &seen.Frames[0]
	return fmt.Sprintf(": %s:%d in %s", visible.Text(f.File), t.Line(f), visible.Text(f.Word))
}

// read reads commands until one has the program go on.
func (t *Terminal) read() Way {
	t.asked.Store(false)
	t.reads.Store(true)
	defer t.reads.Store(false)
	for {
		if t.Prompt {
			fmt.Fprint(t.Out, plainPrompt)
		}
		if !t.lines.Scan() {
			return Quit
		}
		text := strings.TrimSpace(t.lines.Text())
		switch {
		case text == "" && t.Prompt:
			text = t.last
		case strings.HasPrefix(text, "#"):
			continue
		}
		t.last = text
		if text == "" {
			continue
		}
		if way, leaves := t.Do(text); leaves {
			return way
		}
	}
}

// Do obeys a command, and writes what it shows. The program goes on in a way if leaves says so. The program stands meanwhile.
func (t *Terminal) Do(text string) (way Way, leaves bool) {
	way, leaves, err := t.execute(text)
	if err != nil {
		fmt.Fprintf(t.Out, "error: %s\n", visible.Text(err.Error()))
	}
	return way, leaves
}

// Text is what a command shows, in place of writing it.
func (t *Terminal) Text(command string) string {
	var b strings.Builder
	out := t.Out
	t.Out = &b
	defer func() { t.Out = out }()
	t.Do(command)
	return b.String()
}

// Looked is the strand that is looked at, and which of its calls; nil if the program has not begun.
func (t *Terminal) Looked() (seen *Seen, frame int) {
	if t.stop == nil {
		return nil, 0
	}
	return t.seen(), t.frame
}

// Past says how far in the past lies what is looked at; "" if that is now.
func (t *Terminal) Past() string {
	if t.stop == nil || t.stop.Past() < 0 {
		return ""
	}
	return Ago(t.stop.Past())
}

// Completion is what the last word of a command can become.
type Completion struct{ Text, Does string }

// Complete finds what the last word of a text can become: a command, or behind one a word of the program. start is where the word begins.
func (t *Terminal) Complete(text string) (start int, found []Completion) {
	start = strings.LastIndexByte(text, ' ') + 1
	offer := func(name, does string) {
		if strings.HasPrefix(name, text[start:]) {
			found = append(found, Completion{name, does})
		}
	}
	if strings.TrimSpace(text[:start]) != "" {
		for _, w := range t.Session.words {
			offer(w.Decl.Name.Text, "")
		}
	} else {
		for _, c := range table() {
			offer(c.names[0], c.does)
		}
	}
	slices.SortFunc(found, func(a, b Completion) int { return strings.Compare(a.Text, b.Text) })
	return start, slices.Compact(found)
}

func (t *Terminal) execute(text string) (Way, bool, error) {
	name, args, _ := strings.Cut(strings.TrimPrefix(text, ":"), " ") // as in sessions
	var names []string
	for _, c := range table() {
		names = append(names, c.names...)
		if !slices.Contains(c.names, name) {
			continue
		}
		if t.stop == nil && !c.early {
			return Continue, false, fmt.Errorf("the program has not begun: '%s' is for when it stands", name)
		}
		return c.run(t, strings.TrimSpace(args))
	}
	if near := spelling.Nearest(name, names); len(near) > 0 {
		return Continue, false, fmt.Errorf("there is no command '%s'; did you mean '%s'?", name, strings.Join(near, "' or '"))
	}
	return Continue, false, fmt.Errorf("there is no command '%s'; 'help' shows them", name)
}

func (t *Terminal) help(string) error {
	for _, c := range table() {
		short := strings.Join(c.names[1:], ", ")
		fmt.Fprintf(t.Out, "  %-58s %-8s %s\n", c.usage, short, c.does)
	}
	return nil
}

// target reads what a breakpoint is on, and returns the rest.
func target(args string) (*Breakpoint, string, error) {
	at, rest, _ := strings.Cut(args, " ")
	if at == "" {
		return nil, "", fmt.Errorf("say where: a line, FILE:LINE or a word")
	}
	if line, err := strconv.Atoi(at); err == nil {
		return &Breakpoint{Line: line}, strings.TrimSpace(rest), nil
	}
	if i := strings.LastIndexByte(at, ':'); i > 0 {
		if line, err := strconv.Atoi(at[i+1:]); err == nil {
			return &Breakpoint{File: at[:i], Line: line}, strings.TrimSpace(rest), nil
		}
	}
	return &Breakpoint{Word: at}, strings.TrimSpace(rest), nil
}

func (t *Terminal) breakAt(args string) error {
	b, rest, err := target(args)
	if err != nil {
		return err
	}
	condition, count, counted := strings.Cut(" "+rest, " hits ")
	condition = strings.TrimSpace(condition)
	if text, ok := strings.CutPrefix(condition, "if "); ok {
		b.Condition = strings.TrimSpace(text)
	} else if condition != "" {
		return fmt.Errorf("'%s' behind a place: 'if EXPRESSION' or 'hits COUNT' is meant", condition)
	}
	if counted {
		b.Hits = strings.TrimSpace(count)
	}
	return t.add(b)
}

func (t *Terminal) logAt(args string) error {
	b, rest, err := target(args)
	if err != nil {
		return err
	}
	if b.Log = rest; rest == "" {
		return fmt.Errorf("say what to write there")
	}
	return t.add(b)
}

func (t *Terminal) add(b *Breakpoint) error {
	if err := t.Session.Add(b); err != nil {
		return err
	}
	fmt.Fprintf(t.Out, "breakpoint %d at %s\n", b.ID, visible.Text(b.At()))
	return nil
}

func (t *Terminal) delete(args string) error {
	numbers := map[int]bool{}
	for _, text := range strings.Fields(args) {
		n, err := strconv.Atoi(text)
		if err != nil || t.Session.Breakpoint(n) == nil {
			return fmt.Errorf("there is no breakpoint %s", text)
		}
		numbers[n] = true
	}
	t.Session.Delete(func(b *Breakpoint) bool { return args == "" || numbers[b.ID] })
	return nil
}

func (t *Terminal) list(string) error {
	if len(t.Session.Breakpoints()) == 0 {
		fmt.Fprintln(t.Out, "there are none")
	}
	for _, b := range t.Session.Breakpoints() {
		fmt.Fprintf(t.Out, "%3d  %s", b.ID, visible.Text(b.At()))
		if b.Condition != "" {
			fmt.Fprintf(t.Out, " if %s", visible.Text(b.Condition))
		}
		if b.Hits != "" {
			fmt.Fprintf(t.Out, " hits %s", visible.Text(b.Hits))
		}
		if b.Log != "" {
			fmt.Fprintf(t.Out, " log %s", visible.Text(b.Log))
		}
		fmt.Fprintf(t.Out, "  (came by %s)\n", counted(b.Count, "time"))
	}
	return nil
}

var errorModes = map[string]Errors{"uncaught": Uncaught, "all": AllErrors, "none": NoErrors}

func (t *Terminal) errors(args string) error {
	mode, ok := errorModes[args]
	if !ok {
		return fmt.Errorf("'errors' is uncaught, all or none, not '%s'", args)
	}
	t.Session.Errors = mode
	return nil
}

var switches = map[string]bool{"on": true, "off": false}

func (t *Terminal) starts(args string) error {
	on, ok := switches[args]
	if !ok {
		return fmt.Errorf("'starts' is on or off, not '%s'", args)
	}
	t.Session.Strands = on
	return nil
}

func (t *Terminal) recording(args string) error {
	word, count, _ := strings.Cut(args, " ")
	on, ok := switches[word]
	n := 0
	if count != "" {
		var err error
		if n, err = strconv.Atoi(strings.TrimSpace(count)); err != nil || n < 1 {
			return fmt.Errorf("'%s' is no number of statements", count)
		}
	}
	if !ok {
		return fmt.Errorf("'record' is on or off, not '%s'", word)
	}
	t.Session.Record(on, n)
	return nil
}

func (t *Terminal) goBack(string) error {
	if !t.stop.Back() {
		return fmt.Errorf("nothing before this was recorded: statements are recorded while you step, and behind 'record on'")
	}
	t.frame = 0
	t.where()
	return nil
}

func (t *Terminal) reverse(string) error {
	if !t.stop.BackTo() {
		return fmt.Errorf("nothing before this was recorded: statements are recorded while you step, and behind 'record on'")
	}
	t.frame = 0
	t.where()
	return nil
}

// seen is the strand that is looked at.
func (t *Terminal) seen() *Seen {
	if seen := t.stop.Now(); seen != nil {
		return seen
	}
	return &Seen{}
}

// where shows the place and the stack.
func (t *Terminal) where() {
	seen := t.seen()
	if t.Shown || len(seen.Frames) == 0 {
		return
	}
	f := seen.Frames[min(t.frame, len(seen.Frames)-1)]
	fmt.Fprintf(t.Out, "%s:%d in %s", visible.Text(f.File), t.Line(&f), visible.Text(f.Word))
	if seen.Strand != 1 {
		fmt.Fprintf(t.Out, ", strand #%d", seen.Strand)
	}
	if past := t.stop.Past(); past >= 0 {
		fmt.Fprintf(t.Out, ", %s (what was written and sent since then stays)", Ago(past))
	}
	fmt.Fprintln(t.Out)
	t.window(&f, 0)
	if !f.Known {
		fmt.Fprintf(t.Out, "stack » %s\n", notKnown)
		return
	}
	t.showStack("stack", DataStack(seen, t.frame))
}

// notKnown stands in place of a stack.
const notKnown = "not known: the call runs at full speed"

// Ago says that something was so many statements ago.
func Ago(n int) string { return counted(n, "statement") + " ago" }

// counted is a number of things.
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Line is the line of a call.
func (t *Terminal) Line(f *vm.SeenFrame) int {
	if src := t.Session.Source(f.File); src != nil && f.Pos >= 0 {
		line, _ := src.Position(f.Pos)
		return line
	}
	return f.Line
}

// window shows the lines around the place of a frame, with the statement marked.
func (t *Terminal) window(f *vm.SeenFrame, around int) {
	src := t.Session.Source(f.File)
	if src == nil {
		return
	}
	here := t.Line(f)
	for line := max(here-around, 1); line <= here+around; line++ {
		text := src.Line(line)
		if line > here && text == "" {
			continue
		}
		fmt.Fprintf(t.Out, "%5d | %s\n", line, visible.Text(strings.ReplaceAll(text, "\t", " ")))
		if line != here || f.Pos < 0 {
			continue
		}
		_, column := src.Position(f.Pos)
		end := min(int(f.End), len(src.Text))
		marked, _, _ := strings.Cut(src.Text[min(int(f.Pos), end):end], "\n")
		fmt.Fprintf(t.Out, "      | %s%s\n", strings.Repeat(" ", column-1), strings.Repeat("^", max(len([]rune(marked)), 1)))
	}
}

func (t *Terminal) source(string) error {
	seen := t.seen()
	if len(seen.Frames) == 0 {
		return fmt.Errorf("there is no source here")
	}
	t.window(&seen.Frames[min(t.frame, len(seen.Frames)-1)], 5)
	return nil
}

// shownValues is how many values a line shows.
const shownValues = 16

func (t *Terminal) showStack(name string, values []stack.Value) {
	fmt.Fprintf(t.Out, "%s »", name)
	if len(values) > shownValues {
		fmt.Fprintf(t.Out, " (%d more)", len(values)-shownValues)
		values = values[len(values)-shownValues:]
	}
	for _, v := range values {
		fmt.Fprintf(t.Out, " %s", visible.Text(Show(v, 60)))
	}
	fmt.Fprintln(t.Out)
}

func (t *Terminal) stack(string) error {
	seen := t.seen()
	if t.frame < len(seen.Frames) && !seen.Frames[t.frame].Known {
		fmt.Fprintln(t.Out, notKnown)
		return nil
	}
	values := DataStack(seen, t.frame)
	for i, v := range values {
		fmt.Fprintf(t.Out, "%3d  %s\n", len(values)-1-i, visible.Text(Show(v, 2000)))
	}
	if len(values) == 0 {
		fmt.Fprintln(t.Out, "it is empty")
	}
	return nil
}

func (t *Terminal) aux(string) error {
	t.showStack("aux", AuxStack(t.seen()))
	return nil
}

func (t *Terminal) calls(string) error {
	seen := t.seen()
	for first := 0; first < len(seen.Frames); {
		f, last := &seen.Frames[first], first
		for last+1 < len(seen.Frames) && sameCall(f, &seen.Frames[last+1]) && last+1 != t.frame && first != t.frame {
			last++
		}
		if last < first+shownAlike {
			last = first
		}
		mark := " "
		if first == t.frame {
			mark = ">"
		}
		fmt.Fprintf(t.Out, "%s%3d  ", mark, first)
		t.call(f)
		if last > first {
			fmt.Fprintf(t.Out, "     and the same up to %d\n", last)
		}
		first = last + 1
	}
	t.more(seen.More)
	return nil
}

// shownAlike is how many lines that say the same are not worth to be made one.
const shownAlike = 3

// sameCall tells whether two calls are of the same word at the same place.
func sameCall(a, b *vm.SeenFrame) bool {
	return a.Function == b.Function && a.PC == b.PC && a.Known == b.Known && a.Weave == b.Weave
}

// call shows a call in a list of them.
func (t *Terminal) call(f *vm.SeenFrame) {
	fmt.Fprintf(t.Out, "%s  %s:%d", visible.Text(f.Word), visible.Text(f.File), t.Line(f))
	if !f.Known {
		fmt.Fprint(t.Out, "  (runs at full speed: its values are not known)")
	}
	if f.Weave {
		fmt.Fprint(t.Out, "  (a weave)")
	}
	fmt.Fprintln(t.Out)
}

// more says that a list of calls has more.
func (t *Terminal) more(n int) {
	if n > 0 {
		fmt.Fprintf(t.Out, "      and %d more\n", n)
	}
}

func (t *Terminal) toFrame(args string) error {
	n, err := strconv.Atoi(args)
	if err != nil || n < 0 || n >= len(t.seen().Frames) {
		return fmt.Errorf("there is no call '%s'; 'where' lists them", args)
	}
	t.frame = n
	t.where()
	return nil
}

func (t *Terminal) strands(string) error {
	alike := map[string][]int64{}
	var order []string
	for _, seen := range t.stop.All() {
		does := t.does(seen)
		if alike[does] == nil {
			order = append(order, does)
		}
		alike[does] = append(alike[does], seen.Strand)
	}
	for _, does := range order {
		ids := alike[does]
		mark := " "
		if slices.Contains(ids, t.stop.Strand) {
			mark = ">"
		}
		fmt.Fprintf(t.Out, "%s %s  %s\n", mark, strandsOf(ids), does)
	}
	return nil
}

// strandsOf are strands by their ids, which are in order: of many those that come first.
func strandsOf(ids []int64) string {
	n := len(ids)
	if n > shownAlike && ids[n-1]-ids[0] == int64(n-1) {
		return fmt.Sprintf("#%d to #%d, %d strands", ids[0], ids[n-1], n)
	}
	var shown []string
	for _, id := range ids[:min(n, shownAlike)] {
		shown = append(shown, fmt.Sprintf("#%d", id))
	}
	if n > shownAlike {
		return fmt.Sprintf("%s and others, %d strands", strings.Join(shown, ", "), n)
	}
	return strings.Join(shown, ", ")
}

// does says what a strand does, and where.
func (t *Terminal) does(seen *Seen) string {
	state := "can run"
	if seen.Waits != "" {
		state = "waits in " + seen.Waits
	} else if seen.Strand == t.stop.Strand {
		state = "stands here"
	}
	if len(seen.Frames) > 0 {
		f := &seen.Frames[0]
		state += fmt.Sprintf("  %s:%d in %s", f.File, t.Line(f), f.Word)
	}
	return visible.Text(state)
}

func (t *Terminal) channels(string) error {
	list := t.stop.Channels()
	if len(list) == 0 {
		fmt.Fprintln(t.Out, "no strand holds one")
	}
	for _, c := range list {
		fmt.Fprintf(t.Out, "%s holds %d", c.Name, c.Held)
		if len(c.Values) > 0 {
			fmt.Fprint(t.Out, ":")
		}
		for i, v := range c.Values {
			if i == shownValues {
				fmt.Fprint(t.Out, " ...")
				break
			}
			fmt.Fprintf(t.Out, " %s", visible.Text(Show(v, 60)))
		}
		if waits := c.Waits(); waits != "" {
			fmt.Fprint(t.Out, ", ", waits)
		}
		fmt.Fprintf(t.Out, "; %s", cmp.Or(c.Kind, "unbounded"))
		if c.Closed {
			fmt.Fprint(t.Out, ", closed")
		}
		fmt.Fprintf(t.Out, ", made at %s\n", visible.Text(cmp.Or(c.MadeAt, "an unknown place")))
	}
	return nil
}

func (t *Terminal) weaves(string) error {
	list := t.stop.Weaves()
	if len(list) == 0 {
		fmt.Fprintln(t.Out, "no strand holds one")
	}
	for _, w := range list {
		fmt.Fprintf(t.Out, "%s %s\n", w.Name, w.State())
		for i := range w.Frames {
			fmt.Fprintf(t.Out, "%4d  ", i)
			t.call(&w.Frames[i])
		}
		t.more(w.More)
		if len(w.Frames) > 0 && w.Frames[0].Known {
			fmt.Fprint(t.Out, "      ")
			t.showStack("stack", w.Stack())
		}
	}
	return nil
}

func (t *Terminal) eval(args string) error {
	values, err := t.stop.Evaluate(args, t.frame)
	if err != nil {
		return err
	}
	t.showStack("gives", values)
	return nil
}
