package lsp_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// answered is how many lines the texts of BenchmarkAnswers have.
const answered = 10_000

// BenchmarkAnswers measures what a client waits for in files of 10,000 lines: from a change to the answer to a request right behind it, of whatever kind.
// The changes leave the file now right, now with an unknown word, a wrong type, an open quotation or string, as somebody's who types. 95 of 100 answers are
// to come within 50 ms. -benchtime 2000x takes some 50 for each kind; it writes a table for each text.
func BenchmarkAnswers(b *testing.B) {
	for _, shape := range []struct {
		name   string
		text   string
		column int // where one writes, in the line in the middle
		more   map[string]string
	}{
		{"definitions of 7 lines", long(answered), 8, nil},
		{"definitions of one line", dense(answered), 22, nil},
		{"definitions of 500 lines", tall(answered), 4, nil},
		{"unions and includes", united(answered, "nowhere"), 24, included(30, "nowhere")},
		{"classic", classic(answered), 4, nil},
	} {
		b.Run(shape.name, func(b *testing.B) {
			texts := map[string]string{mainURI: shape.text}
			maps.Copy(texts, shape.more)
			answers(b, texts, shape.column)
		})
	}
}

// long is a program of so many lines, with definitions of seven.
func long(lines int) string {
	var b strings.Builder
	b.WriteString("include std:imath\n")
	for i := 0; i*7 < lines; i++ {
		fmt.Fprintf(&b, ": f%d ( Int Int -- Int )\n  over over i.> [\n    dup 0 i.< [ drop 1 i.+ ] [ i.+ ] if\n  ] [\n    swap i.- abs 3 max\n  ] if\n;\n", i)
	}
	return b.String()
}

// dense is a program with a definition in each of so many lines.
func dense(lines int) string {
	var b strings.Builder
	for i := range lines {
		fmt.Fprintf(&b, ": f%d ( Int -- Int ) %d i.+ dup 0 i.< [ f%d ] [ ] if ;\n", i, i, i/2)
	}
	return b.String()
}

// tall is a program of so many lines, with definitions of 500.
func tall(lines int) string {
	var b strings.Builder
	for i := 0; i*500 < lines; i++ {
		fmt.Fprintf(&b, ": f%d ( Int -- Int )\n", i)
		for range 166 {
			b.WriteString("  dup 0 i.< [ 1 i.+ ] [ ] if\n  dup 2 i.* swap i.-\n  # a comment\n")
		}
		b.WriteString(";\n")
	}
	return b.String()
}

// united is a program of so many lines with a union in every third of them, a match in another one, and includes of the files of included.
func united(lines int, folder string) string {
	var b strings.Builder
	for _, uri := range slices.Sorted(maps.Keys(included(30, folder))) {
		fmt.Fprintf(&b, "include %q\n", strings.TrimSuffix(uri[strings.LastIndexByte(uri, '/')+1:], ".seq"))
	}
	for i := 0; i*3 < lines; i++ {
		fmt.Fprintf(&b, "union U%[1]d { A%[1]d B%[1]d { w: Int, h: Int } }\n: g%[1]d ( U%[1]d -- Int ) match A%[1]d -> 0 B%[1]d { >w >h } -> i.+ end ;\n: h%[1]d ( Int -- Int ) dup Make-B%[1]d g%[1]d m%[2]d-%[3]d [ 1 ] [ 2 ] if ;\n", i, i%30, i%100)
	}
	return b.String()
}

// included are so many files of 100 lines each.
func included(files int, folder string) map[string]string {
	texts := map[string]string{}
	for i := range files {
		var b strings.Builder
		for j := range 100 {
			fmt.Fprintf(&b, ": m%d-%d ( Int -- Bool ) %d i.> ;\n", i, j, j)
		}
		texts[fmt.Sprintf("file:///%s/m%d.seq", folder, i)] = b.String()
	}
	return texts
}

// classic is a program of so many lines in the classic dialect.
func classic(lines int) string {
	var b strings.Builder
	for i := 0; i*7 < lines; i++ {
		fmt.Fprintf(&b, ": f%d ( Int Int -- Int )\n  over over > if\n    dup 0 < if drop 1 i.add else i.add then\n  else\n    swap i.subtract 3 i.multiply\n  then\n;\n", i)
	}
	return b.String()
}

