package screen

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"

	"github.com/seqvm/seqvm/tools/repl"
	"github.com/seqvm/seqvm/tools/repl/lineedit"
)

// model is all that the screen shows.
type model struct {
	Config
	ctx           context.Context
	edit          *lineedit.Editor
	width, height int
	transcript    transcript
	message       string // in the status bar, until the next key

	busy    bool   // an input runs: nobody else may use the session
	file    string // of the session, for the status bar
	stack   string // the types on it
	cancel  context.CancelFunc
	running sync.WaitGroup

	queue []typed // what was entered while an input ran, the oldest first

	pane     bool
	view     string     // of the pane
	text     *repl.Pane // what the pane shows instead of its view
	paneAt   int        // the first row of the pane that is shown
	scrolled bool       // the user has moved it; else the stack view shows its end
	back     int        // rows at the end of the transcript that are not
	recalled recalled

	command  *commandLine
	search   *search
	complete *completion
}

// completion is the list of what the word before the cursor can become.
type completion struct {
	start int // of the word, in bytes of the text before the cursor
	items []repl.Candidate
	at    int // the chosen one
	first int // that is in sight
}

// recalled is the entry of the history that is in the line editor.
type recalled struct {
	at    int // entries back from the draft; 0: the draft
	draft string
}

// move goes back (1) or forth (-1) in entries, the oldest of which come first.
func (r *recalled) move(entries []string, by int, edit *lineedit.Editor) {
	to := r.at + by
	if to < 0 || to > len(entries) {
		return
	}
	if r.at == 0 {
		r.draft = edit.Text()
	}
	r.at = to
	if to == 0 {
		edit.Set(r.draft)
		return
	}
	edit.Set(entries[len(entries)-to])
}

// typed is an input that was entered: its text, with the prompts it had.
type typed struct {
	prompts [2]string
	text    string
}

// commandLine is the line that a colon opens in normal mode.
type commandLine struct {
	edit  lineedit.Editor
	tabs  []string // what Tab goes through: what was typed comes first
	tabAt int
}

func newModel(ctx context.Context, c Config) *model {
	m := &model{Config: c, ctx: ctx, edit: &lineedit.Editor{Emacs: c.Emacs}, view: repl.ViewStack, cancel: func() {}}
	m.transcript.write(c.Welcome, aside)
	m.answer(c.Greeting)
	m.look()
	return m
}

// Init is tea.Model.
func (m *model) Init() tea.Cmd { return nil }

// Update is tea.Model.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case outputMsg:
		m.transcript.write(m.Output.take(), output)
	case answerMsg:
		return m, m.finished(msg.Answer)
	case editedMsg:
		return m, m.run(func(ctx context.Context) repl.Answer { return m.Shell.Edited(ctx, msg.err) })
	case tea.PasteMsg:
		m.message = ""
		m.paste(msg.Content)
	case tea.KeyPressMsg:
		m.message = ""
		k := keyOf(msg)
		if k.Name != "pgup" && k.Name != "pgdown" {
			m.back, m.scrolled = 0, m.text != nil && m.scrolled
		}
		return m, m.press(k)
	}
	return m, nil
}

// keyOf names a key as the line editor does.
func keyOf(msg tea.KeyPressMsg) lineedit.Key {
	k := lineedit.Key{Name: msg.Keystroke(), Text: msg.Text}
	if msg.Text != "" && msg.Mod&^tea.ModShift == 0 {
		k.Name = msg.Text
	}
	switch k.Name {
	case " ":
		k.Name = "space"
	case "return", "kpenter":
		k.Name = "enter"
	}
	return k
}

// press handles a key: the innermost thing that is open gets it.
func (m *model) press(k lineedit.Key) tea.Cmd {
	switch k.Name {
	case "ctrl+c":
		m.interrupt()
		return nil
	case "ctrl+q":
		return tea.Quit
	case "ctrl+d":
		if m.edit.Text() == "" || !m.Emacs {
			return tea.Quit
		}
	case "ctrl+l":
		return tea.ClearScreen
	case "ctrl+z":
		return tea.Suspend
	case "pgup", "pgdown":
		m.scroll(k.Name == "pgup")
		return nil
	case "f1", "f2", "f3":
		m.toggle([]string{repl.ViewStack, repl.ViewTyped, repl.ViewCode}[k.Name[1]-'1'])
		return nil
	}
	switch {
	case m.command != nil:
		return m.pressCommand(k)
	case m.search != nil:
		if m.search.press(k, m.entries(), m.edit) {
			m.search = nil
		}
		return nil
	case m.complete != nil:
		handled, closes := m.complete.press(k, m.edit)
		if closes {
			m.complete = nil
		}
		if handled {
			return nil
		}
	}
	switch {
	case k.Name == "tab" && m.edit.Mode() == lineedit.Insert:
		m.openCompletion()
		return nil
	case k.Name == "ctrl+n" && m.pane && !m.Emacs:
		m.nextView()
		return nil
	}
	switch m.edit.Press(k) {
	case lineedit.Run:
		return m.enter()
	case lineedit.Older:
		m.recall(1)
	case lineedit.Newer:
		m.recall(-1)
	case lineedit.Command:
		m.command = &commandLine{}
	case lineedit.Search:
		m.search = &search{before: m.edit.Text()}
	}
	return nil
}

