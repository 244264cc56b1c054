package screen

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seqvm/seqvm/tools/repl"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// user presses keys and looks at the screen.
type user struct {
	t             *testing.T
	m             *model
	shown         tea.Model // m, or another one
	width, height int
	// quit: the program has been told to end.
	quit bool
}

func sit(t *testing.T, width, height int, emacs bool) *user {
	t.Helper()
	out := &Output{}
	s, err := repl.New(repl.Options{Modules: repl.Preloaded, Stdout: out})
	require.NoError(t, err)
	history, err := repl.OpenHistory(filepath.Join(t.TempDir(), "history"))
	require.NoError(t, err)
	sh := &repl.Shell{Session: s, History: history, Version: "seqvm test", Getenv: func(string) (string, bool) { return "true", true }}
	t.Cleanup(func() { require.NoError(t, sh.Close()) })
	m := newModel(context.Background(), Config{Shell: sh, Output: out, Emacs: emacs})
	u := &user{t: t, m: m, shown: m}
	u.send(tea.WindowSizeMsg{Width: width, Height: height})
	return u
}

// send gives the model a message, and all that comes of it.
func (u *user) send(msg tea.Msg) {
	for msg != nil {
		if size, ok := msg.(tea.WindowSizeMsg); ok {
			u.width, u.height = size.Width, size.Height
		}
		_, cmd := u.shown.Update(msg)
		if cmd == nil {
			return
		}
		msg = cmd()
		if _, ok := msg.(tea.QuitMsg); ok {
			u.quit = true
			return
		}
	}
}

var special = map[string]rune{
	"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
	"backspace": tea.KeyBackspace, "f1": tea.KeyF1, "f2": tea.KeyF2, "f3": tea.KeyF3, "f4": tea.KeyF4, "f5": tea.KeyF5, "f8": tea.KeyF8, "f9": tea.KeyF9, "f10": tea.KeyF10, "f11": tea.KeyF11, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
}

func key(name string) tea.KeyPressMsg {
	var k tea.KeyPressMsg
	for {
		mod, rest, ok := strings.Cut(name, "+")
		if !ok || rest == "" {
			break
		}
		k.Mod |= map[string]tea.KeyMod{"ctrl": tea.ModCtrl, "alt": tea.ModAlt, "shift": tea.ModShift}[mod]
		name = rest
	}
	if code, ok := special[name]; ok {
		k.Code = code
	} else {
		k.Code = []rune(name)[0]
	}
	return k
}

// keys presses keys by name.
func (u *user) keys(names ...string) {
	for _, n := range names {
		u.send(key(n))
	}
}

