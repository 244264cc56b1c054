package syntax

import (
	"cmp"
	"math"
	"slices"

	"github.com/seqvm/seqvm/internal/parallel"
	"github.com/seqvm/seqvm/seq/diag"
)

// A text that an editor has changed is mostly what it was. What stands in front of the change is taken over from the file as it was read before, what stands
// behind it with other places, and only what lies between is read again. There are no faults in what is taken over, so what is found is the same.

// ParseAfter is ParseCalling for a text of which an earlier state was read as before; nil: there is none.
func (t *Text) ParseAfter(before *File, dialect Dialect, hashNames map[string]bool) (*File, diag.List) {
	p := &parser{file: &File{Source: t.Source, Dialect: dialect, HashNames: hashNames}}
	if before != nil && before.whole && !before.Mixed && dialect == Seven && before.Dialect == Seven && hashNames == nil && before.HashNames == nil {
		p.before = standing(before, t.Source.Text)
	}
	return p.parse(t)
}

// stands is what of a file that was read before still stands.
type stands struct {
	file  *File
	front extent // how many definitions from the beginning stand where they stood, and which numbers come behind them
	end   int32  // of the last one of these
	tail  int32  // definitions that begin there or behind it, in the old text, stand by elsewhere
	by    int32
}

// standing compares a file with a new text of it.
func standing(f *File, text string) *stands {
	old := f.Source.Text
	most := min(len(old), len(text))
	same, rest := 0, 0
	for same < most && old[same] == text[same] {
		same++
	}
	for rest < most-same && old[len(old)-1-rest] == text[len(text)-1-rest] {
		rest++
	}
	// The character behind a definition, and the one in front of it, must be the same, or its last or first token may be another one.
	s := &stands{file: f, tail: max(int32(len(old)-rest), f.lastFault) + 1, by: int32(len(text) - len(old))}
	s.front.includes = until(f.Includes, min(int32(same), f.firstFault), func(i *Include) int32 { return i.End })
	s.front.unions = until(f.Unions, min(int32(same), f.firstFault), func(u *Union) int32 { return u.End })
	s.front.words = until(f.Words, min(int32(same), f.firstFault), func(w *Word) int32 { return w.End })
	for _, end := range []int32{
		lastEnd(f.Includes[:s.front.includes], func(i *Include) int32 { return i.End }),
		lastEnd(f.Unions[:s.front.unions], func(u *Union) int32 { return u.End }),
		lastEnd(f.Words[:s.front.words], func(w *Word) int32 { return w.End }),
	} {
		s.end = max(s.end, end)
	}
	s.front = s.front.numbered(f.firstNumbers(s.front.words))
	return s
}

// until counts the definitions that end in front of an offset.
func until[D any](list []D, offset int32, end func(D) int32) int {
	n, _ := slices.BinarySearchFunc(list, offset, func(d D, offset int32) int { return cmp.Compare(end(d), offset) })
	return n
}

func lastEnd[D any](list []D, end func(D) int32) int32 {
	if len(list) == 0 {
		return 0
	}
	return end(list[len(list)-1])
}

// numbered returns an extent with the numbers of statements of another one.
func (e extent) numbered(by extent) extent {
	e.calls, e.quotations, e.matches = by.calls, by.quotations, by.matches
	return e
}

// firstNumbers returns the lowest numbers of statements in the words from one on; those behind the last ones if there are none.
func (f *File) firstNumbers(from int) extent {
	first := f.extent()
	calls, quotations, matches := f.Calls > 0, f.Quotations > 0, f.Matches > 0 // still looked for
	for _, w := range f.Words[from:] {
		if !calls && !quotations && !matches {
			break
		}
		lowest := f.extent()
		for st := range All(w.Body) {
			switch {
			case st.Kind == StmtQuotation:
				lowest.quotations = min(lowest.quotations, int(st.ID))
			case st.Kind == StmtMatch:
				lowest.matches = min(lowest.matches, int(st.ID))
			case st.HasCall():
				lowest.calls = min(lowest.calls, int(st.ID))
			}
		}
		if calls {
			first.calls, calls = lowest.calls, lowest.calls == f.Calls
		}
		if quotations {
			first.quotations, quotations = lowest.quotations, lowest.quotations == f.Quotations
		}
		if matches {
			first.matches, matches = lowest.matches, lowest.matches == f.Matches
		}
	}
	return first
}

// takeFront takes over what stands in front of the change.
func (p *parser) takeFront() {
	s, f := p.before, p.before.file
	p.file.Includes = slices.Clip(f.Includes[:s.front.includes])
	p.file.Unions = slices.Clip(f.Unions[:s.front.unions])
	p.file.Words = append(make([]*Word, 0, len(f.Words)+1), f.Words[:s.front.words]...)
	p.file.Calls, p.file.Quotations, p.file.Matches = s.front.calls, s.front.quotations, s.front.matches
	p.at, _ = slices.BinarySearchFunc(p.tokens, s.end, func(t token, end int32) int { return cmp.Compare(t.Pos, end) })
	p.allows = p.allows[p.allowsBefore(lastEnd(p.file.Words, func(w *Word) int32 { return w.End })):] // only words have comments
}

