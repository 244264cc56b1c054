package hugepage

import (
	"syscall"
	"unsafe"
)

// size is that of a large page where pages have 4 KB. Where they are larger, so is it: then the system
// uses those that lie in the memory as a whole, and there may be none.
const size = 2 << 20

// advise tells the system that it may use large pages in memory of at least Least bytes. If it
// has none, or will not, nothing is different.
func advise(memory []byte) {
	start := uintptr(unsafe.Pointer(unsafe.SliceData(memory)))
	first := -start & (size - 1)
	_ = syscall.Madvise(memory[first:first+(uintptr(len(memory))-first)&^(size-1)], syscall.MADV_HUGEPAGE)
}
