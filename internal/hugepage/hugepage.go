// Package hugepage makes large slices whose memory the system gets ready in large pieces.
//
// Memory that is fresh is not there until it is touched: the processor stops, and the system clears
// a page of 4 KB. A program that grows spends a third of its time with that. Where the
// system has larger pages (2 MB on Linux, "transparent huge pages") it uses them, by default, only
// in memory of which it has been told that it may.
package hugepage

import (
	"unsafe"

	"github.com/seqvm/seqvm/internal/memory"
)

// Least is the size in bytes from which slices have large pages: so large ones are touched as a whole, or
// grow, and those who make them make few. Below it the rest of a large page that nobody uses counts.
const Least = 4 << 20

// Make returns a slice of n zero elements. It asks for the memory (memory.Ask): where there is none, nothing has been done.
func Make[T any](n int) []T {
	memory.Ask(n * int(unsafe.Sizeof(*new(T))))
	s := make([]T, n)
	if uintptr(n)*unsafe.Sizeof(*new(T)) >= Least {
		advise(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), uintptr(n)*unsafe.Sizeof(*new(T))))
	}
	return s
}

// Grow returns a slice of n elements, no fewer than s has, that begins with those of s; the others are
// zero. It asks as Make does.
func Grow[T any](s []T, n int) []T {
	if uintptr(n)*unsafe.Sizeof(*new(T)) < Least {
		memory.Ask(n * int(unsafe.Sizeof(*new(T))))
		return append(s[:len(s):len(s)], make([]T, n-len(s))...) // clears only what is new
	}
	grown := Make[T](n)
	copy(grown, s)
	return grown
}
