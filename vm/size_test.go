package vm

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
)

// Go has size classes of 384 and 416 bytes: strands are many, and a field that is only for
// sessions or traces has its place behind a pointer.
func TestStrandsAreSmall(t *testing.T) {
	assert.LessOrEqual(t, unsafe.Sizeof(Strand{}), uintptr(384))
}
