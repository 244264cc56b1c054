package builtins

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Words that may wait, or look at the calls that are open, are not still; those that only make values of values are, also among words that
// were chosen.
func TestStillWords(t *testing.T) {
	all := All()
	for name, want := range map[string]bool{
		"i.pow": true, "string.concat": true, "map.set": true, "regex.match?": true, "variant.tag": true,
		"list.map": false, "chan.send": false, "io.write-line": false, "file.slurp": false, "time.sleep-ms": false, "net.tcp.read": false, "os.exit": false, "stack.dump": false,
	} {
		b := all.Find(name)
		if assert.NotNil(t, b, name) {
			assert.Equal(t, want, b.Still, name)
		}
	}
}

// Words that may wait have a form that does not, if that can often do.
func TestWordsThatNeedNotWait(t *testing.T) {
	for _, w := range All().List() {
		b := All().Find(w.Name)
		assert.Equal(t, w.Name == "chan.send" || w.Name == "chan.receive", b != nil && b.Now != nil, w.Name)
		if b != nil && b.Now != nil {
			assert.False(t, b.Still, w.Name)
		}
	}
}
