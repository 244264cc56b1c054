package floatmath

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// function is a function with its true value and the ranges that matter to it.
type function struct {
	name   string
	of     func(x, y float64) float64
	truth  func(x, y float64) *big.Float
	args   []arguments
	within float64 // units in the last place
}

// arguments makes random arguments; a function of one takes the first.
type arguments func(r *rand.Rand) (x, y float64)

// linear is numbers of an interval.
func linear(from, to float64) arguments {
	return func(r *rand.Rand) (x, y float64) { return from + (to-from)*r.Float64(), 0 }
}

// magnitudes is numbers of either sign with exponents of an interval.
func magnitudes(from, to int) arguments {
	return func(r *rand.Rand) (x, y float64) {
		return math.Ldexp(2*float64(r.IntN(2))-1, from+r.IntN(to-from+1)) * (1 + r.Float64()), 0
	}
}

func positive(a arguments) arguments {
	return func(r *rand.Rand) (x, y float64) {
		x, y = a(r)
		return math.Abs(x), y
	}
}

// beside is numbers that are a few to many last places from the multiples of a number.
func beside(unit float64, multiples int) arguments {
	return func(r *rand.Rand) (x, y float64) {
		x = unit * float64(r.IntN(2*multiples+1)-multiples)
		away := int64(1) << r.IntN(45)
		if x == 0 {
			return math.Float64frombits(uint64(r.Int64N(away))), 0
		}
		return math.Float64frombits(math.Float64bits(x) + uint64(r.Int64N(2*away+1)-away)), 0
	}
}

// inside turns numbers beyond 1 into numbers from -1 to 1.
func inside(a arguments) arguments {
	return func(r *rand.Rand) (x, y float64) {
		if x, y = a(r); math.Abs(x) > 1 {
			return 1 / x, y
		}
		return x, y
	}
}

func pairs(a, b arguments) arguments {
	return func(r *rand.Rand) (x, y float64) {
		x, _ = a(r)
		y, _ = b(r)
		return x, y
	}
}

// reaching is bases with an exponent that makes a power of the size of e to the
// power of an interval.
func reaching(base arguments, from, to float64) arguments {
	return func(r *rand.Rand) (x, y float64) {
		x, _ = base(r)
		return x, (from + (to-from)*r.Float64()) / math.Log(x)
	}
}

// whole is small integers.
func whole(most int) arguments {
	return func(r *rand.Rand) (x, y float64) { return float64(r.IntN(2*most+1) - most), 0 }
}

// closest is the Floats that come nearest to a multiple of a right angle, and what
// lies around them (W. Kahan's program finds them: 6381956970095103 2^797 is nearest).
func closest(r *rand.Rand) (x, y float64) {
	list := []float64{0x1.6ac5b262ca1ffp+849, 0x1.921fb54442d18p+0, 0x1.921fb54442d18p+1, 0x1.921fb54442d19p+1, 0x1.6a09e667f3bcdp+23, 571774097.8144853, 0x1.dae8fb7f3ec24p+10, 1e22, 0x1.fffffffffffffp+1023}
	x = list[r.IntN(len(list))]
	return math.Float64frombits(math.Float64bits(x) - uint64(r.IntN(3))), 0
}

func oneBig(f func(*big.Float) *big.Float) func(x, y float64) *big.Float {
	return func(x, _ float64) *big.Float { return f(number(x)) }
}

func one(f func(float64) float64) func(x, y float64) float64 {
	return func(x, _ float64) float64 { return f(x) }
}

var angles = []arguments{linear(-10, 10), magnitudes(-1074, -1), magnitudes(-8, 30), magnitudes(0, 1023), beside(math.Pi/2, 4), beside(math.Pi/4, 100), beside(math.Pi/2, 1e6), beside(math.Pi/128, 300), closest}

var ratios = []arguments{linear(-1, 1), magnitudes(-1074, -1), magnitudes(-8, -1), inside(beside(1, 1)), inside(beside(0.5, 1)), inside(beside(1./64, 64))}

var logArguments = []arguments{positive(magnitudes(-1074, 1023)), linear(0.5, 2), linear(0, 100), positive(magnitudes(-1074, -1020)), func(r *rand.Rand) (x, y float64) {
	x, y = beside(1, 1)(r)
	return max(math.Abs(x), 0.1), y
}, func(r *rand.Rand) (x, y float64) { return 0.99 + 0.02*r.Float64(), 0 }}

