package feature

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// This file writes JSON for the answers that have an item for each definition of a file. There are so many in a long one that encoding/json would take longer than
// everything else. A test compares what is written with what encoding/json makes of the types of the protocol.

// appendText appends a string.
func appendText(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return appendAnyText(b, text)
		}
	}
	return append(append(append(b, '"'), text...), '"')
}

// appendAnyText is appendText for a string with characters that have an escape, or that are not ASCII.
func appendAnyText(b []byte, text string) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a string can be written
	return append(b, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}

func appendPosition(b []byte, p protocol.Position) []byte {
	b = strconv.AppendUint(append(b, `{"line":`...), uint64(p.Line), 10)
	b = strconv.AppendUint(append(b, `,"character":`...), uint64(p.Character), 10)
	return append(b, '}')
}

func appendRange(b []byte, r protocol.Range) []byte {
	b = appendPosition(append(b, `{"start":`...), r.Start)
	return append(appendPosition(append(b, `,"end":`...), r.End), '}')
}

func appendSymbol(b []byte, s *protocol.DocumentSymbol) []byte {
	b = appendText(append(b, `{"name":`...), s.Name)
	if s.Detail != "" {
		b = appendText(append(b, `,"detail":`...), s.Detail)
	}
	b = strconv.AppendUint(append(b, `,"kind":`...), uint64(s.Kind), 10)
	b = appendRange(append(b, `,"range":`...), s.Range)
	b = appendRange(append(b, `,"selectionRange":`...), s.SelectionRange)
	for i := range s.Children {
		if i == 0 {
			b = append(b, `,"children":[`...)
		} else {
			b = append(b, ',')
		}
		if b = appendSymbol(b, &s.Children[i]); i == len(s.Children)-1 {
			b = append(b, ']')
		}
	}
	return append(b, '}')
}

// appendFolding appends a range of lines: places in them are left to the client.
func appendFolding(b []byte, f *protocol.FoldingRange) []byte {
	b = strconv.AppendUint(append(b, `{"startLine":`...), uint64(f.StartLine), 10)
	b = strconv.AppendUint(append(b, `,"endLine":`...), uint64(f.EndLine), 10)
	if f.Kind != "" {
		b = appendText(append(b, `,"kind":`...), string(f.Kind))
	}
	return append(b, '}')
}
