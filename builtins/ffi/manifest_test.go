package ffi_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/builtins/ffi"
)

const library = "[[library]]\nname = \"x\"\nlink = \"c\"\n"

// function is a manifest with one function.
func function(effect, args, result string) string {
	text := library + "[[library.function]]\nc_name = \"f\"\nseq_name = \"w\"\nstack_effect = \"" + effect + "\"\nargs = [" + args + "]\n"
	if result != "" {
		text += "return = " + result + "\n"
	}
	return text
}

func TestManifestIsRead(t *testing.T) {
	m, problems := ffi.Parse("m.toml", function("( String Int -- Int Float String )",
		`{ type = "string" }, { type = "ptr", value = "NULL" }, { type = "int", pass = "c_string" }, { type = "ptr", pass = "by_ref" }, { type = "float", pass = "by_ref" }, { type = "int32", value = "-7" }`,
		`{ type = "string", ownership = "caller_frees", other = 5 }`)+"unknown = true\n")
	require.Empty(t, problems)
	require.Len(t, m.Libraries, 1)
	f := m.Libraries[0].Functions[0]
	assert.Equal(t, []ffi.Argument{
		{Type: ffi.String}, {Type: ffi.Pointer, Pass: ffi.Constant}, {Type: ffi.Int}, {Type: ffi.Pointer, Pass: ffi.ByReference},
		{Type: ffi.Float, Pass: ffi.ByReference}, {Type: ffi.Int32, Pass: ffi.Constant, Value: -7},
	}, f.Args)
	assert.Equal(t, ffi.Result{Type: ffi.String, Freed: true}, f.Result)
	assert.Equal(t, "f", f.Symbol)
	assert.Equal(t, "w", f.Word)
}

// Each way of passing each type: what chapter 8, section 10, does not list is refused.
func TestWaysOfPassing(t *testing.T) {
	passes := []string{"", "c_string", "int", "ptr", "by_ref", "other"}
	allowed := map[string]string{ // by type: the letters of the ways that are allowed
		"int": "-cipr", "ptr": "-pr", "string": "-c", "int32": "-ir", "uint32": "-ir", "bool": "-ir", "bool8": "-ir", "float": "-r", "void": "", "long": "",
	}
	letters := map[string]string{"": "-", "c_string": "c", "int": "i", "ptr": "p", "by_ref": "r", "other": "o"}
	stack := map[string]string{"int": "Int", "ptr": "Int", "string": "String", "int32": "Int", "uint32": "Int", "bool": "Bool", "bool8": "Bool", "float": "Float"}
	for typeName, good := range allowed {
		for _, pass := range passes {
			effect := "( " + stack[typeName] + " -- )"
			if pass == "by_ref" {
				effect = "( -- " + stack[typeName] + " )"
			}
			_, problems := ffi.Parse("m.toml", function(effect, `{ type = "`+typeName+`", pass = "`+pass+`" }`, ""))
			if strings.Contains(good, letters[pass]) {
				assert.Empty(t, problems, "%s passed as %q", typeName, pass)
			} else if assert.NotEmpty(t, problems, "%s passed as %q", typeName, pass) {
				assert.Contains(t, problems[0].Message, "'w'")
			}
		}
	}
}

