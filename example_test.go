package seqvm_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing/fstest"
	"time"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/vm"
)

// A program is compiled once, and runs as often as you like.
func Example() {
	prog, err := seqvm.Compile(seqvm.Text("hello.seq", `: main ( -- Int ) "Hello from Seq" io.write-line 3 ;`), seqvm.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	status, err := prog.Run(context.Background(), seqvm.Config{Stdout: os.Stdout})
	fmt.Println(status, err)
	// Output:
	// Hello from Seq
	// 3 <nil>
}

// What is wrong with a program is data: place, code, notes, help.
func ExampleCompile_errors() {
	_, err := seqvm.Compile(seqvm.Text("bad.seq", ": main ( -- ) 1 io.write-line ;"), seqvm.Options{})
	var refused *seqvm.CompileError
	if errors.As(err, &refused) {
		for _, d := range refused.Problems {
			fmt.Println(d.Code, d.Span, d.Message, d.Help)
		}
	}
	// Output:
	// type-mismatch bad.seq:1 'io.write-line' expects 'String', found 'Int' ['int->string' converts]
}

// A host gives words of its own to programs. Their effects are checked like all others.
func ExampleFunc() {
	stock := map[string]int64{"apples": 3}
	word, err := seqvm.Func("stock.count", "( String -- Int Bool )", "Says how many of a thing there are, and whether it is known.",
		func(name string) (int64, bool) { n, ok := stock[name]; return n, ok })
	if err != nil {
		fmt.Println(err)
		return
	}
	words, err := seqvm.AllWords().With(word)
	if err != nil {
		fmt.Println(err)
		return
	}
	prog, err := seqvm.Compile(seqvm.Text("shop.seq", `
: report ( String -- ) dup io.write ": " io.write stock.count [ int->string ] [ drop "unknown" ] if io.write-line ;
: main ( -- ) "apples" report "pears" report ;`), seqvm.Options{Words: words})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = prog.Run(context.Background(), seqvm.Config{Stdout: os.Stdout})
	fmt.Println(err)
	// Output:
	// apples: 3
	// pears: unknown
	// <nil>
}

// Words can be taken away: what a program cannot call, it cannot do.
func ExampleWords_Only() {
	words := seqvm.AllWords().Only(func(name string) bool { return !strings.HasPrefix(name, "file.") })
	_, err := seqvm.Compile(seqvm.Text("spy.seq", `: main ( -- ) "/etc/passwd" file.slurp drop io.write ;`), seqvm.Options{Words: words})
	fmt.Println(err)
	// Output:
	// spy.seq:1:29: error: unknown word 'file.slurp' in 'main' [unknown-word]
}

// Words of a program are called with values of Go, and give such back.
func ExampleProgram_Call() {
	prog, err := seqvm.Compile(seqvm.Text("stats.seq", `
: mean ( Variant -- Float )
  dup 0.0 [ int->float f.+ ] list.fold swap list.length int->float f./ ;
: divide ( Int Int -- Int ) i./ [ ] [ drop 0 ] if ;`), seqvm.Options{Library: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	fmt.Println(prog.Call(ctx, seqvm.Config{}, "mean", []any{1, 2, 6}))
	fmt.Println(prog.Call(ctx, seqvm.Config{}, "divide", 7, 0))
	fmt.Println(prog.Call(ctx, seqvm.Config{}, "divide", 7))
	fmt.Println(prog.Call(ctx, seqvm.Config{}, "divide", 7, "two"))
	// Output:
	// [3] <nil>
	// [0] <nil>
	// [] the word 'divide' ( Int Int -- Int ) takes 2 values, 1 are given
	// [] argument 2 of 'divide' ( Int Int -- Int ) must be Int, it is String
}

// An instance keeps what its calls have made: here a strand that counts, behind a channel.
func ExampleProgram_Open() {
	prog, err := seqvm.Compile(seqvm.Text("counter.seq", `
: serve ( Int Channel Channel -- )
  over chan.receive [ 3 roll i.+ dup 2 pick chan.send drop rot rot serve ] [ drop drop drop drop ] if ;
: start ( -- Channel Channel ) chan.make chan.make [ 0 rot rot serve ] strand.spawn drop ;
: add ( Int Channel Channel -- Int ) >aux chan.send drop aux> chan.receive drop ;`), seqvm.Options{Library: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	counter, err := prog.Open(seqvm.Config{}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer counter.Close()
	ctx := context.Background()
	channels, err := counter.Call(ctx, "start")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, n := range []int{5, 10, 20} {
		fmt.Println(counter.Call(ctx, "add", n, channels[0], channels[1]))
	}
	// Output:
	// [5] <nil>
	// [15] <nil>
	// [35] <nil>
}

// Time and memory of a program are bounded.
func ExampleProgram_Run_limits() {
	prog, err := seqvm.Compile(seqvm.Text("loops.seq", `
: forever ( -- ) forever ;
: deep ( Int -- Int ) 1 i.+ deep 1 i.+ ;
: main ( -- ) args.count 1 i.> [ 0 deep drop ] [ forever ] if ;`), seqvm.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	_, err = prog.Run(ctx, seqvm.Config{})
	fmt.Println(errors.Is(err, context.DeadlineExceeded))

	_, err = prog.Run(context.Background(), seqvm.Config{Args: []string{"loops.seq", "deep"}, Settings: seqvm.Settings{StackMax: 1 << 20}})
	var failed *vm.RuntimeError
	fmt.Println(errors.As(err, &failed), failed.Word)
	// Output:
	// true
	// true deep
}

// Sources come from any file system, such as one that is embedded.
func ExampleOptions_sources() {
	files := fstest.MapFS{
		"main.seq":      {Data: []byte(`include "lib/greet" : main ( -- ) greet ;`)},
		"lib/greet.seq": {Data: []byte(`: greet ( -- ) "from a file system" io.write-line ;`)},
	}
	prog, err := seqvm.Compile(seqvm.File("main.seq"), seqvm.Options{FS: files})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = prog.Run(context.Background(), seqvm.Config{Stdout: os.Stdout})
	fmt.Println(err)
	// Output:
	// from a file system
	// <nil>
}
