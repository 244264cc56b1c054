package editors

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/internal/browser"
	"github.com/seqvm/seqvm/seq/syntax"
)

// neovim returns a command that runs Neovim without a screen and with the plugin, and skips the test where it is not
// installed or too old.
func neovim(t *testing.T, args ...string) *exec.Cmd {
	program, err := filepath.Abs("../../.editors/neovim/bin/nvim")
	require.NoError(t, err)
	if _, err := os.Stat(program); err != nil {
		if program, err = exec.LookPath("nvim"); err != nil {
			t.Skip("Neovim is not installed: make editors")
		}
	}
	if exec.Command(program, "--headless", "--clean", "+lua if vim.fn.has('nvim-0.10') == 0 then vim.cmd('cquit') end", "+qall").Run() != nil {
		t.Skip("Neovim is older than 0.10: make editors")
	}
	plugin, err := filepath.Abs("vim")
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), program, append([]string{"--headless", "--clean", "--cmd", "set runtimepath^=" + plugin}, args...)...)
	cmd.WaitDelay = time.Second
	home := t.TempDir()
	cmd.Dir = home
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_STATE_HOME="+home, "XDG_CACHE_HOME="+home, "NVIM_LOG_FILE="+filepath.Join(home, "log"))
	return cmd
}

// seqvm builds the program, with seqvm-full beside it.
func seqvm(t *testing.T) string {
	dir := t.TempDir()
	out, err := exec.Command("go", "build", "-pgo=off", "-o", dir+"/", "../../cmd/seqvm", "../../cmd/seqvm-full").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return filepath.Join(dir, "seqvm")
}

// TestNeovim opens a file in Neovim: diagnostics, hints at line ends, renaming and formatting, by the built-in client.
func TestNeovim(t *testing.T) {
	script, err := filepath.Abs("testdata/neovim.lua")
	require.NoError(t, err)
	_, err = os.ReadFile(script) // so that a change of it is a change of the test
	require.NoError(t, err)
	cmd := neovim(t, "-S", script)
	cmd.Env = append(cmd.Env, "SEQVM="+seqvm(t))
	require.NoError(t, os.WriteFile(filepath.Join(cmd.Dir, "program.seq"),
		[]byte("# A program.\n: square ( Int -- Int )\n  dup\n    i.* ;\n: main ( -- ) 3 sqare   int->string io.write-line ;\n"), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(cmd.Dir, "test-program.seq"), []byte(": test-one ( -- ) 1 1 test.assert-eq ;\n"), 0o666))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)

	var seen struct {
		Failed, Filetype, Commentstring, Tested string
		Diagnostics, Hints, Text                []string
	}
	text, err := os.ReadFile(filepath.Join(cmd.Dir, "seen.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &seen), "%s", text)
	require.Empty(t, seen.Failed, "%s\n%s", text, out)
	assert.Equal(t, "seq", seen.Filetype)
	assert.Equal(t, "# %s", seen.Commentstring)
	require.Len(t, seen.Diagnostics, 1)
	assert.Contains(t, seen.Diagnostics[0], "4:16 ")
	assert.Contains(t, seen.Diagnostics[0], "sqare")
	assert.Contains(t, strings.Join(seen.Hints, "\n"), "Int")
	assert.Contains(t, seen.Tested, "1 passed, 0 failed")
	assert.Contains(t, seen.Text, ": squared ( Int -- Int )")
	assert.Contains(t, strings.Join(seen.Text, "\n"), "3 squared int->string io.write-line")
}

// TestVimSyntax holds that Vim's rules give the classes of package syntax to what stands in a program.
func TestVimSyntax(t *testing.T) {
	const program = "include std:list # all\nunion Shape {\n  Circle { radius: Int }\n  Point\n}\n" +
		": w ( ..a Shape -- Bool )\n  \"a\\n\\q\" drop match Circle { >radius } -> 0x1F 1.5e3 i.+ + Point -> :sym 1+ end true dup ;\n"
	cmd := neovim(t, "-c", "edit program.seq", "-c", "syntax on", "-c", "lua local l = {} for row, text in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, true)) do "+
		"for col = 1, #text do l[#l + 1] = text:sub(col, col) .. '=' .. vim.fn.synIDattr(vim.fn.synID(row, col, 1), 'name') end l[#l + 1] = '' end vim.fn.writefile(l, 'seen')",
		"-c", "qall!")
	require.NoError(t, os.WriteFile(filepath.Join(cmd.Dir, "program.seq"), []byte(program), 0o666))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	seen, err := os.ReadFile(filepath.Join(cmd.Dir, "seen"))
	require.NoError(t, err, "%s", out)

	groups := map[string]string{"seqBuiltin": "builtin", "seqWord": syntax.ClassWord.String()}
	for _, g := range vimGroups {
		groups[g.group] = g.class.String()
	}
	var got classLines
	for _, line := range strings.Split(string(seen), "\n") {
		if line == "" {
			got.add("\n", "")
			continue
		}
		got.add(line[:1], groups[line[2:]])
	}
	want := bySyntax(program, builtinWords())
	assert.Equal(t, want, strings.TrimSuffix(got.String(), "\n"))
}

// TestNeovimPicture makes docs/pictures/editor-neovim.png of Neovim in a terminal of tmux, with UPDATE_PICTURES set.
func TestNeovimPicture(t *testing.T) {
	tmux, err := exec.LookPath("tmux")
	if err != nil || os.Getenv("UPDATE_PICTURES") == "" {
		t.Skip("makes a picture: wants UPDATE_PICTURES, tmux, Neovim and Chromium")
	}
	cmd := neovim(t, "-c", "set termguicolors", "-c", "highlight Normal guibg=NONE", "-c", "set number nowrap laststatus=0 noruler noshowcmd", "-c", "lua require('seqvm').setup({ path = vim.env.SEQVM }) "+
		"vim.diagnostic.config({ virtual_text = { format = function(d) return d.message:match('[^\\n]*') end }, signs = false })", "-c", "edit program.seq")
	require.NoError(t, os.WriteFile(filepath.Join(cmd.Dir, "program.seq"), []byte(pictured), 0o666))
	cmd.Env = append(cmd.Env, "SEQVM="+seqvm(t))
	socket := filepath.Join(cmd.Dir, "tmux")
	on := func(args ...string) string {
		t.Helper()
		c := exec.Command(tmux, append([]string{"-S", socket}, args...)...)
		c.Dir, c.Env = cmd.Dir, cmd.Env
		out, err := c.Output()
		require.NoError(t, err, args)
		return string(out)
	}
	args := []string{"new-session", "-d", "-x", "90", "-y", "25", "--"}
	for _, a := range cmd.Args {
		if a != "--headless" {
			args = append(args, a)
		}
	}
	on(args...)
	defer exec.Command(tmux, "-S", socket, "kill-server").Run()
	require.Eventually(t, func() bool {
		screen := on("capture-pane", "-p")
		return strings.Contains(screen, "unknown word") && strings.Contains(screen, "f.* ( Float )")
	}, time.Minute, 100*time.Millisecond)
	picture(t, browser.OpenTerminal(t, on("capture-pane", "-e", "-p")), "editor-neovim")
}
