//go:build !linux

package hugepage

// advise does nothing where the system is not asked.
func advise([]byte) {}
