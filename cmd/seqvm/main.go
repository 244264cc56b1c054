// Command seqvm runs Seq programs and holds the tools for them. It links only what
// programs and quick commands need, and hands the rest over to seqvm-full (package cli).
package main

import "github.com/seqvm/seqvm/cmd/internal/cli"

func main() { cli.Run(cli.Parts{}) }
