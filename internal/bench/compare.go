package bench

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Runner measures sets.
type Runner struct {
	Self  string         // a program that calls RunOne when its first argument is One
	Seqvm string         // the path of seqvm
	Dir   string         // where the folders of the sets are
	Work  string         // a folder for what is built
	Runs  int            // how often each program runs,
	Turn  time.Duration  // unless its runs and those of its peers have taken so long before
	Limit time.Duration  // the longest that one may take
	Only  *regexp.Regexp // which programs, by name
	Out   io.Writer      // for tables and summaries
	Note  io.Writer      // for what goes wrong, and what is left out

	told map[string]bool // the notes that were written
}

// note writes a line about what goes wrong, once.
func (r *Runner) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if r.told[text] {
		return
	}
	if r.told == nil {
		r.told = map[string]bool{}
	}
	r.told[text] = true
	_, _ = fmt.Fprintln(r.Note, text)
}

// print writes to the tables.
func (r *Runner) print(format string, args ...any) { _, _ = fmt.Fprintf(r.Out, format, args...) }

// Measure measures a set and prints a line for each program, and a summary.
func (r *Runner) Measure(s Set) {
	r.print("\n%s: %s\n", s.Name, s.Title)
	if s.Growing {
		r.grow(s)
		return
	}
	r.compare(s)
}

// chosen are the programs of a set that are to be measured.
func (r *Runner) chosen(s Set) []Program {
	var chosen []Program
	for _, p := range s.Programs {
		if r.Only == nil || r.Only.MatchString(p.Name) {
			chosen = append(chosen, p)
		}
	}
	return chosen
}

// subject is what is measured with a program: seqvm, or a peer.
type subject struct {
	name    string
	command func(size int) []string
}

// seqvmName is what seqvm is called among its peers.
const seqvmName = "seqvm"

// muchMore is the ratio above which a program is named in summaries.
const muchMore = 1.5

// peerKinds are the languages of peers: the tool that is needed, and how it makes a command from the program's
// source without its suffix, or nothing where the program has no such peer.
var peerKinds = []struct {
	name, tool string
	command    func(r *Runner, tool, base string) ([]string, error)
}{
	{"lua", "lua5.4", func(_ *Runner, tool, base string) ([]string, error) {
		if file := base + ".lua"; exists(file) {
			return []string{tool, file}, nil
		}
		return nil, nil
	}},
	{"go", "go", func(r *Runner, tool, base string) ([]string, error) {
		source := filepath.Join(base, "main.go")
		if !exists(source) {
			return nil, nil
		}
		exe := filepath.Join(r.Work, filepath.Base(base))
		if text, err := exec.Command(tool, "build", "-o", exe, source).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", source, err, text)
		}
		return []string{exe}, nil
	}},
	{"erlang", "erlc", func(r *Runner, tool, base string) ([]string, error) {
		if source := base + ".erl"; !exists(source) {
			return nil, nil
		} else if text, err := exec.Command(tool, "-o", r.Work, source).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", source, err, text)
		}
		return []string{filepath.Join(filepath.Dir(tool), "erl"), "-noshell", "-kernel", "logger_level", "none", "+P", "2000000", "-pa", r.Work, "-run", filepath.Base(base), "main"}, nil
	}},
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// subjects are seqvm and the peers of a program. Peers that are not installed are left out, which is told
// once.
func (r *Runner) subjects(s Set, p Program) []subject {
	source := s.Source(r.Dir, p)
	with := func(name string, command []string) subject {
		return subject{name, func(size int) []string { return append(command[:len(command):len(command)], p.Args(size)...) }}
	}
	all := []subject{with(seqvmName, []string{r.Seqvm, "run", source})}
	for _, kind := range peerKinds {
		tool, err := exec.LookPath(kind.tool)
		if err != nil {
			r.note("%s is not installed: its programs are left out", kind.tool)
			continue
		}
		command, err := kind.command(r, tool, strings.TrimSuffix(source, ".seq"))
		if err != nil {
			r.note("%v", err)
		}
		if command != nil {
			all = append(all, with(kind.name, command))
		}
	}
	return all
}

// measures are what programs are compared by, and whether the summary names what is above muchMore.
var measures = []struct {
	name  string
	of    func(Cost) float64
	named bool
}{
	{"time", func(c Cost) float64 { return c.Wall }, true},
	{"cpu", func(c Cost) float64 { return c.CPU }, false},
	{"memory", func(c Cost) float64 { return c.Memory }, false},
}

// medians are the medians of each measure.
func medians(costs []Cost) []float64 {
	all := make([]float64, len(measures))
	for i, m := range measures {
		var values []float64
		for _, c := range costs {
			values = append(values, m.of(c))
		}
		all[i] = Median(values)
	}
	return all
}

