package testrunner

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFolders(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "a", "b"), 0o777))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, ".git", "c"), 0o777))
	require.Equal(t, []string{dir, filepath.Join(dir, "a"), filepath.Join(dir, "a", "b")}, Folders(dir))
	require.Equal(t, []string{"x"}, Folders("x/missing.seq"))
}
