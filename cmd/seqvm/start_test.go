package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// modules are those whose packages seqvm may link. What is not here costs every start of every
// program: it belongs to seqvm-full (docs/programs.md).
var modules = []string{
	"github.com/seqvm/seqvm",
	"github.com/clipperhouse/displaywidth", "github.com/clipperhouse/uax29/v2", // widths in diagnostics
	"github.com/inconshreveable/mousetrap", "github.com/spf13/cobra", "github.com/spf13/pflag",
	"github.com/mattn/go-colorable", "github.com/mattn/go-isatty", "github.com/rs/zerolog",
	"golang.org/x/sys", "golang.org/x/term",
	"github.com/landlock-lsm/go-landlock", "kernel.org/pub/linux/libs/security/libcap/psx", // sandboxes
	"github.com/rogpeppe/go-internal", // differences of texts
	"github.com/pelletier/go-toml/v2", // manifests, rules of lint
}

// dear are packages of the standard library that seqvm must not import, or, of those that a
// library imports for what seqvm does not use, must not link.
var (
	dear       = []string{"crypto/tls", "net/http", "encoding/xml", "html/template", "image", "runtime/pprof", "database/sql/driver", "os/user", "go/token", "testing"}
	unlinked   = []string{"text/template.(*Template).Execute", "regexp.(*Regexp).FindAllString"}
	initialize = 92      // packages with initialisers, today 90
	allocated  = 134_000 // bytes, by all of them
)

// goTool runs the go tool for seqvm as 'make build' does, and returns what it writes.
func goTool(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	return string(out)
}

func TestSeqvmImportsOnlyWhatProgramsNeed(t *testing.T) {
	packages := strings.Fields(goTool(t, "list", "-deps", "-f", `{{.ImportPath}}{{with .Module}}@{{.Path}}{{end}}`, "."))
	require.NotEmpty(t, packages)
	for _, p := range packages {
		name, module, other := strings.Cut(p, "@")
		if other {
			assert.Contains(t, modules, module, "cmd/seqvm imports %s", name)
		}
		assert.NotContains(t, dear, name)
		assert.NotContains(t, []string{"github.com/seqvm/seqvm/cmd/internal/full", "github.com/seqvm/seqvm/tools/pprof", "github.com/seqvm/seqvm/tools/repl/screen"}, name)
	}
}

// The start is small: not by the clock, but by what is linked and what is initialised.
func TestTheStartOfSeqvmIsSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("links seqvm")
	}
	path := filepath.Join(t.TempDir(), "seqvm")
	goTool(t, "build", "-o", path, ".")
	binary, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, function := range unlinked {
		assert.False(t, bytes.Contains(binary, []byte(function)), "%s is linked", function)
	}
	if runtime.GOOS == "linux" {
		assert.NotContains(t, string(binary), "ld-linux", "the program is not static")
	}

	hello := filepath.Join(filepath.Dir(path), "hello.seq")
	require.NoError(t, os.WriteFile(hello, []byte(`: main ( -- ) "hello" io.write-line ;`), 0o600))
	cmd := exec.Command(path, "run", hello)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GODEBUG=") }), "GODEBUG=inittrace=1")
	var trace bytes.Buffer
	cmd.Stderr = &trace
	out, err := cmd.Output()
	require.NoError(t, err)
	assert.Equal(t, "hello\n", string(out))
	count, bytes := 0, 0
	for line := range strings.Lines(trace.String()) { // init PACKAGE @1.2 ms, 0.1 ms clock, 56 bytes, 2 allocs
		var name string
		var at, clock float64
		var size, allocations int
		if n, _ := fmt.Sscanf(line, "init %s @%f ms, %f ms clock, %d bytes, %d allocs", &name, &at, &clock, &size, &allocations); n == 5 {
			count++
			bytes += size
		}
	}
	require.Positive(t, count, trace.String())
	assert.LessOrEqual(t, count, initialize, "%s", &trace)
	assert.LessOrEqual(t, bytes, allocated, "%s", &trace)
	t.Logf("%d packages initialised, %d bytes", count, bytes)
}
