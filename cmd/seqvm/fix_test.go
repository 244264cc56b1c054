package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/cmd/internal/cli"
)

// unfixable are the programs that have no equal today: with the loops of releases 1.0,
// the module result, or a main that leaves something. See testdata/scripts/classic.txt.
var unfixable = map[string]bool{
	"profile-1-loops": true, "classic-std-result": true, "result-and-option": true,
	"classic-1-main-of-other-shape": true, "main-leaves-what-it-likes": true,
}

// TestFixKeepsBehaviour rewrites every classic golden program: it must be
// today's dialect then, do the same, and not change once more.
func TestFixKeepsBehaviour(t *testing.T) {
	files, err := filepath.Glob("../../testdata/classic/*.seq")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		base := strings.TrimSuffix(file, ".seq")
		name := filepath.Base(base)
		want, err := os.ReadFile(base + ".stdout")
		if err != nil {
			continue // to be refused
		}
		if unfixable[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if _, err := os.Stat(base + ".d"); err == nil {
				require.NoError(t, os.CopyFS(filepath.Join(dir, name+".d"), os.DirFS(base+".d")))
			}
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			copied := filepath.Join(dir, name+".seq")
			require.NoError(t, os.WriteFile(copied, text, 0o600))
			tool := func(stdin string, args ...string) (string, string, int) {
				var out, errs bytes.Buffer
				c := &cli.CLI{Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errs, Getenv: func(string) (string, bool) { return "", false }}
				status := c.Main(args)
				return out.String(), errs.String(), status
			}
			files := []string{copied}
			if inner, err := filepath.Glob(filepath.Join(dir, name+".d", "*.seq")); err == nil {
				files = append(files, inner...)
			}
			_, notes, status := tool("", append([]string{"fix", "-w"}, files...)...)
			require.Zero(t, status, notes)
			listed, errs, status := tool("", append([]string{"fix", "--check"}, files...)...)
			assert.Zero(t, status, "it changes once more: %s%s", listed, errs)

			if notes != "" {
				return // it says what is different now
			}
			stdin, _ := os.ReadFile(base + ".stdin")
			args, _ := os.ReadFile(base + ".args")
			out, errs, status := tool(string(stdin), append([]string{"run", copied}, strings.FieldsFunc(string(args), func(r rune) bool { return r == '\n' })...)...)
			assert.Equal(t, string(want), out, errs)
			exit, err := os.ReadFile(base + ".exit")
			if err != nil {
				assert.Zero(t, status, errs)
			} else if s := strings.TrimSpace(string(exit)); s != "nonzero" {
				assert.Equal(t, s, strconv.Itoa(status))
			}
		})
	}
}
