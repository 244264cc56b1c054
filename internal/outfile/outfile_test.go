package outfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

// alone checks that the folder holds the given files and no others.
func alone(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var found []string
	for _, e := range entries {
		found = append(found, e.Name())
	}
	require.ElementsMatch(t, names, found)
}

func TestReplaceKeepsModeAndNeighbours(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.seq")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	require.NoError(t, os.Chmod(path, 0o751))
	require.NoError(t, os.WriteFile(path+".new", []byte("precious"), 0o600))
	require.NoError(t, Write(path, []byte("new"), 0o666))
	require.Equal(t, "new", read(t, path))
	require.Equal(t, "precious", read(t, path+".new"))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o751), info.Mode())
	alone(t, dir, "a.seq", "a.seq.new")
}

func TestLinksStayLinks(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "real"), 0o700))
	real, one, two := filepath.Join(dir, "real", "a"), filepath.Join(dir, "one"), filepath.Join(dir, "two")
	require.NoError(t, os.Symlink("real/a", one))
	require.NoError(t, os.Symlink("one", two))
	for _, text := range []string{"made", "replaced"} { // at first the link leads to nothing
		require.NoError(t, Write(two, []byte(text), 0o666))
		require.Equal(t, text, read(t, real))
		for _, link := range []string{one, two} {
			info, err := os.Lstat(link)
			require.NoError(t, err)
			require.NotZero(t, info.Mode()&fs.ModeSymlink)
		}
	}
	alone(t, filepath.Join(dir, "real"), "a")
	alone(t, dir, "one", "two", "real")
}

func TestHardLinksStayLinked(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	require.NoError(t, os.WriteFile(a, []byte("a longer text"), 0o600))
	require.NoError(t, os.Link(a, b))
	require.NoError(t, Write(a, []byte("new"), 0o666))
	require.Equal(t, "new", read(t, b))
	alone(t, dir, "a", "b")
}

func TestErrorsNameTheGivenPath(t *testing.T) {
	dir := t.TempDir()
	loop := filepath.Join(dir, "loop")
	require.NoError(t, os.Symlink("loop", loop))
	for _, path := range []string{dir, filepath.Join(dir, "no", "x"), filepath.Join(dir, "new") + "/", loop} {
		err := Write(path, []byte("x"), 0o666)
		var named *fs.PathError
		require.True(t, errors.As(err, &named), "%s: %v", path, err)
		require.Equal(t, path, named.Path)
		require.NotContains(t, err.Error(), ".seqvm-")
	}
	alone(t, dir, "loop")
}

func TestDiscardLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	f, err := Create(path, 0o666)
	require.NoError(t, err)
	_, err = f.WriteString("half of")
	require.NoError(t, err)
	require.Equal(t, "old", read(t, path))
	f.Discard()
	require.Equal(t, "old", read(t, path))
	alone(t, dir, "a")
}

func TestNoRegularFile(t *testing.T) {
	require.NoError(t, Write(os.DevNull, []byte("x"), 0o666))
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	path := filepath.Join("/dev/fd", strconv.Itoa(int(w.Fd())))
	if _, err := os.Stat(path); err != nil {
		t.Skip("no /dev/fd here")
	}
	require.NoError(t, Write(path, []byte("through"), 0o666))
	require.NoError(t, w.Close())
	b := make([]byte, 16)
	n, err := r.Read(b)
	require.NoError(t, err)
	require.Equal(t, "through", string(b[:n]))
}
