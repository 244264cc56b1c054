package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/cmd/internal/cli"
)

// TestMistakes checks the programs of testdata/mistakes, each an archive with a program that
// has a mistake in it, the files that it includes, and exactly what 'seqvm check' says of it. With UPDATE_MISTAKES
// set, what it says now is written there: read it as somebody who sees it for the first time.
func TestMistakes(t *testing.T) {
	files, err := filepath.Glob("../../testdata/mistakes/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			require.NoError(t, err)
			dir := t.TempDir()
			said := &archive.Files[len(archive.Files)-1]
			require.Equal(t, "says", said.Name, "the last file of the archive")
			for _, f := range archive.Files[:len(archive.Files)-1] {
				require.NoError(t, os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600))
			}
			var stderr bytes.Buffer
			c := &cli.CLI{Stdin: strings.NewReader(""), Stdout: &stderr, Stderr: &stderr, Getenv: func(string) (string, bool) { return "", false }}
			status := c.Main([]string{"check", filepath.Join(dir, archive.Files[0].Name)})
			got := strings.ReplaceAll(stderr.String(), dir+string(filepath.Separator), "")
			if os.Getenv("UPDATE_MISTAKES") != "" {
				said.Data = []byte(got)
				require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o644))
			}
			assert.NotEmpty(t, got, "the program has a mistake")
			assert.Equal(t, string(said.Data), got)
			if strings.Contains(got, "error:") {
				assert.Equal(t, usage, status)
			}
		})
	}
}
