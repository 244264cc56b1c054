package benchmark

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"

	"golang.org/x/perf/benchmath"
)

// confidence is that of the intervals that are shown, as benchstat has it.
const confidence = 0.95

// Saved are samples of an earlier run by word and unit: "ns/op", "B/op".
type Saved map[string]map[string][]float64

// Save writes results in Go's benchmark format, which benchstat reads as well.
func Save(to io.Writer, results []*Result) error {
	for _, r := range results {
		for i := range r.Ns {
			if _, err := fmt.Fprintf(to, "BenchmarkSeq/%s %d %s ns/op %s B/op\n", r.Key(), r.Rounds, number(r.Ns[i]), number(r.Bytes[i])); err != nil {
				return err
			}
		}
	}
	return nil
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// Read reads what Save has written. Other lines mean nothing.
func Read(from io.Reader) (Saved, error) {
	saved := Saved{}
	lines := bufio.NewScanner(from)
	for n := 1; lines.Scan(); n++ {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || !strings.HasPrefix(fields[0], "BenchmarkSeq/") {
			continue
		}
		key := strings.TrimPrefix(fields[0], "BenchmarkSeq/")
		if saved[key] == nil {
			saved[key] = map[string][]float64{}
		}
		for i := 2; i+1 < len(fields); i += 2 {
			x, err := strconv.ParseFloat(fields[i], 64)
			if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, fmt.Errorf("line %d: '%s' is no number", n, fields[i])
			}
			saved[key][fields[i+1]] = append(saved[key][fields[i+1]], x)
		}
	}
	return saved, lines.Err()
}

// quantity is something that is measured.
type quantity struct {
	unit  string
	of    func(*Result) []float64
	shown func(float64) string
}

var quantities = []quantity{
	{"ns/op", func(r *Result) []float64 { return r.Ns }, duration},
	{"B/op", func(r *Result) []float64 { return r.Bytes }, size},
}

// Text writes results as a table: medians with the half width of their intervals and, where there are earlier ones, what has changed.
// A change is one that the Mann-Whitney U test finds with an error of 5 %.
func Text(to io.Writer, results []*Result, earlier Saved) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	header := "a round\tspread\tbytes\trounds\t  "
	if earlier != nil {
		header = "a round\tspread\tbefore\tchange\tbytes\tbefore\tchange\t  "
	}
	fmt.Fprintln(w, header+"word")
	for _, r := range results {
		if r.Problem != "" {
			continue
		}
		for i, q := range quantities {
			now := benchmath.NewSample(append([]float64{}, q.of(r)...), &benchmath.DefaultThresholds)
			summary := benchmath.AssumeNothing.Summary(now, confidence)
			fmt.Fprintf(w, "%s\t", q.shown(summary.Center))
			if i == 0 {
				fmt.Fprintf(w, "± %s\t", spread(summary))
			}
			if earlier != nil {
				before, change := compare(earlier[r.Key()][q.unit], now, q)
				fmt.Fprintf(w, "%s\t%s\t", before, change)
			}
		}
		if earlier == nil {
			fmt.Fprintf(w, "%d × %d\t", len(r.Ns), r.Rounds)
		}
		fmt.Fprintf(w, "  %s\n", r.Key())
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, r := range results {
		if r.Problem != "" {
			if _, err := fmt.Fprintf(to, "%s: %s\n", r.Key(), strings.TrimSuffix(r.Problem, "\n")); err != nil {
				return err
			}
		}
	}
	return nil
}

// spread is how far the ends of an interval are from its middle; "?" with too few samples.
func spread(s benchmath.Summary) string {
	half := max(s.Hi-s.Center, s.Center-s.Lo)
	if math.IsInf(half, 0) || math.IsNaN(half) {
		return "?"
	}
	if s.Center == 0 {
		return "0 %"
	}
	return fmt.Sprintf("%.0f %%", 100*half/s.Center)
}

// compare shows the median of earlier samples, and by how much later ones differ: "~" is not significantly.
func compare(old []float64, now *benchmath.Sample, q quantity) (before, change string) {
	if len(old) == 0 {
		return "-", "new"
	}
	was := benchmath.NewSample(append([]float64{}, old...), &benchmath.DefaultThresholds)
	c := benchmath.AssumeNothing.Compare(was, now)
	a, b := benchmath.AssumeNothing.Summary(was, confidence).Center, benchmath.AssumeNothing.Summary(now, confidence).Center
	switch {
	case c.P > c.Alpha:
		change = "~"
	case a == 0:
		change = "more"
	default:
		change = fmt.Sprintf("%+.1f %%", 100*(b-a)/a)
	}
	return q.shown(a), fmt.Sprintf("%s (p=%.3f)", change, c.P)
}

func duration(ns float64) string { return scaled(ns, 1000, "ns", "µs", "ms", "s") }

func size(bytes float64) string { return scaled(bytes, 1024, "B", "KB", "MB", "GB") }

// scaled shows an amount with three digits in the unit that fits.
func scaled(x, step float64, units ...string) string {
	for len(units) > 1 && x >= step {
		x, units = x/step, units[1:]
	}
	digits := 2
	if x >= 100 {
		digits = 0
	} else if x >= 10 {
		digits = 1
	}
	return fmt.Sprintf("%.*f %s", digits, x, units[0])
}
