package repl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seqvm/seqvm/vm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// tester drives a session.
type tester struct {
	*Session
	t   *testing.T
	out *buffer

	mu     sync.Mutex
	failed []string // errors of strands
}

func start(t *testing.T, change ...func(*Options)) *tester {
	t.Helper()
	s := &tester{t: t, out: &buffer{}}
	o := Options{Modules: Preloaded, Stdout: s.out, Failed: func(_ int64, err error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.failed = append(s.failed, err.Error())
	}}
	for _, f := range change {
		f(&o)
	}
	var err error
	s.Session, err = New(o)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

// do enters an input that must succeed and leave a stack.
func (s *tester) do(text, stack string) Outcome {
	s.t.Helper()
	o, err := s.Input(context.Background(), text)
	require.NoError(s.t, err, text)
	require.Equal(s.t, strings.TrimSpace("» "+stack), s.StackLine(), text)
	return o
}

// fails enters an input that must fail with a message, and leave the stack.
func (s *tester) fails(text, message string) error {
	s.t.Helper()
	before, types := s.StackLine(), s.StackTypes()
	_, err := s.Input(context.Background(), text)
	require.ErrorContains(s.t, err, message, text)
	assert.Equal(s.t, before, s.StackLine(), text)
	assert.Equal(s.t, types, s.StackTypes(), text)
	return err
}

func TestTheStackStays(t *testing.T) {
	s := start(t)
	s.do("1 2", "1 2")
	s.do("i.+", "3")
	s.do(`"a" 1.5 true :sym [ 1 i.+ ] list-of 7 lv`, `3 "a" 1.5 true :sym <quotation> list-of 7 lv`)
	assert.Equal(t, []string{"Int", "String", "Float", "Bool", "Symbol", "[ Int -- Int ]", "List"}, s.StackTypes())
	s.do("drop swap drop 41 swap call", `3 "a" 1.5 true 42`)
	s.do("stack.dump 1", "1")
	assert.Contains(t, s.out.String(), "» 3 \"a\" 1.5 true 42\n")
	assert.Equal(t, []string{"Int"}, s.StackTypes())
}

func TestDefinitionsAndStatementsInAnyMix(t *testing.T) {
	s := start(t)
	o := s.do("2 sq : sq ( Int -- Int ) dup i.* ; sq union U { A { x: Int } B } 7 Make-A include std:zipper", "16 :A 7 wrap-1")
	assert.Equal(t, []string{"sq", "U"}, o.Defined)
	assert.True(t, o.Included)
	assert.Equal(t, []string{"Int", "U"}, s.StackTypes())
	s.do("match A { >x } -> B -> 0 end", "16 7")
	s.do("# nothing\n", "16 7")
}

func TestRedefinition(t *testing.T) {
	s := start(t)
	s.do(": f ( Int -- Int ) 1 i.+ ; : g ( Int -- Int ) f 10 i.* ; : h ( Int -- Int ) g f ;", "")
	s.do("1 h [ f ] [ 5 g ]", "21 <quotation> <quotation>")
	s.do(": f ( Int -- Int ) 2 i.+ ;", "21 <quotation> <quotation>")
	s.do("call rot h rot rot swap call", "232 72") // words and quotations from before call the new one
	s.do("drop drop", "")
	t.Run("another effect", func(t *testing.T) {
		err := s.fails(": f ( Int -- Int Int ) dup ;", "the word 'f' cannot get another effect: it is called by 'g', 'h'")
		var p *ProblemError
		require.ErrorAs(t, err, &p)
		assert.Equal(t, []string{"before: ( Int -- Int )", "now:    ( Int -- Int Int )"}, p.List[0].Notes)
		s.do("1 f", "3")
		s.do("drop", "")
	})
	t.Run("another effect with the callers", func(t *testing.T) {
		s.do(": f ( Int Int -- Int ) i.+ ; : g ( Int -- Int ) 1 f ; : h ( Int -- Int ) g g ; 1 h", "3")
		s.do("drop", "")
	})
	t.Run("another effect without callers", func(t *testing.T) {
		s.do(": lone ( -- Int ) 1 ; [ lone ]", "<quotation>")
		s.do(": lone ( -- String ) \"s\" ; call lone", `1 "s"`) // the quotation is checked for the old one
		s.do("drop drop", "")
	})
	t.Run("names of variables do not matter", func(t *testing.T) {
		s.do(": twin ( T -- T T ) dup ; : two ( Int -- Int Int ) twin ;", "")
		s.do(": twin ( U -- U U ) dup ; 5 two", "5 5")
		s.do("drop drop", "")
	})
	t.Run("itself", func(t *testing.T) {
		s.do(": fact ( Int -- Int ) dup 1 i.> [ dup 1 i.- fact i.* ] [ ] if ; 5 fact", "120")
		s.do(": fact ( Int -- Int ) drop 0 ; 5 fact", "120 0")
		s.do("drop drop", "")
	})
	t.Run("words of modules and variants", func(t *testing.T) {
		s.do("3 square : square ( Int -- Int ) drop 4 ; square", "4")
		s.do("3 cube-of drop : cube-of ( Int -- Int ) dup square i.* ;", "4")
		s.do("drop include std:imath 3 square", "4")
		s.do("drop union P { Pt { x: Int } }", "")
		s.do(": Make-Pt ( -- Int ) 1 ; Make-Pt", "1")
		s.do("drop", "")
	})
	t.Run("nothing can shadow a built-in word", func(t *testing.T) {
		o := s.do(": dup ( -- Int ) 1 ; 5 dup", "5 5")
		require.Len(t, o.Problems, 1)
		assert.Contains(t, o.Problems[0].Message, "the word 'dup' is never called")
		s.do("drop drop", "")
	})
	s.fails(": twice ( -- ) ; : twice ( -- ) ;", "defined twice")
	s.fails(": main ( -- ) ;", "an input cannot define 'main'")
}

func TestRedefinedUnions(t *testing.T) {
	s := start(t)
	s.do("union U { A { x: Int } B } : get ( U -- Int ) match A { >x } -> B -> 0 end ; 1 Make-A", ":A 1 wrap-1")
	s.fails("union U { C }", "the union 'U' cannot be defined again: it is used by 'get', the stack")
	s.do("drop", "")
	s.fails("union U { C }", "used by 'get'")
	s.do("union U { C { y: Int } A { x: Int } } : get ( U -- Int ) match A { >x } -> C { >y } -> 2 i.* end ; 4 Make-C get 5 Make-A get", "8 5")
	s.fails("Make-B", "unknown word 'Make-B'")
	s.do("drop drop union W { V { u: U } }", "")
	s.fails("union U { D }", "used by 'W', 'get'")
	s.fails("union X { A }", "belongs to two unions")
}

func TestAFailedInputLeavesNothing(t *testing.T) {
	s := start(t, func(o *Options) { o.Settings.StackMax = 1 << 20 })
	s.do("1 : held ( -- Int ) 1 ;", "1")
	for _, c := range []struct{ input, message string }{
		{`: lost ( -- ) ; "x" i.+`, "'i.+' expects 'Int', found 'String'"},
		{": lost ( -- ) ; 9 0 list-of 3 list.get drop string.length", "string.length: expected String"},
		{": held ( -- Int ) 2 ; 3 os.exit", "status 3"},
		{"include std:nope : lost ( -- ) ;", "unknown standard module"},
		{"i.+ i.+", "stack underflow"},
		{": lost ( -- Int ) 1.5 ;", "does not leave what its effect declares"},
		{": lost ( -- ) chan.make chan.receive drop drop ; lost", "deadlock: 1 strand is blocked"},
		{": lost ( -- ) lost lost ; lost", "calls nest too deeply"},
		{">aux", "aux stack"},
		{"1 [ ] yield", ""},
	} {
		s.fails(c.input, c.message)
		s.fails("lost", "unknown word 'lost'")
		s.do("held i.+", "2")
		s.do("1 i.-", "1")
	}
	s.do(": lost ( -- Int ) 7 ; lost", "1 7")
}

func TestFailedRedefinitionIsUndone(t *testing.T) {
	s := start(t)
	s.do(": f ( -- Int ) 1 ; : g ( -- Int ) f ; [ f ]", "<quotation>")
	s.fails(": f ( -- Int ) 2 ; g 0 list-of swap list.push 9 list.get drop string.length", "runtime error")
	s.do("dup call g f", "<quotation> 1 1 1")
}

func TestEachEffectHappensOnce(t *testing.T) {
	s := start(t)
	s.do(`"one" io.write-line 1`, "1")
	s.fails(`"two" io.write-line 0 list-of 1 list.get drop string.length`, "runtime error")
	s.do(`2 "three" io.write`, "1 2")
	s.do("i.+", "3")
	assert.Equal(t, "one\ntwo\nthree\n", s.out.String())
}

// Collections on the stack are changed in place while nobody else holds them: the
// stack to come back to does.
func TestCollectionsAreAsTheyWereAfterAFailure(t *testing.T) {
	s := start(t)
	s.do("list-of 1 lv list-of 2 lv lv map-of \"k\" 1 kv", `list-of 1 lv list-of 2 lv lv map-of "k" 1 kv`)
	s.fails(`"k" 9 map.set swap 0 7 list.set drop 5 list.push 0 list.get drop string.length`, "")
	s.do("union U { A { x: Int } } 5 Make-A", `list-of 1 lv list-of 2 lv lv map-of "k" 1 kv :A 5 wrap-1`)
	s.fails("match A { >x } -> 1 i.+ Make-A end drop 1 list-of swap list.push 0 list.get drop string.length", "")
	s.do("nip", `list-of 1 lv list-of 2 lv lv :A 5 wrap-1`)
	require.True(t, s.Pop())
	assert.Equal(t, `» list-of 1 lv list-of 2 lv lv map-of "k" 1 kv :A 5 wrap-1`, s.StackLine())
}

func TestPopAndUndo(t *testing.T) {
	s := start(t)
	assert.False(t, s.Pop())
	assert.False(t, s.Undo(), "the preloaded modules cannot be taken back")
	s.do("1", "1")
	s.do(": f ( -- Int ) 10 ; f", "1 10")
	s.do(": f ( -- Int ) 20 ;", "1 10")
	require.True(t, s.Pop())
	assert.Equal(t, "» 1", s.StackLine())
	s.do("f", "1 20")
	require.True(t, s.Undo()) // f
	require.True(t, s.Undo()) // the second f
	s.do("f", "1 10")
	require.True(t, s.Undo())
	require.True(t, s.Undo()) // the first f; its statements were taken back before
	assert.Equal(t, "» 1", s.StackLine())
	s.fails("f", "unknown word")
	require.True(t, s.Pop())
	assert.Equal(t, "»", s.StackLine())
	assert.False(t, s.Pop())
	assert.False(t, s.Undo())
	s.do("include std:zipper union U { A } : g ( -- U ) Make-A ; g", ":A wrap-0")
	require.True(t, s.Undo())
	s.fails("Make-A", "unknown word")
	s.do("union U { A { x: Int } } 1 Make-A", ":A 1 wrap-1")
}

func TestInterrupt(t *testing.T) {
	s := start(t)
	s.do("1", "1")
	for _, input := range []string{": loop ( -- ) loop ; loop", "60000 time.sleep-ms", "chan.make [ chan.receive drop drop ] strand.spawn drop 60000 time.sleep-ms drop"} {
		ctx, cancel := context.WithCancel(context.Background())
		var err error
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, err = s.Input(ctx, "\"in\" io.write-line "+input)
		}()
		require.Eventually(t, func() bool { return strings.HasSuffix(s.out.String(), "in\n") }, 10*time.Second, time.Millisecond)
		cancel()
		<-done
		require.ErrorIs(t, err, vm.ErrInterrupted, input)
		_, _ = s.out.Write([]byte("-"))
		s.do("2 drop", "1")
	}
	t.Run("outside of the VM", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		s.do("0 net.tcp.listen drop", "1 1")
		go func() {
			for len(s.Strands()) == 0 || s.Strands()[0].Word != "net.tcp.accept" {
				time.Sleep(time.Millisecond)
			}
			cancel()
		}()
		_, err := s.Input(ctx, `dup net.tcp.accept "never" io.write-line drop drop`)
		require.ErrorIs(t, err, vm.ErrInterrupted)
		s.do("net.tcp.close drop", "1")
		assert.NotContains(t, s.out.String(), "never")
	})
	t.Run("timeout", func(t *testing.T) {
		s := start(t, func(o *Options) { o.Timeout = time.Second })
		s.fails(": loop ( -- ) loop ; loop", "ran longer than 1s")
		s.do("1", "1")
	})
}

