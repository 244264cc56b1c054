package bench

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// golden is the file of what a program prints at its small size.
func golden(s Set, p Program) string {
	return strings.TrimSuffix(s.Source("", p), ".seq") + ".stdout"
}

// TestPrograms runs each program of the wild and the growth set at its small size. UPDATE_BENCH=1 writes the
// golden files.
func TestPrograms(t *testing.T) {
	count := 0
	for _, s := range Sets() {
		for _, p := range s.Programs {
			if p.Small == 0 {
				continue
			}
			count++
			t.Run(s.Name+"/"+p.Name, func(t *testing.T) {
				t.Parallel()
				printed, err := runHere(t.Context(), s, p, p.Small)
				require.NoError(t, err)
				if os.Getenv("UPDATE_BENCH") != "" {
					require.NoError(t, os.WriteFile(golden(s, p), printed, 0o600))
				}
				want, err := os.ReadFile(golden(s, p))
				require.NoError(t, err)
				assert.Equal(t, string(want), string(printed))
			})
		}
	}
	assert.Greater(t, count, 50)
}

// TestPeers runs the peers of these programs, which print the same.
func TestPeers(t *testing.T) {
	r := Runner{Work: t.TempDir(), Note: t.Output()}
	for _, s := range Sets() {
		for _, p := range s.Programs {
			if p.Small == 0 {
				continue
			}
			for _, peer := range r.subjects(s, p)[1:] {
				t.Run(s.Name+"/"+p.Name+"/"+peer.name, func(t *testing.T) {
					t.Parallel()
					want, err := os.ReadFile(golden(s, p))
					require.NoError(t, err)
					command := peer.command(p.Small)
					out, err := exec.Command(command[0], command[1:]...).Output()
					require.NoError(t, err)
					assert.Equal(t, string(want), string(out))
				})
			}
		}
	}
}

// TestTable holds that the table tells all programs of each folder, each once, and that every peer has its program.
func TestTable(t *testing.T) {
	for _, s := range Sets() {
		known, labels := map[string]bool{}, map[string]bool{}
		for _, p := range s.Programs {
			assert.False(t, labels[p.Label()], "%s/%s stands there twice", s.Name, p.Label())
			labels[p.Label()], known[p.Name] = true, true
			assert.FileExists(t, s.Source("", p))
		}
		files, err := filepath.Glob(s.Name + "/*")
		require.NoError(t, err)
		for _, file := range files {
			name := filepath.Base(file)
			assert.True(t, known[strings.TrimSuffix(name, filepath.Ext(name))], "%s is of no program", file)
		}
	}
}

func TestArgs(t *testing.T) {
	assert.Empty(t, Program{Name: "a"}.Args(0))
	assert.Equal(t, []string{"7"}, Program{Name: "a", Size: 3}.Args(7))
	assert.Equal(t, []string{"7", "9"}, Program{Name: "a", Size: 3, Rounds: 9}.Args(7))
}
