package doc_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/builtins/parts"
	"github.com/seqvm/seqvm/stdlib"
	"github.com/seqvm/seqvm/tools/doc"
)

// shown runs an example and returns what it writes, on one line.
func shown(t *testing.T, w doc.Word) string {
	t.Helper()
	var source strings.Builder
	if w.Module != "" {
		fmt.Fprintf(&source, "include %s\n", w.Module)
		if w.Module == "std:signal" || strings.Contains(w.Example, "json-") {
			fmt.Fprintln(&source, "include std:json")
		}
	}
	dump := " stack.dump"
	if strings.HasSuffix(w.Example, "stack.dump") {
		dump = ""
	}
	fmt.Fprintf(&source, ": main ( -- ) %s%s ;\n", w.Example, dump)
	prog, err := seqvm.Compile(seqvm.Text("example.seq", source.String()), seqvm.Options{Words: seqvm.AllWords().Link(parts.Functions(seqvm.Version))})
	require.NoError(t, err, "%s:\n%s", w.Name, source.String())
	var out bytes.Buffer
	_, err = prog.Run(t.Context(), seqvm.Config{Stdout: &out, Stdin: strings.NewReader("hello\n"), Args: []string{"example.seq"}})
	require.NoError(t, err, w.Name)
	return strings.ReplaceAll(strings.TrimSuffix(out.String(), "\n"), "\n", `\n`)
}

// With UPDATE_DOCS set the test writes examples.txt and docs/words.md anew.
func TestEveryWordIsDescribedAndItsExampleHolds(t *testing.T) {
	update := os.Getenv("UPDATE_DOCS") != ""
	page, err := filepath.Abs("examples.txt")
	require.NoError(t, err)
	t.Chdir(t.TempDir()) // for those that write files
	results := map[string]string{}
	for _, s := range doc.Sections() {
		for _, w := range s.Words {
			assert.NotEmpty(t, w.Effect, w.Name)
			assert.NotEmpty(t, w.Doc, w.Name)
			if assert.NotEmpty(t, w.Example, w.Name) {
				results[w.Name] = shown(t, w)
				if !update {
					assert.Equal(t, results[w.Name], w.Result, w.Name)
				}
			}
		}
	}
	if !update {
		return
	}
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		name, rest, ok := strings.Cut(strings.TrimRight(line, "\n"), "  ")
		if ok && !strings.HasPrefix(line, "# ") {
			code, _, _ := strings.Cut(rest, " -> ")
			line = fmt.Sprintf("%s  %s -> %s\n", name, code, results[name])
		}
		b.WriteString(line)
	}
	require.NoError(t, os.WriteFile(page, []byte(b.String()), 0o644))
}

func TestThePageIsUpToDate(t *testing.T) {
	var page bytes.Buffer
	doc.Markdown(&page)
	if os.Getenv("UPDATE_DOCS") != "" {
		require.NoError(t, os.WriteFile("../../docs/words.md", page.Bytes(), 0o644))
		return
	}
	text, err := os.ReadFile("../../docs/words.md")
	require.NoError(t, err)
	assert.True(t, bytes.Equal(text, page.Bytes()), "make docs writes it anew")
}

// The page of modules has the table of each module of "vm:" that the page of words has.
func TestThePageOfModulesIsUpToDate(t *testing.T) {
	const path = "../../docs/modules.md"
	var words bytes.Buffer
	doc.Markdown(&words)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	page := string(b)
	for _, name := range stdlib.Names(stdlib.VM) {
		section := regexp.MustCompile(`(?s)\n## vm:` + name + `\n.*?\n\|.*?\|\n(?:\n|$)`)
		want, got := strings.TrimSpace(section.FindString(words.String())), strings.TrimSpace(section.FindString(page))
		require.NotEmpty(t, want, name)
		require.NotEmpty(t, got, "docs/modules.md has no section with a table on vm:%s", name)
		if os.Getenv("UPDATE_DOCS") != "" {
			page = strings.Replace(page, got, want, 1)
			continue
		}
		assert.Equal(t, want, got, "make docs writes it anew")
	}
	if os.Getenv("UPDATE_DOCS") != "" {
		require.NoError(t, os.WriteFile(path, []byte(page), 0o644))
	}
}

func TestFind(t *testing.T) {
	w, ok := doc.Find("zipper.right")
	require.True(t, ok)
	assert.Equal(t, "std:zipper", w.Module)
	assert.Equal(t, "( Variant -- Variant )", w.Effect)
	_, ok = doc.Find("%json-parse")
	assert.False(t, ok, "what modules are built on is nobody's business")
	for name, title := range map[string]string{"std:json": "std:json", "json": "std:json", "vm:io": "vm:io", "io": "vm:io"} {
		found := doc.FindModules(name)
		require.Len(t, found, 1, name)
		assert.Equal(t, title, found[0].Title)
		assert.NotEmpty(t, found[0].Doc)
	}
	for _, name := range []string{"nothing", "", ":", "std:io", "Strings"} {
		assert.Empty(t, doc.FindModules(name), name)
	}
}
