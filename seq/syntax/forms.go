package syntax

import "iter"

// This file makes forms: a word and the literals right in front of it are one statement
// where they belong together (chapter 1, section 13; chapter 2, sections 8, 10 and 14). The
// parser knows that first, since no program can give "if", "cond", "pick" or "roll" another
// meaning. What a word does with a quotation literal in front of it only the checker finds
// out; until then such a statement is a call with a literal.

// call adds a call to the statements read so far, of which it takes the literals in
// front of it that belong to it. from is where its list of statements begins.
func (p *parser) call(s Stmt, from int) {
	kind, n := formOfCall(p.list[from:], s.Text)
	if n > 0 {
		at := len(p.list) - n
		s.Kind, s.Parts = kind, &Parts{Inner: p.keep(p.list[at:])}
		p.list = p.list[:at]
	}
	p.add(s)
}

// formOfCall tells what a call of a word is behind some statements, and how many of them
// belong to it.
func formOfCall(before []Stmt, word string) (kind StmtKind, n int) {
	run := quotations(before)
	switch word {
	case "if":
		if run >= 2 {
			return StmtIf, 2
		}
	case "bi":
		if run >= 2 {
			return StmtCall, 2
		}
	case "pick", "roll":
		if literalInt(before) != nil {
			return StmtIndex, 1
		}
	case "cond":
		if count := literalInt(before); count != nil {
			return condOf(int64(count.Bits()), quotations(before[:len(before)-1]))
		}
	}
	return StmtCall, min(run, 1)
}

// condOf is formOfCall for "cond" behind a number of clauses and a run of quotation
// literals. Where those are too few, others must lie on the stack: it is a call.
func condOf(clauses int64, run int) (kind StmtKind, n int) {
	switch {
	case clauses < 1 || run == 0:
		return StmtCall, 0
	case clauses > int64(run)/2:
		return StmtCall, run + 1
	}
	return StmtCond, 2*int(clauses) + 1
}

// quotations counts the quotation literals at the end of a list.
func quotations(list []Stmt) int {
	n := 0
	for n < len(list) && list[len(list)-1-n].Kind == StmtQuotation {
		n++
	}
	return n
}

// literalInt returns the Int literal at the end of a list; nil if something else stands there.
func literalInt(list []Stmt) *Stmt {
	if n := len(list); n > 0 && list[n-1].Kind == StmtInt {
		return &list[n-1]
	}
	return nil
}

// HasCall tells whether a statement has a word, which it is named and numbered by: it is a
// call or one of the forms that end in one.
func (s *Stmt) HasCall() bool { return s.Kind >= StmtCall }

// Start is where the first token of a statement begins: that of a word with literals in
// front of it is the first of those.
func (s *Stmt) Start() int32 {
	if s.HasCall() && len(s.Inner) > 0 {
		return s.Inner[0].Pos
	}
	return s.Pos
}

// Clauses returns the predicates and bodies of a StmtCond, in turn.
func (s *Stmt) Clauses() []Stmt { return s.Inner[:len(s.Inner)-1] }

// Count returns the Int literal in front of a "cond" that has quotation literals, too; nil if
// the statement is none.
func (s *Stmt) Count() *Stmt {
	if !s.HasCall() || s.Text != "cond" {
		return nil
	}
	return literalInt(s.Inner)
}

// Index is the literal index of a StmtIndex.
func (s *Stmt) Index() int64 { return int64(s.Inner[0].Bits()) }

// All returns the statements of a body and all that are in them, in the order of the text: a
// quotation or match in front of what is in it, a call behind its literals.
func All(body []Stmt) iter.Seq[*Stmt] {
	return func(yield func(*Stmt) bool) { each(body, yield) }
}

// each is the loop of All; false if it was ended.
func each(body []Stmt, yield func(*Stmt) bool) bool {
	for i := range body {
		st := &body[i]
		if !st.HasCall() && !yield(st) || !each(st.Inner, yield) {
			return false
		}
		if st.Match != nil {
			for a := range st.Match.Arms {
				if !each(st.Match.Arms[a].Body, yield) {
					return false
				}
			}
		}
		if st.HasCall() && !yield(st) {
			return false
		}
	}
	return true
}
