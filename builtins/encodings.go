package builtins

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/seqvm/seqvm/internal/hugepage"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

var encodingWords = []Word{
	{Name: "encoding.base64-encode", Effect: "( ..a String -- ..a String )", Doc: "Base64 with padding.", Run: base64Strict.encodes()},
	{Name: "encoding.base64-decode", Effect: "( ..a String -- ..a String Bool )", Doc: "Decodes strict base64 with padding.", Flag: "whether the text is base64", Run: base64Strict.decodes()},
	{Name: "encoding.base64url-encode", Effect: "( ..a String -- ..a String )", Doc: "URL-safe base64 without padding.", Run: base64URL.encodes()},
	{Name: "encoding.base64url-decode", Effect: "( ..a String -- ..a String Bool )", Doc: "Decodes strict URL-safe base64 without padding.", Flag: "whether the text is base64", Run: base64URL.decodes()},
	{Name: "encoding.hex-encode", Effect: "( ..a String -- ..a String )", Doc: "Two lower case hex digits for each byte.", Run: hexDigits.encodes()},
	{Name: "encoding.hex-decode", Effect: "( ..a String -- ..a String Bool )", Doc: "Decodes hex digits of either case.", Flag: "whether the text is hex digits", Run: hexDigits.decodes()},
}

// encoding is a way to write bytes as text. A piece of data becomes a piece of the text.
type encoding struct {
	appendEncode func(dst, src []byte) []byte
	appendDecode func(dst, src []byte) ([]byte, error)
	// of so many bytes, at the most
	encodedLen, decodedLen func(n int) int
	// padding is what can only stand at the end of a text; 0: nothing.
	padding byte
}

func base64As(e *base64.Encoding, padding byte) encoding {
	return encoding{e.AppendEncode, e.Strict().AppendDecode, e.EncodedLen, e.DecodedLen, padding}
}

var (
	base64Strict = base64As(base64.StdEncoding, byte(base64.StdPadding))
	base64URL    = base64As(base64.RawURLEncoding, 0)
	hexDigits    = encoding{hex.AppendEncode, hex.AppendDecode, hex.EncodedLen, hex.DecodedLen, 0}
)

// encodes makes the word that encodes.
func (e encoding) encodes() Function {
	return func(s *vm.Strand, w []stack.Value) error {
		w[0] = e.encode(s, w[0].AsBytes())
		return nil
	}
}

// decodes makes the word that decodes: "" and false for bad input.
func (e encoding) decodes() Function {
	return func(s *vm.Strand, w []stack.Value) error {
		b, ok := e.decode(s, w[0])
		flagged(w, stack.FromOwned(b), ok)
		return nil
	}
}

func (e encoding) encode(s *vm.Strand, data []byte) stack.Value {
	text := hugepage.Make[byte](e.encodedLen(len(data)))[:0]
	InPieces(s, data, func(b []byte) { text = e.appendEncode(text, b) })
	return stack.FromOwned(text)
}

// decode returns what a text stands for; nothing if it is not canonical. Go's
// base64 skips line ends, which the language does not allow.
func (e encoding) decode(s *vm.Strand, v stack.Value) ([]byte, bool) {
	text := v.AsString()
	if strings.ContainsAny(text, "\r\n") {
		return nil, false
	}
	data, left := hugepage.Make[byte](e.decodedLen(len(text)))[:0], len(text)
	var err error
	InPieces(s, v.AsBytes(), func(b []byte) {
		left -= len(b)
		if err != nil {
			return
		}
		if data, err = e.appendDecode(data, b); err == nil && left > 0 && e.padding != 0 && b[len(b)-1] == e.padding {
			err = errPadding
		}
	})
	if err != nil {
		return nil, false // never a part
	}
	return data, true
}

var errPadding = errors.New("padding before the end")
