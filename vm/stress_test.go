package vm_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
)

// part is a piece of a random concurrent program: words whose names end in -N,
// code that starts strands and leaves a channel, how many Ints come out of that
// channel, and their sum, which no interleaving may change.
type part struct {
	common  []string // words that parts of a family share
	words   string
	start   string
	results int
	sum     int
}

func triangle(n int) int { return n * (n + 1) / 2 }

func spawns(n int, body string) string {
	return strings.Repeat("[ "+body+" ] strand.spawn drop\n  ", n)
}

// parts make the pieces. Each is small: many run at the same time.
var parts = map[string]func(r *rand.Rand) part{
	"senders, receivers, one who closes": func(r *rand.Rand) part {
		p, c, m := 1+r.IntN(6), 1+r.IntN(6), r.IntN(40)
		return part{
			words: `: produce-N ( Channel Channel Int -- )   # work done left
  dup 0 i.= [ drop 1 swap chan.send drop drop ] [ dup 3 pick chan.send drop 1 i.- produce-N ] if ;
: consume-N ( Channel Channel Int Int -- )   # work results sum count
  3 pick chan.receive [ rot i.+ swap 1 i.+ consume-N ] [ drop 1000 i.* i.+ swap chan.send drop drop ] if ;
: close-N ( Channel Channel Int -- )   # work done left
  dup 0 i.= [ drop drop chan.close ] [ over chan.receive drop drop 1 i.- close-N ] if ;`,
			start: "chan.make chan.make chan.make\n  " + spawns(p, fmt.Sprintf("%d produce-N", m)) + spawns(c, "drop swap 0 0 consume-N") +
				spawns(1, fmt.Sprintf("%d close-N", p)) + "drop drop",
			results: c, sum: p * (triangle(m) + 1000*m),
		}
	},
	"strands that resume one weave": func(r *rand.Rand) part {
		n, each := 1+r.IntN(8), r.IntN(30)
		return part{
			words: `: count-N ( W Int Int -- W | Yield Int ) nip 1 i.+ dup >aux yield aux> count-N ;
: resume-N ( Channel H Int Int -- )   # results weave left sum
  over 0 i.= [ nip nip swap chan.send drop ]
  [ rot 0 strand.resume drop rot i.+ rot 1 i.- swap resume-N ] if ;`,
			start:   "chan.make [ 0 count-N ] strand.weave\n  " + spawns(n, fmt.Sprintf("%d 0 resume-N", each)) + "drop",
			results: n, sum: triangle(n * each),
		}
	},
	"a weave that ends or is cancelled": func(r *rand.Rand) part {
		k, first, more := r.IntN(20), r.IntN(25), r.IntN(5)
		m := min(k, first)
		sum := 0
		for i := range m {
			sum += k - i
		}
		return part{
			words: `: gen-N ( W Int Int -- W | Yield Int )   # context value left
  nip dup 0 i.= [ drop ] [ dup >aux yield aux> 1 i.- gen-N ] if ;
: pull-N ( H Int Int -- Int )   # weave left sum
  over 0 i.= [ nip nip ]
  [ rot 0 strand.resume [ 1000 ] [ 0 ] if i.+ rot i.+ rot 1 i.- swap pull-N ] if ;`,
			start: "chan.make " + spawns(1, fmt.Sprintf("[ %d gen-N ] strand.weave dup %d 0 pull-N\n    swap dup strand.weave-cancel %d 0 pull-N i.+ swap chan.send drop", k, first, more)),

			results: 1, sum: sum + 1000*m,
		}
	},
	"a tree of spawns": func(r *rand.Rand) part {
		depth, width := r.IntN(5), 1+r.IntN(4)
		leaves := 1
		for range depth {
			leaves *= width
		}
		return part{
			words: fmt.Sprintf(`: tree-N ( Channel Int -- )
  dup 0 i.= [ drop 1 swap chan.send drop ] [ 1 i.-
  %sdrop drop ] if ;`, spawns(width, "tree-N")),
			start:   fmt.Sprintf("chan.make dup %d tree-N", depth),
			results: leaves, sum: leaves,
		}
	},
	"sends that race with a close": func(r *rand.Rand) part {
		s, c, m, yields := 1+r.IntN(6), 1+r.IntN(4), r.IntN(40), r.IntN(60)
		return part{
			words: `: send-N ( Channel Channel Int Int -- )   # work results left accepted
  over 0 i.= [ nip swap chan.send drop drop ]
  [ 1 4 pick chan.send [ 1 i.+ ] [ ] if swap 1 i.- swap send-N ] if ;
: receive-N ( Channel Channel Int -- )   # work results received
  2 pick chan.receive [ drop 1 i.+ receive-N ] [ drop 0 swap i.- swap chan.send drop drop ] if ;
: yields-N ( Int -- ) dup 0 i.= [ drop ] [ chan.yield 1 i.- yields-N ] if ;`,
			start: "chan.make chan.make\n  " + spawns(s, fmt.Sprintf("swap %d 0 send-N", m)) + spawns(c, "swap 0 receive-N") +
				spawns(2, fmt.Sprintf("%d yields-N chan.close", yields)) + "drop",
			results: s + c,
		}
	},
	"a server with reply channels": func(r *rand.Rand) part {
		c, n := 1+r.IntN(5), r.IntN(20)
		return part{
			words: `: serve-N ( Channel Int -- )   # requests left
  dup 0 i.= [ drop drop ] [ over chan.receive drop 1 swap chan.send drop 1 i.- serve-N ] if ;
: ask-N ( Channel Channel Int -- )   # requests results left
  dup 0 i.= [ drop 1 swap chan.send drop drop ]
  [ chan.make dup 4 pick chan.send drop chan.receive drop drop 1 i.- ask-N ] if ;`,
			start:   "chan.make chan.make\n  " + spawns(1, fmt.Sprintf("%d serve-N", c*n)) + spawns(c, fmt.Sprintf("swap %d ask-N", n)) + "drop",
			results: c, sum: c,
		}
	},
	"a weave that yields out of list.fold": func(r *rand.Rand) part {
		n := r.IntN(12)
		list, sum := "list.make", 0
		for i := range n {
			list += fmt.Sprintf(" %d list.push", i*7)
			sum += i*7 + 1000
		}
		return part{
			words: `: all-N ( H Int -- Int )
  swap 0 strand.resume [ rot 1000 i.+ i.+ all-N ] [ drop drop ] if ;`,
			start:   "chan.make " + spawns(1, fmt.Sprintf("[ drop %s swap [ yield drop ] list.fold drop ] strand.weave 0 all-N swap chan.send drop", list)),
			results: 1, sum: sum,
		}
	},
	"sleepers": func(r *rand.Rand) part {
		n := r.IntN(20)
		p := part{start: "chan.make\n  ", results: n, sum: n}
		for range n {
			p.start += spawns(1, fmt.Sprintf("%d time.sleep-ms 1 swap chan.send drop", r.IntN(4)))
		}
		return p
	},
	"a weave handed around a ring": func(r *rand.Rand) part {
		m, rounds := 1+r.IntN(5), r.IntN(12)
		p := part{
			words: `: ring-N ( Channel Channel Channel Int -- )   # in out results left
  dup 0 i.= [ drop drop drop drop ]
  [ 3 pick chan.receive drop 0 strand.resume drop 3 pick chan.send drop 3 pick chan.send drop 1 i.- ring-N ] if ;
: next-N ( W Int Int -- W | Yield Int ) nip 1 i.+ dup >aux yield aux> next-N ;`,
			start:   "chan.make" + strings.Repeat(" chan.make", m) + "\n  ",
			results: m * rounds, sum: triangle(m * rounds),
		}
		for i := range m { // channel i lies m-1-i below the top
			p.start += spawns(1, fmt.Sprintf("%d pick %d pick %d pick %d ring-N", m-1-i, m-(i+1)%m, m+2, rounds))
		}
		p.start += fmt.Sprintf("[ 0 next-N ] strand.weave %d pick chan.send drop", m) + strings.Repeat(" drop", m)
		return p
	},
}