func TestManifestsThatAreRefused(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "m.toml: error: the manifest 'm.toml' has no [[library]] [ffi-manifest]"},
		{"library = 5", "m.toml:1:11: error: the manifest 'm.toml' cannot be read: the value of 'library' has another type than it must have [ffi-manifest]"},
		{"[[library]\n", "m.toml:1:10: error: the manifest 'm.toml' cannot be read: expected ']]' to close array table name [ffi-manifest]"},
		{"[[library]]\nname = \" \"\nlink = \"c\"", "m.toml:1:3: error: a library of the manifest 'm.toml' has no name [ffi-manifest]"},
		{"[[library]]\nname = \"n\"\nlink = \"\"", "m.toml:1:3: error: the library 'n' has no link: it says what the linker calls it [ffi-manifest]"},
		{"[[library]]\nname = \"n\"\nlink = \"c -Wl,evil\"", "m.toml:1:3: error: the link 'c -Wl,evil' of the library 'n' can have letters, digits, '-', '_' and '.' only [ffi-manifest]"},
		{"[[library]]\nname = \"n\"\nlink = \"../x.so\"", "m.toml:1:3: error: the link '../x.so' of the library 'n' can have letters, digits, '-', '_' and '.' only [ffi-manifest]"},
		{library + "[[library.function]]\nseq_name = \"w\"\nstack_effect = \"( -- )\"", "m.toml:4:11: error: the function 'w': c_name is missing [ffi-manifest]"},
		{library + "[[library.function]]\nc_name = \"f\"\nstack_effect = \"( -- )\"", "m.toml:4:11: error: the function 'f': seq_name is missing [ffi-manifest]"},
		{library + "[[library.function]]\nc_name = \"f\"\nseq_name = \"w\"", "m.toml:4:11: error: the function 'w': stack_effect is missing [ffi-manifest]"},
		{library + "[[library.function]]\nc_name = \"f\"\nseq_name = \"5\"\nstack_effect = \"( -- )\"", `m.toml:4:11: error: the function '5': no program can call a word with the name "5" [ffi-manifest]`},
		{function("( Int -- )", `{ type = "long" }`, ""), "m.toml:4:11: error: the function 'w': argument 1 has the type 'long', which is not one of int, int32, uint32, bool, bool8, float, ptr, string [ffi-manifest]"},
		{function("( -- )", `{ type = "int", value = "0x10" }`, ""), "m.toml:4:11: error: the function 'w': argument 1 has the value '0x10': it must be null, NULL or a number of 64 bits [ffi-manifest]"},
		{function("( -- )", `{ type = "int", value = "9223372036854775808" }`, ""), "m.toml:4:11: error: the function 'w': argument 1 has the value '9223372036854775808'"},
		{function("( -- )", "", `{ type = "char" }`), "m.toml:4:11: error: the function 'w': it returns the type 'char', which is not one of void, int, int32, uint32, bool, bool8, float, ptr, string [ffi-manifest]"},
		{function("( -- String )", "", `{ type = "string", ownership = "mine" }`), "m.toml:4:11: error: the function 'w': the ownership 'mine' is not one of caller_frees, static, borrowed [ffi-manifest]"},
		{function("Int -- Int", `{ type = "int" }`, `{ type = "int" }`), "m.toml:4:11: error: the function 'w': the stack effect 'Int -- Int' is none: an effect starts with '('"},
		{function("( Int -- Int -- )", `{ type = "int" }`, ""), "m.toml:4:11: error: the function 'w': the stack effect '( Int -- Int -- )'"},
		{function("( Channel -- )", `{ type = "int" }`, ""), "m.toml:4:11: error: the function 'w': the stack effect '( Channel -- )' can have the types Int, Float, Bool and String only [ffi-manifest]"},
		{function("( ..a Int -- ..a )", `{ type = "int" }`, ""), "m.toml:4:11: error: the function 'w': the stack effect '( ..a Int -- ..a )' can have the types Int, Float, Bool and String only [ffi-manifest]"},
		{function("( -- Int )", `{ type = "int" }`, `{ type = "int" }`), "m.toml:4:11: error: the function 'w': the stack effect ( -- Int ) does not match the arguments, which make it ( Int -- Int ) [ffi-manifest]"},
		{function("( Int -- Int Float )", `{ type = "int" }, { type = "int", pass = "by_ref" }`, `{ type = "int" }`), "does not match the arguments, which make it ( Int -- Int Int ) [ffi-manifest]"},
		{function("( -- )", strings.Repeat(`{ type = "int", value = "1" },`, 16), ""), "m.toml:4:11: error: the function 'w': it has more than 15 arguments [ffi-manifest]"},
	} {
		m, problems := ffi.Parse("m.toml", c.text)
		assert.Nil(t, m, c.text)
		if assert.NotEmpty(t, problems, c.text) {
			assert.Contains(t, problems[0].Error(), c.want)
		}
	}
}

func TestWordsThatThereAreTwice(t *testing.T) {
	parse := func(name, word string) *ffi.Manifest {
		m, problems := ffi.Parse(name, strings.ReplaceAll(function("( -- )", "", ""), `"w"`, `"`+word+`"`))
		require.Empty(t, problems)
		return m
	}
	words, problems := ffi.Words(builtins.All(), parse("a.toml", "one"), parse("b.toml", "two"))
	require.Empty(t, problems)
	assert.Len(t, words.Unlinked(), len(builtins.All().Unlinked())+2)
	_, problems = ffi.Words(builtins.All(), parse("a.toml", "one"), parse("b.toml", "one"))
	require.Len(t, problems, 1)
	assert.Equal(t, "b.toml:4:11: error: the word 'one' of the manifest 'b.toml' is also defined in 'a.toml' [ffi-manifest]", problems[0].Error())
	_, problems = ffi.Words(builtins.All(), parse("a.toml", "string.length"))
	require.Len(t, problems, 1)
	assert.Equal(t, "a.toml:4:11: error: the word 'string.length' of the manifest 'a.toml' is a built-in word already [ffi-manifest]", problems[0].Error())
	both, problems := ffi.Parse("m.toml", function("( -- )", "", "")+strings.TrimPrefix(function("( -- )", "", ""), library))
	require.Empty(t, problems)
	_, problems = ffi.Words(builtins.All(), both)
	require.Len(t, problems, 1)
	assert.Equal(t, "m.toml:9:11: error: the word 'w' is defined twice in the manifest 'm.toml' [ffi-manifest]", problems[0].Error())
}

func TestManifestFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.toml")
	_, problems := ffi.Read(path)
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0].Message, "cannot read the manifest '"+path+"'")
	require.NoError(t, os.WriteFile(path, []byte(library), 0o666))
	m, problems := ffi.Read(path)
	require.Empty(t, problems)
	assert.Same(t, m, ffi.Find("x", []*ffi.Manifest{m}))
	assert.Nil(t, ffi.Find("y", []*ffi.Manifest{m}))
	assert.NotNil(t, ffi.Find("libedit", ffi.Supplied()))
}
