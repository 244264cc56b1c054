package vm

import (
	"sync"
	"time"

	"github.com/seqvm/seqvm/channel"
)

// Timeline collects what strands do and when, for a picture of it.
type Timeline struct {
	mu       sync.Mutex
	start    time.Time
	events   []Event
	seen     int64 // events, kept or not
	every    int64 // which is kept
	channels map[*channel.Channel]*traffic
}

// traffic counts what went over a channel.
type traffic struct{ id, sent, received int64 }

// EventKind is what happened.
type EventKind uint8

// The kinds of events.
const (
	EventRan      EventKind = iota // the strand ran from At to Until
	EventWaits                     // it begins to wait, in Place
	EventSent                      // it sends message Number to channel Channel
	EventReceived                  // it asks for message Number of channel Channel, and gets it now or when it runs next
)

// Event is something that a strand did.
type Event struct {
	Kind            EventKind
	Strand          int64
	At, Until       time.Duration // since the start
	Channel, Number int64         // from 1
	Place           string
}

// mostEvents is how many events a timeline keeps.
const mostEvents = 1e6

// NewTimeline begins a timeline.
func NewTimeline() *Timeline {
	return &Timeline{start: time.Now(), every: 1, channels: map[*channel.Channel]*traffic{}}
}

// Events are those that were kept, and how many there were. The VM must have ended.
func (t *Timeline) Events() (kept []Event, seen int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.events, t.seen
}

// add keeps an event, or every second one, fourth one … of all, once there are too many. The lock must be held.
func (t *Timeline) add(e Event) {
	t.seen++
	if t.seen%t.every != 0 {
		return
	}
	if len(t.events) >= mostEvents {
		half := t.events[:0]
		for i := 1; i < len(t.events); i += 2 {
			half = append(half, t.events[i])
		}
		t.events = half
		if t.every *= 2; t.seen%t.every != 0 {
			return
		}
	}
	t.events = append(t.events, e)
}

// ran notes that a strand has run since a time.
func (t *Timeline) ran(strand int64, since time.Time) {
	now := time.Since(t.start)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.add(Event{Kind: EventRan, Strand: strand, At: since.Sub(t.start), Until: now})
}

// waits notes that a strand begins to wait.
func (t *Timeline) waits(strand int64, place string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.add(Event{Kind: EventWaits, Strand: strand, At: time.Since(t.start), Place: place})
}

// message notes that a strand sends to a channel or receives from it.
func (t *Timeline) message(kind EventKind, strand int64, c *channel.Channel) {
	t.mu.Lock()
	defer t.mu.Unlock()
	over := t.channels[c]
	if over == nil {
		over = &traffic{id: int64(len(t.channels) + 1)}
		t.channels[c] = over
	}
	number := &over.sent
	if kind == EventReceived {
		number = &over.received
	}
	*number++
	t.add(Event{Kind: kind, Strand: strand, At: time.Since(t.start), Channel: over.id, Number: *number})
}
