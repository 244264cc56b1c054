package load

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// MaxSource is how many bytes a source file can have.
const MaxSource = 256 << 20

// ErrTooLarge and errIrregular say why a file is not read as a source.
var (
	errIrregular = errors.New("it is no regular file")
	ErrTooLarge  = fmt.Errorf("it is larger than %d MB", MaxSource>>20)
)

// ReadMain reads the file that a program is started with: any that ends, such as a pipe, up to MaxSource bytes.
func ReadMain(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readText(f)
}

// ReadInclude reads a file that a program names. It must be a regular one: to open another one may take for ever, and a device may have no end.
func ReadInclude(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() && !info.IsDir(): // to read a folder is an error of its own
		return nil, errIrregular
	}
	return ReadMain(path)
}

// readText reads a file to its end, up to MaxSource bytes.
func readText(f *os.File) ([]byte, error) {
	const room = 512
	var size int64
	if info, err := f.Stat(); err == nil {
		size = info.Size()
	}
	text := make([]byte, 0, min(size, MaxSource)+room)
	for {
		n, err := f.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
		switch {
		case len(text) > MaxSource:
			return nil, ErrTooLarge
		case err == io.EOF:
			return text, nil
		case err != nil:
			return nil, err
		case len(text) == cap(text):
			text = append(text, 0)[:len(text)]
		}
	}
}
