package syntax_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
)

// TestParts reads texts of many definitions on one processor and on several: they mean the same, and what is said of
// them is the same. The texts are those of programs one behind the other, good and bad ones.
func TestParts(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const enough = 40_000 // bytes: more than 4096 tokens
	texts, faultless := 0, 0
	same := func(text string, dialect syntax.Dialect) {
		texts++
		source := diag.NewSource("text", text)
		runtime.GOMAXPROCS(1)
		one, problems := syntax.Parse(source, dialect)
		runtime.GOMAXPROCS(4)
		several, others := syntax.Parse(source, dialect)
		if len(problems) == 0 {
			faultless++
		}
		require.Equal(t, len(one.Words), len(several.Words))
		for i := range one.Words {
			if !reflect.DeepEqual(one.Words[i], several.Words[i]) {
				require.Equal(t, one.Words[i], several.Words[i])
			}
		}
		require.True(t, reflect.DeepEqual(one, several), "the files differ")
		require.Equal(t, problems, others)
	}
	var good, all strings.Builder
	require.NoError(t, filepath.WalkDir("../../testdata", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".seq" {
			return err
		}
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		text := string(b) + "\n"
		if _, problems := syntax.Parse(diag.NewSource("text", text), syntax.Seven); len(problems) == 0 {
			good.WriteString(text)
		}
		if _, problems := syntax.Parse(diag.NewSource("text", text), syntax.Classic); len(problems) == 0 && strings.Contains(path, "classic") && !testing.Short() {
			same(strings.Repeat(text, enough/len(text)+1), syntax.Classic)
		}
		if all.WriteString(text); good.Len() > enough {
			same(good.String(), syntax.Seven)
			good.Reset()
		}
		if all.Len() > 3*enough {
			same(all.String(), syntax.Seven)
			all.Reset()
		}
		return nil
	}))
	assert.Greater(t, texts, 10)
	assert.Greater(t, faultless, 5)
	for _, text := range []string{
		"# seq:allow(a)\n: f ( -- ) ; # seq:allow(b)\n# seq:allow(c)\n: g ( -- )\n  # seq:allow(d)\n;\ninclude std:list\nunion U { A }\n",
		": f ( Int -- Int )\n  match A -> [ 1 2 pick ] [ ] if B { >b } -> 3 ;\n: g ( -- ) end ;\n",
		": f ( -- )\n  : a ;\n: b ( -- ) ;\n",
	} {
		same(strings.Repeat(text, 4*4096/len(strings.Fields(text))), syntax.Seven)
	}
}
