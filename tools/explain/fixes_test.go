package explain

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/seq/diag"
)

// wrongProgram is a program in which something is found.
type wrongProgram struct {
	name, path string
	flags      []string
}

// wrongPrograms are those of the pages, the refused ones of testdata, and the mistakes.
func wrongPrograms(t *testing.T) []wrongProgram {
	var all []wrongProgram
	unpack := func(name string, archive *txtar.Archive, flags ...string) {
		dir := t.TempDir()
		for _, f := range archive.Files {
			write(t, dir, f.Name, string(f.Data))
		}
		all = append(all, wrongProgram{name, filepath.Join(dir, archive.Files[0].Name), flags})
	}
	for _, g := range Groups() {
		for _, p := range g.Pages {
			for _, b := range blocks(p.text) {
				if !b.wrong || b.language != "seq" || p.Code == "types-too-complex" {
					continue
				}
				archive := txtar.Parse([]byte(b.text))
				if len(archive.Files) == 0 {
					archive.Files = []txtar.File{{Name: "main.seq", Data: []byte(b.text)}}
				}
				unpack(string(p.Code), archive, b.flags...)
			}
		}
	}
	refused, err := filepath.Glob("../../testdata/*/*.reject")
	require.NoError(t, err)
	for _, file := range refused {
		all = append(all, wrongProgram{file, strings.TrimSuffix(file, ".reject") + ".seq", []string{"run"}})
	}
	mistakes, err := filepath.Glob("../../testdata/mistakes/*.txtar")
	require.NoError(t, err)
	for _, file := range mistakes {
		archive, err := txtar.ParseFile(file)
		require.NoError(t, err)
		archive.Files = archive.Files[:len(archive.Files)-1] // what is said of it
		unpack(file, archive)
	}
	return all
}

// Every fix of every program does away with what it is offered for, and with nothing of what
// others have written: the edits lie in the files of the program.
func TestFixes(t *testing.T) {
	offered := map[diag.Code]bool{}
	for _, p := range wrongPrograms(t) {
		o, check := optionsOf(t, p.flags)
		for _, d := range check(p.path, o) {
			for _, f := range d.Fixes {
				offered[d.Code] = true
				assert.NotEmpty(t, f.Title, "%s: %v", p.name, d)
				texts := map[string]string{}
				for _, e := range f.Edits {
					name, size := e.Span.Source.Name, int32(len(e.Span.Source.Text))
					require.False(t, strings.HasPrefix(name, "<"), "%s: an edit of %s", p.name, name)
					require.True(t, 0 <= e.Span.Start && e.Span.Start <= e.Span.End && e.Span.End <= size, "%s: an edit outside of the file: %v", p.name, e)
					texts[name] = f.Apply(e.Span.Source)
				}
				o.Overlay = texts
				for _, left := range check(p.path, o) {
					assert.False(t, left.Code == d.Code && samePlace(d, left, f), "%s: %v\nis there after '%s':\n%v\n%s", p.name, d, f.Title, left, texts)
				}
				o.Overlay = nil
			}
		}
	}
	assert.Subset(t, slices.Collect(maps.Keys(offered)), []diag.Code{
		"binding-form", "forced-variable", "include-form", "line-break", "match-arm", "missing-include", "not-exhaustive", "older-release", "operator-mismatch",
		"renamed-word", "row-name", "stray-token", "top-level", "type-mismatch", "unclosed-match", "unclosed-word", "union-form", "union-name", "unknown-dialect", "unknown-field",
		"unknown-module",
		"unknown-type", "unknown-variant", "unknown-word", "variant-name",
	})
}

// samePlace tells whether a finding after a fix is where the one before was.
func samePlace(before, after *diag.Diagnostic, f diag.Fix) bool {
	if before.Span.Source == nil || after.Span.Source == nil || before.Span.Source.Name != after.Span.Source.Name {
		return before.Span.Source == after.Span.Source
	}
	ahead, upTo := before.Span.Start, before.Span.Start
	for _, e := range f.Edits {
		if e.Span.Source != before.Span.Source {
			continue
		}
		more := int32(len(e.Text)) - (e.Span.End - e.Span.Start)
		if e.Span.End < before.Span.Start {
			ahead += more
		}
		if e.Span.End <= before.Span.Start {
			upTo += more
		}
	}
	return after.Span.Start == ahead || after.Span.Start == upTo
}
