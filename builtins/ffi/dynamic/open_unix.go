//go:build darwin || linux

package dynamic

import (
	"sync"

	"github.com/ebitengine/purego"
)

// openLibrary opens what a linker would find for a name.
func openLibrary(link string) (handle uintptr, err error) {
	for _, file := range candidates(link) {
		if handle, err = purego.Dlopen(file, purego.RTLD_NOW|purego.RTLD_GLOBAL); err == nil {
			return handle, nil
		}
	}
	return 0, err
}

func findSymbol(handle uintptr, name string) (uintptr, error) { return purego.Dlsym(handle, name) }

// freeFunction is the free of the C library of the process.
var freeFunction = sync.OnceValues(func() (free func(*byte), err error) {
	symbol, err := purego.Dlsym(purego.RTLD_DEFAULT, "free")
	if err == nil {
		purego.RegisterFunc(&free, symbol)
	}
	return free, err
})
