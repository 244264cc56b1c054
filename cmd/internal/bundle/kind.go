package bundle

import (
	"bytes"
	"encoding/binary"
	"runtime/debug"
	"strings"
)

// Built says what a binary is, as the go tool has written into it.
type Built struct {
	Path   string // of its main package
	System string // it runs on: GOOS
}

// The build information in a binary (package debug/buildinfo, which reads more forms of it and links the readers of all object files): the
// magic, two bytes of which the second has a bit for the form with both strings behind a header, then those with their lengths. The second
// string has marks of 16 bytes around it.
const (
	buildMagic  = "\xff Go buildinf:"
	buildHeader = 32
	inline      = 2
	marks       = 16
)

// Of returns what a binary is; not ok if it is none that the go tool has made.
func Of(data []byte) (built Built, ok bool) {
	for {
		at := bytes.Index(data, []byte(buildMagic))
		if at < 0 {
			return Built{}, false
		}
		data = data[at:]
		if built, ok := information(data); ok {
			return built, true
		}
		data = data[len(buildMagic):] // that was the constant above
	}
}

func information(data []byte) (built Built, ok bool) {
	if len(data) < buildHeader || data[len(buildMagic)+1]&inline == 0 {
		return Built{}, false
	}
	_, rest, ok := counted(data[buildHeader:])
	if !ok {
		return Built{}, false
	}
	text, _, ok := counted(rest)
	if !ok || len(text) < 2*marks {
		return Built{}, false
	}
	info, err := debug.ParseBuildInfo(string(text[marks : len(text)-marks]))
	if err != nil || info.Path == "" {
		return Built{}, false
	}
	built.Path = info.Path
	for _, s := range info.Settings {
		if s.Key == "GOOS" {
			built.System = s.Value
		}
	}
	return built, true
}

// counted reads a string with its length in front.
func counted(data []byte) (text, rest []byte, ok bool) {
	n, size := binary.Uvarint(data)
	if size <= 0 || n > uint64(len(data)-size) {
		return nil, nil, false
	}
	return data[size : size+int(n)], data[size+int(n):], true
}

// Full tells whether the binary is the one with all parts.
func (b Built) Full() bool { return strings.HasSuffix(strings.TrimSuffix(b.Path, ".test"), "-full") }
