// Package protocol is the part of the Language Server Protocol, version 3.18, that the language server uses, as Go types.
//
// types.go is made of the protocol's meta model by internal/lspgen; docs/editors.md says how.
package protocol
