package diagnostics

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/scheduler"
)

// program is a program of which only what is given is known.
func program(s scheduler.Snapshot, to io.Writer) *Program {
	return &Program{Snapshot: func() scheduler.Snapshot { return s }, Flush: func() {}, To: to,
		Traffic: func() (sent, received int64, workers int) { return 5, 4, 0 }}
}

// strands are the strands 1 to n; strand i has the age n-i+1 seconds.
func strands(n int, now time.Time) (list []scheduler.Tracked) {
	for i := 1; i <= n; i++ {
		list = append(list, scheduler.Tracked{ID: int64(i), Spawned: now.Unix() - int64(n-i+1)})
	}
	return list
}

// ---- 13 SIGQUIT dump

func TestDump(t *testing.T) {
	now := time.Unix(1_700_000_000, 5).UTC()
	var b bytes.Buffer
	p := program(scheduler.Snapshot{
		Counters:         scheduler.Counters{Spawned: 150, Active: 28, Completed: 120, Peak: 40},
		RegistryCapacity: 25, UntrackedStrands: 3, Strands: strands(28, now)[:25], Workers: 1,
	}, &b)
	p.WaitingIn = func(notes map[int64]string) {
		assert.Len(t, notes, 20, "only of those that are listed")
		notes[2] = " in chan.receive at x.seq:3"
	}
	p.dump(now)
	lines := strings.Split(b.String(), "\n")
	assert.Equal(t, []string{
		"", "=== Seq Runtime Diagnostics ===", "Timestamp: 2023-11-14T22:13:20.000000005Z", "",
		"[Strands]", "  Active:    28", "  Spawned:   150 (total)", "  Completed: 120 (total)", "  Peak:      40 (high-water mark)",
		"  WARNING: 2 strands may have been lost (panic/abort)", "",
		"[Active Strand Details]", "  Registry capacity: 25 slots", "  WARNING: 3 strands exceeded registry capacity (not tracked)", "  25 strand(s) tracked:",
		"    [ 1] Strand #1        running for 28s", "    [ 2] Strand #2        running for 27s in chan.receive at x.seq:3",
	}, lines[:17])
	assert.Equal(t, []string{
		"    [20] Strand #20       running for 9s", "    ... and 5 more strands", "",
		"[Memory]", "  Tracked threads: 1", "  Arena bytes:     0 B (across all threads)", "", "=== End Diagnostics ===", "", "",
	}, lines[34:])
}

func TestDumpWithoutStrands(t *testing.T) {
	var b bytes.Buffer
	program(scheduler.Snapshot{}, &b).Dump()
	assert.Contains(t, b.String(), "  (no active strands in registry)\n")
	assert.NotContains(t, b.String(), "WARNING")
}

func TestDumpWarnsOfUntrackedThreads(t *testing.T) {
	var b bytes.Buffer
	program(scheduler.Snapshot{Workers: 64, UntrackedWorkers: 2}, &b).Dump()
	assert.Contains(t, b.String(), "  Tracked threads: 64\n")
	assert.Contains(t, b.String(), "  WARNING: 2 threads exceeded")
}

func TestBytesHaveUnits(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1.00 KB", 2621440: "2.50 MB", 3 << 30: "3.00 GB"} {
		assert.Equal(t, want, byteCount(n))
	}
}

// ---- 14 Watchdog

func TestWatchdogScansTheRegistry(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	var s scheduler.Snapshot
	w := watchdog{Watchdog: settings.Watchdog{Threshold: 2 * time.Second}, program: &Program{Snapshot: func() scheduler.Snapshot { return s }}}
	id, _ := w.stuck(now)
	assert.Zero(t, id, "an empty registry")
	s.Strands = strands(2, now) // the older is 2 s old: not strictly more than the threshold
	id, _ = w.stuck(now)
	assert.Zero(t, id)
	id, age := w.stuck(now.Add(3 * time.Second))
	assert.Equal(t, int64(1), id, "the oldest")
	assert.Equal(t, 5*time.Second, age)
}

