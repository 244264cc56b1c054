package builtins

import (
	"io"
	"math"
	"os"

	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/vm"
)

// piece is how many bytes words work on at a time, before they look whether the strand is to end: some milliseconds of the slowest
// packing. The encodings can be cut there.
const piece = 3 << 18

// pieces calls f with the data, piece by piece; at least once.
func pieces(s *vm.Strand, data []byte, f func([]byte)) {
	for ; len(data) > piece; data = data[piece:] {
		s.Heed()
		f(data[:piece:piece])
	}
	s.Heed()
	f(data)
}

// heedingReader is a reader that looks before each piece whether the strand is to end.
type heedingReader struct {
	strand *vm.Strand
	from   io.Reader
}

// Read implements io.Reader.
func (r heedingReader) Read(b []byte) (int, error) {
	r.strand.Heed()
	return r.from.Read(b[:min(len(b), piece)])
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
	return memory.ReadAll(heedingReader{s, f}, size, math.MaxInt64)
}

// writeAll writes a text to a file.
func writeAll(s *vm.Strand, f *os.File, text string) error {
	for {
		n := min(len(text), piece)
		if _, err := f.WriteString(text[:n]); err != nil || n == len(text) {
			return err
		}
		text = text[n:]
		s.Heed()
	}
}
