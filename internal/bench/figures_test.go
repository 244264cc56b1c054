package bench

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMedian(t *testing.T) {
	assert.Equal(t, 3.0, Median([]float64{9, 1, 3}))
	assert.Equal(t, 2.5, Median([]float64{9, 1, 3, 2}))
	assert.True(t, math.IsNaN(Median(nil)))
	values := []float64{2, 1}
	Median(values)
	assert.Equal(t, []float64{2, 1}, values, "the values stay in their order")
}

func TestGeometricMean(t *testing.T) {
	assert.InDelta(t, 1, GeometricMean([]float64{2, 0.5}), 1e-12)
	assert.InDelta(t, 4, GeometricMean([]float64{2, 4, 8}), 1e-12)
	assert.True(t, math.IsNaN(GeometricMean(nil)))
}

func TestExponent(t *testing.T) {
	sizes := []float64{1000, 2000, 4000, 8000}
	costs := func(f func(float64) float64) []float64 {
		var all []float64
		for _, n := range sizes {
			all = append(all, f(n))
		}
		return all
	}
	assert.InDelta(t, 1, Exponent(sizes, costs(func(n float64) float64 { return 0.003 * n })), 1e-9)
	assert.InDelta(t, 2, Exponent(sizes, costs(func(n float64) float64 { return n * n })), 1e-9)
	assert.InDelta(t, 0, Exponent(sizes, costs(func(float64) float64 { return 7 })), 1e-9)
	assert.InDelta(t, 1.12, Exponent(sizes, costs(func(n float64) float64 { return n * math.Log(n) })), 0.01)
	assert.InDelta(t, 1.5, Exponent([]float64{1, 4, 16}, []float64{1, 8, 64}), 1e-9)
	assert.True(t, math.IsNaN(Exponent([]float64{5}, []float64{1})))
}

func TestDigest(t *testing.T) {
	d := digestOf([]ratio{{"a", 0.5}, {"b", 2}, {"c", 1}, {"d", 1.6}, {"e", 0.625}}, 1.5)
	assert.InDelta(t, 1, d.mean, 1e-12)
	assert.Equal(t, ratio{"b", 2}, d.worst)
	assert.Equal(t, []string{"b", "d"}, d.above)
}
