package vm

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Who comes to an entry that is younger than the list that it reads waits for the one that has it.
func TestEntriesThatAreYoungerThanTheList(t *testing.T) {
	before, after := &machineCode{}, &machineCode{entries: make([]machineEntry, 1)}
	var code tier
	code.made.Store(before)
	code.mu.Lock() // as who installs it
	found := make(chan *machineCode)
	go func() { found <- code.with(0) }()
	code.made.Store(after)
	code.mu.Unlock()
	assert.Same(t, after, <-found)
	assert.Same(t, after, code.with(0))
}
