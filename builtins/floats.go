package builtins

import (
	"math"

	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// floatWords: arithmetic and comparison are instructions.
var floatWords = []vm.Builtin{
	{Name: "f.+", Effect: "( ..a Float Float -- ..a Float )", Doc: "Adds."},
	{Name: "f.add", Effect: "( ..a Float Float -- ..a Float )", Doc: "Adds; the same as f.+."},
	{Name: "f.-", Effect: "( ..a Float Float -- ..a Float )", Doc: "Subtracts."},
	{Name: "f.subtract", Effect: "( ..a Float Float -- ..a Float )", Doc: "Subtracts; the same as f.-."},
	{Name: "f.*", Effect: "( ..a Float Float -- ..a Float )", Doc: "Multiplies."},
	{Name: "f.multiply", Effect: "( ..a Float Float -- ..a Float )", Doc: "Multiplies; the same as f.*."},
	{Name: "f./", Effect: "( ..a Float Float -- ..a Float )", Doc: "Divides; by zero it gives an infinity or NaN."},
	{Name: "f.divide", Effect: "( ..a Float Float -- ..a Float )", Doc: "Divides; the same as f./."},
	{Name: "f.=", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Equal? NaN equals nothing."},
	{Name: "f.eq", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Equal? The same as f.=."},
	{Name: "f.<>", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Different? NaN differs from everything."},
	{Name: "f.neq", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Different? The same as f.<>."},
	{Name: "f.<", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Less?"},
	{Name: "f.lt", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Less? The same as f.<."},
	{Name: "f.<=", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Less or equal?"},
	{Name: "f.lte", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Less or equal? The same as f.<=."},
	{Name: "f.>", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Greater?"},
	{Name: "f.gt", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Greater? The same as f.>."},
	{Name: "f.>=", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Greater or equal?"},
	{Name: "f.gte", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Greater or equal? The same as f.>=."},
	{Name: "f.sqrt", Effect: "( ..a Float -- ..a Float )", Doc: "Square root; NaN of a negative.", Run: floatToFloat(math.Sqrt)},
	{Name: "f.cbrt", Effect: "( ..a Float -- ..a Float )", Doc: "Cube root.", Run: floatToFloat(math.Cbrt)},
	{Name: "f.pow", Effect: "( ..a Float Float -- ..a Float )", Doc: "Raises to a power.", Run: floatsToFloat(pow)},
	{Name: "f.exp", Effect: "( ..a Float -- ..a Float )", Doc: "e to the power.", Run: floatToFloat(math.Exp)},
	{Name: "f.ln", Effect: "( ..a Float -- ..a Float )", Doc: "Natural logarithm.", Run: floatToFloat(math.Log)},
	{Name: "f.log10", Effect: "( ..a Float -- ..a Float )", Doc: "Logarithm to base 10.", Run: floatToFloat(log10)},
	{Name: "f.log2", Effect: "( ..a Float -- ..a Float )", Doc: "Logarithm to base 2.", Run: floatToFloat(log2)},
	{Name: "f.sin", Effect: "( ..a Float -- ..a Float )", Doc: "Sine of radians.", Run: floatToFloat(math.Sin)},
	{Name: "f.cos", Effect: "( ..a Float -- ..a Float )", Doc: "Cosine of radians.", Run: floatToFloat(math.Cos)},
	{Name: "f.tan", Effect: "( ..a Float -- ..a Float )", Doc: "Tangent of radians.", Run: floatToFloat(math.Tan)},
	{Name: "f.asin", Effect: "( ..a Float -- ..a Float )", Doc: "Arc sine; NaN outside of -1 to 1.", Run: floatToFloat(math.Asin)},
	{Name: "f.acos", Effect: "( ..a Float -- ..a Float )", Doc: "Arc cosine; NaN outside of -1 to 1.", Run: floatToFloat(math.Acos)},
	{Name: "f.atan", Effect: "( ..a Float -- ..a Float )", Doc: "Arc tangent.", Run: floatToFloat(math.Atan)},
	{Name: "f.atan2", Effect: "( ..a Float Float -- ..a Float )", Doc: "Angle of the point: y below x.", Run: floatsToFloat(math.Atan2)},
	{Name: "f.floor", Effect: "( ..a Float -- ..a Float )", Doc: "Rounds down.", Run: floatToFloat(math.Floor)},
	{Name: "f.ceil", Effect: "( ..a Float -- ..a Float )", Doc: "Rounds up.", Run: floatToFloat(math.Ceil)},
	{Name: "f.trunc", Effect: "( ..a Float -- ..a Float )", Doc: "Rounds toward zero.", Run: floatToFloat(math.Trunc)},
	{Name: "f.round", Effect: "( ..a Float -- ..a Float )", Doc: "Rounds to the nearest whole number, ties to even.", Run: floatToFloat(math.RoundToEven)},
	{Name: "f.pi", Effect: "( ..a -- ..a Float )", Doc: "3.141592653589793.", Run: constant(stack.FromFloat(math.Pi))},
	{Name: "f.e", Effect: "( ..a -- ..a Float )", Doc: "2.718281828459045.", Run: constant(stack.FromFloat(math.E))},
	{Name: "f.tau", Effect: "( ..a -- ..a Float )", Doc: "6.283185307179586.", Run: constant(stack.FromFloat(2 * math.Pi))},
}

// double is an unevaluated sum of two Floats, about 106 bits: what the
// functions below calculate in, so that their results are off by less than
// one unit in the last place (chapter 3, section 11).
type double struct{ hi, lo float64 }

func twoSum(a, b float64) double {
	s := a + b
	bb := s - a
	return double{s, (a - (s - bb)) + (b - bb)}
}

func quickSum(a, b float64) double {
	s := a + b
	return double{s, b - (s - a)}
}

func (a double) add(b double) double {
	s := twoSum(a.hi, b.hi)
	return quickSum(s.hi, s.lo+a.lo+b.lo)
}

func (a double) mul(b double) double {
	p := a.hi * b.hi
	return quickSum(p, math.FMA(a.hi, b.hi, -p)+(a.hi*b.lo+a.lo*b.hi))
}

func (a double) div(b double) double {
	q := a.hi / b.hi
	r := a.add(double{q, 0}.mul(b).neg())
	q2 := r.hi / b.hi
	r = r.add(double{q2, 0}.mul(b).neg())
	return quickSum(q, q2).add(double{r.hi / b.hi, 0})
}

func (a double) neg() double { return double{-a.hi, -a.lo} }

var (
	ln2   = double{0.6931471805599453, 2.3190468138462996e-17}
	ln10  = double{2.302585092994046, -2.1707562233822494e-16}
	half  = double{0.5, 0}
	unity = double{1, 0}
)

// exp calculates e to a double-double of moderate size: 2^k times a Taylor
// series of what is left, halved a few times.
func (a double) exp() (r double, k int) {
	n := math.Round(a.hi / ln2.hi)
	x := a.add(double{n, 0}.mul(ln2).neg())
	const halvings = 6
	x = double{math.Ldexp(x.hi, -halvings), math.Ldexp(x.lo, -halvings)}
	sum, term := unity, unity
	for i := 1; i <= 14; i++ {
		term = term.mul(x).div(double{float64(i), 0})
		sum = sum.add(term)
	}
	for range halvings {
		sum = sum.mul(sum)
	}
	return sum, int(n)
}

// logDouble calculates the logarithm of a positive finite number by one step
// of Newton's method from Go's.
func logDouble(x float64) double {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m *= 2
		e--
	}
	y := double{math.Log(m), 0}
	ey, k := y.neg().exp() // m times e to the -y is nearly 1
	t := double{m, 0}.mul(ey)
	t = double{math.Ldexp(t.hi, k), math.Ldexp(t.lo, k)}.add(unity.neg())
	y = y.add(t).add(t.mul(t).mul(half).neg())
	return double{float64(e), 0}.mul(ln2).add(y)
}

func special(x float64) bool { return x <= 0 || math.IsNaN(x) || math.IsInf(x, 0) }

func log10(x float64) float64 {
	if special(x) {
		return math.Log10(x)
	}
	r := logDouble(x).div(ln10)
	return r.hi + r.lo
}

func log2(x float64) float64 {
	if special(x) {
		return math.Log2(x)
	}
	if m, e := math.Frexp(x); m == 0.5 {
		return float64(e - 1)
	}
	r := logDouble(x).div(ln2)
	return r.hi + r.lo
}

// pow leaves the special cases to Go, which follows C there.
func pow(x, y float64) float64 {
	r := math.Pow(x, y)
	if x == 0 || y == 0 || math.IsNaN(r) || math.IsInf(x, 0) || math.IsInf(y, 0) || x == 1 {
		return r
	}
	p := logDouble(math.Abs(x)).mul(double{y, 0})
	if math.Abs(p.hi) > 760 { // far out of the range of a Float: infinity or zero
		return r
	}
	e, k := p.exp()
	z := math.Ldexp(e.hi+e.lo, k)
	if math.Signbit(r) {
		z = -z
	}
	return z
}
