package settings

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// Variable is a variable of the environment that seqvm reads.
type Variable struct {
	Name    string
	Default string // as one would set it; else words that say what holds
	// Invalid says what becomes of a value that is not valid; "": each value is.
	Invalid string
	valid   func(string) bool
	// Flag is the flag of the command line that comes before it, with the commands that have it in front ("": all); "": there is none.
	Flag  string
	Place string // in the book of the language, or who has defined it
	Doc   string
}

// Valid tells whether a value that was given counts.
func (v Variable) Valid(value string) bool { return v.valid == nil || v.valid(value) }

// The ways in which values that are not valid are taken.
const (
	ignored     = "ignored"
	ignoredZero = "ignored, also 0"
	warning     = "warning"
	usage       = "usage error"
	passedOn    = "Go's"
)

// Variables are all of them, each once, in the order of the documentation.
func Variables() []Variable {
	return append(programVariables(), toolVariables()...)
}

// programVariables are those that a program goes by.
func programVariables() []Variable {
	return []Variable{
		{Name: "SEQ_STACK_SIZE", Default: strconv.Itoa(DefaultStackSize), Invalid: warning, valid: aboveZero, Place: "chapter 5, section 11.5",
			Doc: "bytes up to which the stacks of an ended strand are kept for reuse; stacks grow beyond it as needed"},
		{Name: "SEQ_POOL_CAPACITY", Default: strconv.Itoa(DefaultPoolCapacity), Invalid: ignoredZero, valid: aboveZero, Place: "chapter 5, section 11.5",
			Doc: "how many strands are kept for reuse (in all not more than 32 MB, and 64 a worker)"},
		{Name: "SEQ_STACK_MAX", Default: strconv.Itoa(DefaultStackMax), Invalid: ignoredZero, valid: aboveZero, Place: "chapter 5, section 8",
			Doc: "bytes of stacks of one strand; those of all count towards `SEQ_MEMORY_MAX`"},
		{Name: "SEQ_MEMORY_MAX", Default: "half of what there is", Invalid: ignoredZero, valid: aboveZero, Flag: "run, test, repl: --max-memory", Place: "chapter 5, section 8",
			Doc: "bytes of memory of the process ([Memory](security.md#memory))"},
		{Name: "SEQ_STRAND_REGISTRY_SIZE", Default: "1024", Invalid: "ignored; 0 is valid", valid: number, Place: "chapter 5, section 11.4",
			Doc: "how many strands the dump and the watchdog can see"},
		{Name: "SEQ_YIELD_INTERVAL", Default: "0", Invalid: "warning; empty is off", valid: func(text string) bool { return text == "" || number(text) }, Place: "chapter 5, section 11.6",
			Doc: "a strand gives way every so many tail calls; 0: never"},
		{Name: "SEQ_NATIVE", Default: "on", Invalid: warning, valid: func(text string) bool { return ParseNative(text, io.Discard).Mode != NativeDefault || text == "" }, Flag: "run: --native", Place: "[machine code](native.md)",
			Doc: "when bytecode becomes machine code: `off` never, `on` when it runs for long, `always` before it runs; `always:7` leaves a part to the interpreter, another one for each number: for tests"},
		{Name: "SEQ_WATCHDOG_SECS", Default: "0", Invalid: ignored, valid: number, Place: "chapter 5, section 14",
			Doc: "age in seconds above which a strand is reported; 0: never"},
		{Name: "SEQ_WATCHDOG_INTERVAL", Default: strconv.Itoa(int(DefaultWatchdogInterval / time.Second)), Invalid: ignoredZero, valid: aboveZero, Place: "chapter 5, section 14",
			Doc: "seconds between looks"},
		{Name: "SEQ_WATCHDOG_ACTION", Default: "warn", Invalid: "warn", valid: func(text string) bool { return strings.EqualFold(text, "warn") || strings.EqualFold(text, "exit") }, Place: "chapter 5, section 14",
			Doc: "`exit` ends the program with status 1"},
		{Name: "SEQ_REPORT", Default: "0", Invalid: "warning at the end", valid: func(text string) bool { return ParseReport(text).Form != UnknownReport }, Place: "chapter 5, section 15",
			Doc: "the report at the end: `1`, `words`, `json`, `json:PATH`; 0: none"},
		{Name: "SEQ_UNPACK_MAX", Default: strconv.Itoa(DefaultUnpackMax), Invalid: ignoredZero, valid: aboveZero, Place: "chapter 6, section 11",
			Doc: "bytes that `compress.gunzip` and `compress.unzstd` unpack to at most"},
		{Name: "SEQ_TCP_CONNECT_TIMEOUT_MS", Default: milliseconds(DefaultConnectTimeout), Invalid: ignoredZero, valid: aboveZero, Place: "chapter 7, section 10",
			Doc: "how long `net.tcp.connect` and HTTP try each address"},
		{Name: "SEQ_TLS_HANDSHAKE_TIMEOUT_MS", Default: milliseconds(DefaultHandshakeTimeout), Invalid: ignoredZero, valid: aboveZero, Place: "chapter 7, section 10",
			Doc: "how long a handshake of TLS may take"},
		{Name: "SEQ_HTTP_REQUEST_TIMEOUT_MS", Default: milliseconds(DefaultRequestTimeout), Invalid: ignoredZero, valid: aboveZero, Place: "chapter 7, section 10",
			Doc: "the longest silence in an exchange of HTTP; the whole may take 20 times as long"},
		{Name: "SEQ_DNS_WORKERS", Default: strconv.Itoa(DefaultDNSWorkers), Invalid: fmt.Sprintf("ignored, also 0; at most %d", maxDNSWorkers), valid: aboveZero, Place: "chapter 7, section 10",
			Doc: "how many names are looked up at a time"},
		{Name: "SEQ_HTTP_SSRF_ALLOW", Default: "none", Invalid: "each request fails and names it", Place: "chapter 7, section 10",
			Doc: "addresses and ranges of the inner network that [HTTP](network.md#http) may reach, with commas"},
		{Name: "SSL_CERT_FILE", Default: "the system's", Invalid: "nobody is trusted", Place: "chapter 7, section 10", Doc: "a file with the certificates that are trusted"},
		{Name: "SSL_CERT_DIR", Default: "the system's", Invalid: "nobody is trusted", Place: "chapter 7, section 10", Doc: "folders with certificates that are trusted, with colons"},
	}
}

