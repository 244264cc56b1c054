package diagnostics

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/seqvm/seqvm/arena"
	"github.com/seqvm/seqvm/scheduler"
)

// maxListed is how many strands a dump lists.
const maxListed = 20

// Dump writes what a SIGQUIT asks for (chapter 5, section 13) in one piece. Safe
// while strands run.
func (p *Program) Dump() {
	p.Flush()
	p.dump(time.Now())
}

func (p *Program) dump(now time.Time) {
	var b strings.Builder
	s := p.Snapshot()
	fmt.Fprintf(&b, "\n=== Seq Runtime Diagnostics ===\nTimestamp: %s\n\n", now.Format(time.RFC3339Nano))
	fmt.Fprintf(&b, "[Strands]\n  Active:    %d\n  Spawned:   %d (total)\n  Completed: %d (total)\n  Peak:      %d (high-water mark)\n",
		s.Active, s.Spawned, s.Completed, s.Peak)
	if lost := s.Lost(); lost > 0 {
		fmt.Fprintf(&b, "  WARNING: %d strands may have been lost (panic/abort)\n", lost)
	}
	p.dumpStrands(&b, &s, now)
	fmt.Fprintf(&b, "\n[Memory]\n  Tracked threads: %d\n  Arena bytes:     %s (across all threads)\n", s.Workers, byteCount(s.ArenaBytes))
	if over := s.UntrackedWorkers; over > 0 {
		fmt.Fprintf(&b, "  WARNING: %d threads exceeded registry capacity (memory not tracked)\n  The totals above leave out their arenas; there are %d slots.\n", over, arena.MaxAccounts)
	}
	b.WriteString("\n=== End Diagnostics ===\n\n")
	_, _ = io.WriteString(p.To, b.String())
}

// dumpStrands lists the strands that are tracked, the oldest first.
func (p *Program) dumpStrands(b *strings.Builder, s *scheduler.Snapshot, now time.Time) {
	fmt.Fprintf(b, "\n[Active Strand Details]\n  Registry capacity: %d slots\n", s.RegistryCapacity)
	if s.UntrackedStrands > 0 {
		fmt.Fprintf(b, "  WARNING: %d strands exceeded registry capacity (not tracked)\n", s.UntrackedStrands)
	}
	if len(s.Strands) == 0 {
		b.WriteString("  (no active strands in registry)\n")
		return
	}
	list := s.Strands
	slices.SortStableFunc(list, func(a, b scheduler.Tracked) int {
		return cmp.Or(cmp.Compare(a.Spawned, b.Spawned), cmp.Compare(a.ID, b.ID))
	})
	fmt.Fprintf(b, "  %d strand(s) tracked:\n", len(list))
	listed := list[:min(len(list), maxListed)]
	notes := map[int64]string{}
	if p.WaitingIn != nil {
		for _, t := range listed {
			notes[t.ID] = ""
		}
		p.WaitingIn(notes)
	}
	for i, t := range listed {
		fmt.Fprintf(b, "    [%2d] Strand #%-8d running for %ds%s\n", i+1, t.ID, max(now.Unix()-t.Spawned, 0), notes[t.ID])
	}
	if more := len(list) - len(listed); more > 0 {
		fmt.Fprintf(b, "    ... and %d more strands\n", more)
	}
}

// byteCount writes a number of bytes with a unit of factor 1024.
func byteCount(n int64) string {
	const unit = 1024
	switch {
	case n < unit:
		return fmt.Sprintf("%d B", n)
	case n < unit*unit:
		return fmt.Sprintf("%.2f KB", float64(n)/unit)
	case n < unit*unit*unit:
		return fmt.Sprintf("%.2f MB", float64(n)/(unit*unit))
	}
	return fmt.Sprintf("%.2f GB", float64(n)/(unit*unit*unit))
}
