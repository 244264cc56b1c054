// Command seqvm runs Seq programs and holds the tools for them. Each command is
// a file of its own: flags in, one call into the library, exit status out.
package main

import (
	"os"

	"github.com/seqvm/seqvm/host/signals"
)

func main() {
	c := &cli{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.LookupEnv, signals: new(signals.Table)}
	os.Exit(c.main(os.Args[1:]))
}
