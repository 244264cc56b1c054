package lsp_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const edited = `include std:imath
: half ( Int -- Int Bool ) 2 i./ ;
: quarter ( Int -- Int Bool ) half [ half ] [ false ] if ;
: countdown ( Int -- ) dup 0 i.> [ 1 i.- countdown ] [ drop ] if ;
union Shape { Dot Box { w: Int, h: Int } }
: area ( Shape -- Int ) match Dot -> 0 Box -> i.* end ;
: square-all ( Int -- Int )
  dup i.* ;  # ünïcode 😀
: main ( -- )
  3 square-all abs drop
  1 2 swap drop drop
  2 3 Make-Box area drop
;
`

// classicEdited is a text in the classic dialect that is edited at random.
const classicEdited = `# 😀
: a#b ( Int -- Int ) 1 i.add ;
: twice ( Int -- Int ) dup 0 > if a#b else dup i.add then ; # é
: reads ( -- )
  1 tcp.listen if drop then
  2 twice 3 a#b < if then ;
`

// pieces are what random edits write.
var pieces = []string{"", "", " ", "\n", "\r\n", "dup", "drop ", "[ ", " ]", ";", ": f ( -- ) ;\n", "\"", "# x\n", "1", " i.+ ", "😀", "é", "include std:list\n", "match", " end ", "(", ")", "if"}

var word = regexp.MustCompile(`\S+`)

// editor is a text that is edited at random, as the client has it and as the server should.
type editor struct {
	text    string
	version int
	words   bool // only words become others
}

// edit makes a random change and returns it as the client sends it.
func (e *editor) edit(r *rand.Rand) map[string]any {
	runes := []rune(e.text)
	start := r.IntN(len(runes) + 1)
	end := min(len(runes), start+r.IntN(4))
	from, to := string(runes[:start]), string(runes[:end])
	piece := pieces[r.IntN(len(pieces))]
	if words := word.FindAllStringIndex(e.text, -1); len(words) > 0 && (e.words || r.IntN(2) == 0) { // a word becomes another one: so programs stay good for longer
		at, other := words[r.IntN(len(words))], words[r.IntN(len(words))]
		from, to, piece = e.text[:at[0]], e.text[:at[1]], e.text[other[0]:other[1]]
	}
	for strings.HasSuffix(from, "\r") || strings.HasSuffix(to, "\r") { // no position is within a line end
		return nil
	}
	change := map[string]any{"range": map[string]any{"start": utf16Position(from), "end": utf16Position(to)}, "text": piece}
	e.text = from + piece + e.text[len(to):]
	e.version++
	return change
}

func utf16Position(before string) map[string]any {
	before = strings.ReplaceAll(before, "\r\n", "\n")
	line := strings.Count(before, "\n")
	last := before[strings.LastIndexByte(before, '\n')+1:]
	units := 0
	for _, r := range last {
		if units++; r > 0xFFFF {
			units++
		}
	}
	return map[string]any{"line": line, "character": units}
}

// lastDiagnostics returns the last ones that have come for a document.
func lastDiagnostics(t testing.TB, list []received, uri string) string {
	found := ""
	for _, m := range list {
		var p struct {
			URI         string
			Diagnostics json.RawMessage
		}
		if m.Method == "textDocument/publishDiagnostics" {
			require.NoError(t, json.Unmarshal(m.Params, &p))
			if p.URI == uri {
				found = string(p.Diagnostics)
			}
		}
	}
	return found
}

const (
	mainURI = "file:///nowhere/doc.seq"
	moreURI = "file:///nowhere/more.seq"
)

// opened begins a session in which documents are open.
func opened(t testing.TB, texts map[string]string) *client {
	c := newClient(t)
	c.request("initialize", map[string]any{"capabilities": map[string]any{}, "initializationOptions": map[string]any{"inlay_hints": true}})
	for _, uri := range slices.Sorted(maps.Keys(texts)) {
		c.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "version": 0, "text": texts[uri]}})
	}
	return c
}

