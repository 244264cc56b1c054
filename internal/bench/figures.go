package bench

import (
	"math"
	"slices"
)

// Median is the middle of the values in their order, of an even number the mean of the two in the
// middle; NaN without values.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// GeometricMean is the mean for ratios: that of 2 and 1/2 is 1. NaN without ratios.
func GeometricMean(ratios []float64) float64 {
	if len(ratios) == 0 {
		return math.NaN()
	}
	sum := 0.0
	for _, r := range ratios {
		sum += math.Log(r)
	}
	return math.Exp(sum / float64(len(ratios)))
}

// Exponent is the e for which size^e fits the costs best: the slope of the line through the
// logarithms of both with the least squares. 1 is linear, n log n is about 1.1 at the sizes that are
// measured here. NaN unless there are two sizes.
func Exponent(sizes, costs []float64) float64 {
	n := float64(len(sizes))
	var x, y, xx, xy float64
	for i, size := range sizes {
		lx, ly := math.Log(size), math.Log(costs[i])
		x, y, xx, xy = x+lx, y+ly, xx+lx*lx, xy+lx*ly
	}
	return (n*xy - x*y) / (n*xx - x*x)
}

// ratio is how seqvm did in one measure with one program, against one peer.
type ratio struct {
	program string
	value   float64
}

// digest is what a set of ratios says in short.
type digest struct {
	mean  float64  // the geometric mean
	worst ratio    // the largest one
	above []string // the programs whose ratio is above the limit
}

// digestOf sums up ratios; those above limit are named in their order.
func digestOf(ratios []ratio, limit float64) digest {
	d := digest{worst: ratio{value: math.Inf(-1)}}
	var values []float64
	for _, r := range ratios {
		values = append(values, r.value)
		if r.value > d.worst.value {
			d.worst = r
		}
		if r.value > limit {
			d.above = append(d.above, r.program)
		}
	}
	d.mean = GeometricMean(values)
	return d
}
