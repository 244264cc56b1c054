package scheduler

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/seqvm/seqvm/arena"
)

// maxListed is how many strands a dump or a report lists.
const maxListed = 20

// Dump writes what a SIGQUIT asks for (chapter 5, section 13) in one piece.
// where may add to a strand's line what it waits for; it is called while
// strands run. nil: nothing is added.
func (c *Scheduler) Dump(to io.Writer, now time.Time, where func(*Strand) string) {
	var b strings.Builder
	count := c.Counters()
	fmt.Fprintf(&b, "\n=== Seq Runtime Diagnostics ===\nTimestamp: %s\n\n", now.Format(time.RFC3339Nano))
	fmt.Fprintf(&b, "[Strands]\n  Active:    %d\n  Spawned:   %d (total)\n  Completed: %d (total)\n  Peak:      %d (high-water mark)\n",
		count.Active, count.Spawned, count.Completed, count.Peak)
	if lost := count.Lost(); lost > 0 {
		fmt.Fprintf(&b, "  WARNING: %d strands may have been lost (panic/abort)\n", lost)
	}
	c.dumpRegistry(&b, now, where)
	fmt.Fprintf(&b, "\n[Memory]\n  Tracked threads: %d\n  Arena bytes:     %s (across all threads)\n", c.Memory.Tracked(), byteCount(c.Memory.Current()))
	if over := c.Memory.Overflow(); over > 0 {
		fmt.Fprintf(&b, "  WARNING: %d threads exceeded registry capacity (memory not tracked)\n  The totals above leave out their arenas; there are %d slots.\n", over, arena.MaxAccounts)
	}
	b.WriteString("\n=== End Diagnostics ===\n\n")
	_, _ = io.WriteString(to, b.String())
}

func (c *Scheduler) dumpRegistry(b *strings.Builder, now time.Time, where func(*Strand) string) {
	reg := c.Registry()
	fmt.Fprintf(b, "\n[Active Strand Details]\n  Registry capacity: %d slots\n", reg.Capacity())
	if over := reg.OverflowCount(); over > 0 {
		fmt.Fprintf(b, "  WARNING: %d strands exceeded registry capacity (not tracked)\n", over)
	}
	type tracked struct{ id, spawned int64 }
	var list []tracked
	for id, spawned := range reg.ActiveStrands() {
		list = append(list, tracked{id, spawned})
	}
	if len(list) == 0 {
		b.WriteString("  (no active strands in registry)\n")
		return
	}
	slices.SortStableFunc(list, func(a, b tracked) int { return cmp.Or(cmp.Compare(a.spawned, b.spawned), cmp.Compare(a.id, b.id)) })
	fmt.Fprintf(b, "  %d strand(s) tracked:\n", len(list))
	listed := list[:min(len(list), maxListed)]
	notes := map[int64]string{}
	if where != nil {
		for _, t := range listed {
			notes[t.id] = ""
		}
		c.Each(func(s *Strand) {
			if _, wanted := notes[s.id]; wanted {
				notes[s.id] = where(s)
			}
		})
	}
	for i, t := range listed {
		fmt.Fprintf(b, "    [%2d] Strand #%-8d running for %ds%s\n", i+1, t.id, max(now.Unix()-t.spawned, 0), notes[t.id])
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
