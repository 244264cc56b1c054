package builtins

import (
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/stack/son"
	"github.com/seqvm/seqvm/vm"
)

// testWords keep the state of the test that runs (chapter 6, section 13).
var testWords = []Word{
	{Name: "test.init", Effect: "( ..a String -- ..a )", Doc: "Sets the title of the test and forgets what came before.", Run: func(s *vm.Strand, w []stack.Value) error {
		return withTests(s, func(t *TestLog) {
			t.Entitle(w[0].Promote().AsString())
			t.EarlierPassed, t.EarlierFailures = t.Passed, len(t.Failures)
		})
	}},
	{Name: "test.set-name", Effect: "( ..a String -- ..a )", Doc: "Sets the title of the test.", Run: func(s *vm.Strand, w []stack.Value) error {
		return withTests(s, func(t *TestLog) { t.Entitle(w[0].Promote().AsString()) })
	}},
	{Name: "test.assert", Effect: "( ..a Bool -- ..a )", Doc: "Passes if true.", Run: func(s *vm.Strand, w []stack.Value) error {
		return assertion(s, w[0].AsBool(), "expected true, got false")
	}},
	{Name: "test.assert-not", Effect: "( ..a Bool -- ..a )", Doc: "Passes if false.", Run: func(s *vm.Strand, w []stack.Value) error {
		return assertion(s, !w[0].AsBool(), "expected false, got true")
	}},
	{Name: "test.assert-eq", Effect: "( ..a Int Int -- ..a )", Doc: "Passes if the Int below is the expected one on top.", Run: func(s *vm.Strand, w []stack.Value) error {
		return assertion(s, w[0].AsInt() == w[1].AsInt(), fmt.Sprintf("expected %d, got %d", w[1].AsInt(), w[0].AsInt()))
	}},
	{Name: "test.assert-eq-str", Effect: "( ..a String String -- ..a )", Doc: "Passes if the String below is the expected one on top.", Run: func(s *vm.Strand, w []stack.Value) error {
		actual, expected := w[0].AsString(), w[1].AsString()
		if actual == expected {
			return assertion(s, true, "")
		}
		at := 0
		for at < len(actual) && at < len(expected) && actual[at] == expected[at] {
			at++
		}
		return assertion(s, false, fmt.Sprintf("assertion failed: strings not equal\n    expected (%d bytes): %s\n    actual   (%d bytes): %s\n    first differ at byte %d",
			len(expected), quoted(expected), len(actual), quoted(actual), at))
	}},
	{Name: "test.fail", Effect: "( ..a String -- ..a )", Doc: "Records a failure with a message.", Run: func(s *vm.Strand, w []stack.Value) error {
		message := "  " + w[0].Promote().AsString()
		return withTests(s, func(t *TestLog) { t.Failures = append(t.Failures, message) })
	}},
	{Name: "test.pass-count", Effect: "( ..a -- ..a Int )", Doc: "The number of passed assertions.", Run: func(s *vm.Strand, w []stack.Value) error {
		return withTests(s, func(t *TestLog) {
			passed, _ := t.Since()
			w[0] = stack.FromInt(passed)
		})
	}},
	{Name: "test.fail-count", Effect: "( ..a -- ..a Int )", Doc: "The number of failures.", Run: func(s *vm.Strand, w []stack.Value) error {
		return withTests(s, func(t *TestLog) {
			_, failures := t.Since()
			w[0] = stack.FromInt(int64(len(failures)))
		})
	}},
	{Name: "test.has-failures", Effect: "( ..a -- ..a Bool )", Doc: "Any failure?", Run: func(s *vm.Strand, w []stack.Value) error {
		return withTests(s, func(t *TestLog) {
			_, failures := t.Since()
			w[0] = stack.FromBool(len(failures) > 0)
		})
	}},
	{Name: "test.finish", Effect: "( ..a -- ..a )", Doc: "Writes the report of the test.", Run: func(s *vm.Strand, _ []stack.Value) error {
		var report string
		_ = withTests(s, func(t *TestLog) {
			if !t.Collects {
				_, failures := t.Since()
				report = testReport(t, failures)
			}
		})
		return write(s, report, false)
	}},
}

