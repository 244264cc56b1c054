package cli

import (
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Each help has examples, and names its command.
func TestEveryCommandHasExamples(t *testing.T) {
	var c CLI
	for _, cmd := range append(rootCommand(&c, "").Commands(), seqcRoot(&c).Commands()...) {
		assert.NotEmpty(t, cmd.Example, cmd.CommandPath())
		assert.NotEmpty(t, cmd.Short, cmd.CommandPath())
		assert.NotEmpty(t, cmd.Long, cmd.CommandPath())
		assert.NotContains(t, cmd.Example, "\t", cmd.CommandPath())
	}
	for _, e := range examples {
		assert.Contains(t, seqvmNames(), e.command)
	}
}

func TestRevision(t *testing.T) {
	vcs := func(revision, modified string) []debug.BuildSetting {
		return []debug.BuildSetting{{Key: "vcs.revision", Value: revision}, {Key: "vcs.modified", Value: modified}}
	}
	for _, c := range []struct {
		version  string
		settings []debug.BuildSetting
		want     string
	}{
		{"(devel)", vcs("0123456789abcdef0123", "false"), "0123456789ab"},
		{"(devel)", vcs("0123456789abcdef0123", "true"), "0123456789ab+changes"},
		{"v0.1.1-0.20260102030405-abcdefabcdef", nil, "abcdefabcdef"},
		{"v0.1.0", nil, "v0.1.0"},
		{"v1.0.0-beta", nil, "v1.0.0-beta"},
		{"(devel)", nil, "unknown"},
		{"", nil, "unknown"},
	} {
		assert.Equal(t, c.want, revision(&debug.BuildInfo{Main: debug.Module{Version: c.version}, Settings: c.settings}), c.version)
	}
}

func TestPlain(t *testing.T) {
	assert.Equal(t, "bytes of the process (Memory), as x", plain("bytes of the process ([Memory](security.md#memory)), as `x`"))
	assert.Equal(t, "a [b", plain("a [b"))
}

// No line of a manual page is a request by chance.
func TestRoff(t *testing.T) {
	assert.Equal(t, "\\&.seq \\- a \\e b\n\\&'x'", roff(".seq - a \\ b\n'x'"))
	var page strings.Builder
	var c CLI
	assert.NoError(t, manPage(&page, rootCommand(&c, "")))
	assert.Contains(t, page.String(), ".SH SEE ALSO\n")
}
