package terminal

import (
	"os"

	"golang.org/x/sys/windows"
	"golang.org/x/term"
)

// settings are those of a console before it was made raw.
type settings term.State

func makeRaw(fd int) *settings {
	state, err := term.MakeRaw(fd)
	if err != nil {
		return nil
	}
	return (*settings)(state)
}

func (s *settings) restore(fd int) { _ = term.Restore(fd, (*term.State)(s)) }

func waiting(f *os.File) bool {
	event, err := windows.WaitForSingleObject(windows.Handle(f.Fd()), 0)
	return err == nil && event == windows.WAIT_OBJECT_0
}
