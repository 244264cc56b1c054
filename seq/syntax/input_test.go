package syntax

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/seq/diag"
)

func TestComplete(t *testing.T) {
	for text, want := range map[string]bool{
		"":                                       true,
		"1 2 i.+":                                true,
		": f ( Int -- Int ) dup ;":               true,
		": f ( Int -- Int )":                     false,
		": f ( Int":                              false,
		": f":                                    false,
		": ":                                     false,
		":":                                      false,
		":sym":                                   true,
		"[ 1":                                    false,
		"[ [ ] 1":                                false,
		"1 ]":                                    true,
		`"abc`:                                   false,
		`"abc\"`:                                 false,
		`"abc\\"`:                                true,
		"\"a\nb\"":                               true,
		"union Op { Add":                         false,
		"union Op":                               false,
		"union Op {":                             false,
		"union Op { Add }":                       true,
		"x match A -> 1":                         false,
		"x match A -> 1 end":                     true,
		"x match A { >n } -> [ n":                false,
		"true if 1 else 2":                       true, // today's dialect: nothing is open
		"true if 1 else true if 2 then":          false,
		"true if 1 else 2 then":                  true,
		": f ( -- ) [ 1 ;":                       true, // wrong, and more lines would not help
		": f ( -- ) # ; in a comment\n":          false,
		"[ # ] in a comment\n":                   false,
		"include std:list":                       true,
		": f ( -- ) ; : g ( -- )":                false,
		": f ( [ Int -- Int ] -- )\n  :sym drop": false,
	} {
		assert.Equal(t, want, Complete(text), "%q", text)
	}
}

func TestInputDialect(t *testing.T) {
	assert.Equal(t, Seven, InputDialect("true [ 1 ] [ 2 ] if"))
	assert.Equal(t, Classic, InputDialect("true if 1 else 2 then"))
	assert.Equal(t, Seven, InputDialect(`"if then" drop # if then`))
}

func TestParseInput(t *testing.T) {
	parse := func(text string) (*File, *Word, diag.List) {
		return ParseInput(diag.NewSource("<input>", text), InputDialect(text))
	}
	file, main, errs := parse("1 : f ( -- ) ; include std:list 2 union U { A } :sym [ f ]")
	require.Empty(t, errs)
	assert.Len(t, file.Words, 1)
	assert.Len(t, file.Includes, 1)
	assert.Len(t, file.Unions, 1)
	require.NotNil(t, main)
	assert.Len(t, main.Body, 4)

	_, main, errs = parse(": f ( -- ) ;")
	require.Empty(t, errs)
	assert.Nil(t, main, "no statements")

	for text, code := range map[string]diag.Code{
		"1 ;": "stray-token", "]": "stray-token", "1 ) 2": "stray-token", "[ 1": "unclosed-quotation", `"a`: "unclosed-string",
		": f ( -- ) 1": "unclosed-word", "1 : : 2": "word-name", "1 :2x": "bad-symbol", "x end": "", "match A -> 1": "unclosed-match", "1 then": "old-conditional",
	} {
		_, _, errs := parse(text)
		if code == "" {
			assert.Empty(t, errs, text)
			continue
		}
		if assert.NotEmpty(t, errs, text) {
			assert.Equal(t, code, errs[0].Code, text)
		}
	}
}

func TestInputWords(t *testing.T) {
	assert.Equal(t, []string{"1", `"a b"`, ":s", "dup", "x"}, InputWords("1 \"a b\" :s [ dup ] : f ( Int -- Int ) x ;"))
	assert.Equal(t, []string{"v", "1"}, InputWords("v match A -> 1 end"))
}

func TestLiteralType(t *testing.T) {
	for token, want := range map[string]string{"1": "Int", "-0x1f": "", "0x1f": "Int", "1.5": "Float", "true": "Bool", `"x"`: "String", ":s": "Symbol", "dup": "", ":": ""} {
		assert.Equal(t, want, LiteralType(token), token)
	}
}