func TestStrandsLiveOn(t *testing.T) {
	s := start(t)
	s.do(": serve ( Channel -- ) dup chan.receive [ int->string io.write-line serve ] [ drop drop ] if ;", "")
	s.do("chan.make [ serve ] strand.spawn drop", "<channel>")
	require.Eventually(t, func() bool { l := s.Strands(); return len(l) == 1 && l[0].Word == "chan.receive" }, 10*time.Second, time.Millisecond)
	assert.Equal(t, "<input 1>:1:28", s.Strands()[0].Place)
	s.do("dup 5 swap chan.send drop", "<channel>")
	require.Eventually(t, func() bool { return s.out.String() == "5\n" }, 10*time.Second, time.Millisecond)
	t.Run("it calls words as they are now", func(t *testing.T) {
		require.Eventually(t, func() bool { return s.Strands()[0].Word == "chan.receive" }, 10*time.Second, time.Millisecond)
		s.do(`: serve ( Channel -- ) dup chan.receive [ "new " io.write int->string io.write-line serve ] [ drop drop ] if ;`, "<channel>")
		s.do("dup 6 swap chan.send drop dup 7 swap chan.send drop", "<channel>")
		require.Eventually(t, func() bool { return s.out.String() == "5\n6\nnew 7\n" }, 10*time.Second, time.Millisecond)
	})
	t.Run("younger code reaches it", func(t *testing.T) {
		s.do(": runs ( Channel -- ) dup chan.receive [ call runs ] [ drop drop ] if ;", "<channel>")
		s.do("chan.make [ runs ] strand.spawn drop", "<channel> <channel>")
		s.do(`: fresh ( -- ) "young" io.write-line ;`, "<channel> <channel>")
		s.do("dup [ fresh ] swap chan.send drop", "<channel> <channel>")
		require.Eventually(t, func() bool { return strings.HasSuffix(s.out.String(), "young\n") }, 10*time.Second, time.Millisecond)
		s.do("chan.close", "<channel>")
	})
	s.do("chan.close", "")
	require.Eventually(t, func() bool { return len(s.Strands()) == 0 }, 10*time.Second, time.Millisecond)
}

