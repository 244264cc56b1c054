package seqvm_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// How much one reads at a time: a function, and a type with its methods.
const (
	maxLines   = 100
	maxMethods = 60
)

// long are the functions that are longer, each with the reason.
var long = map[string]string{
	"vm.Strand.run": "the interpreter's loop: its registers are local variables, which no call may see",
}

// large are the types that have more methods, each with the reason.
var large = map[string]string{}

// declarations calls f with every function of the code, without tests, and its name, such as
// "vm.Strand.run".
func declarations(t *testing.T, f func(files *token.FileSet, decl *ast.FuncDecl, typ, name string)) {
	files := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			typ := filepath.ToSlash(filepath.Dir(path))
			if fn.Recv != nil {
				typ += "." + receiver(fn.Recv.List[0].Type)
			}
			f(files, fn, typ, typ+"."+fn.Name.Name)
		}
		return nil
	})
	require.NoError(t, err)
}

// receiver is the name of the type that a method belongs to.
func receiver(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.StarExpr:
		return receiver(x.X)
	case *ast.IndexExpr:
		return receiver(x.X)
	case *ast.IndexListExpr:
		return receiver(x.X)
	case *ast.Ident:
		return x.Name
	}
	return "?"
}

func TestFunctionsAreShort(t *testing.T) {
	found := map[string]bool{}
	count := 0
	declarations(t, func(files *token.FileSet, decl *ast.FuncDecl, _, name string) {
		count++
		from, to := files.Position(decl.Pos()), files.Position(decl.End())
		lines := to.Line - from.Line + 1
		if lines <= maxLines {
			return
		}
		found[name] = true
		assert.Contains(t, long, name, "%s: %d lines", from, lines)
	})
	assert.Greater(t, count, 2000)
	for name := range long {
		assert.True(t, found[name], "%s is short, or gone: its exception can go", name)
	}
}

func TestTypesHaveFewMethods(t *testing.T) {
	methods := map[string]int{}
	declarations(t, func(_ *token.FileSet, decl *ast.FuncDecl, typ, _ string) {
		if decl.Recv != nil {
			methods[typ]++
		}
	})
	assert.Greater(t, len(methods), 100)
	for typ, n := range methods {
		if n > maxMethods {
			assert.Contains(t, large, typ, "%d methods", n)
		}
	}
	for typ := range large {
		assert.Greater(t, methods[typ], maxMethods, "%s has few methods, or is gone: its exception can go", typ)
	}
}
