// Package settings is the SEQ_* variables of an environment, read once and with
// defaults (chapter 5, section 16). It does not know what goes by them.
package settings

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// Settings are the SEQ_* variables of chapter 5, section 16, that concern a run of a
// program: the limits are the VM's and the words', Watchdog and Report are for its host.
// Zero fields stand for the defaults.
type Settings struct {
	StackSize    int   // bytes up to which a strand's stack is kept for reuse
	PoolCapacity int   // how many strands' stacks are kept
	StackMax     int64 // bytes of stacks of one strand
	UnpackMax    int64 // bytes of the result of one unpacking
	Network
	MemoryMax     int64  // bytes of memory of the process; 0: half of what there is (package memory), below 0: no limit
	RegistrySize  int    // how many strands the registry tracks; below 0: none
	YieldInterval uint64 // 0: never
	Native        Native
	Watchdog      Watchdog
	Report        Report
}

// Native says when bytecode becomes machine code.
type Native struct {
	Mode  NativeMode
	Chaos uint64 // not 0: a part of the instructions has none, another one for each number. It is for tests.
}

// NativeMode is when.
type NativeMode uint8

// The modes.
const (
	NativeDefault NativeMode = iota
	NativeOff                // never
	NativeOn                 // what runs often
	NativeAlways             // all that can, before it runs
)

// DefaultNative is the default of SEQ_NATIVE.
const DefaultNative = NativeOn

var nativeModes = map[string]NativeMode{"": NativeDefault, "off": NativeOff, "on": NativeOn, "always": NativeAlways}

// ParseNative reads SEQ_NATIVE: off, on, always, or always:N with another N for other parts of the program that are left out.
func ParseNative(value string, warn io.Writer) Native {
	name, number, chaotic := strings.Cut(value, ":")
	mode, ok := nativeModes[name]
	chaos, isNumber := parseNumber(number)
	if !ok || chaotic && (mode != NativeAlways || !isNumber) {
		fmt.Fprintf(warn, "Warning: SEQ_NATIVE='%s' is not off, on or always, using the default\n", value)
		return Native{}
	}
	return Native{mode, chaos}
}

// Network are the settings of chapter 7, section 10.
type Network struct {
	ConnectTimeout   time.Duration // of TCP, for each address
	HandshakeTimeout time.Duration // of TLS
	RequestTimeout   time.Duration // of HTTP: the longest silence
	DNSWorkers       int           // how many names are looked up at a time
	HTTPAllow        string        // addresses of the inner network that HTTP may reach, with commas
	CertFile         string        // trusted certificates in place of the system's; with both empty those
	CertDir          string        // folders of more, with colons
}

// The defaults.
const (
	DefaultStackSize    = 131072
	DefaultPoolCapacity = 10000
	DefaultStackMax     = 1 << 30
	DefaultUnpackMax    = 1 << 30

	DefaultConnectTimeout   = 10 * time.Second
	DefaultHandshakeTimeout = 10 * time.Second
	DefaultRequestTimeout   = 30 * time.Second
	DefaultDNSWorkers       = 8
	maxDNSWorkers           = 64
)

// WithDefaults returns the settings with zero fields filled in.
func (s Settings) WithDefaults() Settings {
	s.StackSize = cmp.Or(s.StackSize, DefaultStackSize)
	s.PoolCapacity = cmp.Or(s.PoolCapacity, DefaultPoolCapacity)
	s.StackMax = cmp.Or(s.StackMax, DefaultStackMax)
	s.Native.Mode = cmp.Or(s.Native.Mode, DefaultNative)
	s.UnpackMax = cmp.Or(s.UnpackMax, DefaultUnpackMax)
	s.ConnectTimeout = cmp.Or(s.ConnectTimeout, DefaultConnectTimeout)
	s.HandshakeTimeout = cmp.Or(s.HandshakeTimeout, DefaultHandshakeTimeout)
	s.RequestTimeout = cmp.Or(s.RequestTimeout, DefaultRequestTimeout)
	s.DNSWorkers = min(cmp.Or(s.DNSWorkers, DefaultDNSWorkers), maxDNSWorkers)
	return s
}

