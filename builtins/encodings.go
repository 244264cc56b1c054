package builtins

import (
	"encoding/base64"
	"encoding/hex"

	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

var encodingWords = []vm.Builtin{
	{Name: "encoding.base64-encode", Effect: "( ..a String -- ..a String )", Doc: "Base64 with padding.", Run: encode(base64.StdEncoding.AppendEncode)},
	{Name: "encoding.base64-decode", Effect: "( ..a String -- ..a String Bool )", Doc: "Decodes strict base64 with padding.", Run: decode(base64.StdEncoding.Strict().AppendDecode)},
	{Name: "encoding.base64url-encode", Effect: "( ..a String -- ..a String )", Doc: "URL-safe base64 without padding.", Run: encode(base64.RawURLEncoding.AppendEncode)},
	{Name: "encoding.base64url-decode", Effect: "( ..a String -- ..a String Bool )", Doc: "Decodes strict URL-safe base64 without padding.", Run: decode(base64.RawURLEncoding.Strict().AppendDecode)},
	{Name: "encoding.hex-encode", Effect: "( ..a String -- ..a String )", Doc: "Two lower case hex digits for each byte.", Run: encode(hex.AppendEncode)},
	{Name: "encoding.hex-decode", Effect: "( ..a String -- ..a String Bool )", Doc: "Decodes hex digits of either case.", Run: decode(hex.AppendDecode)},
}

func encode(f func(dst, src []byte) []byte) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		w[0] = s.Bytes(f(nil, []byte(w[0].AsString())))
		return nil
	}
}

// decode makes a decoder: "" and false for bad input. Go's base64 skips line
// ends, which the language does not allow.
func decode(f func(dst, src []byte) ([]byte, error)) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		src := []byte(w[0].AsString())
		for _, c := range src {
			if c == '\n' || c == '\r' {
				flagged(w, stack.FromString(""), false)
				return nil
			}
		}
		b, err := f(nil, src)
		if err != nil {
			flagged(w, stack.FromString(""), false)
			return nil
		}
		flagged(w, s.Bytes(b), true)
		return nil
	}
}
