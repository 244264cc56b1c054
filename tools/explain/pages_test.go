package explain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/tools/lint"
	"github.com/seqvm/seqvm/tools/repl"
)

// made are the programs of pages that can only describe them: it writes one into a
// folder and returns its path.
var made = map[diag.Code]func(t *testing.T, dir string, o *seqvm.Options) string{
	"unreadable": func(_ *testing.T, dir string, _ *seqvm.Options) string { return filepath.Join(dir, "helo.seq") },
	"stdlib-dir": func(t *testing.T, dir string, o *seqvm.Options) string {
		o.StdlibDir = filepath.Join(dir, "no-such-folder")
		return write(t, dir, "main.seq", "include std:nosuchmodule\n: main ( -- ) ;\n")
	},
	"not-utf8": func(t *testing.T, dir string, _ *seqvm.Options) string {
		return write(t, dir, "main.seq", ": main ( -- ) \"caf\xe9\" io.write-line ;\n")
	},
	"nesting-limit": func(t *testing.T, dir string, _ *seqvm.Options) string {
		return write(t, dir, "main.seq", ": main ( -- ) "+strings.Repeat("[ ", 100_001)+strings.Repeat("] ", 100_001)+"drop ;\n")
	},
}

// undemonstrated is tested elsewhere: a file of 2 GiB is too much for a test, and what reads bytecode
// files is the command.
var undemonstrated = map[diag.Code]bool{"file-too-large": true, "bad-bytecode": true}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	return file
}

// optionsOf are the options that flags of an example stand for, and how it is checked.
func optionsOf(t *testing.T, flags []string) (o seqvm.Options, check func(string, seqvm.Options) diag.List) {
	t.Helper()
	check = func(path string, o seqvm.Options) diag.List { return seqvm.Check(seqvm.File(path), o) }
	o.Library = true
	for _, flag := range flags {
		name, value, _ := strings.Cut(flag, "=")
		switch name {
		case "--dialect":
			o.Dialect = value
		case "lint":
			check = func(path string, o seqvm.Options) diag.List {
				return seqvm.Lint(seqvm.File(path), o, lint.Options{}).List()
			}
		case "--verbose":
			o.Verbose = true
		case "--sandbox", "--allow-read":
			policy, err := seqvm.NewPolicy(seqvm.Allow{Read: strings.Fields(value)})
			require.NoError(t, err)
			o.Sandbox = policy
		case "--capabilities":
			check = func(path string, o seqvm.Options) diag.List {
				uses, problems := seqvm.Capabilities(seqvm.File(path), o)
				return append(uses, problems...)
			}
		case "run": // not only checked
			o.Library = false
			check = func(path string, o seqvm.Options) diag.List {
				prog, err := seqvm.Compile(seqvm.File(path), o)
				var refused *seqvm.CompileError
				if errors.As(err, &refused) {
					return refused.Problems
				}
				return prog.Warnings()
			}
		default:
			t.Fatalf("unknown flag %s", flag)
		}
	}
	return o, check
}

// found returns what is found in an example.
func found(t *testing.T, p Page, b block) diag.List {
	t.Helper()
	dir := t.TempDir()
	o, check := optionsOf(t, b.flags)
	switch b.language {
	case "session":
		return entered(t, b.text)
	case "text":
		require.NotNil(t, made[p.Code], "nobody makes this example")
		return check(made[p.Code](t, dir, &o), o)
	}
	require.Equal(t, "seq", b.language)
	archive := txtar.Parse([]byte(b.text))
	if len(archive.Files) == 0 {
		return check(write(t, dir, "main.seq", b.text), o)
	}
	for _, f := range archive.Files {
		write(t, dir, f.Name, string(f.Data))
	}
	return check(filepath.Join(dir, archive.Files[0].Name), o)
}

// entered enters inputs, one a line, into a session; it ends at the first error.
func entered(t *testing.T, text string) diag.List {
	s, err := repl.New(repl.Options{Stdout: &bytes.Buffer{}})
	require.NoError(t, err)
	defer s.Close()
	var all diag.List
	for line := range strings.Lines(text) {
		outcome, err := s.Input(context.Background(), line)
		var problem *repl.ProblemError
		if errors.As(err, &problem) {
			return append(all, problem.List...)
		}
		require.NoError(t, err, line)
		all = append(all, outcome.Problems...)
	}
	return all
}

