package spelling_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/seq/spelling"
)

func TestNearest(t *testing.T) {
	names := []string{"json", "list", "lists", "loops", "io.write-line", "io.write-lines", "io.write", "Upper", "éàü"}
	for name, want := range map[string][]string{
		"jason": {"json"}, "josn": {"json"}, "jsn": {"json"}, "js": nil, "": nil, "lisp": {"list"}, "listes": {"lists"},
		"io.writeline": {"io.write-line"}, "io.wirte-lin": {"io.write-line"}, "io.write-line": {"io.write-lines"}, "xyzzy": nil, "UPPER": {"Upper"}, "upper": {"Upper"}, "éàx": {"éàü"},
	} {
		assert.Equal(t, want, spelling.Nearest(name, names), name)
	}
	assert.Equal(t, []string{"aab", "aac", "aad"}, spelling.Nearest("aaa", []string{"aad", "aae", "aac", "aab", "bbb"}), "at most 3, sorted")
	assert.Equal(t, []string{"square"}, spelling.Nearest("suqare", []string{"square", "square"}), "named once")
}