// types types a text.
func (u *user) types(text string) {
	for _, r := range text {
		u.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// enters types a text and presses Enter.
func (u *user) enters(text string) {
	u.types(text)
	u.keys("enter")
}

// rows are the lines of the screen.
func (u *user) rows() []string {
	rows := strings.Split(ansi.Strip(u.shown.View().Content), "\n")
	for i, r := range rows {
		assert.LessOrEqual(u.t, ansi.StringWidth(r), u.width, r)
		rows[i] = strings.TrimRight(r, " ")
	}
	assert.Len(u.t, rows, u.height)
	return rows
}

// shows expects lines, one right behind the other, somewhere on the screen.
func (u *user) shows(lines ...string) {
	u.t.Helper()
	assert.Contains(u.t, "\n"+strings.Join(u.rows(), "\n")+"\n", "\n"+strings.Join(lines, "\n")+"\n")
}

// status expects a text in the status bar.
func (u *user) status(text string) {
	u.t.Helper()
	rows := u.rows()
	assert.Contains(u.t, rows[len(rows)-1], text)
}

func TestATranscript(t *testing.T) {
	u := sit(t, 80, 24, false)
	u.status("(scratch)  INSERT")
	u.shows("seq>")
	u.enters("1 2")
	u.enters(": sq ( Int -- Int )")
	u.enters("  dup i.* ;")
	u.enters("sq \"out\" io.write")
	u.enters("\"x\" i.+")
	u.enters("drop drop")
	u.enters(":pop")
	u.shows(
		"seq> 1 2", "  » 1 2",
		"seq> : sq ( Int -- Int )", "....   dup i.* ;", "  Defined.",
		`seq> sq "out" io.write`, "  out", "  » 1 4",
		`seq> "x" i.+`, "  <input 4>:1:5: error: 'i.+' expects 'Int', found 'String' [type-mismatch]", `     1 | "x" i.+`, "       |     ^^^",
		"    expected: ( Int Int -- Int )", "    found:    ( Int Int String )",
		"    help: 'string->int' reads a number; its Bool tells whether there is one",
		"seq> drop drop", "  ok",
		"seq> :pop", "  » 1 4", "seq>")
	u.status("( Int Int )")
	view := u.m.View()
	assert.True(t, view.AltScreen)
	assert.Equal(t, [2]int{5, 19}, [2]int{view.Cursor.X, view.Cursor.Y}, "at the end of the input")
}

func TestLongLinesWrapAndTheNewestIsAtTheBottom(t *testing.T) {
	u := sit(t, 20, 6, false)
	u.enters(`"0123456789abcdefghij"`)
	u.shows(`  » "0123456789abcde`, `  fghij"`, "seq>")
	u.types("1234567890123456789")
	u.shows("seq> 123456789012345", "6789")
	assert.Equal(t, [2]int{4, 4}, [2]int{u.m.View().Cursor.X, u.m.View().Cursor.Y})
	u.keys("ctrl+c")
	for range 30 {
		u.enters("1 drop")
	}
	u.shows("seq>")
	u.types(strings.Repeat("x ", 100))
	assert.Less(t, u.m.View().Cursor.Y, 5, "the cursor stays in sight")
	u.keys("ctrl+c", "pgup")
	u.rows()
}

func TestWhatProgramsWriteCannotMoveTheCursor(t *testing.T) {
	u := sit(t, 60, 10, false)
	u.enters(`"a\x1b[2Jb\x1b[31mc\x07\r\td" io.write-line`)
	u.shows("  abc    d")
	u.types("\x1b")
	u.send(tea.PasteMsg{Content: "1\x1b[2J"})
	u.shows("seq> ·1·[2J")
}

func TestKeysOfTheScreen(t *testing.T) {
	u := sit(t, 100, 30, false)
	u.enters("1")
	u.enters("2")
	u.keys("up")
	u.shows("seq> 2")
	u.keys("up", "up")
	u.shows("seq> 1")
	u.types("0")
	u.keys("down", "down")
	u.shows("seq>")
	u.types("draft")
	u.keys("up", "down")
	u.shows("seq> draft")
	u.keys("ctrl+c")
	assert.False(t, u.quit)
	u.shows("seq> draft", "seq>")
	u.types("a")
	u.keys("alt+enter")
	u.types("b")
	u.keys("ctrl+j")
	u.types("c")
	u.shows("seq> a", ".... b", ".... c")
	u.keys("esc")
	u.shows("seq: a", ".... b", ".... c")
	u.status("NORMAL")
	u.types("d")
	u.status("d...")
	u.keys("esc")
	u.types("v")
	u.status("VISUAL")
	u.keys("esc")
	u.types("ggi") // g means nothing
	u.status("INSERT")
	u.keys("ctrl+c", "ctrl+l")
	for _, k := range []string{"ctrl+d", "ctrl+q"} {
		u := sit(t, 80, 24, false)
		u.types("x")
		u.keys(k)
		assert.True(t, u.quit, k)
	}
}

func TestNormalModeRunsAndStays(t *testing.T) {
	u := sit(t, 80, 24, false)
	u.types("1 2")
	u.keys("esc", "enter")
	u.shows("seq: 1 2", "  » 1 2", "seq:")
}

func TestCompletionList(t *testing.T) {
	u := sit(t, 80, 24, false)
	u.keys("tab")
	u.status("type the beginning of a word")
	u.types("zzz")
	u.keys("tab")
	u.status("nothing begins with 'zzz'")
	u.keys("ctrl+c")
	u.types("1 list.f")
	u.keys("tab")
	u.shows("seq> 1 list.f", "  list.filter  ( ..a V [ ..b T -- ..b Bool ] -- ..a V2 )", "  list.first   ( ..a V -- ..a T Bool )",
		"  list.fold    ( ..a V Acc [ ..b Acc T -- ..b Acc ] -- ..a Acc )")
	u.keys("tab", "down", "down") // around
	u.keys("up", "enter")
	u.shows("seq> 1 list.fold")
	u.keys("ctrl+c")
	u.types("list.f")
	u.keys("tab", "esc")
	assert.Nil(t, u.m.complete)
	u.keys("tab")
	u.types("o")
	assert.Nil(t, u.m.complete, "another key closes the list")
	u.shows("seq> list.fo")
	u.keys("tab")
	u.shows("seq> list.fold")
	u.keys("ctrl+c")
	u.types(":wo")
	u.keys("tab")
	u.shows("seq> :words")
}

func TestSidePane(t *testing.T) {
	u := sit(t, 90, 24, false)
	u.keys("f1")
	u.types("1 swap")
	content := strings.Join(u.rows(), "\n")
	assert.Contains(t, content, "┌ Stack Effects ──")
	assert.Contains(t, content, "│swap ( ..a T U -- ..a U T )")
	assert.Contains(t, content, "│ │ U   │   │ T   │")
	assert.Contains(t, content, "│ │ T   │ → │ U   │")
	u.status("Stack Effects")
	u.keys("ctrl+n")
	assert.Contains(t, strings.Join(u.rows(), "\n"), "1 ( ..a -- ..a Int )")
	u.keys("f3")
	assert.Contains(t, strings.Join(u.rows(), "\n"), "no expression has run yet")
	u.keys("ctrl+c")
	u.enters("3 4 i.+")
	assert.Contains(t, strings.Join(u.rows(), "\n"), "this input ( -- Int )")
	u.keys("f3")
	assert.NotContains(t, strings.Join(u.rows(), "\n"), "┌")
	u.enters(":help")
	content = strings.Join(u.rows(), "\n")
	assert.Contains(t, content, "┌ Help ─")
	assert.Contains(t, content, ":quit :q")
	assert.NotContains(t, content, "emacs (")
	u.keys("pgdown", "pgdown", "pgdown", "pgdown", "pgdown", "pgdown")
	assert.Contains(t, strings.Join(u.rows(), "\n"), "emacs (")
	u.keys("pgup", "pgup", "pgup", "pgup", "pgup", "pgup")
	assert.Contains(t, strings.Join(u.rows(), "\n"), ":quit :q")
	u.enters(":show")
	assert.Contains(t, strings.Join(u.rows(), "\n"), "┌ Session ─")
	u.enters(":ir")
	assert.NotContains(t, strings.Join(u.rows(), "\n"), "┌")
	u.enters(":ir ast")
	u.status("Typed AST")
	u.send(tea.WindowSizeMsg{Width: 39, Height: 24})
	assert.NotContains(t, strings.Join(u.rows(), "\n"), "┌", "too narrow")
	for _, size := range [][2]int{{1, 1}, {3, 2}, {40, 3}, {41, 1}, {0, 0}} {
		u.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		_ = u.m.View()
	}
}

func TestCommandLine(t *testing.T) {
	u := sit(t, 80, 24, false)
	u.enters("1")
	u.keys("esc")
	u.types(":sta")
	u.status(":sta")
	u.keys("tab")
	u.status(":stack")
	u.keys("tab")
	u.status(":sta")
	u.keys("shift+tab", "enter")
	u.shows("seq: :stack", "  » 1", "seq:")
	u.types(":type 1 i.+x")
	u.keys("backspace", "left", "right", "enter")
	u.shows("seq: :type 1 i.+", "  ( Int -- Int )", "seq:")
	u.types(":x")
	u.keys("esc")
	u.status("NORMAL")
	u.types(":")
	u.keys("ctrl+c")
	u.status("NORMAL")
	u.types(":")
	u.keys("backspace")
	u.status("NORMAL")
	u.types(":q")
	u.keys("enter")
	assert.True(t, u.quit)
}

func TestHistorySearch(t *testing.T) {
	u := sit(t, 80, 24, false)
	for _, text := range []string{"10 drop", "DUP", "10 20 drop drop"} {
		u.enters(text)
	}
	u.types("draft")
	u.keys("esc")
	u.types("/dr")
	u.status("/dr (1/2)")
	u.shows("seq: 10 20 drop drop")
	u.keys("tab")
	u.status("/dr (2/2)")
	u.shows("seq: 10 drop")
	u.keys("shift+tab")
	u.status("/dr (1/2)")
	u.types("zz")
	u.status("/drzz (none)")
	u.shows("seq: draft")
	u.keys("esc")
	u.shows("seq: draft")
	u.types("/dup")
	u.keys("enter")
	u.shows("seq: DUP")
	u.keys("enter")
	e := sit(t, 80, 24, true)
	e.enters("1 2 3")
	e.keys("ctrl+r")
	e.types("2")
	e.keys("enter")
	e.shows("seq> 1 2 3")
	e.keys("ctrl+u")
	e.types("x")
	e.keys("ctrl+d")
	assert.False(t, e.quit, "it deletes while there is text")
	e.keys("ctrl+b", "ctrl+d", "ctrl+d")
	assert.True(t, e.quit)
}

func TestRunningInputs(t *testing.T) {
	u := sit(t, 80, 24, false)
	u.enters("7")
	u.types(`"in" io.write-line 60000 time.sleep-ms`)
	_, cmd := u.m.Update(key("enter"))
	answers := make(chan tea.Msg)
	go func() { answers <- cmd() }()
	require.Eventually(t, func() bool { u.m.Update(outputMsg{}); return strings.Contains(ansi.Strip(u.m.View().Content), "  in") }, 10*time.Second, time.Millisecond)
	u.status("running")
	u.types("8")
	u.keys("tab", "enter", "up", "f1", "f2", "f1", "f1")
	u.shows("  in", "seq> 8", "seq>")
	u.keys("ctrl+c")
	u.shows("  in", "seq> 8")
	u.send(<-answers)
	u.shows("  in", "  interrupted", "seq> 8")
	u.keys("enter")
	u.shows("seq> 8", "  » 7 8", "seq>")
}

func TestEditorAndPaste(t *testing.T) {
	u := sit(t, 80, 24, false)
	u.send(tea.PasteMsg{Content: ": f ( -- Int )\r\n 5 ;"})
	u.keys("enter")
	u.enters("f")
	u.shows("seq> f", "  » 5", "seq>")
	_, cmd := u.m.Update(answerMsg{u.m.Shell.Handle(context.Background(), ":edit")})
	require.NotNil(t, cmd, "it asks to run the editor")
	u.send(editedMsg{})
	u.shows("  » 5", "  » 5", "seq>")
	u.send(editedMsg{errors.New("exit status 1")})
	u.shows("  the editor failed: exit status 1", "seq>")
	u.keys("esc")
	u.types(":")
	u.send(tea.PasteMsg{Content: "type\n1"})
	u.keys("enter")
	u.shows("seq: :type 1", "  ( -- Int )", "seq:")
}

func TestOutput(t *testing.T) {
	var o Output
	asked := make(chan struct{}, 10)
	o.attach(func() { asked <- struct{}{} })
	for range 3 {
		_, _ = o.Write([]byte("x"))
	}
	<-asked
	assert.Equal(t, "xxx", o.take())
	assert.Empty(t, asked, "it asks once until somebody looks")
	_, _ = o.Write([]byte(strings.Repeat("y", 3*maxUnshown)))
	<-asked
	assert.Less(t, len(o.take()), maxUnshown+10)
}

func TestTheTranscriptForgetsOldLines(t *testing.T) {
	var tr transcript
	for range 3 * maxTranscript {
		tr.write("line\n", output)
	}
	assert.LessOrEqual(t, len(tr.lines), maxTranscript+maxTranscript/10)
	tr.write("a", output)
	tr.write("b\n", output)
	tr.write("c", result)
	tr.write("d", output)
	assert.Equal(t, []string{"  ab", "  " + bold + "c" + reset, "  d"}, tr.last(3, 80, 0))
}

func TestColours(t *testing.T) {
	assert.Equal(t, "\x1b[33m1\x1b[0m \x1b[36mdup\x1b[0m", highlighted("1 dup"))
	assert.Equal(t, "\x1b[32m\"a\x1b[0m\n\x1b[32mb\"\x1b[0m", highlighted("\"a\nb\""), "no colour reaches over a line end")
	assert.Equal(t, "\x1b[36md\x1b[0m\x1b[36m\x1b[7mu\x1b[0m\x1b[36mp\x1b[0m", painted("dup", 1, 2))
}

// runs presses Enter; the function it returns waits for the answer to that.
func (u *user) runs(text string) (finish func()) {
	u.types(text)
	_, cmd := u.m.Update(key("enter"))
	answers := make(chan tea.Msg)
	go func() { answers <- cmd() }()
	return func() { u.send(<-answers) }
}

func TestWhatIsTypedAheadRunsAfterwards(t *testing.T) {
	u := sit(t, 80, 24, false)
	u.enters("5")
	finish := u.runs("6")
	u.enters("i.+")
	u.status("runs when the running input has ended")
	u.enters("nope")
	u.enters(": two ( -- Int )")
	u.enters("  2 ;")
	u.keys("esc")
	u.types(":type two")
	u.keys("enter")
	u.types("itwo i.*")
	u.keys("enter")
	u.types("half")
	u.shows("seq> i.+", "seq> nope", "seq> : two ( -- Int )", "....   2 ;", "seq: :type two", "seq> two i.*", "seq> half")
	u.rows()
	finish()
	u.shows("seq> 6", "  » 5 6", "seq> i.+", "  » 11", "seq> nope", "  <input 4>:1:1: error: unknown word 'nope' in this input [unknown-word]", "     1 | nope", "       | ^^^^",
		"seq> : two ( -- Int )", "....   2 ;", "  Defined.", "seq: :type two", "  ( -- Int )", "seq> two i.*", "  » 22", "seq> half")
	assert.Empty(t, u.m.queue)
	assert.False(t, u.m.busy)
	u.keys("ctrl+c")
	finish = u.runs("1")
	u.enters(":quit")
	u.enters("never")
	finish()
	assert.True(t, u.quit)
}

func TestManyWaitingInputsLeaveRoom(t *testing.T) {
	u := sit(t, 30, 6, false)
	finish := u.runs("1")
	for range 20 {
		u.enters("1 drop")
	}
	u.types("x")
	u.shows("seq> 1 drop", "seq> x")
	assert.Equal(t, [2]int{6, 4}, [2]int{u.m.View().Cursor.X, u.m.View().Cursor.Y})
	finish()
}

func TestCtrlCNeverEndsASession(t *testing.T) {
	for name, prepare := range map[string]func(u *user){
		"nothing typed":        func(*user) {},
		"one line":             func(u *user) { u.types("1 2") },
		"several lines":        func(u *user) { u.enters("[ 1") },
		"an operator waits":    func(u *user) { u.keys("esc"); u.types("d") },
		"visual":               func(u *user) { u.types("abc"); u.keys("esc"); u.types("v") },
		"completions":          func(u *user) { u.types("list."); u.keys("tab") },
		"search":               func(u *user) { u.keys("esc"); u.types("/dr") },
		"command line":         func(u *user) { u.keys("esc"); u.types(":sta") },
		"pane":                 func(u *user) { u.enters(":help") },
		"an input has ended":   func(u *user) { u.runs("1 drop")() },
		"an input has failed":  func(u *user) { u.enters("nope") },
		"an input is stopped":  func(u *user) { finish := u.runs("60000 time.sleep-ms"); u.keys("ctrl+c"); finish() },
		"stopping for a while": func(u *user) { finish := u.runs("60000 time.sleep-ms"); u.keys("ctrl+c", "ctrl+c"); finish() },
	} {
		for _, emacs := range []bool{false, true} {
			u := sit(t, 80, 24, emacs)
			prepare(u)
			u.keys("ctrl+c", "ctrl+c", "ctrl+c")
			assert.False(t, u.quit, name)
			u.status("Ctrl+D ends the session")
			assert.Empty(t, u.m.edit.Text(), name)
			assert.Empty(t, u.m.edit.Pending(), name)
			u.keys("ctrl+d")
			assert.True(t, u.quit, name)
		}
	}
}

func TestTheTimeIsShownAlsoWhenNothingIsLeft(t *testing.T) {
	u := sit(t, 80, 24, false)
	u.enters(":time 1 drop")
	assert.Regexp(t, `(?m)^  »\n  [0-9.]+(µs|ms|ns)$`, strings.Join(u.rows(), "\n"))
}

func TestAllCompletionsCanBeReached(t *testing.T) {
	u := sit(t, 80, 24, false)
	u.types("list.")
	u.keys("tab")
	u.shows("  list.map     ( ..a V [ ..b T -- ..b U ] -- ..a V2 )", "  … 3 more")
	seen := map[string]bool{}
	for range u.m.complete.items {
		seen[u.m.complete.items[u.m.complete.at].Text] = true
		assert.Contains(t, strings.Join(u.rows(), "\n"), u.m.complete.items[u.m.complete.at].Text+" ")
		u.keys("down")
	}
	assert.Len(t, seen, 13)
	assert.Equal(t, 0, u.m.complete.at)
	u.shows("  … 3 more")
	u.keys("up")
	u.shows("seq> list.", "  … 3 before")
	u.keys("enter")
	u.shows("seq> list.set")
	u.send(tea.WindowSizeMsg{Width: 30, Height: 5})
	u.keys("ctrl+c")
	u.types("list.")
	u.keys("tab", "down", "down", "down", "down")
	u.shows("  … 4 before", "  list.fold  ( ..a V Acc [ ..…", "  … 8 more")
}

func TestTabInsertsWhatAllCandidatesBeginWith(t *testing.T) {
	u := sit(t, 80, 24, false)
	u.enters(": qq-one ( -- ) ; : qq-only ( Int -- ) drop ;")
	u.types("1 q")
	u.keys("tab")
	u.shows("seq> 1 qq-on", "  qq-one   ( ..a -- ..a )", "  qq-only  ( ..a Int -- ..a )")
	u.keys("down", "enter")
	u.shows("seq> 1 qq-only")
}

func TestAWordTypedInFullShowsItsEffect(t *testing.T) {
	u := sit(t, 80, 24, false)
	u.enters(": listen ( -- ) ;")
	for typed, message := range map[string]string{
		"listen": " listen ( ..a -- ..a )", "1 list.fold": " list.fold ( ..a V Acc [ ..b Acc T -- ..b Acc ] -- ..a Acc )", "42": " 42 ( ..a -- ..a Int )", ":pop": " :pop take back what",
	} {
		u.types(typed)
		u.keys("tab")
		u.status(message)
		u.shows("seq> " + typed)
		u.keys("ctrl+c")
	}
	u.types("dup")
	u.keys("tab")
	u.status("dup ( ..a T -- ..a T T )")
}

func TestTheFirstLineTellsTheMostImportantKeys(t *testing.T) {
	m := newModel(context.Background(), Config{Shell: sit(t, 80, 24, false).m.Shell, Output: &Output{}, Welcome: "seqvm · Ctrl+D ends\n"})
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	assert.True(t, strings.HasPrefix(m.View().Content, "  "+dim+"seqvm · Ctrl+D ends"+reset+"\n"))
}

func TestCtrlZSuspends(t *testing.T) {
	for _, emacs := range []bool{false, true} {
		u := sit(t, 80, 24, emacs)
		_, cmd := u.m.Update(key("ctrl+z"))
		require.NotNil(t, cmd)
		assert.IsType(t, tea.SuspendMsg{}, cmd())
	}
}

func TestTheStackViewIsInReadingOrder(t *testing.T) {
	u := sit(t, 90, 20, false)
	u.keys("f1")
	u.types("1 swap")
	content := strings.Join(u.rows(), "\n")
	assert.Less(t, strings.Index(content, "│1 ( ..a -- ..a Int )"), strings.Index(content, "│swap ("))
	u.types(" dup rot over list.fold")
	content = strings.Join(u.rows(), "\n")
	assert.Contains(t, content, "│list.fold ( ..a V Acc [", "what is being typed is in sight")
	assert.Contains(t, content, "│… PgUp")
	for _, row := range u.rows()[1:19] {
		assert.Regexp(t, `[│┘]$`, row, "boxes fit")
	}
	u.keys("pgup", "pgup", "pgup", "pgup", "pgup")
	content = strings.Join(u.rows(), "\n")
	assert.Contains(t, content, "│1 ( ..a -- ..a Int )")
	assert.Contains(t, content, "… PgDn")
	u.types(" ")
	assert.Contains(t, strings.Join(u.rows(), "\n"), "│list.fold (")
}

func TestTextWrapsAtBlanks(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"", 5, []string{""}},
		{"short", 5, []string{"short"}},
		{"found 'String' here", 10, []string{"found", "'String'", "here"}},
		{"    expected: ( Int Int -- Int )", 20, []string{"    expected: ( Int", "    Int -- Int )"}},
		{"» \"0123456789abc\" 1", 8, []string{"» \"01234", "56789abc", "\" 1"}},
		{"a string->int b", 12, []string{"a", "string->int", "b"}},
		{"äöü äöü 世界世界", 8, []string{"äöü äöü", "世界世界"}},
	} {
		got := wrapWords(c.text, c.width)
		assert.Equal(t, c.want, got, c.text)
	}
}

func TestMarksStayBelowWhatTheyMark(t *testing.T) {
	for _, width := range []int{30, 40, 60, 100} {
		u := sit(t, width, 24, false)
		u.enters(`"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" drop 1 2 i.+ "text" i.+ drop "bbbbbbbbbbbbbbbbbbbbbbbbbb" drop`)
		rows := u.rows()
		found := false
		for i, row := range rows[1:] {
			if at := strings.Index(row, "^^^"); at >= 0 {
				column := ansi.StringWidth(row[:at])
				assert.Equal(t, "i.+", ansi.Cut(rows[i], column, column+3), "%d: %s", width, strings.Join(rows, "\n"))
				found = true
			}
		}
		assert.True(t, found)
	}
}
