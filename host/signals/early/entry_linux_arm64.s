#include "textflag.h"

// func entry()
TEXT ·entry(SB), NOSPLIT|NOFRAME, $0
	SUB  $64, RSP
	MOVD $1, R19
	MOVD $0, R20 // what is ignored

next:
	MOVD R19, R0
	MOVD $0, R1
	ADD  $8, RSP, R2
	MOVD $8, R3
	MOVD $134, R8 // rt_sigaction
	SVC
	MOVD 8(RSP), R4
	CMP  $1, R4   // SIG_IGN
	BNE  handled
	MOVD $1, R5
	LSL  R19, R5, R5
	ORR  R5, R20

handled:
	ADD  $1, R19
	CMP  $32, R19
	BLT  next
	MOVW R20, ·ignored(SB)
	ADD  $64, RSP
	B    _rt0_arm64_linux(SB)
