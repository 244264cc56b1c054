package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seqvm/seqvm"
)

// limits reads the SEQ_* settings that bound a run (chapter 5, section 16).
func (c *cli) limits() seqvm.Limits {
	l := seqvm.Limits{AllStackBytes: machineMemory() / 2}
	if n, ok := number(c.setting("SEQ_STACK_MAX")); ok && n > 0 {
		l.StackBytes = int64(n)
	}
	if text := c.setting("SEQ_YIELD_INTERVAL"); text != "" {
		n, ok := number(text)
		if !ok {
			fmt.Fprintf(c.stderr, "Warning: SEQ_YIELD_INTERVAL='%s' is not a valid positive integer, yield safety valve disabled\n", text)
		}
		l.YieldInterval = n
	}
	return l
}

// number reads an optional "+" and decimal digits, the form of all settings
// (chapter 5, section 11.5).
func number(text string) (uint64, bool) {
	digits := strings.TrimPrefix(text, "+")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 63)
	return n, err == nil
}
