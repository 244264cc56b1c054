//go:build !linux

package cli

import (
	"errors"
	"os"
)

// temporary writes a file for another process.
func temporary(text []byte) (string, error) {
	f, err := os.CreateTemp("", "seqvm-*.seq")
	if err != nil {
		return "", err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(f.Name())
	}
	return f.Name(), err
}

// readTemporary returns such a text, once.
func readTemporary(name string) ([]byte, error) {
	text, err := os.ReadFile(name)
	return text, errors.Join(err, os.Remove(name))
}
