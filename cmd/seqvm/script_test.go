package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/builtins/ffi"
	"github.com/seqvm/seqvm/builtins/ffi/dynamic"
	"github.com/seqvm/seqvm/cmd/internal/bundle"
	"github.com/seqvm/seqvm/cmd/internal/cli"
	"github.com/seqvm/seqvm/cmd/internal/full"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// usage is the exit status of what is refused (chapter 8, section 12).
const usage = 2

// TestMain makes both programs of the binary of the tests. A program with the word 'elsewhere', which
// only seqvm-full has a function for, stands for those that call such words: in
// programs that are started with SEQVM_TEST_WORDS it is there. To those with SEQVM_TEST_REFUSE the system gives no memory that can be executed.
func TestMain(m *testing.M) {
	all := full.Parts()
	all.Functions["elsewhere"] = func(_ *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromInt(42)
		return nil
	}
	if bundle.Carried() { // this is an executable that a test has made of the binary of the tests
		withElsewhere(all)
	}
	small := func() { withElsewhere(cli.Parts{}) }
	either := func() {
		if os.Getenv("SEQVM_CALLER") != "" { // seqvm-full, which was given the name that seqvm was called by
			withElsewhere(all)
		}
		small()
	}
	testscript.Main(m, map[string]func(){
		"seqvm": small, "seqc": either, "seqr": either, "seq-lsp": either,
		"seqvm-full": func() { withElsewhere(all) },
	})
}

func withElsewhere(parts cli.Parts) {
	if os.Getenv("SEQVM_TEST_REFUSE") != "" {
		if err := refuseCode(); err != nil {
			panic(err)
		}
	}
	c := cli.OfProcess(parts)
	if os.Getenv("SEQVM_TEST_WORDS") != "" {
		words, err := seqvm.AllWords().With(seqvm.Word{Name: "elsewhere", Effect: "( ..a -- ..a Int )", Doc: "Leaves 42.", Part: "tests"})
		if err != nil {
			panic(err)
		}
		c.Words = words
	}
	os.Exit(c.Called(os.Args))
}

// installed are the conditions [library:NAME], the C library is there, [native], there can be machine code, and [refusable], the system can refuse
// memory for it.
func installed(condition string) (bool, error) {
	switch condition {
	case "native":
		_, possible := vm.NativeTarget(nil, nil)
		return possible, nil
	case "refusable":
		return canRefuseCode(), nil
	}
	name, ok := strings.CutPrefix(condition, "library:")
	if !ok {
		return false, fmt.Errorf("unknown condition %q", condition)
	}
	m, problems := ffi.Parse("test.toml", fmt.Sprintf("[[library]]\nname = %q\nlink = %[1]q\n", name))
	if problems != nil {
		return false, problems
	}
	_, problems = dynamic.Bind(m)
	return problems == nil, nil
}

// TestScripts runs the command-line scripts of testdata/scripts. Besides the
// usual commands they have some for programs that run beside the script:
//
//	start NAME [KEY=VALUE...] COMMAND ARGS...   starts one
//	await NAME stdout|stderr TEXT [N]           waits until it has written TEXT (N times)
//	signal NAME SIGNAL...                       sends it signals, one right after the other
//	finish NAME STATUS                          waits for its end; 128 and more: by a signal,
//	                                            as a shell shows it. What it wrote is then in
//	                                            NAME.stdout and NAME.stderr
//	idle NAME DURATION                          it used at most so much of a processor
//	within NAME DURATION                        it took at most so long from the last signal
//	                                            (or its start) to its end
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "../../testdata/scripts",
		Setup: func(env *testscript.Env) error {
			env.Setenv("NO_COLOR", "1")
			beside := map[string]*program{}
			env.Values[programsKey{}] = beside
			env.Defer(func() {
				for _, p := range beside {
					_ = p.cmd.Process.Kill()
				}
			})
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": startProgram, "await": awaitProgram, "signal": signalProgram, "finish": finishProgram, "within": withinProgram, "idle": idleProgram,
		},
		Condition:     installed,
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}

type programsKey struct{}

// program runs beside a script.
type program struct {
	cmd            *exec.Cmd
	stdout, stderr transcript
	since          time.Time
	took           time.Duration
}

func named(ts *testscript.TestScript, args []string, least int) *program {
	if len(args) < least {
		ts.Fatalf("too few arguments")
	}
	p := ts.Value(programsKey{}).(map[string]*program)[args[0]]
	if p == nil {
		ts.Fatalf("no program %s", args[0])
	}
	return p
}

