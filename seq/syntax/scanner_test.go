package syntax_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/seq/syntax"
)

func TestTokenEnd(t *testing.T) {
	for text, want := range map[string]string{
		"i.+ x": "i.+", "wörd]": "wörd", "[ x": "[", "\"a b\" c": "\"a b\"", "\"a\nb\"": "\"a", ": f ( -- )": ": f", "#add x": "#add", "": "", "x": "x",
	} {
		text = "é " + text
		assert.Equal(t, want, text[3:syntax.TokenEnd(text, 3)], "%q", text)
	}
	assert.Equal(t, int32(9), syntax.TokenEnd("x", 9))
}
