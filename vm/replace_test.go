package vm_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/compile"
	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// A strand in a loop goes on in plain code from its next round on, in whatever form its
// code is, and comes to the same result. The loop ends when it sees that it runs there.
func TestRunningLoopsGoOverToPlainCode(t *testing.T) {
	const source = `: spin ( Int Float Int -- Int Float )
  time.now 0 i.= [ drop ] [ 1 i.+ rot 2 i.+ rot 0.5 f.+ rot spin ] if ;
: main ( -- Int ) %s 1 0.0 0 spin drop 2 i.%% drop ;`
	for _, interval := range []uint64{0, 7} {
		for _, strands := range []int{0, 3} {
			t.Run(fmt.Sprintf("yields every %d, %d strands besides", interval, strands), func(t *testing.T) {
				spawns := strings.Repeat("[ 0 0.0 0 spin drop drop ] strand.spawn drop ", strands)
				text := fmt.Sprintf(source, spawns)
				info, problems := check.Program(check.Text("spin.seq", text, "."), check.Options{Words: builtins.All().Types(), NeedMain: true})
				require.False(t, problems.HasErrors(), "%v", problems)
				first := compile.Program(info, compile.Options{})
				both, redirects := compile.WithPlain(info, first)
				require.NoError(t, bytecode.Verify(both))
				plainFrom := int32(len(first.Funcs))

				var grown atomic.Bool
				started := make(chan struct{}, 1)
				now := vm.Builtin{Out: []stack.Kind{stack.Int}, Run: func(s *vm.Strand, w []stack.Value) error {
					select {
					case started <- struct{}{}:
					default:
					}
					left := int64(1)
					if grown.Load() && s.Here() >= plainFrom {
						left = 0
					}
					w[0] = stack.FromInt(left)
					return nil
				}}
				find := func(name string) *vm.Builtin {
					if name == "time.now" {
						return &now
					}
					return builtins.All().Find(name)
				}
				config := vm.Config{Builtins: find}
				config.Settings.YieldInterval = interval
				v, err := vm.New(first, config)
				require.NoError(t, err)
				done := make(chan error, 1)
				var status int
				go func() {
					var err error
					status, err = v.Run()
					done <- err
				}()
				<-started
				require.NoError(t, v.Grow(both, redirects))
				grown.Store(true)
				require.NoError(t, <-done)
				assert.Equal(t, 1, status, "an odd number stays odd when 2 is added each round")
			})
		}
	}
}