func TestStrandsOfAFailedInputAreStopped(t *testing.T) {
	s := start(t)
	s.do("chan.make", "<channel>")
	s.do(": wait ( Channel -- ) chan.receive drop drop ; : spin ( -- ) spin ;", "<channel>")
	s.fails(`dup [ wait ] strand.spawn drop [ spin ] strand.spawn drop [ 60000 time.sleep-ms ] strand.spawn drop
		[ [ spin ] strand.spawn drop 60000 time.sleep-ms ] strand.spawn drop 10 time.sleep-ms 3 os.exit`, "status 3")
	require.Eventually(t, func() bool { return len(s.vm.Strands()) == 0 && s.vm.Scheduler().Active() == 0 }, 10*time.Second, time.Millisecond)
	s.do("dup 5 swap chan.send drop dup chan.receive", "<channel> 5 true") // nobody took it
}

func TestStrandsThatFailEndAlone(t *testing.T) {
	s := start(t)
	s.do("1 [ 0 list-of 1 list.get drop string.length drop ] strand.spawn drop", "1")
	require.Eventually(t, func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.failed) == 1 }, 10*time.Second, time.Millisecond)
	assert.Contains(t, s.failed[0], "string.length: expected String")
	assert.Contains(t, s.failed[0], "<input 1>:1:31")
	s.do("1 i.+", "2")
}

