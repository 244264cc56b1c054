package repl

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shellFor makes a shell of a new session without a history file.
func shellFor(t *testing.T) (*Shell, *tester) {
	t.Helper()
	s := start(t)
	sh := &Shell{Session: s.Session, History: &History{}, Version: "seqvm test"}
	t.Cleanup(func() { sh.Session.Close() })
	return sh, s
}

// says enters an input and returns what is answered: text, then problem.
func (sh *Shell) says(input string) string {
	a := sh.Handle(context.Background(), input)
	if a.Pane != nil {
		a.Text += a.Pane.Text
	}
	return a.Text + a.Problem
}

func TestCommands(t *testing.T) {
	sh, _ := shellFor(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "lib.seq")
	require.NoError(t, os.WriteFile(file, []byte(": triple ( Int -- Int ) 3 i.* ;\n: main ( -- ) 7 triple int->string io.write-line ;"), 0o600))
	saved := filepath.Join(dir, "saved.seq")
	for _, c := range []struct{ input, want string }{
		{"", ""},
		{"   ", ""},
		{"1 2 i.+", "» 3\n"},
		{": sq ( Int -- Int ) dup i.* ;", "Defined.\n"},
		{"include std:json", "Included.\n"},
		{"include std:json : a ( -- ) ; 4", "Included.\nDefined.\n» 3 4\n"},
		{"stack.dump", "» 3 4\n"},
		{":stack", "» 3 4\n"},
		{":s", "» 3 4\n"},
		{":pop", "» 3\n"},
		{":undo", "» 3\n"},
		{":type sq sq", "( Int -- Int )\n"},
		{":type nope", "<type>:1:1: error: unknown word 'nope' in this input [unknown-word]\n   1 | nope\n     | ^^^^\n"},
		{":doc sq", "sq ( ..a Int -- ..a Int )\n  defined in this session:\n  : sq ( Int -- Int ) dup i.* ;\n"},
		{":words sq", "f.sqrt ( ..a Float -- ..a Float )\nf.square ( ..a Float -- ..a Float )\nsq ( ..a Int -- ..a Int )\nsquare ( ..a Int -- ..a Int )\n"},
		{":words qqq", "no word contains 'qqq'\n"},
		{":strands", "no strands\n"},
		{":load " + file, "Defined.\n» 3\n"},
		{":load nope.seq", "error: cannot read 'nope.seq': no such file or directory [unreadable]\n"},
		{"triple", "» 9\n"},
		{":version", "seqvm test\n"},
		{":v", "seqvm test\n"},
		{":include std:json", "std:json is included already\n"},
		{":include vm:io", "Included.\n"},
		{":include vm:io", "vm:io is included already\n"},
		{":doc vm:io", "vm:io\n  standard error, and the whole of standard input at once.\n  io.error-line ( String -- )\n      Writes a string and a line end to stderr, behind all that was written to stdout before.\n  io.read-all ( -- String Bool )\n      All that is left of stdin, byte for byte, and true; empty and false if it cannot be read to its end.\n"},
		{":include std:jason", "<input 8>:1:1: error: unknown standard module 'jason' [unknown-module]\n   1 | include std:jason\n     | ^^^^^^^^^^^^^^^^^\n  help: did you mean 'std:json'?\n  help: the standard modules are control, fmath, http, imath, json, list, loops, map, signal, son, stack-utils, yaml, zipper\n"},
		{":save " + saved, "Saved to " + saved + ".\n"},
		{":save " + saved, "Saved to " + saved + ".\n"},
		{":save " + filepath.Join(dir, "none", "x.seq"), "cannot write '" + filepath.Join(dir, "none", "x.seq") + "': no such folder\n"},
		{":save " + filepath.Join(file, "x.seq"), "cannot write '" + filepath.Join(file, "x.seq") + "': not a directory\n"},
		{":save " + dir, "cannot write '" + dir + "': is a directory\n"},
		{":save " + file, "'" + file + "' is there and is no session file; give another name\n"},
		{":stac", "unknown command ':stac'; did you mean ':stack'?\n"},
		{":wonder", "unknown command ':wonder'; ':help' lists the commands\n"},
		{":pop 3", "':pop' takes nothing behind it; ':help' lists the commands\n"},
		{":type", "':type' needs EXPR behind it; ':help' lists the commands\n"},
		{":ir sideways", "there is no view 'sideways'; the views are stack, ast and bytecode\n"},
		{":ir stack", "Int\n"},
		{":ir ast", "triple ( ..a Int -- ..a Int )\n"},
		{":disasm nope", "no word of the session or of an included module is called 'nope'\n"},
	} {
		assert.Equal(t, c.want, sh.says(c.input), c.input)
	}
	assert.Contains(t, sh.says(":help"), "take back what the last expression did")
	assert.Contains(t, sh.says(":show"), definitionsMarker+"\n: sq ( Int -- Int ) dup i.* ;\n\n")
	assert.Contains(t, sh.says(":doc dup"), "Copies the top value.")
	assert.Contains(t, sh.says(":doc std:json"), "json-parse")
	assert.Contains(t, sh.says(":doc lists"), "list.map ( ..a V")
	assert.Contains(t, sh.says(":doc list."), "list.map ( ..a V")
	assert.Contains(t, sh.says(":doc ( A B -- B A )"), "  swap ( ..a T U -- ..a U T )\n")
	assert.Contains(t, sh.says(":doc ( Int -- Int )"), "  sq ( ..a Int -- ..a Int )\n", "words of the session, too")
	assert.Contains(t, sh.says(":doc ( Symbol Socket Channel Float -- Socket )"), "no word fits")
	assert.Contains(t, sh.says(":doc ( Float"), "is no stack effect")
	assert.Contains(t, sh.says(":doc dupp"), "no word and no module 'dupp'\n  similar: dup")
	assert.Contains(t, sh.says(":disasm sq"), "int.mul")
	assert.Contains(t, sh.says(":ir llvm"), "this input ( Int -- Int )")
	assert.Regexp(t, `^» 9 5\n[0-9.]+[µm]?s\n$`, sh.says(":time 5"))
	assert.Contains(t, sh.says(":time 1.5 i.+"), "'i.+' expects 'Int', found 'Float'")
	assert.Equal(t, "»\n", sh.says(":clear"))
	assert.Contains(t, sh.says("sq"), "unknown word")
	assert.True(t, sh.Handle(context.Background(), ":q").Quit)
}

