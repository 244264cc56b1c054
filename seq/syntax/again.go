package syntax

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/internal/parallel"
)

// A text that an editor has changed is mostly what it was. What stands in front of the change is taken over from the file as it was read before, what stands
// behind it with other places, and only what lies between is read again. There are no faults in what is taken over, so what is found is the same.

// change is where a text differs from an earlier state of it.
type change struct {
	same int32 // so many bytes from the beginning are the same
	tail int32 // what stands here or behind it in the old text, stands in the new one,
	by   int32 // so many bytes further on,
	from int   // from here on
}

func changeOf(old, text string) change {
	const block = 64 // compared at once
	most := min(len(old), len(text))
	same, rest := 0, 0
	for same+block <= most && old[same:same+block] == text[same:same+block] {
		same += block
	}
	for same < most && old[same] == text[same] {
		same++
	}
	for rest+block <= most-same && old[len(old)-rest-block:len(old)-rest] == text[len(text)-rest-block:len(text)-rest] {
		rest += block
	}
	for rest < most-same && old[len(old)-1-rest] == text[len(text)-1-rest] {
		rest++
	}
	return change{int32(same), int32(len(old) - rest), int32(len(text) - len(old)), len(text) - rest}
}

// cutBefore are the tokens of an earlier state of a text, without faults.
type cutBefore struct {
	*scanned
	change
}

// takeFront takes over the tokens in front of the change. The character behind a token must be the same, or it may be longer now.
func (s *scanner) takeFront(tokens []token) []token {
	b := s.before
	n, _ := slices.BinarySearchFunc(b.tokens, b.same, func(t token, same int32) int { return cmp.Compare(t.End, same) })
	if n == 0 {
		return tokens
	}
	s.pos = int(b.tokens[n-1].End)
	for _, a := range b.allows {
		if a.End > int32(s.pos) {
			break
		}
		s.allows = append(s.allows, a)
	}
	for _, p := range b.pragmas {
		if p.End > int32(s.pos) {
			break
		}
		s.pragmas = append(s.pragmas, p)
	}
	return append(tokens, b.tokens[:n]...)
}

// takeTail takes over the tokens behind the change, if the last one of those given, which lies there, was one before as well; false if it was none: it was in a string
// or comment, say.
func (s *scanner) takeTail(tokens []token) (all []token, ok bool) {
	b := s.before
	last := tokens[len(tokens)-1]
	n, found := slices.BinarySearchFunc(b.tokens, last.Pos-b.by, func(t token, pos int32) int { return cmp.Compare(t.Pos, pos) })
	if !found {
		return nil, false
	}
	for _, t := range b.tokens[n+1:] {
		t.Pos, t.End = t.Pos+b.by, t.End+b.by
		tokens = append(tokens, t)
	}
	m := mover{by: b.by}
	for _, a := range b.allows {
		if a.Pos+b.by > last.Pos {
			s.allows = append(s.allows, m.name(a))
		}
	}
	for _, p := range b.pragmas {
		if p.Pos+b.by > last.Pos {
			s.pragmas = append(s.pragmas, Pragma{Pos: p.Pos + b.by, End: p.End + b.by, Name: p.Name})
		}
	}
	return tokens, true
}

// front returns what still stands in front of a change, and the token from which on one has to look. Where a union ends, the token
// behind it decides: so what is taken has another part behind it there.
func (p evidenceParts) front(c change, tokens []token) (_ evidenceParts, next int) {
	n, _ := slices.BinarySearchFunc(p, c.same, func(p evidencePart, same int32) int { return cmp.Compare(p.end, same) })
	if n--; n <= 0 {
		return nil, 0
	}
	next, _ = slices.BinarySearchFunc(tokens, p[n-1].end, func(t token, end int32) int { return cmp.Compare(t.Pos, end) })
	return append(make(evidenceParts, 0, len(p)+1), p[:n]...), next
}