// interrupt is Ctrl+C: it stops what runs, or closes what is open, or clears the
// input. It never ends the session: an input that ends by itself in that moment must
// not cost what has been worked on.
func (m *model) interrupt() {
	switch {
	case m.busy:
		m.stop()
		m.takeBack()
		m.message = "stopping"
	case m.command != nil:
		m.command = nil
	case m.search != nil:
		m.edit.Set(m.search.before)
		m.search = nil
	case m.complete != nil:
		m.complete = nil
	case m.edit.Text() != "":
		m.transcript.input(m.prompts(), m.edit.Text())
		m.edit.Reset()
		m.recalled.at = 0
	default:
		m.edit.Reset() // an operator may wait for its motion
		m.message = "Ctrl+D ends the session"
	}
}

func (m *model) stop() { m.cancel() }

// takeBack puts what has been typed ahead back into the line editor: it does not run.
func (m *model) takeBack() {
	if len(m.queue) == 0 {
		return
	}
	var lines []string
	for _, t := range m.queue {
		lines = append(lines, t.text)
	}
	m.queue = nil
	if text := m.edit.Text(); text != "" {
		lines = append(lines, text)
	}
	m.edit.Set(strings.Join(lines, "\n"))
}

// enter runs the input.
func (m *model) enter() tea.Cmd {
	text := m.edit.Text()
	if strings.TrimSpace(text) == "" {
		return nil
	}
	if m.edit.Mode() == lineedit.Insert && !repl.IsCommand(strings.TrimSpace(text)) && !repl.Complete(text) {
		m.edit.Press(lineedit.Key{Name: "ctrl+j"})
		return nil
	}
	m.edit.Reset()
	m.recalled.at = 0
	return m.entered(text)
}

// entered runs an input or command, behind those that were entered before it.
func (m *model) entered(text string) tea.Cmd {
	m.queue = append(m.queue, typed{m.prompts(), text})
	if m.busy {
		m.message = "runs when the running input has ended; Ctrl+C stops that"
		return nil
	}
	return m.next()
}

// next runs the oldest input that waits.
func (m *model) next() tea.Cmd {
	if len(m.queue) == 0 {
		return nil
	}
	t := m.queue[0]
	m.queue = m.queue[1:]
	m.transcript.input(t.prompts, t.text)
	m.text, m.paneAt, m.scrolled = nil, 0, false
	return m.run(func(ctx context.Context) repl.Answer { return m.Shell.Handle(ctx, t.text) })
}

// run lets the shell do something beside the screen.
func (m *model) run(f func(context.Context) repl.Answer) tea.Cmd {
	ctx, cancel := context.WithCancel(m.ctx)
	m.busy, m.cancel = true, cancel
	m.running.Add(1)
	return func() tea.Msg {
		defer m.running.Done()
		defer cancel()
		return answerMsg{f(ctx)}
	}
}

// finished shows what became of an input.
func (m *model) finished(a repl.Answer) tea.Cmd {
	m.busy, m.message = false, ""
	m.transcript.write(m.Output.take(), output)
	if a.Quit {
		return tea.Quit
	}
	if a.Edit != nil {
		return tea.ExecProcess(exec.Command(a.Edit[0], a.Edit[1:]...), func(err error) tea.Msg { return editedMsg{err} })
	}
	m.answer(a)
	m.look()
	return m.next()
}

// look notes what the status bar shows of the session: while an input runs,
// nobody may ask it.
func (m *model) look() {
	m.file, m.stack = m.fileLabel(), strings.Join(m.Shell.Session.StackTypes(), " ")
}

// answer shows an answer.
func (m *model) answer(a repl.Answer) {
	if a.Cleared {
		m.transcript = transcript{}
	}
	m.transcript.write(a.Problem, failure)
	if a.Silent {
		a.Text = "ok\n"
	}
	m.transcript.write(a.Text, result)
	if a.Pane != nil {
		m.paneAt = 0
	}
	switch {
	case a.Pane == nil:
	case a.Pane.Kind == "toggle":
		m.pane, m.text = !m.pane, nil
	case a.Pane.Kind != "":
		m.pane, m.view, m.text = true, a.Pane.Kind, nil
	default:
		m.pane, m.text = true, a.Pane
	}
}

// scroll moves what the side pane shows by half its height, or the transcript if
// there is no pane.
func (m *model) scroll(up bool) {
	by := max(m.height/2, 1)
	m.scrolled = true
	switch {
	case m.pane && m.width >= minimumForPane && up:
		m.paneAt -= by
	case m.pane && m.width >= minimumForPane:
		m.paneAt += by
	case up:
		m.back += by
	default:
		m.back -= by
	}
}

