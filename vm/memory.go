package vm

import (
	"sync"
	"sync/atomic"

	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/scheduler"
)

// pressure says that more memory is in use than the program may have (chapter 5, section 16).
type pressure struct {
	found   atomic.Bool // behind a collection
	looking sync.Mutex
}

// holdMemory holds the VM's budget of memory until stop is called: when it is exceeded, strands that run are asked to look.
func (v *VM) holdMemory() (stop func()) {
	budget := v.config.Settings.MemoryMax
	if budget < 0 {
		return func() {}
	}
	return memory.Watch(budget, func() {
		v.pressure.found.Store(true)
		v.sched.EachRunning(func(s *scheduler.Strand) { s.Task().Interrupt() })
	})
}

// lookAtMemory is the error of a strand that runs while more memory is in use than there may be: of the first one that looks. The
// others wait until that is certain, so that nothing grows meanwhile.
func (v *VM) lookAtMemory() error {
	if !v.pressure.found.Load() {
		return nil
	}
	v.pressure.looking.Lock()
	defer v.pressure.looking.Unlock()
	if !v.pressure.found.Load() {
		return nil
	}
	err := memory.Exceeded(v.config.Settings.MemoryMax)
	v.pressure.found.Store(false)
	return err
}

// refused is the error of the word that is executed, where there is no memory.
func refused(why error) error { return failure(why.Error()) }
