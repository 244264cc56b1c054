package arm64

import "math/bits"

// bitMask encodes a pattern of 64 bits as instructions for logic have it: a run of ones among zeros, turned around, that is repeated every 2, 4, 8, 16, 32
// or 64 bits (Arm Architecture Reference Manual, DecodeBitMasks). ok is false for what is no such pattern. What repeats itself every 32 bits or less is also
// the encoding of its half for instructions of 32 bits.
func bitMask(pattern uint64) (fields uint32, ok bool) {
	if pattern == 0 || pattern == 1<<64-1 {
		return 0, false
	}
	size := 64
	for half := size / 2; half >= 2 && pattern == bits.RotateLeft64(pattern, half); half /= 2 {
		size = half
	}
	element := pattern & (1<<size - 1)
	// The run begins behind the last zero of a round that begins with a zero.
	start := bits.TrailingZeros64(element)
	if start == 0 { // ones at both ends are one run
		start = (size - bits.LeadingZeros64(^element<<(64-size))) % size
	}
	ones := bits.OnesCount64(element)
	turned := (element>>start | element<<(size-start)) & (1<<size - 1)
	if turned != 1<<ones-1 {
		return 0, false
	}
	// The size is told by the ones in front of a zero in imms, or by N.
	n, length := uint32(size>>6), ^uint32(2*size-1)&0x3F
	turn := uint32((size - start) % size)
	return n<<22 | turn<<16 | (length|uint32(ones-1))<<10, true
}
