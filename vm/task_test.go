package vm

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seqvm/seqvm/channel"
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
