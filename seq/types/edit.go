package types

import (
	"slices"

	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
)

// Most changes of a text are within a definition or two. Then the check takes over what an earlier one has found out about all others, with what names mean and how words
// call each other, and looks only at the words that are read anew, those that had something to tell, and those that call what has changed. All that is found is the same:
// where that is not sure, there is no edit, and the program is checked as a whole (again.go).

// edit is the way from an earlier state of a program to this one.
type edit struct {
	now, before *program
	from        []int32 // by word of now: the word of before whose text it has; -1: none
	like        []int32 // by word of now: the word of before with the same name and effect, if from has none; -1: none
	to          []int32 // by word of before: the word of now that has its name and effect; -1: it is gone
	gone        bool    // there are such
	recount     bool    // words have other indexes
	unionsMoved bool
	names       map[string]target // as in program
	private     []map[string]target
}

// editOf finds the way from the earlier state of a program; nil if there is none, or it is too long.
func editOf(p *program) *edit {
	if p.opts.Before == nil || p.opts.Before.checked == nil {
		return nil
	}
	b := p.opts.Before.checked
	modules, were := p.info.Program.Modules, b.info.Program.Modules
	if !b.looked || !b.settled || p.session || p.table != b.table || p.table.Refused != nil || !p.opts.same(b.opts) || p.profile != b.profile || p.infers() ||
		len(b.hinted) > 0 || len(modules) != len(were) {
		return nil
	}
	e := &edit{now: p, before: b, to: slices.Repeat([]int32{-1}, len(b.info.Words))}
	for i, m := range modules {
		if !e.module(m, were[i]) {
			return nil
		}
	}
	for was, is := range e.to {
		e.gone = e.gone || is < 0
		e.recount = e.recount || int(is) != was
	}
	if e.gone && !e.plainlyGone() || !e.meanings() {
		return nil
	}
	return e
}

// module finds the way for a file; false if there is none.
func (e *edit) module(m, was *load.Module) bool {
	front, tail := len(m.Words), 0
	if m.File != was.File {
		if m.Kept.Of != was.Source || !sameIncludes(m, was) || !e.sameUnions(m, was) {
			return false
		}
		front, tail = m.Kept.Front, m.Kept.Tail
	}
	if m.Supplied != was.Supplied || m.Name != was.Name || m.Dialect != was.Dialect || m.Mixed != was.Mixed {
		return false
	}
	first, old := len(e.from), 0
	for _, other := range e.before.info.Program.Modules {
		if other == was {
			break
		}
		old += len(other.Words)
	}
	for i := range m.Words {
		from := int32(-1)
		switch n := len(m.Words) - i; {
		case i < front:
			from = int32(old + i)
		case n <= tail:
			from = int32(old + len(was.Words) - n)
		}
		if from >= 0 {
			e.to[from] = int32(first + i)
		}
		e.from, e.like = append(e.from, from), append(e.like, -1)
	}
	same := func(i, j int) bool {
		a, b := m.Words[i], was.Words[j]
		if a.Name.Text != b.Name.Text || a.Effect.Missing != b.Effect.Missing ||
			m.Source.Text[a.Effect.Pos:a.Effect.End] != was.Source.Text[b.Effect.Pos:b.Effect.End] {
			return false
		}
		e.like[first+i], e.to[old+j] = int32(old+j), int32(first+i)
		return true
	}
	i, j := front, front // from the beginning of what is read anew, then from its end
	for i < len(m.Words)-tail && j < len(was.Words)-tail && same(i, j) {
		i, j = i+1, j+1
	}
	for k, l := len(m.Words)-tail-1, len(was.Words)-tail-1; k >= i && l >= j && same(k, l); k, l = k-1, l-1 {
	}
	return true
}

func sameIncludes(m, was *load.Module) bool {
	return slices.EqualFunc(m.Includes, was.Includes, func(a, b *syntax.Include) bool { return a.Kind == b.Kind && a.Name == b.Name })
}

// sameUnions tells whether a file has the same unions as before, and notes whether they stand elsewhere.
func (e *edit) sameUnions(m, was *load.Module) bool {
	return slices.EqualFunc(m.Unions, was.Unions, func(a, b *syntax.Union) bool {
		e.unionsMoved = e.unionsMoved || a != b
		return a == b || m.Source.Text[a.Pos:a.End] == was.Source.Text[b.Pos:b.End]
	})
}

// takeDeclarations goes the way from an earlier state of the program; false if there is none. Then the words that are still to be looked at are in unchecked.
func takeDeclarations(p *program) bool {
	e := editOf(p)
	if e == nil {
		return false
	}
	e.unions()
	e.words()
	e.annotations()
	for _, w := range p.unchecked {
		if w.Effect == nil {
			p.effect(w)
		}
	}
	p.settled = len(p.errors) == 0
	p.resolveCalls()
	e.cycles()
	return true
}

