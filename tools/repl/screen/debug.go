package screen

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"

	"github.com/seqvm/seqvm/tools/debugger"
	"github.com/seqvm/seqvm/tools/repl"
	"github.com/seqvm/seqvm/tools/repl/lineedit"
)

// Debug is the terminal, and the program that is debugged.
type Debug struct {
	Terminal
	Emacs bool // the keys of the command line
	// Options are those of the session, but for Stopped, Log and the input and outputs of the program.
	Options debugger.Options
	// Ended writes how the program has ended.
	Ended func(to io.Writer, status int, err error)
}

// RunDebug shows a program that is debugged until the user or a signal ends that. The results are those of the program's run; the error
// is debugger.ErrQuit if it was not run to its end, and a SignalError if a signal came.
func RunDebug(ctx context.Context, d Debug) (status int, err error) {
	m, err := newDebug(ctx, d)
	if err != nil {
		return 0, err
	}
	err = d.show(ctx, m, m.output)
	m.close()
	if err != nil {
		return 0, err
	}
	return m.end.status, m.end.err
}

// state is what the program does.
type state uint8

const (
	unbegun state = iota
	stands
	runs
	ended
)

// debug is all that the screen shows of a program that is debugged. While the program runs, nobody looks at it.
type debug struct {
	ctx           context.Context
	commands      *debugger.Terminal // the commands, and what is looked at
	said          strings.Builder    // what commands write
	output        *Output
	stdin         *stdin
	ended         func(io.Writer, int, error)
	width, height int
	state         state

	stops  chan *debugger.Stop
	ways   chan debugger.Way
	done   chan struct{} // closed when the run has ended
	gone   chan struct{} // closed when nobody waits for stops any more
	end    endMsg        // how; good when done is closed
	pauses sync.WaitGroup

	edit       *lineedit.Editor
	history    repl.History
	recalled   recalled
	last       string // the last command
	complete   *completion
	search     *search
	transcript transcript
	back       int // rows at the end of the transcript that are not shown
	message    string

	seen   sight
	list   int  // of lists
	wanted bool // it is shown even if there is little room
}

// stopMsg is a stop that the program has come to.
type stopMsg struct{ *debugger.Stop }

// endMsg is the end of the program.
type endMsg struct {
	status int
	err    error
}

func newDebug(ctx context.Context, d Debug) (*debug, error) {
	m := &debug{ctx: ctx, ended: d.Ended, output: &Output{}, stops: make(chan *debugger.Stop), ways: make(chan debugger.Way), done: make(chan struct{}), gone: make(chan struct{}),
		edit: &lineedit.Editor{Emacs: d.Emacs}, end: endMsg{0, debugger.ErrQuit}}
	m.stdin = newStdin(m.output)
	o := d.Options
	o.Stopped, o.Log = m.stopped, m.output
	o.Config.Stdin, o.Config.Stdout, o.Config.Stderr = m.stdin, m.output, m.output
	session, err := debugger.New(o)
	if err != nil {
		return nil, err
	}
	m.commands = &debugger.Terminal{Session: session, Out: &m.said, Shown: true}
	m.transcript.write("the program has not begun: F5 runs it, F11 goes to its first word, ? shows the keys, 'help' the commands\n", aside)
	m.look()
	return m, nil
}

// stopped is Options.Stopped: a goroutine of the program waits in it.
func (m *debug) stopped(stop *debugger.Stop) debugger.Way {
	select {
	case m.stops <- stop:
	case <-m.gone:
		return debugger.Quit
	}
	select {
	case way := <-m.ways:
		return way
	case <-m.gone:
		return debugger.Quit
	}
}

// close ends the program, whatever it does.
func (m *debug) close() {
	m.stdin.close()
	if m.state == unbegun {
		return
	}
	m.commands.Session.End()
	close(m.gone) // the run may end while strands stand, or come to stand
	<-m.done
	m.pauses.Wait()
}

// goOn lets the program go on, and waits for its next stop beside the screen.
func (m *debug) goOn(way debugger.Way) tea.Cmd {
	begins := m.state == unbegun
	m.state = runs
	if begins && way == debugger.Into {
		m.commands.Session.StopNext()
	}
	if begins {
		go func() {
			defer close(m.done)
			m.end.status, m.end.err = m.commands.Session.Run(m.ctx)
		}()
	} else {
		m.ways <- way
	}
	return func() tea.Msg {
		select {
		case stop := <-m.stops:
			return stopMsg{stop}
		case <-m.done:
			return m.end
		}
	}
}

// pause has the program stop at the next statement, unless it stops before.
func (m *debug) pause() {
	m.message = "the program stops at its next word; Ctrl+Q ends it"
	m.pauses.Go(m.commands.Session.Pause)
}

