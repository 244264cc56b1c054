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

// TestPictureOfASession makes docs/pictures/repl.png of a session in a terminal of tmux, with UPDATE_PICTURES set.
func TestPictureOfASession(t *testing.T) {
	tmux, err := exec.LookPath("tmux")
	if err != nil || os.Getenv("UPDATE_PICTURES") == "" {
		t.Skip("makes the picture of the README: wants UPDATE_PICTURES, tmux and Chromium")
	}
	socket := filepath.Join(t.TempDir(), "tmux")
	on := func(args ...string) string {
		t.Helper()
		out, err := exec.Command(tmux, append([]string{"-S", socket}, args...)...).Output()
		require.NoError(t, err, args)
		return string(out)
	}
	on("new-session", "-d", "-x", "100", "-y", "21", "env TERM=xterm-256color SEQVM_EDIT_MODE=emacs seqvm repl")
	defer exec.Command(tmux, "-S", socket, "kill-server").Run()
	shows := func(text string) {
		t.Helper()
		require.Eventually(t, func() bool { return strings.Contains(on("capture-pane", "-p"), text) }, patience, 50*time.Millisecond, text)
	}
	shows("seq>")
	for _, line := range [][2]string{
		{": area ( Int Int -- Int ) i.* ;", "Defined."}, {"3 4 area", "» 12"}, {`"wide" area`, "found:"}, {"list-of 3 lv 1 lv 2 lv", "2 lv"},
	} {
		on("send-keys", "-l", strings.ReplaceAll(line[0], ";", `\;`))
		on("send-keys", "Enter")
		shows(line[1])
	}
	on("send-keys", "-l", "dup list.ma")
	on("send-keys", "F1")
	shows("dup ( ..a T")
	on("send-keys", "Tab")
	shows("list.make  (")

	p := browser.OpenTerminal(t, on("capture-pane", "-e", "-p"))
	require.NoError(t, os.MkdirAll("../../docs/pictures", 0o755))
	require.NoError(t, os.WriteFile("../../docs/pictures/repl.png", p.Picture(), 0o644))
}
