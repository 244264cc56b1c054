package stack

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
)

// What machine code sees that takes the marker of a number for a variant.
func TestMarkersLookLikeNoVariant(t *testing.T) {
	for k := Int; k <= Bool; k++ {
		at := unsafe.Pointer(&markers[k])
		assert.NotZero(t, *(*uint32)(unsafe.Add(at, StateOffset))&SharedBit)
		assert.Greater(t, *(*form)(unsafe.Add(at, FormOffset)), form(1<<30))
	}
	assert.Less(t, uintptr(Bool)+FormOffset+unsafe.Sizeof(form(0)), uintptr(len(markers))+1)
}
