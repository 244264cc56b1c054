package reference

// Strands of generated programs only send messages, so that one may run to its end when
// it is spawned; weaves are goroutines that take turns with whoever resumes them.

type channel struct {
	queue []any
	final any // received behind them, again and again; nil: nothing
}

// spawn runs a strand on a copy of the stack.
func (m *machine) spawn(q *quotation) {
	stack, frames := m.stack, m.frames
	m.stack, m.frames = append([]any{}, stack...), nil
	if len(q.captures) > 0 {
		m.stack = nil
	}
	m.run(q, false)
	m.stack, m.frames = stack, frames
	m.push(int64(0))
}

type weave struct {
	body    *quotation
	stack   []any
	started bool
	resumed chan any // what a resume brings
	yielded chan turn
}

// turn is what comes back from a weave: a value, its end, or what it panicked with.
type turn struct {
	value  any
	ended  bool
	failed any
}

func (m *machine) newWeave(q *quotation) *weave {
	return &weave{body: q, stack: append([]any{}, m.stack...), resumed: make(chan any), yielded: make(chan turn)}
}

// resume is strand.resume ( H T -- H T Bool ).
func (m *machine) resume() {
	v := m.pop()
	w := m.at(0).(*weave)
	if !w.started {
		w.started = true
		go m.runWeave(w)
	}
	w.resumed <- v
	t := <-w.yielded
	if t.failed != nil {
		panic(t.failed)
	}
	m.push(t.value)
	m.push(!t.ended)
}

func (m *machine) runWeave(w *weave) {
	child := *m
	child.weave, child.stack, child.frames = w, w.stack, nil
	defer func() {
		t := turn{ended: true, failed: recover()}
		if len(child.stack) > 0 {
			t.value = child.stack[len(child.stack)-1]
		}
		select {
		case w.yielded <- t:
		case <-m.over:
		}
	}()
	first, ok := child.await()
	if !ok {
		return
	}
	child.push(w)
	child.push(first)
	child.run(w.body, false)
}

// await waits for the next resume; false if the program has ended.
func (m *machine) await() (any, bool) {
	select {
	case v := <-m.weave.resumed:
		return v, true
	case <-m.over:
		return nil, false
	}
}

// yield is yield ( C T -- C T ).
func (m *machine) yield() {
	v := m.pop()
	select {
	case m.weave.yielded <- turn{value: v}:
	case <-m.over:
	}
	v, ok := m.await()
	if !ok {
		panic(tooLong{})
	}
	m.push(v)
}
