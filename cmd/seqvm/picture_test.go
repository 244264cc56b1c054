//go:build linux || darwin

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/internal/browser"
)

// pane is a terminal of tmux, whose pictures are those of the docs.
type pane struct {
	t      *testing.T
	server []string // the command of its tmux
}

// inTmux starts a command in a terminal. The test is skipped unless pictures are wanted and can be made.
func inTmux(t *testing.T, width, height, command string) *pane {
	t.Helper()
	tmux, err := exec.LookPath("tmux")
	if err != nil || os.Getenv("UPDATE_PICTURES") == "" {
		t.Skip("makes a picture: wants UPDATE_PICTURES, tmux and Chromium")
	}
	p := &pane{t, []string{tmux, "-S", filepath.Join(t.TempDir(), "tmux")}}
	p.on("new-session", "-d", "-x", width, "-y", height, "env TERM=xterm-256color SEQVM_EDIT_MODE=emacs "+command)
	t.Cleanup(func() { p.on("kill-server") })
	return p
}

// on gives tmux a command.
func (p *pane) on(args ...string) string {
	p.t.Helper()
	out, err := exec.Command(p.server[0], append(p.server[1:len(p.server):len(p.server)], args...)...).Output()
	require.NoError(p.t, err, args)
	return string(out)
}

// types types a text, presses a key and waits until a text shows.
func (p *pane) types(text, key, shows string) {
	p.t.Helper()
	if text != "" {
		p.on("send-keys", "-l", strings.ReplaceAll(text, ";", `\;`))
	}
	if key != "" {
		p.on("send-keys", key)
	}
	require.Eventually(p.t, func() bool { return strings.Contains(p.on("capture-pane", "-p"), shows) }, patience, 50*time.Millisecond, shows)
}

// picture writes what shows into docs/pictures.
func (p *pane) picture(name string) {
	p.t.Helper()
	shown := browser.OpenTerminal(p.t, p.on("capture-pane", "-e", "-N", "-p"))
	require.NoError(p.t, os.MkdirAll("../../docs/pictures", 0o755))
	require.NoError(p.t, os.WriteFile("../../docs/pictures/"+name+".png", shown.Picture(), 0o644))
}

// TestPictureOfASession makes that of the README and of docs/repl.md.
func TestPictureOfASession(t *testing.T) {
	p := inTmux(t, "100", "21", "seqvm repl")
	p.types("", "", "seq>")
	p.types(": area ( Int Int -- Int ) i.* ;", "Enter", "Defined.")
	p.types("3 4 area", "Enter", "» 12")
	p.types(`"wide" area`, "Enter", "found:")
	p.types("list-of 3 lv 1 lv 2 lv", "Enter", "2 lv")
	p.types("dup list.ma", "F1", "dup ( ..a T")
	p.types("", "Tab", "list.make  (")
	p.picture("repl")
}

// jobs is the program of the picture of the debugger: strands, of which one works and the others wait.
const jobs = `# Workers get jobs by one channel and answer by another.
union Job {
  Square { side: Int }
  Rect { width: Int, height: Int }
}

: area ( Job -- Int )
  match
    Square -> dup i.*
    Rect -> i.*
  end
;

: work ( Channel Channel -- )
  over chan.receive
  [ area over chan.send drop work ]
  [ drop drop drop ] if
;

: send ( Channel Job -- Channel ) over chan.send drop ;
: show ( Channel -- Channel )
  dup chan.receive drop int->string io.write-line
;

: main ( -- )
  chan.make chan.make
  [ work ] strand.spawn drop
  [ work ] strand.spawn drop
  swap 3 Make-Square send 4 5 Make-Rect send 6 Make-Square send
  chan.close show show show drop
;
`

// TestPictureOfTheDebugger makes that of docs/debugger.md.
func TestPictureOfTheDebugger(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "jobs.seq"), []byte(jobs), 0o600))
	p := inTmux(t, "112", "32", "sh -c 'cd "+dir+" && exec seqvm debug jobs.seq'")
	p.types("", "", "has not begun")
	p.types("break area", "Enter", "breakpoint 1 at area")
	p.types("", "F5", "jobs.seq:8 in area")
	p.types("", "F10", "jobs.seq:9 in area")
	p.types("", "F10", "Square -> dup")
	p.types("", "F3", "Channels")
	p.types("eval i.* 100 i.+", "Enter", "gives")
	p.picture("debugger")
}
