package threads

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

// Beyond what the system gives, calls wait for their turn, and none is lost.
func TestCallsWaitForTheirTurn(t *testing.T) {
	allowed := few + cap(turns())
	synctest.Test(t, func(t *testing.T) {
		turns = sync.OnceValue(func() chan struct{} { return make(chan struct{}, allowed-few) }) // of this bubble
		var inside, done atomic.Int64
		release := make(chan struct{})
		for range 2*allowed + 1 {
			go Do(func() {
				inside.Add(1)
				<-release
				inside.Add(-1)
				done.Add(1)
			})
		}
		synctest.Wait()
		assert.Equal(t, int64(allowed), inside.Load())
		for i := range allowed {
			release <- struct{}{}
			synctest.Wait()
			if n := inside.Load(); n < int64(allowed-few) || n > int64(allowed) {
				t.Fatalf("%d run after %d have ended", n, i+1)
			}
		}
		close(release)
		synctest.Wait()
		assert.Equal(t, int64(2*allowed+1), done.Load())
	})
}
