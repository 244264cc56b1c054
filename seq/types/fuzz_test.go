package types_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/compile"
	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
)

// FuzzCheck: no text makes the checker panic or hang; a program that passes
// compiles to code that the verifier accepts. It is checked in the dialect that
// it shows and as a program of the oldest releases, whose effects are inferred.
func FuzzCheck(f *testing.F) {
	for _, area := range []string{"types", "language", "core", "runtime", "closures", "classic"} {
		files, _ := filepath.Glob("../../testdata/" + area + "/*.seq")
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(text))
		}
	}
	none := load.Options{ReadFile: func(string) ([]byte, error) { return nil, os.ErrNotExist }}
	oldest := none
	oldest.Dialect = syntax.Classic1.String()
	f.Fuzz(func(t *testing.T, text string) {
		for _, opts := range []load.Options{none, oldest} {
			info, problems := check.Program(check.Text("fuzz.seq", text, "."), check.Options{Words: builtins.All().Types(), Options: opts, Hints: true, Verbose: true})
			_ = diag.Renderer{Out: io.Discard}.All(problems)
			if problems.HasErrors() {
				continue
			}
			if err := bytecode.Verify(compile.Program(info, compile.Options{})); err != nil {
				t.Error(err)
			}
		}
	})
}
