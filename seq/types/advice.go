package types

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/seq/syntax"
)

// This file is what refusals advise beside the facts. All of it runs after a check has failed.

// conversions is the advice for a value of the second kind where one of the first is wanted.
var conversions = map[[2]Kind]string{
	{Socket, Int}:    "'fd->socket' makes a Socket of an Int",
	{Int, Socket}:    "'socket->fd' gives the Int of a Socket",
	{String, Int}:    "'int->string' converts",
	{String, Float}:  "'float->string' converts",
	{String, Symbol}: "'symbol->string' converts",
	{Symbol, String}: "'string->symbol' converts",
	{Float, Int}:     "'int->float' converts; float literals have a point: 1.0",
	{Int, Float}:     "'float->int' converts",
	{Int, String}:    "'string->int' reads a number; its Bool tells whether there is one",
	{Float, String}:  "'string->float' reads a number; its Bool tells whether there is one",
}

// toString returns the word that makes a String of one of two types, if the other one is String;
// else "".
func toString(a, b *Type) string {
	if b.Kind != String {
		a, b = b, a
	}
	switch {
	case b.Kind != String:
		return ""
	case a.Kind == Int:
		return "int->string"
	case a.Kind == Float:
		return "float->string"
	}
	return ""
}

// before returns the statement in front of another one of the word's body; nil if it is the
// first of its list.
func before(body []syntax.Stmt, st *syntax.Stmt) *syntax.Stmt {
	var find func(list []syntax.Stmt) (before *syntax.Stmt, found bool)
	find = func(list []syntax.Stmt) (*syntax.Stmt, bool) {
		for i := range list {
			s := &list[i]
			if s == st {
				if i == 0 || len(s.Inner) > 0 { // nothing, or a literal, stands in front of it
					return nil, true
				}
				return &list[i-1], true
			}
			if s.Start() > st.Pos || s.End < st.End {
				continue
			}
			bodies := [][]syntax.Stmt{s.Inner}
			if s.Match != nil {
				for a := range s.Match.Arms {
					bodies = append(bodies, s.Match.Arms[a].Body)
				}
			}
			for _, body := range bodies {
				if before, found := find(body); found {
					return before, true
				}
			}
		}
		return nil, false
	}
	before, _ := find(body)
	return before
}

// leavesFlag tells whether a statement is a call that leaves a value, and on top of it a Bool.
func (c *checker) leavesFlag(st *syntax.Stmt) bool {
	if st == nil || st.Kind != syntax.StmtCall {
		return false
	}
	e := c.effectOf(&c.calls[st.ID])
	return e != nil && len(e.Out) >= 2 && e.Out[len(e.Out)-1].Kind == Bool
}

func flagOf(word string) string {
	return fmt.Sprintf("the Bool on top is the flag of '%s': test it with 'if', or 'drop' it", word)
}

// turn is code that brings the top of a stack into another order, as Shuffle.Order has it.
type turn struct {
	code  string
	order []int
}

// turns are the words that do so, and the rolls that no word stands for.
func (t *Table) turns() []turn {
	list := []turn{{"3 roll", []int{1, 2, 3, 0}}}
	for i := range int32(t.Len()) {
		if s := t.Signature(i); s.Shuffle != nil && len(s.Shuffle.Order) == len(t.Effect(i).In) {
			list = append(list, turn{s.Name, s.Shuffle.Order})
		}
	}
	return list
}

// reorder advises how to bring the values on top of a stack into the order of the inputs that
// are wanted, and which words do it; "" if another order does not make them fit.
func (t *Table) reorder(want []*Type, stack *Stack) (advice, words string) {
	found := topmost(stack, len(want))
	if len(found) < len(want) || len(want) < 2 || len(want) > 4 {
		return "", ""
	}
	turns := t.turns()
	type attempt struct {
		values []*Type
		words  []string
	}
	for queue := []attempt{{values: found}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if fitAll(want, at.values) {
			words = strings.Join(at.words, " ")
			if len(want) == 2 {
				return "the two arguments are the other way round: 'swap' exchanges them", words
			}
			return fmt.Sprintf("the arguments are in another order: '%s' puts them right", words), words
		}
		if len(at.words) == 3 {
			continue
		}
		for _, s := range turns {
			n := len(s.order)
			if n > len(want) {
				continue
			}
			next := slices.Clone(at.values)
			base := len(next) - n
			for i, from := range s.order {
				next[base+i] = at.values[base+from]
			}
			queue = append(queue, attempt{next, append(slices.Clone(at.words), s.code)})
		}
	}
	return "", ""
}

