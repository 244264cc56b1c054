package types_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/compile"
	"github.com/seqvm/seqvm/diag"
	"github.com/seqvm/seqvm/load"
	"github.com/seqvm/seqvm/types"
)

// FuzzCheck: no text makes the checker panic or hang; a program that passes
// compiles to code that the verifier accepts.
func FuzzCheck(f *testing.F) {
	for _, area := range []string{"types", "language", "core", "runtime", "closures"} {
		files, _ := filepath.Glob("../testdata/" + area + "/*.seq")
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(text))
		}
	}
	none := load.Options{ReadFile: func(string) ([]byte, error) { return nil, os.ErrNotExist }}
	f.Fuzz(func(t *testing.T, text string) {
		prog, problems := load.Text("fuzz.seq", text, ".", none)
		if problems.HasErrors() {
			return
		}
		info, problems := types.Check(prog, builtins.Types(), types.Options{})
		_ = diag.Renderer{Out: io.Discard}.All(problems)
		if problems.HasErrors() {
			return
		}
		if err := bytecode.Verify(compile.Program(info, builtins.Types(), builtins.Names(), compile.Options{})); err != nil {
			t.Error(err)
		}
	})
}