// asked are the requests of BenchmarkAnswers, each with the parameters that it has besides the document.
func asked(line, column int) []request {
	at := map[string]any{"line": line, "character": column}
	place := map[string]any{"position": at}
	span := map[string]any{"start": map[string]any{"line": line - 13, "character": 0}, "end": map[string]any{"line": line + 37, "character": 0}}
	item := map[string]any{"name": "f1", "kind": 12, "uri": mainURI, "range": span, "selectionRange": span}
	return []request{
		{"textDocument/completion", place}, {"textDocument/hover", place}, {"textDocument/signatureHelp", place}, {"textDocument/definition", place},
		{"textDocument/documentHighlight", place}, {"textDocument/references", map[string]any{"position": at, "context": map[string]any{"includeDeclaration": true}}},
		{"textDocument/prepareRename", place}, {"textDocument/rename", map[string]any{"position": at, "newName": "other"}}, {"textDocument/prepareCallHierarchy", place},
		{"textDocument/inlayHint", map[string]any{"range": span}}, {"textDocument/codeAction", map[string]any{"range": span, "context": map[string]any{"diagnostics": []any{}}}},
		{"textDocument/documentSymbol", map[string]any{}}, {"workspace/symbol", map[string]any{"query": "f1"}}, {"textDocument/codeLens", map[string]any{}},
		{"textDocument/foldingRange", map[string]any{}}, {"textDocument/formatting", map[string]any{"options": map[string]any{"tabSize": 2, "insertSpaces": true}}},
		{"textDocument/semanticTokens/full", map[string]any{}}, {"textDocument/semanticTokens/full/delta", map[string]any{"previousResultId": "0"}},
		{"textDocument/semanticTokens/range", map[string]any{"range": span}},
		{"callHierarchy/incomingCalls", map[string]any{"item": item}}, {"callHierarchy/outgoingCalls", map[string]any{"item": item}},
		{"completionItem/resolve", map[string]any{"label": "dup", "data": mainURI}},
	}
}

// request is a request of a client without the document that it is about.
type request struct {
	method string
	params map[string]any
}

// typed are what BenchmarkAnswers writes, and takes away again.
var typed = []string{"dup ", "nix ", "[ ", "1.5 ", "\"", "( ", ": g ", "# "}

// answers is the benchmark for texts, in the middle of the main one of which one writes at a column.
func answers(b *testing.B, texts map[string]string, column int) {
	c := opened(b, texts)
	c.settle()
	line := answered/2 + 3
	requests := asked(line, column)
	at := map[string]any{"line": line, "character": column}
	waits := make([][]time.Duration, len(requests))
	version, written := 0, ""
	delta := requests[slices.IndexFunc(requests, func(r request) bool { return strings.HasSuffix(r.method, "/delta") })]
	random := rand.New(rand.NewPCG(24, 11))
	for b.Loop() {
		end, text := at, ""
		if written != "" {
			end = map[string]any{"line": line, "character": column + len(written)}
		} else {
			text = typed[random.IntN(len(typed))]
		}
		written = text
		version++
		r := random.IntN(len(requests))
		requests[r].params["textDocument"] = map[string]any{"uri": mainURI}
		from := time.Now()
		c.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": mainURI, "version": version}, "contentChanges": []any{map[string]any{"range": map[string]any{"start": at, "end": end}, "text": text}}})
		answer := c.request(requests[r].method, requests[r].params)
		if strings.Contains(requests[r].method, "/full") { // the next delta is from here
			var id struct{ ResultID string }
			if json.Unmarshal(answer, &id) == nil {
				delta.params["previousResultId"] = id.ResultID
			}
		}
		waits[r] = append(waits[r], c.answered.Sub(from))
		c.take()
	}
	c.end()
	table := fmt.Sprintf("\n%-40s %5s %7s %7s %7s ms\n", "", "n", "p50", "p95", "max")
	row := func(name string, list []time.Duration) {
		slices.Sort(list)
		table += fmt.Sprintf("%-40s %5d", name, len(list))
		for _, d := range []time.Duration{list[len(list)/2], list[len(list)*95/100], list[len(list)-1]} {
			table += fmt.Sprintf(" %7.1f", float64(d.Microseconds())/1000)
		}
		table += "\n"
	}
	for r, list := range waits {
		if len(list) > 0 {
			row(requests[r].method, list)
		}
	}
	all := slices.Concat(waits...)
	row("all", all)
	fmt.Print(table) // a log of a benchmark is cut
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(all[len(all)*95/100].Microseconds())/1000, "p95-ms")
}
