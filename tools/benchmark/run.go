// Package benchmark measures words of Seq programs, and compares measurements.
//
// It is a package of its own, which only those import who measure, because of what its library costs each start of a program that
// has it.
package benchmark

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/vm"
)

// Options says what to measure and how.
type Options struct {
	Compile seqvm.Options
	Config  seqvm.Config
	Filter  string        // only words whose name has this in it
	Sample  time.Duration // about so long one sample takes
	Samples int           // of each word
}

// Result is what came out for a word.
type Result struct {
	File, Name string
	Rounds     int64     // of a sample
	Ns, Bytes  []float64 // a round, by sample
	Problem    string    // why it could not be measured; "": nothing
}

// Key identifies a word among results of other runs.
func (r *Result) Key() string {
	return strings.ReplaceAll(filepath.ToSlash(filepath.Clean(strings.TrimSuffix(r.File, ".seq"))+"/"+r.Name), " ", "_")
}

// File measures the words of a file. The error says that it does not compile.
func (o *Options) File(path string, done func(*Result)) error {
	opts := o.Compile
	opts.Library = true
	prog, err := seqvm.Compile(seqvm.File(path), opts)
	if err != nil {
		return err
	}
	var names []string
	for i := range prog.Module.Funcs {
		f := &prog.Module.Funcs[i]
		if f.Word && f.File == 0 && strings.HasPrefix(f.Name, "bench-") && f.In == 0 && f.Out == 0 && strings.Contains(f.Name, o.Filter) {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	if len(names) == 0 {
		return nil
	}
	loops, err := seqvm.Compile(seqvm.Text(filepath.Join(filepath.Dir(path), "rounds.seq"), rounds(path, names)), opts)
	if err != nil {
		return err
	}
	for i, name := range names {
		r := &Result{File: path, Name: name}
		if err := o.measure(loops, i, r); err != nil {
			var text strings.Builder
			_ = loops.Render(diag.Renderer{Out: &text}, err)
			for line := range strings.Lines(strings.TrimPrefix(text.String(), "seq: ")) {
				if !strings.Contains(line, roundsWord(i)) {
					r.Problem += line
				}
			}
			var exit *vm.ExitError
			if errors.As(err, &exit) {
				r.Problem = fmt.Sprintf("it ended the process: os.exit with status %d", exit.Status)
			}
		}
		done(r)
	}
	return nil
}

// roundsWord is the word that calls a word again and again.
func roundsWord(i int) string { return fmt.Sprintf("seqvm-rounds-%d", i) }

// rounds is a program with a loop around each word, so that what it takes to call one from outside is not measured.
func rounds(path string, names []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "include \"%s\"\n", strings.TrimSuffix(filepath.Base(path), ".seq"))
	for i, name := range names {
		fmt.Fprintf(&b, ": %[1]s ( Int -- ) dup 0 i.> [ %[2]s 1 i.- %[1]s ] [ drop ] if ;\n", roundsWord(i), name)
	}
	return b.String()
}

// mostRounds bounds the rounds of a sample.
const mostRounds = 1e9

// measure takes the samples of a word, after as many rounds as it takes to find out how many a sample has.
func (o *Options) measure(loops *seqvm.Program, word int, r *Result) error {
	in, err := loops.Open(o.Config, nil)
	if err != nil {
		return err
	}
	defer in.Close()
	sample := func(rounds int64) (took time.Duration, bytes uint64, err error) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		_, err = in.Call(context.Background(), roundsWord(word), rounds)
		took = time.Since(start)
		runtime.ReadMemStats(&after)
		return took, after.TotalAlloc - before.TotalAlloc, err
	}
	for r.Rounds = 1; ; {
		took, _, err := sample(r.Rounds)
		if err != nil {
			return err
		}
		if took >= o.Sample*9/10 || r.Rounds >= mostRounds {
			break
		}
		wanted := float64(r.Rounds) * float64(o.Sample) / float64(max(took, 1))
		r.Rounds = int64(min(max(wanted, float64(r.Rounds)+1), 100*float64(r.Rounds), mostRounds))
	}
	for range o.Samples {
		took, bytes, err := sample(r.Rounds)
		if err != nil {
			return err
		}
		r.Ns = append(r.Ns, float64(took.Nanoseconds())/float64(r.Rounds))
		r.Bytes = append(r.Bytes, float64(bytes/uint64(r.Rounds))) // whole ones: the rest is of the sample itself
	}
	return nil
}
