package types

import (
	"slices"

	"github.com/seqvm/seqvm/seq/syntax"
)

// This file is for tools that check a program after each change of its text: what an earlier check has found out about the body of
// a word still holds while the text of the word is the same, and what it calls has the same effects. Names are looked up anew in any case: that is
// quick, and tells what a call means now.

// standing is what of an earlier check may still hold. Of nil nothing does.
type standing struct {
	now, before *program
	// So many words, from the first and from the last one on, have the same text as before.
	first, last int
}

// standsOf compares a program with an earlier state of it: nil if a body may mean something else now though its text is the same.
func standsOf(p *program, before *Info) *standing {
	if before == nil || before.checked == nil {
		return nil
	}
	s := &standing{now: p, before: before.checked}
	if !s.before.looked || p.session || p.table != s.before.table || !p.opts.same(s.before.opts) || !today(p) || !today(s.before) || !s.sameUnions() {
		return nil
	}
	now, old := p.info.Words, before.Words
	most := min(len(now), len(old))
	for s.first < most && s.sameText(now[s.first], old[s.first]) {
		s.first++
	}
	for s.last < most-s.first && s.sameText(now[len(now)-1-s.last], old[len(old)-1-s.last]) {
		s.last++
	}
	return s
}

// same tells whether options ask for the same, whatever was checked before.
func (o Options) same(other Options) bool {
	o.Before, other.Before = nil, nil
	return o == other
}

// today tells whether all files are in today's dialect: in others more than effects and unions decides on what a body means.
func today(p *program) bool {
	for _, m := range p.info.Program.Modules {
		if m.Dialect != syntax.Seven || m.Mixed {
			return false
		}
	}
	return true
}

func (s *standing) sameUnions() bool {
	return slices.EqualFunc(s.now.info.Unions, s.before.info.Unions, func(a, b *UnionType) bool {
		return len(a.Variants) == len(b.Variants) && textOf(s.now, a.Module, a.Decl.Pos, a.Decl.End) == textOf(s.before, b.Module, b.Decl.Pos, b.Decl.End)
	})
}

func (s *standing) sameText(w, old *Word) bool {
	a, b := s.now.info.Program.Modules[w.Module], s.before.info.Program.Modules[old.Module]
	return a.Supplied == b.Supplied && (w == s.now.info.Main) == (old == s.before.info.Main) &&
		textOf(s.now, w.Module, w.Decl.Pos, w.Decl.End) == textOf(s.before, old.Module, old.Decl.Pos, old.Decl.End)
}

func textOf(p *program, module int, start, end int32) string {
	return p.info.Program.Modules[module].Source.Text[start:end]
}

// old returns the word of before with the text of a word; nil if there is none where it is looked for.
func (s *standing) old(w int) *Word {
	now, old := len(s.now.info.Words), s.before.info.Words
	switch {
	case w < s.first:
		return old[w]
	case w >= now-s.last:
		return old[w-now+len(old)]
	}
	return nil
}

// take takes over what was found out about the body of a word; false if that does not hold any more, or there was something to tell.
func (s *standing) take(w *Word) bool {
	if s == nil || w.refused {
		return false
	}
	old := s.old(w.Index)
	if old == nil || old.refused || old.told || !s.holds(w, old, w.Decl.Body, old.Decl.Body) {
		return false
	}
	s.copy(w, old, w.Decl.Body, old.Decl.Body)
	w.Extra, w.Leaky = old.Extra, old.Leaky
	return true
}

// holds tells whether the calls of two bodies with the same text mean the same.
func (s *standing) holds(w, old *Word, body, was []syntax.Stmt) bool {
	for i := range body {
		a, b := &body[i], &was[i]
		if a.HasCall() && !s.sameCall(&s.now.info.Calls[w.Module][a.ID], &s.before.info.Calls[old.Module][b.ID]) || !s.holds(w, old, a.Inner, b.Inner) {
			return false
		}
		if a.Match == nil {
			continue
		}
		for arm := range a.Match.Arms {
			if !s.holds(w, old, a.Match.Arms[arm].Body, b.Match.Arms[arm].Body) {
				return false
			}
		}
	}
	return true
}

func (s *standing) sameCall(call, was *Call) bool {
	switch {
	case call.End != was.End || call.Dropped != was.Dropped:
		return false
	case call.Target == TargetNone: // an operator, of which the types have decided what it is
		return was.Target == TargetNone || was.Target == TargetBuiltin
	case call.Target != was.Target || call.Field != was.Field:
		return false
	case call.Target == TargetWord:
		return s.sameEffect(s.now.info.Words[call.Index], s.before.info.Words[was.Index])
	}
	return call.Index == was.Index
}

// sameEffect tells whether two words have the same effect: they declare it with the same text.
func (s *standing) sameEffect(w, old *Word) bool {
	return s.old(w.Index) == old ||
		textOf(s.now, w.Module, w.Decl.Effect.Pos, w.Decl.Effect.End) == textOf(s.before, old.Module, old.Decl.Effect.Pos, old.Decl.Effect.End)
}

// copy copies what is known of the statements of a body.
func (s *standing) copy(w, old *Word, body, was []syntax.Stmt) {
	for i := range body {
		a, b := &body[i], &was[i]
		switch {
		case a.Kind == syntax.StmtQuotation:
			s.now.info.Quotations[w.Module][a.ID] = s.before.info.Quotations[old.Module][b.ID]
		case a.Match != nil:
			s.now.info.Matches[w.Module][a.ID] = matchNow(s.now, s.before.info.Matches[old.Module][b.ID])
			for arm := range a.Match.Arms {
				s.copy(w, old, a.Match.Arms[arm].Body, b.Match.Arms[arm].Body)
			}
		case a.HasCall():
			call := &s.now.info.Calls[w.Module][a.ID]
			index, target := call.Index, call.Target
			*call = s.before.info.Calls[old.Module][b.ID]
			if target != TargetNone {
				call.Index = index
			}
		}
		s.copy(w, old, a.Inner, b.Inner)
	}
}
