package builtins_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/host/sandbox"
)

// outside are the beginnings of names of words that reach outside, or look as if they did; of those, the words behind
// reach nothing that a sandbox keeps.
var outside = map[string]string{
	"file.": "", "%file.": "%file.line", "dir.": "", "net.": "", "%classic2.tcp.": "",
	"%http.":    "%http.new-request %http.new-response %http.field %http.with %http.header %http.headers %http.add-header %http.pairs %http.limit %http.streams?",
	"os.":       "os.path-join os.path-parent os.path-filename os.exit os.name os.arch",
	"signal.":   "signal.received? signal.pending? signal.clear",
	"terminal.": "terminal.read-char terminal.read-char? terminal.width terminal.height terminal.flush",
}

// harmless are the beginnings of names of words that reach nothing of the outside but input, output, arguments, time and chance. A
// new family is in one of the two lists: what is in neither is forgotten.
var harmless = strings.Fields(`io. %io. args. time. crypto. test. %test. string. %string list. %list map. %map i. f. int. float. bool. symbol. son. stack. variant. %variant. chan. %channels. strand. %strands.
	regex. compress. encoding. json. %json %yaml %classic. %classic2. %tagged`)

func TestEveryWordSaysWhatItNeeds(t *testing.T) {
	words := builtins.All()
	for i, w := range words.List() {
		need := words.Needs(int32(i))
		family := ""
		for start := range outside {
			if strings.HasPrefix(w.Name, start) {
				family = start
			}
		}
		switch {
		case family == "":
			assert.Equal(t, sandbox.Nothing, need, w.Name)
			prefix := func(start string) bool { return strings.HasPrefix(w.Name, start) }
			if strings.Contains(w.Name, ".") && w.Run != nil {
				assert.True(t, slices.ContainsFunc(harmless, prefix), "%s: does it reach outside?", w.Name)
			}
		case slices.Contains(strings.Fields(outside[family]), w.Name) || strings.HasPrefix(w.Name, "signal.SIG"):
			assert.Equal(t, sandbox.Nothing, need, w.Name)
		default:
			assert.NotEqual(t, sandbox.Nothing, need, w.Name)
			assert.NotEmpty(t, need.Does(), w.Name)
			assert.NotEqual(t, sandbox.None, need.Capability(), w.Name)
		}
	}
}
