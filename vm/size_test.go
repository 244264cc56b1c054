package vm

import (
	"os/exec"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Go has size classes of 384 and 416 bytes: strands are many, and a field that is only for
// sessions or traces has its place behind a pointer.
func TestStrandsAreSmall(t *testing.T) {
	assert.LessOrEqual(t, unsafe.Sizeof(Strand{}), uintptr(384))
}

// Beyond 5000 nodes Go takes a function for a big one and inlines next to nothing there: the
// interpreter's loop must stay below that.
func TestGoInlinesIntoTheLoop(t *testing.T) {
	out, err := exec.Command("go", "build", "-gcflags=-m", ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Regexp(t, `(?m)run\.go:\d+:\d+: inlining call to stack\.\(\*VariantValue\)\.Slot$`, string(out))
}
