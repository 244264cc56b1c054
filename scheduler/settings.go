package scheduler

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// Settings are the SEQ_* variables of chapter 5, section 16, that concern a
// VM. Zero fields stand for the defaults.
type Settings struct {
	StackSize      int           // bytes up to which a strand's stack is kept for reuse
	PoolCapacity   int           // how many strands' stacks are kept
	StackMax       int64         // bytes of stacks of one strand
	UnpackMax      int64         // bytes of the result of one unpacking
	ConnectTimeout time.Duration // of TCP
	AllStacksMax   int64         // bytes of stacks of all strands; 0: no limit
	RegistrySize   int           // below 0: none
	YieldInterval  uint64        // 0: never
	Watchdog       WatchdogConfig
	Report         ReportConfig
}

// The defaults.
const (
	DefaultStackSize      = 131072
	DefaultPoolCapacity   = 10000
	DefaultStackMax       = 1 << 30
	DefaultUnpackMax      = 1 << 30
	DefaultConnectTimeout = 10 * time.Second
)

// WithDefaults returns the settings with zero fields filled in.
func (s Settings) WithDefaults() Settings {
	s.StackSize = cmp.Or(s.StackSize, DefaultStackSize)
	s.PoolCapacity = cmp.Or(s.PoolCapacity, DefaultPoolCapacity)
	s.StackMax = cmp.Or(s.StackMax, DefaultStackMax)
	s.UnpackMax = cmp.Or(s.UnpackMax, DefaultUnpackMax)
	s.ConnectTimeout = cmp.Or(s.ConnectTimeout, DefaultConnectTimeout)
	return s
}

// ReadSettings reads the settings from an environment. Warnings about invalid
// values go to warn, one line each.
func ReadSettings(getenv func(string) (string, bool), warn io.Writer) Settings {
	value, isSet := getenv("SEQ_STACK_SIZE")
	s := Settings{
		StackSize:      ParseStackSize(value, isSet, warn),
		PoolCapacity:   int(positive(getenv, "SEQ_POOL_CAPACITY")),
		StackMax:       int64(positive(getenv, "SEQ_STACK_MAX")),
		UnpackMax:      int64(positive(getenv, "SEQ_UNPACK_MAX")),
		ConnectTimeout: units(positive(getenv, "SEQ_TCP_CONNECT_TIMEOUT_MS"), time.Millisecond),
		Watchdog:       ReadWatchdogConfig(getenv),
	}
	if text, _ := getenv("SEQ_STRAND_REGISTRY_SIZE"); text != "" {
		if n, ok := parseNumber(text); ok && n == 0 {
			s.RegistrySize = -1
		} else if ok {
			s.RegistrySize = int(min(n, MaxRegistrySize))
		}
	}
	text, _ := getenv("SEQ_YIELD_INTERVAL")
	s.YieldInterval = ParseYieldInterval(text, warn)
	text, _ = getenv("SEQ_REPORT")
	s.Report = ParseReport(text)
	return s.WithDefaults()
}

// ParseStackSize reads SEQ_STACK_SIZE (chapter 5, section 11.5).
func ParseStackSize(value string, isSet bool, warn io.Writer) int {
	if !isSet {
		return DefaultStackSize
	}
	n, ok := parseNumber(value)
	switch {
	case !ok:
		fmt.Fprintf(warn, "Warning: SEQ_STACK_SIZE='%s' is not a valid number, using default %d\n", value, DefaultStackSize)
		return DefaultStackSize
	case n == 0:
		fmt.Fprintf(warn, "Warning: SEQ_STACK_SIZE=0 is invalid, using default %d\n", DefaultStackSize)
		return DefaultStackSize
	}
	return int(min(n, math.MaxInt))
}

// ParseYieldInterval reads SEQ_YIELD_INTERVAL (chapter 5, section 11.6).
func ParseYieldInterval(value string, warn io.Writer) uint64 {
	if value == "" {
		return 0
	}
	n, ok := parseNumber(value)
	if !ok {
		fmt.Fprintf(warn, "Warning: SEQ_YIELD_INTERVAL='%s' is not a valid positive integer, yield safety valve disabled\n", value)
	}
	return n
}

// parseNumber reads an optional "+" and decimal digits, the form of all
// settings; not ok if it is anything else or needs more than 64 bits.
func parseNumber(text string) (uint64, bool) {
	digits := strings.TrimPrefix(text, "+")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	return n, err == nil
}

// positive reads a setting whose invalid values are ignored: then 0. Values
// beyond what an int holds count as the largest.
func positive(getenv func(string) (string, bool), name string) uint64 {
	text, _ := getenv(name)
	n, ok := parseNumber(text)
	if !ok {
		return 0
	}
	return min(n, math.MaxInt)
}

// units makes a duration of a number of units, however large.
func units(n uint64, unit time.Duration) time.Duration {
	return time.Duration(min(n, uint64(math.MaxInt64/unit))) * unit
}
