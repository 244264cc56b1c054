//go:build !race

#include "go_asm.h"
#include "funcdata.h"
#include "textflag.h"

// func callMachine(c *machineContext, code, fp uintptr)
//
// Machine code comes back here with 0 in R2, or with where it wants to go on after help. Go's goroutine is in its own register, R28, and machine code leaves
// that, the stack pointer and the frame pointer, R29, as they are; where this function returns to lies in its frame.
TEXT ·callMachine(SB), 0, $24-24
	NO_LOCAL_POINTERS
	MOVD c+0(FP), R20
	MOVD code+8(FP), R0
	MOVD fp+16(FP), R19
	CALL (R0)
	CBZ R2, done
	MOVD R2, 24(RSP)
	MOVD c+0(FP), R0
	MOVD R0, 8(RSP)
	CALL ·helpMachine(SB)
	MOVBU 16(RSP), R0
	CBZ R0, done
	MOVD c+0(FP), R20
	MOVD 24(RSP), R0
	JMP (R0)
done:
	RET

#define INNER_SHAREABLE $11 // of barriers: all processors that run this process
#define IC_IVAU_R4 WORD $0xD50B7524 // forgets the line of instructions at the address in R4

// func makeCoherent(start, end uintptr)
//
// The sizes of lines are in CTR_EL0, in words, as powers of two: that of data from bit 16 on, that of instructions from bit 0 on.
TEXT ·makeCoherent(SB), NOSPLIT|NOFRAME, $0-16
	MOVD start+0(FP), R0
	MOVD end+8(FP), R1
	MRS CTR_EL0, R2
	MOVD $4, R5

	UBFX $16, R2, $4, R3
	LSL R3, R5, R3
	SUB $1, R3, R4
	BIC R4, R0, R4
clean:
	DC CVAU, R4
	ADD R3, R4
	CMP R1, R4
	BLO clean
	DSB INNER_SHAREABLE

	UBFX $0, R2, $4, R3
	LSL R3, R5, R3
	SUB $1, R3, R4
	BIC R4, R0, R4
forget:
	IC_IVAU_R4
	ADD R3, R4
	CMP R1, R4
	BLO forget
	DSB INNER_SHAREABLE
	ISB $15
	RET
