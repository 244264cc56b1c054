package load_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/stdlib"
)

// tree writes files into a folder of the test and returns it.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

func names(p *load.Program) (list []string) {
	for _, m := range p.Modules {
		list = append(list, filepath.Base(m.Source.Name))
	}
	return list
}

func TestIncludesAreDepthFirstAndOnce(t *testing.T) {
	dir := tree(t, map[string]string{
		"main.seq":       "include \"a\" include \"lib/b\"\ninclude std:loops",
		"a.seq":          `include "lib/c" include "main" include "a"`,
		"lib/b.seq":      `include "c" include "../a" include "./../lib/b" include std : loops`,
		"lib/c.seq":      "",
		"unrelated.seq":  "nonsense",
		"lib/b.seq.seq":  "nonsense",
		"lib/main.other": "",
	})
	p, problems := load.File(filepath.Join(dir, "main.seq"), load.Options{})
	assert.Empty(t, problems)
	assert.Equal(t, []string{"main.seq", "a.seq", "c.seq", "b.seq", "<std:loops>"}, names(p))
	assert.Equal(t, filepath.Join(dir, "lib", "c.seq"), p.Modules[2].Source.Name, "the path is joined from the includer's folder")
	assert.True(t, p.Modules[4].Supplied)
}

func TestALinkedFileIsTheFileItNames(t *testing.T) {
	dir := tree(t, map[string]string{"main.seq": `include "link" include "real/file"`, "real/file.seq": `include "beside"`, "real/beside.seq": ""})
	if err := os.Symlink(filepath.Join("real", "file.seq"), filepath.Join(dir, "link.seq")); err != nil {
		t.Skip("no symbolic links here")
	}
	p, problems := load.File(filepath.Join(dir, "main.seq"), load.Options{})
	assert.Empty(t, problems)
	assert.Equal(t, []string{"main.seq", "link.seq", "beside.seq"}, names(p))
}

func TestRefusedIncludes(t *testing.T) {
	for text, want := range map[string]string{
		`include ""`:        "empty",
		`include "/x"`:      "absolute",
		`include "missing"`: "cannot include 'missing'",
		`include std:none`:  "unknown standard module 'none'",
		`include vm:none`:   "unknown module 'vm:none'",
		`include ffi:none`:  "'ffi:none'",
		`include x`:         "cannot include 'x'",
	} {
		_, problems := load.Text("main.seq", text, t.TempDir(), load.Options{})
		require.True(t, problems.HasErrors(), text)
		assert.Contains(t, problems.Error(), want)
	}
}

func TestFurtherModulesComeFromTheStdlibFolder(t *testing.T) {
	dir := tree(t, map[string]string{"mine.seq": ": mine ( -- ) ;", "loops.seq": "nonsense"})
	p, problems := load.Text("main.seq", "include std:mine include std:loops", ".", load.Options{StdlibDir: dir})
	assert.Empty(t, problems)
	assert.Equal(t, []string{"main.seq", "<std:mine>", "<std:loops>"}, names(p))
	assert.False(t, p.Modules[1].Supplied)
	_, problems = load.Text("main.seq", "include vm:mine", ".", load.Options{StdlibDir: dir})
	assert.True(t, problems.HasErrors(), "only the VM has modules of vm:")
	_, problems = load.Text("main.seq", "include std:mine", ".", load.Options{StdlibDir: filepath.Join(dir, "no-such")})
	require.Len(t, problems, 2)
	assert.Contains(t, problems[0].Message, "no-such")
	assert.True(t, problems.HasErrors())
}

func TestErrorsOfIncludedFilesNameThem(t *testing.T) {
	dir := tree(t, map[string]string{"main.seq": `include "part"`, "part.seq": "\n: broken ( -- ) ] ;"})
	_, problems := load.File(filepath.Join(dir, "main.seq"), load.Options{})
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0].Error(), filepath.Join(dir, "part.seq")+":2:17: error: ")
}

// Every module parses, and its helpers are the words that start with "%".
func TestSuppliedModules(t *testing.T) {
	for _, m := range stdlib.Modules() {
		_, problems := load.Text("main.seq", "include "+m.String(), ".", load.Options{})
		assert.Empty(t, problems, m)
	}
	words := load.SuppliedWords()
	assert.Equal(t, stdlib.Module{Space: stdlib.Std, Name: "loops"}, words["times"])
	assert.Equal(t, stdlib.Module{Space: stdlib.VM, Name: "io"}, words["io.read-all"])
	for w := range words {
		assert.False(t, stdlib.Private(w), w)
	}
}

// A path that has its ending although one is appended: it can be left out if that helps.
func TestEndingOfAnIncludeIsLeftOut(t *testing.T) {
	dir := tree(t, map[string]string{"main.seq": `include "lib/a.seq"` + "\n" + `include "lib/b.seq"`, "lib/a.seq": ""})
	_, problems := load.File(filepath.Join(dir, "main.seq"), load.Options{})
	require.Len(t, problems, 2)
	require.Len(t, problems[0].Fixes, 1)
	assert.Equal(t, `include "lib/a"`+"\n"+`include "lib/b.seq"`, problems[0].Fixes[0].Apply(problems[0].Span.Source))
	assert.Empty(t, problems[1].Fixes, "there is no such file")
}

func TestModulesAndDialectsOfNearNamesAreOffered(t *testing.T) {
	for text, want := range map[string]string{
		"include std:jason":        "include std:json",
		"include std : jason":      "include std:json",
		"include std:strings":      "",
		"include vm:oi":            "",
		"include vm:list":          "include std:list",
		"include std:io":           "include vm:io",
		"# seq:dialect clasic\n":   "# seq:dialect classic\n",
		"# seq:dialect nonsense\n": "",
	} {
		_, problems := load.Text("x.seq", text, t.TempDir(), load.Options{})
		require.NotEmpty(t, problems, text)
		if want == "" {
			assert.Empty(t, problems[0].Fixes, text)
			continue
		}
		require.Len(t, problems[0].Fixes, 1, text)
		assert.Equal(t, want, problems[0].Fixes[0].Apply(problems[0].Span.Source))
	}
}

// A classic file that calls words of other files with a "#" in their names is
// parsed twice; its errors are reported once.
func TestErrorsOfAFileThatIsParsedTwice(t *testing.T) {
	dir := tree(t, map[string]string{
		"main.seq":  "# seq:dialect classic\ninclude \"other\"\ninclude 5\ninclude \"nofile\"\n: main ( -- ) true if a#b else ] then ;",
		"other.seq": "# seq:dialect classic\n: a#b ( -- ) ;",
	})
	_, problems := load.File(filepath.Join(dir, "main.seq"), load.Options{})
	var codes []string
	for _, d := range problems {
		codes = append(codes, string(d.Code))
	}
	assert.ElementsMatch(t, []string{"include-form", "missing-include", "unclosed-if"}, codes)
}
