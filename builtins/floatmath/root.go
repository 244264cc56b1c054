package floatmath

import "math"

// Cbrt returns the cube root, of negative numbers too.
func Cbrt(x float64) float64 {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return x
	}
	const (
		mantissa = 52
		bias     = 1023
		smallest = 0x1p-1022
	)
	a, e := math.Abs(x), -bias/3
	if a < smallest {
		a, e = float64(a*0x1p54), e-54/3
	}
	// a is m 8^e, m between 1 and 8.
	bits := math.Float64bits(a)
	e += int(bits >> mantissa / 3)
	m := math.Float64frombits(bits&(1<<mantissa-1) | (bias+bits>>mantissa%3)<<mantissa)
	return math.Copysign(float64(cubeRoot(m)*math.Float64frombits(uint64(bias+e)<<mantissa)), x)
}

// cubeRoot is for numbers between 1 and 8. A third of the exponent and mantissa,
// as W. Kahan does it, has an error of 1/32; the series of the root of what is
// missing brings that to 2^-23; and one step of Halley's method to 2^-69.
func cubeRoot(m float64) float64 {
	const twoThirds = 0x2a9f789300000000 // of the bits of 1, with the error shared out
	y := math.Float64frombits(math.Float64bits(m)/3 + twoThirds)

	d := float64(float64(float64(y*y)*y)/m) - 1
	p := float64(d*(-91./729)) + 35./243
	p = float64(p*d) - 14./81
	p = float64(p*d) + 2./9
	p = float64(p*d) - 1./3
	y = float64(float32(y + float64(y*float64(p*d)))) // short, so that its square is exact

	cube := twoProduct(float64(y*y), y)
	rest := (m - cube.hi) - cube.lo
	return y + float64(y*(rest/(cube.hi+cube.hi+m)))
}