// plainlyGone tells whether the names of the words that are gone have meant these words in the whole program and nothing else: so they mean nothing now.
func (e *edit) plainlyGone() bool {
	b := e.before
	for i, is := range e.to {
		w := b.info.Words[i]
		if is < 0 && (b.names[w.Decl.Name.Text] != target{kind: TargetWord, index: int32(i)} || w == b.info.Main || !e.onlyName(w.Module, w.Decl.Name.Text)) {
			return false
		}
	}
	return today(b)
}

// onlyName tells whether no module has a meaning of its own for a name, and the language has none.
func (e *edit) onlyName(module int, name string) bool {
	if _, builtin := e.now.builtin(module, name); builtin || sugar[name] != nil || e.now.info.Program.Modules[module].Supplied || name == syntax.Main {
		return false
	}
	return !slices.ContainsFunc(e.before.private, func(names map[string]target) bool {
		_, there := names[name]
		return there
	})
}

// unions takes over the unions and variants, with their places in the text.
func (e *edit) unions() {
	p, b := e.now, e.before
	p.unions, p.byName = b.unions, b.byName
	p.info.Unions, p.info.Variants = b.info.Unions, b.info.Variants
	if !e.unionsMoved {
		return
	}
	p.unions, p.byName = make(map[string]*UnionType, len(b.unions)), make(map[string]*VariantType, len(b.byName))
	p.info.Unions, p.info.Variants = make([]*UnionType, len(b.info.Unions)), make([]*VariantType, len(b.info.Variants))
	unions, variants := make([]UnionType, len(b.info.Unions)), make([]VariantType, len(b.info.Variants))
	next := make([]int, len(p.info.Program.Modules)) // union, by module
	for i, was := range b.info.Unions {
		u := &unions[i]
		*u = *was
		u.Decl = p.info.Program.Modules[u.Module].Unions[next[u.Module]]
		u.Variants = make([]*VariantType, len(was.Variants))
		next[u.Module]++
		for j, was := range was.Variants {
			v := &variants[was.Index]
			*v = *was
			v.Union, v.Decl = u, &u.Decl.Variants[j]
			u.Variants[j], p.info.Variants[v.Index], p.byName[v.Name()] = v, v, v
		}
		p.info.Unions[i], p.unions[u.Decl.Name.Text] = u, u
	}
}

// words takes over the words and what their names mean.
func (e *edit) words() {
	p, b := e.now, e.before
	p.names, p.private, p.classicOwn, p.oldWords, p.hasIntMath = e.names, e.private, b.classicOwn, b.oldWords, b.hasIntMath
	list := make([]Word, len(e.from))
	p.info.Words = make([]*Word, len(list))
	module, next := 0, 0
	for i := range list {
		for next == len(p.info.Program.Modules[module].Words) {
			module, next = module+1, 0
		}
		w, decl := &list[i], p.info.Program.Modules[module].Words[next]
		next++
		old := e.from[i]
		again := old < 0 || b.info.Words[old].told || b.info.Words[old].refused || e.gone && e.callsGone(old)
		if old < 0 {
			old = e.like[i]
		}
		if old >= 0 {
			*w = *b.info.Words[old]
		}
		w.Index, w.Module, w.Decl = i, module, decl
		p.info.Words[i] = w
		if again {
			w.told, w.refused, w.Extra, w.Leaky = false, false, 0, false
			p.unchecked = append(p.unchecked, w)
		}
		if old >= 0 && b.info.Words[old] == b.info.Main {
			p.info.Main = w
		}
	}
}

// callsGone tells whether a word of before calls one that is gone.
func (e *edit) callsGone(word int32) bool {
	return slices.ContainsFunc(e.before.callees[word], func(to int32) bool { return e.to[to] < 0 })
}

// meanings finds what names mean now; false if one that is new may mean something already.
func (e *edit) meanings() bool {
	b := e.before
	e.names, e.private = b.names, b.private
	if !e.gone && !e.recount && !e.fresh() {
		return true
	}
	if !today(e.now) {
		return false
	}
	e.names, e.private = e.recounted(b.names), make([]map[string]target, len(b.private))
	for m, names := range b.private {
		if names != nil {
			e.private[m] = e.recounted(names)
		}
	}
	at := 0
	for m, module := range e.now.info.Program.Modules {
		for _, decl := range module.Words {
			if e.from[at] < 0 && e.like[at] < 0 {
				if _, taken := e.names[decl.Name.Text]; taken || decl.Effect.Missing || !e.onlyName(m, decl.Name.Text) {
					return false
				}
				e.names[decl.Name.Text] = target{kind: TargetWord, index: int32(at)}
			}
			at++
		}
	}
	return true
}

// fresh tells whether there is a word that has had no like.
func (e *edit) fresh() bool {
	for i := range e.from {
		if e.from[i] < 0 && e.like[i] < 0 {
			return true
		}
	}
	return false
}

// recounted returns names with the indexes that words have now.
func (e *edit) recounted(names map[string]target) map[string]target {
	list := make(map[string]target, len(names)+1)
	for name, t := range names {
		if t.kind == TargetWord {
			if t.index = e.to[t.index]; t.index < 0 {
				continue
			}
		}
		list[name] = t
	}
	return list
}