var functions = []function{
	{"exp", one(Exp), oneBig(bigExp), []arguments{linear(-1, 1), linear(-745.2, 709.8), linear(-745.2, -708), linear(709, 709.79), magnitudes(-1074, -1), beside(math.Ln2/2, 1400)}, 0.51},
	{"ln", one(Ln), oneBig(bigLn), logArguments, 0.51},
	{"log2", one(Log2), oneBig(func(x *big.Float) *big.Float { return over(bigLn(x), bigLn2()) }), logArguments, 0.51},
	{"log10", one(Log10), oneBig(func(x *big.Float) *big.Float { return over(bigLn(x), bigLn(number(10))) }), logArguments, 0.51},
	{"pow", Pow, func(x, y float64) *big.Float { return bigExp(times(bigLn(number(x)), number(y))) },
		[]arguments{reaching(positive(magnitudes(-1074, 1023)), -740, 709), reaching(linear(0.99, 1.01), -740, 709), reaching(linear(0.5, 2), -5, 5),
			reaching(positive(magnitudes(-1074, 1023)), -745, -708), pairs(linear(0, 10), whole(20)), pairs(positive(magnitudes(-1074, 1023)), magnitudes(-60, -40))}, 0.53},
	{"cbrt", one(Cbrt), func(x, _ float64) *big.Float { return bigCbrt(x) }, []arguments{linear(-10, 10), magnitudes(-1074, 1023), magnitudes(-1074, -1020), whole(1000), linear(0.99, 1.01)}, 0.51},
	{"sin", one(Sin), func(x, _ float64) *big.Float { s, _ := bigSinCos(x); return s }, angles, 0.51},
	{"cos", one(Cos), func(x, _ float64) *big.Float { _, c := bigSinCos(x); return c }, angles, 0.51},
	{"tan", one(Tan), func(x, _ float64) *big.Float { s, c := bigSinCos(x); return over(s, c) }, angles, 0.51},
	{"asin", one(Asin), func(x, _ float64) *big.Float { return bigAngle(number(x), bigCathetus(x)) }, ratios, 0.51},
	{"acos", one(Acos), func(x, _ float64) *big.Float { return bigAngle(bigCathetus(x), number(x)) }, ratios, 0.51},
	{"atan", one(Atan), func(x, _ float64) *big.Float { return bigAngle(number(x), number(1)) }, append([]arguments{linear(-10, 10), magnitudes(0, 1023), magnitudes(50, 60)}, ratios...), 0.51},
	{"atan2", Atan2, func(y, x float64) *big.Float { return bigAngle(number(y), number(x)) },
		[]arguments{pairs(linear(-1, 1), linear(-1, 1)), pairs(magnitudes(-10, 10), magnitudes(-10, 10)), pairs(magnitudes(-1074, 1023), magnitudes(-1074, 1023)), pairs(magnitudes(-1074, -1000), magnitudes(-1074, -1000)),
			pairs(magnitudes(900, 1023), magnitudes(900, 1023)), pairs(magnitudes(-1074, -990), magnitudes(0, 40)), pairs(magnitudes(-70, 0), magnitudes(0, 3))}, 0.51},
}

// distance returns how far a result is from the true value, in units in the last
// place of that value. Results beyond the largest number are infinite.
func distance(got float64, want *big.Float) float64 {
	if math.IsInf(got, 0) {
		if rounded := near(want); rounded == got {
			return 0
		}
		return math.Inf(1)
	}
	if math.IsNaN(got) {
		return math.Inf(1)
	}
	const least = -1074
	ulp := least
	if want.Sign() != 0 {
		ulp = max(want.MantExp(nil)-53, least)
	}
	d := minus(number(got), want)
	return math.Abs(near(d.SetMantExp(d, -ulp)))
}

// TestAccuracy compares 10,000 results of each function with the true values.
func TestAccuracy(t *testing.T) {
	for i, f := range functions {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(7, uint64(i)))
			worst, worstX, worstY := 0., 0., 0.
			for n := range 10_000 {
				x, y := f.args[n%len(f.args)](r)
				if math.IsInf(x, 0) || math.IsInf(y, 0) {
					continue
				}
				got := f.of(x, y)
				if d := distance(got, f.truth(x, y)); d > worst || math.IsNaN(d) {
					worst, worstX, worstY = d, x, y
				}
			}
			assert.Less(t, worst, f.within, "%s of %x, %x is %v", f.name, worstX, worstY, f.of(worstX, worstY))
			t.Logf("largest error %.4f ulp", worst)
		})
	}
}
