package arena

import "sync/atomic"

// MaxAccounts is how many workers' bytes are tracked (chapter 5, section 11.7).
const MaxAccounts = 64

// Account sums the bytes that the arenas of one worker hold. Safe for
// concurrent use.
type Account struct {
	current, peak atomic.Int64
	_             [48]byte // each worker writes its own
}

func (a *Account) add(n int64) {
	if a == nil {
		return
	}
	now := a.current.Add(n)
	for peak := a.peak.Load(); now > peak && !a.peak.CompareAndSwap(peak, now); {
		peak = a.peak.Load()
	}
}

// Accounts is the accounts of all workers. The zero value is ready; safe for
// concurrent use.
type Accounts struct {
	slots   [MaxAccounts]Account
	claimed atomic.Int64
}

// Claim returns an account for a worker; nil, which counts nothing, if there
// are no more.
func (r *Accounts) Claim() *Account {
	if n := r.claimed.Add(1); n <= MaxAccounts {
		return &r.slots[n-1]
	}
	return nil
}

// Tracked returns how many accounts are in use.
func (r *Accounts) Tracked() int64 { return min(r.claimed.Load(), MaxAccounts) }

// Overflow returns how many workers have none.
func (r *Accounts) Overflow() int64 { return max(r.claimed.Load()-MaxAccounts, 0) }

// Current returns the bytes that all arenas hold.
func (r *Accounts) Current() int64 {
	sum := int64(0)
	for i := range r.slots {
		sum += r.slots[i].current.Load()
	}
	return max(sum, 0)
}

// Peak returns the sum of the accounts' highest values.
func (r *Accounts) Peak() int64 {
	sum := int64(0)
	for i := range r.slots {
		sum += r.slots[i].peak.Load()
	}
	return sum
}
