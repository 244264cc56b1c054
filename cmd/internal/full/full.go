// Package full links all parts of seqvm. cmd/seqvm must not import it.
package full

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/builtins/ffi/dynamic"
	"github.com/seqvm/seqvm/builtins/parts"
	"github.com/seqvm/seqvm/cmd/internal/cli"
	"github.com/seqvm/seqvm/tools/benchmark"
	"github.com/seqvm/seqvm/tools/dap"
	"github.com/seqvm/seqvm/tools/doc/site"
	"github.com/seqvm/seqvm/tools/machinecode"
	"github.com/seqvm/seqvm/tools/pprof"
	"github.com/seqvm/seqvm/tools/profilepage"
	"github.com/seqvm/seqvm/tools/repl"
	"github.com/seqvm/seqvm/tools/repl/screen"
	"github.com/seqvm/seqvm/tools/tracepage"
	"github.com/seqvm/seqvm/tools/watch"
)

// Parts returns all parts.
func Parts() cli.Parts {
	return cli.Parts{All: true, Profile: pprof.Write, ProfilePage: profilepage.Write, TracePage: tracepage.Write, Bind: dynamic.Bind, Screen: session, Debug: debug, Watch: watch.Loop, Bench: bench, Site: site.Write, MachineCode: machinecode.Text, Adapter: adapter, Functions: parts.Functions(seqvm.Version)}
}

// adapter serves the debugger.
func adapter(a cli.Adapter) error {
	o := dap.Options{Compile: a.Compile, Config: a.Config, Chdir: os.Chdir}
	if a.Listen == "" {
		return dap.Serve(a.In, a.Out, o)
	}
	at, err := net.Listen("tcp", a.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen: %w", err)
	}
	defer at.Close()
	client, err := at.Accept()
	if err != nil {
		return fmt.Errorf("no client: %w", err)
	}
	defer client.Close()
	return dap.Serve(client, client, o)
}

// bench measures words.
func bench(b cli.Bench) error {
	o := benchmark.Options{Compile: b.Compile, Config: b.Config, Filter: b.Filter, Sample: b.Sample, Samples: b.Samples}
	var earlier benchmark.Saved
	if b.Against != "" {
		f, err := os.Open(b.Against)
		if err != nil {
			return err
		}
		defer f.Close()
		if earlier, err = benchmark.Read(f); err != nil {
			return fmt.Errorf("%s: %w", b.Against, err)
		}
	}
	var results []*benchmark.Result
	failed := false
	for _, path := range b.Files {
		err := o.File(path, func(r *benchmark.Result) {
			b.Measured(r.Key())
			results = append(results, r)
			failed = failed || r.Problem != ""
		})
		if err != nil {
			b.Refused(err)
			failed = true
		}
	}
	if len(results) == 0 && !failed {
		return errors.New("no benchmarks found: they are words bench-* with the effect ( -- ) in files bench-*.seq")
	}
	if len(results) > 0 {
		if err := benchmark.Text(b.Out, results, earlier); err != nil {
			return err
		}
	}
	if b.Save != nil {
		if err := b.Save(func(to io.Writer) error { return benchmark.Save(to, results) }); err != nil {
			return err
		}
	}
	if failed {
		return cli.ExitStatus(1)
	}
	return nil
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
		Terminal: screen.Terminal{In: s.In, Out: s.Out, Environ: os.Environ(), NoColors: s.NoColors, Signals: s.Signals},
		Shell:    sh, Welcome: s.Welcome, Greeting: greeting, Output: out, Emacs: s.Emacs,
	})
	return left(err)
}

// debug shows a program that is debugged on the screen.
func debug(d cli.Debug) (status int, err error) {
	status, err = screen.RunDebug(context.Background(), screen.Debug{
		Terminal: screen.Terminal{In: d.In, Out: d.Out, Environ: os.Environ(), NoColors: d.NoColors, Signals: d.Signals},
		Options:  d.Options, Ended: d.Ended, Emacs: d.Emacs,
	})
	return status, left(err)
}

// left is the error with which a screen is left: if a signal ended it, the exit status.
func left(err error) error {
	var signalled *screen.SignalError
	if errors.As(err, &signalled) {
		number, _ := signalled.Signal.(syscall.Signal)
		return cli.ExitStatus(128 + int(number))
	}
	return err
}
