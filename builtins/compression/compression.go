// Package compression has the functions of the words of gzip and Zstandard (chapter 6 of the language book, section 11). The words are declared in
// package builtins without them: the tables that the library of Zstandard makes at every start are dear, so seqvm leaves the words to
// seqvm-full (docs/programs.md).
package compression

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// Functions returns the functions by the names of their words, for Words.Link.
func Functions() map[string]builtins.Function {
	return map[string]builtins.Function{
		"compress.gzip":       pack(gzipped, fixed(gzipDefault)),
		"compress.gzip-level": pack(gzipped, given(gzipLevels)),
		"compress.gunzip":     unpack(gunzipped),
		"compress.zstd":       pack(zstandard, fixed(zstdDefault)),
		"compress.zstd-level": pack(zstandard, given(zstdLevels)),
		"compress.unzstd":     unpack(unzstandard),
	}
}

// leave leaves data and whether there is any.
func leave(w []stack.Value, data stack.Value, ok bool) {
	w[0], w[1] = data, stack.FromBool(ok)
}

const (
	gzipDefault, gzipLevels = 6, 9
	zstdDefault, zstdLevels = 3, 22
	// zstdWindow is the largest window that is accepted, zstdUsual what all but the highest levels use.
	zstdWindow, zstdUsual = 128 << 20, 8 << 20
)

// A level comes from the word itself or from the stack, where it is clamped.
func fixed(level int) func([]stack.Value) int { return func([]stack.Value) int { return level } }

func given(most int64) func([]stack.Value) int {
	return func(w []stack.Value) int { return int(min(max(w[1].AsInt(), 1), most)) }
}

func pack(f func(s *vm.Strand, data []byte, level int) []byte, level func([]stack.Value) int) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		memory.Ask(len(w[0].AsBytes())) // for what cannot be packed
		leave(w, builtins.InBase64(s, f(s, w[0].AsBytes(), level(w))), true)
		return nil
	}
}

func unpack(f func(s *vm.Strand, data []byte, most uint64) ([]byte, error)) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		packed, ok := builtins.FromBase64(s, w[0])
		if !ok || len(packed) == 0 {
			leave(w, stack.FromString(""), false)
			return nil
		}
		data, err := f(s, packed, unpackLimit(s))
		if err != nil {
			data = nil // never a part
		}
		leave(w, stack.FromOwned(data), err == nil)
		return nil
	}
}

func unpackLimit(s *vm.Strand) uint64 {
	return uint64(s.VM().Config().Settings.UnpackMax)
}

func gzipped(s *vm.Strand, data []byte, level int) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, level)
	if err == nil {
		z.ModTime = time.Unix(0, 0) // chapter 6, section 11: no time
		builtins.InPieces(s, data, func(b []byte) {
			_, failed := z.Write(b)
			err = errors.Join(err, failed)
		})
		err = errors.Join(err, z.Close())
	}
	if err != nil {
		panic(err) // the level is valid, and a buffer takes all
	}
	return b.Bytes()
}

// gunzipped unpacks the first member and looks at nothing behind it.
func gunzipped(s *vm.Strand, data []byte, most uint64) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	unpacked, err := memory.ReadAll(builtins.Heeding(s, z), 0, most)
	return unpacked, errors.Join(err, z.Close())
}

// zstdEncoders are made as they are needed, one for each level that the library
// tells apart. They are safe for concurrent use.
var zstdEncoders sync.Map // zstd.EncoderLevel to *zstd.Encoder

func zstandard(s *vm.Strand, data []byte, level int) []byte {
	l := zstd.EncoderLevelFromZstd(level)
	if len(data) > builtins.Piece {
		return zstandardInPieces(s, data, l)
	}
	z, ok := zstdEncoders.Load(l)
	if !ok {
		z, _ = zstdEncoders.LoadOrStore(l, newZstdEncoder(nil, l))
	}
	return z.(*zstd.Encoder).EncodeAll(data, nil)
}

func newZstdEncoder(to io.Writer, level zstd.EncoderLevel) *zstd.Encoder {
	z, err := zstd.NewWriter(to, zstd.WithEncoderLevel(level), zstd.WithEncoderConcurrency(1), zstd.WithZeroFrames(true))
	if err != nil {
		panic(err) // the options are valid
	}
	return z
}

// zstandardInPieces packs what may take long.
func zstandardInPieces(s *vm.Strand, data []byte, level zstd.EncoderLevel) []byte {
	var packed bytes.Buffer
	z := newZstdEncoder(nil, level)
	z.ResetContentSize(&packed, int64(len(data)))
	var err error
	builtins.InPieces(s, data, func(b []byte) {
		_, failed := z.Write(b)
		err = errors.Join(err, failed)
	})
	if err = errors.Join(err, z.Close()); err != nil {
		panic(err) // a buffer takes all
	}
	return packed.Bytes()
}

// unzstandard unpacks all frames.
func unzstandard(s *vm.Strand, data []byte, most uint64) ([]byte, error) {
	unpacked, err := inWindow(s, data, most, zstdUsual)
	if errors.Is(err, zstd.ErrWindowSizeExceeded) {
		memory.Ask(2 * zstdWindow) // the decoder has as much again for what it is about to hand out
		unpacked, err = inWindow(s, data, most, zstdWindow)
	}
	return unpacked, err
}

// inWindow unpacks frames whose windows are no larger than that.
func inWindow(s *vm.Strand, data []byte, most, window uint64) ([]byte, error) {
	z, err := zstd.NewReader(bytes.NewReader(data), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(window))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return memory.ReadAll(builtins.Heeding(s, z), 0, most)
}
