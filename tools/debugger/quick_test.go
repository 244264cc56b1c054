package debugger_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/tools/debugger"
)

// Programs stop at the same places with the same values, at breakpoints and at steps from there, whether they run code that has stops at the
// breakpoints only or, as they are recorded, code that has all.
func TestStopsAreTheSameInQuickCode(t *testing.T) {
	files, err := filepath.Glob("../../testdata/*/*.seq")
	require.NoError(t, err)
	stopped := 0
	for i, file := range files {
		base := strings.TrimSuffix(file, ".seq")
		has := func(ending string) bool { _, err := os.Stat(base + ending); return err == nil }
		area := filepath.Base(filepath.Dir(file))
		if i%7 != 0 || !has(".stdout") || has(".stdin") || has(".env") || has(".args") || slices.Contains([]string{"system", "net", "memory"}, area) {
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		info, err := os.Stat(base + ".stdout")
		require.NoError(t, err)
		prog, err := seqvm.CompileForDebugger(seqvm.File(file), seqvm.Options{})
		if err != nil || len(prog.Unlinked()) > 0 || len(prog.Manifests) > 0 || info.Size() > 10_000 || bytes.Contains(text, []byte("strand.")) || bytes.Contains(text, []byte("chan.")) ||
			bytes.Contains(text, []byte("time.")) || bytes.Contains(text, []byte("random")) {
			continue
		}
		lines := bytes.Count(text, []byte("\n"))
		t.Run(area+"/"+filepath.Base(base), func(t *testing.T) {
			var ways []debugger.Way
			quick, quickOut := stopsIn(t, file, lines, false, func(stop *debugger.Stop) debugger.Way {
				way := []debugger.Way{debugger.Continue, debugger.Over, debugger.Into, debugger.Out, debugger.Line}[len(ways)%5]
				for _, f := range stop.Now().Frames {
					if !f.Known || f.Word == "<quotation>" { // a step comes to what is left in open calls only, not to the next call of a combinator
						way = debugger.Continue
					}
				}
				ways = append(ways, way)
				return way
			})
			at := 0
			all, allOut := stopsIn(t, file, lines, true, func(*debugger.Stop) debugger.Way {
				at++
				return append(ways, debugger.Continue)[min(at-1, len(ways))]
			})
			assert.Equal(t, all, quick)
			assert.Equal(t, allOut, quickOut)
			stopped += len(quick)
		})
	}
	assert.Greater(t, stopped, 1000)
}

// conditions are some that code can decide where the values are of the right kinds, and some that it cannot.
var conditions = []string{"", "dup 2 i.>", "", "over over i.< not", "dup dup - 0 =", "1 2 <", "swap drop not", "drop 2 i./ 0 i.="}

// stopsIn are the first stops at breakpoints on some of the lines of a program, each with the innermost call and its values.
func stopsIn(t *testing.T, file string, lines int, record bool, stopped func(*debugger.Stop) debugger.Way) (list []string, stdout string) {
	t.Helper()
	s, out := session(t, file, debugger.Options{}, func(stop *debugger.Stop) debugger.Way {
		if stop.Reason == "error" {
			return debugger.Continue
		}
		f := stop.Now().Frames[0]
		text := fmt.Sprintf("%s %s %s", stop.Reason, f.Word, stop.Source(f.File).Text[f.Pos:f.End])
		for _, v := range slices.Concat(f.Stack, f.Aux) {
			text += " " + debugger.Show(v, 30)
		}
		list = append(list, text)
		if len(list) == 200 {
			stop.Delete(func(*debugger.Breakpoint) bool { return true })
			stop.Record(false, 0)
			return debugger.Continue
		}
		return stopped(stop)
	})
	s.Record(record, 10)
	for line := 1; line <= lines; line += 3 {
		_ = s.Add(&debugger.Breakpoint{Line: line, Condition: conditions[line%len(conditions)]})
	}
	_, _ = s.Run(context.Background())
	return list, out.String()
}

// Programs with strands do what they do without a debugger, with breakpoints that stop now and then.
func TestProgramsWithStrandsDoTheSameInQuickCode(t *testing.T) {
	var files []string
	for _, area := range []string{"strands", "supervisors", "channels", "concurrency", "apps", "runtime"} {
		more, err := filepath.Glob("../../testdata/" + area + "/*.seq")
		require.NoError(t, err)
		files = append(files, more...)
	}
	ran := 0
	for _, file := range files {
		base := strings.TrimSuffix(file, ".seq")
		has := func(ending string) bool { _, err := os.Stat(base + ending); return err == nil }
		if !has(".stdout") || has(".stdin") || has(".env") || has(".args") || filepath.Base(base) == "error-text" { // that shows calls, some of which 'run' inlines
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		prog, err := seqvm.CompileForDebugger(seqvm.File(file), seqvm.Options{})
		if err != nil || len(prog.Unlinked()) > 0 || len(prog.Manifests) > 0 || !bytes.Contains(text, []byte("strand")) {
			continue
		}
		ran++
		t.Run(filepath.Base(base), func(t *testing.T) {
			t.Parallel()
			ways := 0
			s, stdout := session(t, file, debugger.Options{}, func(stop *debugger.Stop) debugger.Way {
				if ways++; ways > 300 || stop.Reason == "deadlock" {
					stop.Delete(func(*debugger.Breakpoint) bool { return true })
					return debugger.Continue
				}
				_, _ = stop.Channels(), stop.Weaves()
				return []debugger.Way{debugger.Continue, debugger.Over, debugger.Into, debugger.Out, debugger.Line}[ways%5]
			})
			for line := 1; line <= bytes.Count(text, []byte("\n")); line += 2 {
				_ = s.Add(&debugger.Breakpoint{Line: line, Condition: conditions[line%len(conditions)]})
			}
			_, _ = s.Run(context.Background())
			want, err := os.ReadFile(base + ".stdout")
			require.NoError(t, err)
			assert.Equal(t, string(want), stdout.String())
		})
	}
	assert.Greater(t, ran, 20)
}
