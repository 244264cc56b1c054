package lint

import (
	"errors"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/vm"
)

// mismatch takes the reason of an error about a value of the wrong kind (vm.Mismatch) apart;
// "" for other reasons.
func mismatch(reason string) (expected, found string) {
	kinds, is := strings.CutPrefix(reason, "expected ")
	i := strings.LastIndex(kinds, ", found ")
	if !is || i < 0 {
		return "", ""
	}
	return kinds[:i], kinds[i+len(", found "):]
}

// Explain adds to a *vm.RuntimeError, if err is one, a help line that says which dropped flag its
// value comes from, if that can be seen (Origin). It returns the error with the line; err
// itself is not changed. info gives the program as it was when it failed; nil if that is not at hand.
func Explain(err error, info func() *types.Info) error {
	var e *vm.RuntimeError
	if !errors.As(err, &e) {
		return err
	}
	f := Failure{Word: e.Word, Values: e.Values, Root: e.Root}
	f.Expected, f.Found = mismatch(e.Reason)
	if _, ok := f.fallback(); !ok {
		return err
	}
	for _, at := range e.Trail {
		f.Trail = append(f.Trail, Place{Word: at.Word, File: at.File, Line: at.Line, Column: at.Column, Count: at.Count, Called: at.Called})
	}
	checked := info()
	if checked == nil {
		return err
	}
	origin := Origin(checked, f)
	if origin == "" {
		return err
	}
	explained := *e
	explained.Help = append(slices.Clip(e.Help), origin)
	return &explained
}
