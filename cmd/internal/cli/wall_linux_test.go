package cli

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/seqvm/seqvm"
)

// The system refuses what the policy does not give, also to who does not ask the policy. It does so for the
// rest of a process's life, so a child tries.
func TestWall(t *testing.T) {
	if version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION); errno != 0 || version < 4 {
		t.Skip("this kernel has no Landlock of version 4")
	}
	dir := t.TempDir()
	for _, name := range []string{"read/f", "write/f", "source/f", "secret", "single", "made/x"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o666))
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	child := exec.Command(os.Args[0], "-test.run=^TestBehindTheWall$")
	child.Dir = dir
	child.Env = append(os.Environ(), "SEQVM_WALL="+listener.Addr().String())
	out, err := child.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Contains(t, string(out), strings.TrimPrefix(`
read/f: read
write/f: written
source/f: read
single: read
secret:
made/f: written
connect: false
`, "\n"))
}

// TestBehindTheWall is that child.
func TestBehindTheWall(t *testing.T) {
	address := os.Getenv("SEQVM_WALL")
	if address == "" {
		t.Skip("TestWall runs it")
	}
	policy, err := seqvm.NewPolicy(seqvm.Allow{Read: []string{"read", "single"}, Write: []string{"write"}})
	require.NoError(t, err)
	require.NoError(t, wall(policy, []string{"source"}, []string{"made/f"}, ""))
	for _, name := range []string{"read/f", "write/f", "source/f", "single", "secret", "made/f"} {
		line := name + ":"
		if f, err := os.Open(name); err == nil && name != "write/f" {
			f.Close()
			line += " read"
		}
		if f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o666); err == nil {
			f.Close()
			line += " written"
		}
		fmt.Println(line)
	}
	_, err = net.Dial("tcp4", address)
	fmt.Printf("connect: %v\n", err == nil)
}
