package builtins

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/stack/son"
)

var testTags = jsonTags{&stack.Tag{Name: tagNull}, &stack.Tag{Name: tagBool}, &stack.Tag{Name: tagNumber}, &stack.Tag{Name: tagString}, &stack.Tag{Name: tagArray}, &stack.Tag{Name: tagObject}}

// unheeded never ends the work that calls it.
func unheeded() {}

// round parses a text and returns what serialising the value gives.
func round(text string) (string, bool) {
	v, ok := parseJSON(testTags, text, unheeded)
	return string(appendJSON(nil, v, unheeded)), ok
}

// The classes of texts that public test-suites of JSON parsers have, with the
// answers of chapter 4, section 17.
func TestJSONAccepts(t *testing.T) {
	for text, want := range map[string]string{
		// structure
		`[]`: `[]`, `{}`: `{}`, `[[]]`: `[[]]`, `[ ]`: `[]`, `{ }`: `{}`, ` [1 , 2 ]`: `[1,2]`, `{"a":{"b":[{}]}}`: `{"a":{"b":[{}]}}`, "\t\n\r [\t\n\r]": `[]`,
		`{"a":1,"a":2}`: `{"a":1,"a":2}`, `{"":0}`: `{"":0}`, `[null,true,false]`: `[null,true,false]`, `[1,[2,[3]]]`: `[1,[2,[3]]]`,
		// a complete value with more behind it
		`42abc`: `42`, `[1]]`: `[1]`, `1 2`: `1`, `nullx`: `null`, `truefalse`: `true`, `"a"b`: `"a"`, `{}[`: `{}`, "[] \x00": `[]`,
		// numbers
		`0`: `0`, `-0`: `-0`, `1.5`: `1.5`, `-1.5e3`: `-1500`, `1E+3`: `1000`, `1e-3`: `0.001`, `01`: `1`, `1.`: `1`, `-.5`: `-0.5`, `1e22`: `10000000000000000000000`, `123456789012345678901234567890`: `123456789012345680000000000000`,
		`4.9e-324`: `0.` + strings.Repeat("0", 323) + `5`, `1e-400`: `0`, `0.1`: `0.1`, `9007199254740993`: `9007199254740992`, `-1e-400`: `-0`,
		// strings
		`""`: `""`, `"a\"b"`: `"a\"b"`, `"\\\/\b\f\n\r\t"`: `"\\/\b\f\n\r\t"`, `"\u0041\u00e9"`: `"Aé"`, `"\uD83D\uDE00"`: `"😀"`, `"\ud83d\ude00"`: `"😀"`, "\"raw\n\tline\"": `"raw\n\tline"`,
		`"\uD800"`: `"` + "\uFFFD" + `"`, `"\uDC00x"`: `"` + "\uFFFD" + `x"`, `"\uD800\u0041"`: `"` + "\uFFFD" + `A"`, `"\uD800\uD800\uDC00"`: `"` + "\uFFFD\U00010000" + `"`, `"\u0000"`: `"\u0000"`, "\"\u007f\u0085\"": `"\u007F\u0085"`, "\"\u2028\"": "\"\u2028\"", `"é/"`: `"é/"`,
	} {
		got, ok := round(text)
		assert.True(t, ok, "%q", text)
		assert.Equal(t, want, got, "%q", text)
	}
}

func TestJSONRefuses(t *testing.T) {
	for _, text := range []string{
		"", " ", "\t\n", "[", "{", "]", "}", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1 2]", `{"a"}`, `{"a":}`, `{"a":1`, `{"a":1,}`, `{,}`, `{"a" 1}`, `{a:1}`, `{1:2}`, `{"a":1 "b":2}`, `{"a"::1}`, `{null:1}`, `[1}`, `{"a":1]`, `[1:2]`,
		"nul", "True", "NULL", "tru", "undefined", "NaN", "Infinity", "inf", "+1", ".5", "-", "--1", "1e", "1e+", "1-2", "1.2.3", "-a", "-Infinity", "1e400", "-1e400", "0x10", "0x", "1_0e",
		`"`, `"a`, `"\`, `"\"`, `"\x41"`, `"\u12"`, `"\u12g4"`, `"\uD83D\u12"`, `"\'"`, `'a'`, "\ufeff1", "\v1", "\u00a01", "\f1", "\"\xff\"", "\xff", "[\"\xc3\x28\"]", "//1\n1", "/**/1", "[1,#\n2]", "<html>", "\x00",
	} {
		if text == "0x10" || text == "0x" || text == "1_0e" { // a number, then text that is ignored
			_, ok := round(text)
			assert.True(t, ok, "%q", text)
			continue
		}
		got, ok := round(text)
		assert.False(t, ok, "%q", text)
		assert.Equal(t, "null", got, "%q", text)
	}
}

