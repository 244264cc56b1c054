package console

import (
	"bufio"
	"io"
	"math"
	"strings"
	"sync"

	"github.com/seqvm/seqvm/internal/memory"
)

// input is what a program reads. Its methods wait for it.
type input struct {
	mu sync.Mutex
	r  *bufio.Reader
}

func (in *input) open(r io.Reader) {
	if r == nil {
		r = strings.NewReader("")
	}
	in.r = bufio.NewReader(r)
}

// ReadLine reads up to and with the next LF; empty at the end of the input. It asks for the memory (package memory), as ReadAll does.
func (in *input) ReadLine() []byte {
	in.mu.Lock()
	defer in.mu.Unlock()
	var line []byte
	for {
		piece, err := in.r.ReadSlice('\n')
		line = append(memory.Room(line, len(piece)), piece...)
		if err != bufio.ErrBufferFull {
			return line
		}
	}
}

// ReadAll reads what is left of the input. The error says why it could not be read to its end.
func (in *input) ReadAll() ([]byte, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	return memory.ReadAll(in.r, 0, math.MaxInt64)
}

// ReadN reads n bytes, or what there is up to the end of the input.
func (in *input) ReadN(n int) []byte {
	in.mu.Lock()
	defer in.mu.Unlock()
	b, _ := io.ReadAll(io.LimitReader(in.r, int64(n)))
	return b
}

// ReadChar reads a byte; -1 at the end of the input.
func (in *input) ReadChar() int64 {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.next()
}

// next is ReadChar with the lock held.
func (in *input) next() int64 {
	b, err := in.r.ReadByte()
	if err != nil {
		return -1
	}
	return int64(b)
}
