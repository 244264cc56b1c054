package benchmark

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func result(name string, ns ...float64) *Result {
	r := &Result{File: "a/bench-x.seq", Name: name, Rounds: 10, Ns: ns}
	for range ns {
		r.Bytes = append(r.Bytes, 2048)
	}
	return r
}

func TestChangesAreThoseThatAreSignificant(t *testing.T) {
	var file bytes.Buffer
	require.NoError(t, Save(&file, []*Result{result("bench-slower", 100, 101, 102, 103, 104, 105), result("bench-same", 100, 120, 90, 110, 95, 105)}))
	earlier, err := Read(&file)
	require.NoError(t, err)
	broken := result("bench-broken")
	broken.Problem = "runtime error: nothing\n"
	var out strings.Builder
	require.NoError(t, Text(&out, []*Result{
		result("bench-slower", 200, 201, 202, 203, 204, 205), result("bench-same", 101, 119, 91, 109, 96, 104), result("bench-new", 1, 1, 1, 1, 1, 1), broken,
	}, earlier))
	lines := strings.Split(out.String(), "\n")
	assert.Regexp(t, `^ *202 ns +± \d+ % +102 ns +\+97\.6 % \(p=0\.002\) +2\.00 KB +2\.00 KB +~ \(p=1\.000\) +a/bench-x/bench-slower$`, lines[1])
	assert.Regexp(t, `^ *102 ns +± \d+ % +102 ns +~ \(p=\d\.\d+\) .*a/bench-x/bench-same$`, lines[2])
	assert.Regexp(t, `^ *1\.00 ns +± 0 % +- +new +2\.00 KB +- +new +a/bench-x/bench-new$`, lines[3])
	assert.Equal(t, "a/bench-x/bench-broken: runtime error: nothing", lines[4])
}

func TestReadNamesTheLine(t *testing.T) {
	_, err := Read(strings.NewReader("goos: linux\nBenchmarkSeq/a 10 x ns/op\n"))
	require.EqualError(t, err, "line 2: 'x' is no number")
}

func TestAmounts(t *testing.T) {
	assert.Equal(t, []string{"0.50 ns", "12.3 ns", "999 ns", "1.00 µs", "2.50 s"}, []string{duration(0.5), duration(12.34), duration(999), duration(1000), duration(2.5e9)})
	assert.Equal(t, []string{"0.00 B", "1.00 KB", "3.00 GB"}, []string{size(0), size(1024), size(3 << 30)})
}
