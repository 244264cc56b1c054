package settings

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// ---- 11.5 Stack size and pool capacity

func TestParseStackSize(t *testing.T) {
	for _, c := range []struct {
		value string
		set   bool
		want  int
		warn  string
	}{
		{"", false, 131072, ""},
		{"2097152", true, 2097152, ""},
		{"1", true, 1, ""},
		{"999999999", true, 999999999, ""},
		{"+262144", true, 262144, ""},
		{"0", true, 131072, "Warning: SEQ_STACK_SIZE=0 is invalid, using default 131072\n"},
		{"00", true, 131072, "Warning: SEQ_STACK_SIZE=0 is invalid, using default 131072\n"},
		{"+0", true, 131072, "Warning: SEQ_STACK_SIZE=0 is invalid, using default 131072\n"},
		{"invalid", true, 131072, "Warning: SEQ_STACK_SIZE='invalid' is not a valid number, using default 131072\n"},
		{"-100", true, 131072, "Warning: SEQ_STACK_SIZE='-100' is not a valid number, using default 131072\n"},
		{"", true, 131072, "Warning: SEQ_STACK_SIZE='' is not a valid number, using default 131072\n"},
		{"1.5", true, 131072, "Warning: SEQ_STACK_SIZE='1.5' is not a valid number, using default 131072\n"},
		{" 1", true, 131072, "Warning: SEQ_STACK_SIZE=' 1' is not a valid number, using default 131072\n"},
		{"18446744073709551615", true, math.MaxInt, ""},
		{"99999999999999999999", true, 131072, "Warning: SEQ_STACK_SIZE='99999999999999999999' is not a valid number, using default 131072\n"},
	} {
		var warn bytes.Buffer
		assert.Equal(t, c.want, ParseStackSize(c.value, c.set, &warn), "%q", c.value)
		assert.Equal(t, c.warn, warn.String())
	}
}

func TestSettings(t *testing.T) {
	read := func(env map[string]string) (Settings, string) {
		var warn bytes.Buffer
		s := Read(func(name string) (string, bool) { v, ok := env[name]; return v, ok }, &warn)
		return s, warn.String()
	}
	s, warn := read(nil)
	assert.Equal(t, Settings{StackSize: 131072, PoolCapacity: 10000, StackMax: 1 << 30, UnpackMax: 1 << 30, Network: Network{ConnectTimeout: 10 * time.Second, HandshakeTimeout: 10 * time.Second, RequestTimeout: 30 * time.Second, DNSWorkers: 8}, Native: Native{Mode: DefaultNative}, Watchdog: Watchdog{Interval: 5 * time.Second}}, s)
	assert.Empty(t, warn)
	s, warn = read(map[string]string{"SEQ_POOL_CAPACITY": "0", "SEQ_STACK_MAX": "x", "SEQ_STRAND_REGISTRY_SIZE": "-3", "SEQ_YIELD_INTERVAL": "0"})
	assert.Equal(t, 10000, s.PoolCapacity)
	assert.Equal(t, int64(1<<30), s.StackMax)
	assert.Zero(t, s.RegistrySize)
	assert.Zero(t, s.YieldInterval)
	assert.Empty(t, warn)
	s, warn = read(map[string]string{"SEQ_POOL_CAPACITY": "7", "SEQ_STACK_MAX": "4096", "SEQ_STRAND_REGISTRY_SIZE": "0", "SEQ_YIELD_INTERVAL": "1.5"})
	assert.Equal(t, 7, s.PoolCapacity)
	assert.Equal(t, int64(4096), s.StackMax)
	assert.Negative(t, s.RegistrySize)
	assert.Equal(t, "Warning: SEQ_YIELD_INTERVAL='1.5' is not a valid positive integer, yield safety valve disabled\n", warn)
	s, _ = read(map[string]string{"SEQ_STRAND_REGISTRY_SIZE": "99999999999"})
	assert.Equal(t, 99999999999, s.RegistrySize)
	s, warn = read(map[string]string{"SEQ_UNPACK_MAX": "+1000", "SEQ_TCP_CONNECT_TIMEOUT_MS": "18446744073709551615", "SEQ_WATCHDOG_SECS": "18446744073709551615"})
	assert.Equal(t, int64(1000), s.UnpackMax)
	assert.Positive(t, s.ConnectTimeout)
	assert.Positive(t, s.Watchdog.Threshold)
	assert.Empty(t, warn)
}

