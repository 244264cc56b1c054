package settings

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	documented = "../../docs/runtime.md"
	begin      = "<!-- from package host/settings: make docs -->\n"
	end        = "<!-- end -->\n"
)

// The documentation has the table as it is; UPDATE_DOCS=1 writes it.
func TestDocument(t *testing.T) {
	text, err := os.ReadFile(documented)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(text), begin)
	require.True(t, found)
	old, after, found := strings.Cut(rest, end)
	require.True(t, found)
	if os.Getenv("UPDATE_DOCS") != "" {
		require.NoError(t, os.WriteFile(documented, []byte(before+begin+Markdown()+end+after), 0o600))
		return
	}
	assert.Equal(t, Markdown(), old, "'make docs' writes it")
}

var (
	asked     = regexp.MustCompile(`(?:[sS]etting|[gG]etenv|LookupEnv|[eE]nviron)\("([A-Z_]+)"|(?:units\(positive|positive|flagOr)\((?:getenv|flags), (?:"[a-z-]+", )?"([A-Z_]+)"`)
	elsewhere = map[string]bool{
		"HOME":             true, // is the system's, and says where things of the user are
		"SEQVM_TEST_WORDS": true,
		"SEQVM_CALLER":     true, // one program of seqvm tells the other
	}
)

// Every variable that the sources ask for is in the table.
func TestTheTableHasAllVariables(t *testing.T) {
	known := map[string]bool{}
	for _, v := range Variables() {
		assert.False(t, known[v.Name], "%s is there twice", v.Name)
		known[v.Name] = true
		assert.NotEmpty(t, v.Default, v.Name)
		assert.NotEmpty(t, v.Place, v.Name)
		assert.NotEmpty(t, v.Doc, v.Name)
		if v.valid != nil && !strings.ContainsAny(v.Default, " ~") && v.Default != "none" {
			assert.True(t, v.Valid(v.Default), "%s: its default %q", v.Name, v.Default)
		}
	}
	count := 0
	err := filepath.WalkDir("../..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "internal/bench") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range asked.FindAllStringSubmatch(string(text), -1) {
			count++
			name := m[1] + m[2]
			assert.True(t, known[name] || elsewhere[name], "%s asks for %s", path, name)
		}
		return err
	})
	require.NoError(t, err)
	assert.Greater(t, count, 20)
}

// What the table calls valid is what Read takes.
func TestValidValuesAreThoseThatAreRead(t *testing.T) {
	none := Read(func(string) (string, bool) { return "", false }, os.Stderr)
	for _, v := range programVariables() {
		if v.valid == nil || v.Name == "SEQ_REPORT" || v.Name == "SEQ_WATCHDOG_ACTION" {
			continue
		}
		for _, value := range []string{"7", "+7", "0", "-1", "x", "1.5", ""} {
			got := Read(func(name string) (string, bool) { return map[string]string{v.Name: value}[name], name == v.Name }, new(strings.Builder))
			if !v.Valid(value) {
				assert.Equal(t, none, got, "%s=%q", v.Name, value)
			} else if value == "7" {
				assert.NotEqual(t, none, got, "%s=%q", v.Name, value)
			}
		}
	}
}
