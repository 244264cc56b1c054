package browser

import (
	"cmp"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// rendition is an escape sequence that changes colours (ECMA-48, SGR).
var rendition = regexp.MustCompile(`\x1b\[([0-9;:]*)m`)

// colours are those of a dark terminal.
var colours = []string{"#2b2f36", "#e27a80", "#8ec07c", "#e5c07b", "#79aaf0", "#c792d8", "#63c0c8", "#c8ccd4"}

// ink and ground are the colours of a text that has none. Lines are as high as the pieces that boxes are drawn of.
const (
	ink    = "#dfe2e6"
	ground = "#191c20"
)

const terminalHead = `<!doctype html><meta charset="utf-8"><style>body { margin: 0 } pre { display: inline-block; margin: 0; padding: 14px 18px; background: ` + ground + `; color: ` + ink + `; font: 15px/1.164 "DejaVu Sans Mono", monospace }</style><pre>`

// OpenTerminal opens a page that shows the screen of a terminal with its colours, as 'tmux capture-pane -e -p' writes it,
// and is as large as that.
func OpenTerminal(t testing.TB, screen string) *Page {
	t.Helper()
	file := filepath.Join(t.TempDir(), "screen.html")
	if err := os.WriteFile(file, []byte(terminalHead+coloured(screen)+"</pre>"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := Open(t, file)
	var size struct{ Width, Height float64 }
	p.Eval(`(() => { const r = document.querySelector("pre").getBoundingClientRect(); return {Width: r.width, Height: r.height}; })()`, &size)
	p.Resize(int(size.Width), int(size.Height))
	return p
}

// style is the properties of CSS that hold for a text.
type style map[string]string

func coloured(screen string) string {
	var b strings.Builder
	s := style{}
	at := 0
	for _, m := range rendition.FindAllStringSubmatchIndex(screen, -1) {
		b.WriteString(s.span(screen[at:m[0]]))
		at = m[1]
		s = s.changed(strings.Split(screen[m[2]:m[3]], ";"))
	}
	b.WriteString(s.span(strings.TrimRight(screen[at:], "\n")))
	return b.String()
}

func (s style) span(text string) string {
	css := ""
	if s["reverse"] != "" {
		s = style{"color": cmp.Or(s["background"], ground), "background": cmp.Or(s["color"], ink), "font-weight": s["font-weight"]}
	}
	for _, key := range []string{"color", "font-weight", "font-style", "opacity", "background", "text-decoration"} {
		if s[key] != "" {
			css += key + ":" + s[key] + ";"
		}
	}
	return fmt.Sprintf(`<span style="%s">%s</span>`, css, html.EscapeString(text))
}

// simple are the codes that set one property, or take it back.
var simple = map[int][2]string{
	1: {"font-weight", "bold"}, 2: {"opacity", "0.6"}, 3: {"font-style", "italic"}, 4: {"text-decoration", "underline"}, 7: {"reverse", "on"},
	22: {"font-weight", ""}, 23: {"font-style", ""}, 24: {"text-decoration", ""}, 27: {"reverse", ""}, 39: {"color", ""}, 49: {"background", ""},
	90: {"color", "#868d97"},
}

// changed is the style behind codes.
func (s style) changed(codes []string) style {
	for len(codes) > 0 {
		whole, _, _ := strings.Cut(codes[0], ":") // 4:3 is an underline of another form
		n, _ := strconv.Atoi(whole)
		codes = codes[1:]
		switch set, ok := simple[n]; {
		case n == 0:
			s = style{}
		case ok:
			s[set[0]] = set[1]
		case 30 <= n && n <= 37:
			s["color"] = colours[n-30]
		case 40 <= n && n <= 47:
			s["background"] = colours[n-40]
		case 91 <= n && n <= 97:
			s["color"] = colours[n-90]
		case (n == 38 || n == 48) && len(codes) >= 4 && codes[0] == "2":
			s[map[int]string{38: "color", 48: "background"}[n]] = "rgb(" + strings.Join(codes[1:4], ",") + ")"
			codes = codes[4:]
		}
	}
	return s
}
