package debugger

import (
	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// word is a word of the program.
type word struct {
	*types.Word
	callers []int // the words that call it
}

// wordsOf finds out which words call which.
func wordsOf(prog *seqvm.Debuggable) []word {
	info := prog.Info
	words := make([]word, len(info.Words))
	for i, w := range info.Words {
		words[i].Word = w
	}
	for i, w := range info.Words {
		for st := range syntax.All(w.Decl.Body) {
			if !st.HasCall() {
				continue
			}
			if call := &info.Calls[w.Module][st.ID]; call.Target == types.TargetWord {
				words[call.Index].callers = append(words[call.Index].callers, i)
			}
		}
	}
	return words
}

// redirects make the words run with stops that can be in calls around a breakpoint, or all; the others run as 'run' has them. So where
// the program stops, all calls can be looked at, and what a word was inlined into is code that calls it.
func (s *Session) redirects(all bool) []bytecode.Redirect {
	wanted := make([]bool, len(s.words))
	var mark func(w int)
	mark = func(w int) {
		if wanted[w] {
			return
		}
		wanted[w] = true
		for _, caller := range s.words[w].callers {
			mark(caller)
		}
	}
	for at, list := range s.places {
		if len(list) > 0 {
			if w, ok := s.wordAt(at.function); ok {
				mark(w)
			}
		}
	}
	list := make([]bytecode.Redirect, 0, 2*len(s.words))
	for i, both := range s.prog.Stepped.Redirects {
		run := both.From
		switch {
		case all || wanted[i] && s.prog.Info.Program.Modules[s.words[i].Module].Supplied:
			run = both.To
		case wanted[i]:
			run = s.quickly(i)
		}
		s.run[i] = run
		list = append(list, bytecode.Redirect{From: both.From, To: run}, bytecode.Redirect{From: both.To, To: run}) // each form calls its own
	}
	for _, q := range s.quick.all {
		for from, to := range q.twins {
			switch {
			case s.mod.Funcs[from].Word:
				to = s.run[q.word]
			case !all:
				to = from
			}
			list = append(list, bytecode.Redirect{From: from, To: to})
		}
	}
	return list
}

// wordAt is the word that a function is, or stands in.
func (s *Session) wordAt(function int32) (int, bool) {
	f := &s.mod.Funcs[function]
	for i := range s.words {
		w := &s.words[i]
		if s.stepped(i) == function {
			return i, true
		}
		if !f.Word && int32(w.Module) == f.File && len(f.Steps) > 0 && f.Steps[0].Pos >= w.Decl.Pos && f.Steps[0].Pos < w.Decl.End {
			return i, true
		}
	}
	return 0, false
}