// TestLog is what the test words of a VM have seen (chapter 6, section 13).
type TestLog struct {
	sync.Mutex
	Title    string
	Entitled bool     // the program has given a title, if only an empty one
	Passed   int64    // all assertions that held
	Failures []string // all that did not

	// Of Passed and Failures those before the last test.init, which its counts
	// and reports leave out.
	EarlierPassed   int64
	EarlierFailures int

	// Collects is set by a test runner, which reports itself: test.finish writes
	// nothing.
	Collects bool
	// Snapshots returns the text that is kept under a name of letters, digits, '-', '_' and '.', or keeps the text that is given and returns
	// that. problem says why there is neither. nil: there are no snapshots.
	Snapshots func(name, text string) (kept, problem string)
	// Seed is that of the values that properties draw; 0: one is chosen.
	Seed uint64

	property   *property // that runs; nil: none
	properties int       // so far
}

// Entitle sets the title.
func (t *TestLog) Entitle(title string) { t.Title, t.Entitled = title, true }

// Since returns the assertions that have held, and the failures, since the last
// test.init.
func (t *TestLog) Since() (passed int64, failures []string) {
	return t.Passed - t.EarlierPassed, t.Failures[t.EarlierFailures:]
}

type testsKey struct{}

// Tests returns what the test words of a VM have seen; its lock guards it.
func Tests(v *vm.VM) *TestLog {
	return v.State(testsKey{}, func() any { return new(TestLog) }).(*TestLog)
}

func withTests(s *vm.Strand, f func(*TestLog)) error {
	t := Tests(s.VM())
	t.Lock()
	defer t.Unlock()
	f(t)
	return nil
}

func assertion(s *vm.Strand, ok bool, failure string) error {
	line := 0
	if !ok {
		line = s.Line()
	}
	return withTests(s, func(t *TestLog) {
		if ok {
			t.Passed++
			return
		}
		t.Failures = append(t.Failures, failedAt(line, failure))
	})
}

// failedAt is a failure of a report. Line 0 is not known: the word that has it has ended in a tail call of one that the VM supplies.
func failedAt(line int, failure string) string {
	if line == 0 {
		return "  " + failure
	}
	return fmt.Sprintf("  at line %d: %s", line, failure)
}

// testReport is what test.finish writes.
func testReport(t *TestLog, failures []string) string {
	title := "unknown" // without test.init
	if t.Entitled {
		title = t.Title
	}
	if len(failures) == 0 {
		return title + " ... ok\n"
	}
	return title + " ... FAILED\n" + ShownFailures(failures)
}

// shownFailures is how many failures of a test a report shows.
const shownFailures = 5

// ShownFailures are the lines of a report on failures: of the first ones, and how
// many more there are.
func ShownFailures(failures []string) string {
	var b strings.Builder
	for i, f := range failures {
		if i < shownFailures {
			b.WriteString(f + "\n")
			continue
		}
		s := "s"
		if len(failures) == shownFailures+1 {
			s = ""
		}
		fmt.Fprintf(&b, "  +%d more failure%s\n", len(failures)-shownFailures, s)
		break
	}
	return b.String()
}

// quoted shows a string in quotes: valid UTF-8 as it is, other bytes as \xHH.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02X`, s[i])
		case r == '"' || r == '\\' || r == '\n' || r == '\r' || r == '\t':
			b.Write(son.AppendEscaped(nil, s[i:i+n], son.UpperHex))
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\x%02X`, r)
		default:
			b.WriteRune(r)
		}
		i += n
	}
	b.WriteByte('"')
	return b.String()
}
