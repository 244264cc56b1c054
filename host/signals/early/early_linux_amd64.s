#include "textflag.h"

// func sigaction(signal uintptr, to, was *action)
TEXT ·sigaction(SB), NOSPLIT, $0-24
	MOVQ signal+0(FP), DI
	MOVQ to+8(FP), SI
	MOVQ was+16(FP), DX
	MOVQ $8, R10
	MOVQ $13, AX // rt_sigaction
	SYSCALL
	RET