// families are the kinds of parts: of the language, of vm:channels, of tasks.
var families = []map[string]func(r *rand.Rand) part{parts, channelParts, taskParts}

// stressProgram makes a program of n random parts and what it prints.
func stressProgram(seed uint64) (source, want string) {
	r := rand.New(rand.NewPCG(seed, 4))
	var words, start, collect, out string
	common := map[string]bool{"include vm:channels\n": true}
	for i := range 1 + r.IntN(12) {
		family := families[r.IntN(len(families))]
		names := slices.Sorted(maps.Keys(family))
		name := names[r.IntN(len(names))]
		p := family[name](r)
		for _, c := range p.common {
			common[c] = true
		}
		number := strings.NewReplacer("-N", fmt.Sprintf("-%d", i))
		words += fmt.Sprintf("# %s\n%s\n", name, number.Replace(p.words))
		start += fmt.Sprintf("  %s\n", number.Replace(p.start))
		collect = fmt.Sprintf("  %d 0 collect int->string io.write-line\n", p.results) + collect // the last channel is on top
		out = fmt.Sprintln(p.sum) + out
	}
	return strings.Join(slices.Sorted(maps.Keys(common)), "") + words + `: collect ( Channel Int Int -- Int )   # results left sum
  over 0 i.= [ nip nip ] [ 2 pick chan.receive drop i.+ swap 1 i.- swap collect ] if ;
: main ( -- )
` + start + collect + ";\n", out
}

