// Package stdlib holds the modules that are supplied with the VM, written in Seq
// and embedded: the standard modules of "include std:NAME" (chapter 4, section 8),
// which every implementation of the language has, and those of "include vm:NAME",
// which only this one has (docs/modules.md). A word of a module whose name starts
// with "%" is a helper: it is visible in its module only.
//
// It knows nothing of how modules are parsed or checked.
package stdlib

import (
	"embed"
	"slices"
	"strings"
)

//go:embed std/*.seq vm/*.seq
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

// The namespaces of supplied modules: what stands in front of the colon of an
// include.
const (
	Std = "std" // the standard modules
	VM  = "vm"  // those that only this implementation has
)

// Module names a supplied module.
type Module struct{ Space, Name string }

// String is the module as an include names it: "std:json".
func (m Module) String() string { return m.Space + ":" + m.Name }

// ParseModule is the inverse of String; ok is false if the text is not of this
// form or its namespace is unknown. The module need not exist.
func ParseModule(text string) (m Module, ok bool) {
	space, name, ok := strings.Cut(text, ":")
	return Module{space, name}, ok && (space == Std || space == VM)
}

// OldSource returns the text of a module that only classic files can include
// (chapter 9, section 8); false if there is none.
func OldSource(m Module) (string, bool) { return oldResult, m == Module{Std, "result"} }

// Private tells whether a name is that of a helper, which only supplied modules
// may call.
func Private(name string) bool { return strings.HasPrefix(name, "%") }

// Source returns the text of a supplied module; false if there is none.
func Source(m Module) (string, bool) {
	text, err := modules.ReadFile(m.Space + "/" + m.Name + ".seq")
	return string(text), err == nil
}

// Names lists the modules of a namespace in alphabetical order.
func Names(space string) []string {
	entries, err := modules.ReadDir(space)
	if err != nil {
		return nil
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".seq")
	}
	slices.Sort(names)
	return names
}

// Modules lists all supplied modules, namespace by namespace.
func Modules() []Module {
	var list []Module
	for _, space := range []string{Std, VM} {
		for _, name := range Names(space) {
			list = append(list, Module{space, name})
		}
	}
	return list
}