// takeTail takes over what stands behind the change, if the token here begins the first definition there; then nothing is left to read.
func (p *parser) takeTail() bool {
	s, f := p.before, p.before.file
	at := p.tokens[p.at].Pos - s.by // in the old text
	if at < s.tail {
		return false
	}
	i := until(f.Includes, at, func(i *Include) int32 { return i.Pos })
	u := until(f.Unions, at, func(u *Union) int32 { return u.Pos })
	w := until(f.Words, at, func(w *Word) int32 { return w.Pos })
	if !(i < len(f.Includes) && f.Includes[i].Pos == at || u < len(f.Unions) && f.Unions[u].Pos == at || w < len(f.Words) && f.Words[w].Pos == at) {
		return false
	}
	first := f.firstNumbers(w)
	m := mover{by: s.by, numbers: p.file.extent().minus(first)}
	for _, inc := range f.Includes[i:] {
		p.file.Includes = append(p.file.Includes, &Include{Kind: inc.Kind, Name: inc.Name, Pos: inc.Pos + m.by, End: inc.End + m.by})
	}
	for _, union := range f.Unions[u:] {
		p.file.Unions = append(p.file.Unions, m.union(union))
	}
	p.file.Words = append(p.file.Words, p.allowed(m.words(f.Words[w:]))...)
	all := p.file.extent().plus(f.extent()).minus(first)
	p.file.Calls, p.file.Quotations, p.file.Matches = all.calls, all.quotations, all.matches
	p.at = len(p.tokens) - 1
	return true
}

// allowed gives the first of the words behind the change the comments in front of it that no word has yet: one that stands in front of another one now
// may have had them, or lost them.
func (p *parser) allowed(list []*Word) []*Word {
	if len(list) == 0 {
		return nil
	}
	own := p.allowsBefore(list[0].End)
	if slices.Equal(list[0].Allows, p.allows[:own]) {
		return list
	}
	first := *list[0]
	first.Allows = p.allows[:own:own]
	return slices.Concat([]*Word{&first}, list[1:])
}

// noteFaults notes what a later state of the file can take over from it.
func (f *File) noteFaults(errors diag.List) {
	f.whole, f.firstFault, f.lastFault = true, math.MaxInt32, -1
	for _, d := range errors {
		f.firstFault, f.lastFault = min(f.firstFault, d.Span.Start), max(f.lastFault, d.Span.Start)
	}
}

// mover copies definitions with other places and numbers.
type mover struct {
	by      int32
	numbers extent
	room    []Stmt // memory for statements
}

// words moves words, on all processors if there are many.
func (m mover) words(list []*Word) []*Word {
	if m.by == 0 && m.numbers.numbered(extent{}) == m.numbers {
		return list
	}
	moved := make([]*Word, len(list))
	begin := func() func(int) {
		own := m
		return func(i int) { moved[i] = own.word(list[i]) }
	}
	if parallel.Pays(len(list)) {
		parallel.Each(len(list), begin)
		return moved
	}
	move := begin()
	for i := range list {
		move(i)
	}
	return moved
}

func (m *mover) word(w *Word) *Word {
	moved := *w
	moved.Name = m.name(w.Name)
	effect := *w.Effect
	effect.In, effect.Out, effect.Yields = m.types(effect.In), m.types(effect.Out), m.types(effect.Yields)
	effect.Pos, effect.End = effect.Pos+m.by, effect.End+m.by
	moved.Effect = &effect
	moved.Body = m.body(w.Body)
	moved.Pos, moved.End = w.Pos+m.by, w.End+m.by
	moved.Allows = m.names(w.Allows)
	return &moved
}

func (m *mover) union(u *Union) *Union {
	moved := &Union{Name: m.name(u.Name), Variants: make([]Variant, len(u.Variants)), Pos: u.Pos + m.by, End: u.End + m.by}
	for i, v := range u.Variants {
		v.Name, v.Fields = m.name(v.Name), slices.Clone(v.Fields)
		for j := range v.Fields {
			v.Fields[j] = Field{Name: m.name(v.Fields[j].Name), Type: m.name(v.Fields[j].Type)}
		}
		moved.Variants[i] = v
	}
	return moved
}

func (m *mover) name(n Name) Name { return Name{Text: n.Text, Pos: n.Pos + m.by, End: n.End + m.by} }

func (m *mover) names(list []Name) []Name {
	moved := slices.Clone(list)
	for i := range moved {
		moved[i] = m.name(moved[i])
	}
	return moved
}

func (m *mover) types(list []TypeExpr) []TypeExpr {
	moved := slices.Clone(list)
	for i := range moved {
		x := &moved[i]
		x.Pos, x.End = x.Pos+m.by, x.End+m.by
		if x.Sides != &noSides {
			x.Sides = &Sides{In: m.types(x.In), Out: m.types(x.Out)}
		}
	}
	return moved
}

func (m *mover) body(list []Stmt) []Stmt {
	if len(list) == 0 {
		return list
	}
	if len(list) > len(m.room) {
		m.room = make([]Stmt, max(len(list), stmtsAtOnce))
	}
	moved := m.room[:len(list):len(list)]
	m.room = m.room[len(list):]
	copy(moved, list)
	for i := range moved {
		s := &moved[i]
		s.Pos, s.End = s.Pos+m.by, s.End+m.by
		switch {
		case s.Kind == StmtQuotation:
			s.ID += int32(m.numbers.quotations)
		case s.Kind == StmtMatch:
			s.ID += int32(m.numbers.matches)
		case s.HasCall():
			s.ID += int32(m.numbers.calls)
		}
		if s.Parts != &noParts {
			s.Parts = &Parts{Inner: m.body(s.Inner), Match: m.match(s.Match)}
		}
	}
	return moved
}

func (m *mover) match(match *Match) *Match {
	if match == nil {
		return nil
	}
	moved := &Match{Arms: slices.Clone(match.Arms)}
	for i := range moved.Arms {
		arm := &moved.Arms[i]
		arm.Variant, arm.Bindings, arm.Body = m.name(arm.Variant), m.names(arm.Bindings), m.body(arm.Body)
	}
	return moved
}
