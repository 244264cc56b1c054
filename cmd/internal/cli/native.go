package cli

import (
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/vm"
)

// nativeWhen is the value of the flag --native.
type nativeWhen struct {
	settings.Native
	text string
}

// String implements pflag.Value.
func (n *nativeWhen) String() string { return n.text }

// Type implements pflag.Value.
func (n *nativeWhen) Type() string { return "WHEN" }

// Set implements pflag.Value.
func (n *nativeWhen) Set(text string) error {
	n.Native, n.text = settings.ParseNative(text, io.Discard), text
	if n.Mode == settings.NativeDefault {
		return errors.New("it must be off, on or always")
	}
	return nil
}

// nativeFlag gives a command that runs programs the flag --native.
func (c *CLI) nativeFlag(cmd *cobra.Command) {
	cmd.Flags().Var(&c.native, "native", "make machine code of what runs for long: `WHEN` is off, on or always (default $SEQ_NATIVE, else on)")
	cmd.Flags().Lookup("native").NoOptDefVal = "on"
}

// nativeSetting is what the flag says, or else the environment.
func (c *CLI) nativeSetting(environment settings.Native) settings.Native {
	if c.native.Mode != settings.NativeDefault {
		return c.native.Native
	}
	return environment
}

// noNative warns, once, that there is no machine code: where there never can be any, only who has asked for it. It may be called on any goroutine.
func (c *CLI) noNative(why error) {
	if _, asked := c.Getenv("SEQ_NATIVE"); errors.Is(why, vm.ErrNoNative) && c.native.Mode == settings.NativeDefault && !asked {
		return
	}
	c.warned.Do(func() { c.log.Warn().Err(why).Msg("no machine code: the interpreter runs all of the program") })
}
