package profilepage_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/internal/browser"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/tools/profilepage"
	"github.com/seqvm/seqvm/vm"
)

// samples are those of a program: 'work' takes three quarters of the time, 'make' nearly all memory.
func samples() (vm.Samples, []*diag.Source) {
	frame := func(word string, line int) vm.Frame { return vm.Frame{Word: word, File: "p.seq", Line: line} }
	list := []*vm.Sample{
		{Trail: []vm.Frame{frame("work", 1), frame("main", 3)}, Count: 300, Bytes: 100},
		{Trail: []vm.Frame{frame("make", 2), frame("again", 4), frame("again", 4), frame("main", 3)}, Count: 90, Bytes: 1 << 20},
		{Trail: []vm.Frame{frame("main", 3)}, Count: 10},
	}
	text := ": work ( -- ) ;\n: make ( -- ) ; # </script><script>oops()</script> {{data}}\n: main ( -- ) work make ;\n: again ( -- ) ;\n"
	return vm.Samples{Duration: 2 * time.Second, Period: 4 * time.Millisecond, List: list}, []*diag.Source{diag.NewSource("p.seq", text)}
}

// The page as people use it.
func TestPageInABrowser(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.html")
	f, err := os.Create(path)
	require.NoError(t, err)
	list, sources := samples()
	require.NoError(t, profilepage.Write(f, "p.seq <b>", list, sources))
	require.NoError(t, f.Close())

	p := browser.Open(t, path)
	assert.Equal(t, "p.seq <b>: profile", p.Text("document.title"))
	bars := "[...document.querySelectorAll('#flame div')].map(e => e.dataset.word).join(' ')"
	assert.Equal(t, "all main again again make work", p.Text(bars))
	assert.Equal(t, "work", p.Text("document.querySelector('#words tr td.text').textContent"))
	assert.Equal(t, "1.20 s", p.Text("document.querySelector('#words tr td').textContent"))
	assert.Contains(t, p.Text("document.querySelector('#sources pre').textContent"), "</script><script>oops()</script> {{data}}")

	p.Click("[data-word=work]")
	assert.Equal(t, "all main work", p.Text(bars), "a click shows the word alone")
	assert.Equal(t, "work: 1.20 s, 75.0 %", p.Text("document.querySelector('#about').textContent.replace('  p.seq:1', '')"))
	p.Click("#back")
	assert.Equal(t, "all main again again make work", p.Text(bars))
	p.Click("#memory")
	assert.Equal(t, "make", p.Text("document.querySelector('#words tr td.text').textContent"))
	assert.Equal(t, "1.00 MB", p.Text("document.querySelector('#words tr td').textContent.replace('1.0 MB', '1.00 MB')"))
	p.Click("th[data-by=name]")
	assert.Equal(t, "again", p.Text("document.querySelector('#words tr td.text').textContent"))
	assert.Empty(t, p.Errors())
	assert.Empty(t, p.Foreign())
}

// A picture for the documentation, of the page that SEQVM_PAGE names, goes to the file SEQVM_PICTURE.
func TestPicture(t *testing.T) {
	page, to := os.Getenv("SEQVM_PAGE"), os.Getenv("SEQVM_PICTURE")
	if page == "" || to == "" {
		t.Skip("SEQVM_PAGE and SEQVM_PICTURE make a picture")
	}
	p := browser.Open(t, page)
	require.NoError(t, os.WriteFile(to, p.Picture(), 0o666))
}

// Without a browser: words count once for each sample, however often they are on the stack, and nothing can end the data early.
func TestPageIsOneScript(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.html")
	f, err := os.Create(path)
	require.NoError(t, err)
	list, sources := samples()
	require.NoError(t, profilepage.Write(f, "p.seq", list, sources))
	require.NoError(t, f.Close())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "<script>oops")
	assert.Contains(t, string(text), `{"name":"again","place":"p.seq","count":0,"bytes":0,"allCount":90,"allBytes":1048576}`)
	assert.NotContains(t, string(text), "http")
}
