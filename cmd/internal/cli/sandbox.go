package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/host/sandbox"
)

// sandboxFlags are the flags that keep a program in a sandbox, and give back parts of the outside.
type sandboxFlags struct {
	on    bool
	allow seqvm.Allow
	given []string // the flags --allow-* as they were given
}

// add gives a command the flags.
func (f *sandboxFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.on, "sandbox", false, "let the program reach nothing but its input, output, arguments, the time, and includes below its folder")
	for _, list := range []struct {
		of    sandbox.Capability
		to    *[]string
		kind  string
		usage string
	}{
		{sandbox.Read, &f.allow.Read, "PATHS", "in a sandbox: read these files and folders (alone: all)"},
		{sandbox.Write, &f.allow.Write, "PATHS", "in a sandbox: write these files and folders (alone: all)"},
		{sandbox.Net, &f.allow.Net, "HOSTS", "in a sandbox: reach these hosts: NAME, *.NAME, ADDRESS, loopback, each with :PORT or not (alone: all)"},
		{sandbox.Env, &f.allow.Env, "NAMES", "in a sandbox: read these variables of the environment, NAME or START* (alone: all)"},
	} {
		f.flag(flags, list.of, &listValue{flags: f, name: list.of.Flag(), to: list.to, kind: list.kind}, "*", list.usage)
	}
	for _, whole := range []struct {
		of    sandbox.Capability
		to    *bool
		usage string
	}{
		{sandbox.Run, &f.allow.Run, "in a sandbox: start other programs"},
		{sandbox.FFI, &f.allow.FFI, "in a sandbox: call functions of C libraries"},
		{sandbox.Sys, &f.allow.Sys, "in a sandbox: set what signals do, and the mode of the terminal"},
		{sandbox.Native, &f.allow.Native, "in a sandbox: run machine code"},
	} {
		f.flag(flags, whole.of, &wholeValue{flags: f, name: whole.of.Flag(), to: whole.to}, "true", whole.usage)
	}
}

func (f *sandboxFlags) flag(flags *pflag.FlagSet, c sandbox.Capability, v pflag.Value, alone, usage string) {
	flags.VarPF(v, strings.TrimPrefix(c.Flag(), "--"), "", usage).NoOptDefVal = alone
}

// policy makes the policy of a command; nil: the program may reach everything.
func (f *sandboxFlags) policy() (*seqvm.Policy, error) {
	if !f.on && len(f.given) == 0 {
		return nil, nil
	}
	return seqvm.NewPolicy(f.allow)
}

// listValue is a flag with a list, which adds to what it was given before.
type listValue struct {
	flags *sandboxFlags
	name  string
	to    *[]string
	kind  string
}

func (v *listValue) String() string { return "" }
func (v *listValue) Type() string   { return v.kind }

func (v *listValue) Set(text string) error {
	if text == "" {
		return errors.New("the list is empty; without '=' the flag allows all")
	}
	*v.to = append(*v.to, sandbox.Split(text)...)
	v.flags.given = append(v.flags.given, v.name+"="+text)
	return nil
}

// wholeValue is a flag that gives a capability as a whole.
type wholeValue struct {
	flags *sandboxFlags
	name  string
	to    *bool
}

func (v *wholeValue) String() string { return "false" }
func (v *wholeValue) Type() string   { return "bool" }

func (v *wholeValue) Set(text string) error {
	if text != "true" {
		return errors.New("the flag takes no value")
	}
	*v.to = true
	v.flags.given = append(v.flags.given, v.name)
	return nil
}
