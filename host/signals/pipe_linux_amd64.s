#include "textflag.h"

// handlePipe is called by the kernel: number of the signal in DI, siginfo_t in SI, context in DX.
TEXT handlePipe<>(SB), NOSPLIT|NOFRAME|TOPFRAME, $0
	MOVL 16(SI), AX // si_pid
	CMPL AX, ·ownID(SB)
	JEQ  own
	MOVL $1, ·outside(SB)
own:
	MOVQ ·behind(SB), AX
	JMP  AX

DATA ·pipeHandler(SB)/8, $handlePipe<>(SB)
GLOBL ·pipeHandler(SB), NOPTR, $8
