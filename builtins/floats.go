package builtins

import (
	"math"

	"github.com/seqvm/seqvm/builtins/floatmath"
	"github.com/seqvm/seqvm/stack"
)

// floatWords: arithmetic and comparison are instructions.
var floatWords = []Word{
	{Name: "f.+", Effect: "( ..a Float Float -- ..a Float )", Doc: "Adds."},
	{Name: "f.add", Effect: "( ..a Float Float -- ..a Float )", Doc: "Adds; the same as f.+.", Alias: "f.+"},
	{Name: "f.-", Effect: "( ..a Float Float -- ..a Float )", Doc: "Subtracts."},
	{Name: "f.subtract", Effect: "( ..a Float Float -- ..a Float )", Doc: "Subtracts; the same as f.-.", Alias: "f.-"},
	{Name: "f.*", Effect: "( ..a Float Float -- ..a Float )", Doc: "Multiplies."},
	{Name: "f.multiply", Effect: "( ..a Float Float -- ..a Float )", Doc: "Multiplies; the same as f.*.", Alias: "f.*"},
	{Name: "f./", Effect: "( ..a Float Float -- ..a Float )", Doc: "Divides; by zero it gives an infinity or NaN."},
	{Name: "f.divide", Effect: "( ..a Float Float -- ..a Float )", Doc: "Divides; the same as f./.", Alias: "f./"},
	{Name: "f.=", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Equal? NaN equals nothing."},
	{Name: "f.eq", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Equal? The same as f.=.", Alias: "f.="},
	{Name: "f.<>", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Different? NaN differs from everything."},
	{Name: "f.neq", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Different? The same as f.<>.", Alias: "f.<>"},
	{Name: "f.<", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Less?"},
	{Name: "f.lt", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Less? The same as f.<.", Alias: "f.<"},
	{Name: "f.<=", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Less or equal?"},
	{Name: "f.lte", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Less or equal? The same as f.<=.", Alias: "f.<="},
	{Name: "f.>", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Greater?"},
	{Name: "f.gt", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Greater? The same as f.>.", Alias: "f.>"},
	{Name: "f.>=", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Greater or equal?"},
	{Name: "f.gte", Effect: "( ..a Float Float -- ..a Bool )", Doc: "Greater or equal? The same as f.>=.", Alias: "f.>="},
	{Name: "f.sqrt", Effect: "( ..a Float -- ..a Float )", Doc: "Square root; NaN of a negative.", Run: floatToFloat(math.Sqrt)},
	{Name: "f.cbrt", Effect: "( ..a Float -- ..a Float )", Doc: "Cube root.", Run: floatToFloat(floatmath.Cbrt)},
	{Name: "f.pow", Effect: "( ..a Float Float -- ..a Float )", Doc: "Raises to a power.", Run: floatsToFloat(floatmath.Pow)},
	{Name: "f.exp", Effect: "( ..a Float -- ..a Float )", Doc: "e to the power.", Run: floatToFloat(floatmath.Exp)},
	{Name: "f.ln", Effect: "( ..a Float -- ..a Float )", Doc: "Natural logarithm.", Run: floatToFloat(floatmath.Ln)},
	{Name: "f.log10", Effect: "( ..a Float -- ..a Float )", Doc: "Logarithm to base 10.", Run: floatToFloat(floatmath.Log10)},
	{Name: "f.log2", Effect: "( ..a Float -- ..a Float )", Doc: "Logarithm to base 2.", Run: floatToFloat(floatmath.Log2)},
	{Name: "f.sin", Effect: "( ..a Float -- ..a Float )", Doc: "Sine of radians.", Run: floatToFloat(floatmath.Sin)},
	{Name: "f.cos", Effect: "( ..a Float -- ..a Float )", Doc: "Cosine of radians.", Run: floatToFloat(floatmath.Cos)},
	{Name: "f.tan", Effect: "( ..a Float -- ..a Float )", Doc: "Tangent of radians.", Run: floatToFloat(floatmath.Tan)},
	{Name: "f.asin", Effect: "( ..a Float -- ..a Float )", Doc: "Arc sine; NaN outside of -1 to 1.", Run: floatToFloat(floatmath.Asin)},
	{Name: "f.acos", Effect: "( ..a Float -- ..a Float )", Doc: "Arc cosine; NaN outside of -1 to 1.", Run: floatToFloat(floatmath.Acos)},
	{Name: "f.atan", Effect: "( ..a Float -- ..a Float )", Doc: "Arc tangent.", Run: floatToFloat(floatmath.Atan)},
	{Name: "f.atan2", Effect: "( ..a Float Float -- ..a Float )", Doc: "Angle of the point: y below x.", Run: floatsToFloat(floatmath.Atan2)},
	{Name: "f.floor", Effect: "( ..a Float -- ..a Float )", Doc: "Rounds down.", Run: floatToFloat(math.Floor)},
	{Name: "f.ceil", Effect: "( ..a Float -- ..a Float )", Doc: "Rounds up.", Run: floatToFloat(math.Ceil)},
	{Name: "f.trunc", Effect: "( ..a Float -- ..a Float )", Doc: "Rounds toward zero.", Run: floatToFloat(math.Trunc)},
	{Name: "f.round", Effect: "( ..a Float -- ..a Float )", Doc: "Rounds to the nearest whole number, ties to even.", Run: floatToFloat(math.RoundToEven)},
	{Name: "f.pi", Effect: "( ..a -- ..a Float )", Doc: "3.141592653589793.", Run: constant(stack.FromFloat(math.Pi))},
	{Name: "f.e", Effect: "( ..a -- ..a Float )", Doc: "2.718281828459045.", Run: constant(stack.FromFloat(math.E))},
	{Name: "f.tau", Effect: "( ..a -- ..a Float )", Doc: "6.283185307179586.", Run: constant(stack.FromFloat(2 * math.Pi))},
}
