package bench

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/tools/testrunner"
)

// BenchmarkWriteLines writes a million lines into a pipe, as Lua does.
func BenchmarkWriteLines(b *testing.B) {
	const source = `: lines ( Int -- ) dup 0 i.= [ drop ] [ dup int->string io.write-line 1 i.- lines ] if ;
: main ( -- ) 1000000 lines ;`
	const script = `for i = 1000000, 1, -1 do io.write(i, "\n") end`
	pipe := func(b *testing.B, write func(*os.File) error) {
		for b.Loop() {
			r, w, err := os.Pipe()
			if err != nil {
				b.Fatal(err)
			}
			done := make(chan int64)
			go func() {
				n, _ := io.Copy(io.Discard, r)
				done <- n
			}()
			err = write(w)
			_ = w.Close()
			if n := <-done; err != nil || n != 6888896 {
				b.Fatal(n, err)
			}
			_ = r.Close()
		}
	}
	b.Run("seqvm", func(b *testing.B) {
		pipe(b, func(w *os.File) error {
			prog, err := seqvm.Compile(seqvm.Text("lines.seq", source), seqvm.Options{})
			if err != nil {
				return err
			}
			_, err = prog.Run(b.Context(), seqvm.Config{Stdout: w})
			return err
		})
	})
	if lua, err := exec.LookPath("lua5.4"); err == nil {
		b.Run("lua", func(b *testing.B) {
			pipe(b, func(w *os.File) error {
				cmd := exec.Command(lua, "-e", script)
				cmd.Stdout = w
				return cmd.Run()
			})
		})
	}
}

// BenchmarkFiles reads a file of 64 MB as a whole and by lines.
func BenchmarkFiles(b *testing.B) {
	const size = 64 << 20
	path := filepath.Join(b.TempDir(), "f")
	if err := os.WriteFile(path, []byte(strings.Repeat("a line of thirty-two characters\n", size/32)), 0o600); err != nil {
		b.Fatal(err)
	}
	for name, body := range map[string]string{
		"slurp":         "0 args.at file.slurp drop string.byte-length drop",
		"for-each-line": "0 args.at [ drop ] file.for-each-line drop",
	} {
		prog, err := seqvm.Compile(seqvm.Text(name+".seq", ": main ( -- ) "+body+" ;"), seqvm.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				if _, err := prog.Run(b.Context(), seqvm.Config{Args: []string{path}}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkTests runs a file of 5000 tests, compiling included.
func BenchmarkTests(b *testing.B) {
	const tests = 5000
	var source strings.Builder
	for i := range tests {
		fmt.Fprintf(&source, ": test-%d ( -- ) %[1]d %[1]d test.assert-eq ;\n", i)
	}
	path := filepath.Join(b.TempDir(), "test-many.seq")
	if err := os.WriteFile(path, []byte(source.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		testrunner.Run([]string{path}, testrunner.Options{}, func(f *testrunner.File) {
			if len(f.Tests) != tests {
				b.Fatal(f.Problems)
			}
		})
	}
}
