// Command seqvm-full is seqvm with all of its parts: what is too dear for the start of every
// program. seqvm hands command lines over to it that need one of them.
package main

import (
	"github.com/seqvm/seqvm/cmd/internal/cli"
	"github.com/seqvm/seqvm/cmd/internal/full"
)

func main() { cli.Run(full.Parts()) }