// Init is tea.Model.
func (m *debug) Init() tea.Cmd { return nil }

// Update is tea.Model.
func (m *debug) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case outputMsg:
		m.transcript.write(m.output.take(), output)
	case stopMsg:
		m.state, m.message = stands, ""
		m.transcript.write(m.output.take(), output)
		m.commands.Arrive(msg.Stop)
		m.tell(msg.Err != nil)
		m.look()
	case endMsg:
		m.state, m.message = ended, ""
		m.transcript.write(m.output.take(), output)
		m.ended(&m.said, msg.status, msg.err)
		m.tell(msg.err != nil)
	case tea.PasteMsg:
		m.paste(strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ").Replace(msg.Content))
	case tea.KeyPressMsg:
		m.message = ""
		return m, m.press(keyOf(msg))
	}
	return m, nil
}

// paste inserts a text where keys would.
func (m *debug) paste(text string) {
	m.message, m.complete = "", nil
	if m.search != nil {
		m.search.add(text, m.history.Entries(), m.edit)
		return
	}
	m.edit.Insert(text)
}

// tell moves what was said into the transcript. Problems are said in lines that begin with 'error: ', or as a whole.
func (m *debug) tell(problem bool) {
	for text := range strings.Lines(strings.TrimLeft(m.said.String(), "\n")) {
		kind := result
		if problem || strings.HasPrefix(text, "error: ") {
			kind = failure
		}
		m.transcript.write(text, kind)
	}
	m.said.Reset()
}

// shortcuts are the keys that stand for commands. Some terminals keep the first ones of them for themselves.
var shortcuts = []struct {
	keys    []string
	command string
	does    string
}{
	{[]string{"F5"}, "continue", "go on"},
	{[]string{"F10", "F6"}, "next", "over the next word"},
	{[]string{"F11", "F7"}, "step", "into the next word"},
	{[]string{"Shift+F11", "F12"}, "out", "out to what called this"},
	{[]string{"F8"}, "back", "back to the word before"},
	{[]string{"Shift+F8"}, "reverse", "back to the breakpoint before"},
}

// otherKeys are the keys that stand for no command.
var otherKeys = [][2]string{
	{"F9", "set a breakpoint on the line of the cursor, or delete it"},
	{"Ctrl+Up, Ctrl+Down", "move the cursor in the source; by half a screen with Ctrl+PgUp and Ctrl+PgDn"},
	{"F2, F3, F4", "show strands, channels, weaves, in place of the calls if there is little room"},
	{"PgUp, PgDn", "show what was written before"},
	{"Enter", "obey the command, or the last one again"},
	{"Tab, Up, Down", "complete the word, earlier commands"},
	{"Ctrl+C", "stop the program at its next word"},
	{"Ctrl+D, Ctrl+Q", "end the debugger"},
}

// help shows the keys.
func (m *debug) help() {
	var b strings.Builder
	row := func(keys, does string) { fmt.Fprintf(&b, "%-18s  %s\n", keys, does) }
	for _, s := range shortcuts {
		row(strings.Join(s.keys, ", "), s.does)
	}
	for _, k := range otherKeys {
		row(k[0], k[1])
	}
	m.transcript.write(b.String(), result)
}

// press handles a key.
func (m *debug) press(k lineedit.Key) tea.Cmd {
	if k.Name != "pgup" && k.Name != "pgdown" {
		m.back = 0
	}
	if quits, handled := m.leave(k); handled {
		return quits
	}
	if m.open(k) || m.moveCursor(k) {
		return nil
	}
	for _, s := range shortcuts {
		if slices.ContainsFunc(s.keys, func(name string) bool { return strings.EqualFold(name, k.Name) }) {
			return m.obey(s.command)
		}
	}
	switch k.Name {
	case "f2", "f3", "f4":
		list := int(k.Name[1] - '2')
		m.list, m.wanted = list, !m.wanted || m.list != list
		if m.state == stands {
			m.look()
		}
		return nil
	case "f9":
		return m.obey(m.toggled())
	case "f1":
		m.help()
		return nil
	case "?":
		if m.edit.Text() == "" && !m.reads() {
			m.help()
			return nil
		}
	case "tab":
		if m.edit.Mode() == lineedit.Insert {
			m.offer()
			return nil
		}
	case "shift+enter", "alt+enter", "ctrl+j":
		k.Name = "enter"
	}
	switch m.edit.Press(k) {
	case lineedit.Run:
		return m.enter()
	case lineedit.Older:
		m.recalled.move(m.history.Entries(), 1, m.edit)
	case lineedit.Newer:
		m.recalled.move(m.history.Entries(), -1, m.edit)
	case lineedit.Command: // all that is typed is commands
		m.edit.Set("")
		m.edit.SetMode(lineedit.Insert)
	case lineedit.Search:
		m.search = &search{before: m.edit.Text()}
	}
	return nil
}

