package bench

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/seqvm/seqvm"
)

// mapSteps is how often each program of maps/ sets or reads a key, whatever the size of
// its map.
const mapSteps = 1_000_000

// BenchmarkMaps runs maps/NAME.seq in this process and NAME.lua with Lua 5.4, each with
// maps of several sizes.
func BenchmarkMaps(b *testing.B) {
	files, err := filepath.Glob("maps/*.seq")
	if err != nil || len(files) == 0 {
		b.Fatal("no programs", err)
	}
	lua, _ := exec.LookPath("lua5.4")
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".seq")
		for _, size := range []int{10, 100, 1_000, 10_000, 100_000, 1_000_000} {
			args := []string{file, strconv.Itoa(size), strconv.Itoa(mapSteps / size)}
			printed := strconv.Itoa(mapSteps) + "\n"
			b.Run(fmt.Sprintf("%s/%d/seqvm", name, size), func(b *testing.B) {
				for b.Loop() {
					prog, err := seqvm.Compile(seqvm.File(file), seqvm.Options{})
					if err != nil {
						b.Fatal(err)
					}
					var out bytes.Buffer
					if _, err := prog.Run(b.Context(), seqvm.Config{Args: args, Stdout: &out}); err != nil {
						b.Fatal(err)
					}
					if out.String() != printed {
						b.Fatalf("seqvm prints %q, want %q", out.String(), printed)
					}
				}
			})
			if lua == "" {
				continue
			}
			b.Run(fmt.Sprintf("%s/%d/lua", name, size), func(b *testing.B) {
				for b.Loop() {
					out, err := exec.Command(lua, append([]string{strings.TrimSuffix(file, ".seq") + ".lua"}, args[1:]...)...).Output()
					if err != nil {
						b.Fatal(err)
					}
					if string(out) != printed {
						b.Fatalf("Lua prints %q, want %q", out, printed)
					}
				}
			})
		}
	}
}
