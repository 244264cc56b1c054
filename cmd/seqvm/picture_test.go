//go:build linux || darwin

package main

import (
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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

	page := filepath.Join(t.TempDir(), "session.html")
	require.NoError(t, os.WriteFile(page, []byte(screenPage(on("capture-pane", "-e", "-p"))), 0o600))
	p := browser.Open(t, page)
	var size struct{ Width, Height float64 }
	p.Eval(`(() => { const r = document.querySelector("pre").getBoundingClientRect(); return {Width: r.width, Height: r.height}; })()`, &size)
	p.Resize(int(size.Width), int(size.Height))
	require.NoError(t, os.MkdirAll("../../docs/pictures", 0o755))
	require.NoError(t, os.WriteFile("../../docs/pictures/repl.png", p.Picture(), 0o644))
}

// rendition is an escape sequence that changes colours (ECMA-48, SGR).
var rendition = regexp.MustCompile(`\x1b\[([0-9;]*)m`)

// colours are those of a dark terminal.
var colours = []string{"#2b2f36", "#e27a80", "#8ec07c", "#e5c07b", "#79aaf0", "#c792d8", "#63c0c8", "#c8ccd4"}

// screenPage is a page that shows a screen with its colours.
func screenPage(screen string) string {
	var b strings.Builder
	b.WriteString(`<!doctype html><meta charset="utf-8"><style>body { margin: 0 } pre { display: inline-block; margin: 0; padding: 14px 18px; background: #191c20; color: #dfe2e6; font: 15px/1.3 "DejaVu Sans Mono", monospace }</style><pre>`)
	style := map[string]string{}
	at := 0
	text := func(s string) {
		css := ""
		for _, key := range []string{"color", "font-weight", "opacity", "background"} {
			if style[key] != "" {
				css += key + ":" + style[key] + ";"
			}
		}
		fmt.Fprintf(&b, `<span style="%s">%s</span>`, css, html.EscapeString(s))
	}
	for _, m := range rendition.FindAllStringSubmatchIndex(screen, -1) {
		text(screen[at:m[0]])
		at = m[1]
		for _, code := range strings.Split(screen[m[2]:m[3]], ";") {
			var n int
			_, _ = fmt.Sscan(code, &n)
			switch {
			case n == 0:
				style = map[string]string{}
			case n == 1:
				style["font-weight"] = "bold"
			case n == 2:
				style["opacity"] = "0.6"
			case n == 7:
				style["background"] = "#3a4048"
			case n == 27:
				delete(style, "background")
			case 30 <= n && n <= 37:
				style["color"] = colours[n-30]
			case n == 39:
				delete(style, "color")
			case n == 90:
				style["color"] = "#868d97"
			}
		}
	}
	text(strings.TrimRight(screen[at:], "\n"))
	b.WriteString("</pre>")
	return b.String()
}
