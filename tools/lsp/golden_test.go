package lsp_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/tools/lsp/document"
)

// A session in testdata is an archive with a script, the files that it speaks of and, in "want", what the server answers. A line of the script is
//
//	initialize JSON                its parameters
//	open FILE | close FILE | save FILE
//	change FILE WITH               the whole text becomes that of WITH
//	edit FILE L:C-L:C TEXT         a range becomes a text, written as a string of Go
//	write FILE WITH                on disk
//	METHOD FILE [L:C[-L:C]] [JSON] a request; JSON are further parameters, in which file:///dir is the folder of the files
//	labels FILE L:C PREFIX...      a completion, of which the items are shown that begin with one of the prefixes
//	raw JSON                       any message
//	shutdown | exit
//
// Lines and characters are counted from 0, as in the protocol. UPDATE_LSP=1 writes what comes out.
func TestSessions(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			require.NoError(t, err)
			s := &session{client: newClient(t), dir: t.TempDir(), files: map[string]string{}, late: map[string]received{}}
			script, want := "", -1
			for i, f := range archive.Files {
				switch f.Name {
				case "script":
					script = string(f.Data)
				case "want":
					want = i
				default:
					s.files[f.Name] = string(f.Data)
					if !strings.HasPrefix(f.Name, "new-") {
						s.write(f.Name, string(f.Data))
					}
				}
			}
			for line := range strings.Lines(script) {
				if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
					s.do(line)
				}
			}
			s.finish()
			if os.Getenv("UPDATE_LSP") != "" {
				if want < 0 {
					archive.Files = append(archive.Files, txtar.File{Name: "want"})
					want = len(archive.Files) - 1
				}
				archive.Files[want].Data = s.out.Bytes()
				require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o644))
				return
			}
			require.GreaterOrEqual(t, want, 0, "UPDATE_LSP=1 makes it")
			assert.Equal(t, string(archive.Files[want].Data), s.out.String())
		})
	}
}

// shownDir stands for the URI of the session's folder.
const shownDir = "file:///dir"

// session is a script that is carried out.
type session struct {
	*client
	dir      string
	files    map[string]string
	versions int
	late     map[string]received // the last diagnostics of documents that no line was about
	out      bytes.Buffer
}

