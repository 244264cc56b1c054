package lsp_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const edited = `include std:imath
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

// pieces are what random edits write.
var pieces = []string{"", "", " ", "\n", "\r\n", "dup", "drop ", "[ ", " ]", ";", ": f ( -- ) ;\n", "\"", "# x\n", "1", " i.+ ", "😀", "é", "include std:list\n", "match", " end ", "(", ")", "if"}

// editor is a text that is edited at random, as the client has it and as the server should.
type editor struct {
	text    string
	version int
}

// edit makes a random change and returns it as the client sends it.
func (e *editor) edit(r *rand.Rand) map[string]any {
	runes := []rune(e.text)
	start := r.IntN(len(runes) + 1)
	end := min(len(runes), start+r.IntN(4))
	from, to := string(runes[:start]), string(runes[:end])
	for strings.HasSuffix(from, "\r") || strings.HasSuffix(to, "\r") { // no position is within a line end
		return nil
	}
	piece := pieces[r.IntN(len(pieces))]
	change := map[string]any{"range": map[string]any{"start": utf16Position(from), "end": utf16Position(to)}, "text": piece}
	e.text = from + piece + string(runes[end:])
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

// afterEdits edits a text at random in one server, and opens what comes out in another one.
func afterEdits(t testing.TB, text string, seed uint64, edits int) {
	r := rand.New(rand.NewPCG(seed, 1))
	const uri = "file:///nowhere/doc.seq"
	begin := func() *client {
		c := newClient(t)
		c.request("initialize", map[string]any{"capabilities": map[string]any{}})
		return c
	}
	open := func(c *client, text string) {
		c.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "version": 0, "text": text}})
	}
	c, e := begin(), &editor{text: text}
	open(c, text)
	for range edits {
		change := e.edit(r)
		if change == nil {
			continue
		}
		c.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri, "version": e.version}, "contentChanges": []any{change}})
		if r.IntN(4) == 0 {
			c.request("textDocument/hover", map[string]any{"textDocument": map[string]any{"uri": uri}, "position": map[string]any{"line": r.IntN(10), "character": r.IntN(30)}})
			c.request("textDocument/completion", map[string]any{"textDocument": map[string]any{"uri": uri}, "position": map[string]any{"line": r.IntN(10), "character": r.IntN(30)}})
		}
	}
	c.request("shutdown", nil)
	got := lastDiagnostics(t, c.take(), uri)
	c.notify("exit", nil)
	assert.Zero(t, c.end())
	anew := begin()
	open(anew, e.text)
	anew.request("shutdown", nil)
	want := lastDiagnostics(t, anew.take(), uri)
	anew.notify("exit", nil)
	anew.end()
	require.Equal(t, want, got, "the text is %q", e.text)
}

func TestRandomEditsLeaveTheDiagnosticsOfTheFinalText(t *testing.T) {
	for seed := range uint64(10) {
		afterEdits(t, edited, seed, 40)
	}
}

func FuzzEdits(f *testing.F) {
	f.Add(edited, uint64(1))
	f.Add("# seq:dialect classic\n: f ( Int -- Int ) dup 0 > if 1 else 2 then ;\n", uint64(2))
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		afterEdits(t, strings.ToValidUTF8(strings.ReplaceAll(text, "\r", ""), "?"), seed, 10)
	})
}

// long is a program of so many lines.
func long(lines int) string {
	var b strings.Builder
	b.WriteString("include std:imath\n")
	for i := 0; i*7 < lines; i++ {
		fmt.Fprintf(&b, ": f%d ( Int Int -- Int )\n  over over i.> [\n    dup 0 i.< [ drop 1 i.+ ] [ i.+ ] if\n  ] [\n    swap i.- abs 3 max\n  ] if\n;\n", i)
	}
	return b.String()
}

func TestManyEditsTakeNoMemory(t *testing.T) {
	edits := 2000
	if testing.Short() {
		edits = 500
	}
	const uri = "file:///nowhere/doc.seq"
	c := newClient(t)
	c.request("initialize", map[string]any{"capabilities": map[string]any{}})
	text := long(100)
	c.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "version": 0, "text": text}})
	at := map[string]any{"line": 2, "character": 2}
	change := func(version int, end map[string]any, text string) {
		c.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri, "version": version}, "contentChanges": []any{map[string]any{"range": map[string]any{"start": at, "end": end}, "text": text}}})
	}
	heap := func() uint64 {
		c.settle()
		c.take()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	run := func(n int) {
		for i := range n {
			change(2*i+1, at, "dup ")
			change(2*i+2, map[string]any{"line": 2, "character": 6}, "")
			if i%50 == 0 {
				c.settle()
				c.take()
			}
		}
	}
	run(100)
	before := heap()
	run(edits / 2)
	assert.Less(t, heap(), before+(4<<20))
	c.end()
}

// BenchmarkAnswersAt10000Lines measures what a client waits for in a file of 10,000 lines: for the answer to a request right behind a change, of whatever
// kind. The changes leave the file now right, now with an unknown word, a wrong type or an open quotation, as somebody's who types. 95 of 100 answers
// are to come within 50 ms.
func BenchmarkAnswersAt10000Lines(b *testing.B) {
	const uri = "file:///nowhere/doc.seq"
	c := newClient(b)
	c.request("initialize", map[string]any{"capabilities": map[string]any{}, "initializationOptions": map[string]any{"inlay_hints": true}})
	c.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "version": 0, "text": long(10_000)}})
	c.settle()
	at := map[string]any{"line": 5003, "character": 8}
	doc := map[string]any{"uri": uri}
	span := map[string]any{"start": map[string]any{"line": 4990, "character": 0}, "end": map[string]any{"line": 5040, "character": 0}}
	requests := []struct {
		method string
		params map[string]any
	}{
		{"textDocument/completion", map[string]any{"textDocument": doc, "position": at}},
		{"textDocument/hover", map[string]any{"textDocument": doc, "position": at}},
		{"textDocument/inlayHint", map[string]any{"textDocument": doc, "range": span}},
		{"textDocument/signatureHelp", map[string]any{"textDocument": doc, "position": at}},
		{"textDocument/codeAction", map[string]any{"textDocument": doc, "range": span, "context": map[string]any{"diagnostics": []any{}}}},
		{"textDocument/documentSymbol", map[string]any{"textDocument": doc}},
		{"textDocument/semanticTokens/full", map[string]any{"textDocument": doc}},
	}
	typed := []string{"dup ", "nix ", "[ ", "1.5 "}
	waits := make([][]time.Duration, len(requests))
	for i := 0; b.Loop(); i++ {
		text, end := typed[i/2%len(typed)], at
		if i%2 == 1 {
			text, end = "", map[string]any{"line": 5003, "character": 8 + len(text)}
		}
		from := time.Now()
		c.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri, "version": i + 1}, "contentChanges": []any{map[string]any{"range": map[string]any{"start": at, "end": end}, "text": text}}})
		r := i % len(requests)
		c.request(requests[r].method, requests[r].params)
		waits[r] = append(waits[r], time.Since(from))
		c.take()
	}
	report := func(list []time.Duration, name string) {
		slices.Sort(list)
		b.ReportMetric(float64(list[len(list)/2].Microseconds())/1000, name+"p50-ms")
		b.ReportMetric(float64(list[len(list)*95/100].Microseconds())/1000, name+"p95-ms")
	}
	var all []time.Duration
	for r, list := range waits {
		all = append(all, list...)
		if len(list) >= 20 {
			report(list, strings.TrimPrefix(requests[r].method, "textDocument/")+"-")
		}
	}
	report(all, "")
	c.end()
}
