#include "textflag.h"

// handlePipe is called by the kernel: number of the signal in R0, siginfo_t in R1, context in R2.
TEXT handlePipe<>(SB), NOSPLIT|NOFRAME|TOPFRAME, $0
	MOVW 16(R1), R3 // si_pid
	MOVW ·ownID(SB), R4
	CMPW R3, R4
	BEQ  own
	MOVW $1, R3
	MOVW R3, ·outside(SB)
own:
	MOVD ·behind(SB), R3
	JMP  (R3)

DATA ·pipeHandler(SB)/8, $handlePipe<>(SB)
GLOBL ·pipeHandler(SB), NOPTR, $8
