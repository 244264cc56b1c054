package memory

import (
	"errors"
	"io"
	"slices"
)

// ErrTooLong is the error of ReadAll for more than it may read.
var ErrTooLong = errors.New("there is more than may be read")

const (
	firstPiece   = 4 << 10
	largestPiece = 16 << 20
)

// ReadAll reads to the end, at most so many bytes; it asks for the memory (Ask). expected is about how long that is, if it
// is known. What is longer is read in pieces that are joined at last: so it takes no more than twice its size, and what never
// ends is refused in time.
func ReadAll(r io.Reader, expected int64, most uint64) ([]byte, error) {
	var pieces [][]byte
	piece := newPiece(max(int(min(expected, 1<<40))+1, firstPiece)) // one more, to see the end
	for total := uint64(0); ; {
		if len(piece) == cap(piece) {
			pieces = append(pieces, piece)
			piece = newPiece(min(2*cap(piece), largestPiece))
		}
		n, err := r.Read(piece[len(piece):cap(piece)])
		piece = piece[:len(piece)+n]
		total += uint64(n)
		switch {
		case total > most:
			return nil, ErrTooLong
		case err == io.EOF && pieces == nil:
			return piece, nil
		case err == io.EOF:
			Ask(int(total))
			return slices.Concat(append(pieces, piece)...), nil
		case err != nil:
			return nil, err
		}
	}
}

func newPiece(n int) []byte {
	Ask(n)
	return make([]byte, 0, n)
}
