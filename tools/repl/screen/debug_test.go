package screen

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/tools/debugger"
)

// debugs sits down before a program that is debugged.
type debugs struct {
	user
	m *debug
}

// page is the page of the docs on the debugger.
func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../../docs/debugger.md")
	require.NoError(t, err)
	return string(text)
}

// shapes is the program on that page.
func shapes(t *testing.T) string {
	t.Helper()
	_, text, ok := strings.Cut(page(t), "```seq shapes.seq\n")
	require.True(t, ok)
	text, _, _ = strings.Cut(text, "```")
	return text
}

func debugged(t *testing.T, source string, width, height int) *debugs {
	t.Helper()
	return debuggedWith(t, source, Debug{}, width, height)
}

func debuggedWith(t *testing.T, source string, d Debug, width, height int) *debugs {
	t.Helper()
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("shapes.seq", []byte(source), 0o600))
	prog, err := seqvm.CompileForDebugger(seqvm.File("shapes.seq"), seqvm.Options{})
	require.NoError(t, err)
	d.Options.Program = prog
	d.Ended = func(to io.Writer, status int, err error) { fmt.Fprintf(to, "ended: %d, %v\n", status, err) }
	m, err := newDebug(context.Background(), d)
	require.NoError(t, err)
	t.Cleanup(m.close)
	u := &debugs{user{t: t, shown: m}, m}
	u.send(tea.WindowSizeMsg{Width: width, Height: height})
	return u
}

func (u *debugs) screen() string { return strings.Join(u.rows(), "\n") }

// sees expects texts on the screen.
func (u *debugs) sees(texts ...string) {
	u.t.Helper()
	for _, text := range texts {
		assert.Contains(u.t, u.screen(), text)
	}
}

func TestADebuggedProgram(t *testing.T) {
	u := debugged(t, shapes(t), 100, 20)
	u.sees("not begun", " 10    int->string")
	u.enters("break area")
	u.sees("● ▶"[:len("●")] + "   3    match")
	u.keys("f5")
	u.sees("●▶  3    match", "breakpoint 1", "  0  :Box 2 3 wrap-2", ">  0  area  shapes.seq:3", "   2  main  shapes.seq:9", "shapes.seq:3 in area")
	assert.NotContains(t, u.screen(), "Strands")
	u.keys("f2")
	u.sees("> #1  stands here  shapes.seq:3")
	assert.NotContains(t, u.screen(), "Calls")
	u.keys("f2")
	u.sees("┌ Calls ─")
	u.keys("f10")
	u.sees(" ▶  5      Box -> i.*", "  0  3", "  1  2", "  2  1")
	u.keys("f8")
	u.sees("shapes.seq:3 in area, 1 statement ago")
	u.keys("f10", "shift+f11")
	u.sees(" ▶  7  : sum", "  0  6")
	u.enters("eval 10 i.+")
	u.sees("gives » 1 16")
	u.enters("")
	assert.Equal(t, 2, strings.Count(u.screen(), "gives » 1 16"))
	u.keys("f5")
	u.sees("  7\n", "ended: 0, <nil>", "Ctrl+D ends the debugger")
	u.keys("f10")
	u.status("the program has ended")
	u.keys("ctrl+d")
	assert.True(t, u.quit)
	assert.Equal(t, endMsg{}, u.m.end)
}

func TestThePageShowsTheScreen(t *testing.T) {
	text := page(t)
	u := debugged(t, shapes(t), 96, 24)
	u.enters("break area")
	u.keys("f5", "f10")
	u.enters("eval 10 i.+")
	assert.Contains(t, text, "```text\n"+u.screen()+"\n```\n", u.screen())
}

func TestBreakpointsByKeys(t *testing.T) {
	u := debugged(t, shapes(t), 100, 20)
	u.keys("ctrl+down", "ctrl+down", "ctrl+down", "ctrl+down", "f9")
	u.sees("●   5      Box")
	u.enters("log 7 sum")
	u.sees("○   7  : sum")
	u.keys("f5")
	u.sees("●▶  5      Box", "breakpoint 1")
	u.keys("f9")
	u.sees(" ▶  5      Box")
	u.keys("ctrl+up", "ctrl+up", "f9")
	u.sees("●   3    match")
	assert.Len(t, u.m.commands.Session.Breakpoints(), 2)
}

