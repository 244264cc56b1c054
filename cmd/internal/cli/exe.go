package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/builtins/ffi"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/cmd/internal/bundle"
	"github.com/seqvm/seqvm/internal/outfile"
	"github.com/seqvm/seqvm/seq/diag"
)

// exeFlags are the flags of 'build' that concern executables.
type exeFlags struct {
	on      bool
	runtime string // the binary to copy; "": the one of this system
	box     sandboxFlags
	budget  budgetFlags
}

func (f *exeFlags) add(c *CLI, cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.on, "exe", false, "make an executable: the program behind a copy of seqvm, or of seqvm-full if it needs that")
	cmd.Flags().StringVar(&f.runtime, "runtime", "", "with --exe: copy this binary, of the same release for another system")
	f.budget.add(cmd)
	c.maxMemory(cmd)
	f.box.add(cmd)
}

// check refuses what only executables can have.
func (f *exeFlags) check(cmd *cobra.Command) error {
	if _, err := f.budget.budget(); err != nil {
		return err
	}
	if _, err := f.box.policy(); err != nil {
		return err
	}
	if fixed := f.fixed(cmd); !f.on && len(fixed) > 0 {
		return fmt.Errorf("build: %s is for executables: add --exe", strings.SplitN(fixed[0], "=", 2)[0])
	}
	if !f.on && f.runtime != "" {
		return errors.New("build: --runtime is for executables: add --exe")
	}
	return nil
}

// fixed are the flags of 'run' that the executable runs with.
func (f *exeFlags) fixed(cmd *cobra.Command) []string {
	var list []string
	for _, name := range []string{"timeout", "max-reductions", "max-memory"} {
		if flag := cmd.Flags().Lookup(name); flag.Changed {
			list = append(list, "--"+name+"="+flag.Value.String())
		}
	}
	if f.box.on {
		list = append(list, "--sandbox")
	}
	return append(list, f.box.given...)
}

// carried is what an executable is run with besides its program.
type carried struct {
	Flags     []string   `json:"flags,omitempty"` // of 'run'
	Manifests []manifest `json:"manifests,omitempty"`
}

type manifest struct{ Name, Text string }

// executable writes the executable of a program.
func executable(c *CLI, prog *seqvm.Program, encoded []byte, build *building) error {
	name, binary, err := runtimeFor(c, prog, build.exe.runtime)
	if err != nil {
		return err
	}
	if built, ok := bundle.Of(binary); ok && built.Full() && walls && slices.ContainsFunc(build.fixed, isSandbox) {
		fmt.Fprintf(c.Stderr, "seqvm: note: this program is held to its sandbox by the checks of its words alone, not by the system as well: it is behind %s (docs/programs.md)\n", fullName)
	}
	with := carried{Flags: build.fixed}
	for _, m := range prog.Manifests {
		with.Manifests = append(with.Manifests, manifest{Name: m.Source.Name, Text: m.Source.Text})
	}
	b := bundle.Bundle{Program: encoded}
	if len(with.Flags)+len(with.Manifests) > 0 {
		if b.Options, err = json.Marshal(with); err != nil {
			return err
		}
	}
	file, err := outfile.Create(build.out, 0o777)
	if err != nil {
		return err
	}
	if err := bundle.Append(file, binary, b); err != nil {
		file.Discard()
		return fmt.Errorf("'%s' cannot be copied: %w", name, err)
	}
	return file.Commit()
}

// isSandbox tells whether a flag asks for a sandbox.
func isSandbox(flag string) bool {
	return flag == "--sandbox" || strings.HasPrefix(flag, "--allow-")
}

// runtimeFor reads the binary that a program is put behind.
func runtimeFor(c *CLI, prog *seqvm.Program, path string) (name string, binary []byte, err error) {
	needs := needsFull(prog)
	switch {
	case path != "":
		name = path
	case needs == "" || c.Parts.All:
		name = "seqvm"
		self, err := bundle.Self()
		if err != nil {
			return "", nil, fmt.Errorf("the binary to copy cannot be read: %w", err)
		}
		defer self.Close()
		binary, err = io.ReadAll(self)
		return name, binary, err
	default:
		if name, err = beside(fullName); err != nil {
			return "", nil, fmt.Errorf("%s needs %s, %w", needs, fullName, err)
		}
	}
	if binary, err = os.ReadFile(name); err != nil {
		return "", nil, fmt.Errorf("the binary to copy cannot be read: %w", err)
	}
	if built, ok := bundle.Of(binary); path != "" && needs != "" && ok && !built.Full() {
		return "", nil, fmt.Errorf("%s needs %s, and '%s' is the small one", needs, fullName, name)
	}
	return name, binary, nil
}

// needsFull names what a program needs that only seqvm-full has; "": nothing. It is told from the words of the language, as
// this binary may have them all.
func needsFull(prog *seqvm.Program) string {
	if len(prog.Manifests) > 0 {
		return fmt.Sprintf("the manifest '%s'", prog.Manifests[0].Source.Name)
	}
	unlinked := slices.Concat(seqvm.Decoded(prog.Module, seqvm.Options{}).Unlinked(), prog.Unlinked())
	if len(unlinked) == 0 {
		return ""
	}
	return fmt.Sprintf("the word '%s'", unlinked[0].Name)
}

// exeName is what an executable of a file is called if nothing else is said.
func exeName(file, runtimePath string) string {
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	system := runtime.GOOS
	if binary, err := os.ReadFile(runtimePath); err == nil {
		if built, ok := bundle.Of(binary); ok {
			system = built.System
		}
	}
	if system == "windows" {
		name += ".exe"
	}
	return name
}

// loadCarried takes the program that this process's binary carries.
func loadCarried(c *CLI, b *bundle.Bundle) error {
	c.carried = b
	c.caller = ""
	if len(b.Options) == 0 {
		return nil
	}
	var with carried
	if err := json.Unmarshal(b.Options, &with); err != nil {
		return err
	}
	c.fixed = with.Flags
	for _, m := range with.Manifests {
		parsed, problems := ffi.Parse(m.Name, m.Text)
		if problems != nil {
			return problems
		}
		c.manifests = append(c.manifests, parsed)
	}
	return nil
}

// ownCommand is the command line that runs the program that the binary carries.
func ownCommand(c *CLI, args []string) []string {
	return slices.Concat([]string{"run"}, c.fixed, []string{"--", c.calledAs}, args)
}

// carriedProgram decodes the program that the binary carries.
func carriedProgram(c *CLI, opts seqvm.Options) (*seqvm.Program, diag.List) {
	if !bytecode.IsEncoded(c.carried.Program) {
		return nil, diag.List{{Code: "bad-bytecode", Span: diag.Span{Source: diag.NewSource(c.calledAs, ""), Start: -1}, Message: "what it carries is no bytecode"}}
	}
	return decode(c.calledAs, c.carried.Program, opts)
}
