package main

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// example is a program that a page shows: a link to it, the source, and what
// it prints, if that is shown.
var example = regexp.MustCompile("\\(\\.\\./examples/([a-z-]+)\\.seq\\):\n\n```seq\n((?s:.*?))```\n(?:\n```text\n((?s:.*?))```\n)?")

// TestDocsShowTheExamples holds the programs of docs/concurrency.md to those of
// examples, which TestGolden runs: each seq block is one of them, whole.
func TestDocsShowTheExamples(t *testing.T) {
	page, err := os.ReadFile("../../docs/concurrency.md")
	require.NoError(t, err)
	shown := example.FindAllStringSubmatch(string(page), -1)
	assert.Len(t, shown, len(regexp.MustCompile("(?m)^```seq").FindAll(page, -1)), "a program that is none of examples")
	assert.NotEmpty(t, shown)
	for _, program := range shown {
		base := "../../examples/" + program[1]
		source, err := os.ReadFile(base + ".seq")
		require.NoError(t, err)
		assert.Equal(t, string(source), program[2], program[1])
		stdout, err := os.ReadFile(base + ".stdout")
		require.NoError(t, err)
		assert.Equal(t, string(stdout), program[3], program[1])
	}
}