// dumps are what the watchdog has the program dump.
var dumps = regexp.MustCompile(`(?s)\n=== Seq Runtime Diagnostics.*?End Diagnostics ===\n\n`)

func TestWatchdogReports(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	for _, exit := range []bool{false, true} {
		var b bytes.Buffer
		s := scheduler.Snapshot{Strands: strands(3, now)}
		p := &Program{Snapshot: func() scheduler.Snapshot { return s }, To: &b,
			Flush: func() { fmt.Fprintln(&b, "<dump>") }, Exit: func() { fmt.Fprintln(&b, "<exit>") }}
		written := func() string { return dumps.ReplaceAllString(b.String(), "") }
		w := watchdog{Watchdog: settings.Watchdog{Threshold: time.Second, Interval: 5 * time.Second, Exit: exit}, program: p}
		w.announce()
		w.check(now)
		if exit {
			assert.Equal(t, "[watchdog] Enabled: threshold=1s, interval=5s, action=Exit\n\nWATCHDOG: Strand #1 running for 3s (threshold: 1s)\n<dump>\n    Exiting due to SEQ_WATCHDOG_ACTION=exit\n<exit>\n", written())
			continue
		}
		w.check(now.Add(time.Second))
		s.Strands = s.Strands[1:]
		w.check(now.Add(2 * time.Second))
		assert.Equal(t, "[watchdog] Enabled: threshold=1s, interval=5s, action=Warn\n"+
			"\nWATCHDOG: Strand #1 running for 3s (threshold: 1s)\n<dump>\n"+
			"\nWATCHDOG: Strand #1 running for 4s (threshold: 1s)\n    (strand still stuck, diagnostics suppressed)\n"+
			"\nWATCHDOG: Strand #2 running for 4s (threshold: 1s)\n<dump>\n", written())
	}
}

// ---- 15 At-exit report

func TestReportForms(t *testing.T) {
	report := func(value string, words iter.Seq2[string, uint64]) string {
		var b bytes.Buffer
		program(scheduler.Snapshot{Counters: scheduler.Counters{Spawned: 3, Completed: 3, Peak: 2}}, &b).Report(settings.ParseReport(value), words)
		return b.String()
	}
	counts := func(yield func(string, uint64) bool) {
		_ = yield("loop", 1000) && yield("a-name-that-is-longer-than-thirty-columns", 2)
	}
	human := "=== SEQ REPORT ===\nWall clock:      0 ms\nStrands spawned: 3\nStrands done:    3\nPeak strands:    2\nWorker threads:  0\n" +
		"Arena current:   0 bytes\nArena peak:      0 bytes\nMessages sent:   5\nMessages recv:   4\n"
	assert.Equal(t, human+"==================\n", report("1", counts))
	assert.Equal(t, human+"==================\n", report("words", nil), "not instrumented")
	assert.Equal(t, human+"\n--- Word Call Counts ---\n  loop                           1000\n  a-name-that-is-longer-than-thirty-columns 2\n==================\n", report("words", counts))
	assert.Equal(t, `{"arena_bytes":0,"arena_peak_bytes":0,"messages_received":4,"messages_sent":5,"peak_strands":2,"strands_completed":3,"strands_spawned":3,"wall_clock_ms":0,"worker_threads":0}`, report("json", nil))
	assert.Equal(t, "Warning: SEQ_REPORT='Json' not recognized, ignoring\n", report("Json", nil))
	assert.Empty(t, report("0", nil))

	path := filepath.Join(t.TempDir(), "r.json")
	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("old ", 100)), 0o600))
	assert.Empty(t, report("json:"+path, nil))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var keys map[string]uint64
	require.NoError(t, json.Unmarshal(text, &keys))
	assert.Len(t, keys, 9)
	assert.True(t, bytes.HasSuffix(text, []byte("}")), "no newline at the end")
	assert.True(t, strings.HasPrefix(report("json:", nil), "Warning: could not write report to \n{"))
}
