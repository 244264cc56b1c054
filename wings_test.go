package seqvm_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wings says which packages the packages of a wing may import; docs/internals.md has the
// same as a table. A wing is the longest of these names that begins a package's path. All may
// import internal/visible, internal/outfile, internal/parallel and internal/hugepage, and what belongs to their own wing.
var wings = map[string]string{
	"arena":              "",
	"stack":              "",
	"bytecode":           "",
	"native":             "bytecode",
	"scheduler":          "arena stack",
	"channel":            "scheduler stack",
	"host":               "scheduler arena",
	"vm":                 "bytecode native stack arena scheduler channel host",
	"stdlib":             "",
	"seq":                "stdlib",
	"compile":            "seq bytecode",
	"builtins":           "seq/types seq/syntax seq/diag vm stack channel host",
	".":                  "seq compile bytecode vm stack host builtins tools/lint tools/traceback",
	"tools":              "seq compile bytecode native vm stack channel host builtins stdlib .",
	"cmd":                "seq bytecode vm host tools internal builtins/ffi builtins/parts .",
	"internal":           "",
	"internal/reference": "seq",
}

const module = "github.com/seqvm/seqvm"

// wingOf is the wing that a package belongs to.
func wingOf(pkg string) string {
	for p := pkg; ; {
		if _, ok := wings[p]; ok {
			return p
		}
		i := strings.LastIndexByte(p, '/')
		if i < 0 {
			return ""
		}
		p = p[:i]
	}
}

func TestImportsKeepToTheirWings(t *testing.T) {
	imports := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		require.NoError(t, err)
		pkg := filepath.ToSlash(filepath.Dir(path))
		wing := wingOf(pkg)
		if !assert.NotEmpty(t, wing, "%s belongs to no wing", path) {
			return nil
		}
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			if name != module && !strings.HasPrefix(name, module+"/") {
				continue
			}
			imports++
			to := strings.TrimPrefix(strings.TrimPrefix(name, module), "/")
			if to == "" {
				to = "."
			}
			assert.True(t, mayImport(wing, to), "%s imports %s: that is not for %s", path, to, wing)
		}
		return nil
	})
	require.NoError(t, err)
	assert.Greater(t, imports, 200)
}

func mayImport(wing, to string) bool {
	if to == "internal/visible" || to == "internal/outfile" || to == "internal/parallel" || to == "internal/hugepage" || to == "internal/memory" || to == "internal/threads" || to == wing || strings.HasPrefix(to, wing+"/") {
		return true
	}
	for _, allowed := range strings.Fields(wings[wing]) {
		if to == allowed || allowed != "." && strings.HasPrefix(to, allowed+"/") {
			return true
		}
	}
	return false
}
