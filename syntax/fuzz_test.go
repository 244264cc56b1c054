package syntax_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/seqvm/seqvm/diag"
	"github.com/seqvm/seqvm/syntax"
)

// FuzzParse: no text makes the scanner or parser panic or hang, and every
// error has a place inside of the text.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("../testdata/language/*.seq")
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
		for _, d := range problems {
			if d.Message == "" || int(d.Span.Start) > len(text) || d.Span.End < d.Span.Start {
				t.Errorf("bad diagnostic %+v", d)
			}
			_ = d.Error()
		}
	})
}