// annotations takes over what is known of statements, but for those of the words that are looked at again.
func (e *edit) annotations() {
	p, b := e.now, e.before
	modules := p.info.Program.Modules
	p.info.Calls, p.info.Quotations, p.info.Matches = make([][]Call, len(modules)), make([][]QuotationInfo, len(modules)), make([][]MatchInfo, len(modules))
	for m, module := range modules {
		p.info.Calls[m] = extended(b.info.Calls[m], module.Calls)
		p.info.Quotations[m] = extended(b.info.Quotations[m], module.Quotations)
		p.info.Matches[m] = extended(b.info.Matches[m], module.Matches)
		if e.recount {
			for i := range p.info.Calls[m] {
				c := &p.info.Calls[m][i]
				if c.Target != TargetWord {
					continue
				}
				if c.Index = e.to[c.Index]; c.Index < 0 {
					*c = Call{} // of a word that is looked at again, or is gone itself
				}
			}
		}
		if e.unionsMoved {
			for i, match := range p.info.Matches[m] {
				if match.Union != nil {
					p.info.Matches[m][i] = matchNow(p, match)
				}
			}
		}
	}
	for _, w := range p.unchecked {
		if e.from[w.Index] >= 0 {
			e.forget(w)
		}
	}
}

// extended returns a copy of a list with so many elements.
func extended[T any](list []T, n int) []T {
	longer := make([]T, n)
	copy(longer, list)
	return longer
}

// forget forgets what is known of the statements of a word.
func (e *edit) forget(w *Word) {
	info := e.now.info
	for st := range syntax.All(w.Decl.Body) {
		switch {
		case st.Kind == syntax.StmtQuotation:
			info.Quotations[w.Module][st.ID] = QuotationInfo{}
		case st.Kind == syntax.StmtMatch:
			info.Matches[w.Module][st.ID] = MatchInfo{}
		case st.HasCall():
			info.Calls[w.Module][st.ID] = Call{}
		}
	}
}

// matchNow returns what is known of a match with the unions of now, which are the same by number.
func matchNow(p *program, was MatchInfo) MatchInfo {
	is := MatchInfo{Union: p.info.Unions[was.Union.Index], Arms: slices.Clone(was.Arms)}
	for i := range is.Arms {
		is.Arms[i].Variant = p.info.Variants[is.Arms[i].Variant.Index]
	}
	return is
}

// cycles finds out anew which words call each other, if there are other calls than before. A word for which that makes a difference is to be looked at, too.
func (e *edit) cycles() {
	p, b := e.now, e.before
	p.cycle, p.callees = b.cycle, slices.Clone(b.callees)
	other := e.recount || e.gone || len(e.from) != len(b.callees)
	if other {
		p.callees = make([][]int32, len(e.from))
		for i, old := range e.from {
			if old >= 0 {
				p.callees[i] = e.calleesNow(b.callees[old])
			}
		}
	}
	seen := make([]int32, len(p.callees))
	for _, w := range p.unchecked {
		calls := calleesOf(p, w, seen)
		old := e.from[w.Index]
		if old < 0 {
			old = e.like[w.Index]
		}
		other = other || old < 0 || !slices.Equal(calls, b.callees[old])
		p.callees[w.Index] = calls
	}
	if other {
		p.cycle = 0
		components(p)
		already := p.unchecked // in the order of the program
		for i, w := range p.info.Words {
			if old := e.from[i]; old >= 0 && !among(already, w) && !e.sameCycle(i, old) {
				p.unchecked = append(p.unchecked, w)
				w.told, w.Extra, w.Leaky = false, 0, false
				e.forget(w)
				p.resolveIn(w, w.Decl.Body)
			}
		}
		slices.SortFunc(p.unchecked, func(a, b *Word) int { return a.Index - b.Index })
	}
	for _, w := range p.unchecked {
		markCycle(p, w)
	}
}

// calleesNow returns callees of a word with the indexes that they have now, without those that are gone.
func (e *edit) calleesNow(were []int32) []int32 {
	if !e.gone && !slices.ContainsFunc(were, func(to int32) bool { return e.to[to] != to }) {
		return were
	}
	now := make([]int32, 0, len(were))
	for _, to := range were {
		if is := e.to[to]; is >= 0 {
			now = append(now, is)
		}
	}
	return now
}

// among tells whether a word is in a list in the order of the program.
func among(list []*Word, w *Word) bool {
	_, found := slices.BinarySearchFunc(list, w.Index, func(w *Word, index int) int { return w.Index - index })
	return found
}

// sameCycle tells whether a word comes to itself through the same of the words that it calls as before.
func (e *edit) sameCycle(word int, old int32) bool {
	words, were := e.now.info.Words, e.before.info.Words
	for _, to := range e.before.callees[old] {
		before := were[to].Cycle == were[old].Cycle
		if now := words[e.to[to]].Cycle == words[word].Cycle; now != before {
			return false
		}
	}
	return true
}
