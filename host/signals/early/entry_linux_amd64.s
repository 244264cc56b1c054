#include "textflag.h"

// func entry()
TEXT ·entry(SB), NOSPLIT|NOFRAME, $0
	MOVQ DX, R12
	SUBQ $64, SP
	MOVL $1, R13

next:
	MOVL $13, AX   // rt_sigaction
	MOVL R13, DI
	XORL SI, SI
	MOVQ SP, DX
	MOVL $8, R10
	SYSCALL
	CMPQ 0(SP), $1 // SIG_IGN
	JNE  handled
	BTSL R13, ·ignored(SB)

handled:
	INCL R13
	CMPL R13, $32
	JLT  next
	ADDQ $64, SP
	MOVQ R12, DX
	JMP  _rt0_amd64_linux(SB)
