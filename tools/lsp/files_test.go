package lsp_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// folder is a session with files in a folder of its own.
type folder struct {
	*client
	dir      string
	versions map[string]int
}

func newFolder(t *testing.T, files map[string]string) *folder {
	f := &folder{opened(t, nil), t.TempDir(), map[string]int{}}
	for name, text := range files {
		f.write(name, text)
	}
	return f
}

func (f *folder) uri(name string) string {
	return "file://" + filepath.ToSlash(filepath.Join(f.dir, name))
}

func (f *folder) write(name, text string) {
	require.NoError(f.t, os.WriteFile(filepath.Join(f.dir, name), []byte(text), 0o666))
}

func (f *folder) open(name, text string) {
	f.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": f.uri(name), "version": 0, "text": text}})
}

// change writes a text in place of the whole of a document.
func (f *folder) change(name, text string) {
	f.versions[name]++
	f.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": f.uri(name), "version": f.versions[name]}, "contentChanges": []any{map[string]any{"text": text}}})
}

// touched says that a file has changed on disk.
func (f *folder) touched(name string, kind int) {
	f.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": f.uri(name), "type": kind}}})
}

func (f *folder) ask(method, name string, line, character int, more map[string]any) string {
	params := map[string]any{"textDocument": map[string]any{"uri": f.uri(name)}, "position": map[string]any{"line": line, "character": character}}
	for key, value := range more {
		params[key] = value
	}
	return strings.ReplaceAll(string(f.request(method, params)), "file://"+filepath.ToSlash(f.dir), "DIR")
}

// diagnostics are the messages that are shown of a document, now that all has been quiet for long enough.
func (f *folder) diagnostics(name string) (messages []string) {
	f.settle()
	var list []struct{ Message string }
	if last := lastDiagnostics(f.t, f.waiting, f.uri(name)); last != "" {
		require.NoError(f.t, json.Unmarshal([]byte(last), &list))
	}
	for _, d := range list {
		messages = append(messages, strings.Split(d.Message, "\n")[0])
	}
	return messages
}

// TestFilesOnDiskComeAndGo: answers are about the files as they are, whoever changes them.
func TestFilesOnDiskComeAndGo(t *testing.T) {
	const main = "include \"lib\"\n: f ( -- Int ) g ;\n"
	f := newFolder(t, map[string]string{"lib.seq": ": g ( -- Int ) 1 ;\n"})
	f.open("main.seq", main)
	assert.Contains(t, f.ask("textDocument/hover", "main.seq", 1, 15, nil), ": g ( ..a -- ..a Int )")

	require.NoError(t, os.Remove(filepath.Join(f.dir, "lib.seq")))
	f.touched("lib.seq", 3)
	assert.Equal(t, "null", f.ask("textDocument/definition", "main.seq", 1, 15, nil))

	f.write("lib.seq", ": g ( -- Bool ) true ;\n")
	f.touched("lib.seq", 1)
	assert.Contains(t, f.ask("textDocument/hover", "main.seq", 1, 15, nil), ": g ( ..a -- ..a Bool )")

	f.write("lib.seq", ": g ( -- String ) \"\" ;\n") // nobody says so: the next change of the document finds out
	f.change("main.seq", "# changed\n"+main)
	assert.Contains(t, f.ask("textDocument/hover", "main.seq", 2, 15, nil), ": g ( ..a -- ..a String )")
	require.Zero(t, f.end())
}

// TestUnsavedInclude: a document that is open counts, not what is on disk, and it need not be there.
func TestUnsavedInclude(t *testing.T) {
	f := newFolder(t, nil)
	f.open("main.seq", "include \"lib\"\n: f ( -- Int ) g ;\n")
	f.open("lib.seq", ": g ( -- Int ) 1 ;\n")
	assert.Contains(t, f.ask("textDocument/hover", "main.seq", 1, 15, nil), ": g ( ..a -- ..a Int )")
	f.change("lib.seq", ": g ( -- Float ) 1.5 ;\n")
	assert.Contains(t, f.ask("textDocument/hover", "main.seq", 1, 15, nil), ": g ( ..a -- ..a Float )")
	f.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": f.uri("lib.seq")}})
	assert.Equal(t, "null", f.ask("textDocument/definition", "main.seq", 1, 15, nil))
	f.request("shutdown", nil)
	messages := f.diagnostics("main.seq")
	require.NotEmpty(t, messages)
	assert.Contains(t, messages[0], "lib")
}

