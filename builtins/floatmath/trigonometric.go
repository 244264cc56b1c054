package floatmath

import (
	"math"
	"math/bits"
)

// tiny is where an odd function of slope 1 is its argument: the next term is
// less than a tenth of the last place.
const tiny = 1. / (1 << 28)

// Sin returns the sine of x radians; NaN of an infinity.
func Sin(x float64) float64 {
	if math.Abs(x) < tiny {
		return x
	}
	n, r := reduce(x)
	s := sine(n, newRest(r))
	return s.hi + s.lo
}

// Cos returns the cosine of x radians; NaN of an infinity.
func Cos(x float64) float64 {
	n, r := reduce(x)
	c := sine(n+quarter, newRest(r))
	return c.hi + c.lo
}

// Tan returns the tangent of x radians; NaN of an infinity.
func Tan(x float64) float64 {
	if math.Abs(x) < tiny {
		return x
	}
	n, r := reduce(x)
	a := newRest(r)
	t := sine(n, a).over(sine(n+quarter, a))
	return t.hi + t.lo
}

// A turn has this many steps.
const (
	turn    = 128
	quarter = turn / 4
)

// rest is an angle of at most half a step, and what is missing of its sine to the
// angle and of its cosine to 1.
type rest struct {
	angle                  float64
	sineLacks, cosineLacks float64
}

func newRest(r double) rest {
	z := float64(r.hi * r.hi)
	p := float64(z*(1./362880)) - 1./5040
	p = float64(p*z) + 1./120
	p = float64(p*z) - 1./6
	q := float64(z*(1./40320)) - 1./720
	q = float64(q*z) + 1./24
	q = float64(q*z) - 1./2
	return rest{r.hi, float64(p*float64(z*r.hi)) + r.lo, float64(q*z) - float64(r.hi*r.lo)}
}

// sine returns the sine of n steps and a rest: it is s cos r + c sin r with the
// sine s and the cosine c of n steps.
func sine(n int, r rest) double {
	s, c := &sineTable[n&(turn-1)], &sineTable[(n+quarter)&(turn-1)]
	main := twoProduct(c.hi, r.angle)
	sum := twoSum(s.hi, main.hi)
	low := (float64(c.hi*r.sineLacks) + float64(s.hi*r.cosineLacks)) + (float64(c.lo*r.angle) + (main.lo + s.lo))
	return quickSum(sum.hi, sum.lo+low)
}

// reduce returns the whole steps in an angle, as many whole turns aside as it
// likes, and the rest, which has a relative error below 2^-65. Of an infinity or
// NaN the rest is NaN.
func reduce(x float64) (n int, r double) {
	const (
		moderate = 1e5
		half     = math.Pi / turn // half a step
		round    = 3 << 51        // the numbers around it are the integers
		least    = 1. / (1 << 30)
	)
	switch a := math.Abs(x); {
	case a <= half:
		return 0, double{x, 0}
	case a > moderate:
		return reduceExactly(x)
	case a != a:
		return 0, double{x, 0}
	}
	k := float64(x*(turn/2/math.Pi)) + round - round
	first := x - float64(k*piStep[0])                 // exact, and so is the next product: the parts
	remainder := twoSum(first, -float64(k*piStep[1])) // end in as many zeros as k has digits
	remainder = quickSum(remainder.hi, remainder.lo-float64(k*piStep[2]))
	if math.Abs(remainder.hi) < least { // too much has cancelled
		return reduceExactly(x)
	}
	return int(k), remainder
}

// reduceExactly does the work of reduce for any argument: with integers, and
// with all bits of 1/2π that make a difference (Payne and Hanek).
func reduceExactly(x float64) (n int, r double) {
	const mantissa = 52
	pattern := math.Float64bits(math.Abs(x))
	exponent := int(pattern >> mantissa)
	if exponent == 0x7ff {
		return 0, double{math.NaN(), 0}
	}
	// |x| is m 2^(exponent-1075). The bits of 1/2π whose product with the power is
	// whole give whole turns; the 192 behind them are enough, since no Float is
	// nearer than 2^-62 to a multiple of a step.
	m := pattern&(1<<mantissa-1) | 1<<mantissa
	at := exponent - 1023 - mantissa
	w0, w1, w2 := turnBits(at), turnBits(at+64), turnBits(at+128)
	high1, f2 := bits.Mul64(m, w2)
	high0, f1 := bits.Mul64(m, w1)
	f1, carry := bits.Add64(f1, high1, 0)
	_, f0 := bits.Mul64(m, w0) // what is above is whole turns
	f0 += high0 + carry

	const shift = 64 - 7 // the first 7 bits of the fraction are the steps of a turn
	f0, carry = f0+1<<(shift-1), 0
	n = int(f0 >> shift)
	f0 = f0&(1<<shift-1) - 1<<(shift-1) // the rest, with its sign
	sign := 1.0
	if int64(f0) < 0 {
		sign = -1
		f2, carry = bits.Sub64(0, f2, 0)
		f1, carry = bits.Sub64(0, f1, carry)
		f0, _ = bits.Sub64(0, f0, carry)
	}
	if math.Signbit(x) {
		n, sign = -n, -sign
	}
	return n, fraction(f0, f1, f2).times(double{math.Copysign(twoPi.hi, sign), float64(sign * twoPi.lo)})
}

// turnBits returns 64 bits of 1/2π from a place behind the point on.
func turnBits(at int) uint64 {
	at += 64 // the table begins with a word of zeros
	i, shift := at/64, at%64
	return perTwoPi[i]<<shift | perTwoPi[i+1]>>(64-shift)
}

// fraction returns the leading 106 bits of three words behind the point.
func fraction(f0, f1, f2 uint64) double {
	exponent := 0
	for f0 == 0 && exponent > -128 {
		f0, f1, f2 = f1, f2, 0
		exponent -= 64
	}
	shift := bits.LeadingZeros64(f0)
	exponent -= shift
	f0 = f0<<shift | f1>>(64-shift)
	f1 = f1<<shift | f2>>(64-shift)
	scale := math.Float64frombits(uint64(1023-53+exponent) << 52)
	hi := float64(f0 >> 11)
	lo := float64(f0<<53>>11|f1>>22) / (1 << 53) // 11 bits of the first word, 42 of the second
	return double{float64(hi * scale), float64(lo * scale)}
}
