package site_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/internal/browser"
)

// picture writes what the page shows into docs, if UPDATE_PICTURES is set.
func picture(t *testing.T, p *browser.Page, name string) {
	t.Helper()
	if os.Getenv("UPDATE_PICTURES") == "" {
		return
	}
	dir := "../../../docs/pictures"
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), p.Picture(), 0o644))
}
