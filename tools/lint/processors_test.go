package lint_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/tools/lint"
)

// TestProcessors: what is found does not depend on the number of processors.
func TestProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	kinds := []string{
		": get-%d ( Variant -- Int ) 0 list.get drop ;\n",
		": safe-%d ( Variant -- Int ) 0 list.get [ ] [ drop 0 ] if ;\n",
		": divide-%d ( Int Int -- Int ) i./ drop 1 i.+ 2 i.* 3 i.- ;\n",
		": plain-%d ( Int -- Int ) 1 i.+ 2 i.* 3 i.- 4 i.+ 5 i.* 6 i.- ;\n",
	}
	var text strings.Builder
	for n := range 1600 {
		fmt.Fprintf(&text, kinds[n*n%7%len(kinds)], n)
	}
	info, problems := check.Program(check.Text("main.seq", text.String(), "."), check.Options{Words: builtins.All().Types()})
	require.False(t, problems.HasErrors(), "%v", problems)
	run := func(processors int) string {
		runtime.GOMAXPROCS(processors)
		var b strings.Builder
		require.NoError(t, diag.WriteJSON(&b, lint.DroppedFlags(info)))
		return b.String()
	}
	want := run(1)
	assert.Greater(t, strings.Count(want, "unchecked"), 100)
	assert.Equal(t, want, run(4))
}
