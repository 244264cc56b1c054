package syntax_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
)

// FuzzParse: no text makes the scanner or parser panic or hang, and every
// error has a place inside of the text.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("../../testdata/language/*.seq")
	classic, _ := filepath.Glob("../../testdata/classic/*.seq")
	files = append(files, classic...)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		src := diag.NewSource("fuzz.seq", text)
		_, problems := syntax.Parse(src, syntax.Seven)
		_, others := syntax.Parse(src, syntax.Classic)
		if p := syntax.FindDialect(src).Problem; p != nil {
			others = append(others, p)
		}
		for _, d := range append(problems, others...) {
			if d.Message == "" || int(d.Span.Start) > len(text) || d.Span.End < d.Span.Start {
				t.Errorf("bad diagnostic %+v", d)
			}
			_ = d.Error()
		}
	})
}
