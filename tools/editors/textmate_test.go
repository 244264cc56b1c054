package editors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/seq/syntax"
)

// nodeModules is where 'make editors' installs what the tests of editors need.
const nodeModules = "../../.editors/vscode/node_modules"

// needsNode skips a test where node or a package is not installed.
func needsNode(t *testing.T, packages ...string) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	for _, p := range packages {
		if _, err := os.Stat(filepath.Join(nodeModules, p)); err != nil {
			t.Skipf("%s is not installed: make editors", p)
		}
	}
}

// programs returns the texts of the programs of testdata, the examples and the modules, by path.
func programs(t *testing.T) (paths, texts []string) {
	for _, root := range []string{"../../testdata", "../../examples", "../../stdlib"} {
		require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".seq" || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			// A "#" in a word of a classic file is no comment, which no editor can know.
			if err == nil && utf8.Valid(text) && syntax.HashNames(string(text)) == nil {
				paths, texts = append(paths, path), append(texts, strings.TrimPrefix(string(text), "\ufeff"))
			}
			return err
		}))
	}
	require.Greater(t, len(paths), 500)
	return paths, texts
}

// broken are texts that are not complete, as one has them while typing.
func broken() (texts []string) {
	const whole = "include std:list\nunion U { A { x: Int, y : F } B }\n: w ( ..a [ -- ] -- | Yield Int )\n \"s\\n\\x41\\q\" match A { >x } ->\n  :y 1 -2.5e3 0xff Make-A >aux if end # c\n : v ( -- ) dup + ;\n"
	for i := range whole {
		texts = append(texts, whole[:i], whole[i:], whole[:i]+" ; "+whole[i:], whole[:i]+" ( "+whole[i:], whole[:i]+" { "+whole[i:],
			whole[:i]+"\n:"+whole[i:], whole[:i]+"\" "+whole[i:], whole[:i]+"\n"+whole[i:], whole[:i]+"é,"+whole[i:], whole[:i]+"\\"+whole[i:])
	}
	return texts
}

// TestTextMateAgrees compares the grammar with the classes of package syntax, in all programs and in texts that are
// not complete.
func TestTextMateAgrees(t *testing.T) {
	needsNode(t, "vscode-textmate", "vscode-oniguruma")
	paths, texts := programs(t)
	for i, text := range broken() {
		paths, texts = append(paths, fmt.Sprintf("broken text %d", i)), append(texts, text)
	}
	input, err := json.Marshal(texts)
	require.NoError(t, err)
	script, err := os.ReadFile("testdata/tokenize.mjs")
	require.NoError(t, err)
	grammar := filepath.Join(t.TempDir(), "seq.tmLanguage.json")
	require.NoError(t, os.WriteFile(grammar, []byte(textMate(builtinWords())), 0o666))
	cmd := exec.Command("node", "--input-type=module", "-e", string(script), "--", nodeModules, grammar)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), os.Stderr
	output, err := cmd.Output()
	require.NoError(t, err)
	var answers [][][2]any
	require.NoError(t, json.Unmarshal(output, &answers))
	require.Len(t, answers, len(texts))

	builtin := builtinWords()
	wrong := 0
	for i, text := range texts {
		if got, want := byTextMate(answers[i]), bySyntax(text, builtin); got != want && wrong < 10 {
			wrong++
			assert.Equal(t, want, got, "%s:\n%s", paths[i], text)
		}
	}
}

// classLines writes a class for each character that is not blank, with the character.
type classLines struct{ strings.Builder }

func (b *classLines) add(text, class string) {
	for _, r := range text {
		switch {
		case r == '\n':
			b.WriteByte('\n')
		case !unicode.IsSpace(r):
			fmt.Fprintf(b, "%c=%s ", r, class)
		}
	}
}

func byTextMate(tokens [][2]any) string {
	classes := map[string]string{builtinLook.scope: "builtin"}
	for c, l := range looks {
		classes[l.scope] = c.String()
	}
	var b classLines
	for _, token := range tokens {
		class := "none"
		for _, s := range token[1].([]any) {
			if c, ok := classes[s.(string)]; ok {
				class = c
			}
		}
		b.add(token[0].(string), class)
	}
	return b.String()
}

func bySyntax(text string, builtin []string) string {
	var b classLines
	at := int32(0)
	for _, r := range syntax.ClassRuns(text) {
		b.add(text[at:r.Start], "none")
		word, class := text[r.Start:r.End], r.Class.String()
		if _, ok := slices.BinarySearch(builtin, word); ok && r.Class == syntax.ClassWord {
			class = "builtin"
		}
		b.add(word, class)
		at = r.End
	}
	b.add(text[at:], "none")
	return b.String()
}
