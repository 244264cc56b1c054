package builtins

import (
	"io"
	"math"
	"os"

	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/vm"
)

// Piece is how many bytes words work on at a time, before they look whether the strand is to end: some milliseconds of the slowest
// packing. The encodings can be cut there.
const Piece = 3 << 18

// InPieces calls f with the data, piece by piece; at least once. It does not return if the strand is to end.
func InPieces(s *vm.Strand, data []byte, f func([]byte)) {
	for ; len(data) > Piece; data = data[Piece:] {
		s.Heed()
		f(data[:Piece:Piece])
	}
	s.Heed()
	f(data)
}

// Heeding is a reader of the same data that looks before each piece whether the strand is to end, and then does not return.
func Heeding(s *vm.Strand, from io.Reader) io.Reader { return heedingReader{s, from} }

// heedingReader is a reader that looks before each piece whether the strand is to end.
type heedingReader struct {
	strand *vm.Strand
	from   io.Reader
}

// Read implements io.Reader.
func (r heedingReader) Read(b []byte) (int, error) {
	r.strand.Heed()
	return r.from.Read(b[:min(len(b), Piece)])
}

// readFile is os.ReadFile in the strand's sandbox.
func readFile(s *vm.Strand, path string) ([]byte, error) {
	f, err := policy(s).Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var size int64
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	return memory.ReadAll(Heeding(s, f), size, math.MaxInt64)
}

// writeAll writes a text to a file.
func writeAll(s *vm.Strand, f *os.File, text string) error {
	for {
		n := min(len(text), Piece)
		if _, err := f.WriteString(text[:n]); err != nil || n == len(text) {
			return err
		}
		text = text[n:]
		s.Heed()
	}
}
