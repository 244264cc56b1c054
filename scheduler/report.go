package scheduler

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/seqvm/seqvm/internal/outfile"
)

// ReportForm is what SEQ_REPORT asks for.
type ReportForm uint8

// The forms.
const (
	NoReport ReportForm = iota
	HumanReport
	WordsReport // with word counts if the program counts them
	JSONReport
	UnknownReport // a value that nobody knows
)

// ReportConfig is a value of SEQ_REPORT.
type ReportConfig struct {
	Form  ReportForm
	File  bool   // JSON: into the file Path
	Path  string // JSON: may be empty, and then cannot be written
	Value string // as it was given
}

// ParseReport reads SEQ_REPORT (chapter 5, section 15).
func ParseReport(value string) ReportConfig {
	switch value {
	case "", "0":
		return ReportConfig{}
	case "1":
		return ReportConfig{Form: HumanReport, Value: value}
	case "words":
		return ReportConfig{Form: WordsReport, Value: value}
	case "json":
		return ReportConfig{Form: JSONReport, Value: value}
	}
	if path, ok := strings.CutPrefix(value, "json:"); ok {
		return ReportConfig{Form: JSONReport, File: true, Path: path, Value: value}
	}
	return ReportConfig{Form: UnknownReport, Value: value}
}

// WordCount is how often a word was entered.
type WordCount struct {
	Name  string
	Count uint64
}

// Report writes the at-exit report to w, or to its file. words are the counted
// words in the order of the report; nil if the program counts none. All strands
// must have ended.
func (c *Scheduler) Report(config ReportConfig, words []WordCount, w io.Writer) {
	switch config.Form {
	case NoReport:
	case UnknownReport:
		fmt.Fprintf(w, "Warning: SEQ_REPORT='%s' not recognized, ignoring\n", config.Value)
	case JSONReport:
		c.reportJSON(config, w)
	case HumanReport:
		c.reportHuman(nil, w)
	case WordsReport:
		c.reportHuman(words, w)
	}
}

func (c *Scheduler) reportHuman(words []WordCount, w io.Writer) {
	elapsed, _ := c.Elapsed()
	count := c.Counters()
	sent, received, workers := c.Messages()
	var b strings.Builder
	fmt.Fprintf(&b, "=== SEQ REPORT ===\n")
	fmt.Fprintf(&b, "Wall clock:      %d ms\n", elapsed/time.Millisecond)
	fmt.Fprintf(&b, "Strands spawned: %d\n", count.Spawned)
	fmt.Fprintf(&b, "Strands done:    %d\n", count.Completed)
	fmt.Fprintf(&b, "Peak strands:    %d\n", count.Peak)
	fmt.Fprintf(&b, "Worker threads:  %d\n", workers)
	fmt.Fprintf(&b, "Arena current:   %d bytes\n", c.Memory.Current())
	fmt.Fprintf(&b, "Arena peak:      %d bytes\n", c.Memory.Peak())
	fmt.Fprintf(&b, "Messages sent:   %d\n", sent)
	fmt.Fprintf(&b, "Messages recv:   %d\n", received)
	if words != nil {
		fmt.Fprintf(&b, "\n--- Word Call Counts ---\n")
		for _, word := range words {
			fmt.Fprintf(&b, "  %-30s %d\n", word.Name, word.Count)
		}
	}
	b.WriteString("==================\n")
	_, _ = io.WriteString(w, b.String())
}

// reportJSON marshals a map: its keys come out sorted.
func (c *Scheduler) reportJSON(config ReportConfig, w io.Writer) {
	elapsed, _ := c.Elapsed()
	count := c.Counters()
	sent, received, workers := c.Messages()
	text, err := json.Marshal(map[string]int64{
		"arena_bytes": c.Memory.Current(), "arena_peak_bytes": c.Memory.Peak(),
		"messages_received": received, "messages_sent": sent,
		"peak_strands": count.Peak, "strands_completed": count.Completed, "strands_spawned": count.Spawned,
		"wall_clock_ms": int64(elapsed / time.Millisecond), "worker_threads": int64(workers),
	})
	if err != nil {
		fmt.Fprintf(w, "Warning: could not make the report: %v\n", err)
		return
	}
	if config.File {
		if outfile.Write(config.Path, text, 0o666) == nil {
			return
		}
		fmt.Fprintf(w, "Warning: could not write report to %s\n", config.Path)
	}
	_, _ = w.Write(text)
}
