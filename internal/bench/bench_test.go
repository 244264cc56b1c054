package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seqvm/seqvm"
)

// benchmarkSet runs the programs of a set in this process, each with its full size.
func benchmarkSet(b *testing.B, name string) {
	for _, s := range Sets() {
		if s.Name != name {
			continue
		}
		for _, p := range s.Programs {
			b.Run(p.Label()+"/seqvm", func(b *testing.B) {
				for b.Loop() {
					if _, err := runHere(b.Context(), s, p, p.Size); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// runHere runs a program in this process and returns what it prints.
func runHere(ctx context.Context, s Set, p Program, size int) ([]byte, error) {
	file := s.Source("", p)
	prog, err := seqvm.Compile(seqvm.File(file), seqvm.Options{})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = prog.Run(ctx, seqvm.Config{Args: append([]string{file}, p.Args(size)...), Stdout: &out})
	return out.Bytes(), err
}

// BenchmarkPrograms are the programs by which the profile of the command is recorded.
func BenchmarkPrograms(b *testing.B) { benchmarkSet(b, "programs") }

// BenchmarkMaps are maps by kinds of keys and numbers of entries.
func BenchmarkMaps(b *testing.B) { benchmarkSet(b, "maps") }

// words are the kinds of definitions of the generated program; %d is a number.
var words = []string{
	": arithmetic-%d ( Int Int -- Int )\n  over i.+ 3 i.* swap 7 i.- i.+\n;\n",
	": loop-%d ( Int Int -- Int )\n  dup 0 i.= [ drop ] [\n    swap over i.+ swap 1 i.- loop-%[1]d\n  ] if\n;\n",
	": sugar-%d ( Float Float -- Float )\n  2dup * rot rot + 1.5 * +\n;\n",
	"union Shape-%d {\n  Circle-%[1]d { radius: Int }\n  Box-%[1]d { width: Int, height: Int }\n}\n: area-%[1]d ( Shape-%[1]d -- Int )\n  match\n    Circle-%[1]d -> dup i.*\n    Box-%[1]d { >height >width } -> i.*\n  end\n;\n",
	": adder-%d ( Int -- Closure[ Int -- Int ] ) [ i.+ ] ;\n: add-%[1]d ( Int Int -- Int ) adder-%[1]d call ;\n",
	": list-%d ( Variant Int -- Int )\n  [ i.+ ] list.map\n  0 [ i.+ ] list.fold\n;\n",
	": size-%d ( Int -- String )\n  [ dup 5 i.< ] [ drop \"low\" ]\n  [ true ] [ drop \"high\" ]\n  2 cond\n;\n",
	": nested-%d ( Int -- Int )\n  dup 0 i.> [\n    dup 9 i.= [ 1 i.+ ] [ [ 2 i.* ] dip ] if\n  ] [ 0 swap i.- ] if\n;\n",
}

// source makes a program of at least so many lines.
func source(lines int) string {
	var b strings.Builder
	for n, used := 1, 0; used < lines; n++ {
		kind := words[n%len(words)]
		if n%len(words) == 7 {
			kind = strings.Replace(kind, "[ [ 2 i.* ] dip ]", "[ 2 i.* ]", 1)
		}
		text := fmt.Sprintf(kind, n)
		used += strings.Count(text, "\n")
		b.WriteString(text)
	}
	b.WriteString(": main ( -- ) ;\n")
	return b.String()
}

// BenchmarkFrontEnd checks, and checks and compiles, a large program. With -cpu 1,2 it tells
// what a second processor brings; B/op by the size of the source is the memory for a byte of it.
func BenchmarkFrontEnd(b *testing.B) {
	const lines = 100_000
	path := filepath.Join(b.TempDir(), "large.seq")
	text := source(lines)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
	rate := func(b *testing.B) {
		b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
		b.ReportAllocs()
		b.SetBytes(int64(len(text)))
	}
	b.Run("check", func(b *testing.B) {
		for b.Loop() {
			if problems := seqvm.Check(seqvm.File(path), seqvm.Options{}); problems.HasErrors() {
				b.Fatal(problems)
			}
		}
		rate(b)
	})
	b.Run("compile", func(b *testing.B) {
		for b.Loop() {
			if _, err := seqvm.Compile(seqvm.File(path), seqvm.Options{}); err != nil {
				b.Fatal(err)
			}
		}
		rate(b)
	})
}

// BenchmarkClassicStart compiles a classic program of 10,000 lines and runs its
// main, which does nothing: the time until a user sees something.
func BenchmarkClassicStart(b *testing.B) {
	const lines = 10_000
	var text strings.Builder
	text.WriteString("union Op { Push { value: Int } Add Neg }\n: main ( -- ) ;\n")
	for n, used := 1, 2; used < lines; n++ {
		word := fmt.Sprintf(": step-%d ( Int Acc -- Int Acc )\n  swap dup %[1]d i.> if  # larger\n    1 i.- dup 3 i.< if drop 7 else 1 i.+ then\n"+
			"  else\n    dup 0 i.= if drop 1 then\n  then swap\n;\n"+
			": apply-%[1]d ( Op Int -- Int )\n  swap match\n    Push { >value } -> i.+\n    Add -> dup 10 i.> if 2 i.* else 3 i.* then\n    Neg -> 0 swap i.-\n  end\n;\n", n)
		text.WriteString(word)
		used += strings.Count(word, "\n")
	}
	for b.Loop() {
		prog, err := seqvm.Compile(seqvm.Text("classic.seq", text.String()), seqvm.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := prog.Run(b.Context(), seqvm.Config{}); err != nil {
			b.Fatal(err)
		}
	}
}
