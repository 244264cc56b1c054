package lint

import (
	"errors"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
)

// element is a part of a pattern: a word, or what stands for others.
type element struct {
	word string // "": any
	name string // of what stands for others, with its "$"
	many bool   // it stands for any number
}

// many is what stands for any number of words and literals in a pattern.
const many = "$..."

// parsePattern cuts a pattern into its parts.
func parsePattern(pattern string) (list []element, err error) {
	found := false
	for _, part := range strings.Fields(pattern) {
		switch {
		case part == many && found:
			return nil, errors.New("a pattern has at most one '$...'")
		case part == many:
			found = true
			list = append(list, element{name: part, many: true})
		case part == "$":
			return nil, errors.New("'$' needs a name: '$NAME' stands for one word or literal, '$...' for any number")
		case strings.HasPrefix(part, "$"):
			list = append(list, element{name: part})
		default:
			list = append(list, element{word: part})
		}
	}
	if len(list) == 0 {
		return nil, errors.New("the pattern is empty")
	}
	return list, nil
}

// item is what a straight sequence of statements consists of: a word, a literal or a quotation; or, of which no pattern
// speaks, a match or a conditional of classic files.
type item struct {
	word       string // "" for a literal or a quotation
	opaque     bool
	call       int32 // the number of the call that a word is
	start, end int32
}

// sequences calls f with the straight sequences of a body at every depth.
func sequences(source *diag.Source, body []syntax.Stmt, f func([]item)) {
	s := sequencer{text: source.Text, f: f}
	s.body(body)
}

type sequencer struct {
	text string
	f    func([]item)
}

func (s *sequencer) body(body []syntax.Stmt) {
	var list []item
	for i := range body {
		list = s.statement(list, &body[i])
	}
	s.f(list)
}

func (s *sequencer) statement(list []item, st *syntax.Stmt) []item {
	switch {
	case st.Kind == syntax.StmtQuotation:
		s.body(st.Inner)
	case st.Kind == syntax.StmtMatch:
		for i := range st.Match.Arms {
			s.body(st.Match.Arms[i].Body)
		}
		return append(list, item{opaque: true, start: st.Pos, end: st.End})
	case st.Kind == syntax.StmtIf && s.text[st.Inner[0].Pos] != '[': // if … else … then
		s.body(st.Inner[0].Inner)
		s.body(st.Inner[1].Inner)
		return append(list, item{opaque: true, start: st.Inner[0].Pos, end: st.Inner[1].End})
	case st.HasCall():
		for i := range st.Inner {
			list = s.statement(list, &st.Inner[i])
		}
		return append(list, item{word: st.Text, call: st.ID, start: st.Pos, end: st.End})
	}
	return append(list, item{start: st.Pos, end: st.End})
}

// fits tells whether an element stands for an item.
func (e element) fits(i item) bool { return !i.opaque && (e.word == "" || e.word == i.word) }

// fit tells whether elements without '$...' stand for the items at the beginning of a list.
func fit(elements []element, list []item) bool {
	if len(elements) > len(list) {
		return false
	}
	for i, e := range elements {
		if !e.fits(list[i]) {
			return false
		}
	}
	return true
}

// matcher looks for the matches of a pattern in a sequence.
type matcher struct {
	before, after []element // what stands in front of '$...' and behind it
	many          bool
	list          []item
	// Between these indexes what stands behind '$...' has been looked for in vain.
	from, to int
}

// matches calls f with the matches of a rule in a sequence, one behind the other.
func (r *Rule) matches(list []item, f func([]item)) {
	m := matcher{before: r.elements, list: list}
	for i, e := range r.elements {
		if e.many {
			m.before, m.after, m.many = r.elements[:i], r.elements[i+1:], true
		}
	}
	for i := 0; i < len(list); {
		end := m.at(i)
		if end == i {
			i++
			continue
		}
		f(list[i:end])
		i = end
	}
}

// at returns where the match that begins at an item ends; that item if none does.
func (m *matcher) at(start int) (end int) {
	if !fit(m.before, m.list[start:]) {
		return start
	}
	at := start + len(m.before)
	if !m.many {
		return at
	}
	if m.from <= at && at < m.to {
		return start
	}
	for i := at; ; i++ {
		atEnd := i == len(m.list) || m.list[i].opaque
		switch {
		case len(m.after) > 0 && fit(m.after, m.list[i:]), len(m.after) == 0 && atEnd:
			return i + len(m.after)
		case atEnd:
			m.from, m.to = at, i+1
			return start
		}
	}
}

// anchors are rules by a word that each of their matches has, so that only those few are looked for whose word is there.
type anchors struct {
	of    map[string][]int // by word; "": rules without one
	tried []int            // by rule: in which sequence it was looked for last
	n     int              // sequences
}

func anchor(rules []*Rule) *anchors {
	a := &anchors{of: map[string][]int{}, tried: make([]int, len(rules))}
	for i, r := range rules {
		word := ""
		for _, e := range r.elements {
			if word = e.word; word != "" {
				break
			}
		}
		a.of[word] = append(a.of[word], i)
	}
	return a
}

// candidates calls try with the rules that may match in a sequence, in no order.
func (a *anchors) candidates(list []item, try func(rule int)) {
	a.n++
	for _, rule := range a.of[""] {
		try(rule)
	}
	for i := range list {
		if list[i].word == "" {
			continue
		}
		for _, rule := range a.of[list[i].word] {
			if a.tried[rule] != a.n {
				a.tried[rule] = a.n
				try(rule)
			}
		}
	}
}