// toggle shows a view of the pane, or hides the pane if it shows that.
func (m *model) toggle(view string) {
	if m.pane && m.view == view && m.text == nil {
		m.pane = false
		return
	}
	m.pane, m.view, m.text, m.paneAt = true, view, nil, 0
}

var views = []string{repl.ViewStack, repl.ViewTyped, repl.ViewCode}

func (m *model) nextView() {
	m.view, m.text, m.paneAt = views[(slices.Index(views, m.view)+1)%len(views)], nil, 0
}

// recall goes back (1) or forth (-1) in the history.
func (m *model) recall(by int) {
	if !m.busy {
		m.recalled.move(m.Shell.History.Entries(), by, m.edit)
	}
}

// paste inserts a text where keys would.
func (m *model) paste(text string) {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	switch {
	case m.command != nil:
		m.command.edit.Insert(strings.ReplaceAll(text, "\n", " "))
	case m.search != nil:
		m.search.add(strings.ReplaceAll(text, "\n", " "), m.entries(), m.edit)
	default:
		m.complete = nil
		m.edit.Insert(text)
	}
}

// openCompletion offers what the word before the cursor can become; the only
// possibility is taken at once.
func (m *model) openCompletion() {
	if m.busy {
		m.message = "an input is running"
		return
	}
	before := m.edit.Before()
	start, items := m.Shell.Session.Complete(before, len(before))
	switch {
	case start == len(before):
		m.message = "type the beginning of a word to complete it"
	case len(items) == 0:
		m.message = fmt.Sprintf("nothing begins with '%s'", before[start:])
		if signature, ok := m.Shell.Session.Signature(before[start:]); ok { // a literal
			m.message = signature
		}
	case len(items) == 1 && items[0].Text == before[start:]:
		m.message = strings.TrimSpace(items[0].Text + " " + items[0].Effect)
	default:
		m.complete = offered(m.edit, start, items)
	}
}

// offered is the list of what the word that starts at a byte can become; nil if there was one possibility, which is taken.
func offered(edit *lineedit.Editor, start int, items []repl.Candidate) *completion {
	c := &completion{start: start, items: items}
	if len(items) == 1 {
		c.take(edit)
		return nil
	}
	before := edit.Before()
	if common := repl.CommonPrefix(items); len(common) > len(before)-start {
		edit.ReplaceBefore(len([]rune(before[start:])), common)
	}
	return c
}

// take puts the chosen completion into the input.
func (c *completion) take(edit *lineedit.Editor) {
	before := edit.Before()
	edit.ReplaceBefore(len([]rune(before[c.start:])), c.items[c.at].Text)
}

// press handles a key while the list is open. If it is not handled, it is as usual, behind the list; closes: the list is no longer.
func (c *completion) press(k lineedit.Key, edit *lineedit.Editor) (handled, closes bool) {
	n := len(c.items)
	switch {
	case k.Name == "tab", k.Name == "down", k.Name == "j" && edit.Mode() == lineedit.Normal:
		c.at = (c.at + 1) % n
		return true, false
	case k.Name == "up", k.Name == "shift+tab", k.Name == "k" && edit.Mode() == lineedit.Normal:
		c.at = (c.at + n - 1) % n
		return true, false
	case k.Name == "enter":
		c.take(edit)
		return true, true
	}
	return k.Name == "esc", true
}

// pressCommand handles a key of the command line.
func (m *model) pressCommand(k lineedit.Key) tea.Cmd {
	c := m.command
	switch k.Name {
	case "esc":
		m.command = nil
		return nil
	case "enter":
		text := strings.TrimSpace(c.edit.Text())
		m.command = nil
		if text == "" {
			return nil
		}
		return m.entered(":" + text)
	case "tab", "shift+tab":
		c.cycle(k.Name == "tab")
		return nil
	case "backspace":
		if c.edit.Text() == "" {
			m.command = nil
			return nil
		}
	}
	c.tabs = nil
	c.edit.Press(k)
	return nil
}

// cycle goes through the commands with what was typed as their beginning.
func (c *commandLine) cycle(forth bool) {
	if c.tabs == nil {
		typed := c.edit.Text()
		c.tabs, c.tabAt = []string{typed}, 0
		for _, name := range repl.CommandNames() {
			if strings.HasPrefix(name[1:], typed) && name[1:] != typed {
				c.tabs = append(c.tabs, name[1:])
			}
		}
	}
	n := len(c.tabs)
	if forth {
		c.tabAt = (c.tabAt + 1) % n
	} else {
		c.tabAt = (c.tabAt + n - 1) % n
	}
	c.edit.Reset()
	c.edit.Insert(c.tabs[c.tabAt])
}

// entries are the inputs to be searched: while an input runs the history is its own.
func (m *model) entries() []string {
	if m.busy {
		return nil
	}
	return m.Shell.History.Entries()
}

// fileLabel names the session file in the status bar.
func (m *model) fileLabel() string {
	if path := m.Shell.Path(); path != "" {
		return filepath.Base(path)
	}
	return "(scratch)"
}
