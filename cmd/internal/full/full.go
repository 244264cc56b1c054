// Package full links all parts of seqvm. cmd/seqvm must not import it.
package full

import (
	"context"
	"errors"
	"os"
	"syscall"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/builtins/ffi/dynamic"
	"github.com/seqvm/seqvm/builtins/parts"
	"github.com/seqvm/seqvm/cmd/internal/cli"
	"github.com/seqvm/seqvm/tools/pprof"
	"github.com/seqvm/seqvm/tools/repl"
	"github.com/seqvm/seqvm/tools/repl/screen"
)

// Parts returns all parts.
func Parts() cli.Parts {
	return cli.Parts{All: true, Profile: pprof.Write, Bind: dynamic.Bind, Screen: session, Functions: parts.Functions(seqvm.Version)}
}

// session shows a session on the screen.
func session(s cli.Screen) (err error) {
	out := &screen.Output{}
	sh := s.Shell
	s.Options.Stdout, s.Options.Stderr = out, out
	s.Options.Failed = func(strand int64, err error) { s.Failed(out, strand, err) }
	if sh.Session, err = repl.New(s.Options); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sh.Close()) }()
	var greeting repl.Answer
	if s.Path != "" {
		if greeting, err = sh.Open(context.Background(), s.Path); err != nil {
			return err
		}
		if greeting.Text == "" {
			greeting.Text = sh.Session.BriefStackLine() + "\n"
		}
	}
	err = screen.Run(context.Background(), screen.Config{
		Signals: s.Signals, Shell: sh, Welcome: s.Welcome, Greeting: greeting, Output: out,
		In: s.In, Out: s.Out, Environ: os.Environ(), Emacs: s.Emacs, NoColors: s.NoColors,
	})
	var signalled *screen.SignalError
	if errors.As(err, &signalled) {
		number, _ := signalled.Signal.(syscall.Signal)
		return cli.ExitStatus(128 + int(number))
	}
	return err
}
