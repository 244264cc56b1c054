package floatmath

import (
	"math"
	"math/big"
	"sync"
)

// The true values: the functions in numbers of oracleBits bits, by methods that
// have nothing in common with those of the package.
const oracleBits = 192

func number(x float64) *big.Float { return precise(oracleBits).SetFloat64(x) }

func precise(bits uint) *big.Float { return new(big.Float).SetPrec(bits) }

func plus(a, b *big.Float) *big.Float  { return precise(a.Prec()).Add(a, b) }
func minus(a, b *big.Float) *big.Float { return precise(a.Prec()).Sub(a, b) }
func times(a, b *big.Float) *big.Float { return precise(a.Prec()).Mul(a, b) }
func over(a, b *big.Float) *big.Float  { return precise(a.Prec()).Quo(a, b) }

func near(x *big.Float) float64 {
	f, _ := x.Float64()
	return f
}

// inverseSeries returns the arc tangent (alternating) or its hyperbolic sister of 1/n.
func inverseSeries(n int64, alternating bool, bits uint) *big.Float {
	term := new(big.Int).Lsh(big.NewInt(1), bits)
	term.Quo(term, big.NewInt(n))
	total := new(big.Int).Set(term)
	for k := int64(3); term.Sign() != 0; k += 2 {
		term.Quo(term, big.NewInt(n*n))
		part := new(big.Int).Quo(term, big.NewInt(k))
		if alternating && k%4 == 3 {
			part.Neg(part)
		}
		total.Add(total, part)
	}
	return precise(bits).SetMantExp(precise(bits).SetInt(total), -int(bits))
}

func combination(bits uint, alternating bool, pairs ...int64) *big.Float {
	total := precise(bits)
	for i := 0; i < len(pairs); i += 2 {
		total.Add(total, times(precise(bits).SetInt64(pairs[i]), inverseSeries(pairs[i+1], alternating, bits)))
	}
	return total
}

// widePi is as long as the largest argument needs it (Machin's formula).
var widePi = sync.OnceValue(func() *big.Float { return combination(1600, true, 16, 5, -4, 239) })

var bigLn2 = sync.OnceValue(func() *big.Float {
	return precise(oracleBits).Set(combination(oracleBits+64, false, 18, 26, -2, 4801, 8, 8749))
})

func bigPi() *big.Float { return precise(oracleBits).Set(widePi()) }

func bigExp(x *big.Float) *big.Float {
	n := int(math.Round(near(x) / math.Ln2))
	r := minus(x, times(number(float64(n)), bigLn2()))
	const halvings = 16
	r.SetMantExp(r, -halvings)
	y, term := number(1), number(1)
	for i := 1; term.Sign() != 0 && term.MantExp(nil) > -oracleBits; i++ {
		term = over(times(term, r), number(float64(i)))
		y = plus(y, term)
	}
	for range halvings {
		y = times(y, y)
	}
	return y.SetMantExp(y, n)
}

func bigLn(x *big.Float) *big.Float {
	m := precise(oracleBits)
	e := x.MantExp(m)
	if near(m) < 0.7 {
		m.SetMantExp(m, 1)
		e--
	}
	y := number(math.Log(near(m)))
	for range 2 { // each step has three times as many right digits
		power := bigExp(y)
		y = plus(y, times(number(2), over(minus(m, power), plus(m, power))))
	}
	return plus(y, times(number(float64(e)), bigLn2()))
}

// bigSinCos takes the exact argument.
func bigSinCos(x float64) (sin, cos *big.Float) {
	bits := uint(2*oracleBits + max(0, math.Ilogb(x))) // what remains has oracleBits
	right := precise(bits).SetMantExp(precise(bits).Set(widePi()), -1)
	turns := over(precise(bits).SetFloat64(x), right)
	n, _ := turns.Add(turns, number(math.Copysign(0.5, x))).Int(nil)
	r := minus(precise(bits).SetFloat64(x), times(right, precise(bits).SetInt(n)))
	r.SetPrec(oracleBits)
	sin, cos = sinCosSeries(r)
	switch new(big.Int).And(n, big.NewInt(3)).Int64() {
	case 1:
		return cos, sin.Neg(sin)
	case 2:
		return sin.Neg(sin), cos.Neg(cos)
	case 3:
		return cos.Neg(cos), sin
	}
	return sin, cos
}

func sinCosSeries(x *big.Float) (sin, cos *big.Float) {
	sin, cos = number(0), number(1)
	term := number(1)
	for i := 1; term.Sign() != 0 && term.MantExp(nil) > x.MantExp(nil)-oracleBits; i++ {
		term = over(times(term, x), number(float64(i)))
		signed := precise(oracleBits).Set(term)
		if i&2 != 0 {
			signed.Neg(signed)
		}
		if i&1 != 0 {
			sin = plus(sin, signed)
		} else {
			cos = plus(cos, signed)
		}
	}
	return sin, cos
}

// bigAngle is the angle of the point (x, y), not both zero.
func bigAngle(y, x *big.Float) *big.Float {
	if x.Sign() > 0 && (y.Sign() == 0 || y.MantExp(nil)-x.MantExp(nil) < -oracleBits) {
		return over(y, x)
	}
	e := max(x.MantExp(nil), y.MantExp(nil))
	x, y = precise(oracleBits).SetMantExp(x, -e), precise(oracleBits).SetMantExp(y, -e)
	start := math.Atan2(near(y), near(x))
	if x.Sign() > 0 && y.MantExp(nil)-x.MantExp(nil) < -20 {
		start = 0
	}
	sin, cos := sinCosSeries(number(start))
	t := over(minus(times(y, cos), times(x, sin)), plus(times(x, cos), times(y, sin)))
	// the arc tangent of the little that is missing
	square, total, term := times(t, t), number(start), precise(oracleBits).Set(t)
	for k := 1; term.Sign() != 0 && term.MantExp(nil) > t.MantExp(nil)-oracleBits; k += 2 {
		part := over(term, number(float64(k)))
		if k%4 == 3 {
			part.Neg(part)
		}
		total = plus(total, part)
		term = times(term, square)
	}
	return total
}

func bigCathetus(x float64) *big.Float {
	exact := precise(2200) // all digits of 1 - x²
	exact.Mul(precise(53).SetFloat64(x), precise(53).SetFloat64(x))
	exact.Sub(precise(2200).SetInt64(1), exact)
	return precise(oracleBits).Sqrt(exact)
}

func bigCbrt(x float64) *big.Float {
	if x == 0 {
		return number(0)
	}
	a := number(x)
	y := number(math.Cbrt(x))
	for range 2 {
		cube := times(y, times(y, y))
		y = over(times(y, plus(cube, plus(a, a))), plus(plus(cube, cube), a))
	}
	return y
}
