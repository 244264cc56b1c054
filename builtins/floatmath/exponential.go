package floatmath

import "math"

// Exp returns e to the power of x: infinity from 709.79 on, 0 below -745.14.
func Exp(x float64) float64 {
	switch {
	case math.IsNaN(x):
		return x
	case x > 710:
		return math.Inf(1)
	case x < -746:
		return 0
	}
	return exponential(double{x, 0})
}

// exponential returns e to a power between -800 and 800, which is n/128 of ln 2
// and a small rest r: a power of two of the table, times 1 + r + r²/2 + …
func exponential(a double) float64 {
	const round = 3 << 51 // the numbers around it are the integers
	n := float64(a.hi*(expSteps/math.Ln2)) + round - round
	r := a.hi - float64(n*ln2Step.hi) // both exact: the step ends in zeros
	low := a.lo - float64(n*ln2Step.lo)

	t := r + low
	p := float64(t*(1./720)) + 1./120
	p = float64(p*t) + 1./24
	p = float64(p*t) + 1./6
	p = float64(p*t) + 1./2
	p = r + (low + float64(float64(t*t)*p))

	k := int(n)
	power := &expTable[k&(expSteps-1)]
	y := quickSum(power.hi, float64(power.hi*p)+power.lo) // between 0.9 and 2
	switch k >>= 7; {
	case k > 1022:
		return math.Ldexp(y.hi, k)
	case k < leastExponent+1:
		return subnormal(y, k)
	}
	return float64(y.hi * math.Float64frombits(uint64(1023+k)<<52))
}

const leastExponent = -1022 // of a normal number

// subnormal returns y 2^k, which is below or hardly above the smallest normal
// number, rounded once.
func subnormal(y double, k int) float64 {
	hi, lo := math.Ldexp(y.hi, k-leastExponent), math.Ldexp(y.lo, k-leastExponent)
	if hi >= 1 {
		return math.Ldexp(hi, leastExponent)
	}
	s := quickSum(1, hi) // beside 1 the last place has the right size
	return math.Ldexp((s.hi+(s.lo+lo))-1, leastExponent)
}

// Pow returns x to the power of y, as C's pow does: anything to the power of 0 and 1 to any power is 1, even with NaN; a
// negative number to a power that is not whole is NaN; zero and infinite numbers keep their sign in odd powers only.
func Pow(x, y float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case math.IsNaN(x) || math.IsNaN(y):
		return math.NaN()
	case math.IsInf(y, 0):
		return powerToInfinity(math.Abs(x), y)
	}
	sign := 1.0
	if math.Signbit(x) && odd(y) {
		sign = -1
	}
	switch {
	case x == 0 || math.IsInf(x, 0):
		if (x == 0) == (y < 0) {
			return math.Copysign(math.Inf(1), sign)
		}
		return math.Copysign(0, sign)
	case x < 0 && y != math.Trunc(y):
		return math.NaN()
	}
	return math.Copysign(positivePower(math.Abs(x), y), sign)
}

// positivePower is for finite numbers, x being positive.
func positivePower(x, y float64) float64 {
	l := logarithm(x)
	e := float64(l.hi * y)
	switch {
	case e > 710:
		return math.Inf(1)
	case e < -746:
		return 0
	}
	p := twoProduct(l.hi, y)
	return exponential(quickSum(p.hi, p.lo+float64(l.lo*y)))
}

// powerToInfinity is for an infinite y and an x that is not negative.
func powerToInfinity(x, y float64) float64 {
	switch {
	case x == 1:
		return 1
	case (x > 1) == (y > 0):
		return math.Inf(1)
	}
	return 0
}

// odd tells whether a finite number is an odd integer.
func odd(y float64) bool {
	y = math.Abs(y)
	return y < 1<<53 && y == math.Trunc(y) && int64(y)&1 == 1
}
