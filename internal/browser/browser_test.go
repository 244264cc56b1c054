package browser_test

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/internal/browser"
)

func TestPage(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a b.html")
	require.NoError(t, os.WriteFile(file, []byte(`<!doctype html><link rel="icon" href="data:,"><style>body { color-scheme: light dark }</style>
<input id="in" autofocus><button id="b" onclick="this.textContent = document.getElementById('in').value">?</button>`), 0o600))
	p := browser.Open(t, file)
	p.Eval(`document.getElementById("in").focus()`, nil)
	p.Type("( Int -- )")
	p.Click("#b")
	var text string
	p.Eval(`document.getElementById("b").textContent`, &text)
	assert.Equal(t, "( Int -- )", text)
	assert.Empty(t, p.Errors())
	assert.Empty(t, p.Foreign())

	p.Resize(300, 200)
	shown, err := png.Decode(bytes.NewReader(p.Picture()))
	require.NoError(t, err)
	assert.Equal(t, 300, shown.Bounds().Dx())
	var dark bool
	p.Dark(true)
	p.Eval(`matchMedia("(prefers-color-scheme: dark)").matches`, &dark)
	assert.True(t, dark)
	var answer int
	p.Eval(`Promise.resolve(6 * 7)`, &answer)
	assert.Equal(t, 42, answer)
	p.Show(file + "#here")
	p.Eval(`document.getElementById("b").textContent`, &text)
	assert.Equal(t, "( Int -- )", text, "another place of the same page")

	other := filepath.Join(dir, "other.html")
	require.NoError(t, os.WriteFile(other, []byte(`<!doctype html><link rel="icon" href="data:,"><script src="nosuch.js"></script><script>console.error("bad"); fetch("http://127.0.0.1:9/x").catch(() => {}); nosuch()</script>`), 0o600))
	p.Show(other)
	assert.GreaterOrEqual(t, len(p.Errors()), 3, p.Errors())
	assert.Equal(t, []string{"http://127.0.0.1:9/x"}, p.Foreign())
}
