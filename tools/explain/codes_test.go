package explain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/tools/lint"
)

// sourceCodes finds the codes of diagnostics in a tree of Go files. A code is a literal or a
// constant of the package. It gets into a diagnostic where that is made, through a
// parameter of type diag.Code, or by an assignment of a literal. Whatever else is given
// to one of the first two, and a diagnostic that is made without a code, is reported.
type sourceCodes struct {
	t     *testing.T
	fset  *token.FileSet
	codes map[string]bool

	// Of the package that is looked at:
	takes  map[string]int  // functions: index of their code parameter
	consts map[string]bool // names of codes
}

func isType(x ast.Expr, name string) bool {
	if star, ok := x.(*ast.StarExpr); ok {
		x = star.X
	}
	sel, ok := x.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && pkg.Name == "diag" && sel.Sel.Name == name
}

// codeParameter returns the index and the name of the parameter of type diag.Code.
func codeParameter(f *ast.FuncType) (int, string) {
	i := 0
	for _, field := range f.Params.List {
		for _, name := range field.Names {
			if isType(field.Type, "Code") {
				return i, name.Name
			}
			i++
		}
	}
	return -1, ""
}

func (s *sourceCodes) pkg(files []*ast.File) {
	s.takes, s.consts = map[string]int{}, map[string]bool{}
	for _, f := range files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if i, _ := codeParameter(d.Type); i >= 0 {
					s.takes[d.Name.Name] = i
				}
			case *ast.GenDecl:
				s.constants(d)
			}
		}
	}
	for _, f := range files {
		for _, d := range f.Decls {
			own := ""
			if fn, ok := d.(*ast.FuncDecl); ok {
				_, own = codeParameter(fn.Type)
			}
			ast.Inspect(d, func(n ast.Node) bool { return s.node(n, own) })
		}
	}
}

// constants finds the names of codes in a declaration.
func (s *sourceCodes) constants(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		v, ok := spec.(*ast.ValueSpec)
		if !ok || d.Tok != token.CONST || !isType(v.Type, "Code") {
			continue
		}
		for i, name := range v.Names {
			s.consts[name.Name] = true
			s.code(v.Values[i], "")
		}
	}
}

func (s *sourceCodes) node(n ast.Node, own string) bool {
	switch n := n.(type) {
	case *ast.FuncLit:
		if i, _ := codeParameter(n.Type); i >= 0 {
			s.t.Errorf("%s: a code goes through a function without a name", s.fset.Position(n.Pos()))
		}
	case *ast.CompositeLit:
		switch {
		case n.Type == nil:
		case isType(n.Type, "Diagnostic"):
			s.literal(n, own)
		case isType(n.Type, "List"):
			for _, x := range n.Elts {
				if inner, ok := x.(*ast.CompositeLit); ok && inner.Type == nil {
					s.literal(inner, own)
				}
			}
		}
	case *ast.AssignStmt:
		for i, x := range n.Lhs {
			sel, ok := x.(*ast.SelectorExpr)
			text, isText := n.Rhs[min(i, len(n.Rhs)-1)].(*ast.BasicLit)
			if ok && isText && sel.Sel.Name == "Code" { // else it may be the code of a function
				s.code(text, own)
			}
		}
	case *ast.CallExpr:
		if sel, ok := n.Fun.(*ast.SelectorExpr); ok {
			if i, takes := s.takes[sel.Sel.Name]; takes {
				s.code(n.Args[i], own)
			}
		}
	}
	return true
}

// literal looks at a diag.Diagnostic.
func (s *sourceCodes) literal(n *ast.CompositeLit, own string) {
	for _, x := range n.Elts {
		if kv, ok := x.(*ast.KeyValueExpr); ok && kv.Key.(*ast.Ident).Name == "Code" {
			s.code(kv.Value, own)
			return
		}
	}
	s.t.Errorf("%s: a diagnostic without a code", s.fset.Position(n.Pos()))
}

func (s *sourceCodes) code(x ast.Expr, own string) {
	switch x := x.(type) {
	case *ast.BasicLit:
		code, err := strconv.Unquote(x.Value)
		require.NoError(s.t, err)
		assert.Regexp(s.t, `^[a-z][a-z0-9]*(-[a-z0-9]+)*$`, code, s.fset.Position(x.Pos()))
		s.codes[code] = true
		return
	case *ast.Ident:
		if x.Name == own || s.consts[x.Name] {
			return
		}
	case *ast.SelectorExpr:
		if strings.EqualFold(x.Sel.Name, "id") { // of a rule of the linter, which lists them
			return
		}
	}
	s.t.Errorf("%s: a code that is no literal", s.fset.Position(x.Pos()))
}

// explained are the pages that messages name.
var explained = regexp.MustCompile(`seqvm explain ([a-z][a-z0-9-]+)`)

// Every code that the phases report has a page, and every page is of such a code.
func TestEveryCodeHasAPage(t *testing.T) {
	s := &sourceCodes{t: t, fset: token.NewFileSet(), codes: map[string]bool{}}
	dirs := map[string][]*ast.File{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "../.." && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, pointer := range explained.FindAllSubmatch(text, -1) {
			_, ok := Find(string(pointer[1]))
			assert.True(t, ok, "%s names the page of %s", path, pointer[1])
		}
		f, err := parser.ParseFile(s.fset, path, text, parser.SkipObjectResolution)
		dirs[filepath.Dir(path)] = append(dirs[filepath.Dir(path)], f)
		return err
	})
	require.NoError(t, err)
	for _, files := range dirs {
		s.pkg(files)
	}
	for _, id := range lint.IDs(builtins.All().Types()) {
		s.codes[string(id)] = true
	}
	var pages []string
	for _, g := range Groups() {
		for _, p := range g.Pages {
			for _, code := range p.Codes() {
				pages = append(pages, string(code))
			}
		}
	}
	assert.ElementsMatch(t, slices.Sorted(maps.Keys(s.codes)), pages)
}
