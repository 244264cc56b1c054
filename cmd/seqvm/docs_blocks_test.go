package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// block is a block of code of a page.
type block struct {
	language string
	words    []string // behind the language
	text     string
	result   *string // the text block right behind it; nil: there is none
	line     int
}

var blockForm = regexp.MustCompile("(?ms)^```([a-z]*) ?([^\n]*)\n(.*?)^```$")

// blocksOf reads the blocks of a page.
func blocksOf(page string) []block {
	var list []block
	end := 0
	for _, m := range blockForm.FindAllStringSubmatchIndex(page, -1) {
		b := block{language: page[m[2]:m[3]], words: strings.Fields(page[m[4]:m[5]]), text: page[m[6]:m[7]], line: 1 + strings.Count(page[:m[0]], "\n")}
		if n := len(list); b.language == "text" && n > 0 && strings.TrimSpace(page[end:m[0]]) == "" {
			list[n-1].result = &b.text
		}
		list = append(list, b)
		end = m[1]
	}
	return list
}

// TestBlocksOfDocs runs what the pages show. A page's blocks share an empty folder, in order:
//
//	```seq           a program: runs, and writes what a text block right behind it has; without a main it is checked
//	```seq NAME      the same, kept under the name for blocks that follow
//	```seq NAME kept is kept only: it is wrong, and commands show how
//	```seq check     is checked and not run: it waits for clients, say
//	```console       lines with "$ " are commands, the lines behind each what it writes
//
// docs/diagnostics.md is held by the tests of tools/explain. With UPDATE_DOCS set, what commands write is written into the pages.
func TestBlocksOfDocs(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	programs := 0
	for _, path := range append(pages, "../../README.md") {
		name := filepath.Base(path)
		if name == "diagnostics.md" {
			continue
		}
		page, err := os.ReadFile(path)
		require.NoError(t, err)
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for i, b := range blocksOf(string(page)) {
				switch b.language {
				case "seq":
					programs++
					b.program(t, dir, i)
				case "console":
					b.commands(t, dir, path)
				}
			}
		})
	}
	assert.Greater(t, programs, 60)
}

var hasMain = regexp.MustCompile(`(?m)^: main `)

// program runs or checks a block.
func (b *block) program(t *testing.T, dir string, number int) {
	t.Helper()
	name := "block-" + string(rune('a'+number/26)) + string(rune('a'+number%26)) + ".seq"
	onlyCheck := slices.Contains(b.words, "check")
	if len(b.words) > 0 && !onlyCheck {
		name = b.words[0]
	}
	file := filepath.Join(dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
	require.NoError(t, os.WriteFile(file, []byte(b.text), 0o666))
	if slices.Contains(b.words, "kept") {
		return
	}
	command := "run"
	switch {
	case strings.HasPrefix(filepath.Base(name), "test-"):
		command = "test"
	case onlyCheck || !hasMain.MatchString(b.text):
		command = "check"
	}
	out, status := inFolder(dir, "seqvm", command, name)
	if assert.Zero(t, status, "line %d: %s\n%s", b.line, command, out) && b.result != nil {
		assert.Equal(t, *b.result, out, "line %d", b.line)
	}
}

// commands runs the commands of a block of the page at path.
func (b *block) commands(t *testing.T, dir, path string) {
	t.Helper()
	var shown, found strings.Builder
	for line := range strings.Lines(b.text) {
		shown.WriteString(line)
		command, is := strings.CutPrefix(line, "$ ")
		if !is {
			continue
		}
		found.WriteString(line)
		out, _ := inFolder(dir, "sh", "-c", command)
		found.WriteString(out)
	}
	if os.Getenv("UPDATE_DOCS") != "" {
		page, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, bytes.Replace(page, []byte(shown.String()), []byte(found.String()), 1), 0o644))
		return
	}
	assert.Equal(t, shown.String(), found.String(), "line %d", b.line)
}

// inFolder runs a command and returns what it writes.
func inFolder(dir string, name string, args ...string) (out string, status int) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "NO_COLOR=1")
	var b bytes.Buffer
	cmd.Stdout, cmd.Stderr = &b, &b
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		return err.Error(), -1
	}
	return b.String(), cmd.ProcessState.ExitCode()
}

var (
	pageLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`(?m)^#+ (.*)$`)
	noAnchor = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors are the places of a page that links can lead to: its headings in lower case, with "-" for blanks.
func anchors(page string) map[string]bool {
	places := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(page, -1) {
		places[strings.ReplaceAll(strings.ToLower(noAnchor.ReplaceAllString(m[1], "")), " ", "-")] = true
	}
	return places
}

// TestLinksOfDocs: what the pages link to is there.
func TestLinksOfDocs(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	links := 0
	for _, path := range append(pages, "../../README.md") {
		page, err := os.ReadFile(path)
		require.NoError(t, err)
		text := blockForm.ReplaceAllString(string(page), "")
		for _, m := range pageLink.FindAllStringSubmatch(text, -1) {
			to, place, _ := strings.Cut(m[1], "#")
			if strings.Contains(to, ":") {
				continue // elsewhere
			}
			links++
			file := path
			if to != "" {
				file = filepath.Join(filepath.Dir(path), to)
			}
			if !assert.True(t, exists(file), "%s: %s", path, m[1]) || place == "" {
				continue
			}
			target, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.True(t, anchors(string(target))[place], "%s: %s has no such heading", path, m[1])
		}
	}
	assert.Greater(t, links, 80)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
