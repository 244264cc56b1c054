package doc

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/seq/syntax"
)

// Match is a word that does what an effect says, or nearly.
type Match struct {
	Word
	// Note says in what the word differs from what was asked for; "": it fits.
	Note string

	rank int
}

// ByEffect returns the words of sections that fit an effect, the best first: modulo the names of type
// variables and row variables; then those with which it fits for some types only, and in the end, up to
// maxNear, those that would fit with another order of the inputs, or with one value more or less.
//
// It compares what effects say and knows no program, so it is not the unification of package types: a
// name is a union if one of the sections declares it, else a type variable, and what is told of a fit is how good it is.
// site/effects.js is the same algorithm; a test has both find the same.
func ByEffect(sections []Section, effect string) ([]Match, error) {
	decl, err := syntax.ParseEffect(effect)
	if err != nil {
		return nil, fmt.Errorf("%q is no stack effect: one is '( String String -- Bool )', with blanks around each part", effect)
	}
	unions := unionNames(sections)
	want := newSignature(decl, unions)
	var found []Match
	for _, s := range sections {
		for _, w := range s.Words {
			have, ok := w.signature(unions)
			if !ok {
				continue
			}
			if rank, note, fits := best(want, have); fits {
				found = append(found, Match{w, note, rank})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Match) int { return cmp.Compare(a.rank, b.rank) })
	near := 0
	return slices.DeleteFunc(found, func(m Match) bool {
		if m.rank >= nearRank {
			near++
		}
		return near > maxNear
	}), nil
}

const (
	maxNear  = 12
	nearRank = 100 // from here on a word does not fit as it is
)

// unionNames are the names of the unions that sections declare.
func unionNames(sections []Section) map[string]bool {
	names := map[string]bool{}
	for _, s := range sections {
		for _, u := range s.Unions {
			names[u.Name] = true
		}
	}
	return names
}

func (w *Word) signature(unions map[string]bool) (*signature, bool) {
	decl, err := syntax.ParseEffect(w.Effect)
	if err != nil {
		return nil, false
	}
	s := newSignature(decl, unions)
	return s, s.in.row == s.out.row || s.rowsInside[s.out.row] // else it ends the program, or takes any stack
}

// shape is a type: a name, a variable, or a quotation.
type shape struct {
	text    string // as written, of a quotation what it is
	name    string // of a type; "": it is no named one
	v       int    // number of a variable, from 1; 0: none
	in, out rows
}

// rows is the types of a side, and the number of the row variable below them.
type rows struct {
	row   int
	types []*shape // bottom to top
}

// signature is an effect with numbers for its variables and rows.
type signature struct {
	in, out    rows
	rowsInside map[int]bool // those of its quotations
	opaque     map[int]bool // variables that stand for a list, a map or a weave, which have no types of their own
	unsure     map[int]bool // variables that only outputs have: of which type they are, the effect does not say
	vars, rows map[string]int
	next       int
	unions     map[string]bool
}

// primitives are the types that every program has (chapter 1, section 8).
var primitives = map[string]bool{"Int": true, "Float": true, "Bool": true, "String": true, "Symbol": true, "Channel": true, "Socket": true, "Variant": true}

func newSignature(decl *syntax.Effect, unions map[string]bool) *signature {
	s := &signature{rowsInside: map[int]bool{}, opaque: map[int]bool{}, unsure: map[int]bool{}, vars: map[string]int{}, rows: map[string]int{}, unions: unions}
	s.in, s.out = s.sides(decl.In, decl.Out)
	given := map[int]bool{}
	for _, t := range s.in.types {
		t.each(func(v int) { given[v] = true })
	}
	for name, v := range s.vars {
		letter := strings.TrimRight(name, "0123456789")
		s.opaque[v] = letter == "M" || letter == "H" || letter == "V" && s.vars["M"] == 0 // with a map, V is one of its values
		s.unsure[v] = !given[v]
	}
	return s
}

// each calls f with every variable of a type.
func (t *shape) each(f func(v int)) {
	if t.v != 0 {
		f(t.v)
	}
	for _, inner := range slices.Concat(t.in.types, t.out.types) {
		inner.each(f)
	}
}

func (s *signature) number(of map[string]int, name string) int {
	if of[name] == 0 {
		s.next++
		of[name] = s.next
	}
	return of[name]
}

// sides reads both sides of an effect or quotation; the row that none of them names is its own.
func (s *signature) sides(in, out []syntax.TypeExpr) (rows, rows) {
	s.next++
	own := s.next
	side := func(exprs []syntax.TypeExpr) rows {
		r := rows{row: own}
		for i := range exprs {
			switch x := &exprs[i]; x.Kind {
			case syntax.TypeRow:
				r.row = s.number(s.rows, x.Name)
			case syntax.TypeName:
				t := &shape{text: x.Name, name: x.Name}
				if !primitives[x.Name] && !s.unions[x.Name] {
					t = &shape{text: x.Name, v: s.number(s.vars, x.Name)}
				}
				r.types = append(r.types, t)
			case syntax.TypeQuotation, syntax.TypeClosure:
				t := &shape{text: "quotation"}
				t.in, t.out = s.sides(x.In, x.Out)
				s.rowsInside[t.in.row], s.rowsInside[t.out.row] = true, true
				r.types = append(r.types, t)
			}
		}
		return r
	}
	return side(in), side(out)
}

// fitter makes what is asked for and what a word does equal. Variables and rows of the word have the numbers
// of its signature, those of the question the negative ones.
type fitter struct {
	vars map[int]*shape
	rows map[int]rows
	have *signature // the word's
	// general counts where the word does it for more types than asked for, special where for fewer, and
	// below how many values more than it looks at are asked for.
	general, special, below int
}

// mirrored is a side with the numbers of a question.
func (r rows) mirrored() rows {
	m := rows{row: -r.row}
	for _, t := range r.types {
		switch {
		case t.v != 0:
			t = &shape{text: t.text, v: -t.v}
		case t.name == "":
			t = &shape{text: t.text, in: t.in.mirrored(), out: t.out.mirrored()}
		}
		m.types = append(m.types, t)
	}
	return m
}

func (f *fitter) resolve(r rows) rows {
	for {
		below, bound := f.rows[r.row]
		if !bound {
			return r
		}
		r = rows{below.row, slices.Concat(below.types, r.types)}
	}
}

func (f *fitter) prune(t *shape) *shape {
	for t.v != 0 && f.vars[t.v] != nil {
		t = f.vars[t.v]
	}
	return t
}

// stacks makes two sides equal, from the top down; the first is that of the question.
func (f *fitter) stacks(want, have rows) bool {
	want, have = f.resolve(want), f.resolve(have)
	n := min(len(want.types), len(have.types))
	w, h := len(want.types)-n, len(have.types)-n
	for i := range n {
		if !f.types(want.types[w+i], have.types[h+i]) {
			return false
		}
	}
	// what the types bind may have been rows
	a, b := f.resolve(rows{want.row, want.types[:w]}), f.resolve(rows{have.row, have.types[:h]})
	switch {
	case a.row == b.row:
		return len(a.types) == 0 && len(b.types) == 0
	case len(b.types) == 0:
		f.below += len(a.types)
		return f.bindRow(b.row, a)
	case len(a.types) == 0:
		return f.bindRow(a.row, b)
	}
	return f.stacks(a, b)
}

// types makes two types equal; the first is that of the question.
func (f *fitter) types(want, have *shape) bool {
	want, have = f.prune(want), f.prune(have)
	switch {
	case want == have || want.v != 0 && want.v == have.v:
		return true
	case have.v > 0:
		return f.bind(have.v, want)
	case have.v < 0 && want.v < 0: // two variables of the question must be of one type
		f.special++
		return f.bind(want.v, have)
	case have.v < 0:
		f.special++
		return f.bind(have.v, want)
	case want.v != 0:
		f.special++
		return f.bind(want.v, have)
	case want.name == "" && have.name == "":
		return f.stacks(want.in, have.in) && f.stacks(want.out, have.out)
	case want.name == have.name:
		return true
	case want.name == "Variant" && !primitives[have.name] && have.name != "", have.name == "Variant" && !primitives[want.name] && want.name != "":
		f.special++ // a Variant stands for any union (chapter 2, section 4)
		return true
	}
	return false
}

func (f *fitter) bind(v int, t *shape) bool {
	if f.occurs(v, 0, t) {
		return false
	}
	switch {
	case v > 0 && t.v == 0 && f.have.opaque[v]:
		return false
	case v > 0 && t.v == 0 && f.have.unsure[v]:
		f.special += 2
	case v > 0 && t.v == 0 && t.name == "": // a quotation: any value was hardly meant
		f.general += 3
	case v > 0 && t.v == 0:
		f.general++
	}
	f.vars[v] = t
	return true
}

func (f *fitter) bindRow(row int, to rows) bool {
	if f.occursIn(0, row, to) {
		return false
	}
	f.rows[row] = to
	return true
}

// occurs tells whether a variable or a row is in a type; of them the other one is 0.
func (f *fitter) occurs(v, row int, t *shape) bool {
	t = f.prune(t)
	if t.v != 0 || t.name != "" {
		return v != 0 && t.v == v
	}
	return f.occursIn(v, row, t.in) || f.occursIn(v, row, t.out)
}

func (f *fitter) occursIn(v, row int, r rows) bool {
	r = f.resolve(r)
	return row != 0 && r.row == row || slices.ContainsFunc(r.types, func(t *shape) bool { return f.occurs(v, row, t) })
}

// reading is one way to take a word for what is asked for.
type reading struct {
	rank            int
	note            string
	wantIn          []*shape
	haveIn, haveOut []*shape
}

// readings are the ways to compare: as it is, and what is near to that.
func readings(want, have *signature) []reading {
	w, in, out := want.in.types, have.in.types, have.out.types
	list := []reading{{0, "", w, in, out}}
	for _, order := range orders(len(w)) {
		other := make([]*shape, len(w))
		for i, from := range order {
			other[i] = w[from]
		}
		list = append(list, reading{nearRank, "takes them in the order " + texts(other), other, in, out})
	}
	for i := len(out) - 1; i >= 0; i-- {
		r := reading{130, "leaves a value more: " + out[i].text, w, in, without(out, i)}
		if i == len(out)-1 && out[i].text == "Bool" {
			r.rank, r.note = 110, "leaves a flag as well"
		}
		list = append(list, r)
	}
	for i := range in {
		list = append(list, reading{140, "takes a value more: " + in[i].text, w, without(in, i), out})
	}
	for i := range w {
		list = append(list, reading{150, "does not take the " + w[i].text, without(w, i), in, out})
	}
	return list
}

func without(list []*shape, i int) []*shape { return slices.Delete(slices.Clone(list), i, i+1) }

func texts(list []*shape) string {
	var b strings.Builder
	for i, t := range list {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.text)
	}
	return b.String()
}