// shown asks for what a client shows of a document.
func shown(c *client, uri string, r *rand.Rand, text string) string {
	doc := map[string]any{"uri": uri}
	lines := strings.Count(text, "\n") + 1
	var b strings.Builder
	ask := func(method string, params map[string]any) {
		params["textDocument"] = doc
		fmt.Fprintf(&b, "%s %v\n%s\n", method, params, c.request(method, params))
	}
	ask("textDocument/inlayHint", map[string]any{"range": map[string]any{"start": map[string]any{"line": 0, "character": 0}, "end": map[string]any{"line": lines, "character": 0}}})
	fmt.Fprintln(&b, tokensOf(c, uri))
	ask("textDocument/semanticTokens/range", map[string]any{"range": map[string]any{"start": map[string]any{"line": r.IntN(lines), "character": 3}, "end": map[string]any{"line": r.IntN(lines), "character": 0}}})
	ask("textDocument/documentSymbol", map[string]any{})
	ask("textDocument/foldingRange", map[string]any{})
	for range 10 {
		at := map[string]any{"line": r.IntN(lines), "character": r.IntN(30)}
		ask("textDocument/hover", map[string]any{"position": at})
		ask("textDocument/signatureHelp", map[string]any{"position": at})
	}
	ask("textDocument/completion", map[string]any{"position": map[string]any{"line": r.IntN(lines), "character": r.IntN(30)}})
	return b.String()
}

// tokensOf returns the data of the tokens of a document, which the client has from before as far as they still hold.
func tokensOf(c *client, uri string) []uint32 {
	var answer struct {
		ResultID string
		Data     []uint32
		Edits    []struct {
			Start, DeleteCount int
			Data               []uint32
		}
	}
	if c.tokens == nil {
		c.tokens = map[string]*tokens{}
	}
	known := c.tokens[uri]
	method, params := "textDocument/semanticTokens/full", map[string]any{"textDocument": map[string]any{"uri": uri}}
	if known != nil {
		method, params["previousResultId"] = method+"/delta", known.id
	}
	require.NoError(c.t, json.Unmarshal(c.request(method, params), &answer))
	if answer.Edits != nil {
		answer.Data = known.data
		for _, e := range answer.Edits {
			answer.Data = slices.Concat(answer.Data[:e.Start], e.Data, answer.Data[e.Start+e.DeleteCount:])
		}
	}
	c.tokens[uri] = &tokens{answer.ResultID, answer.Data}
	return answer.Data
}

// finish ends a session and returns the diagnostics that a document has at last.
func finish(c *client, uri string) string {
	c.request("shutdown", nil)
	found := lastDiagnostics(c.t, c.take(), uri)
	c.notify("exit", nil)
	assert.Zero(c.t, c.end())
	return found
}

// afterEdits edits documents at random in one server, and opens what comes out in another one: both say the same.
func afterEdits(t testing.TB, texts map[string]string, seed uint64, edits int) {
	r := rand.New(rand.NewPCG(seed, 1))
	c := opened(t, texts)
	uris := slices.Sorted(maps.Keys(texts))
	editors := map[string]*editor{}
	for uri, text := range texts {
		editors[uri] = &editor{text: text, words: seed%2 == 0}
	}
	for range edits {
		uri := uris[r.IntN(len(uris))]
		e := editors[uri]
		change := e.edit(r)
		if change == nil {
			continue
		}
		c.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri, "version": e.version}, "contentChanges": []any{change}})
		if r.IntN(4) == 0 {
			shown(c, mainURI, r, editors[mainURI].text)
		}
	}
	final := map[string]string{}
	for uri, e := range editors {
		final[uri] = e.text
	}
	anew := opened(t, final)
	seen := r.Uint64()
	look := func(c *client) string { return shown(c, mainURI, rand.New(rand.NewPCG(seen, 2)), final[mainURI]) }
	require.Equal(t, look(anew), look(c), "the text is %q", final[mainURI])
	require.Equal(t, finish(anew, mainURI), finish(c, mainURI), "the text is %q", final[mainURI])
}

