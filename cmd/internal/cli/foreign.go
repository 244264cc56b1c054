package cli

import (
	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
)

// runners are the commands that call functions of C libraries. The others are content with the stack effects of the
// words, and need no library.
var runners = map[string]bool{"run": true, "test": true, "bench": true, "repl": true}

// bindManifests adds the words of the manifests of the command line to the built-in words.
func (c *CLI) bindManifests(cmd *cobra.Command) error {
	if runners[cmd.Name()] {
		c.bind = c.Parts.Bind
	}
	for _, path := range c.manifestFiles {
		m, problems := seqvm.ReadManifest(path)
		if problems != nil {
			c.report(problems)
			return ExitStatus(statusUsage)
		}
		c.manifests = append(c.manifests, m)
	}
	if c.manifests == nil {
		return nil
	}
	words := c.words()
	if words == nil {
		words = seqvm.AllWords()
	}
	words, problems := seqvm.WithManifests(words, c.manifests...)
	if problems == nil && c.bind != nil {
		var functions map[string]seqvm.WordFunction
		functions, problems = c.bind(c.manifests...)
		words = words.Link(functions)
	}
	if problems != nil {
		c.report(problems)
		return ExitStatus(statusUsage)
	}
	c.Words = words
	return nil
}
