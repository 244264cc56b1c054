//go:build !race

#include "textflag.h"

// func callMachine(c *machineContext, code, fp uintptr)
TEXT ·callMachine(SB), NOSPLIT, $0-24
	MOVQ c+0(FP), R15
	MOVQ code+8(FP), AX
	MOVQ fp+16(FP), BX
	MOVQ (TLS), R14
	CALL AX
	RET

// func growStack()
//
// The frame is what machine code wants of the stack: Go makes room for it here, and gives the
// goroutine's time to others if they are to have it.
TEXT ·growStack(SB), 0, $36864-0
	RET