// open handles a key if something is open that wants it.
func (m *debug) open(k lineedit.Key) (handled bool) {
	switch {
	case m.search != nil:
		if m.search.press(k, m.history.Entries(), m.edit) {
			m.search = nil
		}
		return true
	case m.complete != nil:
		handled, closes := m.complete.press(k, m.edit)
		if closes {
			m.complete = nil
		}
		return handled
	}
	return false
}

// leave handles the keys that end or stop something.
func (m *debug) leave(k lineedit.Key) (cmd tea.Cmd, handled bool) {
	switch k.Name {
	case "ctrl+q":
		return tea.Quit, true
	case "ctrl+z":
		return tea.Suspend, true
	case "ctrl+l":
		return tea.ClearScreen, true
	case "ctrl+d":
		switch {
		case m.edit.Text() != "" && m.edit.Emacs:
			return nil, false // it deletes a character
		case m.reads():
			m.stdin.close()
			return nil, true
		}
		return tea.Quit, true
	case "ctrl+c":
		switch {
		case m.search != nil:
			m.edit.Set(m.search.before)
			m.search = nil
		case m.complete != nil:
			m.complete = nil
		case m.state == runs:
			m.pause()
		case m.edit.Text() != "":
			m.edit.Reset()
			m.recalled.at = 0
		default:
			m.edit.Reset() // an operator may wait for its motion
			m.message = "Ctrl+D ends the debugger"
		}
		return nil, true
	}
	return nil, false
}

// reads tells whether the program runs until something is entered. Where it stands, a strand that reads waits like the others.
func (m *debug) reads() bool { return m.state == runs && m.stdin.waits() }

// enter gives what was typed to the program, if that waits for it, and else obeys it. Nothing repeats the last command.
func (m *debug) enter() tea.Cmd {
	text := m.edit.Text()
	if m.reads() {
		m.edit.Reset()
		m.transcript.input([2]string{inputPrompt}, text)
		m.stdin.enter(text + "\n")
		return nil
	}
	if m.state == runs {
		m.message = "the program runs: Ctrl+C stops it"
		return nil
	}
	if text = strings.TrimSpace(text); text == "" {
		text = m.last
	}
	m.edit.Reset()
	m.recalled.at = 0
	if text == "" {
		return nil
	}
	_ = m.history.Add(text) // it is in memory only
	m.last = text
	m.transcript.input([2]string{prompt}, text)
	return m.obey(text)
}

// obey obeys a command, if the program stands.
func (m *debug) obey(text string) tea.Cmd {
	switch {
	case m.state == runs:
		m.message = "the program runs: Ctrl+C stops it"
		return nil
	case m.state == ended && text != "quit" && text != "q":
		m.message = "the program has ended: Ctrl+D ends the debugger"
		return nil
	}
	way, leaves := m.commands.Do(text)
	m.tell(false)
	switch {
	case !leaves:
		m.look()
		return nil
	case way == debugger.Quit:
		return tea.Quit
	}
	return m.goOn(way)
}

// offer offers what the word before the cursor can become.
func (m *debug) offer() {
	start, found := m.commands.Complete(m.edit.Before())
	if len(found) == 0 {
		m.message = fmt.Sprintf("nothing begins with '%s'", m.edit.Before()[start:])
		return
	}
	items := make([]repl.Candidate, len(found))
	for i, f := range found {
		items[i] = repl.Candidate{Text: f.Text, Effect: f.Does}
	}
	m.complete = offered(m.edit, start, items)
}

// stdin is the standard input of the program: what is entered while it waits for that. Its methods are safe for concurrent use.
type stdin struct {
	mu      sync.Mutex
	changed *sync.Cond
	text    []byte
	wanted  bool // somebody reads, and there is nothing
	closed  bool
	output  *Output // has the screen look
}

func newStdin(o *Output) *stdin {
	s := &stdin{output: o}
	s.changed = sync.NewCond(&s.mu)
	return s
}

// Read waits for something that is entered.
func (s *stdin) Read(to []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.text) == 0 && !s.closed {
		s.wanted = true
		_, _ = s.output.Write(nil) // the screen looks
		s.changed.Wait()
	}
	s.wanted = false
	if len(s.text) == 0 {
		return 0, io.EOF
	}
	n := copy(to, s.text)
	s.text = s.text[n:]
	return n, nil
}

// waits tells whether the program waits for input.
func (s *stdin) waits() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wanted
}

func (s *stdin) enter(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text, s.wanted = append(s.text, text...), false
	s.changed.Broadcast()
}

func (s *stdin) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed, s.wanted = true, false
	s.changed.Broadcast()
}