func (s *session) write(name, text string) {
	path := filepath.Join(s.dir, filepath.FromSlash(name))
	require.NoError(s.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(s.t, os.WriteFile(path, []byte(text), 0o644))
}

func (s *session) uri(name string) string {
	if strings.Contains(name, ":") {
		return name
	}
	return document.URI(filepath.Join(s.dir, name))
}

func (s *session) text(name string) string {
	text, ok := s.files[name]
	require.True(s.t, ok, "no file %s", name)
	return text
}

// do carries out a line and shows what comes back.
func (s *session) do(line string) {
	command, rest, _ := strings.Cut(line, " ")
	args := strings.Fields(rest)
	fmt.Fprintf(&s.out, "> %s\n", line)
	item := func() map[string]any { return map[string]any{"uri": s.uri(args[0]), "version": s.versions} }
	s.versions++
	switch command {
	case "initialize":
		s.request("initialize", json.RawMessage(rest))
	case "open":
		name := args[len(args)-1]
		s.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": s.uri(args[0]), "languageId": "seq", "version": s.versions, "text": s.text(name)}})
	case "close", "save":
		s.notify("textDocument/did"+strings.ToUpper(command[:1])+command[1:], map[string]any{"textDocument": item()})
	case "change":
		s.notify("textDocument/didChange", map[string]any{"textDocument": item(), "contentChanges": []any{map[string]any{"text": s.text(args[1])}}})
	case "edit":
		text, err := strconv.Unquote(strings.TrimSpace(strings.SplitN(rest, " ", 3)[2]))
		require.NoError(s.t, err)
		s.notify("textDocument/didChange", map[string]any{"textDocument": item(), "contentChanges": []any{map[string]any{"range": span(s.t, args[1]), "text": text}}})
	case "write":
		s.write(args[0], s.text(args[1]))
	case "raw":
		s.send(json.RawMessage(rest))
	case "labels":
		result := s.request("textDocument/completion", s.params(args[:2]))
		s.labels(result, args[2:])
	case "shutdown":
		s.request("shutdown", nil)
	case "exit":
		s.notify("exit", nil)
		return
	default:
		s.request(command, s.params(args))
	}
	s.settle()
	about := ""
	if slices.Contains([]string{"open", "change", "edit", "close"}, command) {
		about = s.uri(args[0])
	}
	s.report(s.take(), about)
}

// report shows messages; of diagnostics the last ones of the document that the line has changed. Those of others come when the server has time: they are shown at the end.
func (s *session) report(list []received, about string) {
	var now *received
	for i, m := range list {
		var p struct{ URI string }
		_ = json.Unmarshal(m.Params, &p)
		switch {
		case m.Method != "textDocument/publishDiagnostics":
			s.show(m)
		case p.URI == about:
			now = &list[i]
		default:
			s.late[p.URI] = m
		}
	}
	if now != nil {
		s.show(*now)
		delete(s.late, about)
	}
}

// finish ends the session as editors do, unless the script has.
func (s *session) finish() {
	status := s.end()
	s.report(s.take(), "")
	fmt.Fprintf(&s.out, "> end: status %d\n", status)
	for _, uri := range slices.Sorted(maps.Keys(s.late)) {
		s.show(s.late[uri])
	}
}

// params are those of a request about FILE, or a position or range in it, or with further ones.
func (s *session) params(args []string) map[string]any {
	p := map[string]any{}
	for i, arg := range args {
		switch {
		case strings.HasPrefix(arg, "{"):
			require.NoError(s.t, json.Unmarshal([]byte(strings.ReplaceAll(strings.Join(args[i:], " "), shownDir, document.URI(s.dir))), &p))
			return p
		case i == 0:
			p["textDocument"] = map[string]any{"uri": s.uri(arg)}
		case strings.Contains(arg, "-"):
			p["range"] = span(s.t, arg)
			p["context"] = map[string]any{"diagnostics": []any{}}
		default:
			p["position"] = position(s.t, arg)
		}
	}
	return p
}

func position(t testing.TB, text string) map[string]any {
	line, character, ok := strings.Cut(text, ":")
	l, err := strconv.Atoi(line)
	require.True(t, ok && err == nil, text)
	c, err := strconv.Atoi(character)
	require.NoError(t, err)
	return map[string]any{"line": l, "character": c}
}

func span(t testing.TB, text string) map[string]any {
	start, end, ok := strings.Cut(text, "-")
	require.True(t, ok, text)
	return map[string]any{"start": position(t, start), "end": position(t, end)}
}

// labels replaces the answer to a completion by a line for each item that is wanted.
func (s *session) labels(answer json.RawMessage, prefixes []string) {
	var list struct {
		Items []struct{ Label, SortText, Detail, InsertText string }
	}
	require.NoError(s.t, json.Unmarshal(answer, &list))
	s.take()
	for _, i := range list.Items {
		if len(prefixes) == 0 || slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(i.Label, p) }) {
			fmt.Fprintln(&s.out, strings.Join(strings.Fields(strings.Join([]string{i.Label, "|", i.SortText, "|", i.Detail, "|", i.InsertText}, " ")), " "))
		}
	}
}

// show writes a message: of positions only the numbers.
func (s *session) show(m received) {
	text := m.Method
	value := m.Params
	switch {
	case m.Error != nil:
		text, value = "error", m.Error
	case m.Method == "":
		text, value = "result", m.Result
	}
	var v any
	require.NoError(s.t, json.Unmarshal(value, &v))
	shown := strings.ReplaceAll(pretty(v, ""), document.URI(s.dir), shownDir)
	fmt.Fprintf(&s.out, "%s %s\n", text, strings.ReplaceAll(shown, s.dir, "/dir"))
}

// pretty is a JSON value for people: ranges as L:C-L:C, a field a line.
func pretty(v any, indent string) string {
	var b strings.Builder
	switch v := v.(type) {
	case map[string]any:
		if text, ok := place(v); ok {
			return text
		}
		for _, key := range slices.Sorted(keys(v)) {
			b.WriteString("\n" + indent + "  " + key + ": " + pretty(v[key], indent+"  "))
		}
		return b.String()
	case []any:
		if len(v) == 0 {
			return "[]"
		}
		for _, e := range v {
			b.WriteString("\n" + indent + "  - " + strings.TrimLeft(pretty(e, indent+"    "), "\n "))
		}
		return b.String()
	case string:
		return strings.ReplaceAll(v, "\n", "\n"+indent+"  | ")
	}
	text, _ := json.Marshal(v)
	return string(text)
}

func keys(m map[string]any) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

// place is a position or a range.
func place(m map[string]any) (string, bool) {
	if line, ok := m["line"].(float64); ok && len(m) == 2 {
		return fmt.Sprintf("%v:%v", line, m["character"]), true
	}
	start, ok := m["start"].(map[string]any)
	if !ok || len(m) != 2 {
		return "", false
	}
	from, _ := place(start)
	to, _ := place(m["end"].(map[string]any))
	return from + "-" + to, true
}
