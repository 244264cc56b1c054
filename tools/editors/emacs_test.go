package editors

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// emacs evaluates a form of Lisp with the mode loaded and returns what it wrote; it skips the test where Emacs is not
// installed.
func emacs(t *testing.T, form string) string {
	if _, err := exec.LookPath("emacs"); err != nil {
		t.Skip("Emacs is not installed")
	}
	folder := t.TempDir() // for the files that Emacs compiles to
	require.NoError(t, os.CopyFS(folder, os.DirFS("emacs")))
	cmd := exec.Command("emacs", "-Q", "--batch", "-L", folder, "-l", "seq-mode", "--eval", "(let ((folder \""+folder+"\") (inhibit-message t)) "+form+")")
	cmd.Env = append(os.Environ(), "HOME="+folder)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

func TestEmacsCompiles(t *testing.T) {
	emacs(t, `(require 'bytecomp) (setq byte-compile-error-on-warn t)
		(dolist (file (list "seq-words.el" "seq-mode.el")) (unless (byte-compile-file (expand-file-name file folder)) (kill-emacs 1)))`)
}

// TestEmacsColours looks at the faces of words, one for each class that has one of its own.
func TestEmacsColours(t *testing.T) {
	file := filepath.Join(t.TempDir(), "program.seq")
	require.NoError(t, os.WriteFile(file, []byte("include std:list\n: w ( ..a Int -- ) # note\n  dup 12 \"text\" :sym if w ;\n"), 0o666))
	got := emacs(t, `(find-file "`+file+`") (font-lock-ensure)
		(dolist (word (list "include" "std" "w (" "..a" "Int" "note" "dup" "12" "text" "sym" "if" "w ;"))
		  (goto-char (point-min)) (search-forward word) (princ (format "%s=%s\n" word (get-text-property (match-beginning 0) 'face))))`)
	assert.Equal(t, "include=font-lock-keyword-face\nstd=font-lock-constant-face\nw (=font-lock-function-name-face\n..a=font-lock-variable-name-face\n"+
		"Int=font-lock-type-face\nnote=font-lock-comment-face\ndup=font-lock-builtin-face\n12=font-lock-constant-face\ntext=font-lock-string-face\n"+
		"sym=font-lock-constant-face\nif=font-lock-keyword-face\nw ;=nil\n", got)
}

// TestEmacsIndents holds that what the formatter lays out stays as it is.
func TestEmacsIndents(t *testing.T) {
	for _, name := range []string{"fizzbuzz", "mergesort", "worker-pool", "lines"} {
		text, err := os.ReadFile("../../examples/" + name + ".seq")
		require.NoError(t, err)
		file := filepath.Join(t.TempDir(), "program.seq")
		require.NoError(t, os.WriteFile(file, text, 0o666))
		got := emacs(t, `(find-file "`+file+`") (goto-char (point-min)) (while (not (eobp)) (indent-line-to 0) (forward-line 1))
			(indent-region (point-min) (point-max)) (princ (buffer-string))`)
		assert.Equal(t, string(text), got, name)
	}
}
