package vm

import (
	"sync"
	"sync/atomic"

	"github.com/seqvm/seqvm/internal/threads"
)

// member is what a strand has more if it may be stopped before its program is: one of a session, a task,
// or one that has opened a scope. nil is that of any other strand.
type member struct {
	group *group // of the session's input that it comes from; nil outside of sessions
	input *input // of the strand that an input runs on; else nil
	task  *task  // nil: nobody waits for its end

	unwinding atomic.Pointer[scope] // whose body it is to leave
	unusable  bool                  // it was stopped, or failed: the strand cannot be used again

	outside   atomic.Bool // it waits for something outside of the VM
	mu        sync.Mutex
	interrupt func()                // ends that wait, if that is possible
	resumes   atomic.Pointer[weave] // the weave that it waits for
}

// cancelled tells whether the strand is to be stopped.
func (m *member) cancelled() bool {
	return m != nil && (m.group.stopped() || m.task != nil && m.task.cancelled.Load())
}

// ofInput tells whether the strand is the one that an input runs on.
func (m *member) ofInput() bool { return m != nil && m.input != nil }

// number is the id of the member's strand as messages have it: inputs run on the main strand.
func (m *member) number(id int64) int64 {
	if m.ofInput() {
		return 1
	}
	return id
}

// Blocking calls f, which may wait for something outside of the VM and keeps a thread of the system meanwhile; other
// strands run. If there are as many threads as there can be, it waits for its turn (package threads).
func (s *Strand) Blocking(f func()) { s.BlockingUntil(nil, func() { threads.Do(f) }) }

// BlockingUntil is Blocking of what keeps no thread, or one for all strands, and can be interrupted, unless interrupt is nil: the
// function makes f return soon. It may be called on any goroutine while f runs, and the strand ends then.
func (s *Strand) BlockingUntil(interrupt, f func()) {
	s.parkedAt.Store(s.ip)
	if m := s.member; m != nil {
		defer s.comeBack()
		m.goOut(interrupt)
		if s.stopRequest() != nil { // who stops the strand may not have seen it go
			return
		}
	}
	if d := s.vm.config.Debugger; d != nil {
		f = d.outside(f)
	}
	s.Worker().Blocking(f)
	s.parkedAt.Store(0)
	s.Heed()
}

func (m *member) goOut(interrupt func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.interrupt = interrupt
	m.outside.Store(true)
}

// comeBack is called when what the strand waited for outside has come.
func (s *Strand) comeBack() {
	m := s.member
	m.mu.Lock()
	m.interrupt = nil
	m.mu.Unlock()
	m.outside.Store(false)
	if s.stopRequest() != nil {
		panic(errGone)
	}
}

// leaveWaiting makes the strand come back from where it waits: outside, if that is
// possible, or for a weave. Safe from any goroutine while it lives.
func (m *member) leaveWaiting(s *Strand) {
	m.mu.Lock()
	if m.interrupt != nil {
		m.interrupt()
	}
	m.mu.Unlock()
	if w := m.resumes.Load(); w != nil && w.forget(s) {
		s.vm.sched.Ready(&s.Strand, nil)
	}
}