// maxOrdered is up to how many inputs other orders are tried.
const maxOrdered = 4

// orders are the orders of n things but the one that they are in.
func orders(n int) [][]int {
	if n < 2 || n > maxOrdered {
		return nil
	}
	all := [][]int{nil}
	for range n {
		var longer [][]int
		for _, o := range all {
			for i := range n {
				if !slices.Contains(o, i) {
					longer = append(longer, append(slices.Clone(o), i))
				}
			}
		}
		all = longer
	}
	return all[1:]
}

// best is the best reading that fits.
func best(want, have *signature) (rank int, note string, ok bool) {
	for _, r := range readings(want, have) {
		if len(r.haveIn) > len(r.wantIn) || len(r.wantIn)+len(r.haveIn)+len(want.out.types)+len(r.haveOut) == 0 && r.rank > 0 {
			continue
		}
		f := fitter{vars: map[int]*shape{}, rows: map[int]rows{}, have: have}
		in, out := rows{want.in.row, r.wantIn}, want.out
		if !f.stacks(in.mirrored(), rows{have.in.row, r.haveIn}) || !f.stacks(out.mirrored(), rows{have.out.row, r.haveOut}) {
			continue
		}
		if f.below > 0 && r.rank == 0 {
			if f.special > 0 || len(have.in.types) == 0 {
				continue
			}
			r.rank, r.note = 105, "leaves what is below as it is"
		} else if f.below > 0 {
			continue
		}
		cost := 2*f.general + 3*f.special + f.below
		if cost > maxCost && r.rank > 0 || ok && r.rank+cost >= rank {
			continue
		}
		rank, note, ok = r.rank+min(cost, nearRank-1), r.note, true
		if note == "" && f.special > 0 {
			note = "for some types only"
		}
	}
	return rank, note, ok
}

// maxCost is how far a word that nearly fits may be from doing so.
const maxCost = 4

// WriteMatches writes words that were found by their effect, one a line, with what is said of them.
func WriteMatches(to io.Writer, matches []Match) {
	for i, m := range matches {
		if m.rank >= nearRank && (i == 0 || matches[i-1].rank < nearRank) {
			fmt.Fprintln(to, "nearly:")
		}
		line := "  " + m.Name + " " + m.Effect
		if m.Module != "" {
			line += "  " + m.Module
		}
		fmt.Fprintln(to, line)
		said, _, _ := strings.Cut(m.Doc, "\n")
		if m.Note != "" {
			said = strings.TrimSpace(said + " (" + m.Note + ")")
		}
		writeRemark(to, said)
	}
}

// Only returns the sections with only the words that were found.
func Only(sections []Section, matches []Match) []Section {
	return onlyOf(sections, func(w Word) bool {
		return slices.ContainsFunc(matches, func(m Match) bool { return m.Name == w.Name && m.Module == w.Module && m.Path == w.Path })
	})
}
