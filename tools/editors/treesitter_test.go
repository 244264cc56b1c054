package editors

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
)

const treeSitterFolder = "tree-sitter-seq"

// treeSitter runs the program in a copy of the grammar's folder, which it returns, and skips the test where the program
// is not installed. It returns what was written to the standard output.
func treeSitter(t *testing.T, args ...string) (folder, output string) {
	program, err := filepath.Abs("../../.editors/tree-sitter/bin/tree-sitter")
	require.NoError(t, err)
	if _, err := os.Stat(program); err != nil {
		if program, err = exec.LookPath("tree-sitter"); err != nil {
			t.Skip("tree-sitter is not installed: make editors")
		}
	}
	folder = t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS(treeSitterFolder)))
	cmd := exec.Command(program, args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+folder, "XDG_CONFIG_HOME="+folder, "NO_COLOR=1")
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	require.NoError(t, err, "%s%s", out, &problems)
	return folder, string(out)
}

func TestTreeSitterCorpus(t *testing.T) {
	_, output := treeSitter(t, "test")
	assert.Contains(t, output, "failed parses: 0;")
}

// TestTreeSitterParserIsGenerated holds that the parser of the repository is the one of its grammar.
func TestTreeSitterParserIsGenerated(t *testing.T) {
	folder, _ := treeSitter(t, "generate")
	for _, file := range []string{"src/parser.c", "src/grammar.json", "src/node-types.json"} {
		want, err := os.ReadFile(filepath.Join(folder, file))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(treeSitterFolder, file))
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), "%s: 'make grammars' writes it", file)
	}
}

// parsed returns the programs without faults of the grammar, which are written to a folder with a list of their paths.
func parsed(t *testing.T) (list string, texts map[string]string) {
	folder := t.TempDir()
	texts = map[string]string{}
	_, all := programs(t)
	var paths strings.Builder
	for i, text := range all {
		source := syntax.NewText(diag.NewSource("", text))
		if _, problems := source.Parse(source.FindDialect().Dialect); problems.HasErrors() {
			continue
		}
		path := filepath.Join(folder, strconv.Itoa(i)+".seq")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
		fmt.Fprintln(&paths, path)
		texts[path] = text
	}
	require.Greater(t, len(texts), 500)
	list = filepath.Join(folder, "paths")
	require.NoError(t, os.WriteFile(list, []byte(paths.String()), 0o666))
	return list, texts
}

// TestTreeSitterParses holds that the grammar takes every program that the parser of seqvm takes: the program ends with
// a status, which treeSitter requires to be 0, and writes a line for each that it does not take.
func TestTreeSitterParses(t *testing.T) {
	list, _ := parsed(t)
	_, output := treeSitter(t, "parse", "--quiet", "--paths", list)
	assert.Empty(t, strings.TrimSpace(output))
}

// captureLine is a line of 'tree-sitter query --captures'. Rows and columns count from 0, columns in bytes.
var captureLine = regexp.MustCompile(`^\s*pattern:\s*(\d+), capture: \d+ - ([\w.]+), start: \((\d+), (\d+)\), end: \((\d+), (\d+)\)`)

// TestTreeSitterAgrees compares what the queries colour with the classes of package syntax.
func TestTreeSitterAgrees(t *testing.T) {
	list, texts := parsed(t)
	_, output := treeSitter(t, "query", "--captures", "queries/highlights.scm", "--paths", list)
	builtin := builtinWords()
	wrong, compared := 0, 0
	compare := func(path string, colours []string) {
		if colours == nil {
			return
		}
		compared++
		if want := captured(texts[path], builtin); !slices.Equal(want, colours) && wrong < 10 {
			wrong++
			assert.Equal(t, want, colours, "%s", texts[path])
		}
	}
	path, colours := "", []string(nil)
	var weights, starts []int
	lines := bufio.NewScanner(strings.NewReader(output))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if _, ok := texts[line]; ok {
			compare(path, colours)
			path = line
			colours, weights, starts = make([]string, len(texts[path])), make([]int, len(texts[path])), lineStarts(texts[path])
			continue
		}
		m := captureLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		var n [6]int // the pattern's number, nothing, the place
		for i := range n {
			n[i], _ = strconv.Atoi(m[i+1])
		}
		for at := starts[n[2]] + n[3]; at < starts[n[4]]+n[5]; at++ {
			if n[0] >= weights[at] && !strings.ContainsAny(texts[path][at:at+1], " \t\r\n") {
				colours[at], weights[at] = m[2], n[0]
			}
		}
	}
	compare(path, colours)
	assert.Equal(t, len(texts), compared)
}

func lineStarts(text string) []int {
	starts := []int{0}
	for i := range len(text) {
		if text[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// captured returns the capture of each byte of a text by its class; "" for blanks.
func captured(text string, builtin []string) []string {
	colours := make([]string, len(text))
	for _, r := range syntax.ClassRuns(text) {
		capture := looks[r.Class].capture
		if _, ok := slices.BinarySearch(builtin, text[r.Start:r.End]); ok && r.Class == syntax.ClassWord {
			capture = builtinLook.capture
		}
		for i := r.Start; i < r.End; i++ {
			if !strings.ContainsAny(text[i:i+1], " \t\r\n") {
				colours[i] = capture
			}
		}
	}
	return colours
}
