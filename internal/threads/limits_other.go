//go:build !linux

package threads

// Enough returns an error if the limits of the process are so low that Go would end it; none that is known of.
func Enough() error { return nil }

// available returns how many threads there can be.
func available() int { return 2 * most }
