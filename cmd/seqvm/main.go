// Command seqvm runs Seq programs and holds the tools for them. Each command is
// a file of its own: flags in, one call into the library, exit status out.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.LookupEnv))
}
