package floatmath

import (
	"encoding/binary"
	"go/ast"
	"go/parser"
	"go/token"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Results with known bits, so that a platform with other results shows.
func TestExactResults(t *testing.T) {
	for name, pair := range map[string][2]float64{
		"log10 1000": {Log10(1000), 3}, "log10 1e22": {Log10(1e22), 22}, "log10 0.001": {Log10(0.001), -3}, "log10 1e-300": {Log10(1e-300), -300}, "log10 1": {Log10(1), 0},
		"log2 8": {Log2(8), 3}, "log2 least": {Log2(5e-324), -1074}, "log2 2^1023": {Log2(0x1p1023), 1023}, "ln 1": {Ln(1), 0}, "ln e": {Ln(math.E), 1},
		"cbrt 27": {Cbrt(27), 3}, "cbrt -0.125": {Cbrt(-0.125), -0.5}, "cbrt least": {Cbrt(0x1p-1074), 0x1p-358},
		"10^15": {Pow(10, 15), 1e15}, "10^22": {Pow(10, 22), 1e22}, "10^-3": {Pow(10, -3), 0.001}, "2^0.5": {Pow(2, 0.5), math.Sqrt2}, "(-2)^3": {Pow(-2, 3), -8}, "2^-1074": {Pow(2, -1074), 5e-324},
		"3^33": {Pow(3, 33), 5559060566555523}, "0.5^1074": {Pow(0.5, 1074), 5e-324}, "9^0.5": {Pow(9, 0.5), 3}, "(-3)^-1": {Pow(-3, -1), -1. / 3}, "exp 0": {Exp(0), 1}, "exp 1": {Exp(1), math.E},
		"cos 0": {Cos(0), 1}, "asin 1": {Asin(1), math.Pi / 2}, "acos -1": {Acos(-1), math.Pi}, "acos 1": {Acos(1), 0}, "acos 0": {Acos(0), math.Pi / 2}, "atan 1": {Atan(1), math.Pi / 4},
		"asin 0.5": {Asin(0.5), 0.5235987755982989}, "acos just below 1": {Acos(1 - 0x1p-53), 1.4901161193847656e-8},
		"sin pi": {Sin(math.Pi), 1.2246467991473532e-16}, "cos pi/2": {Cos(math.Pi / 2), 6.123233995736766e-17}, "tan pi/2": {Tan(math.Pi / 2), 1.633123935319537e16},
		"sin 1e22": {Sin(1e22), -0.8522008497671888}, "cos 6381956970095103 2^797": {Cos(math.Ldexp(6381956970095103, 797)), -4.687165924254628e-19},
		"sin largest": {Sin(math.MaxFloat64), 0.004961954789184062}, "exp 709.78": {Exp(709.782712893384), 1.7976931348622732e308}, "exp -745.13": {Exp(-745.1332191019411), 5e-324},
	} {
		assert.Equal(t, pair[1], pair[0], name)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 { // powers and roots that are exact
		base, n := float64(2+r.IntN(200)), 1+r.IntN(6)
		exact := 1.
		for range n {
			exact *= base
		}
		assert.Equal(t, exact, Pow(base, float64(n)), "%v^%d", base, n)
		assert.Equal(t, base, Cbrt(base*base*base), "cube root of %v^3", base)
	}
}

var (
	inf, nan = math.Inf(1), math.NaN()
	zero     = math.Copysign(0, -1) // -0
)

// What C says of special values (C99, annex F.9).
func TestSpecialValuesOfOne(t *testing.T) {
	const least = 0x1p-1074
	for _, f := range []struct {
		name string
		of   func(float64) float64
		// of -inf, -0, 0, inf, NaN
		want [5]float64
		also [][2]float64
	}{
		{"exp", Exp, [5]float64{0, 1, 1, inf, nan}, [][2]float64{{1e300, inf}, {-1e300, 0}, {709.79, inf}, {-745.14, 0}, {least, 1}}},
		{"ln", Ln, [5]float64{nan, -inf, -inf, inf, nan}, [][2]float64{{-1, nan}, {-least, nan}}},
		{"log2", Log2, [5]float64{nan, -inf, -inf, inf, nan}, [][2]float64{{-1, nan}}},
		{"log10", Log10, [5]float64{nan, -inf, -inf, inf, nan}, [][2]float64{{-1, nan}}},
		{"cbrt", Cbrt, [5]float64{-inf, zero, 0, inf, nan}, nil},
		{"sin", Sin, [5]float64{nan, zero, 0, nan, nan}, [][2]float64{{least, least}, {-least, -least}}},
		{"cos", Cos, [5]float64{nan, 1, 1, nan, nan}, [][2]float64{{least, 1}}},
		{"tan", Tan, [5]float64{nan, zero, 0, nan, nan}, [][2]float64{{least, least}}},
		{"asin", Asin, [5]float64{nan, zero, 0, nan, nan}, [][2]float64{{least, least}, {2, nan}, {-1.0000000000000002, nan}, {-1, -math.Pi / 2}}},
		{"acos", Acos, [5]float64{nan, math.Pi / 2, math.Pi / 2, nan, nan}, [][2]float64{{1, 0}, {1.0000000000000002, nan}, {-2, nan}}},
		{"atan", Atan, [5]float64{-math.Pi / 2, zero, 0, math.Pi / 2, nan}, [][2]float64{{least, least}, {math.MaxFloat64, math.Pi / 2}}},
	} {
		for i, x := range []float64{-inf, zero, 0, inf, nan} {
			f.also = append(f.also, [2]float64{x, f.want[i]})
		}
		for _, pair := range f.also {
			same(t, pair[1], f.of(pair[0]), "%s of %v", f.name, pair[0])
		}
	}
}

func TestSpecialValuesOfTwo(t *testing.T) {
	const pi = math.Pi
	for _, c := range []struct{ y, x, want float64 }{
		{0, 0, 0}, {zero, 0, zero}, {0, zero, pi}, {zero, zero, -pi}, {0, 1, 0}, {zero, 1, zero}, {0, -1, pi}, {zero, -1, -pi}, {1, 0, pi / 2}, {1, zero, pi / 2}, {-1, 0, -pi / 2}, {-1, zero, -pi / 2},
		{1, inf, 0}, {-1, inf, zero}, {1, -inf, pi}, {-1, -inf, -pi}, {inf, 1, pi / 2}, {-inf, -1, -pi / 2}, {inf, inf, pi / 4}, {-inf, inf, -pi / 4}, {inf, -inf, 3 * pi / 4}, {-inf, -inf, -3 * pi / 4},
		{nan, 1, nan}, {1, nan, nan}, {nan, inf, nan}, {1e-300, 1e300, 0}, {1e-300, -1e300, pi}, {1e300, 1e-300, pi / 2}, {5e-324, 5e-324, pi / 4}, {math.MaxFloat64, -math.MaxFloat64, 3 * pi / 4}, {0, inf, 0}, {0, -inf, pi}, {inf, 0, pi / 2},
	} {
		same(t, c.want, Atan2(c.y, c.x), "atan2 of %v, %v", c.y, c.x)
	}
	for _, c := range []struct{ x, y, want float64 }{
		{nan, 0, 1}, {nan, zero, 1}, {inf, 0, 1}, {0, 0, 1}, {1, nan, 1}, {1, inf, 1}, {1, -inf, 1}, {-1, inf, 1}, {-1, -inf, 1}, {nan, 1, nan}, {2, nan, nan}, {0, nan, nan},
		{0, -1, inf}, {zero, -1, -inf}, {0, -2, inf}, {zero, -2, inf}, {zero, -0.5, inf}, {0, 1, 0}, {zero, 1, zero}, {zero, 2, 0}, {zero, 0.5, 0}, {zero, 3, zero}, {zero, 0x1p53, 0}, {0, inf, 0}, {0, -inf, inf},
		{-8, 1. / 3, nan}, {-2, 0.5, nan}, {-2, 0x1p60, inf}, {-2, -0x1p60, 0}, {-2, 1025, -inf}, {-2, -1075 - 2, zero}, {0.5, inf, 0}, {0.5, -inf, inf}, {-0.5, inf, 0}, {2, inf, inf}, {2, -inf, 0}, {-2, inf, inf},
		{inf, 1, inf}, {inf, -1, 0}, {-inf, 3, -inf}, {-inf, 2, inf}, {-inf, 0.5, inf}, {-inf, -3, zero}, {-inf, -2, 0}, {-inf, -0.5, 0}, {inf, inf, inf}, {inf, -inf, 0}, {-inf, inf, inf}, {-inf, -inf, 0},
		{-1, 0x1p53 - 1, -1}, {-1, 0x1p53, 1}, {1e300, 1e300, inf}, {1e300, -1e300, 0}, {0.5, 1e300, 0}, {1 + 0x1p-52, 5e-324, 1}, {math.MaxFloat64, 1, math.MaxFloat64}, {5e-324, 1, 5e-324},
	} {
		same(t, c.want, Pow(c.x, c.y), "%v to the power of %v", c.x, c.y)
	}
}

// same compares the bits, but for those of NaNs.
func same(t *testing.T, want, got float64, message string, args ...any) {
	t.Helper()
	if math.IsNaN(want) && math.IsNaN(got) {
		return
	}
	if math.Float64bits(want) != math.Float64bits(got) {
		t.Errorf("%v instead of %v: "+message, append([]any{got, want}, args...)...)
	}
}

// No function panics, and the odd and even ones are, whatever the bits.
func TestAnyBits(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 100_000 {
		x, y := math.Float64frombits(r.Uint64()), math.Float64frombits(r.Uint64())
		for _, odd := range []func(float64) float64{Sin, Tan, Asin, Atan, Cbrt} {
			same(t, -odd(x), odd(-x), "%v", x)
		}
		same(t, Cos(x), Cos(-x), "cos %v", x)
		same(t, -Atan2(y, x), Atan2(-y, x), "atan2 %v %v", y, x)
		for _, f := range []func(float64) float64{Exp, Ln, Log2, Log10, Acos} {
			f(x)
		}
		Pow(x, y)
	}
}

// The bits of 130,000 results, so that a platform that rounds otherwise shows.
func TestSameEverywhere(t *testing.T) {
	hash := fnv.New64a()
	for i, f := range functions {
		r := rand.New(rand.NewPCG(8, uint64(i)))
		size := func(from, to int) float64 { return math.Ldexp(float64(r.Int64()-1<<62), from-62+r.IntN(to-from)) } // exact
		for n := range 10_000 {
			x, y := size(-10, 1), size(-10, 10)
			if n%2 == 0 {
				x = size(-30, 1000)
			}
			if z := f.of(x, y); !math.IsNaN(z) {
				hash.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(z)))
			}
		}
	}
	assert.Equal(t, uint64(0xd9cf3928ccd99ae9), hash.Sum64())
}

