package cli

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/seqvm/seqvm"
)

// fullName is the program that has all parts. It lies beside this one; what PATH has under that
// name may be of another build.
const fullName = "seqvm-full"

// callerVariable says to the program that takes a command line over which build hands it over and,
// behind a blank, which file has the program's text, if it cannot be read again where it
// came from. The taker removes both.
const callerVariable = "SEQVM_CALLER"

// handOver has seqvm-full execute the command line, because of a part that is needed here, and
// does not return if that is possible: the process becomes it. Where a process cannot (Windows), it
// is a child, and the error its exit status. spare is a command that does without; "": none.
func (c *CLI) handOver(what, spare string) error {
	if spare != "" {
		spare = fmt.Sprintf("; '%s' does without", spare)
	}
	if c.carried != nil {
		return fmt.Errorf("%s is not in this program: 'seqvm build --exe' puts it in", what)
	}
	if c.Parts.All || c.caller != "" {
		return fmt.Errorf("%s is not in this %s", what, fullName)
	}
	full, err := beside(fullName)
	if err != nil {
		return fmt.Errorf("%s needs %s, %w%s", what, fullName, err, spare)
	}
	if c.fence != nil {
		if err := c.fence(full); err != nil {
			return err
		}
	}
	environ := append(environment(c.watched), callerVariable+"="+build())
	if c.typed != nil {
		text, err := temporary(c.typed)
		if err != nil {
			return fmt.Errorf("%s needs %s, and the program's text cannot be kept for it: %w", what, fullName, err)
		}
		defer os.Remove(text) // who takes over has removed it before, if it can be
		environ[len(environ)-1] += " " + text
	}
	name := full
	if c.program != "" {
		name = c.program // by which it knows whose command line it is
	}
	status, err := become(full, append([]string{name}, c.args...), environ)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s needs '%s', which the system cannot start: it was built for a system with another C library; 'make install' builds it for all%s", what, full, spare)
	case err != nil:
		return fmt.Errorf("%s needs '%s', which cannot be started: %w%s", what, full, err, spare)
	}
	return ExitStatus(status)
}

// environment is the environment of the process as it was at its start, but for its caller.
func environment(watched bool) []string {
	if watched {
		return append(os.Environ(), watchedVariable+"=1")
	}
	return os.Environ()
}

// handBack has seqvm execute the command line that this program was called with directly, because the process must be
// restricted by the system before it becomes this program.
func (c *CLI) handBack() error {
	name := "seqvm"
	small, err := beside(name)
	if err != nil {
		return fmt.Errorf("a sandbox needs %s, %w", name, err)
	}
	called := small
	if c.program != "" {
		called = c.program
	}
	status, err := become(small, append([]string{called}, c.args...), environment(c.watched))
	if err != nil {
		return fmt.Errorf("a sandbox needs '%s', which cannot be started: %w", small, err)
	}
	return ExitStatus(status)
}

// takeOver prepares for a command line that another program has handed over.
func (c *CLI) takeOver() error {
	if c.caller == "" {
		return nil
	}
	from, name, kept := strings.Cut(c.caller, " ")
	var text []byte
	var err error
	if kept {
		text, err = readTemporary(name)
	}
	if own := build(); from != own {
		return fmt.Errorf("this %s is of the build %s, the seqvm that calls it of %s: 'make install' makes both from the same sources", fullName, own, from)
	}
	if err != nil {
		return fmt.Errorf("cannot read the program's text: %w", err)
	}
	if kept {
		c.typed = append([]byte{}, text...) // not nil, which would be: there is none
	}
	return nil
}

// beside returns the program that lies in the folder of this one, symbolic links resolved.
func beside(name string) (string, error) {
	self, err := os.Executable()
	if err == nil {
		self, err = filepath.EvalSymlinks(self)
	}
	if err != nil {
		return "", fmt.Errorf("and where this program lies cannot be found out: %w", err)
	}
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	path := filepath.Join(filepath.Dir(self), name)
	if !isFile(path) {
		return "", fmt.Errorf("which is not in '%s': 'make install' puts it beside seqvm", filepath.Dir(self))
	}
	return path, nil
}

// asChild runs a program with the files of this process and returns its exit status. What is typed to
// interrupt it goes to both processes: this one leaves it to the child.
func asChild(path string, args, environ []string) (int, error) {
	signal.Ignore(os.Interrupt)
	defer signal.Reset(os.Interrupt)
	cmd := exec.Command(path)
	cmd.Args = args
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = os.Stdin, os.Stdout, os.Stderr, environ
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// sourceSum is the sum of the sources that the program was built from, where 'make' has told the linker.
var sourceSum string

// build identifies what seqvm was built from: two programs of the same build have the same words, the
// same bytecode and this protocol. It has no blanks.
func build() string {
	parts := []string{seqvm.Version, sourceSum}
	if info, ok := debug.ReadBuildInfo(); ok {
		parts = append(parts, info.GoVersion, info.Main.Version)
		for _, s := range info.Settings {
			if strings.HasPrefix(s.Key, "vcs.") {
				parts = append(parts, s.Value)
			}
		}
	}
	return fmt.Sprintf("%s-%.6x", seqvm.Version, sha256.Sum256([]byte(strings.Join(parts, "\n"))))
}
