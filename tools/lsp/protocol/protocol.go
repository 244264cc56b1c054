// Package protocol is the part of the Language Server Protocol, version 3.18, that the language server uses, as Go types.
//
// methods.go, enums.go and types.go are made of the protocol's meta model by internal/lspgen; docs/internals.md says how.
package protocol
