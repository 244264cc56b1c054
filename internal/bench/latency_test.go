package bench

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/host/settings"
)

// spins are words that compute for ever, in a loop and in calls, and one that writes, again and again, by how many microseconds it woke late from a sleep of 5 ms.
const spins = `: spin ( Int -- Int ) dup 0 i.< [ ] [ 3 i.+ 1048575 i.% drop spin ] if ;
: fib ( Int -- Int ) dup 2 i.< [ ] [ dup 1 i.- fib swap 2 i.- fib i.+ ] if ;
: late ( Int -- ) time.nanos 5 time.sleep-ms time.nanos swap i.- 1000 i./ drop 5000 i.- int->string io.write-line 1 i.+ late ;
`

var endless = map[string]string{
	"loop":  ": main ( -- ) 1 spin drop ;",
	"calls": ": main ( -- ) 90 fib drop ;",
}

var nativeModes = map[string]settings.NativeMode{"off": settings.NativeOff, "on": settings.NativeOn}

var errEnough = errors.New("enough")

// spinning starts a program that does not end, and returns when it has run for long enough to be in machine code, with what ends it.
func spinning(b *testing.B, main string, mode settings.NativeMode) (end func()) {
	b.Helper()
	prog, err := seqvm.Compile(seqvm.Text("spins.seq", spins+main), seqvm.Options{})
	if err != nil {
		b.Fatal(err)
	}
	v, err := prog.VM(seqvm.Config{Settings: settings.Settings{Native: settings.Native{Mode: mode}}})
	if err != nil {
		b.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_, _ = v.Run()
		close(ended)
	}()
	time.Sleep(30 * time.Millisecond)
	return func() {
		v.Stop(errEnough)
		<-ended
	}
}

// report reports the median and the worst of some times, in place of what one round takes.
func report(b *testing.B, times []time.Duration) {
	slices.Sort(times)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(times[len(times)/2])/1e6, "median-ms")
	b.ReportMetric(float64(times[len(times)-1])/1e6, "worst-ms")
}

// eachSpin runs a benchmark beside each endless program, with and without machine code.
func eachSpin(b *testing.B, run func(b *testing.B, main string, mode settings.NativeMode)) {
	for name, main := range endless {
		for when, mode := range nativeModes {
			b.Run(name+"/native="+when, func(b *testing.B) { run(b, main, mode) })
		}
	}
}

// BenchmarkCollectionLatency is how long a garbage collection takes while a strand computes.
func BenchmarkCollectionLatency(b *testing.B) {
	eachSpin(b, func(b *testing.B, main string, mode settings.NativeMode) {
		defer spinning(b, main, mode)()
		var times []time.Duration
		for b.Loop() {
			begun := time.Now()
			runtime.GC()
			times = append(times, time.Since(begun))
		}
		report(b, times)
	})
}

// BenchmarkStopLatency is how long a strand that computes goes on when it is to stop.
func BenchmarkStopLatency(b *testing.B) {
	eachSpin(b, func(b *testing.B, main string, mode settings.NativeMode) {
		var times []time.Duration
		for b.Loop() {
			end := spinning(b, main, mode)
			begun := time.Now()
			end()
			times = append(times, time.Since(begun))
		}
		report(b, times)
	})
}

// BenchmarkTimerLatency is how late a strand wakes while another one computes on the only processor.
func BenchmarkTimerLatency(b *testing.B) {
	eachSpin(b, func(b *testing.B, main string, mode settings.NativeMode) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		main = strings.Replace(main, ": main ( -- )", ": main ( -- ) [ 0 late ] strand.spawn drop", 1)
		prog, err := seqvm.Compile(seqvm.Text("spins.seq", spins+main), seqvm.Options{})
		if err != nil {
			b.Fatal(err)
		}
		lines := make(chan string)
		v, err := prog.VM(seqvm.Config{Stdout: lineWriter(lines), LineFlush: true, Settings: settings.Settings{Native: settings.Native{Mode: mode}}})
		if err != nil {
			b.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			_, _ = v.Run()
			close(ended)
		}()
		var times []time.Duration
		for b.Loop() {
			late, err := time.ParseDuration(strings.TrimSpace(<-lines) + "us")
			if err != nil {
				b.Fatal(err)
			}
			times = append(times, late)
		}
		v.Stop(errEnough)
		for {
			select {
			case <-lines:
				continue
			case <-ended:
			}
			break
		}
		report(b, times)
	})
}

// lineWriter sends what is written.
type lineWriter chan string

func (w lineWriter) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		w <- line
	}
	return len(p), nil
}