// TestRenameAcrossFiles: of files that are open and of those that they include, with positions in UTF-16.
func TestRenameAcrossFiles(t *testing.T) {
	f := newFolder(t, map[string]string{"lib.seq": "# 😀\r\n: g ( -- Int ) 1 ; : h ( -- Int ) \"😀😀\" drop g ;\r\n", "other.seq": "include \"lib\"\n: i ( -- Int ) g ;\n"})
	f.open("main.seq", "include \"lib\"\n: f ( -- Int ) \"é😀\" drop g ;\n")
	f.open("other.seq", "include \"lib\"\n: i ( -- Int ) g g i.+ ;\n") // not saved
	var edit struct {
		Changes map[string][]struct {
			Range   map[string]map[string]int
			NewText string
		}
	}
	answer := f.ask("textDocument/rename", "main.seq", 1, 26, map[string]any{"newName": "one"})
	require.NoError(t, json.Unmarshal([]byte(answer), &edit), "%s", answer)
	places := map[string]string{}
	for uri, edits := range edit.Changes {
		for _, e := range edits {
			assert.Equal(t, "one", e.NewText)
			places[uri] += fmt.Sprint(e.Range["start"]["line"], ":", e.Range["start"]["character"], "-", e.Range["end"]["character"], " ")
		}
	}
	assert.Equal(t, map[string]string{"DIR/main.seq": "1:26-27 ", "DIR/lib.seq": "1:2-3 1:46-47 ", "DIR/other.seq": "1:15-16 1:17-18 "}, places)
	require.Zero(t, f.end())
}

// TestRenameClashesElsewhere: a new name that another program has in which the word is, though nothing there calls it.
func TestRenameClashesElsewhere(t *testing.T) {
	f := newFolder(t, map[string]string{"lib.seq": ": g ( -- Int ) 1 ;\n"})
	f.open("main.seq", "include \"lib\"\n: f ( -- Int ) g ;\n")
	f.open("other.seq", "include \"lib\"\n: one ( -- Int ) 2 ;\n")
	f.ask("textDocument/rename", "main.seq", 1, 15, map[string]any{"newName": "one"})
	assert.Contains(t, string(f.waiting[len(f.waiting)-1].Error), "the name 'one' is taken: one ( ..a -- ..a Int )")
	f.ask("textDocument/rename", "main.seq", 1, 15, map[string]any{"newName": "two"})
	assert.Empty(t, f.waiting[len(f.waiting)-1].Error)
	require.Zero(t, f.end())
}

// TestRenameThatBreaks: a name that is free, with which a program would have an error.
func TestRenameThatBreaks(t *testing.T) {
	f := newFolder(t, map[string]string{"lib.seq": ": g ( Int -- Int ) ;\n: h ( -- Int ) 1 g ;\n"})
	f.open("main.seq", "include \"lib\"\n: f ( -- Int ) 2 g ;\n")
	f.ask("textDocument/rename", "main.seq", 1, 17, map[string]any{"newName": "main"})
	assert.Contains(t, string(f.waiting[len(f.waiting)-1].Error), "with the name 'main' the program would have an error: the effect of 'main'")
	f.ask("textDocument/rename", "main.seq", 1, 2, map[string]any{"newName": "main"})
	assert.Empty(t, f.waiting[len(f.waiting)-1].Error)
	f.open("main.seq", "include \"lib\"\n: f ( -- Int ) 2 g ;\n: wrong ( -- ) f ;\n") // it has errors anyway
	f.ask("textDocument/rename", "main.seq", 1, 17, map[string]any{"newName": "main"})
	assert.Empty(t, f.waiting[len(f.waiting)-1].Error)
	require.Zero(t, f.end())
}

// TestManyUsesInAFileThatIsNotOpen: such a file is cut into lines, and looked for, once for all of them.
func TestManyUsesInAFileThatIsNotOpen(t *testing.T) {
	const uses = 5000
	text := ": one ( -- Int ) 1 ;\n"
	for i := range uses {
		text += fmt.Sprintf("# a comment, \"é\", makes the text longer than it would be\n: f%d ( -- Int ) one ;\n", i)
	}
	f := newFolder(t, map[string]string{"lib.seq": text})
	f.open("main.seq", "include \"lib\"\n: main ( -- ) one drop ;\n")
	f.ask("textDocument/hover", "main.seq", 1, 15, nil)
	from := time.Now()
	answer := f.ask("textDocument/references", "main.seq", 1, 15, map[string]any{"context": map[string]any{"includeDeclaration": true}})
	assert.Less(t, time.Since(from), 4*time.Second)
	assert.Equal(t, uses+2, strings.Count(answer, `"uri"`))
	require.Zero(t, f.end())
}

// TestFileOpenTwice: a file may be open by two paths; when one is closed the other one counts.
func TestFileOpenTwice(t *testing.T) {
	f := newFolder(t, nil)
	f.open("main.seq", "include \"lib\"\n: f ( -- Int ) g ;\n")
	f.open("lib.seq", ": g ( -- Int ) 1 ;\n")
	f.open("%6Cib.seq", ": g ( -- Bool ) true ;\n")
	assert.Contains(t, f.ask("textDocument/hover", "main.seq", 1, 15, nil), ": g ( ..a -- ..a Bool )")
	f.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": f.uri("%6Cib.seq")}})
	assert.Contains(t, f.ask("textDocument/hover", "main.seq", 1, 15, nil), ": g ( ..a -- ..a Int )")
	require.Zero(t, f.end())
}

