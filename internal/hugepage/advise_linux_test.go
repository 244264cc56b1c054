package hugepage

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLargeMemoryMayHaveLargePages looks into the system's list of memory (proc_pid_smaps(5)): it says "hg" of
// what it has been told.
func TestLargeMemoryMayHaveLargePages(t *testing.T) {
	if _, err := os.Stat("/sys/kernel/mm/transparent_hugepage"); err != nil {
		t.Skip("the system has no large pages")
	}
	for range 4 {
		s := Make[byte](Least + 4096)
		middle := uintptr(unsafe.Pointer(&s[len(s)/2]))
		assert.Contains(t, flags(t, middle), "hg")
		s[0] = 1 // it is alive until here
	}
}

// flags returns what the system says of the memory at an address.
func flags(t *testing.T, at uintptr) []string {
	f, err := os.Open("/proc/self/smaps")
	require.NoError(t, err)
	defer f.Close()
	inside := false
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var from, to uintptr
		if n, _ := fmt.Sscanf(lines.Text(), "%x-%x ", &from, &to); n == 2 {
			inside = from <= at && at < to
		}
		if rest, ok := strings.CutPrefix(lines.Text(), "VmFlags:"); ok && inside {
			return slices.Sorted(slices.Values(strings.Fields(rest)))
		}
	}
	t.Fatal("the address is not there")
	return nil
}
