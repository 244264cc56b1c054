package format_test

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/compile"
	"github.com/seqvm/seqvm/internal/reference"
	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/tools/format"
)

// layout returns the laid out text and requires that it stays so.
func layout(t *testing.T, text string) string {
	t.Helper()
	_, out, problems := format.Main(check.Text("p.seq", text, "."), load.Options{})
	require.Empty(t, problems, "%s", text)
	_, again, problems := format.Main(check.Text("p.seq", out, "."), load.Options{})
	require.Empty(t, problems, "%s", out)
	require.Equal(t, out, again, "what is laid out stays")
	return out
}

func TestRules(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			require.NoError(t, err)
			require.Len(t, a.Files, 2)
			assert.Equal(t, string(a.Files[1].Data), layout(t, string(a.Files[0].Data)))
		})
	}
}

func TestLineEnds(t *testing.T) {
	for text, want := range map[string]string{
		"": "", " \n\t\n": "", "# a": "# a\n", "#a\r\n\r\n\r\n": "#a\n",
		": f ( -- )\r\n1 drop\r\n;\r\n":            ": f ( -- )\n  1 drop\n;\n",
		": f ( -- ) \"a\r\nb\" drop ;":             ": f ( -- ) \"a\r\nb\" drop ;\n",
		"\ufeff\n\t: f\t(\u00a0-- )\f;":            "\ufeff: f ( -- ) ;\n",
		": f ( -- )\t# a\tb\r\n;":                  ": f ( -- ) # a\tb\n;\n",
		": f ( -- ) \r ;  # a\rb \r\n":             ": f ( -- ) ; # a\rb\n",
		"\ufeff# seq:dialect 6\n\n\n# b\n\n\n\n\n": "\ufeff# seq:dialect 6\n\n# b\n",
	} {
		assert.Equal(t, want, layout(t, text), "%q", text)
	}
}

func TestWhatIsNotWellFormedStays(t *testing.T) {
	for text, code := range map[string]string{
		":  f ( -- ) ] ;": "stray-token", ":  f ( -- ) \"": "unclosed-string", "# seq:dialect x\n:  f ( -- ) ;": "unknown-dialect",
	} {
		old, out, problems := format.Main(check.Text("p.seq", text, "."), load.Options{})
		assert.Equal(t, text, old)
		assert.Equal(t, text, out)
		require.NotEmpty(t, problems)
		assert.Equal(t, code, string(problems[0].Code))
	}
	_, _, problems := format.Main(check.File("none.seq"), load.Options{})
	assert.True(t, problems.HasErrors())
	_, out, problems := format.Main(check.Text("p.seq", "include  \"none\"\ninclude std:none\n:  f ( -- ) unknown ;", "."), load.Options{})
	assert.Empty(t, problems, "includes need not be there")
	assert.Equal(t, "include \"none\"\ninclude std:none\n: f ( -- ) unknown ;\n", out)
}

// tokens returns the texts of the tokens and comments of a file.
func tokens(f *syntax.File) (list []string) {
	found, _ := syntax.Tokens(f)
	at := int32(0)
	for _, t := range found {
		for _, line := range strings.Split(f.Source.Text[at:t.Pos], "\n") {
			if hash := strings.IndexByte(line, '#'); hash >= 0 {
				list = append(list, strings.TrimSpace(line[hash:]))
			}
		}
		list, at = append(list, t.Text), t.End
	}
	return list
}

// same requires that a laid out program has the tokens, comments and code that it had before. name is that of
// its file, beside which its includes are.
func same(t *testing.T, name, text, out string) {
	t.Helper()
	files, codes := [2]*syntax.File{}, [2][]byte{}
	for i, text := range []string{text, out} {
		info, problems := check.Program(check.Text(name, text, filepath.Dir(name)), check.Options{Words: builtins.All().Types()})
		files[i] = info.Program.Main().File
		if !problems.HasErrors() {
			codes[i] = bytecode.Encode(bytecode.Strip(compile.Program(info, compile.Options{})))
		}
	}
	require.Equal(t, tokens(files[0]), tokens(files[1]), "%s", name)
	require.True(t, bytes.Equal(codes[0], codes[1]), "the code of %s is another one", name)
}