func TestBlockedStrandsAreNoDeadlockOfLaterInputs(t *testing.T) {
	s := start(t)
	s.do("chan.make [ chan.receive drop drop ] strand.spawn drop", "<channel>")
	s.do("1", "<channel> 1")
	err := s.fails("chan.make chan.receive drop drop", "deadlock: 1 strand is blocked")
	assert.Contains(t, err.Error(), "this input in chan.receive at <input 3>:1:11")
	assert.Len(t, s.Strands(), 1)
	s.fails("over chan.receive drop drop", "deadlock")
	assert.Len(t, s.Strands(), 1)
}

func TestWeavesLiveOn(t *testing.T) {
	s := start(t)
	s.do(": gen ( W Int -- | Yield Int ) 1 i.+ yield gen ;", "")
	s.do("[ gen ] strand.weave 10 strand.resume", "<weave-ctx> 11 true")
	s.do("drop drop 20 strand.resume", "<weave-ctx> 21 true")
	s.do(": gen ( W Int -- | Yield Int ) 5 i.+ yield gen ;", "<weave-ctx> 21 true")
	s.do("drop drop 30 strand.resume drop", "<weave-ctx> 35")
	s.fails("strand.weave-cancel 0 list-of 5 list.get drop string.length", "")
}

func TestErrorsShowWordAndColumn(t *testing.T) {
	s := start(t)
	s.do(": bad ( V -- Int )\n  0 list.get drop string.length ;", "")
	err := s.fails("1 drop 0 list-of 1 list.push\n  bad", "string.length: expected String, found Int")
	var run *RunError
	require.ErrorAs(t, err, &run)
	assert.Equal(t, "bad", run.Span.Source.Text[run.Span.Start:run.Span.End])
	assert.Contains(t, err.Error(), "at <input 1>:2:19 in bad\n  at <input 2>:2:3")
	var runtime *vm.RuntimeError
	require.True(t, errors.As(err, &runtime))
}