func TestManyStrandsAreCounted(t *testing.T) {
	sh, s := shellFor(t)
	s.do(": go ( Int -- ) dup 0 i.> [ [ chan.make chan.receive drop drop ] strand.spawn drop 1 i.- go ] [ drop ] if ; 1000 go", "")
	said := sh.says(":strands")
	assert.Equal(t, maxListed+1, strings.Count(said, "\n"))
	assert.Contains(t, said, "\nand 900 more\n")
}

func TestReload(t *testing.T) {
	sh, s := shellFor(t)
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	assert.Contains(t, sh.says(":reload"), "no file has been loaded")
	write("lib.seq", ": base ( -- Int ) 1 ;")
	write("app.seq", "include \"lib\"\n: app ( -- Int ) base 10 i.* ;")
	assert.Equal(t, "Included.\nDefined.\n", sh.says(":load "+filepath.Join(dir, "app.seq")))
	assert.Equal(t, "» 10\n", sh.says("app"))
	write("lib.seq", ": base ( -- Int ) 2 ;")
	assert.Equal(t, "Included.\nDefined.\n", sh.says(":reload"))
	assert.Equal(t, "» 10 20\n", sh.says("app"))
	write("app.seq", "include \"lib\"\n: app ( -- Int ) base \"x\" ;")
	assert.Contains(t, sh.says(":reload"), "app.seq:2:1: error: the body of 'app' does not leave")
	assert.Equal(t, "» 10 20 20\n", sh.says("app"))
	s.do("drop drop drop", "")
	t.Run("errors in included files show their lines", func(t *testing.T) {
		write("lib.seq", "# a line\n: base ( -- Int )\n  0 list-of 5 list.get drop string.length nip ;")
		write("app.seq", "include \"lib\"\n\n: app ( -- Int ) base\n  10 i.* ;")
		assert.Equal(t, "Included.\nDefined.\n", sh.says(":reload"))
		said := sh.says("1 app")
		assert.Contains(t, said, "lib.seq:3:29 in base\n  at "+filepath.Join(dir, "app.seq")+":3:18 in app\n  at <input 5>:1:3\n")
	})
	t.Run("an effect changes together with its callers", func(t *testing.T) {
		write("lib.seq", ": base ( Int -- Int ) 5 i.+ ;")
		write("app.seq", "include \"lib\"\n: app ( -- Int ) 1 base ;")
		assert.Equal(t, "Included.\nDefined.\n", sh.says(":reload"))
		assert.Equal(t, "» 6\n", sh.says("app"))
	})
	t.Run("classic files", func(t *testing.T) {
		write("old.seq", "# seq:dialect classic\n: half ( Int -- Int ) 2 i./ drop ;\n: sign ( Int -- Int ) 0 < if -1 else 1 then ;")
		assert.Equal(t, "Defined.\n", sh.says(":load "+filepath.Join(dir, "old.seq")))
		assert.Equal(t, "» 6 -1\n", sh.says("-8 half sign"))
	})
}

