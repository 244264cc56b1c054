// Package parts has the functions of all words that package builtins declares without them, because of what they cost a start. Who imports
// it pays that: seqvm-full and tests, not seqvm.
package parts

import (
	"maps"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/builtins/compression"
	"github.com/seqvm/seqvm/builtins/web"
)

// Functions returns the functions by the names of their words, for Words.Link. version is what servers are told of the client. The
// caller owns the map.
func Functions(version string) map[string]builtins.Function {
	all := compression.Functions()
	maps.Copy(all, web.Functions(version))
	return all
}
