// Package floatmath holds the elementary functions of Floats: roots, powers,
// exponentials, logarithms, and the trigonometric functions with their inverses.
//
// It is for one promise (chapter 3, section 11 of the language book): a result
// that is exactly representable is exact, any other is within one unit in the
// last place of the true value, whatever the argument; and for a second one, that
// results are the same on every platform. Go's own functions keep neither.
// Special values follow C (C99, annex F). The package knows numbers only, nothing
// of programs, values or words.
//
// All functions work the same way: the argument is brought near to an entry of a
// table, a short polynomial does the rest, and what is larger than the error that
// a result may have is carried in two float64s. So each of them ends with an
// error of hardly more than the final rounding. The methods are those of P. T. P.
// Tang (table-driven exponential and logarithm, ACM TOMS 15 and 16, 1989 and
// 1990), of M. H. Payne and R. N. Hanek (reduction of large angles, 1983) and of
// T. J. Dekker (arithmetic in two numbers, 1971).
//
// Go may fuse a product and a sum into one operation with one rounding, and does
// so on some platforms. For results that are the same everywhere each product here
// is converted to float64, which forbids that; [math.FMA] is called where the exact
// product matters (for polynomials it is slower: it asks the processor each time
// whether it can do it).
package floatmath

import "math"

// double is an unevaluated sum of two numbers of which hi is the sum rounded: a
// number of about 106 bits.
type double struct{ hi, lo float64 }

// twoSum returns a + b exactly.
func twoSum(a, b float64) double {
	s := a + b
	bb := s - a
	return double{s, (a - (s - bb)) + (b - bb)}
}

// quickSum returns a + b exactly if a is not the smaller one, or zero.
func quickSum(a, b float64) double {
	s := a + b
	return double{s, b - (s - a)}
}

// twoProduct returns a b exactly if nothing of it underflows.
func twoProduct(a, b float64) double {
	p := float64(a * b)
	return double{p, math.FMA(a, b, -p)}
}

// times returns a product of two doubles.
func (a double) times(b double) double {
	p := twoProduct(a.hi, b.hi)
	return quickSum(p.hi, p.lo+(float64(a.hi*b.lo)+float64(a.lo*b.hi)))
}

// over returns a quotient of two doubles. One reciprocal serves both parts.
func (a double) over(b double) double {
	r := 1 / b.hi
	q := float64(a.hi * r)
	rest := math.FMA(-q, b.hi, a.hi) + (a.lo - float64(q*b.lo))
	return quickSum(q, float64(rest*r))
}

// root returns the square root of a double that is not negative.
func (a double) root() double {
	h := math.Sqrt(a.hi)
	if h == 0 {
		return double{}
	}
	return quickSum(h, (math.FMA(-h, h, a.hi)+a.lo)/(h+h))
}
