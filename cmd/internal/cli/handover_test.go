package cli

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Where a process cannot become another program, that is its child.
func TestAChildsStatusIsThatOfTheProcess(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell")
	}
	status, err := asChild(shell, []string{shell, "-c", `test "$HANDED" = over && exit 7`}, []string{"HANDED=over"})
	require.NoError(t, err)
	assert.Equal(t, 7, status)
	_, err = asChild(shell, []string{shell, "-c", "kill -TERM $$"}, nil)
	require.ErrorContains(t, err, "signal: terminated")
	_, err = asChild(filepath.Join(t.TempDir(), "none"), []string{"none"}, nil)
	require.Error(t, err)
}

func TestOnlyTheSameBuildTakesOver(t *testing.T) {
	text, err := temporary([]byte("# a program"))
	require.NoError(t, err)
	c := CLI{caller: build() + " " + text}
	require.NoError(t, c.takeOver())
	assert.Equal(t, "# a program", string(c.typed))
	require.ErrorContains(t, c.takeOver(), "cannot read the program's text", "it is gone")

	text, err = temporary(nil)
	require.NoError(t, err)
	c = CLI{caller: "other " + text}
	require.ErrorContains(t, c.takeOver(), "is of the build "+build()+", the seqvm that calls it of other")

	// Who has been called does not call in turn.
	c = CLI{caller: build()}
	require.ErrorContains(t, c.handOver("it", ""), "it is not in this seqvm-full")
}