func TestSessionFile(t *testing.T) {
	sh, s := shellFor(t)
	path := filepath.Join(t.TempDir(), "session.seq")
	_, err := sh.Open(context.Background(), path)
	require.NoError(t, err)
	for _, input := range []string{
		"1", ": f ( Int -- Int )\n  1 i.+ ;", "f", "\"two\nlines\"", "[ 1\n2 ] call", ": f ( Int -- Int ) 5 i.+ ;", "nope", "union U { A }", "Make-A : g ( -- ) ;", "drop", ":pop",
	} {
		sh.Handle(context.Background(), input)
	}
	want := `» 2 "two\nlines" 1 2 :A wrap-0`
	assert.Equal(t, want, s.StackLine())
	require.NoError(t, sh.saver.now())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(text), "include std:zipper\n")
	assert.Equal(t, `
# --- definitions ---
: f ( Int -- Int ) 5 i.+ ;

union U { A }

: g ( -- ) ;

# --- main ---
: main ( -- )
  1
  f
  "two
lines"
  [ 1
    2 ] call
  Make-A
  stack.dump
;
`, rest)

	again, _ := shellFor(t)
	a, err := again.Open(context.Background(), path)
	require.NoError(t, err)
	assert.Empty(t, a.Problem)
	assert.Equal(t, strings.Replace(want, "» 2", "» 6", 1), again.Session.StackLine(), "what it says now, once")
	assert.Equal(t, []string{"1", "f", "\"two\nlines\"", "[ 1\n    2 ] call", "Make-A"}, again.Session.text.expressions)
	assert.Equal(t, "» 6 \"two\\nlines\" 1 2\n", again.says(":pop"))
	require.NoError(t, again.Close())
	text, err = os.ReadFile(path)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "Make-A\n")

	t.Run("a broken one is left alone", func(t *testing.T) {
		broken := strings.Replace(string(text), "  1\n", "  nope\n", 1)
		require.NoError(t, os.WriteFile(path, []byte(broken), 0o600))
		sh, _ := shellFor(t)
		a, err := sh.Open(context.Background(), path)
		require.NoError(t, err)
		assert.Contains(t, a.Problem, "unknown word 'nope'")
		assert.Contains(t, a.Problem, "is not saved to it")
		sh.says("1")
		kept, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, broken, string(kept))
	})
	t.Run("one whose main cannot be read is left alone", func(t *testing.T) {
		for message, main := range map[string]string{"is not closed": ": main ( -- ) 1 ", "nothing else": ": main ( -- ) 1 ;\n: more ( -- ) ;\n", "behind '# --- main ---' must stand": "\n"} {
			broken := includesMarker + "\n" + definitionsMarker + "\n: f ( -- ) ;\n" + mainMarker + "\n" + main
			require.NoError(t, os.WriteFile(path, []byte(broken), 0o600))
			sh, _ := shellFor(t)
			a, err := sh.Open(context.Background(), path)
			require.NoError(t, err)
			assert.Contains(t, a.Problem, message)
			sh.says("1")
			require.NoError(t, sh.Close())
			kept, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, broken, string(kept))
		}
	})
	t.Run("a program is loaded and left alone", func(t *testing.T) {
		program := ": f ( -- Int ) 5 ;\n: main ( -- ) f drop ;\n"
		require.NoError(t, os.WriteFile(path, []byte(program), 0o600))
		sh, _ := shellFor(t)
		a, err := sh.Open(context.Background(), path)
		require.NoError(t, err)
		assert.Equal(t, "Defined.\n»\n", a.Text)
		assert.Equal(t, "» 5\n", sh.says("f"))
		require.NoError(t, sh.Close())
		kept, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, program, string(kept))
	})
	_, err = sh.Open(context.Background(), filepath.Join(path, "x"))
	require.Error(t, err)
}

func TestTheSessionFileIsWrittenInTime(t *testing.T) {
	sh, _ := shellFor(t)
	path := filepath.Join(t.TempDir(), "s.seq")
	_, err := sh.Open(context.Background(), path)
	require.NoError(t, err)
	for i := range 300 {
		sh.says(fmt.Sprintf(": w%d ( -- Int ) %d ;", i, i))
	}
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(path)
		return err == nil && strings.Contains(string(text), ": w299 ")
	}, 10*time.Second, time.Millisecond)
	require.NoError(t, os.RemoveAll(filepath.Dir(path)))
	var said strings.Builder
	for i := 0; i < 10_000 && !strings.Contains(said.String(), "is not kept in a file any more"); i++ {
		said.WriteString(sh.says("1 drop"))
	}
	assert.Contains(t, said.String(), "cannot write '"+path+"': no such folder; the session is not kept in a file any more")
	assert.Empty(t, sh.Path())
}

