package floatmath

import "math"

// Asin returns the arc sine, between -π/2 and π/2; NaN outside of -1 to 1.
func Asin(x float64) float64 {
	a := math.Abs(x)
	switch {
	case a < tiny:
		return x
	case a <= 1:
		return math.Copysign(angle(double{a, 0}, cathetus(a), false), x)
	}
	return math.NaN()
}

// Acos returns the arc cosine, between 0 and π; NaN outside of -1 to 1.
func Acos(x float64) float64 {
	if a := math.Abs(x); a <= 1 {
		return angle(cathetus(a), double{a, 0}, x < 0)
	}
	return math.NaN()
}

// cathetus returns the root of 1 - x² for x from 0 to 1.
func cathetus(x float64) double {
	square := twoProduct(x, x)
	d := twoSum(1, -square.hi)
	return quickSum(d.hi, d.lo-square.lo).root()
}

// Atan returns the arc tangent, between -π/2 and π/2.
func Atan(x float64) float64 {
	a := math.Abs(x)
	switch {
	case a < tiny || math.IsNaN(x):
		return x
	case a > 1/tiny/tiny:
		return math.Copysign(rightAngle.hi, x)
	}
	return math.Copysign(angle(double{a, 0}, double{1, 0}, false), x)
}

// Atan2 returns the angle of the point (x, y), between -π and π, as C's atan2
// does: the signs of zeros count, and infinite points lie on the axes and diagonals.
func Atan2(y, x float64) float64 {
	if math.IsNaN(x) || math.IsNaN(y) {
		return math.NaN()
	}
	a, b, left := math.Abs(y), math.Abs(x), math.Signbit(x)
	if math.IsInf(a, 0) || math.IsInf(b, 0) {
		a, b = indicator(math.IsInf(a, 0)), indicator(math.IsInf(b, 0))
	}
	return math.Copysign(quadrantAngle(a, b, left), y)
}

func indicator(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// quadrantAngle is for coordinates that are not negative; left is for a point
// that is to be mirrored.
func quadrantAngle(y, x float64, left bool) float64 {
	const far = 1 << 60 // less than the rounding beside the axis
	const least, most = 0x1p-500, 0x1p500
	if y == 0 && x == 0 {
		x = 1
	}
	a, b := y, x
	if y < least || y > most || x < least || x > most {
		_, e := math.Frexp(max(x, y))
		a, b = math.Ldexp(y, -e), math.Ldexp(x, -e)
	}
	switch {
	case float64(b*far) < a:
		return rightAngle.hi
	case float64(a*far) < b && left:
		return straightAngle.hi
	case float64(a*far) < b:
		return y / x
	}
	return angle(double{a, 0}, double{b, 0}, left)
}

// angle returns the angle of a point with coordinates of moderate size that are not
// negative and not both zero; left mirrors the point first.
func angle(y, x double, left bool) float64 {
	var a double
	switch steep := y.hi > x.hi; {
	case !steep && !left:
		a = octantAngle(y, x)
	case !steep:
		a = octantAngle(y, x)
		a = difference(straightAngle, a)
	case left:
		a = octantAngle(x, y)
		a = difference(rightAngle, double{-a.hi, -a.lo})
	default:
		a = octantAngle(x, y)
		a = difference(rightAngle, a)
	}
	return a.hi + a.lo
}

func difference(a, b double) double {
	d := twoSum(a.hi, -b.hi)
	return double{d.hi, d.lo + (a.lo - b.lo)}
}

// octantAngle returns the arc tangent of y/x for 0 <= y <= x. With the nearest
// c = i/64 it is arctan c + arctan t, t = (y - c x)/(x + c y).
func octantAngle(y, x double) double {
	i := int(float64(y.hi/x.hi*atanSteps) + 0.5)
	c := float64(i) / atanSteps

	p := twoProduct(c, x.hi)
	numerator := double{y.hi - p.hi, (y.lo - p.lo) - float64(c*x.lo)} // the first difference is exact
	p = twoProduct(c, y.hi)
	denominator := quickSum(x.hi, p.hi)
	denominator.lo += float64(c*y.lo) + (x.lo + p.lo)
	t := numerator.over(denominator)

	z := float64(t.hi * t.hi)
	q := float64(z*(1./9)) - 1./7
	q = float64(q*z) + 1./5
	q = float64(q*z) - 1./3
	q = float64(q*float64(z*t.hi)) + t.lo

	base := &atanTable[i]
	sum := quickSum(base.hi, t.hi)
	return double{sum.hi, sum.lo + (base.lo + q)}
}