// TestHashNames: in a classic file "#" may stand in the name of a word, and whoever reads its tokens goes by that.
func TestHashNames(t *testing.T) {
	f := newFolder(t, nil)
	const text = "# seq:dialect classic\n: count# ( -- Int ) 1 ;\n: #all ( Int -- Int )\n  dup 0 i.> if count# \n"
	f.open("main.seq", text+"else 2 then ; # end\n: no#effect 1 ;\n")
	var tokens struct{ Data []int }
	params := map[string]any{"textDocument": map[string]any{"uri": f.uri("main.seq")}}
	require.NoError(t, json.Unmarshal(f.request("textDocument/semanticTokens/full", params), &tokens))
	comment, function, line, at := 0, 4, 0, 0
	kinds := map[string]int{}
	for d := tokens.Data; len(d) > 0; d = d[5:] {
		if line += d[0]; d[0] > 0 {
			at = 0
		}
		at += d[1]
		kinds[fmt.Sprint(line, ":", at, "+", d[2])] = d[3]
	}
	for place, kind := range map[string]int{"0:0+21": comment, "1:2+6": function, "2:2+4": function, "3:15+6": function, "4:14+5": comment, "5:2+9": function} {
		assert.Contains(t, kinds, place)
		assert.Equal(t, kind, kinds[place], "%s", place)
	}
	offers := func(character int, want string) int {
		return strings.Count(f.ask("textDocument/completion", "main.seq", 3, character, nil), want)
	}
	assert.Equal(t, 1, offers(20, `"label":"#all"`))
	f.change("main.seq", text) // while it is written
	assert.Equal(t, 1, offers(22, `"label":"count#"`))
	assert.Equal(t, 1, offers(22, `"sortText":"2_i.+"`))
	assert.Equal(t, 1, offers(22, `"sortText":"2_~string.concat"`))
	assert.Equal(t, 1, offers(22, `"label":"if"`), "it is a keyword, and no word")

	f.change("main.seq", "# seq:dialect classic\n: no#effect 1 ;\n")
	whole := map[string]any{"range": map[string]any{"start": map[string]int{"line": 1, "character": 0}, "end": map[string]int{"line": 1, "character": 11}}, "context": map[string]any{"diagnostics": []any{}}}
	assert.Contains(t, f.ask("textDocument/codeAction", "main.seq", 0, 0, whole), "Declare the effect ( -- Int )")
	f.change("main.seq", text+"else 2 then ;\n")
	assert.Contains(t, f.ask("textDocument/rename", "main.seq", 1, 4, map[string]any{"newName": "#number"}), `"newText":"#number"`)
	assert.Equal(t, "null", f.ask("textDocument/hover", "main.seq", 3, 13, nil), "'if' is no word there")
	require.Zero(t, f.end())
}

// TestCompletionOfManyWords: of many words the fitting ones that begin like what is written are offered, and their documentation comes when it is asked for.
func TestCompletionOfManyWords(t *testing.T) {
	c := newClient(t)
	c.request("initialize", map[string]any{"capabilities": map[string]any{"textDocument": map[string]any{"completion": map[string]any{"completionItem": map[string]any{
		"resolveSupport": map[string]any{"properties": []string{"documentation"}}}}}}})
	text := dense(2000) + "# says so\n: float ( Float -- Float ) 1.5 f.* ;\n: use ( -- Float ) 1.5  ;\n"
	c.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": mainURI, "version": 0, "text": text}})
	complete := func(character int) (incomplete bool, items []map[string]any) {
		var list struct {
			IsIncomplete bool
			Items        []map[string]any
		}
		require.NoError(t, json.Unmarshal(c.request("textDocument/completion", map[string]any{"textDocument": map[string]any{"uri": mainURI}, "position": map[string]any{"line": 2002, "character": character}}), &list))
		return list.IsIncomplete, list.Items
	}
	incomplete, items := complete(23)
	assert.True(t, incomplete)
	assert.Less(t, len(items), 2000)
	i := 0
	for i < len(items) && items[i]["label"] != "float" {
		i++
	}
	require.Less(t, i, len(items), "what fits comes first")
	assert.Equal(t, "0_float", items[i]["sortText"])
	assert.NotContains(t, items[i], "documentation")
	assert.Contains(t, string(c.request("completionItem/resolve", items[i])), "says so")
	for _, item := range items {
		if item["label"] == "dup" {
			assert.Contains(t, string(c.request("completionItem/resolve", item)), "Copies the top value")
		}
	}
	c.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": mainURI, "version": 1}, "contentChanges": []any{map[string]any{
		"range": map[string]any{"start": map[string]any{"line": 2002, "character": 23}, "end": map[string]any{"line": 2002, "character": 23}}, "text": "f1999"}}})
	_, items = complete(28)
	require.NotEmpty(t, items)
	assert.Equal(t, "f1999", items[0]["label"])
	require.Zero(t, c.end())
}
