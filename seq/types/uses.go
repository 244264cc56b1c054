package types

import (
	"fmt"
	"slices"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
)

// Use is a place of the program that calls a built-in word, by itself or through a word of a supplied module.
type Use struct {
	Builtin int32
	Name    string // of the word that is called there, as it is written
	Through bool   // it is one of a supplied module, which calls the built-in word
	Span    diag.Span
	Word    *Word // that the place is in
}

// Uses returns where the words of a program call built-in words of a kind, in the order of words and places. What words of
// supplied modules do counts where the program calls those.
func (info *Info) Uses(wanted func(builtin int32) bool) []Use {
	return uses{info: info, wanted: wanted, reach: map[int32][]int32{}}.of(info.Words)
}

type uses struct {
	info   *Info
	wanted func(builtin int32) bool
	reach  map[int32][]int32 // the wanted built-in words that words of supplied modules call, by their indexes
}

func (u uses) of(words []*Word) []Use {
	var list []Use
	for _, w := range words {
		module := u.info.Program.Modules[w.Module]
		if module.Supplied {
			continue
		}
		for st, call := range u.info.calls(w) {
			for _, builtin := range u.called(call) {
				list = append(list, Use{Builtin: builtin, Name: st.Text, Through: call.Target == TargetWord, Span: module.Span(st.Pos, st.End), Word: w})
			}
		}
	}
	return list
}

// calls goes through the calls in a word.
func (info *Info) calls(w *Word) func(yield func(*syntax.Stmt, *Call) bool) {
	return func(yield func(*syntax.Stmt, *Call) bool) {
		for st := range syntax.All(w.Decl.Body) {
			if st.HasCall() && !yield(st, &info.Calls[w.Module][st.ID]) {
				return
			}
		}
	}
}

// called returns the wanted built-in words that a call comes to.
func (u uses) called(call *Call) []int32 {
	switch {
	case call.Target == TargetBuiltin && u.wanted(call.Index):
		return []int32{call.Index}
	case call.Target == TargetWord && u.info.Program.Modules[u.info.Words[call.Index].Module].Supplied:
		return u.through(call.Index)
	}
	return nil
}

// through returns the wanted built-in words that a word of a supplied module comes to.
func (u uses) through(word int32) []int32 {
	if list, known := u.reach[word]; known {
		return list
	}
	var list []int32
	words := []int32{word}
	for i := 0; i < len(words); i++ {
		for _, call := range u.info.calls(u.info.Words[words[i]]) {
			switch {
			case call.Target == TargetWord && !slices.Contains(words, call.Index):
				words = append(words, call.Index)
			case call.Target == TargetBuiltin && u.wanted(call.Index) && !slices.Contains(list, call.Index):
				list = append(list, call.Index)
			}
		}
	}
	u.reach[word] = list
	return list
}

// allowed refuses calls of words that programs may not call here.
func allowed(p *program) {
	if p.table.Refused == nil {
		return
	}
	u := uses{info: p.info, wanted: func(i int32) bool { return p.table.Refused(i) != "" }, reach: map[int32][]int32{}}
	for _, use := range u.of(p.unchecked) {
		why := p.table.Refused(use.Builtin)
		if use.Through {
			why = fmt.Sprintf("it calls '%s': %s", p.table.Name(use.Builtin), why)
		}
		p.fail(use.Span, "not-allowed", "'%s' is not allowed in this sandbox: %s", use.Name, why)
	}
}