// ratios are how seqvm did in a set, by peer and by measure.
type ratios map[string][][]ratio

// add notes how a program did beside a peer, and returns the ratio for each measure.
func (r ratios) add(program, peer string, own, theirs []float64) []any {
	if r[peer] == nil {
		r[peer] = make([][]ratio, len(measures))
	}
	var row []any
	for i := range own {
		value := own[i] / theirs[i]
		r[peer][i] = append(r[peer][i], ratio{program, value})
		row = append(row, value)
	}
	return row
}

// compare runs each program of a set and its peers in turn.
func (r *Runner) compare(s Set) {
	all := ratios{}
	r.print("%-20s %9s %9s %7s   seqvm by each peer: time (cpu, memory)\n", "program", "size", "seconds", "MB")
	for _, p := range r.chosen(s) {
		subjects := r.subjects(s, p)
		costs := r.inTurn(p.Name, p.Size, r.Runs, subjects)
		if len(costs[seqvmName]) == 0 {
			continue
		}
		own := medians(costs[seqvmName])
		r.print("%-20s %9d %9.3f %7.1f ", p.Label(), p.Size, own[0], own[2])
		r.printRatios(all, p.Label(), own, subjects[1:], costs)
	}
	r.summarise(all)
}

// printRatios ends the line of a program with its ratios.
func (r *Runner) printRatios(all ratios, program string, own []float64, peers []subject, costs map[string][]Cost) {
	for _, peer := range peers {
		if len(costs[peer.name]) > 0 {
			row := all.add(program, peer.name, own, medians(costs[peer.name]))
			r.print("  %s %.2f (%.2f, %.1f)", append([]any{peer.name}, row...)...)
		}
	}
	r.print("\n")
}

// summarise prints what the ratios of a set say in short.
func (r *Runner) summarise(all ratios) {
	for _, kind := range peerKinds {
		byMeasure := all[kind.name]
		if byMeasure == nil {
			continue
		}
		r.print("%s, %d programs:\n", kind.name, len(byMeasure[0]))
		for i, m := range measures {
			d := digestOf(byMeasure[i], muchMore)
			r.print("  %-7s geometric mean %.2f, worst %.2f (%s), %d above %v", m.name, d.mean, d.worst.value, d.worst.program, len(d.above), muchMore)
			if m.named {
				r.print("%s", names(d.above))
			}
			r.print("\n")
		}
	}
}

// names are the names behind a colon, if there are any.
func names(above []string) string {
	if len(above) == 0 {
		return ""
	}
	return ": " + strings.Join(above, ", ")
}

// inTurn runs a program and its peers A B A B ... and returns the costs of each. Who fails, or prints something
// else than seqvm, is left out.
func (r *Runner) inTurn(name string, size, runs int, subjects []subject) map[string][]Cost {
	costs := map[string][]Cost{}
	failed := map[string]bool{}
	var printed []byte
	began := time.Now()
	for i := range runs {
		if i > 0 && time.Since(began) > r.Turn {
			break
		}
		for _, s := range subjects {
			if failed[s.name] || failed[seqvmName] {
				continue
			}
			cost, out, err := process{r.Self, r.Limit}.run(s.command(size))
			if s.name == seqvmName {
				printed = out
			}
			if err == nil && !same(printed, out) {
				err = fmt.Errorf("prints %s, and seqvm %s", excerpt(out), excerpt(printed))
			}
			if err != nil {
				r.note("%s %d: %s: %v", name, size, s.name, err)
				failed[s.name] = true
				delete(costs, s.name)
				continue
			}
			costs[s.name] = append(costs[s.name], cost)
		}
	}
	return costs
}

// excerpt is the beginning of an output, quoted.
func excerpt(out []byte) string { return strconv.Quote(string(out[:min(len(out), 60)])) }

// same tells whether two outputs are the same but for white space, and for the last digits of Floats, which languages
// write in different ways.
func same(a, b []byte) bool {
	one, two := bytes.Fields(a), bytes.Fields(b)
	if len(one) != len(two) {
		return false
	}
	for i, word := range one {
		if !bytes.Equal(word, two[i]) && !sameFloat(string(word), string(two[i])) {
			return false
		}
	}
	return true
}

// sameFloat tells whether two words are Floats and agree in ten digits.
func sameFloat(a, b string) bool {
	x, err := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	const tolerance = 1e-10
	return err == nil && err2 == nil && strings.Contains(a+b, ".") && math.Abs(x-y) <= tolerance*math.Abs(x)
}
