package compile_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/compile"
	"github.com/seqvm/seqvm/seq/check"
)

// TestCode compares the code of the words of testdata/code, but for main, with what stands beside
// each program: one program for each thing that the compiler does to make code good. With
// UPDATE_CODE set, the code of now is written there: read the difference.
func TestCode(t *testing.T) {
	files, err := filepath.Glob("../testdata/code/*.seq")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".seq"), func(t *testing.T) {
			info, problems := check.Program(check.File(file), check.Options{Words: builtins.All().Types(), NeedMain: true})
			require.False(t, problems.HasErrors(), "%v", problems)
			module := compile.Program(info, compile.Options{})
			require.NoError(t, bytecode.Verify(module))
			module.Files[0] = filepath.Base(file)
			var code bytes.Buffer
			source := func(file, line int) string { return info.Program.Modules[file].Source.Line(line) }
			for _, w := range info.Program.Main().Words {
				if w.Name.Text == "main" {
					continue
				}
				if code.Len() > 0 {
					code.WriteString("\n")
				}
				_, err := bytecode.Disassemble(&code, module, w.Name.Text, source)
				require.NoError(t, err)
			}
			beside := strings.TrimSuffix(file, ".seq") + ".code"
			if os.Getenv("UPDATE_CODE") != "" {
				require.NoError(t, os.WriteFile(beside, code.Bytes(), 0o644))
			}
			want, err := os.ReadFile(beside)
			require.NoError(t, err)
			assert.Equal(t, string(want), code.String())
		})
	}
}