func TestTestWordsCountLines(t *testing.T) {
	s := start(t)
	s.do(": t ( -- )\n  1 2 test.assert-eq ;", "")
	s.do("\"trial\" test.init t 3 3 test.assert-eq 5 6 test.assert-eq test.finish", "")
	assert.Equal(t, "trial ... FAILED\n  at line 2: expected 2, got 1\n  at line 1: expected 6, got 5\n", s.out.String())
}

func TestClassicInputs(t *testing.T) {
	s := start(t)
	s.do("5 dup 3 > if drop 1 else drop 2 then", "1")
	s.do(": sign ( Int -- Int ) dup 0 < if drop -1 else 0 > if 1 else 0 then then ;", "1")
	s.do("-7 sign", "1 -1")
	s.do("true [ 5 ] [ 6 ] if", "1 -1 5")
	only := start(t, func(o *Options) { o.Dialect = "7" })
	only.fails("5 3 i.> if 1 else 2 then", "is not part of today's Seq")
	classic := start(t, func(o *Options) { o.Dialect = "classic" })
	classic.do("7 2 mod", "1 true")
}

func TestTypeOf(t *testing.T) {
	s := start(t)
	s.do(": f ( Int String -- Float ) drop drop 1.5 ;", "")
	for text, want := range map[string]string{
		"1 2 i.+": "( -- Int )", "f": "( Int String -- Float )", "swap": "( T U -- U T )", "[ i.+ ]": "( -- [ Int Int -- Int ] )", "": "( -- )", "stack.dump": "( -- )",
	} {
		got, err := s.TypeOf(text)
		if text == "stack.dump" {
			continue // its rows have names of their own
		}
		require.NoError(t, err)
		assert.Equal(t, want, got, text)
	}
	_, err := s.TypeOf("nope")
	require.ErrorContains(t, err, "unknown word 'nope'")
	_, err = s.TypeOf(": g ( -- ) ; g")
	require.NoError(t, err)
	s.fails("g", "unknown word 'g'")
}

func TestCompletion(t *testing.T) {
	s := start(t)
	s.do(": my-word ( Int -- Int ) ; : My-Other ( -- ) ; union Uni { Vari { f: Int } }", "")
	names := func(text string) (list []string) {
		_, found := s.Complete(text, len(text))
		for _, c := range found {
			list = append(list, c.Text)
		}
		return list
	}
	assert.Equal(t, []string{"My-Other", "my-word"}, names("1 my-"))
	assert.Equal(t, []string{"Make-Vari"}, names("[ make-v"))
	assert.Equal(t, []string{"std:json"}, names("include std:js"))
	assert.Equal(t, []string{"vm:io"}, names("include vm:i"))
	assert.Empty(t, names("io.error-l"), "it is not included")
	s.do("include vm:io", "")
	assert.Equal(t, []string{"io.error-line"}, names("io.error-l"))
	assert.Equal(t, []string{":words"}, names(":wo"))
	assert.Empty(t, names("1 "))
	assert.Equal(t, []string{"my-word"}, names("my-word"), "the word itself")
	all := names("list.")
	assert.Greater(t, len(all), 12, "all of them")
	assert.Contains(t, all, "list.set")
	assert.True(t, slices.IsSorted(all))
	start, found := s.Complete("1 my-w x", 6)
	assert.Equal(t, 2, start)
	assert.Equal(t, []Candidate{{"my-word", "( ..a Int -- ..a Int )"}}, found)
	signature, ok := s.Signature("swap")
	assert.True(t, ok)
	assert.Equal(t, "swap ( ..a T U -- ..a U T )", signature)
	in, out, ok := s.Sides("Make-Vari")
	assert.True(t, ok)
	assert.Equal(t, [2]string{"[..a Int]", "[..a Uni]"}, [2]string{fmt.Sprint(in), fmt.Sprint(out)})
	for _, word := range []string{"list.fold", "my-word", "1"} { // one spelling: in lists, boxes and signatures
		signature, _ := s.Signature(word)
		in, out, ok := s.Sides(word)
		assert.True(t, ok)
		assert.Equal(t, signature, strings.Join(strings.Fields(word+" ( "+strings.Join(in, " ")+" -- "+strings.Join(out, " ")+" )"), " "))
	}
	signature, _ = s.Signature("list.fold")
	assert.Equal(t, "list.fold ( ..a V Acc [ ..b Acc T -- ..b Acc ] -- ..a Acc )", signature)
	in, _, _ = s.Sides("list.fold")
	assert.Equal(t, []string{"..a", "V", "Acc", "[ ..b Acc T -- ..b Acc ]"}, in)
	assert.Equal(t, "1 ( ..a -- ..a Int )\nmy-word ( ..a Int -- ..a Int )\nnope ?\n", s.TypedWords("1 my-word nope"))
}

