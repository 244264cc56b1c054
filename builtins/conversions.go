package builtins

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/stack/son"
	"github.com/seqvm/seqvm/vm"
)

var conversionWords = []Word{
	{Name: "int->string", Effect: "( ..a Int -- ..a String )", Doc: "Decimal digits.", Run: intToString},
	{Name: "int->float", Effect: "( ..a Int -- ..a Float )", Doc: "The nearest Float."},
	{Name: "float->int", Effect: "( ..a Float -- ..a Int )", Doc: "Rounds toward zero; NaN gives 0, too large numbers the nearest Int.", Run: floatToInt},
	{Name: "float->string", Effect: "( ..a Float -- ..a String )", Doc: "The shortest digits that read back as the same number, without exponent.", Run: floatToString},
	{Name: "string->int", Effect: "( ..a String -- ..a Int Bool )", Doc: "Reads a decimal Int; 0 and false if it is none.", Flag: "whether the text is an Int", Run: stringToInt},
	{Name: "string->float", Effect: "( ..a String -- ..a Float Bool )", Doc: "Reads a Float; 0.0 and false if it is none.", Flag: "whether the text is a Float", Run: stringToFloat},
	{Name: "char->string", Effect: "( ..a Int -- ..a String )", Doc: "The character of a code point; empty if there is none.", Run: charToString},
	{Name: "symbol->string", Effect: "( ..a Symbol -- ..a String )", Doc: "The name of a symbol, without the colon.", Run: func(_ *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromString(w[0].AsSymbol().Name)
		return nil
	}},
	{Name: "string->symbol", Effect: "( ..a String -- ..a Symbol )", Doc: "The symbol with that name.", Run: func(s *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromSymbol(s.Tag(strings.Clone(w[0].AsString())))
		return nil
	}},
	{Name: "symbol.=", Effect: "( ..a Symbol Symbol -- ..a Bool )", Doc: "Same name?", Run: func(_ *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromBool(w[0].AsSymbol().Same(w[1].AsSymbol()))
		return nil
	}},
	{Name: "int.to-bytes-i32-be", Effect: "( ..a Int -- ..a String )", Doc: "The low 32 bits as 4 bytes, the highest first.", Run: func(s *vm.Strand, w []stack.Value) error {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(w[0].AsInt()))
		w[0] = s.Bytes(b[:])
		return nil
	}},
	{Name: "float.to-bytes-f32-be", Effect: "( ..a Float -- ..a String )", Doc: "The nearest 32-bit float as 4 bytes, the highest first.", Run: func(s *vm.Strand, w []stack.Value) error {
		const nan = 0x7fc00000
		pattern := uint32(nan)
		if f := w[0].AsFloat(); !math.IsNaN(f) {
			pattern = math.Float32bits(float32(f))
		}
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], pattern)
		w[0] = s.Bytes(b[:])
		return nil
	}},
}

func intToString(s *vm.Strand, w []stack.Value) error {
	var b [24]byte
	w[0] = s.Bytes(strconv.AppendInt(b[:0], w[0].AsInt(), 10))
	return nil
}

func floatToInt(_ *vm.Strand, w []stack.Value) error {
	f := w[0].AsFloat()
	r := int64(0)
	switch {
	case math.IsNaN(f):
	case f >= 1<<62:
		r = maxInt
	case f <= -1<<62:
		r = minInt
	default:
		r = int64(f)
	}
	w[0] = stack.FromInt(r)
	return nil
}

func floatToString(s *vm.Strand, w []stack.Value) error {
	w[0] = stack.FromString(son.Float(w[0].AsFloat()))
	return nil
}

func stringToInt(_ *vm.Strand, w []stack.Value) error {
	v, ok := parseInt(w[0].AsString())
	flagged(w, stack.FromInt(v), ok)
	return nil
}

// parseInt reads a decimal Int (chapter 3, section 13.2).
func parseInt(text string) (int64, bool) {
	text = strings.TrimFunc(text, unicode.IsSpace)
	digits := strings.TrimLeft(text, "+-")
	if len(text)-len(digits) > 1 || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v < minInt || v > maxInt {
		return 0, false
	}
	return v, true
}

func stringToFloat(_ *vm.Strand, w []stack.Value) error {
	v, ok := parseFloat(w[0].AsString())
	flagged(w, stack.FromFloat(v), ok)
	return nil
}

// parseFloat reads a Float (chapter 3, section 13.3). Go's parser accepts more:
// hexadecimal and underscores.
func parseFloat(text string) (float64, bool) {
	body := text
	if body != "" && (body[0] == '+' || body[0] == '-') {
		body = body[1:]
	}
	switch strings.ToLower(body) {
	case "inf", "infinity", "nan":
	default:
		mantissa, exponent, has := strings.Cut(strings.Replace(body, "E", "e", 1), "e")
		if has {
			if exponent != "" && (exponent[0] == '+' || exponent[0] == '-') {
				exponent = exponent[1:]
			}
			if exponent == "" || strings.Trim(exponent, "0123456789") != "" {
				return 0, false
			}
		}
		whole, fraction, _ := strings.Cut(mantissa, ".")
		if whole+fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
			return 0, false
		}
	}
	if strings.EqualFold(body, "nan") {
		return math.NaN(), true
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil && v == 0 {
		return 0, false
	}
	return v, true
}

func charToString(s *vm.Strand, w []stack.Value) error {
	c := w[0].AsInt()
	if c < 0 || c > unicode.MaxRune || c >= 0xD800 && c <= 0xDFFF {
		w[0] = stack.FromString("")
		return nil
	}
	var b [utf8.UTFMax]byte
	w[0] = s.Bytes(utf8.AppendRune(b[:0], rune(c)))
	return nil
}