// topmost returns at most n types from the top of a stack, bottom to top.
func topmost(s *Stack, n int) []*Type {
	var list []*Type
	for s = resolve(s); s.Top != nil && len(list) < n; s = resolve(s.Below) {
		list = append(list, prune(s.Top))
	}
	slices.Reverse(list)
	return list
}

func fitAll(want, found []*Type) bool {
	for i := range want {
		if !fits(want[i], found[i]) {
			return false
		}
	}
	return true
}

// fits tells whether a value of one type is likely meant where another is wanted. A variable
// may be anything, but those of built-in words stand for lists, maps and their elements.
func fits(want, found *Type) bool {
	switch {
	case want.Kind == Var:
		return found.Kind == Var || found.Kind == Variant || found.Kind == Union
	case isQuotation(want):
		return isQuotation(found)
	case want.Kind == Union && found.Kind == Union:
		return want.Name == found.Name
	}
	return want.Kind == found.Kind
}

// seal is a literal that runs on a stack of its own: of what lies below it sees nothing.
type seal struct {
	row  *Row
	word string // that runs it
	x    *Type  // as what
}

// ownLoop is the advice for loops that the quotations of list words and of std:loops cannot be.
const ownLoop = "a word that calls itself at its end: 'seqvm explain sealed-quotation' shows one"

// sealOf returns the sealed literal whose stack ends in a row, or nil.
func (c *checker) sealOf(bottom *Row) *seal {
	if i := slices.IndexFunc(c.seals, func(s seal) bool { return s.row == bottom }); i >= 0 {
		return &c.seals[i]
	}
	return nil
}

// explain adds to a refusal why nothing more is there.
func (s *seal) explain(r *refusal) *refusal {
	r.note("its quotation is run by '%s' as '%s': it sees nothing of the stack below", s.word, s.x)
	if in, _ := height(s.x.In); in == 0 {
		r.help("for a loop that changes a state write " + ownLoop)
	}
	return r
}

// explainHeight adds to a refusal how a literal changes the height of the stack, if that is not
// what is expected of it.
func explainHeight(r *refusal, found, expected *Type) {
	f, ok := heightChange(found)
	e, ok2 := heightChange(expected)
	switch diff := f - e; {
	case !ok || !ok2 || diff == 0:
	case diff > 0:
		r.note("it leaves %s too many", values(diff))
		if out, _ := height(expected.Out); out == 0 {
			r.help("nothing is carried from one run of the quotation to the next: that takes a fold, or " + ownLoop)
		}
	default:
		r.note("it leaves %s too few", values(-diff))
	}
}

func heightChange(q *Type) (n int, known bool) {
	in, base := height(q.In)
	out, base2 := height(q.Out)
	return out - in, base == base2
}

// condCount refuses a "cond" whose count asks for more quotations than stand before it. count
// is the Int literal, s the stack in front of the quotation literals, of which there are found.
func (c *checker) condCount(count *syntax.Stmt, found int, s *Stack) {
	need := 2*int64(count.Bits()) - int64(found)
	if need <= 0 {
		return
	}
	missing := func() {
		panic(c.refuse(c.at(count), "cond-count", "'%d cond' takes %d quotations, %d stand before it", int64(count.Bits()), 2*int64(count.Bits()), found).
			help("the number is that of the clauses: each is a predicate and a body, two quotations"))
	}
	for s = resolve(s); need > 0; need-- {
		if s.Top == nil {
			if s.Row.rigid {
				missing()
			}
			return
		}
		if t := prune(s.Top); !isQuotation(t) && t.Kind != Var {
			missing()
		}
		s = resolve(s.Below)
	}
}