func TestRandomEditsLeaveWhatTheFinalTextHas(t *testing.T) {
	for seed := range uint64(30) {
		afterEdits(t, map[string]string{mainURI: edited}, seed, 2+int(seed))
		afterEdits(t, map[string]string{mainURI: "include \"more\"\n" + edited + ": f ( -- Int ) 1 g Make-Dot area i.+ ;\n", moreURI: "union More { Few Some { n: Int } }\n: g ( Int -- Int ) 1 i.+ ;\n"}, seed, 2+int(seed))
	}
	for seed := range uint64(30) {
		afterEdits(t, map[string]string{mainURI: classicEdited}, seed, 2+int(seed))
	}
	for seed := range uint64(2) { // much is taken over from before
		afterEdits(t, map[string]string{mainURI: edited + dense(300)}, seed, 60)
	}
	for seed := range uint64(2) { // diagnostics by another goroutine
		afterEdits(t, map[string]string{mainURI: edited + long(2000)}, seed, 20)
	}
}

func FuzzEdits(f *testing.F) {
	f.Add(edited, uint64(1))
	f.Add("# seq:dialect classic\n: f ( Int -- Int ) dup 0 > if 1 else 2 then ;\n", uint64(2))
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		afterEdits(t, map[string]string{mainURI: strings.ToValidUTF8(strings.ReplaceAll(text, "\r", ""), "?")}, seed, 10)
	})
}

// TestManyEditsTakeNoMemory makes edits, SEQVM_EDITS if that is set: the server needs no more memory behind them than behind the first ones.
func TestManyEditsTakeNoMemory(t *testing.T) {
	edits := 1000
	if text := os.Getenv("SEQVM_EDITS"); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(t, err)
		edits = n
	}
	c := opened(t, map[string]string{mainURI: long(100)})
	version := 0
	change := func(length int, text string) {
		version++
		start, end := map[string]any{"line": 2, "character": 2}, map[string]any{"line": 2, "character": 2 + length}
		c.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": mainURI, "version": version}, "contentChanges": []any{map[string]any{"range": map[string]any{"start": start, "end": end}, "text": text}}})
	}
	heap := func() uint64 {
		c.settle()
		c.take()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	typed := []string{"dup ", "nix ", "[ ", "1.5 drop ", "\" ", ": g ( -- ) ; ", "union U { A } ", "] ; : h ( -- Int ) "}
	run := func(n int) {
		for i := range n / 2 {
			text := typed[i%len(typed)]
			change(0, text)
			if i%10 == 0 {
				c.request("textDocument/completion", map[string]any{"textDocument": map[string]any{"uri": mainURI}, "position": map[string]any{"line": 3, "character": 4}})
				c.take()
			}
			change(len(text), "")
		}
	}
	run(200)
	before := heap()
	run(edits)
	assert.Less(t, heap(), before+(4<<20))
	c.end()
}

// TestEditsAllOverATextTakeNoMemory: what is known of a definition does not keep the text alive that it was read from.
func TestEditsAllOverATextTakeNoMemory(t *testing.T) {
	const lines = 2000
	c := opened(t, map[string]string{mainURI: dense(lines)})
	heap := func() uint64 {
		c.settle()
		c.take()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	edit := func(version int) {
		at := map[string]any{"line": version * 7 % lines, "character": 23}
		c.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": mainURI, "version": version}, "contentChanges": []any{map[string]any{"range": map[string]any{"start": at, "end": at}, "text": "dup drop "}}})
		c.request("textDocument/hover", map[string]any{"textDocument": map[string]any{"uri": mainURI}, "position": at})
	}
	for version := range 10 {
		edit(version)
	}
	before := heap()
	for version := range 300 {
		edit(10 + version)
	}
	assert.Less(t, heap(), before+(12<<20), "300 texts have 36 MB")
	c.end()
}
