package dynamic

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCandidates(t *testing.T) {
	assert.Equal(t, []string{"libz.so.1"}, candidates("libz.so.1"))
	assert.Equal(t, []string{"libm.so.6"}, candidates("m"))
	dir := t.TempDir()
	for _, name := range []string{"libx.so.2", "libx.so.10.1", "libx.so.10", "libxy.so.99"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o666))
	}
	t.Setenv("LD_LIBRARY_PATH", dir)
	assert.Equal(t, []string{"libx.so", dir + "/libx.so.10.1", dir + "/libx.so.10", dir + "/libx.so.2"}, candidates("x"))
}

// cacheFile writes a cache as ldconfig does, with entries of a name and a file.
func cacheFile(t *testing.T, entries [][2]string) string {
	t.Helper()
	const header, entry = 48, 24
	data := append([]byte("what older loaders read, or nothing"), cacheMagic...)
	start := len(data) - len(cacheMagic)
	data = append(data, make([]byte, header-len(cacheMagic)+entry*len(entries))...)
	binary.NativeEndian.PutUint32(data[start+len(cacheMagic):], uint32(len(entries)))
	for i, e := range entries {
		for j, text := range e {
			binary.NativeEndian.PutUint32(data[start+header+i*entry+4+4*j:], uint32(len(data)-start))
			data = append(append(data, text...), 0)
		}
	}
	path := filepath.Join(t.TempDir(), "cache")
	require.NoError(t, os.WriteFile(path, data, 0o666))
	return path
}

func TestCacheOfTheLoader(t *testing.T) {
	entries := [][2]string{{"liba.so.1", "/lib/liba.so.1"}, {"libx.so.2", "/lib/libx.so.2"}, {"libx.so", "/lib/libx.so"}, {"libx.so.1", "/usr/lib/libx.so.1"}, {"libx.so.2", "/lib/libx.so.2"}}
	path := cacheFile(t, entries)
	assert.Equal(t, []string{"/lib/libx.so.2", "/usr/lib/libx.so.1"}, cached(path, "libx.so"))
	assert.Empty(t, cached(path+"none", "libx.so"))
	// What is cut off anywhere, or counts more than there is, is not read beyond its end.
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for n := range whole {
		require.NoError(t, os.WriteFile(path, whole[:n], 0o666))
		cached(path, "libx.so")
	}
	for i := range whole {
		broken := append([]byte{}, whole...)
		broken[i] = 0xff
		require.NoError(t, os.WriteFile(path, broken, 0o666))
		cached(path, "libx.so")
	}
}
