package repl

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// writes waits until strands have written something.
func (s *tester) writes(text string) {
	s.t.Helper()
	require.Eventually(s.t, func() bool { return strings.Contains(s.out.String(), text) }, 10*time.Second, time.Millisecond, "%s", text)
}

// Words that run while they are defined again: what they call next, themselves
// included, is the new one.
func TestRunningWordsAreReplaced(t *testing.T) {
	for _, c := range []struct{ name, old, start, replacement, writes string }{
		{"a loop", `: w ( -- ) w ;`, `[ w ]`, `: w ( -- ) "left" io.write-line ;`, "left\n"},
		{"a counter", `: w ( Int -- ) 1 i.+ w ;`, `1 [ w ]`, `: w ( Int -- ) 0 i.> [ "counted" io.write-line ] [ ] if ;`, "counted\n"},
		{"a sum", `: w ( Int Int -- ) dup rot i.+ swap w ;`, `5 1 [ w ]`, `: w ( Int Int -- ) drop 5 i.> [ "summed" io.write-line ] [ ] if ;`, "summed\n"},
		{"a loop over a longer one", `: w ( Int -- ) w ;`, `7 [ w ]`,
			`: w ( Int -- ) 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 i.+ i.+ i.+ i.+ i.+ i.+ i.+ i.+ i.+ i.+ i.+ i.+ i.+ i.+ i.+ i.+ i.+ i.+ i.+ i.+ int->string io.write-line ;`, "217\n"},
		{"a loop below others", `: spin ( Int -- ) dup 0 i.> [ spin ] [ drop ] if ; : w ( -- ) 1 spin w ;`, `[ w ]`, `: spin ( Int -- ) drop "no longer" io.write-line 100 time.sleep-ms ;`, "no longer\nno longer\n"},
		{"a loop that waits", `: w ( -- ) 1 time.sleep-ms w ;`, `[ w ]`, `: w ( -- ) "awake" io.write-line ;`, "awake\n"},
		{"not in tail position", `: w ( Int -- Int ) dup 0 i.= [ drop 50 time.sleep-ms 0 ] [ 1 i.- w 1 i.+ ] if ;`, `[ 10 w int->string io.write-line ]`, `: w ( Int -- Int ) ;`, "10\n"},
		{"recursion calls the new one", `: w ( Int -- Int ) 5 time.sleep-ms 1 i.+ w 1 i.+ ;`, `[ 0 w drop ]`, `: w ( Int -- Int ) 0 i.> [ "deep" io.write-line ] [ ] if 3 ;`, "deep\n"},
		{"a quotation in it", `: w ( -- ) [ 1 time.sleep-ms w ] call ;`, `[ w ]`, `: w ( -- ) "called" io.write-line ;`, "called\n"},
		{"in a weave", `: w ( W Int -- | Yield Int ) yield w ; : run ( W -- ) 1 strand.resume drop drop 1 time.sleep-ms run ;`, `[ w ] strand.weave [ run ]`,
			`: w ( W Int -- | Yield Int ) "woven" io.write-line yield w ;`, "woven\nwoven\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t)
			s.Input(t.Context(), c.old)
			_, err := s.Input(t.Context(), c.start+" strand.spawn drop 5 time.sleep-ms")
			require.NoError(t, err)
			_, err = s.Input(t.Context(), c.replacement)
			require.NoError(t, err)
			s.writes(c.writes)
			assert.Empty(t, s.failed)
		})
	}
}

// A version that promises less than the one that still runs cannot lead that
// astray.
func TestOldVersionsTrustNothing(t *testing.T) {
	s := start(t)
	s.do(`: w ( Int -- Int ) 20 time.sleep-ms 1 i.+ w 1 i.+ ;`, "")
	s.do(`[ 0 w int->string io.write-line ] strand.spawn drop 5 time.sleep-ms`, "")
	s.do(`: w ( Int -- Int ) drop 0 list-of "text" list.push swap drop 0 list.get drop ;`, "")
	require.Eventually(t, func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.failed) == 1 }, 10*time.Second, time.Millisecond)
	assert.Contains(t, s.failed[0], "w: expected Int, found String")
	t.Run("it sees its arguments only", func(t *testing.T) {
		s := start(t)
		s.do(`: w ( Int -- Int ) 20 time.sleep-ms 7 swap 1 i.+ w i.+ ;`, "")
		s.do(`99 [ 0 w int->string io.write-line ] strand.spawn drop 5 time.sleep-ms`, "99")
		s.do(`: w ( Int -- Int ) [ stack.dump ] strand.spawn drop ;`, "99")
		s.writes("» ")
		require.Eventually(t, func() bool { return strings.Count(s.out.String(), "\n") == 2 }, 10*time.Second, time.Millisecond)
		assert.NotContains(t, s.out.String(), "» 7 ", s.out.String())
	})
}

func TestUndoWhileItRuns(t *testing.T) {
	s := start(t)
	s.do(`: w ( -- ) "old" io.write-line 20 time.sleep-ms w ;`, "")
	s.do("[ w ] strand.spawn drop", "")
	s.writes("old\n")
	s.do(`: w ( -- ) "new" io.write-line 20 time.sleep-ms w ;`, "")
	s.writes("new\n")
	require.True(t, s.Undo())
	at := len(s.out.String())
	require.Eventually(t, func() bool { return strings.Contains(s.out.String()[at:], "old\n") }, 10*time.Second, time.Millisecond)
	s.do(`: w ( -- ) "third" io.write-line ;`, "")
	s.writes("third\n")
	require.Eventually(t, func() bool { return len(s.Strands()) == 0 }, 10*time.Second, time.Millisecond)
}

func TestMutualRecursion(t *testing.T) {
	s := start(t)
	s.do(": even ( Int -- Bool ) dup 0 i.= [ drop true ] [ 1 i.- odd ] if ; : odd ( Int -- Bool ) dup 0 i.= [ drop false ] [ 1 i.- even ] if ;", "")
	s.do("1000001 odd 1000000 even", "true true")
	s.do(": odd ( Int -- Bool ) drop false ; drop drop 4 even", "false")
}
