package watch_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/tools/testrunner"
	"github.com/seqvm/seqvm/tools/watch"
)

// Each step makes the change that the next one is for; a step that has more to do ends with its context.
func TestLoop(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	write := func(name string) { require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(name), 0o666)) }
	var seen []string
	require.NoError(t, watch.Loop(ctx,
		func() []string { return testrunner.Folders(dir) },
		func(path string) bool { return strings.HasSuffix(path, ".seq") },
		func(inner context.Context, changed string) {
			name, _ := filepath.Rel(dir, changed)
			if changed == "" {
				name = ""
			}
			seen = append(seen, name)
			switch len(seen) {
			case 1:
				write("other.txt")
				write("a.seq")
				<-inner.Done()
			case 2:
				require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o777))
			case 3:
				write("sub/b.seq")
			case 4:
				require.NoError(t, os.Remove(filepath.Join(dir, "a.seq")))
			default:
				cancel()
			}
		}))
	require.Equal(t, []string{"", "a.seq", "sub", "sub/b.seq", "a.seq"}, seen)
}

func TestLoopNeedsAFolder(t *testing.T) {
	err := watch.Loop(t.Context(), func() []string { return []string{filepath.Join(t.TempDir(), "missing")} }, nil, nil)
	require.Error(t, err)
}
