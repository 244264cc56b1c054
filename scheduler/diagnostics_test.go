package scheduler

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// register fills the registry with strands 1 to n; strand i has the age n-i+1
// seconds.
func register(c *Scheduler, n int, now time.Time) {
	for i := 1; i <= n; i++ {
		index, ok := c.Registry().Register(int64(i))
		if ok {
			c.Registry().slots[index].spawned.Store(now.Unix() - int64(n-i+1))
		}
	}
}

// ---- 13 SIGQUIT dump

func TestDump(t *testing.T) {
	now := time.Unix(1_700_000_000, 5).UTC()
	c := &Scheduler{RegistrySize: 25}
	c.spawned.Store(150)
	c.active.Store(28)
	c.completed.Store(120)
	c.peak.Store(40)
	register(c, 28, now)
	c.Memory.Claim()
	var b bytes.Buffer
	c.Dump(&b, now, nil)
	lines := strings.Split(b.String(), "\n")
	assert.Equal(t, []string{
		"", "=== Seq Runtime Diagnostics ===", "Timestamp: 2023-11-14T22:13:20.000000005Z", "",
		"[Strands]", "  Active:    28", "  Spawned:   150 (total)", "  Completed: 120 (total)", "  Peak:      40 (high-water mark)",
		"  WARNING: 2 strands may have been lost (panic/abort)", "",
		"[Active Strand Details]", "  Registry capacity: 25 slots", "  WARNING: 3 strands exceeded registry capacity (not tracked)", "  25 strand(s) tracked:",
		"    [ 1] Strand #1        running for 28s", "    [ 2] Strand #2        running for 27s",
	}, lines[:17])
	assert.Equal(t, []string{
		"    [20] Strand #20       running for 9s", "    ... and 5 more strands", "",
		"[Memory]", "  Tracked threads: 1", "  Arena bytes:     0 B (across all threads)", "", "=== End Diagnostics ===", "", "",
	}, lines[34:])
}

func TestDumpWithoutStrands(t *testing.T) {
	var c Scheduler
	var b bytes.Buffer
	c.Dump(&b, time.Now(), nil)
	assert.Contains(t, b.String(), "  (no active strands in registry)\n")
	assert.NotContains(t, b.String(), "WARNING")
}

func TestDumpWarnsOfUntrackedThreads(t *testing.T) {
	var c Scheduler
	for range 66 {
		c.Memory.Claim()
	}
	var b bytes.Buffer
	c.Dump(&b, time.Now(), nil)
	assert.Contains(t, b.String(), "  Tracked threads: 64\n")
	assert.Contains(t, b.String(), "  WARNING: 2 threads exceeded")
}

func TestBytesHaveUnits(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1.00 KB", 2621440: "2.50 MB", 3 << 30: "3.00 GB"} {
		assert.Equal(t, want, byteCount(n))
	}
}

// ---- 14 Watchdog

func TestWatchdogConfig(t *testing.T) {
	read := func(pairs ...string) WatchdogConfig {
		return ReadWatchdogConfig(func(name string) (string, bool) {
			for _, p := range pairs {
				if k, v, _ := strings.Cut(p, "="); k == name {
					return v, true
				}
			}
			return "", false
		})
	}
	assert.Equal(t, WatchdogConfig{Interval: 5 * time.Second}, read())
	assert.False(t, read().Enabled())
	full := read("SEQ_WATCHDOG_SECS=30", "SEQ_WATCHDOG_INTERVAL=10", "SEQ_WATCHDOG_ACTION=exit")
	assert.Equal(t, WatchdogConfig{Threshold: 30 * time.Second, Interval: 10 * time.Second, Exit: true}, full)
	assert.True(t, full.Enabled())
	assert.True(t, read("SEQ_WATCHDOG_ACTION=eXiT").Exit)
	assert.False(t, read("SEQ_WATCHDOG_ACTION=kill").Exit)
	assert.Equal(t, 5*time.Second, read("SEQ_WATCHDOG_INTERVAL=0").Interval)
	assert.Equal(t, 5*time.Second, read("SEQ_WATCHDOG_INTERVAL=x").Interval)
	assert.False(t, read("SEQ_WATCHDOG_SECS=-1").Enabled())
}

func TestWatchdogScansTheRegistry(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	var c Scheduler
	w := Watchdog{Config: WatchdogConfig{Threshold: 2 * time.Second}, Scheduler: &c}
	id, _ := w.stuck(now)
	assert.Zero(t, id, "an empty registry")
	register(&c, 2, now) // the older is 2 s old: not strictly more than the threshold
	id, _ = w.stuck(now)
	assert.Zero(t, id)
	id, age := w.stuck(now.Add(3 * time.Second))
	assert.Equal(t, int64(1), id, "the oldest")
	assert.Equal(t, 5*time.Second, age)
}

func TestWatchdogReports(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	for _, exit := range []bool{false, true} {
		var c Scheduler
		register(&c, 3, now)
		var b bytes.Buffer
		w := Watchdog{Config: WatchdogConfig{Threshold: time.Second, Interval: 5 * time.Second, Exit: exit}, Scheduler: &c, To: &b,
			Dump: func() { fmt.Fprintln(&b, "<dump>") }, Exit: func() { fmt.Fprintln(&b, "<exit>") }}
		w.Announce()
		w.check(now)
		if exit {
			assert.Equal(t, "[watchdog] Enabled: threshold=1s, interval=5s, action=Exit\n\nWATCHDOG: Strand #1 running for 3s (threshold: 1s)\n<dump>\n    Exiting due to SEQ_WATCHDOG_ACTION=exit\n<exit>\n", b.String())
			continue
		}
		w.check(now.Add(time.Second))
		c.Registry().Unregister(1)
		w.check(now.Add(2 * time.Second))
		assert.Equal(t, "[watchdog] Enabled: threshold=1s, interval=5s, action=Warn\n"+
			"\nWATCHDOG: Strand #1 running for 3s (threshold: 1s)\n<dump>\n"+
			"\nWATCHDOG: Strand #1 running for 4s (threshold: 1s)\n    (strand still stuck, diagnostics suppressed)\n"+
			"\nWATCHDOG: Strand #2 running for 4s (threshold: 1s)\n<dump>\n", b.String())
	}
}

// ---- 15 At-exit report

func TestParseReport(t *testing.T) {
	for value, want := range map[string]ReportForm{
		"": NoReport, "0": NoReport, "1": HumanReport, "words": WordsReport, "json": JSONReport, "json:x": JSONReport, "json:": JSONReport,
		"JSON": UnknownReport, "yes": UnknownReport, " 1": UnknownReport, "2": UnknownReport,
	} {
		assert.Equal(t, want, ParseReport(value).Form, "%q", value)
	}
	assert.Equal(t, "a/b", ParseReport("json:a/b").Path)
}

func TestReportForms(t *testing.T) {
	report := func(value string, words []WordCount) string {
		var c Scheduler
		c.Init()
		c.spawned.Store(3)
		c.completed.Store(3)
		c.peak.Store(2)
		c.HostMessage(5, 4)
		var b bytes.Buffer
		c.Report(ParseReport(value), words, &b)
		return b.String()
	}
	counts := []WordCount{{"loop", 1000}, {"a-name-that-is-longer-than-thirty-columns", 2}}
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
