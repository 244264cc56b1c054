package diagnostics

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/internal/outfile"
)

// Report writes the report at the end of the program that the settings ask for, or
// to the file that they name (chapter 5, section 15). words are how often words were
// entered, in the order of the report; nil if the program does not count that. All
// strands must have ended.
func (p *Program) Report(config settings.Report, words iter.Seq2[string, uint64]) {
	switch config.Form {
	case settings.NoReport:
	case settings.UnknownReport:
		fmt.Fprintf(p.To, "Warning: SEQ_REPORT='%s' not recognized, ignoring\n", config.Value)
	case settings.JSONReport:
		p.reportJSON(config)
	case settings.HumanReport:
		p.reportHuman(nil)
	case settings.WordsReport:
		p.reportHuman(words)
	}
}

func (p *Program) reportHuman(words iter.Seq2[string, uint64]) {
	s := p.Snapshot()
	sent, received, workers := p.Traffic()
	var b strings.Builder
	fmt.Fprintf(&b, "=== SEQ REPORT ===\n")
	fmt.Fprintf(&b, "Wall clock:      %d ms\n", s.Elapsed/time.Millisecond)
	fmt.Fprintf(&b, "Strands spawned: %d\n", s.Spawned)
	fmt.Fprintf(&b, "Strands done:    %d\n", s.Completed)
	fmt.Fprintf(&b, "Peak strands:    %d\n", s.Peak)
	fmt.Fprintf(&b, "Worker threads:  %d\n", workers)
	fmt.Fprintf(&b, "Arena current:   %d bytes\n", s.ArenaBytes)
	fmt.Fprintf(&b, "Arena peak:      %d bytes\n", s.ArenaPeak)
	fmt.Fprintf(&b, "Messages sent:   %d\n", sent)
	fmt.Fprintf(&b, "Messages recv:   %d\n", received)
	if words != nil {
		fmt.Fprintf(&b, "\n--- Word Call Counts ---\n")
		for name, count := range words {
			if count > 0 { // the others are every word of every included file
				fmt.Fprintf(&b, "  %-30s %d\n", name, count)
			}
		}
	}
	b.WriteString("==================\n")
	_, _ = io.WriteString(p.To, b.String())
}

// reportJSON marshals a map: its keys come out sorted.
func (p *Program) reportJSON(config settings.Report) {
	s := p.Snapshot()
	sent, received, workers := p.Traffic()
	text, err := json.Marshal(map[string]int64{
		"arena_bytes": s.ArenaBytes, "arena_peak_bytes": s.ArenaPeak,
		"messages_received": received, "messages_sent": sent,
		"peak_strands": s.Peak, "strands_completed": s.Completed, "strands_spawned": s.Spawned,
		"wall_clock_ms": int64(s.Elapsed / time.Millisecond), "worker_threads": int64(workers),
	})
	if err != nil {
		fmt.Fprintf(p.To, "Warning: could not make the report: %v\n", err)
		return
	}
	if config.File {
		if outfile.Write(config.Path, text, 0o666) == nil {
			return
		}
		fmt.Fprintf(p.To, "Warning: could not write report to %s\n", config.Path)
	}
	_, _ = p.To.Write(text)
}