// The defaults of chapter 5, section 16, stand for 0 and for whatever is no number,
// without a word.
func TestSilentSettings(t *testing.T) {
	defaults := Settings{}.WithDefaults()
	defaults.Watchdog.Interval = DefaultWatchdogInterval
	for _, name := range []string{"SEQ_POOL_CAPACITY", "SEQ_STACK_MAX", "SEQ_UNPACK_MAX", "SEQ_TCP_CONNECT_TIMEOUT_MS", "SEQ_WATCHDOG_SECS", "SEQ_WATCHDOG_INTERVAL"} {
		for _, value := range []string{"", "0", "+0", "00", "-1", "1.5", " 7", "7 ", "1_0", "0x10", "++1", "+", "many", "99999999999999999999"} {
			var warn bytes.Buffer
			s := Read(func(n string) (string, bool) { return map[string]string{name: value}[n], n == name }, &warn)
			assert.Equal(t, defaults, s, "%s=%q", name, value)
			assert.Empty(t, warn.String(), "%s=%q", name, value)
		}
	}
}

func TestWatchdogSettings(t *testing.T) {
	read := func(pairs ...string) Watchdog {
		return readWatchdog(func(name string) (string, bool) {
			for _, p := range pairs {
				if k, v, _ := strings.Cut(p, "="); k == name {
					return v, true
				}
			}
			return "", false
		})
	}
	assert.Equal(t, Watchdog{Interval: 5 * time.Second}, read())
	assert.False(t, read().Enabled())
	full := read("SEQ_WATCHDOG_SECS=30", "SEQ_WATCHDOG_INTERVAL=10", "SEQ_WATCHDOG_ACTION=exit")
	assert.Equal(t, Watchdog{Threshold: 30 * time.Second, Interval: 10 * time.Second, Exit: true}, full)
	assert.True(t, full.Enabled())
	assert.True(t, read("SEQ_WATCHDOG_ACTION=eXiT").Exit)
	assert.False(t, read("SEQ_WATCHDOG_ACTION=kill").Exit)
	assert.Equal(t, 5*time.Second, read("SEQ_WATCHDOG_INTERVAL=0").Interval)
	assert.Equal(t, 5*time.Second, read("SEQ_WATCHDOG_INTERVAL=x").Interval)
	assert.False(t, read("SEQ_WATCHDOG_SECS=-1").Enabled())
}

func TestParseReport(t *testing.T) {
	for value, want := range map[string]ReportForm{
		"": NoReport, "0": NoReport, "1": HumanReport, "words": WordsReport, "json": JSONReport, "json:x": JSONReport, "json:": JSONReport,
		"JSON": UnknownReport, "yes": UnknownReport, " 1": UnknownReport, "2": UnknownReport,
	} {
		assert.Equal(t, want, ParseReport(value).Form, "%q", value)
	}
	assert.Equal(t, "a/b", ParseReport("json:a/b").Path)
}

func TestParseNative(t *testing.T) {
	for value, want := range map[string]Native{"": {}, "off": {Mode: NativeOff}, "on": {Mode: NativeOn}, "always": {Mode: NativeAlways}, "always:7": {Mode: NativeAlways, Chaos: 7}} {
		var warn bytes.Buffer
		assert.Equal(t, want, ParseNative(value, &warn), value)
		assert.Empty(t, warn.String())
	}
	for _, value := range []string{"yes", "On", "on:7", "always:", "always:x", ":1"} {
		var warn bytes.Buffer
		assert.Zero(t, ParseNative(value, &warn), value)
		assert.Equal(t, "Warning: SEQ_NATIVE='"+value+"' is not off, on or always, using the default\n", warn.String())
	}
}
