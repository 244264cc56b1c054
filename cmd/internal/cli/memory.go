package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// byteSize is the value of a flag: a number of bytes above 0, with K, M or G behind it for units of 1024, 1024² and 1024³.
type byteSize int64

// units are the letters behind a number, by what they multiply it with.
var units = map[string]int64{"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}

// String implements pflag.Value.
func (b *byteSize) String() string {
	if *b == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*b), 10)
}

// Type implements pflag.Value.
func (b *byteSize) Type() string { return "BYTES" }

// Set implements pflag.Value.
func (b *byteSize) Set(text string) error {
	digits := strings.TrimRight(text, "KMG")
	n, err := strconv.ParseInt(digits, 10, 64)
	unit := units[text[len(digits):]]
	if err != nil || n <= 0 || unit == 0 || n > math.MaxInt64/unit {
		return fmt.Errorf("it must be a number of bytes, such as 500000000 or 512M")
	}
	*b = byteSize(n * unit)
	return nil
}

// maxMemory gives a command that runs programs the flag --max-memory.
func (c *CLI) maxMemory(cmd *cobra.Command) {
	cmd.Flags().Var(&c.memoryMax, "max-memory", "fail with an error where the program would take more than so many `BYTES` (512M; default $SEQ_MEMORY_MAX, else half of what there is)")
}