// TestRandomConcurrentPrograms compares random programs with what a simple
// model says they print. SEQVM_STRESS=30m makes it run for so long; SEQVM_SEED is the first seed.
func TestRandomConcurrentPrograms(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	seeds := uint64(150)
	if testing.Short() {
		seeds = 30
	}
	until := time.Time{}
	if text := os.Getenv("SEQVM_STRESS"); text != "" {
		d, err := time.ParseDuration(text)
		require.NoError(t, err)
		until, seeds = time.Now().Add(d), 1<<62
	}
	first := uint64(0)
	if text := os.Getenv("SEQVM_SEED"); text != "" {
		_, err := fmt.Sscan(text, &first)
		require.NoError(t, err)
	}
	seed := first
	for ; seed < first+seeds && (until.IsZero() || time.Now().Before(until)); seed++ {
		stress(t, seed)
	}
	t.Logf("%d programs, from seed %d", seed-first, first)
}

// stress runs the program of a seed, on as many processors and with as short turns as the seed says.
func stress(t *testing.T, seed uint64) {
	source, want := stressProgram(seed)
	prog, err := seqvm.Compile(seqvm.Text("stress.seq", source), seqvm.Options{})
	require.NoError(t, err, "seed %d:\n%s", seed, source)
	runtime.GOMAXPROCS(1 + int(seed/5)%4)
	before := runtime.NumGoroutine()
	var out bytes.Buffer
	config := seqvm.Config{Stdout: &out, PoisonArenas: true, Settings: seqvm.Settings{YieldInterval: []uint64{0, 0, 1, 7, 1000}[seed%5]}}
	v, err := prog.VM(config)
	require.NoError(t, err)
	stuck := time.AfterFunc(5*time.Minute, func() { v.Stop(errors.New("it does not end")) })
	status, err := v.Run()
	stuck.Stop()
	if err != nil || status != 0 || out.String() != want {
		t.Fatalf("seed %d: status %d, %v\nwant:\n%sgot:\n%s\n%s", seed, status, err, want, out.String(), source)
	}
	c := v.Scheduler().Counters()
	assert.Equal(t, c.Spawned, c.Completed, "seed %d", seed)
	assert.Zero(t, c.Active, "seed %d", seed)
	assert.Zero(t, v.Scheduler().Memory.Current(), "seed %d", seed)
	assert.Empty(t, v.Remains(), "seed %d", seed)
	for late := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(late); { // workers may be on their way out
		time.Sleep(time.Millisecond)
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before, "seed %d: goroutines", seed)
	if t.Failed() {
		t.Fatal(source)
	}
}

// TestSoak keeps one VM at full load, for SEQVM_SOAK (30m) if that is set, and
// looks at its memory and counters again and again.
func TestSoak(t *testing.T) {
	d := 300 * time.Millisecond
	if text := os.Getenv("SEQVM_SOAK"); text != "" {
		var err error
		d, err = time.ParseDuration(text)
		require.NoError(t, err)
	}
	prog := compiled(t, `: leaf ( Channel Int -- ) int->string " leaf" string.concat swap chan.send drop ;
: leaves ( Channel Int -- Channel ) dup 0 i.= [ drop ] [ [ leaf ] strand.spawn drop 1 i.- leaves ] if ;
: drain ( Channel Int -- Channel ) dup 0 i.= [ drop ] [ over chan.receive drop drop 1 i.- drain ] if ;
: counter ( W Int -- W | Yield Int ) 1 i.+ yield counter ;
: pull ( H Int -- ) dup 0 i.= [ drop drop ] [ swap 1 strand.resume drop drop swap 1 i.- pull ] if ;
: driver ( -- ) chan.make 50 leaves 50 drain drop [ counter ] strand.weave 20 pull 1 time.sleep-ms driver ;
: main ( -- ) [ driver ] strand.spawn drop [ driver ] strand.spawn drop [ driver ] strand.spawn drop driver ;
`)
	v, err := prog.VM(seqvm.Config{})
	require.NoError(t, err)
	over := errors.New("the soak is over")
	ended := make(chan error)
	go func() {
		_, err := v.Run()
		ended <- err
	}()
	var first, last uint64
	const looks = 10
	for i := range looks {
		time.Sleep(d / looks)
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		last = m.HeapAlloc
		if i == 1 {
			first = last
		}
		c := v.Scheduler().Counters()
		assert.LessOrEqual(t, c.Active, int64(4+4*50))
		// Counters change one after the other, and two strands may be in between.
		assert.InDelta(t, c.Spawned, c.Completed+c.Active, 300)
	}
	v.Stop(over)
	assert.ErrorIs(t, <-ended, over)
	assert.Less(t, last, first+8<<20, "memory is flat")
	c := v.Scheduler().Counters()
	t.Logf("%d strands, heap %d KB at first, %d KB at last", c.Spawned, first>>10, last>>10)
	assert.Positive(t, c.Spawned)
}