// toolVariables are those that the commands go by.
func toolVariables() []Variable {
	return []Variable{
		{Name: "SEQ_STDLIB", Default: "none", Invalid: warning, Place: "chapter 1, section 10", Doc: "a folder with further `std:` modules"},
		{Name: "SEQ_REPL_TIMEOUT", Default: "0", Invalid: ignored, Place: "chapter 8, section 7", valid: decimal,
			Doc: "seconds, also parts of them, that an input of a session may take; 0: any time"},
		{Name: "SEQVM_EDIT_MODE", Default: "vi", Invalid: usage, valid: oneOf("vi", "emacs"), Flag: "repl, debug: --edit-mode", Place: "chapter 8, section 11", Doc: "the keys of sessions and of the debugger: `vi` or `emacs`"},
		{Name: "SEQVM_LOG_LEVEL", Default: "warn", Invalid: usage, valid: oneOf("trace", "debug", "info", "warn", "error", "off"), Flag: "--log-level", Place: "chapter 8, section 12", Doc: "what seqvm itself logs: `trace`, `debug`, `info`, `warn`, `error`, `off`"},
		{Name: "SEQVM_LOG_FORMAT", Default: "console", Invalid: usage, valid: oneOf("console", "json"), Flag: "--log-format", Place: "chapter 8, section 12", Doc: "the form of log lines: `console`, `json`"},
		{Name: "NO_COLOR", Default: "none", Flag: "--color, --no-color", Place: "chapter 8, section 12", Doc: "with any value: no colours in messages"},
		{Name: "TERM", Default: "none", Flag: "repl: --plain", Place: "POSIX", Doc: "`dumb`: sessions read lines, without a screen"},
		{Name: "EDITOR", Default: "vi", Place: "chapter 8, section 11", Doc: "the editor of sessions, with its arguments"},
		{Name: "XDG_DATA_HOME", Default: "~/.local/share", Place: "XDG Base Directory Specification", Doc: "where the history of sessions is kept"},
		{Name: "LD_LIBRARY_PATH", Default: "none", Place: "chapter 8, section 10", Doc: "folders in which C libraries are looked for first, with colons"},
		{Name: "GOGC", Default: "by what is alive", Invalid: passedOn, Place: "Go's package runtime", Doc: "growth of the heap between collections, in percent"},
		{Name: "GOMEMLIMIT", Default: "none", Invalid: passedOn, Place: "Go's package runtime", Doc: "the heap's size that the collector works to stay below"},
		{Name: "GOMAXPROCS", Default: "processors", Invalid: passedOn, Place: "Go's package runtime", Doc: "how many workers run strands at a time"},
	}
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

func number(text string) bool {
	_, ok := parseNumber(text)
	return ok
}

func aboveZero(text string) bool {
	n, ok := parseNumber(text)
	return ok && n > 0
}

func decimal(text string) bool {
	n, err := strconv.ParseFloat(text, 64)
	return err == nil && strings.Trim(text, "+.0123456789") == "" && n <= math.MaxFloat64
}

func oneOf(values ...string) func(string) bool {
	return func(text string) bool {
		for _, v := range values {
			if v == text {
				return true
			}
		}
		return false
	}
}

// Markdown is the table of the documentation.
func Markdown() string {
	var b strings.Builder
	b.WriteString("| Variable | Default | Flag | Invalid value | What it does | In the book |\n|---|---|---|---|---|---|\n")
	for _, v := range Variables() {
		flag := ""
		if v.Flag != "" {
			flag = "`" + v.Flag + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", v.Name, v.Default, flag, v.Invalid, v.Doc, v.Place)
	}
	return b.String()
}
