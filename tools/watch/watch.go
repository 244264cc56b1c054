// Package watch does something again whenever files change.
//
// It is a package of its own, which only those import who watch, because of what its library costs each start of a
// program that has it.
package watch

import (
	"context"
	"os"
	"time"

	"github.com/fsnotify/fsnotify"
)

// quiet is how long nothing must change before what has changed counts: editors write a file in several steps.
const quiet = 50 * time.Millisecond

// Loop calls step, and again each time that a file of a folder changes, until ctx ends. What step does is to end with its
// context, which a change cancels. changed is the file, "" the first time.
//
// folders are asked for before each step; what is below them is not watched, unless it is named itself. Files that relevant does
// not want are left out. The error says that the system cannot watch any folder.
func Loop(ctx context.Context, folders func() []string, relevant func(path string) bool, step func(ctx context.Context, changed string)) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer w.Close()
	changed := ""
	for ctx.Err() == nil {
		if err := set(w, folders()); err != nil {
			return err
		}
		inner, cancel := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			step(inner, changed)
		}()
		changed = next(ctx, w, relevant)
		cancel()
		<-done
	}
	return nil
}

// set has a watcher watch these folders and no others. A folder that is gone or cannot be read is left out.
func set(w *fsnotify.Watcher, folders []string) error {
	wanted := map[string]bool{}
	var failed error
	for _, f := range folders {
		wanted[f] = true
		if err := w.Add(f); err != nil {
			failed = err
		}
	}
	for _, f := range w.WatchList() {
		if !wanted[f] {
			_ = w.Remove(f) // it was there
		}
	}
	if len(w.WatchList()) == 0 {
		return failed
	}
	return nil
}

// next waits for a change, and then until nothing has changed for a while. A new folder counts: it may have come with files.
func next(ctx context.Context, w *fsnotify.Watcher, relevant func(string) bool) string {
	var changed string
	var settled <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return ""
		case e := <-w.Events:
			if e.Op == fsnotify.Chmod || !relevant(e.Name) && !(e.Has(fsnotify.Create) && isFolder(e.Name)) {
				continue
			}
			changed, settled = e.Name, time.After(quiet)
		case <-w.Errors: // events were lost: better once too often
			settled = time.After(quiet)
		case <-settled:
			return changed
		}
	}
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
