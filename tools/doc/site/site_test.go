package site_test

import (
	"fmt"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/internal/browser"
	"github.com/seqvm/seqvm/tools/doc"
	"github.com/seqvm/seqvm/tools/doc/site"
)

// language is the site of the language, on disk.
func language(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "made", "site")
	require.NoError(t, site.Write(dir, "Seq", doc.Sections()))
	return dir
}

// Every link leads to a page and a place that are there, and nothing comes from elsewhere.
func TestLinks(t *testing.T) {
	dir := language(t)
	files, err := filepath.Glob(filepath.Join(dir, "*.html"))
	require.NoError(t, err)
	assert.Len(t, files, len(doc.Sections())+1)
	link := regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	id := regexp.MustCompile(` id="([^"]*)"`)
	ids := map[string]bool{}
	var links [][2]string
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		name := filepath.Base(f)
		ids[name] = true
		for _, m := range id.FindAllStringSubmatch(string(text), -1) {
			place := name + "#" + html.UnescapeString(m[1])
			assert.False(t, ids[place], "%s is there twice", place)
			ids[place] = true
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			to, err := url.PathUnescape(html.UnescapeString(m[1]))
			require.NoError(t, err)
			links = append(links, [2]string{name, to})
		}
	}
	for _, l := range links {
		to := l[1]
		switch {
		case to == "data:,", strings.HasPrefix(to, "#?"):
			continue
		case strings.HasPrefix(to, "#"):
			to = l[0] + to
		}
		page, _, _ := strings.Cut(to, "#")
		if !strings.HasSuffix(page, ".html") {
			assert.FileExists(t, filepath.Join(dir, to))
			continue
		}
		assert.True(t, ids[to], "%s leads to %s", l[0], to)
	}
}

// A program's texts are text on its pages, whatever stands in them.
func TestProgram(t *testing.T) {
	dir := t.TempDir()
	s := doc.Section{Title: "src/money.seq", Path: "src/money.seq", Doc: "Money.", Unions: []doc.Union{{Name: "Money", Text: "union Money { Euro { cents: Int }  Nothing }", Doc: "An amount with a <currency>."}},
		Words: []doc.Word{{Name: "</script>", Effect: "( Money -- Bool )", Doc: "Is there any?\n\nSee `</script>`.", Path: "src/money.seq", Line: 8, Examples: []doc.Example{{Code: "1 Make-Euro rich?", Result: "true"}}}}}
	other := s
	other.Title = "src-money.seq"
	require.NoError(t, site.Write(dir, "money", []doc.Section{s, other}))
	text, err := os.ReadFile(filepath.Join(dir, "src-money-seq.html"))
	require.NoError(t, err)
	assert.FileExists(t, filepath.Join(dir, "src-money-seq-2.html"))
	page := string(text)
	assert.Contains(t, page, `<p>An amount with a &lt;currency&gt;.</p>`)
	assert.Contains(t, page, `<p>See <code>&lt;/script&gt;</code>.</p>`)
	assert.Contains(t, page, `<p class="where">src/money.seq:8</p>`)
	assert.Contains(t, page, `<b>true</b>`)
	assert.NotContains(t, page, "words of the language")
	assert.Equal(t, 3, strings.Count(page, "</script>"))
	words, err := os.ReadFile(filepath.Join(dir, "words.js"))
	require.NoError(t, err)
	assert.NotContains(t, string(words), "<")

	err = site.Write(filepath.Join(dir, "words.js"), "money", nil)
	assert.Error(t, err, "a file is no folder")
}

const (
	patience = 30 * time.Second
	tick     = 20 * time.Millisecond
)

// found are the names that the page shows.
func found(p *browser.Page) (names []string) {
	p.Eval(`[...document.querySelectorAll("#found b")].map(e => e.textContent)`, &names)
	return names
}

// The site in a browser, from the disk: search by name, text and effect, with keys and by address; no error, and
// nothing from elsewhere.
func TestInABrowser(t *testing.T) {
	dir := language(t)
	p := browser.Open(t, filepath.Join(dir, "index.html"))
	search := func(text string) []string {
		p.Eval(`document.getElementById("search").value = ""; document.getElementById("search").focus()`, nil)
		p.Type(text)
		return found(p)
	}
	assert.Equal(t, []string{"list.map"}, search("list.map")[:1])
	assert.Contains(t, search("line end input"), "io.read-line")
	assert.Contains(t, search("std:zipper"), "zipper.right")
	assert.Empty(t, search("nosuchword"))
	assert.Empty(t, search("( String"))
	assert.Contains(t, search("( String String -- Bool )"), "string.starts-with")
	picture(t, p, "doc-search.png")
	p.Dark(true)
	picture(t, p, "doc-search-dark.png")
	p.Dark(false)

	assert.Equal(t, "list.map", search("list.map")[0])
	p.Click("#found li a")
	var at string
	assert.Eventually(t, func() bool {
		p.Eval(`location.hash`, &at)
		return at == "#list.map"
	}, patience, tick)
	p.Show(filepath.Join(dir, "lists.html") + "#?( T -- T T )")
	assert.Eventually(t, func() bool { return slices.Contains(found(p), "dup") }, patience, tick)
	p.Eval(`document.getElementById("search").dispatchEvent(new KeyboardEvent("keydown", {key: "Escape"}))`, nil)
	assert.Empty(t, found(p))
	picture(t, p, "doc-section.png")
	assert.Empty(t, p.Errors())
	assert.Empty(t, p.Foreign())
}

// Both forms of the search by effect find the same.
func TestEffectsInABrowser(t *testing.T) {
	p := browser.Open(t, filepath.Join(language(t), "index.html"))
	effects := []string{"( -- )", "( Int )", "( Int -- Int )", "( V [ T -- U ] -- V )", "( Variant Int -- Variant )", "( ..a Int -- ..b )", "( A B C -- C B A )", "( String Int Int -- String )", "( [ -- ] -- )", "( Closure[ Int -- Int ] -- Int )", "( Json -- String )"}
	for _, s := range doc.Sections() {
		for _, w := range s.Words {
			if !slices.Contains(effects, w.Effect) {
				effects = append(effects, w.Effect)
			}
		}
	}
	for i, effect := range effects {
		if i > 20 && i%3 > 0 {
			continue // a part of them is enough
		}
		matches, err := doc.ByEffect(doc.Sections(), effect)
		want := []string{}
		for _, m := range matches {
			want = append(want, m.Name+" "+m.Note)
		}
		var got []string
		p.Eval(fmt.Sprintf(`(window.seqEffects.byEffect(window.seq.words, window.seq.unions, %q) ?? [{word: {name: "no"}, note: "effect"}]).map(m => m.word.name + " " + m.note)`, effect), &got)
		if err != nil {
			want = []string{"no effect"}
		}
		assert.Equal(t, want, got, effect)
	}
}
