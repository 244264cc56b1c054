package network

import (
	"errors"
	"sync"
	"time"
)

// turn is whose turn it is to wait for a socket: who puts something in has it, until it is taken out.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

// try takes the turn if nobody has it.
func (t turn) try() bool {
	select {
	case t <- struct{}{}:
		return true
	default:
		return false
	}
}

func (t turn) leave() { <-t }

// past is a deadline that ends every wait at once.
var past = time.Unix(1, 0)

// errInterrupted says that a wait was interrupted.
var errInterrupted = errors.New("the wait was interrupted")

// await calls f, which waits for the socket with the deadline, in its turn, and gives the turn back. mine says that the caller
// has it already. If the wait is interrupted, only who has the turn meets the deadline: others go on as they were.
func (t turn) await(wait Wait, mine bool, deadline func(time.Time) error, f func() error) (err error) {
	var mu sync.Mutex
	left, gone, has := make(chan struct{}), false, false
	interrupt := func() {
		mu.Lock()
		defer mu.Unlock()
		if gone {
			return
		}
		gone = true
		close(left)
		if has {
			_ = deadline(past)
		}
	}
	entered := false
	defer func() {
		if mine && !entered { // it was interrupted before it began
			t.leave()
		}
	}()
	wait(interrupt, func() {
		entered = true
		if !mine {
			select {
			case <-left:
				err = errInterrupted
				return
			case t <- struct{}{}:
			}
		}
		defer t.leave()
		mu.Lock()
		has = !gone
		mu.Unlock()
		if !has {
			err = errInterrupted
			return
		}
		err = f()
		mu.Lock()
		defer mu.Unlock()
		has = false
		if gone {
			_ = deadline(time.Time{})
			if err != nil {
				err = errInterrupted
			}
		}
	})
	return err
}
