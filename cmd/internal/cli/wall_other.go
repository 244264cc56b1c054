//go:build !linux

package cli

import "github.com/seqvm/seqvm"

// wall is there on Linux only: elsewhere the checks of the words are all there is.
func wall(*seqvm.Policy, []string, []string) error { return nil }