func TestCommandsAreCompletedAndKept(t *testing.T) {
	u := debugged(t, shapes(t), 100, 40)
	u.types("bre")
	u.keys("tab")
	u.sees("  break        stop there", "  breakpoints  list the breakpoints")
	u.keys("enter")
	u.types(" ar")
	u.keys("tab", "enter")
	u.sees("debug> break area", "breakpoint 1 at area")
	u.enters("breakpoint")
	u.sees("error: there is no command 'breakpoint'; did you mean 'breakpoints'?")
	u.keys("up", "up")
	assert.Equal(t, "break area", u.m.edit.Text())
	u.keys("down", "down")
	assert.Empty(t, u.m.edit.Text())
	u.types("zz")
	u.keys("tab")
	u.status("nothing begins with 'zz'")
	u.keys("ctrl+c")
	assert.Empty(t, u.m.edit.Text())
	u.types("?")
	u.sees("F11, F7             into the next word")
	u.enters("quit")
	assert.True(t, u.quit)
	assert.ErrorIs(t, u.m.end.err, debugger.ErrQuit)
}

func TestListsBesideTheSource(t *testing.T) {
	u := debugged(t, ": main ( -- ) chan.make 7 over chan.send drop 5 >aux chan.receive drop drop aux> drop ;\n", 100, 30)
	u.keys("f11")
	u.sees("┌ Strands ─", "> #1  stands here")
	u.keys("f10", "f10", "f10", "f10", "f10", "f10", "f10")
	u.sees("┌ Aux stack ─", "aux » 5")
	u.keys("f3")
	u.sees("┌ Channels ─", "channel 1 holds 1: 7; unboun", "  0  <")
	u.keys("f4")
	u.sees("┌ Weaves ─", "no strand holds one")
}

func TestErrorsAreShownWhereTheyAre(t *testing.T) {
	u := debugged(t, ": main ( -- )\n  \"text\" io.write-line\n  -1 args.at drop ;\n", 100, 24)
	u.keys("f5")
	u.sees("  text\n", "runtime error: args.at", " ▶  3    -1 args.at drop ;")
	u.keys("f5")
	u.sees("ended: 1, seq: runtime error")
}

// The screen is filled at each size, in each state; rows checks that.
func TestSizes(t *testing.T) {
	u := debugged(t, "# "+strings.Repeat("long ", 100)+"\n"+strings.Repeat("#\n", 200)+shapes(t), 100, 20)
	all := func() {
		for _, width := range []int{1, 2, 7, 8, 20, 59, 60, 100, 300} {
			for _, height := range []int{1, 2, 3, 4, 5, 6, 7, 8, 12, 20, 100} {
				u.send(tea.WindowSizeMsg{Width: width, Height: height})
				u.m.View()
				if width >= 20 {
					u.rows()
				}
			}
		}
	}
	all()
	u.types("s")
	u.keys("tab")
	all()
	u.keys("esc", "backspace")
	u.enters("break area")
	u.keys("f5")
	all()
	u.send(tea.WindowSizeMsg{Width: 100, Height: 20})
	u.sees("●▶204    match")
	u.keys("f5", "pgup", "pgup")
	all()
	assert.Equal(t, ended, u.m.state)
}

// The line editor has the keys that sessions have: those of vi unless somebody wants those of Emacs.
func TestKeysOfTheCommandLine(t *testing.T) {
	source := shapes(t)
	u := debugged(t, source, 100, 24)
	u.types("break xarea")
	u.keys("esc")
	u.sees("debug: break xarea")
	u.status("not begun  NORMAL")
	u.types("bx")
	u.keys("enter")
	u.sees("breakpoint 1 at area", "debug:")
	u.types("d")
	u.status("d...")
	u.keys("ctrl+c")
	u.types(":breakpoints")
	u.sees("debug> breakpoints")
	u.keys("enter")
	u.sees("  1  area  (came by 0 times)")
	u.enters(":delete 1")
	u.enters("breakpoints")
	u.sees("there are none")
	u.keys("esc")
	u.types("/AREA")
	u.status("/AREA (1/1)")
	u.sees("debug: break area")
	u.keys("enter")
	assert.Equal(t, "break area", u.m.edit.Text())
	u.types("/")
	u.send(tea.PasteMsg{Content: "nowhere"})
	u.status("/nowhere (none)")
	u.keys("ctrl+c")
	assert.Equal(t, "break area", u.m.edit.Text())
	u.keys("f11")
	u.sees("▶  9    1 2 3")
	u.keys("ctrl+d")
	assert.True(t, u.quit)

	u = debuggedWith(t, source, Debug{Emacs: true}, 100, 24)
	u.types("rea area")
	u.keys("ctrl+a")
	u.types("b")
	u.keys("ctrl+e", "ctrl+w")
	u.types("sum")
	u.keys("esc", "enter")
	u.sees("error: there is no command 'brea'; did you mean 'break'?")
	u.keys("ctrl+p", "ctrl+a", "ctrl+d")
	assert.Equal(t, "rea sum", u.m.edit.Text())
	u.keys("ctrl+u", "ctrl+r")
	u.types("brea")
	u.status("/brea (1/1)")
}
