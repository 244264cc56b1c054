package builtins

import (
	"github.com/seqvm/seqvm/seq/types"
	"math/big"
	"math/bits"

	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// onTheStack are the traits of words that run quotations on the stack, or may reach any of it.
const onTheStack = types.ObservesStack | types.StackSensitive | types.FrameBound

// stackWords only rearrange the stack; they are compiled away.
var stackWords = []Word{
	{Name: "dup", Effect: "( ..a T -- ..a T T )", Doc: "Copies the top value.", Rule: shuffle(0, 0)},
	{Name: "drop", Effect: "( ..a T -- ..a )", Doc: "Removes the top value.", Rule: shuffle()},
	{Name: "swap", Effect: "( ..a T U -- ..a U T )", Doc: "Exchanges the two top values.", Rule: shuffle(1, 0)},
	{Name: "over", Effect: "( ..a T U -- ..a T U T )", Doc: "Copies the second value to the top.", Rule: shuffle(0, 1, 0)},
	{Name: "rot", Effect: "( ..a T U V -- ..a U V T )", Doc: "Moves the third value to the top.", Rule: shuffle(1, 2, 0)},
	{Name: "nip", Effect: "( ..a T U -- ..a U )", Doc: "Removes the second value.", Rule: shuffle(1)},
	{Name: "tuck", Effect: "( ..a T U -- ..a U T U )", Doc: "Copies the top value below the second.", Rule: shuffle(1, 0, 1)},
	{Name: "2dup", Effect: "( ..a T U -- ..a T U T U )", Doc: "Copies the two top values.", Rule: shuffle(0, 1, 0, 1)},
	{Name: "3drop", Effect: "( ..a T U V -- ..a )", Doc: "Removes the three top values.", Rule: shuffle()},
	{Name: "pick", Effect: "( ..a T Int -- ..a T T )", Doc: "Copies the value at a depth; 0 is the top.", Rule: special(types.Pick), Traits: onTheStack},
	{Name: "roll", Effect: "( ..a T Int -- ..a T )", Doc: "Moves the value at a depth to the top; 0 is the top.", Rule: special(types.Roll), Traits: onTheStack},
	{Name: ">aux", Effect: "( ..a T -- ..a )", Doc: "Moves the top value to the aux stack of the word or quotation.", Rule: special(types.ToAux)},
	{Name: "aux>", Effect: "( ..a -- ..a T )", Doc: "Moves the last value of the aux stack back.", Rule: special(types.FromAux)},
}

// callWords run quotations; they are compiled to instructions.
var callWords = []Word{
	{Name: "call", Effect: "( ..a Q -- ..b )", Doc: "Runs a quotation or closure on the stack.", Rule: combinator(0, 1, 0), Traits: onTheStack},
	{Name: "if", Effect: "( ..a Bool Q1 Q2 -- ..b )", Doc: "Runs the first quotation for true, the second for false.", Rule: special(types.Branch), Traits: onTheStack},
	{Name: "cond", Effect: "( ..a -- ..b )", Doc: "Runs the body of the first predicate that leaves true: [ pred1 ] [ body1 ] ... N cond.", Rule: special(types.Clauses), Traits: onTheStack},
	{Name: "dip", Effect: "( ..a T Q -- ..b T )", Doc: "Takes a value away, runs the quotation, puts the value back.", Rule: combinator(1, 1, 1, 0), Traits: onTheStack},
	{Name: "keep", Effect: "( ..a T Q -- ..b T )", Doc: "Runs the quotation with a value on top, then pushes the value again.", Rule: combinator(1, 1, 0, 1, 0), Traits: onTheStack},
	{Name: "bi", Effect: "( ..a T Q1 Q2 -- ..b )", Doc: "Runs two quotations, each with the same value on top.", Rule: combinator(1, 2, 0, 1, 0, 2), Traits: onTheStack},
}

// intWords: most are instructions; the others are functions here.
var intWords = []Word{
	{Name: "i.+", Effect: "( ..a Int Int -- ..a Int )", Doc: "Adds; wraps to 63 bits."},
	{Name: "i.add", Effect: "( ..a Int Int -- ..a Int )", Doc: "Adds; the same as i.+.", Alias: "i.+"},
	{Name: "i.-", Effect: "( ..a Int Int -- ..a Int )", Doc: "Subtracts; wraps to 63 bits."},
	{Name: "i.subtract", Effect: "( ..a Int Int -- ..a Int )", Doc: "Subtracts; the same as i.-.", Alias: "i.-"},
	{Name: "i.*", Effect: "( ..a Int Int -- ..a Int )", Doc: "Multiplies; wraps to 63 bits."},
	{Name: "i.multiply", Effect: "( ..a Int Int -- ..a Int )", Doc: "Multiplies; the same as i.*.", Alias: "i.*"},
	{Name: "i./", Effect: "( ..a Int Int -- ..a Int Bool )", Doc: "Divides toward zero; 0 and false if the divisor is 0.", Flag: "whether the divisor is not 0"},
	{Name: "i.divide", Effect: "( ..a Int Int -- ..a Int Bool )", Doc: "Divides; the same as i./.", Alias: "i./", Flag: "whether the divisor is not 0"},
	{Name: "i.%", Effect: "( ..a Int Int -- ..a Int Bool )", Doc: "Remainder with the sign of the dividend; 0 and false if the divisor is 0.", Flag: "whether the divisor is not 0"},
	{Name: "i.modulo", Effect: "( ..a Int Int -- ..a Int Bool )", Doc: "Remainder; the same as i.%.", Alias: "i.%", Flag: "whether the divisor is not 0"},
	{Name: "i.pow", Effect: "( ..a Int Int -- ..a Int Bool )", Doc: "Raises to a power; 0 and false if the exponent is negative or the result is no Int.", Flag: "whether the power is an Int", Run: intPow},
	{Name: "i.neg", Effect: "( ..a Int -- ..a Int )", Doc: "Changes the sign."},
	{Name: "negate", Effect: "( ..a Int -- ..a Int )", Doc: "Changes the sign; the same as i.neg.", Alias: "i.neg"},
	{Name: "i.=", Effect: "( ..a Int Int -- ..a Bool )", Doc: "Equal?"},
	{Name: "i.eq", Effect: "( ..a Int Int -- ..a Bool )", Doc: "Equal? The same as i.=.", Alias: "i.="},
	{Name: "i.<>", Effect: "( ..a Int Int -- ..a Bool )", Doc: "Different?"},
	{Name: "i.neq", Effect: "( ..a Int Int -- ..a Bool )", Doc: "Different? The same as i.<>.", Alias: "i.<>"},
	{Name: "i.<", Effect: "( ..a Int Int -- ..a Bool )", Doc: "Less?"},
	{Name: "i.lt", Effect: "( ..a Int Int -- ..a Bool )", Doc: "Less? The same as i.<.", Alias: "i.<"},
	{Name: "i.<=", Effect: "( ..a Int Int -- ..a Bool )", Doc: "Less or equal?"},
	{Name: "i.lte", Effect: "( ..a Int Int -- ..a Bool )", Doc: "Less or equal? The same as i.<=.", Alias: "i.<="},
	{Name: "i.>", Effect: "( ..a Int Int -- ..a Bool )", Doc: "Greater?"},
	{Name: "i.gt", Effect: "( ..a Int Int -- ..a Bool )", Doc: "Greater? The same as i.>.", Alias: "i.>"},
	{Name: "i.>=", Effect: "( ..a Int Int -- ..a Bool )", Doc: "Greater or equal?"},
	{Name: "i.gte", Effect: "( ..a Int Int -- ..a Bool )", Doc: "Greater or equal? The same as i.>=.", Alias: "i.>="},
	{Name: "band", Effect: "( ..a Int Int -- ..a Int )", Doc: "And, bit by bit."},
	{Name: "bor", Effect: "( ..a Int Int -- ..a Int )", Doc: "Or, bit by bit."},
	{Name: "bxor", Effect: "( ..a Int Int -- ..a Int )", Doc: "Exclusive or, bit by bit."},
	{Name: "bnot", Effect: "( ..a Int -- ..a Int )", Doc: "Complement, bit by bit."},
	{Name: "shl", Effect: "( ..a Int Int -- ..a Int )", Doc: "Shifts left by a count; 0 if the count is out of range or the result is no Int."},
	{Name: "shr", Effect: "( ..a Int Int -- ..a Int )", Doc: "Shifts right by a count, zeros from the left; 0 if the count is out of range or the result is no Int."},
	{Name: "popcount", Effect: "( ..a Int -- ..a Int )", Doc: "Counts the 1 bits of the 63.", Run: intToInt(func(a int64) int64 { return int64(bits.OnesCount64(uint64(a) << 1)) })},
	{Name: "clz", Effect: "( ..a Int -- ..a Int )", Doc: "Counts the leading zeros of the 63 bits.", Run: intToInt(func(a int64) int64 { return int64(min(bits.LeadingZeros64(uint64(a)<<1), intBits)) })},
	{Name: "ctz", Effect: "( ..a Int -- ..a Int )", Doc: "Counts the trailing zeros of the 63 bits.", Run: intToInt(func(a int64) int64 { return int64(min(bits.TrailingZeros64(uint64(a)), intBits)) })},
	{Name: "int-bits", Effect: "( ..a -- ..a Int )", Doc: "The width of an Int: 63."},
}

var boolWords = []Word{
	{Name: "and", Effect: "( ..a Bool Bool -- ..a Bool )", Doc: "True if both are."},
	{Name: "or", Effect: "( ..a Bool Bool -- ..a Bool )", Doc: "True if one is."},
	{Name: "not", Effect: "( ..a Bool -- ..a Bool )", Doc: "The opposite."},
}

const (
	intBits = 63
	minInt  = -1 << 62
	maxInt  = 1<<62 - 1
)

// intPow raises to a power (chapter 3, section 7).
func intPow(_ *vm.Strand, w []stack.Value) error {
	base, exp := w[0].AsInt(), w[1].AsInt()
	const longest = 1<<32 - 1
	if exp < 0 || exp > longest {
		flagged(w, stack.FromInt(0), false)
		return nil
	}
	switch base {
	case 0, 1:
		r := base
		if exp == 0 {
			r = 1
		}
		flagged(w, stack.FromInt(r), true)
		return nil
	case -1:
		flagged(w, stack.FromInt(1-2*(exp&1)), true)
		return nil
	}
	if exp >= intBits { // at least 2 to the 63rd
		flagged(w, stack.FromInt(0), false)
		return nil
	}
	r := new(big.Int).Exp(big.NewInt(base), big.NewInt(exp), nil)
	if !r.IsInt64() || r.Int64() < minInt || r.Int64() > maxInt {
		flagged(w, stack.FromInt(0), false)
		return nil
	}
	flagged(w, stack.FromInt(r.Int64()), true)
	return nil
}
