// Package document is the texts that a client has open: their versions, their changes, and positions in them (LSP 3.18, text
// document synchronization).
//
// A Document is immutable, a change makes another one. The package knows nothing of Seq.
package document

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// Document is an open text in one of its versions.
type Document struct {
	URI     string
	Path    string // of its file; "" if it has none
	Version int32
	Source  *diag.Source // the text, under the name that diagnostics call it
	*Lines
}

// New makes a document that a client opens.
func New(uri string, version int32, text string) *Document {
	path, _ := Path(uri)
	name := path
	if name == "" {
		name = uri
	}
	return &Document{URI: uri, Path: path, Version: version, Source: diag.NewSource(name, text), Lines: NewLines(text)}
}

// Text is the text of the document.
func (d *Document) Text() string { return d.Source.Text }

// MaxText bounds the text of a document in bytes: what it is made of comes in messages that are not much longer.
const MaxText = 256 << 20

// Changed returns the document behind changes, each of which refers to what the one before has left.
func (d *Document) Changed(version int32, changes []protocol.TextDocumentContentChangeEvent, enc Encoding) (*Document, error) {
	text, lines := d.Text(), d.Lines
	for i, c := range changes {
		if c.Range == nil {
			text = c.Text
		} else {
			if lines == nil {
				lines = NewLines(text)
			}
			start, end := lines.Offset(c.Range.Start, enc), lines.Offset(c.Range.End, enc)
			if start > end {
				return nil, fmt.Errorf("change %d of %s: the range ends in front of its start", i+1, d.URI)
			}
			text = text[:start] + c.Text + text[end:]
		}
		if lines = nil; len(text) > MaxText {
			return nil, fmt.Errorf("change %d of %s: the text becomes longer than %d bytes", i+1, d.URI, MaxText)
		}
	}
	if lines == nil {
		lines = NewLines(text)
	}
	return &Document{URI: d.URI, Path: d.Path, Version: version, Source: diag.NewSource(d.Source.Name, text), Lines: lines}, nil
}

// scheme begins the URIs of files (RFC 8089).
const scheme = "file://"

// Path returns the path of a URI of a file; false for another one.
func Path(uri string) (string, bool) {
	rest, ok := strings.CutPrefix(uri, scheme)
	if !ok {
		return "", false
	}
	slash := strings.IndexByte(rest, '/')
	if slash < 0 || rest[:slash] != "" && rest[:slash] != "localhost" {
		return "", false
	}
	path, ok := unescape(rest[slash:])
	if !ok {
		return "", false
	}
	if runtime.GOOS == "windows" && len(path) > 2 && path[2] == ':' {
		path = path[1:]
	}
	return filepath.Clean(filepath.FromSlash(path)), true
}

// unescape replaces the %XX of a URI; false if one is none, or a NUL.
func unescape(s string) (string, bool) {
	if !strings.Contains(s, "%") {
		return s, !strings.Contains(s, "\x00")
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b = append(b, s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		var c byte
		for _, digit := range []byte(s[i+1 : i+3]) {
			n := strings.IndexByte("0123456789abcdef", digit|0x20)
			if n < 0 || digit < '0' {
				return "", false
			}
			c = c<<4 | byte(n)
		}
		if c == 0 {
			return "", false
		}
		b = append(b, c)
		i += 2
	}
	return string(b), true
}

// plain are the characters of a path that stand for themselves in a URI (RFC 3986, section 2.3), with the slash.
const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"

// URI returns the URI of a file.
func URI(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	path = filepath.ToSlash(path)
	var b strings.Builder
	b.WriteString(scheme)
	if !strings.HasPrefix(path, "/") {
		b.WriteByte('/')
	}
	for i := range len(path) {
		if strings.IndexByte(plain, path[i]) >= 0 {
			b.WriteByte(path[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", path[i])
		}
	}
	return b.String()
}
