package compile_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/bytecode"
)

// more are words that make a program long enough for being compiled on all processors: chains of
// calls, words that call each other, quotations, and the compiler's own helpers, which are in a module once.
var more = func() string {
	var text strings.Builder
	for i := range 12 {
		fmt.Fprintf(&text, `
: more-%[1]d ( Int -- Int ) more-%[2]d [ %[1]d i.+ ] apply-more %[1]d.25 float->int i.+ ;
: more-sum-%[1]d ( Variant [ Int -- Int ] -- Int ) list.map [ i.+ "more %[1]d" drop ] fold-more-%[1]d ;
: fold-more-%[1]d ( Variant [ Int Int -- Int ] -- Int ) 0 swap list.fold ;
: more-even-%[1]d ( Int -- Bool ) dup 0 i.= [ drop true ] [ 1 i.- more-odd-%[1]d ] if ;
: more-odd-%[1]d ( Int -- Bool ) dup 0 i.= [ drop false ] [ 1 i.- more-even-%[1]d ] if ;
`, i, max(i-1, 0))
	}
	return text.String() + ": apply-more ( Int [ Int -- Int ] -- Int ) call ;\n"
}()

// TestParts compiles programs on one processor and on several: the modules must be the same.
func TestParts(t *testing.T) {
	programs := 0
	folders := []string{"code", "language", "core"}
	if !testing.Short() {
		folders = append(folders, "closures", "collections", "concurrency", "runtime", "types", "modules", "apps")
	}
	for _, folder := range folders {
		require.NoError(t, filepath.WalkDir(filepath.Join("../testdata", folder), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".seq" {
				return err
			}
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			if one := compiled(path, string(text)+more, 1); one != nil {
				programs++
				differs(t, path, one, compiled(path, string(text)+more, 4))
			}
			return nil
		}))
	}
	assert.Greater(t, programs, 100)
}

// compiled compiles a text on so many processors; nil if it is refused.
func compiled(path, text string, processors int) *bytecode.Module {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
	program, err := seqvm.Compile(seqvm.File(path), seqvm.Options{Overlay: map[string]string{path: text}, Library: true})
	if err != nil {
		return nil
	}
	return program.Module
}

func differs(t *testing.T, path string, one, several *bytecode.Module) {
	t.Helper()
	if reflect.DeepEqual(one, several) && slices.Equal(bytecode.Encode(one), bytecode.Encode(several)) {
		return
	}
	for i := range min(len(one.Funcs), len(several.Funcs)) {
		require.Equal(t, one.Funcs[i], several.Funcs[i], "%s: function %d", path, i)
	}
	require.Equal(t, one, several, path)
	t.Fatalf("%s: they are encoded in two ways", path)
}
