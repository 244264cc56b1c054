package vm

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/channel"
	"github.com/seqvm/seqvm/stack"
)

// A strand that gives names and takes them back, again and again, leaves nothing behind.
func TestNamesThatAreTakenBackLeaveNothing(t *testing.T) {
	v := &VM{}
	s := Tasks{&Strand{vm: v, member: &member{task: &task{vm: v}}}}
	for range 1000 {
		assert.True(t, s.Register("a", new(channel.Channel)))
		assert.False(t, s.Register("a", new(channel.Channel)))
		assert.True(t, v.Unregister("a"))
		assert.False(t, v.Unregister("a"))
	}
	assert.Empty(t, v.names.byName)
	assert.Empty(t, v.names.byTask)
	assert.True(t, s.Register("b", new(channel.Channel)))
	v.names.forget(s.member.task)
	assert.Empty(t, v.names.byName)
	assert.Empty(t, v.names.byTask)
}

// A spawn in a strand that nobody watches costs nothing more: programs start millions of them.
func TestOrdinaryStrandsHaveNoMember(t *testing.T) {
	s := Tasks{&Strand{vm: &VM{}}}
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		if s.childMember(false) != nil {
			panic("it has one")
		}
	}))
	assert.NotNil(t, s.childMember(true).task)
}

// A scope that asks its strands to end asks those as well that they start before they have noticed, and none of them fails
// the scope meanwhile.
func TestStrandsThatAreAskedToEndTakeAlongWhatTheyStart(t *testing.T) {
	v := &VM{}
	running := func() *task { return &task{vm: v, strand: &Strand{vm: v, member: &member{}}} }
	sc := &scope{children: map[*task]struct{}{}, empty: new(channel.Channel), body: true}
	parent, other, late, later, free := running(), running(), running(), running(), running()
	sc.add(parent, nil)
	sc.add(other, nil)
	other.mu.Lock() // it is asked last
	asked := make(chan struct{})
	go func() {
		sc.cancelChildren()
		close(asked)
	}()
	for told := false; !told; {
		sc.mu.Lock()
		told = other.dismissed
		sc.mu.Unlock()
	}
	sc.add(late, other)
	assert.True(t, late.cancelled.Load())
	sc.add(later, late)
	assert.True(t, later.cancelled.Load())
	failed := recovery{&Strand{vm: v}}
	v.image.Store(&image{})
	outcome := stack.FromVariant(stack.NewVariant(&stack.Tag{Name: errTag}, []stack.Value{failed.errorValue(&RuntimeError{Reason: "the other one is gone"})}))
	sc.ended(other, outcome, nil)
	assert.Nil(t, sc.failure)
	other.mu.Unlock()
	<-asked
	assert.True(t, parent.cancelled.Load())
	sc.add(free, nil)
	assert.False(t, free.cancelled.Load(), "who is not asked may go on")
}