func TestEdit(t *testing.T) {
	for _, named := range []bool{false, true} {
		t.Run(fmt.Sprintf("session file %v", named), func(t *testing.T) {
			sh, s := shellFor(t)
			sh.Getenv = func(string) (string, bool) { return `ed -x "two words"`, true }
			path := filepath.Join(t.TempDir(), "s.seq")
			if named {
				_, err := sh.Open(context.Background(), path)
				require.NoError(t, err)
			}
			s.do(`: f ( -- Int ) 1 ; "out" io.write-line f`, "1")
			edit := func(change func(string) string) Answer {
				a := sh.Handle(context.Background(), ":edit")
				require.Len(t, a.Edit, 4)
				assert.Equal(t, []string{"ed", "-x", "two words"}, a.Edit[:3])
				text, err := os.ReadFile(a.Edit[3])
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(a.Edit[3], []byte(change(string(text))), 0o600))
				return sh.Edited(context.Background(), nil)
			}
			a := edit(func(text string) string { return strings.Replace(text, "Int ) 1 ;", "Int ) 2 ;", 1) })
			assert.Equal(t, "» 2\n", a.Text+a.Problem)
			assert.Equal(t, "out\nout\n", s.out.String(), "the expressions run once more")
			a = edit(func(text string) string { return strings.Replace(text, "Int ) 2 ;", "Int ) nope ;", 1) })
			assert.Contains(t, a.Problem, "unknown word 'nope'")
			assert.Contains(t, a.Problem, "the session is as it was before")
			assert.Equal(t, "» 2", sh.Session.StackLine())
			a = edit(func(text string) string { return "no session" })
			assert.Contains(t, a.Problem, "the markers")
			a = edit(func(text string) string { return text })
			assert.Equal(t, "» 2\n", a.Text)
			assert.Equal(t, "out\nout\n", s.out.String(), "nothing has changed, nothing runs")
			sh.Handle(context.Background(), ":edit")
			assert.Contains(t, sh.Edited(context.Background(), assert.AnError).Problem, "the editor failed")
			if named {
				text, err := os.ReadFile(path)
				require.NoError(t, err)
				assert.Contains(t, string(text), ": f ( -- Int ) 2 ;")
				kept, err := os.ReadFile(path + ".edited")
				require.NoError(t, err)
				assert.Equal(t, "no session", string(kept))
			}
		})
	}
	sh, _ := shellFor(t)
	sh.Getenv = func(string) (string, bool) { return `ed "open`, true }
	assert.Contains(t, sh.says(":edit"), "$EDITOR cannot be read")
	sh.Getenv = nil
	a := sh.Handle(context.Background(), ":e")
	assert.Equal(t, "vi", a.Edit[0])
	require.NoError(t, os.Remove(a.Edit[1]))
}

func TestHistory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "history")
	h, err := OpenHistory(path)
	require.NoError(t, err)
	for _, e := range []string{"1", "1", "  ", "a\nb", `c\nd`, ":stack", " 1 "} {
		require.NoError(t, h.Add(e))
	}
	require.NoError(t, h.Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "1\na\\nb\nc\\\\nd\n:stack\n1\n", string(text))
	h, err = OpenHistory(path)
	require.NoError(t, err)
	assert.Equal(t, []string{"1", "a\nb", `c\nd`, ":stack", "1"}, h.Entries())
	for i := range 2500 {
		require.NoError(t, h.Add(fmt.Sprint("entry ", i)))
	}
	require.NoError(t, h.Close())
	h, err = OpenHistory(path)
	require.NoError(t, err)
	require.Len(t, h.Entries(), MaxHistory)
	assert.Equal(t, "entry 2499", h.Entries()[MaxHistory-1])

	_, err = OpenHistory(filepath.Dir(path))
	require.Error(t, err)
	env := func(values map[string]string) func(string) (string, bool) {
		return func(name string) (string, bool) { v, ok := values[name]; return v, ok }
	}
	assert.Equal(t, "/data/seqvm/history", HistoryPath(env(map[string]string{"XDG_DATA_HOME": "/data", "HOME": "/h"})))
	assert.Equal(t, "/h/.local/share/seqvm_history", HistoryPath(env(map[string]string{"HOME": "/h"})))
	assert.Equal(t, "", HistoryPath(env(nil)))
}