// tail returns what stands behind a change from the end of a part on; false if no part has ended there before.
func (p evidenceParts) tail(c change, end int32) (tail evidenceParts, ok bool) {
	if end -= c.by; end < c.tail { // in the old text
		return nil, false
	}
	n, found := slices.BinarySearchFunc(p, end, func(p evidencePart, end int32) int { return cmp.Compare(p.end, end) })
	if !found {
		return nil, false
	}
	tail = slices.Clone(p[n+1:])
	for i := range tail {
		tail[i].end += c.by
	}
	return tail, true
}

// sameReading tells whether a file is read like another one.
func (f *File) sameReading(other *File) bool {
	return f.Dialect == other.Dialect && f.Mixed == other.Mixed && maps.Equal(f.HashNames, other.HashNames)
}

// stands is what of a file that was read before still stands.
type stands struct {
	file  *File
	front extent // how many definitions from the beginning stand where they stood
	end   int32  // of the last one of these
	tail  int32  // definitions that begin there or behind it, in the old text, stand by elsewhere
	by    int32
}

// standing compares a file with a new text of it.
func standing(f *File, text string) *stands {
	// The character behind a definition, and the one in front of it, must be the same, or its last or first token may be another one.
	c := changeOf(f.Source.Text, text)
	s := &stands{file: f, tail: max(c.tail, f.lastFault) + 1, by: c.by}
	same := min(c.same, f.firstFault)
	s.front.includes = until(f.Includes, same, func(i *Include) int32 { return i.End })
	s.front.unions = until(f.Unions, same, func(u *Union) int32 { return u.End })
	s.front.words = until(f.Words, same, func(w *Word) int32 { return w.End })
	for _, end := range []int32{
		lastEnd(f.Includes[:s.front.includes], func(i *Include) int32 { return i.End }),
		lastEnd(f.Unions[:s.front.unions], func(u *Union) int32 { return u.End }),
		lastEnd(f.Words[:s.front.words], func(w *Word) int32 { return w.End }),
	} {
		s.end = max(s.end, end)
	}
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

// takeFront takes over what stands in front of the change. What is read anew gets numbers that no statement has had.
func (p *parser) takeFront() {
	s, f := p.before, p.before.file
	p.file.Includes = slices.Clip(f.Includes[:s.front.includes])
	p.file.Unions = slices.Clip(f.Unions[:s.front.unions])
	if len(f.Words) > 0 {
		p.file.Words = append(make([]*Word, 0, len(f.Words)+1), f.Words[:s.front.words]...)
	}
	p.file.Calls, p.file.Quotations, p.file.Matches = f.Calls, f.Quotations, f.Matches
	p.file.numbers = f.numbers
	p.file.Kept = Kept{Of: f.Source, Front: len(p.file.Words), FrontUnions: len(p.file.Unions)}
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
	m := mover{by: s.by}
	for _, inc := range f.Includes[i:] {
		p.file.Includes = append(p.file.Includes, &Include{Kind: inc.Kind, Name: inc.Name, Pos: inc.Pos + m.by, End: inc.End + m.by})
	}
	for _, union := range f.Unions[u:] {
		p.file.Unions = append(p.file.Unions, m.union(union))
	}
	words, others := p.allowed(m.words(f.Words[w:]))
	p.file.Words = append(p.file.Words, words...)
	p.file.Kept.Tail, p.file.Kept.TailUnions = len(words)-others, len(f.Unions)-u
	p.at = len(p.tokens) - 1
	return true
}

// crowded tells whether so many numbers belong to statements that are there no more that it is time to number all anew.
func (f *File) crowded() bool {
	n := f.extent()
	return n.calls+n.quotations+n.matches > 2*f.numbers+1000
}

// allowed gives the first of the words behind the change the comments in front of it that no word has yet: one that stands in front of another one now
// may have had them, or lost them. others is how many words are not what they were before.
func (p *parser) allowed(list []*Word) (words []*Word, others int) {
	if len(list) == 0 {
		return nil, 0
	}
	own := p.allowsBefore(list[0].End)
	if slices.Equal(list[0].Allows, p.allows[:own]) {
		return list, 0
	}
	first := *list[0]
	first.Allows = p.allows[:own:own]
	return slices.Concat([]*Word{&first}, list[1:]), 1
}

// noteFaults notes what a later state of the file can take over from it.
func (p *parser) noteFaults() {
	f := p.file
	f.whole, f.firstFault, f.lastFault = true, math.MaxInt32, -1
	if n := f.extent(); f.Kept.Of == nil {
		f.numbers = n.calls + n.quotations + n.matches
	}
	for _, d := range p.errors {
		f.firstFault, f.lastFault = min(f.firstFault, d.Span.Start), max(f.lastFault, d.Span.Start)
	}
	for _, start := range p.broken {
		f.firstFault = min(f.firstFault, start)
	}
}

// detach gives the definitions that were read anew texts of their own: parts of the file's text would keep that alive as long as later states of
// the file have the definitions.
func (p *parser) detach() {
	f, m := p.file, mover{own: true}
	for i := p.before.front.includes; i < len(f.Includes); i++ {
		f.Includes[i].Name = m.text(f.Includes[i].Name)
	}
	for i := f.Kept.FrontUnions; i < len(f.Unions)-f.Kept.TailUnions; i++ {
		f.Unions[i] = m.union(f.Unions[i])
	}
	for i := f.Kept.Front; i < len(f.Words)-f.Kept.Tail; i++ {
		f.Words[i] = m.word(f.Words[i])
	}
}

// mover copies definitions with other places.
type mover struct {
	by  int32
	own bool // each by itself, with texts of its own
	// memory for what there is most of
	memory struct {
		stmts   []Stmt
		words   []Word
		effects []Effect
		exprs   []TypeExpr
	}
}

// wordsAtOnce is for how many words a mover takes memory at a time.
const wordsAtOnce = 64

// room takes memory for so many elements, and for some more unless they are to be by themselves: what is moved is mostly all that stands behind a change.
func room[T any](m *mover, memory *[]T, n, atOnce int) []T {
	if m.own {
		atOnce = n
	}
	if n > len(*memory) {
		*memory = make([]T, max(n, atOnce))
	}
	taken := (*memory)[:n:n]
	*memory = (*memory)[n:]
	return taken
}

// text is a text of a copy.
func (m *mover) text(text string) string {
	if m.own {
		return strings.Clone(text)
	}
	return text
}

// words moves words, on all processors if there are many.
func (m mover) words(list []*Word) []*Word {
	if m.by == 0 {
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
	moved, effect := &room(m, &m.memory.words, 1, wordsAtOnce)[0], &room(m, &m.memory.effects, 1, wordsAtOnce)[0]
	*moved, *effect = *w, *w.Effect
	moved.Name = m.name(w.Name)
	effect.In, effect.Out, effect.Yields = m.types(effect.In), m.types(effect.Out), m.types(effect.Yields)
	effect.Pos, effect.End = effect.Pos+m.by, effect.End+m.by
	moved.Effect = effect
	moved.Body = m.body(w.Body)
	moved.Pos, moved.End = w.Pos+m.by, w.End+m.by
	moved.Allows = m.names(w.Allows)
	return moved
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

func (m *mover) name(n Name) Name {
	return Name{Text: m.text(n.Text), Pos: n.Pos + m.by, End: n.End + m.by}
}

func (m *mover) names(list []Name) []Name {
	moved := slices.Clone(list)
	for i := range moved {
		moved[i] = m.name(moved[i])
	}
	return moved
}

func (m *mover) types(list []TypeExpr) []TypeExpr {
	if len(list) == 0 {
		return list
	}
	moved := room(m, &m.memory.exprs, len(list), 2*wordsAtOnce)
	copy(moved, list)
	for i := range moved {
		x := &moved[i]
		x.Name, x.Pos, x.End = m.text(x.Name), x.Pos+m.by, x.End+m.by
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
	moved := room(m, &m.memory.stmts, len(list), stmtsAtOnce)
	copy(moved, list)
	for i := range moved {
		s := &moved[i]
		s.Text, s.Pos, s.End = m.text(s.Text), s.Pos+m.by, s.End+m.by
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
