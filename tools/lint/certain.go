package lint

import (
	"math"
	"strings"

	"github.com/seqvm/seqvm/builtins/regex"
	"github.com/seqvm/seqvm/seq/syntax"
)

// succeeds tells whether a call of a word that leaves a flag cannot fail, as far
// as its arguments show.
func succeeds(word string, args []*value) bool {
	test := certain[word]
	return test != nil && test(args)
}

// certain says of words that leave flags which arguments they cannot fail with
// (chapters 3, 4 and 6).
var certain = map[string]func(args []*value) bool{
	"i./": divides, "i.divide": divides, "i.%": divides, "i.modulo": divides, "i.pow": powerFits,
	"string->int": parses(wholeNumber), "string->float": parses(decimal),
	"list.get": insideList, "list.set": insideList, "list.first": hasElement, "list.last": hasElement,
	"regex.find-all": validPattern, "regex.split": validPattern, "regex.replace": validPattern, "regex.replace-all": validPattern,
	"compress.gzip": always, "compress.zstd": always, "compress.gzip-level": between(1, 1, 9), "compress.zstd-level": between(1, 1, 22),
	"crypto.pbkdf2-sha256": between(2, 1000, math.MaxInt32),
}

func always([]*value) bool { return true }

// literalInt returns the Int literal that a value is.
func literalInt(v *value) (int64, bool) {
	if v.literal == nil || v.literal.Kind != syntax.StmtInt {
		return 0, false
	}
	return int64(v.literal.Bits()), true
}

// divides: the divisor is not 0. MinInt / -1 wraps.
func divides(args []*value) bool {
	n, ok := literalInt(args[1])
	return ok && n != 0
}

// powerFits: the exponent is not negative and the result an Int.
func powerFits(args []*value) bool {
	exponent, ok := literalInt(args[1])
	if !ok || exponent < 0 {
		return false
	}
	base, known := literalInt(args[0])
	const limit = 1 << 61 // half of what fits: the Float is not exact
	return exponent <= 1 || known && math.Pow(math.Abs(float64(base)), float64(exponent)) <= limit
}

func between(arg int, least, most int64) func([]*value) bool {
	return func(args []*value) bool {
		n, ok := literalInt(args[arg])
		return ok && least <= n && n <= most
	}
}

// parses: the argument is a literal of that form.
func parses(form func(text string) bool) func([]*value) bool {
	return func(args []*value) bool {
		l := args[0].literal
		return l != nil && l.Kind == syntax.StmtString && form(l.Text)
	}
}

// wholeNumber tells whether a text is a number with at most 18 digits, which every Int holds.
func wholeNumber(text string) bool {
	if text != "" && (text[0] == '+' || text[0] == '-') {
		text = text[1:]
	}
	return digits(text)
}

// decimal is wholeNumber, with a fraction of as many digits or none.
func decimal(text string) bool {
	whole, fraction, pointed := strings.Cut(text, ".")
	return wholeNumber(whole) && (!pointed || digits(fraction))
}

func digits(text string) bool {
	return 1 <= len(text) && len(text) <= 18 && strings.Trim(text, "0123456789") == ""
}

func validPattern(args []*value) bool {
	l := args[1].literal
	if l == nil || l.Kind != syntax.StmtString {
		return false
	}
	_, err := regex.Compile(l.Text)
	return err == nil
}

func insideList(args []*value) bool {
	i, ok := literalInt(args[1])
	return ok && i >= 0 && i < args[0].least
}

func hasElement(args []*value) bool { return args[0].least > 0 }

// shortest returns how many elements the list that a word leaves has at least; 0 if that is
// not known, or it leaves none.
func shortest(word string, args []*value) int64 {
	switch word {
	case "list.push", "lv":
		return args[0].least + 1
	case "list.set", "list.reverse", "list.map":
		return args[0].least
	case "string.split":
		return 1
	}
	return 0
}
