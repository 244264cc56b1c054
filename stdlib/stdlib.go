// Package stdlib holds the standard modules of "include std:NAME", written in
// Seq and embedded. A word of a module whose name starts with "%" is a helper:
// it is visible in its module only (chapter 4, section 8).
//
// It knows nothing of how modules are parsed or checked.
package stdlib

import (
	"embed"
	"sort"
	"strings"
)

//go:embed *.seq
var modules embed.FS

// Words of old releases that are written in Seq, for classic files. No include
// gives them.
var (
	// OldLoops are the loops that were built-in words of releases 1.0 (chapter 9,
	// section 12).
	//
	//go:embed classic/loops.seq
	OldLoops string
	// OldLines is the line reader of releases before 6.6 (chapter 9, section 6).
	//
	//go:embed classic/lines.seq
	OldLines string

	//go:embed classic/result.seq
	oldResult string
)

// OldSource returns the text of a module that only classic files can include
// (chapter 9, section 8); false if there is none.
func OldSource(name string) (string, bool) { return oldResult, name == "result" }

// Private tells whether a name is that of a helper, which only standard modules
// may call.
func Private(name string) bool { return strings.HasPrefix(name, "%") }

// Source returns the text of a standard module; false if there is none.
func Source(name string) (string, bool) {
	text, err := modules.ReadFile(name + ".seq")
	return string(text), err == nil
}

// Names lists the standard modules in alphabetical order.
func Names() []string {
	entries, err := modules.ReadDir(".")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".seq"))
	}
	sort.Strings(names)
	return names
}
