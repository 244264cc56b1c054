package bench

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The test's own program stands for what is measured: with one of these as its first argument it does no tests.
var roles = map[string]func(args []string) error{
	One: RunOne,
	// run FILE SIZE: what seqvm is called with. The text of the file tells what to do.
	"run": func(args []string) error {
		text, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		return pretend(strings.Fields(string(text)))
	},
	"say": pretend,
}

// pretend prints words; FAIL ends with an error, HANG never.
func pretend(words []string) error {
	for _, word := range words {
		switch word {
		case "FAIL":
			return errors.New("failed")
		case "HANG":
			r, _, err := os.Pipe()
			if err != nil {
				return err
			}
			_, err = r.Read(make([]byte, 1))
			return err
		}
		fmt.Println(word)
	}
	return nil
}

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		if role := roles[os.Args[1]]; role != nil {
			if err := role(os.Args[2:]); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

func self(t *testing.T) string {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	return exe
}

func TestProcess(t *testing.T) {
	p := process{self(t), time.Hour}
	cost, out, err := p.run([]string{p.self, "say", "one", "two"})
	require.NoError(t, err)
	assert.Equal(t, "one\ntwo\n", string(out))
	assert.Positive(t, cost.Wall)
	assert.GreaterOrEqual(t, cost.CPU, 0.0)
	assert.GreaterOrEqual(t, cost.Memory, 0.0)

	_, _, err = p.run([]string{p.self, "say", "FAIL"})
	assert.ErrorContains(t, err, "exit status 1")
	_, _, err = p.run([]string{filepath.Join(t.TempDir(), "nothing")})
	assert.ErrorContains(t, err, "no such file")
	p.limit = time.Millisecond
	_, _, err = p.run([]string{p.self, "say", "HANG"})
	assert.ErrorContains(t, err, "not done after 1ms")
}

// pretended is a runner whose seqvm is this program, with programs of these texts in a set, and what it prints.
func pretended(t *testing.T, growing bool, texts map[string]string, names ...string) (r *Runner, s Set, out, notes *strings.Builder) {
	t.Helper()
	out, notes = &strings.Builder{}, &strings.Builder{}
	dir := t.TempDir()
	s = Set{Name: "set", Title: "a set", Growing: growing}
	require.NoError(t, os.Mkdir(filepath.Join(dir, s.Name), 0o700))
	for _, name := range names {
		s.Programs = append(s.Programs, Program{Name: name, Size: 5})
		require.NoError(t, os.WriteFile(filepath.Join(dir, s.Name, name+".seq"), []byte(texts[name]), 0o600))
	}
	return &Runner{Self: self(t), Seqvm: self(t), Dir: dir, Work: t.TempDir(), Runs: 2, Turn: time.Hour, Limit: time.Hour, Out: out, Note: notes}, s, out, notes
}

func TestCompare(t *testing.T) {
	r, s, out, notes := pretended(t, false, map[string]string{"fine": "x", "broken": "FAIL"}, "fine", "broken", "left-out")
	r.Only = regexp.MustCompile("^[fb]")
	r.Measure(s)
	assert.Contains(t, out.String(), "\nset: a set\n")
	assert.Regexp(t, `(?m)^fine +5 +\d+\.\d{3} +\d`, out.String())
	assert.NotContains(t, out.String(), "broken")
	assert.NotContains(t, out.String(), "left-out")
	assert.Contains(t, notes.String(), "broken 5: seqvm: ")
	assert.Contains(t, notes.String(), "exit status 1")
}

func TestInTurnLeavesOutWhoPrintsSomethingElse(t *testing.T) {
	r, _, _, notes := pretended(t, false, nil)
	says := func(name string, words ...string) subject {
		return subject{name, func(int) []string { return append([]string{r.Self, "say"}, words...) }}
	}
	costs := r.inTurn("p", 1, 3, []subject{says(seqvmName, "1.2345678901234"), says("good", "1.23456789012"), says("bad", "1.3"), says("dead", "FAIL")})
	assert.Len(t, costs[seqvmName], 3)
	assert.Len(t, costs["good"], 3)
	assert.Empty(t, costs["bad"])
	assert.Empty(t, costs["dead"])
	assert.Contains(t, notes.String(), `p 1: bad: prints "1.3\n", and seqvm "1.2345678901234\n"`)

	r.Turn = 0
	costs = r.inTurn("p", 1, 3, []subject{says(seqvmName, "x")})
	assert.Len(t, costs[seqvmName], 1, "no second run when the first has taken long enough")
}

func TestGrow(t *testing.T) {
	r, s, out, notes := pretended(t, true, map[string]string{"fine": "x", "broken": "FAIL"}, "fine", "broken")
	r.Measure(s)
	assert.Regexp(t, `(?m)^fine +5  ( *\d\.\d{3}){4} +-?\d+\.\d\d +\d`, out.String())
	assert.Contains(t, out.String(), "exponents: worst +Inf (broken)")
	assert.Contains(t, notes.String(), "broken 5: seqvm: ")
}

func TestPeersThatAreNotInstalledAreToldOnce(t *testing.T) {
	r, s, _, notes := pretended(t, false, map[string]string{"a": "x", "b": "x"}, "a", "b")
	t.Setenv("PATH", t.TempDir())
	for _, p := range s.Programs {
		assert.Len(t, r.subjects(s, p), 1)
	}
	assert.Equal(t, "lua5.4 is not installed: its programs are left out\ngo is not installed: its programs are left out\nerlc is not installed: its programs are left out\n", notes.String())
}

func TestRatiosAreSummedUp(t *testing.T) {
	r, _, out, _ := pretended(t, false, nil)
	all := ratios{}
	all.add("a", "lua", []float64{4, 1, 6}, []float64{2, 1, 2})
	all.add("b", "lua", []float64{1, 1, 1}, []float64{2, 1, 3})
	r.summarise(all)
	assert.Equal(t, `lua, 2 programs:
  time    geometric mean 1.00, worst 2.00 (a), 1 above 1.5: a
  cpu     geometric mean 1.00, worst 1.00 (a), 0 above 1.5
  memory  geometric mean 1.00, worst 3.00 (a), 1 above 1.5
`, out.String())
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"1\n2\n", "1 2", true},
		{"1\n2\n", "1\n", false},
		{"0.1", "0.10000000000001", true},
		{"0.1", "0.1001", false},
		{"12345678901234", "12345678901235", false},
		{"a.b", "a.c", false},
	} {
		assert.Equal(t, c.same, same([]byte(c.a), []byte(c.b)), "%q and %q", c.a, c.b)
	}
}
