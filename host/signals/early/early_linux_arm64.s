#include "textflag.h"

// func sigaction(signal uintptr, to, was *action)
TEXT ·sigaction(SB), NOSPLIT, $0-24
	MOVD signal+0(FP), R0
	MOVD to+8(FP), R1
	MOVD was+16(FP), R2
	MOVD $8, R3
	MOVD $134, R8 // rt_sigaction
	SVC
	RET