func startProgram(ts *testscript.TestScript, _ bool, args []string) {
	name, env := args[0], []string{"NO_COLOR=1", "PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME")}
	args = args[1:]
	for strings.Contains(args[0], "=") {
		env = append(env, args[0])
		args = args[1:]
	}
	path := args[0]
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if full := filepath.Join(dir, args[0]); !strings.Contains(path, "/") {
			if _, err := os.Stat(full); err == nil {
				path = full
			}
		}
	}
	p := &program{cmd: exec.Command(path, args[1:]...), since: time.Now()}
	p.cmd.Env, p.cmd.Dir = env, ts.MkAbs(".")
	p.cmd.Stdout, p.cmd.Stderr = p.stdout.init(), p.stderr.init()
	ts.Check(p.cmd.Start())
	ts.Value(programsKey{}).(map[string]*program)[name] = p
}

func awaitProgram(ts *testscript.TestScript, _ bool, args []string) {
	p := named(ts, args, 3)
	out := map[string]*transcript{"stdout": &p.stdout, "stderr": &p.stderr}[args[1]]
	count := 1
	if len(args) > 3 {
		var err error
		count, err = strconv.Atoi(args[3])
		ts.Check(err)
	}
	if out == nil || !out.await(args[2], count) {
		ts.Fatalf("%s ended or is slow: no %q on %s:\n%s\nstderr:\n%s", args[0], args[2], args[1], out, &p.stderr)
	}
}

var signalNumbers = map[string]syscall.Signal{
	"INT": syscall.SIGINT, "QUIT": syscall.SIGQUIT, "TERM": syscall.SIGTERM, "ALRM": syscall.SIGALRM,
	"USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2, "ABRT": syscall.SIGABRT, "SEGV": syscall.SIGSEGV, "PIPE": syscall.SIGPIPE, "STOP": syscall.SIGSTOP, "CONT": syscall.SIGCONT,
}

func signalProgram(ts *testscript.TestScript, _ bool, args []string) {
	p := named(ts, args, 2)
	for _, name := range args[1:] {
		p.since = time.Now()
		number, ok := signalNumbers[name]
		if !ok {
			ts.Fatalf("no signal %s is known here", name)
		}
		ts.Check(p.cmd.Process.Signal(number))
	}
}

func finishProgram(ts *testscript.TestScript, _ bool, args []string) {
	p := named(ts, args, 2)
	err := p.cmd.Wait()
	p.took = time.Since(p.since)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Check(err)
	}
	status := p.cmd.ProcessState.ExitCode()
	if ws, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		status = 128 + int(ws.Signal())
	}
	p.stdout.end()
	p.stderr.end()
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".stdout"), []byte(p.stdout.String()), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".stderr"), []byte(p.stderr.String()), 0o600))
	if strconv.Itoa(status) != args[1] {
		ts.Fatalf("%s ended with status %d\nstdout:\n%sstderr:\n%s", args[0], status, &p.stdout, &p.stderr)
	}
}

func withinProgram(ts *testscript.TestScript, _ bool, args []string) {
	p := named(ts, args, 2)
	d, err := time.ParseDuration(args[1])
	ts.Check(err)
	if p.took > d {
		ts.Fatalf("%s took %v", args[0], p.took)
	}
}

func idleProgram(ts *testscript.TestScript, _ bool, args []string) {
	p := named(ts, args, 2)
	d, err := time.ParseDuration(args[1])
	ts.Check(err)
	if used := p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime(); used > d {
		ts.Fatalf("%s used %v", args[0], used)
	}
}

// transcript is what a program writes, with a way to wait for it.
type transcript struct {
	mu    sync.Mutex
	more  *sync.Cond
	text  bytes.Buffer
	ended bool
}

func (t *transcript) init() io.Writer {
	t.more = sync.NewCond(&t.mu)
	return t
}

func (t *transcript) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.more.Broadcast()
	return t.text.Write(b)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

func (t *transcript) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	t.more.Broadcast()
}

// patience is how long a script waits for something that should come at once.
const patience = 60 * time.Second

func (t *transcript) await(text string, count int) bool {
	timer := time.AfterFunc(patience, t.end)
	defer timer.Stop()
	t.mu.Lock()
	defer t.mu.Unlock()
	for strings.Count(t.text.String(), text) < count {
		if t.ended {
			return false
		}
		t.more.Wait()
	}
	return true
}
