package builtins

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// compressionWords: chapter 6, section 11. Packed data is base64; unpacked data
// is bytes, at most SEQ_UNPACK_MAX of them.
var compressionWords = []Word{
	{Name: "compress.gzip", Effect: "( ..a String -- ..a String Bool )", Doc: "Packs a string by gzip, in base64.", Flag: "whether the string was packed", Run: pack(gzipped, fixed(gzipDefault))},
	{Name: "compress.gzip-level", Effect: "( ..a String Int -- ..a String Bool )", Doc: "Packs a string by gzip of a level from 1 to 9, in base64.", Flag: "whether there is such a level", Run: pack(gzipped, given(gzipLevels))},
	{Name: "compress.gunzip", Effect: "( ..a String -- ..a String Bool )", Doc: "Unpacks gzip data in base64; false if anything is wrong with it.", Flag: "whether the data could be unpacked", Run: unpack(gunzipped)},
	{Name: "compress.zstd", Effect: "( ..a String -- ..a String Bool )", Doc: "Packs a string by Zstandard, in base64.", Flag: "whether the string was packed", Run: pack(zstandard, fixed(zstdDefault))},
	{Name: "compress.zstd-level", Effect: "( ..a String Int -- ..a String Bool )", Doc: "Packs a string by Zstandard of a level from 1 to 22, in base64.", Flag: "whether there is such a level", Run: pack(zstandard, given(zstdLevels))},
	{Name: "compress.unzstd", Effect: "( ..a String -- ..a String Bool )", Doc: "Unpacks Zstandard data in base64; false if anything is wrong with it.", Flag: "whether the data could be unpacked", Run: unpack(unzstandard)},
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
		flagged(w, inBase64(s, f(s, w[0].AsBytes(), level(w))), true)
		return nil
	}
}

func unpack(f func(s *vm.Strand, data []byte, most uint64) ([]byte, error)) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		packed, ok := fromBase64(s, w[0])
		if !ok || len(packed) == 0 {
			flagged(w, stack.FromString(""), false)
			return nil
		}
		data, err := f(s, packed, unpackLimit(s))
		if err != nil {
			data = nil // never a part
		}
		flagged(w, stack.FromOwned(data), err == nil)
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
		pieces(s, data, func(b []byte) {
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
	unpacked, err := memory.ReadAll(heedingReader{s, z}, 0, most)
	return unpacked, errors.Join(err, z.Close())
}

// zstdEncoders are made as they are needed, one for each level that the library
// tells apart. They are safe for concurrent use.
var zstdEncoders sync.Map // zstd.EncoderLevel to *zstd.Encoder

func zstandard(s *vm.Strand, data []byte, level int) []byte {
	l := zstd.EncoderLevelFromZstd(level)
	if len(data) > piece {
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
	pieces(s, data, func(b []byte) {
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
	return memory.ReadAll(heedingReader{s, z}, 0, most)
}
