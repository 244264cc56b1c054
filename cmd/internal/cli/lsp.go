package cli

import (
	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm/tools/lsp"
)

// lspCommand is 'lsp'.
func lspCommand(c *CLI) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lsp",
		Short: "Serve editors: the language server",
		Long: "Serve an editor as its language server: it speaks the Language Server Protocol on stdin and stdout, and logs to stderr.\n" +
			"Editors start it by themselves; docs/editors.md has their settings, and what is offered.",
		Example: "  seqvm lsp\n  seqvm lsp --log-level debug 2>lsp.log     # when something is wrong with it",
		Args:    exactly(0, ""),
		RunE:    func(*cobra.Command, []string) error { return c.serveEditor() },
	}
	cmd.Flags().Bool("stdio", true, "has no meaning: there is no other way")
	return cmd
}

// serveEditor runs the language server until the editor ends it.
func (c *CLI) serveEditor() error {
	if c.setting("GOGC") == "" {
		forChecking()
	}
	server := lsp.New(lsp.Options{Check: c.options(), Log: func(text string) { c.log.Warn().Msg(text) }})
	clean, err := server.Serve(c.Stdin, c.Stdout)
	if err != nil {
		return err
	}
	if !clean {
		return ExitStatus(statusRuntimeError)
	}
	return nil
}
