package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestGolden runs every program of testdata and of examples, each as a subtest
// and side by side. A program NAME.seq has NAME.stdout (exact), NAME.stdin,
// NAME.args, NAME.env, NAME.exit, NAME.stderr (regular expressions, one a line;
// "!" in front: must not match) or, instead of stdout and exit, NAME.reject: it
// must be refused, with these expressions on stderr.
func TestGolden(t *testing.T) {
	for _, pattern := range []string{"../../testdata/*/*.seq", "../../examples/*.seq"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files, pattern)
		for _, file := range files {
			name := filepath.Base(filepath.Dir(file)) + "/" + strings.TrimSuffix(filepath.Base(file), ".seq")
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				golden(t, strings.TrimSuffix(file, ".seq"))
			})
		}
	}
}

func golden(t *testing.T, base string) {
	read := func(ending string) (string, bool) {
		b, err := os.ReadFile(base + ending)
		return string(b), err == nil
	}
	lines := func(ending string) []string {
		text, _ := read(ending)
		return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
	}
	env := map[string]string{"NO_COLOR": "1"}
	for _, l := range lines(".env") {
		k, v, _ := strings.Cut(l, "=")
		env[k] = v
	}
	getenv := func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	}
	stdin, _ := read(".stdin")
	var stdout, stderr bytes.Buffer
	// With poison, a string that outlives its strand shows as garbage.
	c := &cli{stdin: strings.NewReader(stdin), stdout: &stdout, stderr: &stderr, getenv: getenv, poison: true}
	status := c.main(append([]string{"run", base + ".seq"}, lines(".args")...))

	if _, rejected := read(".reject"); rejected {
		assert.Equal(t, statusUsage, status, "exit status; stderr:\n%s", stderr.String())
		assert.Empty(t, stdout.String(), "a refused program must not run")
		expressions(t, filepath.Base(base), lines(".reject"), stderr.String())
		return
	}
	want := 0
	if exit, ok := read(".exit"); ok && strings.TrimSpace(exit) != "nonzero" {
		var err error
		want, err = strconv.Atoi(strings.TrimSpace(exit))
		require.NoError(t, err)
	} else if ok && status != 0 {
		want = status
	}
	assert.Equal(t, want, status, "exit status; stderr:\n%s", stderr.String())
	output, ok := read(".stdout")
	if !ok {
		t.Fatalf("%s.stdout is missing", base)
	}
	assert.Equal(t, output, stdout.String())
	expressions(t, filepath.Base(base), lines(".stderr"), stderr.String())
}

// expressions checks regular expressions against stderr. One that names no
// file sees the program's own name as CASE, so that it matches nothing there.
func expressions(t *testing.T, name string, list []string, text string) {
	anonymous := strings.NewReplacer(name+".seq", "CASE.seq", name+".d", "CASE.d").Replace(text)
	for _, e := range list {
		subject := anonymous
		if plain := strings.ReplaceAll(e, `\`, ""); strings.Contains(plain, ".seq") || strings.Contains(plain, ".d/") {
			subject = text
		}
		pattern, unwanted := strings.CutPrefix(e, "!")
		re, err := regexp.Compile("(?m)" + pattern)
		require.NoError(t, err)
		assert.Equal(t, !unwanted, re.MatchString(subject), "stderr against /%s/:\n%s", e, text)
	}
}
