package rulefile_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/tools/lint/rulefile"
)

func TestParse(t *testing.T) {
	rules, err := rulefile.Parse("r.toml", `
		title = "ours"
		[[lint]]
		id = "a"
		pattern = "x  y"
		message = "m"
		[[lint]]
		id = "b"
		pattern = "$X $..."
		message = ""
		replacement = "z"
		severity = "error"
		further = 1
	`)
	require.NoError(t, err)
	require.Len(t, rules, 2)
	assert.Equal(t, diag.Warning, rules[0].Severity)
	assert.Empty(t, rules[0].Replacement)
	assert.Equal(t, diag.Error, rules[1].Severity)
	assert.Equal(t, "z", rules[1].Replacement)
	none, err := rulefile.Parse("r.toml", "lint = []")
	require.NoError(t, err)
	assert.Empty(t, none)
}

func TestWhatIsWrong(t *testing.T) {
	const rest = "\npattern = \"x\"\nmessage = \"m\"\n"
	for text, want := range map[string]string{
		"":                                      "r.toml: there is no table [[lint]]",
		"a = 1":                                 "r.toml: there is no table [[lint]]",
		"[[lint]":                               "r.toml:1:",
		"[[lint]]":                              "r.toml: rule 1: the key 'id' is missing",
		"lint = 1":                              "r.toml:1:",
		"\n[lint]\n":                            "r.toml:",
		"[[lint]]\nid = \"a\"\nmessage = \"m\"": "r.toml: rule 1 (a): the key 'pattern' is missing",
		"[[lint]]\nid = \"a\"\npattern = \"x\"": "r.toml: rule 1 (a): the key 'message' is missing",
		"[[lint]]\nid = 1" + rest:               "r.toml:2:",
		"[[lint]]\nid = \"a\"\nseverity = \"bad\"" + rest:                                        "r.toml: rule 1 (a): the severity 'bad' is none of error, warning, hint",
		"[[lint]]\nid = \"a b\"" + rest:                                                          "the id 'a b' is not one word",
		"[[lint]]\nid = \"\"" + rest:                                                             "the id '' is not one word",
		"[[lint]]\nid = \"type-error\"" + rest:                                                   "the id is that of errors of the language",
		"[[lint]]\nid = \"a\"\npattern = \"\"\nmessage = \"m\"":                                  "r.toml: rule 1 (a): the pattern '': the pattern is empty",
		"[[lint]]\nid = \"ok\"" + rest + "[[lint]]\nid = \"a\"\npattern = \"$\"\nmessage = \"\"": "r.toml: rule 2 (a): the pattern '$': '$' needs a name",
	} {
		_, err := rulefile.Parse("r.toml", text)
		assert.ErrorContains(t, err, want, "%q", text)
	}
}
