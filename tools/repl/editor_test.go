package repl

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCommandLinesAreSplitAsShellsDo(t *testing.T) {
	for line, want := range map[string][]string{
		"vi":                         {"vi"},
		"  code\t--wait  -n ":        {"code", "--wait", "-n"},
		`'/a b/ed' -x`:               {"/a b/ed", "-x"},
		`"/a b/ed" "say \"\$x\" \n"`: {"/a b/ed", `say "$x" \n`},
		`/a\ b/ed\'s`:                {"/a b/ed's"},
		`a"b"'c'd ''`:                {"abcd", ""},
		`'a\' b`:                     {`a\`, "b"},
		`$HOME/ed *`:                 {"$HOME/ed", "*"},
		"":                           nil,
	} {
		got, ok := commandWords(line)
		assert.True(t, ok, line)
		assert.Equal(t, want, got, line)
	}
	for _, line := range []string{`'a`, `a "b`, `a\`, `"a\"`} {
		_, ok := commandWords(line)
		assert.False(t, ok, line)
	}
}