func TestProgramsOfTheTreeStayWhatTheyAre(t *testing.T) {
	seen, compiled := 0, 0
	require.NoError(t, filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".seq" {
			return err
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		if len(text) > 1<<20 {
			return nil
		}
		_, out, problems := format.Main(check.File(path), load.Options{})
		if problems.HasErrors() {
			assert.Equal(t, string(text), out)
			return nil
		}
		same(t, path, string(text), out)
		_, again, problems := format.Main(check.Text(path, out, filepath.Dir(path)), load.Options{})
		require.Empty(t, problems)
		require.Equal(t, out, again, "%s is not stable", path)
		seen++
		if !strings.Contains(path, "mistakes") {
			compiled++
		}
		return nil
	}))
	assert.Greater(t, seen, 500)
	assert.Greater(t, compiled, 500)
}

// shaken returns a program with other blanks between its tokens, and line ends where they may be.
func shaken(r *rand.Rand, f *syntax.File) string {
	list, _ := syntax.Tokens(f)
	bodies := make([]bool, len(f.Source.Text)+1)
	for _, w := range f.Words {
		for i := w.Effect.End; i < w.End; i++ {
			bodies[i] = true
		}
	}
	var b strings.Builder
	symbol := false
	for i, t := range list {
		if i > 0 {
			gap := []string{" ", "   ", "\t", " \t "}[r.IntN(4)]
			if bodies[t.Pos] && !symbol || t.NewLine {
				gap = []string{gap, gap, "\n", "\n\n\n", " # c\n\t", "\r\n  "}[r.IntN(6)]
			}
			if gap != " " || !t.Is(",") {
				b.WriteString(gap)
			}
		}
		b.WriteString(t.Text)
		symbol = t.Is(":")
	}
	return b.String()
}

func TestGeneratedProgramsStayWhatTheyAre(t *testing.T) {
	count := uint64(100)
	if testing.Short() {
		count = 20
	}
	for seed := range count {
		text, _ := reference.Generate(seed, 7, reference.Options{Classic: seed%3 == 0})
		switch seed % 5 {
		case 0:
			text = reference.GenerateSharing(seed, 7)
		case 1:
			text = reference.GenerateTries(seed, 7)
		}
		if seed%3 == 0 && seed%5 > 1 {
			text = reference.AsClassic(text)
		}
		same(t, "p.seq", text, layout(t, text))
		prog, problems := load.Text("p.seq", text, ".", load.Options{})
		require.Empty(t, problems)
		other := shaken(rand.New(rand.NewPCG(seed, 0)), prog.Main().File)
		same(t, "p.seq", other, layout(t, other))
	}
}

// mutated returns a program with tokens and blanks put into it or in place of some of its text.
func mutated(r *rand.Rand, text string) string {
	parts := []string{" ", "\n", "[", "]", "#", ":", ";", "match", "end", "A ->", "{", "}", "if", "then", "else", "(", ")", "\"", "\t", "\r\n", ",", "Closure[",
		"..a", "--", "include std:list", "# seq:dialect classic\n", "\ufeff", "drop", "1"}
	for range 1 + r.IntN(3) {
		at := r.IntN(len(text) + 1)
		end := at
		if r.IntN(3) == 0 {
			end = min(len(text), at+r.IntN(4))
		}
		text = text[:at] + parts[r.IntN(len(parts))] + text[end:]
	}
	return text
}

func TestMutatedProgramsStayWhatTheyAre(t *testing.T) {
	seeds := []string{
		": f ( Int -- Int ) [ 1 i.+ ] call ; # a",
		"union U { A { x: Int } B } : f ( U -- ) match A -> drop B -> end ;",
		": f ( -- ) true if :if drop else \"\n\" drop then ;",
		": a# ( -- ) b#c ; #x\n: g ( [ Closure[ -- ] -- ] -- ) drop ;",
		"union U { A } : f ( U -- Int ) match A {\n} -> match end\n end ; include std : list",
	}
	r := rand.New(rand.NewPCG(1, 2))
	wellFormed := 0
	for i := range 4000 {
		text := mutated(r, seeds[i%len(seeds)])
		old, out, problems := format.Main(check.Text("p.seq", text, "."), load.Options{})
		if problems.HasErrors() {
			continue
		}
		wellFormed++
		require.Equal(t, out, layout(t, out))
		same(t, "p.seq", old, out)
	}
	assert.Greater(t, wellFormed, 300)
}