// Each page has one program that is wrong, with nothing but what the page is about,
// and programs that are right.
func TestPages(t *testing.T) {
	for _, g := range Groups() {
		for _, p := range g.Pages {
			t.Run(string(p.Code), func(t *testing.T) {
				t.Parallel()
				if p.Code == "types-too-complex" && testing.Short() {
					t.Skip("it takes seconds until the checker gives up")
				}
				heading, err := files.ReadFile(fmt.Sprintf("pages/%s/%s.md", folderOf(g.Title), p.Code))
				require.NoError(t, err)
				assert.True(t, strings.HasPrefix(string(heading), fmt.Sprintf("# %s: %s\n\n", p.Code, p.Summary)), "the heading is '# CODE: SUMMARY'")
				assert.NotEmpty(t, p.Summary)
				assert.LessOrEqual(t, utf8.RuneCountInString(p.Summary), width-22, "fits into the list")
				wrong, right := 0, 0
				for _, b := range blocks(p.text) {
					switch {
					case b.language == "":
						continue
					case b.wrong:
						wrong++
						if undemonstrated[p.Code] {
							continue
						}
						list := found(t, p, b)
						assert.True(t, slices.ContainsFunc(list, func(d *diag.Diagnostic) bool { return d.Code == p.Code }), "%v", list)
						for _, d := range list {
							assert.True(t, d.Code == p.Code || b.language == "text", "%v", d)
						}
					default:
						right++
						for _, d := range found(t, p, b) {
							assert.NotEqual(t, p.Code, d.Code, "%v", d)
							assert.NotEqual(t, diag.Error, d.Severity, "%v", d)
						}
					}
					for line := range strings.Lines(b.text) {
						assert.LessOrEqual(t, utf8.RuneCountInString(line), width-4)
					}
				}
				assert.Equal(t, 1, wrong, "wrong programs")
				assert.NotZero(t, right, "right programs")
				for line := range strings.Lines(written(t, p)) {
					assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), width)
				}
			})
		}
	}
}

func folderOf(title string) string {
	for _, g := range groups {
		if g.title == title {
			return g.folder
		}
	}
	return ""
}

func written(t *testing.T, p Page) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, p.Write(&b))
	return b.String()
}

func TestFind(t *testing.T) {
	for _, code := range []string{"unknown-word", "[unknown-word]"} {
		p, ok := Find(code)
		require.True(t, ok, code)
		assert.Equal(t, diag.Code("unknown-word"), p.Code)
	}
	p, ok := Find("prefer-tuck")
	require.True(t, ok)
	assert.Equal(t, diag.Code("prefer-nip"), p.Code, "a page of several codes")
	for _, code := range []string{"", "nope", "../word", "word/unknown-word", "*", ".", "\xff"} {
		_, ok := Find(code)
		assert.False(t, ok, code)
	}
	assert.Equal(t, []string{"unknown-word"}, Similar("unknwon-word"))
	assert.Equal(t, []string{"yield-lost", "yield-missing", "yield-undeclared"}, Similar("yield"))
	assert.Empty(t, Similar(""))
	assert.Empty(t, Similar("zzzzzz"))
}

func TestText(t *testing.T) {
	p := Page{Code: "a-code", Summary: "what `x` is", text: `
A paragraph
in two lines that is longer than the eighty characters of a line, with a ` + "`[ Int -- Int ]`" + ` in it.

* an item
  of two lines
* another

` + "```seq wrong\n: f ( -- )\n\n  ;\n```\n\n```seq right --dialect=classic\n: g ( -- ) ;\n```\n"}
	assert.Equal(t, `a-code: what 'x' is

A paragraph in two lines that is longer than the eighty characters of a line,
with a '[ Int -- Int ]' in it.

* an item of two lines
* another

Wrong:

    : f ( -- )

      ;

Right:

    : g ( -- ) ;
`, written(t, p))
}

// With UPDATE_DOCS set the test writes docs/diagnostics.md anew.
func TestDocument(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, Markdown(&b))
	if os.Getenv("UPDATE_DOCS") != "" {
		require.NoError(t, os.WriteFile("../../docs/diagnostics.md", b.Bytes(), 0o644))
	}
	text, err := os.ReadFile("../../docs/diagnostics.md")
	require.NoError(t, err)
	assert.Equal(t, b.String(), string(text), "docs/diagnostics.md is old: 'make docs' writes it")
}

// The examples of the introduction are what is written of its program.
func TestIntroduction(t *testing.T) {
	example := func(language string) string {
		_, rest, ok := strings.Cut(intro, "```"+language+"\n")
		require.True(t, ok, language)
		text, _, _ := strings.Cut(rest, "```")
		return text
	}
	list := seqvm.Check(seqvm.Text("shapes.seq", example("seq")), seqvm.Options{Library: true})
	var text, document bytes.Buffer
	require.NoError(t, diag.Renderer{Out: &text}.All(list))
	assert.Equal(t, example("text"), text.String())
	require.NoError(t, diag.WriteJSON(&document, list))
	assert.JSONEq(t, example("json"), document.String())
}
