package dynamic

import (
	"strings"
	"sync"
	"syscall"

	"github.com/ebitengine/purego"
)

// openLibrary opens a DLL: "x" is x.dll.
func openLibrary(link string) (uintptr, error) {
	if !strings.Contains(strings.ToLower(link), ".dll") {
		link += ".dll"
	}
	handle, err := syscall.LoadLibrary(link)
	return uintptr(handle), err
}

func findSymbol(handle uintptr, name string) (uintptr, error) {
	return syscall.GetProcAddress(syscall.Handle(handle), name)
}

// freeFunction is the free of the universal C runtime.
var freeFunction = sync.OnceValues(func() (free func(*byte), err error) {
	handle, err := openLibrary("ucrtbase")
	if err != nil {
		return nil, err
	}
	symbol, err := findSymbol(handle, "free")
	if err == nil {
		purego.RegisterFunc(&free, symbol)
	}
	return free, err
})
