package diag_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/seq/diag"
)

func written(t *testing.T, list diag.List) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, diag.WriteJSON(&b, list))
	assert.Equal(t, 1, strings.Count(b.String(), "\n"), "one line")
	return b.String()
}

func TestJSON(t *testing.T) {
	s := diag.NewSource("x.seq", "\uFEFF: é ( -- )\n  1 swp ;\n")
	swp := diag.Span{Source: s, Start: 19, End: 22}
	d := &diag.Diagnostic{Code: "unknown-word", Span: swp, Message: "a <b> & \"c\"", Notes: []string{"a note"},
		Related: []diag.Related{{Span: diag.Span{Source: s, Start: 5, End: 7}, Label: "in this word"}}, Help: []string{"did you mean 'swap'?"},
		Steps: []diag.Step{{Span: diag.Span{Source: s, Start: 17, End: 18}, Stack: "( Int )", Aux: "( Bool )"}}}
	d.Offer("write 'swap'", diag.Edit{Span: swp, Text: "swap"})
	var got any
	require.NoError(t, json.Unmarshal([]byte(written(t, diag.List{d})), &got))
	var want any
	require.NoError(t, json.Unmarshal([]byte(`{"version": 1, "diagnostics": [{
		"file": "x.seq", "range": {"start": {"line": 2, "column": 5, "offset": 19}, "end": {"line": 2, "column": 8, "offset": 22}},
		"severity": "error", "code": "unknown-word", "message": "a <b> & \"c\"", "notes": ["a note"],
		"stacks": [{"file": "x.seq", "range": {"start": {"line": 2, "column": 3, "offset": 17}, "end": {"line": 2, "column": 4, "offset": 18}}, "stack": "( Int )", "aux": "( Bool )"}],
		"related": [{"file": "x.seq", "range": {"start": {"line": 1, "column": 3, "offset": 5}, "end": {"line": 1, "column": 4, "offset": 7}}, "message": "in this word"}],
		"help": ["did you mean 'swap'?"],
		"fixes": [{"title": "write 'swap'", "edits": [
			{"file": "x.seq", "range": {"start": {"line": 2, "column": 5, "offset": 19}, "end": {"line": 2, "column": 8, "offset": 22}}, "text": "swap"}]}]}]}`), &want))
	assert.Equal(t, want, got)
}

// A list that is empty is never null; a place that is none, or a file only, is.
func TestJSONOfLittle(t *testing.T) {
	assert.Equal(t, `{"version":1,"diagnostics":[]}`+"\n", written(t, nil))
	list := diag.List{
		{Code: "a", Message: "m"},
		{Severity: diag.Hint, Code: "b", Span: diag.Span{Source: diag.NewSource("f", ""), Start: -1}, Message: "n"},
	}
	assert.Equal(t, `{"version":1,"diagnostics":[`+
		`{"file":null,"range":null,"severity":"error","code":"a","message":"m","notes":[],"stacks":[],"related":[],"help":[],"fixes":[]},`+
		`{"file":"f","range":null,"severity":"hint","code":"b","message":"n","notes":[],"stacks":[],"related":[],"help":[],"fixes":[]}]}`+"\n", written(t, list))
}

func TestJSONIsValidWhateverIsInIt(t *testing.T) {
	s := diag.NewSource("\xff\x1b.seq", "a\xffb")
	out := written(t, diag.List{{Code: "c", Span: diag.Span{Source: s, Start: 1, End: 99}, Message: "\xfe\n"}})
	assert.True(t, json.Valid([]byte(out)))
	assert.True(t, utf8.ValidString(out))
	assert.Contains(t, out, `"file":"`)
	assert.Contains(t, out, `"end":{"line":1,"column":4,"offset":3}`)
}

// The text form leaves errors out where there are too many; this one does not.
func TestJSONHasAll(t *testing.T) {
	var list diag.List
	for range diag.MaxErrors + 5 {
		list = append(list, &diag.Diagnostic{Code: "c", Message: "m"})
	}
	assert.Equal(t, diag.MaxErrors+5, strings.Count(written(t, list), `"message"`))
}