func TestClear(t *testing.T) {
	s := start(t)
	s.do("1 : f ( -- ) ; chan.make [ chan.receive drop drop ] strand.spawn", "1 <channel> 2")
	require.NoError(t, s.Clear())
	assert.Equal(t, "»", s.StackLine())
	assert.Empty(t, s.Strands())
	s.fails("f", "unknown word")
	s.do("3 square", "9")
}

// A long session does not grow slower: what an input costs does not depend on how
// many came before.
func BenchmarkInputs(b *testing.B) {
	for _, before := range []int{0, 10_000} {
		b.Run(fmt.Sprint(before), func(b *testing.B) {
			s, err := New(Options{Modules: Preloaded})
			require.NoError(b, err)
			defer s.Close()
			for i := range before {
				_, err := s.Input(context.Background(), fmt.Sprintf(": w%d ( Int -- Int ) %d i.+ ; %d w%d drop", i, i, i, i))
				require.NoError(b, err)
			}
			i := 0
			for b.Loop() {
				i++
				_, err := s.Input(context.Background(), fmt.Sprintf(": x%d ( Int -- Int ) %d i.+ ; %d x%d drop", i, i, i, i))
				require.NoError(b, err)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		s, err := New(Options{Modules: Preloaded})
		require.NoError(b, err)
		s.Close()
	}
}

// Of what a list is, the types of a session say nothing: the use of the value in a
// later input decides, and that has to look.
func TestValuesOfUndecidedTypesAreLookedAt(t *testing.T) {
	s := start(t)
	s.do("list.make", "list-of")
	s.fails("1 i.+", "i.+: expected Int, found List")
	s.fails("string.length", "string.length: expected String, found List")
	s.fails(": f ( Int -- Int ) 1 i.+ ; f", "f: expected Int, found List")
	s.fails("[ 1 ] [ 2 ] if", "if: expected Bool, found List")
	s.fails("call", "call: expected Quotation, found List")
	s.do("drop map.make 2.5", "map-of 2.5")
	s.fails("f.+", "f.+: expected Float, found Map")
}

func TestCommonPrefix(t *testing.T) {
	for want, texts := range map[string]string{"": "a b", "list.f": "list.filter list.first list.fold", "ä": "äb äc", "a": "a ab abc", "abc": "abc"} {
		var list []Candidate
		for _, text := range strings.Fields(texts) {
			list = append(list, Candidate{Text: text})
		}
		assert.Equal(t, want, CommonPrefix(list), texts)
	}
	assert.Empty(t, CommonPrefix(nil))
}

func TestTheTypesOfTheStackAreThoseOfItsValues(t *testing.T) {
	s := start(t)
	s.do("union U { A { x: Int } }", "")
	_, err := s.Input(t.Context(), "list.make map.make 1 Make-A 2 :P wrap-1 [ 1 ] :s list-of 7 lv 0 list.get")
	require.NoError(t, err)
	assert.Equal(t, "List Map U Variant [ -- Int ] Symbol Int Bool", strings.Join(s.StackTypes(), " "))
}
