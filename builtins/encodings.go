package builtins

import (
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

var encodingWords = []Word{
	{Name: "encoding.base64-encode", Effect: "( ..a String -- ..a String )", Doc: "Base64 with padding.", Run: encode(base64.StdEncoding.AppendEncode)},
	{Name: "encoding.base64-decode", Effect: "( ..a String -- ..a String Bool )", Doc: "Decodes strict base64 with padding.", Flag: "whether the text is base64", Run: decode(base64.StdEncoding.Strict().AppendDecode)},
	{Name: "encoding.base64url-encode", Effect: "( ..a String -- ..a String )", Doc: "URL-safe base64 without padding.", Run: encode(base64.RawURLEncoding.AppendEncode)},
	{Name: "encoding.base64url-decode", Effect: "( ..a String -- ..a String Bool )", Doc: "Decodes strict URL-safe base64 without padding.", Flag: "whether the text is base64", Run: decode(base64.RawURLEncoding.Strict().AppendDecode)},
	{Name: "encoding.hex-encode", Effect: "( ..a String -- ..a String )", Doc: "Two lower case hex digits for each byte.", Run: encode(hex.AppendEncode)},
	{Name: "encoding.hex-decode", Effect: "( ..a String -- ..a String Bool )", Doc: "Decodes hex digits of either case.", Flag: "whether the text is hex digits", Run: decode(hex.AppendDecode)},
}

func encode(f func(dst, src []byte) []byte) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		memory.Ask(2 * len(w[0].AsBytes())) // no encoding is longer
		w[0] = stack.FromOwned(f(nil, w[0].AsBytes()))
		return nil
	}
}

// decode makes a decoder: "" and false for bad input.
func decode(f func(dst, src []byte) ([]byte, error)) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		b, ok := decoded(f, w[0])
		flagged(w, stack.FromOwned(b), ok)
		return nil
	}
}

// decoded returns what a text stands for; nothing if it is not canonical. Go's
// base64 skips line ends, which the language does not allow.
func decoded(f func(dst, src []byte) ([]byte, error), text stack.Value) ([]byte, bool) {
	if strings.ContainsAny(text.AsString(), "\r\n") {
		return nil, false
	}
	memory.Ask(len(text.AsBytes()))
	b, err := f(nil, text.AsBytes())
	if err != nil {
		return nil, false
	}
	return b, true
}
