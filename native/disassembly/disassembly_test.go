package disassembly

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPlacesAreOffsets(t *testing.T) {
	for processor, c := range map[string]struct {
		code []byte
		want []Instruction
	}{
		"amd64": {[]byte{0x90, 0xC3, 0xE9, 0xFA, 0xFF, 0xFF, 0xFF, 0xC4, 0xE1, 0x73, 0x58, 0xC2}, []Instruction{{"nop", 1, true, -1}, {"ret", 1, false, -1}, {"jmp 0x1", 5, false, 1}, {"vaddsd xmm0, xmm1, xmm2", 5, false, -1}}},
		"arm64": {[]byte{0x1F, 0x20, 0x03, 0xD5, 0xC0, 0x03, 0x5F, 0xD6, 0xFF, 0xFF, 0xFF, 0x17}, []Instruction{{"nop", 4, true, -1}, {"ret", 4, false, -1}, {"b 0x4", 4, false, 4}}},
	} {
		at := 0
		for _, want := range c.want {
			found, err := Readers[processor](c.code, at)
			require.NoError(t, err)
			assert.Equal(t, want, found)
			at += found.Size
		}
	}
}
