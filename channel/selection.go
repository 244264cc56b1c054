package channel

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/seqvm/seqvm/scheduler"
	"github.com/seqvm/seqvm/stack"
)

// Selection is a wait of a strand that may end in more than one way: by one of several
// channels, by a time, by a cancellation. Exactly one party claims it; what the others
// still hold of it is stale from then on. A strand has one Selection for all its waits, one after
// the other: each has a ticket, and who claims says which one it means.
//
// A wait is: Begin, then Arm and registering with channels in any order, then Park. All methods
// but Cancel belong to the strand.
type Selection struct {
	state     atomic.Uint64 // ticket << phaseBits | phase
	strand    *scheduler.Strand
	scheduler *scheduler.Scheduler
	timer     scheduler.Timer
	armed     bool

	// Whoever claims a wait by a channel writes the index of the case, and the value
	// and whether it is one where the strand wants them. index is Elapsed if the time is over.
	result *[2]stack.Value
	index  int

	list    *stack.VariantValue // the cases that are chosen from, until Clear
	few     [fewCases]Case      // they, if there is no list: reading them there takes time again and again
	clocks  bool                // there are clocks among them
	order   []int32             // in which they are tried: a permutation of their indexes
	seed    uint64              // of the next order; never 0
	outcome [2]stack.Value      // of the one that was carried out
}

const fewCases = 2

// Elapsed is the index of a wait whose time is over, and of one that was cancelled.
const Elapsed = -1

// The phases of a wait. fired comes last: the result is there.
const (
	registering = iota + 1 // the strand runs and prepares it
	parked                 // the strand has been left to who claims the wait
	firing                 // claimed while the strand was registering: the result is being written
	left                   // as firing, and the strand has been left to who writes
	fired
	phaseBits = 3
)

// Init makes the zero Selection that of a strand. It must not be copied.
func (t *Selection) Init(strand *scheduler.Strand, s *scheduler.Scheduler) {
	t.strand, t.scheduler = strand, s
	t.state.Store(fired)
	t.timer.Expire = t.expire
	t.seed = rand.Uint64() | 1
}

// Begin starts a wait whose result goes to a place; it is for who registers it.
func (t *Selection) Begin(result *[2]stack.Value) {
	t.result, t.index = result, Elapsed
	t.state.Store((t.ticket()+1)<<phaseBits | registering)
}

func (t *Selection) ticket() uint64 { return t.state.Load() >> phaseBits }

// Arm limits the wait that has begun to a time.
func (t *Selection) Arm(d time.Duration) {
	t.armed = true
	t.scheduler.Arm(&t.timer, t.ticket(), d)
}

// Disarm takes back what Arm has done; it must follow each wait that was armed.
func (t *Selection) Disarm() {
	if t.armed {
		t.armed = false
		t.scheduler.Disarm(&t.timer)
	}
}

// Park ends registering. True: the strand is left to who claims the wait, and its caller must
// not touch it any more. False: that has been done meanwhile, the result is there.
func (t *Selection) Park() bool {
	base := t.ticket() << phaseBits
	return t.state.CompareAndSwap(base|registering, base|parked) || t.state.CompareAndSwap(base|firing, base|left)
}

// Own claims the wait for the strand itself while it is registering: nobody else ends it then. False if
// somebody has.
func (t *Selection) Own() bool {
	base := t.ticket() << phaseBits
	return t.state.CompareAndSwap(base|registering, base|fired)
}

// Cancel ends the wait that the strand is in, if it is in one. Safe from any goroutine.
func (t *Selection) Cancel() { t.expire(t.ticket()) }

// expire ends a wait without a result.
func (t *Selection) expire(ticket uint64) {
	if parked, ok := t.claim(ticket); ok {
		t.finish(parked, nil)
	}
}

// claim makes the caller the one that ends the wait of a ticket: it must write the result and
// call finish. parked says that the strand has been left already. False if the wait has been claimed.
func (t *Selection) claim(ticket uint64) (wasParked, ok bool) {
	base := ticket << phaseBits
	for {
		switch t.state.Load() {
		case base | parked:
			if t.state.CompareAndSwap(base|parked, base|fired) {
				return true, true
			}
		case base | registering:
			if t.state.CompareAndSwap(base|registering, base|firing) {
				return false, true
			}
		default:
			return false, false
		}
	}
}

// live tells whether the wait of a ticket can be claimed.
func (t *Selection) live(ticket uint64) bool {
	state := t.state.Load()
	return state>>phaseBits == ticket && state&(1<<phaseBits-1) <= parked
}

// finish is called when the result is written: the strand goes on. from is the worker that the
// caller runs on, or nil.
func (t *Selection) finish(wasParked bool, from *scheduler.Worker) {
	if !wasParked {
		state := t.state.Load()
		if t.state.Swap(state&^(1<<phaseBits-1)|fired)&(1<<phaseBits-1) == firing {
			return // the strand will see it when it parks
		}
	}
	t.scheduler.Ready(t.strand, from)
}
