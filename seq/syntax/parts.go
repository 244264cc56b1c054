package syntax

import (
	"slices"

	"github.com/seqvm/seqvm/internal/parallel"
)

// A long text is read on all processors. Its tokens are cut into parts where a definition seems to begin behind the
// end of another one, and each part is read as if it were a text of its own. That is right if there are no faults and
// each part ends where the next one begins; if not, what was read is forgotten, and all is read from the beginning. So
// what is found does not depend on the processors.

// partTokens is about how many tokens a part has.
const partTokens = 256

// part is the definitions between two tokens, and what a parser had read before and after them.
type part struct {
	start, end    int // tokens
	parser        *parser
	before, after extent
}

// extent is how much a parser has read.
type extent struct{ includes, unions, words, calls, quotations, matches int }

func (f *File) extent() extent {
	return extent{len(f.Includes), len(f.Unions), len(f.Words), f.Calls, f.Quotations, f.Matches}
}

// inParts reads the file on all processors; false if that does not pay or something was found to say.
func (p *parser) inParts() bool {
	if p.input != nil || !parallel.Pays(len(p.tokens)) {
		return false
	}
	parts := p.parts()
	told := make([]bool, len(parts)) // something, or it does not end where the next one begins
	parallel.Each(len(parts), func() func(int) {
		file := *p.file
		reader := &parser{file: &file, text: p.text, tokens: p.tokens}
		return func(i int) { told[i] = !reader.part(&parts[i], p.allows) }
	})
	for _, t := range told {
		if t {
			return false
		}
	}
	p.join(parts)
	return true
}

// parts cuts the tokens into parts.
func (p *parser) parts() []part {
	list := make([]part, 0, len(p.tokens)/partTokens+1)
	last := len(p.tokens) - 1 // the end of the file
	for start := 0; start < last; {
		end := min(start+partTokens, last)
		for end < last && !(p.tokens[end].NewLine && p.token(end).Is(":") && p.token(end-1).Is(";") && p.startsDefinition(end)) {
			end++
		}
		list = append(list, part{start: start, end: end, parser: p})
		start = end
	}
	return list
}

// part reads a part; false if something is to be said of it, or if it goes on behind its end.
func (p *parser) part(of *part, allows []Name) bool {
	of.parser, of.before = p, p.file.extent()
	p.at, p.allows = of.start, allows
	if of.start > 0 { // those in front belong to words of other parts
		p.allows = p.allows[p.allowsBefore(p.tokens[of.start-1].End):]
	}
	for p.at < of.end {
		if !p.definition() {
			p.errors = nil
			return false
		}
	}
	of.after = p.file.extent()
	faultless := len(p.errors) == 0
	p.errors = nil
	return faultless && p.at == of.end
}

// join puts together what was read, with the numbers that it has in the file.
func (p *parser) join(parts []part) {
	all := extent{}
	sums := make([]extent, len(parts)) // of the parts before
	for i := range parts {
		sums[i] = all
		all = all.plus(parts[i].after).minus(parts[i].before)
	}
	f := p.file
	f.Calls, f.Quotations, f.Matches = all.calls, all.quotations, all.matches
	f.Words = slices.Grow(f.Words, all.words)
	for i := range parts {
		from, b, a := parts[i].parser.file, parts[i].before, parts[i].after
		f.Includes = append(f.Includes, from.Includes[b.includes:a.includes]...)
		f.Unions = append(f.Unions, from.Unions[b.unions:a.unions]...)
		f.Words = append(f.Words, from.Words[b.words:a.words]...)
	}
	parallel.Each(len(parts), func() func(int) {
		return func(i int) {
			by := sums[i].minus(parts[i].before)
			for _, w := range f.Words[sums[i].words : sums[i].words+parts[i].after.words-parts[i].before.words] {
				by.renumber(w.Body)
			}
		}
	})
}

func (e extent) plus(other extent) extent {
	return extent{e.includes + other.includes, e.unions + other.unions, e.words + other.words,
		e.calls + other.calls, e.quotations + other.quotations, e.matches + other.matches}
}

func (e extent) minus(other extent) extent {
	return extent{e.includes - other.includes, e.unions - other.unions, e.words - other.words,
		e.calls - other.calls, e.quotations - other.quotations, e.matches - other.matches}
}

// renumber adds to the numbers of statements at every depth.
func (e extent) renumber(body []Stmt) {
	for i := range body {
		s := &body[i]
		switch {
		case s.Kind == StmtQuotation:
			s.ID += int32(e.quotations)
		case s.Kind == StmtMatch:
			s.ID += int32(e.matches)
			for j := range s.Match.Arms {
				e.renumber(s.Match.Arms[j].Body)
			}
		case s.Kind >= StmtCall:
			s.ID += int32(e.calls)
		}
		e.renumber(s.Inner)
	}
}
