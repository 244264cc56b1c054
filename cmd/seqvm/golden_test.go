package main

import (
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

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/cmd/internal/cli"
	"github.com/seqvm/seqvm/cmd/internal/full"
	"github.com/seqvm/seqvm/vm"
)

// TestGolden runs every program of testdata and of examples, each as a subtest
// and side by side. A program NAME.seq has NAME.stdout (exact), NAME.stdin,
// NAME.args, NAME.env, NAME.exit, NAME.stderr (regular expressions, one a line;
// "!" in front: must not match) or, instead of stdout and exit, NAME.reject: it
// must be refused, with these expressions on stderr. Those of testdata/system
// touch files: they run as processes, each in a folder of its own.
func TestGolden(t *testing.T) { goldens(t) }

// Programs do the same in machine code: all of it that can be, and with other parts of it left to the interpreter, so that each way
// out and in is gone.
func TestGoldenInMachineCode(t *testing.T) {
	if err := vm.NativeRefusal(); err != nil {
		t.Skip(err)
	}
	for _, native := range []string{"always", "always:1", "always:2"} {
		t.Run(native, func(t *testing.T) { goldens(t, "SEQ_NATIVE="+native) })
	}
}

// goldens runs all, with more variables in the environment.
func goldens(t *testing.T, env ...string) {
	for _, pattern := range []string{"../../testdata/*/*.seq", "../../examples/*.seq"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files, pattern)
		for _, file := range files {
			name := filepath.Base(filepath.Dir(file)) + "/" + strings.TrimSuffix(filepath.Base(file), ".seq")
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				golden(t, strings.TrimSuffix(file, ".seq"), env)
			})
		}
	}
}

func golden(t *testing.T, base string, env []string) {
	read := func(ending string) (string, bool) {
		b, err := os.ReadFile(base + ending)
		return string(b), err == nil
	}
	lines := func(ending string) []string {
		text, _ := read(ending)
		return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
	}
	stdin, _ := read(".stdin")
	run := inProcess
	if filepath.Base(filepath.Dir(base)) == "system" {
		run = asProcess
	}
	stdout, stderr, status := run(t, base, slices.Concat([]string{"NO_COLOR=1"}, env, lines(".env")), stdin, lines(".args"))

	if _, rejected := read(".reject"); rejected {
		assert.Equal(t, usage, status, "exit status; stderr:\n%s", stderr)
		assert.Empty(t, stdout, "a refused program must not run")
		expressions(t, filepath.Base(base), lines(".reject"), stderr)
		return
	}
	want := 0
	if exit, ok := read(".exit"); ok && strings.TrimSpace(exit) != "nonzero" {
		var err error
		want, err = strconv.Atoi(strings.TrimSpace(exit))
		require.NoError(t, err)
	} else if ok && status != 0 {
		want = status
	}
	assert.Equal(t, want, status, "exit status; stderr:\n%s", stderr)
	output, ok := read(".stdout")
	if !ok {
		t.Fatalf("%s.stdout is missing", base)
	}
	assert.Equal(t, output, stdout)
	expressions(t, filepath.Base(base), lines(".stderr"), stderr)
}

// expressions checks regular expressions against stderr. One that names no
// file sees the program's own name as CASE, so that it matches nothing there.
func expressions(t *testing.T, name string, list []string, text string) {
	anonymous := strings.NewReplacer(name+".seq", "CASE.seq", name+".d", "CASE.d").Replace(text)
	for _, e := range list {
		subject := anonymous
		if plain := strings.ReplaceAll(e, `\`, ""); strings.Contains(plain, ".seq") || strings.Contains(plain, ".d/") {
			subject = text
		}
		pattern, unwanted := strings.CutPrefix(e, "!")
		re, err := regexp.Compile("(?m)" + pattern)
		require.NoError(t, err)
		assert.Equal(t, !unwanted, re.MatchString(subject), "stderr against /%s/:\n%s", e, text)
	}
}

// inProcess runs a program within the test.
func inProcess(_ *testing.T, base string, env []string, stdin string, args []string) (string, string, int) {
	getenv := func(name string) (string, bool) {
		for _, v := range env {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value, true
			}
		}
		return "", false
	}
	var stdout, stderr bytes.Buffer
	// With poison, a string that outlives its strand shows as garbage.
	c := &cli.CLI{Stdin: strings.NewReader(stdin), Stdout: &stdout, Stderr: &stderr, Getenv: getenv, Poison: true, Parts: full.Parts()}
	status := c.Main(append([]string{"run", base + ".seq"}, args...))
	return stdout.String(), stderr.String(), status
}

// asProcess runs a program as a process in a folder that holds nothing but what
// belongs to it.
func asProcess(t *testing.T, base string, env []string, stdin string, args []string) (string, string, int) {
	dir := t.TempDir()
	files, err := filepath.Glob(base + ".*")
	require.NoError(t, err)
	for _, f := range files {
		if info, err := os.Stat(f); err == nil && info.IsDir() {
			require.NoError(t, os.CopyFS(filepath.Join(dir, filepath.Base(f)), os.DirFS(f)))
			continue
		}
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.Base(f)), b, 0o644))
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command("seqvm", append([]string{"run", filepath.Base(base) + ".seq"}, args...)...)
	cmd.Dir, cmd.Env = dir, append(env, "PATH="+os.Getenv("PATH"), "PWD="+dir)
	if !slices.ContainsFunc(env, func(v string) bool { return strings.HasPrefix(v, "HOME=") }) {
		cmd.Env = append(cmd.Env, "HOME="+dir)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	_ = cmd.Run() // the status tells
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

// Programs that count where they come to do the same as others, and their code is
// sound. They are compiled plainly, so this holds the compiler's optimisations against code
// without them: where both fail, the trails of calls must be the same.
func TestGoldenWithCoverage(t *testing.T) {
	files, err := filepath.Glob("../../testdata/*/*.stdout")
	require.NoError(t, err)
	words := seqvm.AllWords().Link(full.Parts().Functions)
	for _, file := range files {
		base := strings.TrimSuffix(file, ".stdout")
		if _, err := os.Stat(base + ".env"); err == nil || filepath.Base(filepath.Dir(base)) == "system" {
			continue
		}
		t.Run(filepath.Base(base), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			prog, err := seqvm.Compile(seqvm.File(base+".seq"), seqvm.Options{Cover: true, Words: words})
			if err != nil {
				require.Empty(t, want, "%v", err)
				return
			}
			require.NoError(t, bytecode.Verify(prog.Module))
			require.NotEmpty(t, prog.Module.Cover)
			input, _ := os.ReadFile(base + ".stdin")
			args, _ := os.ReadFile(base + ".args")
			run := func(prog *seqvm.Program) (string, error) {
				var out bytes.Buffer
				_, err := prog.Run(t.Context(), seqvm.Config{Stdin: bytes.NewReader(input), Stdout: &out,
					Args: append([]string{base + ".seq"}, strings.FieldsFunc(string(args), func(r rune) bool { return r == '\n' })...)})
				return out.String(), err
			}
			output, failed := run(prog)
			assert.Equal(t, string(want), output)
			plain, err := seqvm.Compile(seqvm.File(base+".seq"), seqvm.Options{Words: words})
			require.NoError(t, err)
			_, failedToo := run(plain)
			assert.Equal(t, fmt.Sprint(failedToo), fmt.Sprint(failed))
		})
	}
}
