package repl

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/vm"
)

// tasks is a session with vm:strands and vm:channels.
func tasks(t *testing.T) *tester {
	s := start(t)
	s.do("include vm:strands", "")
	s.do("include vm:channels", "")
	s.do("include vm:supervisors", "")
	return s
}

// rests waits until no strand runs any more.
func (s *tester) rests() {
	s.t.Helper()
	require.Eventually(s.t, func() bool { return len(s.Strands()) == 0 && s.vm.Scheduler().Active() == 0 }, 10*time.Second, time.Millisecond)
}

// What interrupts an input goes through tries and scopes, in weaves and in strands that they wait for. Nothing of it
// remains, and the session goes on with the stack as it was.
func TestInterruptsGoThroughTries(t *testing.T) {
	s := tasks(t)
	s.do(": forever ( -- Int ) 3600000 channels.ticker chan.receive drop ; : spin ( -- Int ) spin ;", "")
	s.do(`: hold ( W Int -- W | Yield Int ) drop [ forever ] strands.scope drop 1 yield drop ;`, "")
	s.do("7", "7")
	for _, wait := range []string{
		"[ forever ] strands.try",
		"[ spin ] strands.try",
		"[ [ [ 60000 time.sleep-ms 0 ] strands.try ] strands.try ] strands.try",
		"[ forever ] strands.scope",
		"[ [ forever drop ] strand.spawn drop [ spin ] strands.start drop forever ] strands.scope",
		"[ [ [ [ forever ] strands.start strands.join ] strands.scope ] strands.try ] strands.scope",
		"list.make chan.make list.push 60000 channels.ticker list.push channels.select",
		"[ list.make chan.make list.push 1 0 channels.bounded channels.sending list.push 60000 channels.select-within ] strands.try",
		"[ 1 0 channels.bounded 3600000 channels.send-within ] strands.try",
		"[ [ hold ] strand.weave 0 strand.resume drop nip ] strands.try",
		`supervisors.one-for-one "a" [ forever drop ] supervisors.child supervisors.with supervisors.start supervisors.join`,
		`[ supervisors.one-for-one "a" [ forever drop ] supervisors.child supervisors.with supervisors.run 0 ] strands.scope`,
	} {
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		var err error
		go func() {
			defer close(done)
			_, err = s.Input(ctx, `"in" io.write-line `+wait+` "never" io.write-line drop`)
		}()
		require.Eventually(t, func() bool { return strings.HasSuffix(s.out.String(), "in\n") }, 10*time.Second, time.Millisecond, wait)
		cancel()
		<-done
		require.ErrorIs(t, err, vm.ErrInterrupted, wait)
		_, _ = s.out.Write([]byte("-"))
		s.rests()
		s.do("[ 1 i.+ 2 ] strands.try", "8 :Ok 2 wrap-1")
		s.do(`drop 1 i.- [ drop "no" strands.fail 0 ] strands.try variant.tag`, "7 :Err")
		s.do("drop [ 5 ] strands.scope drop", "7")
	}
	assert.NotContains(t, s.out.String(), "never")
}

// Errors in a try are values at the prompt as well; those behind it, or in its middle when the input cannot be compiled, are
// errors of the input, which leaves the stack.
func TestErrorsInTriesOfInputs(t *testing.T) {
	s := tasks(t)
	s.do(`list.make 1 list.push 2`, "list-of 1 lv 2")
	s.do(`[ swap 5 list.push swap "no" strands.fail ] strands.try variant.first strands.error-text`,
		`list-of 1 lv 2 "seq: runtime error: strands.fail: no\n  at <input 5>:1:30 in <quotation>\n  at <input 5>:1:45 in this input"`)
	s.do("drop", "list-of 1 lv 2")
	s.fails(`[ "no" strands.fail ] strands.try drop "behind" strands.fail`, "strands.fail: behind")
	s.fails(`[ "no" strands.fail unknown ] strands.try`, "unknown")
	s.do("drop list.length", "1")
	s.fails(`[ [ "no" strands.fail drop ] strand.spawn drop chan.make chan.receive drop ] strands.scope variant.first strands.raise`, "strands.fail: no")
	s.do("", "1")
	s.rests()
}

// A word that is replaced while a strand is in a try in it: the strand comes back to the try, in the code that it began
// with or in the new one, and calls words as they are then.
func TestWordsAreReplacedInTries(t *testing.T) {
	s := tasks(t)
	s.do(`: show ( Variant -- ) dup variant.tag :Ok symbol.= [ "ok" io.write-line drop ] [ variant.first strands.error-reason io.write-line ] if ;`, "")
	s.do(`: answer ( Channel -- Int ) chan.receive drop ;`, "")
	s.do(`: serve ( Channel -- ) [ dup answer dup 0 i.< [ drop "below" strands.fail ] [ ] if ] strands.try show "-" io.write-line
		dup chan.receive [ drop serve ] [ drop drop ] if ;`, "")
	s.do("chan.make dup [ serve ] strand.spawn drop drop", "<channel>")
	waits := func() {
		t.Helper()
		require.Eventually(t, func() bool { l := s.Strands(); return len(l) == 1 && l[0].Word == "chan.receive" }, 10*time.Second, time.Millisecond)
	}
	says := func(text string) {
		t.Helper()
		require.Eventually(t, func() bool { return s.out.String() == text }, 10*time.Second, time.Millisecond, text)
	}
	waits()
	s.do(`: answer ( Channel -- Int ) chan.receive drop 100 i.- ;`, "<channel>") // it is in the old one
	s.do(`: serve ( Channel -- ) [ dup answer drop "new" strands.fail ] strands.try show dup chan.receive [ drop serve ] [ drop drop ] if ;`, "<channel>")
	s.do("dup -1 swap chan.send drop", "<channel>")
	says("below\n-\n")
	s.do("dup 0 swap chan.send drop dup 5 swap chan.send drop", "<channel>")
	says("below\n-\nnew\n")
	s.do("chan.close", "")
	s.rests()
}

// A strand that is in tries and scopes runs code that is younger than it.
func TestYoungerCodeInTries(t *testing.T) {
	s := tasks(t)
	s.do(`: show ( Variant -- ) dup variant.tag :Ok symbol.= [ "ok" io.write-line drop ] [ variant.first strands.error-reason io.write-line ] if ;`, "")
	s.do(`: runs ( Channel -- ) dup chan.receive [ [ dup call 0 ] strands.try show drop runs ] [ drop drop ] if ;`, "")
	s.do(`: within ( Channel -- ) [ [ dup runs 0 ] strands.try ] strands.scope drop drop ;`, "")
	s.do("chan.make [ within ] strand.spawn drop", "<channel>")
	for _, c := range []struct{ code, says string }{
		{`[ "young" strands.fail drop ]`, "young"},
		{`[ [ [ "younger" strands.fail drop ] strand.spawn drop chan.make chan.receive drop ] strands.scope show ]`, "younger\nok"},
		{`[ [ [ "in a weave" strands.fail drop drop ] strand.weave 0 strand.resume drop nip ] strands.try show ]`, "in a weave\nok"},
		{`[ 100000 deep drop ]`, "ok"},
	} {
		s.do(": deep ( Int -- Int ) dup 0 i.= [ ] [ 1 i.- deep 1 i.+ ] if ;", "<channel>")
		before := s.out.String()
		s.do("dup "+c.code+" swap chan.send drop", "<channel>")
		require.Eventually(t, func() bool { return s.out.String() == before+c.says+"\n" }, 10*time.Second, time.Millisecond, c.code)
	}
	s.do("chan.close", "")
	s.rests()
}
