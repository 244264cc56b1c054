package builtins

import (
	"math/bits"
	"unicode/utf8"

	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// classicWords are words as files of the classic dialect know them (chapter 9,
// sections 6 and 7): types.classicNames leads to them. Bits are those of the
// value extended to 64 bits.
var classicWords = []Word{
	{Name: "%classic.int-bits", Effect: "( ..a -- ..a Int )", Doc: "The width of an Int: 64.", Run: constant(stack.FromInt(64))},
	{Name: "%classic.popcount", Effect: "( ..a Int -- ..a Int )", Doc: "Counts the 1 bits of 64.", Run: intToInt(func(a int64) int64 { return int64(bits.OnesCount64(uint64(a))) })},
	{Name: "%classic.clz", Effect: "( ..a Int -- ..a Int )", Doc: "Counts the leading zeros of 64 bits.", Run: intToInt(func(a int64) int64 { return int64(bits.LeadingZeros64(uint64(a))) })},
	{Name: "%classic.ctz", Effect: "( ..a Int -- ..a Int )", Doc: "Counts the trailing zeros of 64 bits.", Run: intToInt(func(a int64) int64 { return int64(bits.TrailingZeros64(uint64(a))) })},
	{Name: "%classic.shl", Effect: "( ..a Int Int -- ..a Int )", Doc: "Shifts 64 bits left; the low 63 bits count.", Run: shift64(func(a uint64, n uint) uint64 { return a << n })},
	{Name: "%classic.shr", Effect: "( ..a Int Int -- ..a Int )", Doc: "Shifts 64 bits right, zeros from the left; the low 63 bits count.", Run: shift64(func(a uint64, n uint) uint64 { return a >> n })},
	{Name: "%classic.pow", Effect: "( ..a Int Int -- ..a Int )", Doc: "A power by repeated multiplication, which wraps.", Run: func(_ *vm.Strand, w []stack.Value) error {
		n := w[1].AsInt()
		if n < 0 {
			return vm.Fail("the exponent must not be negative, got %d", n)
		}
		power, base := int64(1), w[0].AsInt()
		for ; n > 0; n >>= 1 {
			if n&1 == 1 {
				power *= base
			}
			base *= base
		}
		w[0] = stack.FromInt(power)
		return nil
	}},
	{Name: "%classic.split", Effect: "( ..a String String -- ..a V )", Doc: "The list of the pieces between the delimiters; between characters if it is empty.", Run: func(s *vm.Strand, w []stack.Value) error {
		if w[1].AsString() != "" {
			return split(s, w)
		}
		whole := w[0].Promote()
		text := whole.AsString()
		pieces := []stack.Value{stack.FromString("")}
		for len(text) > 0 {
			_, n := utf8.DecodeRuneInString(text)
			pieces = append(pieces, whole.Derive(text[:n]))
			text = text[n:]
		}
		w[0] = listOf(append(pieces, stack.FromString("")))
		return nil
	}},
	{Name: "%classic.read-line", Effect: "( ..a -- ..a String Int )", Doc: "Reads a line; 1, or 0 at the end of input.", Flag: "whether there was a line", Run: func(s *vm.Strand, w []stack.Value) error {
		if err := readLine(s, w); err != nil {
			return err
		}
		status := int64(0)
		if w[1].AsBool() {
			status = 1
		}
		w[1] = stack.FromInt(status)
		return nil
	}},
}

// release2Words are words as releases 1.1 to 2.3 had them: without a flag. What
// the flag told is a run-time error there, or nothing.
var release2Words = []Word{
	{Name: "%tagged", Effect: "( ..a V Symbol -- ..a V )", Doc: "The variant, which must have the tag.", Run: func(_ *vm.Strand, w []stack.Value) error {
		if tag := w[1].AsSymbol(); w[0].Kind() != stack.Variant || !w[0].AsVariant().Tag.Same(tag) {
			return vm.Mismatch("Variant :"+tag.Name, w[0])
		}
		return nil
	}},
	{Name: "%classic2.divide", Effect: "( ..a Int Int -- ..a Int )", Doc: "The quotient.", Run: undivided(func(a, b int64) int64 { return a / b })},
	{Name: "%classic2.modulo", Effect: "( ..a Int Int -- ..a Int )", Doc: "The remainder.", Run: undivided(func(a, b int64) int64 { return a % b })},
	{Name: "%classic2.tcp.listen", Effect: "( ..a Int -- ..a Int )", Needs: sandbox.NetListen, Doc: "A listener on a port.", Run: mustSucceed(tcpListen, 1, "cannot listen on the port")},
	{Name: "%classic2.tcp.accept", Effect: "( ..a Int -- ..a Int )", Needs: sandbox.NetSocket, Doc: "Waits for a connection.", Run: mustSucceed(tcpAccept, 1, "no connection could be accepted")},
	{Name: "%classic2.tcp.read", Effect: "( ..a Int -- ..a String )", Needs: sandbox.NetSocket, Doc: "What has come.", Run: mustSucceed(tcpRead, 1, "the stream cannot be read")},
	{Name: "%classic2.tcp.write", Effect: "( ..a String Int -- ..a )", Needs: sandbox.NetSocket, Doc: "Writes to a stream.", Run: mustSucceed(tcpWrite, 0, "the stream cannot be written")},
	{Name: "%classic2.tcp.close", Effect: "( ..a Int -- ..a )", Needs: sandbox.NetSocket, Doc: "Closes a socket.", Run: tcpClose},
	{Name: "%classic2.regex.find-all", Effect: "( ..a String String -- ..a V )", Doc: "All matches.", Run: unflagged(regexFindAll)},
	{Name: "%classic2.regex.split", Effect: "( ..a String String -- ..a V )", Doc: "The pieces between the matches.", Run: unflagged(regexSplit)},
	{Name: "%classic2.regex.replace", Effect: "( ..a String String String -- ..a String )", Doc: "The text with the first match replaced.", Run: unflagged(regexReplace(false))},
	{Name: "%classic2.regex.replace-all", Effect: "( ..a String String String -- ..a String )", Doc: "The text with all matches replaced.", Run: unflagged(regexReplace(true))},
}

func undivided(f func(a, b int64) int64) func(*vm.Strand, []stack.Value) error {
	return func(_ *vm.Strand, w []stack.Value) error {
		if w[1].AsInt() == 0 {
			return vm.Fail("division by zero")
		}
		w[0] = stack.FromInt(f(w[0].AsInt(), w[1].AsInt()))
		return nil
	}
}

// widest is how many slots the words below have, with the flag that they drop.
const widest = 3

// mustSucceed runs a word that leaves a flag at an index, on slots of its own:
// without the flag the window is too small. False is a run-time error.
func mustSucceed(run func(*vm.Strand, []stack.Value) error, flag int, problem string) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		var slots [widest]stack.Value
		copy(slots[:], w)
		if err := run(s, slots[:]); err != nil {
			return err
		}
		if !slots[flag].AsBool() {
			return vm.Fail("%s", problem)
		}
		copy(w, slots[:flag])
		return nil
	}
}

// unflagged runs a word of the regex family and drops its flag.
func unflagged(run func(*vm.Strand, []stack.Value) error) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		var slots [widest]stack.Value
		copy(slots[:], w)
		if err := run(s, slots[:]); err != nil {
			return err
		}
		w[0] = slots[0]
		return nil
	}
}

func shift64(f func(uint64, uint) uint64) func(*vm.Strand, []stack.Value) error {
	return func(_ *vm.Strand, w []stack.Value) error {
		result, n := uint64(0), w[1].AsInt()
		if n >= 0 && n < 64 {
			result = f(uint64(w[0].AsInt()), uint(n))
		}
		w[0] = stack.FromInt(int64(result))
		return nil
	}
}
