package repl

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// MaxHistory is how many entries a history keeps.
const MaxHistory = 1000

// History is the inputs of this and earlier sessions, commands and those that
// failed as well, the oldest first. The zero value keeps them in memory only.
type History struct {
	path    string
	entries []string
}

// HistoryPath is where the history of a user lies: $XDG_DATA_HOME/seqvm/history
// or ~/.local/share/seqvm_history; "" if there is no home.
func HistoryPath(getenv func(string) (string, bool)) string {
	if dir, _ := getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "seqvm", "history")
	}
	if home, _ := getenv("HOME"); home != "" {
		return filepath.Join(home, ".local", "share", "seqvm_history")
	}
	return ""
}

// OpenHistory reads the history in a file; one that is not there is empty. path
// "" keeps entries in memory only.
func OpenHistory(path string) (*History, error) {
	h := &History{path: path}
	if path == "" {
		return h, nil
	}
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		h.path = ""
		return h, err
	}
	for line := range strings.Lines(string(text)) {
		if entry := unescapeEntry.Replace(strings.TrimRight(line, "\r\n")); entry != "" {
			h.entries = append(h.entries, entry)
		}
	}
	if extra := len(h.entries) - MaxHistory; extra > 0 {
		h.entries = slices.Delete(h.entries, 0, extra)
	}
	return h, nil
}

// Entries returns the entries, the oldest first. They must not be changed.
func (h *History) Entries() []string { return h.entries }

// Add appends an entry, unless it is blank or the same as the last one, and
// writes it to the file, which only the user may read. The file is written anew
// when it has grown to twice what is kept.
func (h *History) Add(entry string) error {
	entry = strings.TrimSpace(entry)
	if n := len(h.entries); entry == "" || n > 0 && h.entries[n-1] == entry {
		return nil
	}
	h.entries = append(h.entries, entry)
	if h.path == "" {
		return nil
	}
	if len(h.entries) >= 2*MaxHistory {
		h.entries = slices.Delete(h.entries, 0, len(h.entries)-MaxHistory)
		return h.rewrite()
	}
	if err := os.MkdirAll(filepath.Dir(h.path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(h.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(escapeEntry.Replace(entry) + "\n")
	return errors.Join(err, f.Close())
}

// Close cuts the file to the entries that are kept.
func (h *History) Close() error {
	if h.path == "" || len(h.entries) <= MaxHistory {
		return nil
	}
	h.entries = slices.Delete(h.entries, 0, len(h.entries)-MaxHistory)
	return h.rewrite()
}

func (h *History) rewrite() error {
	var b strings.Builder
	for _, e := range h.entries {
		b.WriteString(escapeEntry.Replace(e) + "\n")
	}
	return writeWhole(h.path, b.String(), 0o600)
}

// Entries stand one a line.
var (
	escapeEntry   = strings.NewReplacer("\\", `\\`, "\n", `\n`)
	unescapeEntry = strings.NewReplacer(`\\`, "\\", `\n`, "\n")
)
