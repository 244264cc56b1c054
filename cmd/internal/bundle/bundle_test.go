package bundle

import (
	"bytes"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func appended(t *testing.T, binary []byte, b Bundle) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, Append(&out, binary, b))
	return out.Bytes()
}

func TestWhatIsAppendedIsReadAgain(t *testing.T) {
	bin := []byte("some code" + stamp + "more code")
	for _, b := range []Bundle{{}, {Program: []byte("program")}, {Options: []byte("options"), Program: []byte(strings.Repeat("p", 5000))}} {
		file := appended(t, bin, b)
		assert.True(t, IsLoaded(file))
		assert.Equal(t, byte(loaded), file[bytes.Index(file, []byte(stamp[:stampName]))+len(stamp)-1])
		got, err := read(bytes.NewReader(file), int64(len(file)))
		require.NoError(t, err)
		assert.Equal(t, string(b.Options), string(got.Options))
		assert.Equal(t, string(b.Program), string(got.Program))
		assert.ErrorIs(t, Append(new(bytes.Buffer), file, b), ErrLoaded)
	}
}

// Every byte that is cut off, added or changed behind the binary is noticed, but for those of the program, which has a sum of its own.
func TestDamageIsNoticed(t *testing.T) {
	b := Bundle{Options: []byte("options"), Program: []byte("program")}
	file := appended(t, []byte("code"+stamp), b)
	for n := range len(file) {
		_, err := read(bytes.NewReader(file[:n]), int64(n))
		assert.Error(t, err, "cut at %d", n)
	}
	start := len(file) - trailer - len(b.Options) - len(b.Program)
	for i := start; i < len(file); i++ {
		changed := bytes.Clone(file)
		changed[i] ^= 1
		got, err := read(bytes.NewReader(changed), int64(len(changed)))
		if err == nil {
			assert.NotEqual(t, "program", string(got.Program), "byte %d", i)
			assert.Equal(t, "options", string(got.Options), "byte %d", i)
		}
	}
}

func TestBinariesThatAreNone(t *testing.T) {
	assert.ErrorIs(t, Append(new(bytes.Buffer), []byte("#!/bin/sh"), Bundle{}), ErrNoRuntime)
	assert.ErrorIs(t, Append(new(bytes.Buffer), []byte(stamp[:stampName]), Bundle{}), ErrNoRuntime)
	other := []byte(stamp)
	other[stampName] = '9'
	assert.ErrorContains(t, Append(new(bytes.Buffer), other, Bundle{}), "it is of seqvm")
}

// Signed pages stay as they are.
func TestMachO(t *testing.T) {
	bin := []byte("\xcf\xfa\xed\xfe" + stamp)
	file := appended(t, bin, Bundle{Program: []byte("p")})
	assert.True(t, bytes.HasPrefix(file, bin))
	assert.ErrorIs(t, Append(new(bytes.Buffer), file, Bundle{}), ErrLoaded)
}

// The binary of the tests is one of seqvm: it has the stamp once, and tells what it is.
func TestOwnBinary(t *testing.T) {
	self, err := Self()
	require.NoError(t, err)
	defer self.Close()
	bin, err := os.ReadFile(self.Name())
	require.NoError(t, err)
	assert.Equal(t, 1, bytes.Count(bin, []byte(stamp[:stampName])))
	built, ok := Of(bin)
	require.True(t, ok)
	assert.Equal(t, runtime.GOOS, built.System)
	assert.False(t, built.Full())
	assert.True(t, Built{Path: "a/seqvm-full"}.Full())
	b, err := Own()
	require.NoError(t, err)
	assert.Nil(t, b)
	for _, none := range []string{"", "x", buildMagic, buildMagic + "\x08\x02" + strings.Repeat("\x00", 16) + "\xff\xff\xff\xff\xff"} {
		_, ok := Of([]byte(none))
		assert.False(t, ok, "%q", none)
	}
}
