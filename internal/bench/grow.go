package bench

import (
	"math"
	"os"
	"path/filepath"
)

// How growth is measured: each program at so many sizes, each twice the one before, the least cost of so many runs. What
// grows with an exponent above tooSteep is named; n log n has 1.1.
const (
	growSizes = 4
	growRuns  = 3
	tooSteep  = 1.3
)

// leastCPU is the least processor time that is told apart from that of the start of a process, in seconds.
const leastCPU = 0.001

// grow runs each program of a set at several sizes, and its peers at the largest one. Prints the processor time (without what a
// start takes), the exponent by which it grows, what a round takes, and the memory at the largest size.
func (r *Runner) grow(s Set) {
	start := r.startCPU()
	all := ratios{}
	var exponents []ratio
	r.print("%-16s %8s  %-27s  %8s %9s %7s   at the largest size seqvm by each peer: time (cpu, memory)\n", "program", "from", "cpu seconds", "exponent", "us/round", "MB")
	for _, p := range r.chosen(s) {
		subjects := r.subjects(s, p)
		var sizes, seconds []float64
		var costs map[string][]Cost
		for k := range growSizes {
			who := subjects[:1]
			if k == growSizes-1 {
				who = subjects
			}
			costs = r.inTurn(p.Name, p.Size<<k, growRuns, who)
			if len(costs[seqvmName]) == 0 {
				break
			}
			sizes = append(sizes, float64(p.Size<<k))
			seconds = append(seconds, max(least(costs[seqvmName])-start, leastCPU))
		}
		if len(sizes) < growSizes {
			exponents = append(exponents, ratio{p.Name, math.Inf(1)})
			continue
		}
		e := Exponent(sizes, seconds)
		exponents = append(exponents, ratio{p.Name, e})
		own := medians(costs[seqvmName])
		r.print("%-16s %8d ", p.Name, p.Size)
		for _, t := range seconds {
			r.print(" %6.3f", t)
		}
		r.print("  %8.2f %9.3f %7.1f ", e, seconds[growSizes-1]/sizes[growSizes-1]*1e6, own[2])
		r.printRatios(all, p.Name, own, subjects[1:], costs)
	}
	d := digestOf(exponents, tooSteep)
	r.print("exponents: worst %.2f (%s), %d above %v%s\n", d.worst.value, d.worst.program, len(d.above), tooSteep, names(d.above))
	r.summarise(all)
}

// least is the least processor time.
func least(costs []Cost) float64 {
	t := math.Inf(1)
	for _, c := range costs {
		t = min(t, c.CPU)
	}
	return t
}

// startCPU is the processor time of a program that does nothing.
func (r *Runner) startCPU() float64 {
	file := filepath.Join(r.Work, "nothing.seq")
	if err := os.WriteFile(file, []byte(": main ( -- ) ;\n"), 0o600); err != nil {
		r.note("%v", err)
		return 0
	}
	nothing := subject{seqvmName, func(int) []string { return []string{r.Seqvm, "run", file} }}
	if costs := r.inTurn("nothing", 0, growRuns, []subject{nothing})[seqvmName]; len(costs) > 0 {
		return least(costs)
	}
	return 0
}
