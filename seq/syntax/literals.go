package syntax

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// The range of an Int: 63 bits (chapter 1, section 4).
const (
	MinInt = -1 << 62
	MaxInt = 1<<62 - 1
)

// numberForm says what an "other" token is, before any range check.
type numberForm uint8

const (
	notNumber numberForm = iota
	decimalForm
	prefixForm // starts like a hex or binary literal, digits good or bad
	floatForm
)

// formOf classifies a token by the rules of chapter 1, section 2, in their order.
func formOf(token string) numberForm {
	first := token[0]
	if first > '9' || first < '+' || first == ',' || first == '/' {
		return notNumber
	}
	if first == '0' && len(token) > 1 {
		switch token[1] {
		case 'x', 'X', 'b', 'B':
			return prefixForm
		}
	}
	i := 0
	if first == '+' || first == '-' {
		i++
	}
	digits, point, exponent := 0, false, false
	for ; i < len(token); i++ {
		c := token[i]
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && !point:
			point = true
		case (c == 'e' || c == 'E') && digits > 0:
			exponent = true
			rest := token[i+1:]
			if rest != "" && (rest[0] == '+' || rest[0] == '-') {
				rest = rest[1:]
			}
			if rest == "" || strings.Trim(rest, "0123456789") != "" {
				return notNumber
			}
			i = len(token)
		default:
			return notNumber
		}
	}
	switch {
	case digits == 0:
		return notNumber
	case point || exponent:
		return floatForm
	}
	return decimalForm
}

var (
	errIntRange  = errors.New("literal out of the range of an Int")
	errBadDigits = errors.New("malformed literal")
)

// Bits returns what an Int, Float or Bool literal pushes: the value, its IEEE bits, 0 or 1.
// It reads the literal: no phase asks for many more than once.
func (s *Stmt) Bits() uint64 {
	switch s.Kind {
	case StmtInt:
		v, _, _ := parseInt(s.Text, formOf(s.Text))
		return uint64(v)
	case StmtFloat:
		return math.Float64bits(parseFloat(s.Text))
	case StmtBool:
		if s.Text == "true" {
			return 1
		}
	}
	return 0
}

// parseInt reads an Int literal of one of the two forms.
func parseInt(token string, form numberForm) (value int64, wraps bool, err error) {
	if form == decimalForm {
		return parseDecimal(token)
	}
	value, err = parsePrefixed(token)
	return value, false, err
}

// parseDecimal reads a decimal literal. Outside of 63 but inside 64 bits the
// low 63 bits count and wraps is true (chapter 1, section 4).
func parseDecimal(token string) (value int64, wraps bool, err error) {
	v, err := strconv.ParseInt(token, 10, 64)
	if err != nil {
		return 0, false, errIntRange
	}
	wrapped := v << 1 >> 1
	return wrapped, wrapped != v, nil
}

// parsePrefixed reads a hex or binary literal: a pattern of up to 63 bits.
func parsePrefixed(token string) (int64, error) {
	base := 16
	if token[1] == 'b' || token[1] == 'B' {
		base = 2
	}
	digits := token[2:]
	if digits == "" || digits[0] == '+' || digits[0] == '-' || strings.Contains(digits, "_") {
		return 0, errBadDigits
	}
	v, err := strconv.ParseUint(digits, base, 64)
	if errors.Is(err, strconv.ErrSyntax) {
		return 0, errBadDigits
	}
	if err != nil || v > math.MaxInt64 {
		return 0, errIntRange
	}
	return int64(v) << 1 >> 1, nil
}

// parseFloat reads a float literal: correctly rounded, too large is infinity.
func parseFloat(token string) float64 {
	v, err := strconv.ParseFloat(token, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		f, _, _ := big.ParseFloat(token, 10, 64, big.ToNearestEven)
		v, _ = f.Float64()
	}
	return v
}