// Read reads the settings from an environment. Warnings about invalid
// values go to warn, one line each.
func Read(getenv func(string) (string, bool), warn io.Writer) Settings {
	value, isSet := getenv("SEQ_STACK_SIZE")
	s := Settings{
		StackSize:    ParseStackSize(value, isSet, warn),
		PoolCapacity: int(positive(getenv, "SEQ_POOL_CAPACITY")),
		StackMax:     int64(positive(getenv, "SEQ_STACK_MAX")),
		MemoryMax:    int64(positive(getenv, "SEQ_MEMORY_MAX")),
		UnpackMax:    int64(positive(getenv, "SEQ_UNPACK_MAX")),
		Network:      readNetwork(getenv),
		Watchdog:     readWatchdog(getenv),
	}
	if text, _ := getenv("SEQ_STRAND_REGISTRY_SIZE"); text != "" {
		if n, ok := parseNumber(text); ok && n == 0 {
			s.RegistrySize = -1
		} else if ok {
			s.RegistrySize = int(min(n, math.MaxInt))
		}
	}
	text, _ := getenv("SEQ_YIELD_INTERVAL")
	s.YieldInterval = ParseYieldInterval(text, warn)
	text, _ = getenv("SEQ_NATIVE")
	s.Native = ParseNative(text, warn)
	text, _ = getenv("SEQ_REPORT")
	s.Report = ParseReport(text)
	return s.WithDefaults()
}

func readNetwork(getenv func(string) (string, bool)) Network {
	n := Network{
		ConnectTimeout:   units(positive(getenv, "SEQ_TCP_CONNECT_TIMEOUT_MS"), time.Millisecond),
		HandshakeTimeout: units(positive(getenv, "SEQ_TLS_HANDSHAKE_TIMEOUT_MS"), time.Millisecond),
		RequestTimeout:   units(positive(getenv, "SEQ_HTTP_REQUEST_TIMEOUT_MS"), time.Millisecond),
		DNSWorkers:       int(positive(getenv, "SEQ_DNS_WORKERS")),
	}
	n.HTTPAllow, _ = getenv("SEQ_HTTP_SSRF_ALLOW")
	n.CertFile, _ = getenv("SSL_CERT_FILE")
	n.CertDir, _ = getenv("SSL_CERT_DIR")
	return n
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

// Watchdog says what the watchdog does (chapter 5, section 14).
type Watchdog struct {
	Threshold time.Duration // whole seconds; 0: off
	Interval  time.Duration // whole seconds
	Exit      bool          // end the program instead of warning only
}

// DefaultWatchdogInterval is the default of SEQ_WATCHDOG_INTERVAL.
const DefaultWatchdogInterval = 5 * time.Second

// readWatchdog reads the SEQ_WATCHDOG_* settings; invalid ones silently
// give the defaults.
func readWatchdog(getenv func(string) (string, bool)) Watchdog {
	w := Watchdog{Threshold: units(positive(getenv, "SEQ_WATCHDOG_SECS"), time.Second), Interval: DefaultWatchdogInterval}
	if n := positive(getenv, "SEQ_WATCHDOG_INTERVAL"); n > 0 {
		w.Interval = units(n, time.Second)
	}
	action, _ := getenv("SEQ_WATCHDOG_ACTION")
	w.Exit = strings.EqualFold(action, "exit")
	return w
}

// Enabled tells whether the watchdog watches.
func (w Watchdog) Enabled() bool { return w.Threshold > 0 }

// ReportForm is what SEQ_REPORT asks for.
type ReportForm uint8

// The forms.
const (
	NoReport ReportForm = iota
	HumanReport
	WordsReport // with word counts if the program counts them
	JSONReport
	UnknownReport // a value that nobody knows
)

// Report is a value of SEQ_REPORT.
type Report struct {
	Form  ReportForm
	File  bool   // JSON: into the file Path
	Path  string // JSON: may be empty, and then cannot be written
	Value string // as it was given
}

// ParseReport reads SEQ_REPORT (chapter 5, section 15).
func ParseReport(value string) Report {
	switch value {
	case "", "0":
		return Report{}
	case "1":
		return Report{Form: HumanReport, Value: value}
	case "words":
		return Report{Form: WordsReport, Value: value}
	case "json":
		return Report{Form: JSONReport, Value: value}
	}
	if path, ok := strings.CutPrefix(value, "json:"); ok {
		return Report{Form: JSONReport, File: true, Path: path, Value: value}
	}
	return Report{Form: UnknownReport, Value: value}
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
