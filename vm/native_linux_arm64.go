//go:build !race

package vm

import (
	"unsafe"

	"github.com/seqvm/seqvm/native/arm64"
	"github.com/seqvm/seqvm/native/machine"
)

// nativeProcessor is the one that machine code is made for.
func nativeProcessor() *machine.Processor { return &arm64.Processor }

// markedNumber is the number of a mark, of which these are the 8 bytes.
func markedNumber(mark uint64) int32 { return arm64.MarkedNumber(mark) }

// codeWritten is told of each piece of code that has been written, while it cannot be executed yet: data go to where instructions are fetched from, and what was there
// before is forgotten by all processors. None can have begun to execute it then: it becomes executable later.
func codeWritten(code []byte) {
	start := uintptr(unsafe.Pointer(unsafe.SliceData(code)))
	makeCoherent(start, start+uintptr(len(code)))
}

// makeCoherent has instructions in a range of memory, which is not empty, be what was written there.
//
//go:noescape
func makeCoherent(start, end uintptr)
