// Package bundle puts a program behind a copy of seqvm's binary, and finds it there again: the file is then an
// executable that runs this program and has no command line of its own (seqvm build --exe).
//
//	the binary | options | program | sizes of both, sum, magic
//
// The copy's stamp says that something must be behind it, so that a file whose end was cut off is not taken for the
// bare binary, and the bare binary need not look at itself when it starts. Code of Mach-O files is signed page by page:
// there the stamp is left alone, and the end of the file tells.
package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/bytecode"
)

// stamp is in every binary of seqvm once, and is no constant, so that it is read from the place that Append writes. Behind
// its name stand the version of seqvm, that of its bytecode as one character, and whether a program is behind the binary.
var stamp = "\x00the stamp of seqvm\x00" + seqvm.Version + "\x00" + string(rune('0'+bytecode.FormatVersion)) + bare

// stampName is how many bytes of the stamp are the same in all versions; nameless of what is behind a binary.
const stampName = len("\x00the stamp of seqvm\x00")

// The last byte of a stamp.
const (
	bare   = "-"
	loaded = '+'
)

// magic ends a file with a program.
const magic = "seqvm program 1\n"

// trailer is behind the program: the sizes of options and program in 8 bytes each, the sum of options and sizes, magic. The
// program has a sum of its own.
const trailer = 8 + 8 + sha256.Size + len(magic)

// Bundle is what is put behind a binary.
type Bundle struct {
	Options []byte // how the program is run, for who reads it
	Program []byte // encoded bytecode
}

// Errors of Append.
var (
	ErrNoRuntime = errors.New("it is no binary of seqvm that can carry a program")
	ErrLoaded    = errors.New("it carries a program already")
)

// Append writes the copy of a binary with a bundle behind it. A binary of another release is an error that tells both.
func Append(w io.Writer, binary []byte, b Bundle) error {
	at, err := find(binary)
	if err != nil {
		return err
	}
	parts := [][]byte{binary, b.Options, b.Program, b.trailer()}
	if !signed(binary) {
		last := at + len(stamp) - 1
		parts = append([][]byte{binary[:last], {loaded}, binary[last+1:]}, parts[1:]...)
	}
	for _, part := range parts {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// IsLoaded tells whether a file carries a program.
func IsLoaded(file []byte) bool { return bytes.HasSuffix(file, []byte(magic)) }

// find returns where the stamp of a binary is, which must be that of this one.
func find(binary []byte) (int, error) {
	at := bytes.Index(binary, []byte(stamp[:stampName]))
	if at < 0 || len(binary) < at+len(stamp) {
		return 0, ErrNoRuntime
	}
	there := binary[at : at+len(stamp)]
	last := len(stamp) - 1
	switch {
	case IsLoaded(binary) || there[last] == loaded && string(there[:last]) == stamp[:last]:
		return 0, ErrLoaded
	case string(there[:last]) != stamp[:last]:
		version, _, _ := bytes.Cut(there[stampName:], []byte{0})
		return 0, fmt.Errorf("it is of seqvm %q or a build with another bytecode, this is %s", version, seqvm.Version)
	}
	return at, nil
}

// signed tells whether the pages of a binary are signed: it is a Mach-O file.
func signed(binary []byte) bool { return bytes.HasPrefix(binary, []byte("\xcf\xfa\xed\xfe")) }

func (b Bundle) trailer() []byte {
	end := binary.LittleEndian.AppendUint64(nil, uint64(len(b.Options)))
	end = binary.LittleEndian.AppendUint64(end, uint64(len(b.Program)))
	sum := sha256.Sum256(append(bytes.Clone(b.Options), end...))
	return append(append(end, sum[:]...), magic...)
}

// Carried tells whether a program must be behind the binary of this process.
func Carried() bool { return stamp[len(stamp)-1] == loaded }

// Own returns what is behind the binary of this process; nil if it is the bare one.
func Own() (*Bundle, error) {
	if !Carried() && runtime.GOOS != "darwin" {
		return nil, nil
	}
	f, err := openSelf()
	if err != nil {
		return nil, fmt.Errorf("the program's own file cannot be read: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	b, err := read(f, info.Size())
	if errors.Is(err, errNoTrailer) && !Carried() {
		return nil, nil
	}
	return b, err
}

// Self opens the file of the running process, wherever its name has gone.
func Self() (*os.File, error) { return openSelf() }

var (
	errNoTrailer = errors.New("its end is missing or was changed: the file is damaged")
	errDamaged   = errors.New("what is behind its binary was changed: the file is damaged")
)

// read returns what is behind a binary in a file of so many bytes.
func read(f io.ReaderAt, size int64) (*Bundle, error) {
	end := make([]byte, trailer)
	if size < int64(trailer) {
		return nil, errNoTrailer
	}
	if _, err := f.ReadAt(end, size-int64(trailer)); err != nil {
		return nil, err
	}
	if string(end[len(end)-len(magic):]) != magic {
		return nil, errNoTrailer
	}
	options, program := binary.LittleEndian.Uint64(end), binary.LittleEndian.Uint64(end[8:])
	room := uint64(size) - uint64(trailer)
	if options > room || program > room-options {
		return nil, errDamaged
	}
	data := make([]byte, options+program)
	if _, err := f.ReadAt(data, int64(room-options-program)); err != nil {
		return nil, err
	}
	b := &Bundle{Options: data[:options:options], Program: data[options:]}
	if !bytes.Equal(b.trailer(), end) {
		return nil, errDamaged
	}
	return b, nil
}
