//go:build !race

package vm

import (
	"golang.org/x/sys/cpu"

	"github.com/seqvm/seqvm/native/amd64"
	"github.com/seqvm/seqvm/native/machine"
)

// nativeProcessor is the one that machine code is made for.
func nativeProcessor() *machine.Processor {
	if cpu.X86.HasAVX {
		return &amd64.AVX
	}
	return &amd64.Processor
}

// markedNumber is the number of a mark, of which these are the first 8 bytes.
func markedNumber(mark uint64) int32 { return amd64.MarkedNumber(mark) }

// codeWritten is told of each piece of code that has been written: this processor finds out by itself.
func codeWritten([]byte) {}