func TestJSONNestsDeeply(t *testing.T) {
	const depth = 1_000_000
	text := strings.Repeat("[", depth) + strings.Repeat("]", depth)
	got, ok := round(text)
	assert.True(t, ok)
	assert.Equal(t, text, got)
	objects := strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth)
	got, ok = round(objects)
	assert.True(t, ok)
	assert.Equal(t, objects, got)
	_, ok = round(strings.Repeat("[", depth))
	assert.False(t, ok)
	v, _ := parseJSON(testTags, text, unheeded)
	assert.NotEmpty(t, son.Append(nil, v, nil))
	assert.NotEmpty(t, son.Append(nil, wrapped(testTags.array, v), nil))
}

func TestJSONOfOtherValues(t *testing.T) {
	nan := stack.FromFloat(0)
	nan.SetFloat(nan.AsFloat() / nan.AsFloat())
	for want, v := range map[string]stack.Value{
		"null":   listOf([]stack.Value{stack.FromInt(1)}),
		"[null]": wrapped(testTags.array, wrapped(testTags.number, nan)),
		`{3:4}`:  wrapped(testTags.object, wrapped(testTags.number, stack.FromFloat(3)), wrapped(testTags.number, stack.FromFloat(4))),
		"true":   wrapped(testTags.bool, stack.FromInt(7)),
		"[]":     wrapped(testTags.array),
	} {
		assert.Equal(t, want, string(appendJSON(nil, v, unheeded)))
	}
}

// document is about n bytes of JSON.
func document(n int) string {
	var b strings.Builder
	b.WriteString("[")
	for i := 0; b.Len() < n; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"id":12345,"name":"somebody \"quoted\"","tags":["a","b","c"],"score":98.25,"active":true,"parent":null}`)
	}
	return b.String() + "]"
}

func BenchmarkJSON(b *testing.B) {
	text := document(10 << 20)
	b.Run("parse", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if _, ok := parseJSON(testTags, text, unheeded); !ok {
				b.Fatal("refused")
			}
		}
	})
	v, _ := parseJSON(testTags, text, unheeded)
	b.Run("serialize", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			appendJSON(nil, v, unheeded)
		}
	})
}

// What is accepted goes round, and what Go's own parser accepts is accepted.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e3,"x\n\u0041"],"b":null}`, `[true,false]`, `"\ud83d\ude00"`, "-0", "[[[[", "42abc"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := round(text)
		if !ok {
			var value any // Go's parser refuses numbers beyond Floats, too
			if utf8.ValidString(text) && json.Unmarshal([]byte(text), &value) == nil {
				t.Fatalf("refused: %q", text)
			}
			return
		}
		require.True(t, utf8.ValidString(got))
		again, ok := round(got)
		if !ok || again != got {
			t.Fatalf("%q gives %q, and that %q", text, got, again)
		}
		if !strings.ContainsRune(got, '\u007f') && !json.Valid([]byte(got)) {
			t.Fatalf("%q is no JSON", got)
		}
	})
}

func FuzzYAML(f *testing.F) {
	for _, s := range []string{"a: 1\nb:\n  c: x\n  d:\n    e: ~\n# f\n\nf: true", "a:\n b:\n  c:\n d: 1", ":\n :", "- x\n---\na: b: c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v := yamlNested(testTags, text, unheeded)
		pairs := 0
		for range yamlPairs(text, unheeded) {
			pairs++
		}
		// Each pair is a member somewhere, and nothing else is.
		if got := members(v); got != pairs {
			t.Fatalf("%d members of %d pairs: %s", got, pairs, son.Append(nil, v, nil))
		}
	})
}

func members(v stack.Value) int {
	if v.Kind() != stack.Variant || v.AsVariant().Tag.Name != tagObject {
		return 0
	}
	n := 0
	for i, f := range v.AsVariant().Fields() {
		if i%2 == 1 {
			n += 1 + members(f)
		}
	}
	return n
}

func TestYAMLNesting(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1\n   b: 2":                     `{"a":1,"b":2}`,
		"a:\n  b:\n    c: 1\n  d: 2\ne: 3":  `{"a":{"b":{"c":1},"d":2},"e":3}`,
		"a:\n    b: 1\n  c: 2":              `{"a":{"b":1},"c":2}`,
		"  a: 1\nb: 2":                      `{"a":1,"b":2}`,
		"a:\n# note\n\n  b: 1\n \n  c: 2":   `{"a":{"b":1,"c":2}}`,
		"a:\n\tb: 1":                        `{"a":{},"b":1}`,
		"a:\r\n  b: x\r\n":                  `{"a":{"b":"x"}}`,
		"a:":                                `{"a":{}}`,
		"a:\n  b:\n c: 1":                   `{"a":{"b":{}},"c":1}`,
		"- item\n---\nk: v: w":              `{"k":"v: w"}`,
		"a:\n  - x\n  b: 1":                 `{"a":{"b":1}}`,
		strings.Repeat(" ", 3) + "a: [1]\n": `{"a":"[1]"}`,
	} {
		assert.Equal(t, want, string(appendJSON(nil, yamlNested(testTags, text, unheeded), unheeded)), "%q", text)
	}
	var deep bytes.Buffer
	const depth = 2000
	for i := range depth {
		deep.WriteString(strings.Repeat(" ", i) + "k:\n")
	}
	assert.Equal(t, depth, members(yamlNested(testTags, deep.String(), unheeded)))
}
