package builtins

import (
	"io/fs"
	"runtime"
	"strings"
	"syscall"

	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// osWords: chapter 6, section 6. Words on paths are textual: they resolve
// nothing and look at no file.
var osWords = []Word{
	{Name: "os.getenv", Effect: "( ..a String -- ..a String Bool )", Needs: sandbox.EnvName, Doc: "The value of a variable of the environment; empty and false if it is not set.", Flag: "whether the variable is set", Run: func(s *vm.Strand, w []stack.Value) error {
		return environ(s, w, pathOf(w[0]))
	}},
	{Name: "os.home-dir", Effect: "( ..a -- ..a String Bool )", Needs: sandbox.EnvName, Doc: "The value of HOME; empty and false if it is not set.", Flag: "whether HOME is set", Run: func(s *vm.Strand, w []stack.Value) error {
		return environ(s, w, "HOME")
	}},
	{Name: "os.current-dir", Effect: "( ..a -- ..a String Bool )", Needs: sandbox.ReadHere, Doc: "The current directory; empty and false if it is gone.", Flag: "whether there is a current directory", Run: func(s *vm.Strand, w []stack.Value) error {
		if err := policy(s).Here(); err != nil {
			return outcome(err)
		}
		dir, err := syscall.Getwd() // os.Getwd prefers what $PWD says
		if err != nil || !strings.HasPrefix(dir, "/") && runtime.GOOS != "windows" {
			dir = ""
		}
		flagged(w, stack.FromString(dir), dir != "")
		return nil
	}},
	{Name: "os.path-exists", Effect: "( ..a String -- ..a Bool )", Needs: sandbox.ReadPath, Doc: "Is there anything at the path?", Run: existing(func(fs.FileMode) bool { return true })},
	{Name: "os.path-is-file", Effect: "( ..a String -- ..a Bool )", Needs: sandbox.ReadPath, Doc: "Is there a regular file at the path?", Run: existing(fs.FileMode.IsRegular)},
	{Name: "os.path-is-dir", Effect: "( ..a String -- ..a Bool )", Needs: sandbox.ReadPath, Doc: "Is there a directory at the path?", Run: existing(fs.FileMode.IsDir)},
	{Name: "os.path-join", Effect: "( ..a String String -- ..a String )", Doc: "The path with another one behind it, as text; one that begins with a slash stands alone.", Run: func(s *vm.Strand, w []stack.Value) error {
		base, part := w[0].AsString(), w[1].AsString()
		switch {
		case base == "" || strings.HasPrefix(part, "/"):
			w[0] = w[1]
		case strings.HasSuffix(base, "/"):
			w[0] = s.Concat(w[0], w[1])
		default:
			w[0] = s.Concat(s.Concat(w[0], slash), w[1])
		}
		return nil
	}},
	{Name: "os.path-parent", Effect: "( ..a String -- ..a String Bool )", Doc: "The path without its last component; empty and false if it has none.", Flag: "whether the path has a parent", Run: ofPath(parentOf)},
	{Name: "os.path-filename", Effect: "( ..a String -- ..a String Bool )", Doc: "The last component of the path; empty and false if it is no name.", Flag: "whether the path ends in a name", Run: ofPath(filenameOf)},
	{Name: "os.exit", Effect: "( ..a Int -- ..a )", Doc: "Ends the program at once with a status from 0 to 255.", Traits: types.StackSensitive | types.FrameBound | types.EndsProgram, Run: func(_ *vm.Strand, w []stack.Value) error {
		status := w[0].AsInt()
		if status < 0 || status > 255 {
			return vm.Fail("the status must be 0 to 255, got %d", status)
		}
		return &vm.ExitError{Status: int(status)}
	}},
	{Name: "os.name", Effect: "( ..a -- ..a String )", Doc: "The operating system: linux, darwin, windows, freebsd, openbsd, netbsd or unknown.", Run: constant(platform(osNames, runtime.GOOS))},
	{Name: "os.arch", Effect: "( ..a -- ..a String )", Doc: "The processor: x86_64, aarch64, arm, x86, riscv64 or unknown.", Run: constant(platform(archNames, runtime.GOARCH))},
}

var slash = stack.FromString("/")

// osNames and archNames are what the language calls Go's platforms.
var (
	osNames   = map[string]string{"linux": "linux", "darwin": "darwin", "windows": "windows", "freebsd": "freebsd", "openbsd": "openbsd", "netbsd": "netbsd"}
	archNames = map[string]string{"amd64": "x86_64", "arm64": "aarch64", "arm": "arm", "386": "x86", "riscv64": "riscv64"}
)

func platform(names map[string]string, name string) stack.Value {
	if known := names[name]; known != "" {
		return stack.FromString(known)
	}
	return stack.FromString("unknown")
}

func environ(s *vm.Strand, w []stack.Value, name string) error {
	if err := policy(s).Env(name); err != nil {
		return outcome(err)
	}
	value, ok := "", false
	if name != "" && !strings.ContainsAny(name, "=\x00") {
		value, ok = s.VM().Config().Environ(name)
	}
	flagged(w, stack.FromString(value), ok)
	return nil
}

func ofPath(f func(path string) (string, bool)) func(*vm.Strand, []stack.Value) error {
	return func(_ *vm.Strand, w []stack.Value) error {
		part, ok := f(w[0].AsString())
		flagged(w, w[0].Derive(part), ok)
		return nil
	}
}

// lastComponent returns where the last component of a path starts and ends.
// Empty components and "." are none, but for a "." that a relative path begins
// with; ok is false for a path that has none besides the root.
func lastComponent(path string) (start, end int, ok bool) {
	end = len(path)
	for end > 0 {
		start = strings.LastIndexByte(path[:end], '/') + 1
		switch name := path[start:end]; {
		case name == "." && start == 0:
			return start, end, true
		case name != "" && name != ".":
			return start, end, true
		}
		end = max(start-1, 0)
	}
	return 0, 0, false
}

func filenameOf(path string) (string, bool) {
	start, end, ok := lastComponent(path)
	if name := path[start:end]; ok && name != "." && name != ".." {
		return name, true
	}
	return "", false
}

func parentOf(path string) (string, bool) {
	start, _, ok := lastComponent(path)
	if !ok {
		return "", false
	}
	// What stands between the parent and the component are slashes and dots that
	// are no components.
	rest := path[:start]
	if _, end, more := lastComponent(rest); more {
		return rest[:end], true
	}
	if strings.HasPrefix(path, "/") {
		return "/", true
	}
	return "", true
}
