package floatmath

import "math"

// Ln returns the natural logarithm: -infinity of zero, NaN of a negative number.
func Ln(x float64) float64 {
	if !(x > 0) || math.IsInf(x, 1) {
		return specialLogarithm(x)
	}
	l := logarithm(x)
	return l.hi + l.lo
}

// Log2 returns the logarithm to base 2, with Ln's special values.
func Log2(x float64) float64 { return scaledLogarithm(x, perLn2) }

// Log10 returns the logarithm to base 10, with Ln's special values.
func Log10(x float64) float64 { return scaledLogarithm(x, perLn10) }

func scaledLogarithm(x float64, factor double) float64 {
	if !(x > 0) || math.IsInf(x, 1) {
		return specialLogarithm(x)
	}
	l := logarithm(x).times(factor)
	return l.hi + l.lo
}

func specialLogarithm(x float64) float64 {
	switch {
	case x == 0:
		return math.Inf(-1)
	case x < 0:
		return math.NaN()
	}
	return x
}

// logarithm returns the natural logarithm of a positive finite number with a
// relative error below 2^-65. The number is 2^k m with m between 11/16 and 11/8, and m is
// (1+r)/c with a c of the table: ln x = k ln 2 - ln c + r - r²/2 + r³/3 …
// Around 1, k and ln c are zero, so that nothing cancels.
func logarithm(x float64) double {
	const (
		lowest    = 0x3fe6000000000000 // the bits of 11/16
		smallest  = 0x0010000000000000 // the bits of the smallest normal number
		mantissa  = 52
		indexBits = 7
	)
	bits, k := math.Float64bits(x), 0
	if bits < smallest {
		bits, k = math.Float64bits(float64(x*(1<<54))), -54
	}
	above := bits - lowest
	k += int(int64(above) >> mantissa)
	m := math.Float64frombits(lowest + above%(1<<mantissa))
	entry := &logTable[above>>(mantissa-indexBits)%(1<<indexBits)]

	p := twoProduct(m, entry.factor)
	r := quickSum(p.hi-1, p.lo)
	square := twoProduct(r.hi, r.hi)
	q := float64(r.hi*(-1./10)) + 1./9
	q = float64(q*r.hi) - 1./8
	q = float64(q*r.hi) + 1./7
	q = float64(q*r.hi) - 1./6
	q = float64(q*r.hi) + 1./5
	q = float64(q*r.hi) - 1./4
	q = float64(q*r.hi) + 1./3
	q = float64(q * float64(square.hi*r.hi))

	whole := float64(float64(k)*ln2.hi) + entry.log.hi // exact: both end in zeros
	sum := twoSum(whole, r.hi)
	next := twoSum(sum.hi, -square.hi/2)
	low := float64(float64(k)*ln2.lo) + entry.log.lo
	low += (r.lo - float64(r.hi*r.lo)) - square.lo/2
	return quickSum(next.hi, (q+low)+(sum.lo+next.lo))
}