// Go may fuse a product with a sum on some platforms, which changes the last
// place. A product in a conversion stays alone.
func TestProductsAreRounded(t *testing.T) {
	files := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	products := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, 0)
		require.NoError(t, err)
		rounded := map[ast.Node]bool{}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GenDecl:
				return n.Tok != token.CONST
			case *ast.CallExpr:
				if to, ok := n.Fun.(*ast.Ident); ok && to.Name == "float64" {
					rounded[n.Args[0]] = true
				}
			case *ast.BinaryExpr:
				if n.Op == token.MUL {
					products++
					assert.True(t, rounded[n], "%s: a product without a conversion", files.Position(n.OpPos))
				}
			}
			return true
		})
	}
	assert.Positive(t, products)
}

func BenchmarkFunctions(b *testing.B) {
	for _, f := range []struct {
		name      string
		ours, gos func(float64) float64
		from, to  float64
	}{
		{"exp", Exp, math.Exp, -20, 20}, {"ln", Ln, math.Log, 0, 100}, {"log2", Log2, math.Log2, 0, 100}, {"log10", Log10, math.Log10, 0, 100}, {"cbrt", Cbrt, math.Cbrt, -100, 100},
		{"sin", Sin, math.Sin, -100, 100}, {"cos", Cos, math.Cos, -100, 100}, {"tan", Tan, math.Tan, -100, 100}, {"sin-large", Sin, math.Sin, 1e10, 1e300},
		{"asin", Asin, math.Asin, -1, 1}, {"acos", Acos, math.Acos, -1, 1}, {"atan", Atan, math.Atan, -10, 10},
		{"pow", func(x float64) float64 { return Pow(x, 1.5) }, func(x float64) float64 { return math.Pow(x, 1.5) }, 0, 100},
		{"atan2", func(x float64) float64 { return Atan2(x, 3) }, func(x float64) float64 { return math.Atan2(x, 3) }, -10, 10},
	} {
		r := rand.New(rand.NewPCG(1, 1))
		var args [1024]float64
		for i := range args {
			args[i] = f.from + (f.to-f.from)*r.Float64()
		}
		for _, c := range []struct {
			name string
			of   func(float64) float64
		}{{"", f.ours}, {"-go", f.gos}} {
			b.Run(f.name+c.name, func(b *testing.B) {
				for i := range b.N {
					sink = c.of(args[i&1023])
				}
			})
		}
	}
}

var sink float64
