package vm_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/host/settings"
)

// A strand that others wait for gives way in front of a call, and executes the instruction from its beginning afterwards. So nothing of an
// instruction may have been done when that happens: programs write the same when they give way at each call.
func TestCallsMayBeginAgain(t *testing.T) {
	t.Chdir("../cmd/seqvm") // errors name files as the golden programs do
	for _, area := range []string{"apps", "channels", "closures", "collections", "concurrency", "core", "language", "strands", "supervisors", "types"} {
		files, err := filepath.Glob("../../testdata/" + area + "/*.seq")
		require.NoError(t, err)
		for _, file := range files {
			name := strings.TrimSuffix(file, ".seq")
			want, err := os.ReadFile(name + ".stdout")
			if others, _ := filepath.Glob(name + ".*"); err != nil || len(others) != 2 {
				continue // it has input, arguments, settings, or fails
			}
			if filepath.Base(name) == "cancelled" {
				continue // which of two strands resumes a weave first is left to the order in which they run
			}
			for mode, options := range map[settings.Native]seqvm.Options{
				{Mode: settings.NativeOff}:              {},
				{Mode: settings.NativeDefault}:          {Plain: true},
				{Mode: settings.NativeAlways, Chaos: 3}: {},
			} {
				prog, err := seqvm.Compile(seqvm.File(file), options)
				if err != nil {
					continue
				}
				var out bytes.Buffer
				v, err := prog.VM(seqvm.Config{Stdout: &out, Args: []string{file}, Settings: settings.Settings{Native: mode}})
				require.NoError(t, err)
				v.Restless()
				_, err = v.Run()
				assert.NoError(t, err, file)
				assert.Equal(t, string(want), out.String(), file)
			}
		}
	}
}
