//go:build !race

#include "go_asm.h"
#include "funcdata.h"
#include "textflag.h"

// func callMachine(c *machineContext, code, fp uintptr)
//
// Machine code comes back here with 0 in DX, or with where it wants to go on after help. It has other stack pointers
// of its own meanwhile; the one here is as it was.
TEXT ·callMachine(SB), 0, $24-24
	NO_LOCAL_POINTERS
	MOVQ c+0(FP), R15
	MOVQ code+8(FP), AX
	MOVQ fp+16(FP), BX
	MOVQ (TLS), R14
	CALL AX
	TESTQ DX, DX
	JEQ done
	MOVQ DX, 16(SP)
	MOVQ c+0(FP), AX
	MOVQ AX, 0(SP)
	CALL ·helpMachine(SB)
	MOVBLZX 8(SP), AX
	TESTL AX, AX
	JEQ done
	MOVQ c+0(FP), R15
	MOVQ (TLS), R14
	MOVQ 16(SP), AX
	JMP AX
done:
	RET