func TestFailedInputsAndCommandsAreInTheHistory(t *testing.T) {
	sh, _ := shellFor(t)
	for _, input := range []string{"1", "nope", ":stack", ""} {
		sh.says(input)
	}
	assert.Equal(t, []string{"1", "nope", ":stack"}, sh.History.Entries())
}

// plain runs the line form over a text and returns stdout, stderr and the error.
func plain(t *testing.T, text string, strict bool) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	s, err := New(Options{Modules: Preloaded, Stdout: &out})
	require.NoError(t, err)
	sh := &Shell{Session: s, History: &History{}}
	p := &Plain{Shell: sh, In: strings.NewReader(text), Out: &out, Err: &errs, Strict: strict, Edit: func([]string) error { return nil }}
	err = p.Run(context.Background())
	require.NoError(t, sh.Close())
	return out.String(), errs.String(), err
}

func TestPlain(t *testing.T) {
	for _, c := range []struct{ name, in, out, errs string }{
		{"values", "1\n2\n", "» 1\n» 1 2\n", ""},
		{"no line end", "1", "» 1\n", ""},
		{"CRLF", "1\r\n2\r\n", "» 1\n» 1 2\n", ""},
		{"blank lines", "\n\n1\n\n", "» 1\n", ""},
		{"a definition over lines", ": f ( -- Int )\n  1\n;\nf\n", "Defined.\n» 1\n", ""},
		{"a string over lines", "\"a\nb\"\n", "» \"a\\nb\"\n", ""},
		{"a quotation over lines", "[ 1\n\n]\ncall\n", "» <quotation>\n» 1\n", ""},
		{"output without a line end", "\"x\" io.write\n", "x\n»\n", ""},
		{"a command in an open input is none", "[ 1\n:sym ]\n", "» <quotation>\n", ""},
		{"quit", "1\n:quit\n2\n", "» 1\n", ""},
		{"open at the end", "1\n[ 2\n", "» 1\n", "<input 2>:1:1: error: the quotation is not closed: ']' for this '[' is missing [unclosed-quotation]\n   1 | [ 2\n     | ^\n"},
		{"an error does not end it", "nope\n1\n", "» 1\n", "<input 1>:1:1: error: unknown word 'nope' in this input [unknown-word]\n   1 | nope\n     | ^^^^\n"},
		{"output before an error", "\"out\" io.write 1 3 os.exit\n1\n", "out\n» 1\n", "os.exit: the input ended with status 3; the session goes on as it was before it\n"},
		{"pop, stack, clear", "1\n2\n:pop\n:stack\n:clear\n", "» 1\n» 1 2\n» 1\n» 1\n»\n", ""},
		{"a program sees an empty stdin", "io.read-line\n5\n", "» \"\" false\n» \"\" false 5\n", ""},
	} {
		out, errs, err := plain(t, c.in, false)
		require.NoError(t, err, c.name)
		assert.Equal(t, c.out, out, c.name)
		assert.Equal(t, c.errs, errs, c.name)
	}
	out, _, err := plain(t, "1\nnope\n2\n", true)
	require.ErrorIs(t, err, ErrStrict)
	assert.Equal(t, "» 1\n", out)
	out, _, err = plain(t, "1\n:nope\n2\n", true)
	require.ErrorIs(t, err, ErrStrict)
	assert.Equal(t, "» 1\n", out)
}

// TestDocumentedSession runs the transcript of docs/repl.md.
func TestDocumentedSession(t *testing.T) {
	text, err := os.ReadFile("../../docs/repl.md")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(text), "```session\n")
	require.True(t, ok)
	transcript, _, _ := strings.Cut(rest, "```")
	sh, s := shellFor(t)
	var got strings.Builder
	var input []string
	run := func() {
		if input == nil {
			return
		}
		for i, l := range input {
			got.WriteString([]string{"seq> ", ".... "}[min(i, 1)] + l + "\n")
		}
		before := len(s.out.String())
		said := sh.says(strings.Join(input, "\n"))
		got.WriteString(s.out.String()[before:] + said)
		input = nil
	}
	for line := range strings.Lines(transcript) {
		line = strings.TrimSuffix(line, "\n")
		if first, ok := strings.CutPrefix(line, "seq> "); ok {
			run()
			input = []string{first}
		} else if more, ok := strings.CutPrefix(line, ".... "); ok {
			input = append(input, more)
		}
	}
	run()
	assert.Equal(t, transcript, got.String())
}
