package types

import (
	"fmt"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
)

// specials check the words that have a rule of the language for themselves (chapter 2, sections 8, 15
// and 16) where no literals in front of them make them another statement. nil: the effect says all.
var specials = [Specials]func(*checker, *scope, *syntax.Stmt, *Stack) *Stack{
	Branch: checkIf, ToAux: checkToAux, FromAux: checkFromAux, Spawn: checkSpawn, Weave: checkWeave,
}

// ordinary is the rule of what is no built-in word.
var ordinary Rule

// ruleOf returns the rule of the word that a statement calls.
func (c *checker) ruleOf(st *syntax.Stmt) *Rule {
	call := &c.calls[st.ID]
	if call.Target != TargetBuiltin {
		return &ordinary
	}
	return &c.p.table.Signature(call.Index).Rule
}

// condition pops the Bool of a conditional.
func (c *checker) condition(st *syntax.Stmt, s *Stack, need int, whole *Stack) *Stack {
	t, rest := c.pop(st, s, need, whole)
	if !c.unify(boolType, t) {
		r := c.refuse(c.at(st), "condition-not-bool", "the condition of '%s' must be 'Bool', found %s", st.Text, describe(t)).note("stack here: %s", s)
		if prune(t).Kind == Int {
			r.help("Ints are no truth values: compare, for example with '0 i.<>'")
		}
		panic(r)
	}
	return rest
}

// literalIf checks "[ A ] [ B ] if" in place (chapter 2, section 8).
func (c *checker) literalIf(sc *scope, st *syntax.Stmt, s *Stack) *Stack {
	then, els, whole := &st.Inner[0], &st.Inner[1], s
	s = c.condition(st, s, 1, s)
	aux := sc.aux
	notePlace(c, then.Pos+1, s, aux)
	a := c.seq(sc, then.Inner, s)
	auxA := sc.aux
	sc.aux = aux
	notePlace(c, els.Pos+1, s, aux)
	b := c.seq(sc, els.Inner, s)
	auxB := sc.aux
	notePlace(c, st.Pos, whole, aux)
	divergesA, divergesB := endOf(c.calls, then.Inner) == EndsInCycle, endOf(c.calls, els.Inner) == EndsInCycle
	if divergesA != divergesB {
		c.noteLeak(sc, a, b)
		if divergesA {
			return b
		}
		sc.aux = auxA
		return a
	}
	result, ok := c.join(a, b)
	if !ok {
		r := c.refuse(c.at(st), "branches-differ", "the branches of 'if' leave different stacks").
			note("first branch, line %d:  %s", c.line(then.Pos), a).note("second branch, line %d: %s", c.line(els.Pos), b)
		c.clash.explainBranches(r, "first", "second")
		c.noteAux(r, auxA, auxB, "branch")
		panic(r)
	}
	c.sameAux(st, auxA, auxB, "branch")
	sc.aux = auxA
	return result
}

// noteLeak marks the word as leaky if a diverging branch leaves another number
// of values than the one that decides.
func (c *checker) noteLeak(sc *scope, a, b *Stack) {
	if sc.sameBase(a) && sc.sameBase(b) && sc.relativeHeight(a) != sc.relativeHeight(b) {
		c.w.Leaky = true
	}
}

func (c *checker) line(pos int32) int {
	line, _ := c.p.info.Program.Modules[c.w.Module].Source.Position(pos)
	return line
}

func (k clash) explainBranches(r *refusal, first, second string) {
	switch {
	case k.a != nil:
		r.note("%s and %s do not match", describe(k.a), describe(k.b))
	case k.taller > 0:
		r.note("the %s has %s more", first, values(k.taller))
	case k.taller < 0:
		r.note("the %s has %s more", second, values(-k.taller))
	}
}

// sameAux demands that two branches or arms leave the same aux stack.
func (c *checker) sameAux(st *syntax.Stmt, a, b *Stack, what string) {
	r := c.refuse(c.at(st), "aux-differs", "the aux stack differs between one %s of '%s' and another", what, c.nameOf(st))
	if c.noteAux(r, a, b, what) {
		panic(r)
	}
}

// noteAux adds to a refusal that two branches or arms leave different aux stacks, if they do
// (chapter 2, section 23).
func (c *checker) noteAux(r *refusal, a, b *Stack, what string) (differs bool) {
	x, y := a, b
	for x != nil && y != nil && x != y && c.unify(x.Top, y.Top) {
		x, y = x.Below, y.Below
	}
	if x == y {
		return false
	}
	r.note("one %s leaves %s on the aux stack, the other %s", what, auxString(a), auxString(b))
	return true
}

// join unifies the stacks of two branches and returns the common one. Types of
// literals are schemes: where two different ones meet, what both are stays.
func (c *checker) join(a, b *Stack) (*Stack, bool) {
	c.clash = clash{}
	var tops []*Type
	for {
		a, b = resolve(a), resolve(b)
		if a == b || a.Top == nil || b.Top == nil {
			break
		}
		x, y := a.Top, b.Top
		if x != y && isQuotation(prune(x)) && isQuotation(prune(y)) {
			x, y = c.open(prune(x)), c.open(prune(y))
			x = &Type{Kind: x.Kind, Yields: x.Yields || y.Yields, In: x.In, Out: x.Out}
		}
		if !c.unify(x, y) {
			return nil, false
		}
		tops = append(tops, x)
		a, b = a.Below, b.Below
	}
	if !c.unifyStack(a, b) {
		return nil, false
	}
	for i := len(tops) - 1; i >= 0; i-- {
		a = a.push(tops[i])
	}
	return a, true
}

// literalCond checks a cond with literal clauses like the chain of ifs that it
// is; every clause has an aux stack of its own (chapter 1, section 13).
func (c *checker) literalCond(sc *scope, st *syntax.Stmt, s *Stack) *Stack {
	clauses := st.Clauses()
	clause := func(q *syntax.Stmt, s *Stack) *Stack {
		inner := &scope{start: sc.start}
		notePlace(c, q.Pos+1, s, nil)
		s = c.seq(inner, q.Inner, s)
		if inner.aux != nil {
			panic(c.auxLeft(q, inner.aux))
		}
		return s
	}
	if last := clauses[len(clauses)-2].Inner; !alwaysTrue(last) && !c.p.info.Program.Modules[c.w.Module].Supplied {
		c.p.warnOnce(c.at(st), "cond-without-default", "if no predicate of this 'cond' is true, the program ends in a run-time error")
	}
	var result *Stack
	var diverged, exited []*Stack
	var first *syntax.Stmt
	whole := s
	for i := 0; i < len(clauses); i += 2 {
		predicate, body := &clauses[i], &clauses[i+1]
		s = clause(predicate, s)
		t, rest := c.pop(st, s, 1, s)
		if !c.unify(boolType, t) {
			panic(c.refuse(c.at(predicate), "condition-not-bool", "a predicate of 'cond' must leave a 'Bool' on top, found %s", describe(t)).note("stack behind it: %s", s))
		}
		s = rest
		left := clause(body, s)
		switch endOf(c.calls, body.Inner) {
		case EndsInExit:
			exited = append(exited, left)
			continue
		case EndsInCycle:
			diverged = append(diverged, left)
			continue
		}
		if result == nil {
			result, first = left, body
			continue
		}
		result = c.joinBodies(st, first, result, body, left)
	}
	notePlace(c, st.Pos, whole, sc.aux)
	if result == nil { // no body decides: those that are left are compared
		result = append(diverged, exited...)[0]
		for _, left := range diverged {
			result = c.joinBodies(st, nil, result, nil, left)
		}
		return result
	}
	for _, left := range diverged {
		c.noteLeak(sc, left, result)
	}
	return result
}

// alwaysTrue tells whether a predicate ends in the literal "true".
func alwaysTrue(predicate []syntax.Stmt) bool {
	n := len(predicate)
	return n > 0 && predicate[n-1].Kind == syntax.StmtBool && predicate[n-1].Bits() == 1
}

// joinBodies joins what two bodies of a cond leave; a and b are the bodies, or
// nil where the message need not say which.
func (c *checker) joinBodies(st, a *syntax.Stmt, first *Stack, b *syntax.Stmt, second *Stack) *Stack {
	joined, ok := c.join(first, second)
	if ok {
		return joined
	}
	name := func(body *syntax.Stmt) string {
		if body == nil {
			return "a body"
		}
		return fmt.Sprintf("body in line %d", c.line(body.Pos))
	}
	r := c.refuse(c.at(st), "branches-differ", "the bodies of 'cond' leave different stacks: one branch differs from another").
		note("%s: %s", name(a), first).note("%s: %s", name(b), second)
	c.clash.explainBranches(r, "first", "second")
	panic(r)
}

func (c *checker) auxLeft(q *syntax.Stmt, aux *Stack) *refusal {
	return c.refuse(c.at(q), "aux-left", "values are left on the aux stack at the end of a quotation in %s: %s", c.w.Decl.Shown(), auxString(aux)).
		help("a quotation has an aux stack of its own: every '>aux' needs its 'aux>' in it")
}

// match checks a match expression (chapter 2, section 9).
func (c *checker) match(sc *scope, st *syntax.Stmt, s *Stack) *Stack {
	arms := st.Match.Arms
	info := MatchInfo{Arms: make([]ArmInfo, len(arms))}
	for i := range arms {
		info.Arms[i] = c.arm(&arms[i])
	}
	union := info.Arms[0].Variant.Union
	info.Union = union
	scrutinee, rest := c.pop(st, s, 1, s)
	found := prune(scrutinee)
	switch {
	case found.Kind == Var:
		c.bind(found, variantType)
	case found.Kind == Variant, found.Kind == Union && found.Name == union.Decl.Name.Text:
	default:
		panic(c.refuse(c.at(st), "match-type", "this 'match' is on the union '%s', found %s", union.Decl.Name.Text, describe(found)).note("stack here: %s", s))
	}
	c.deadArms(st, &info, found)
	aux := sc.aux
	var result, resultAux *Stack
	for i := range arms {
		stack := rest
		for _, f := range info.Arms[i].Fields {
			stack = stack.push(info.Arms[i].Variant.Fields[f])
		}
		sc.aux = aux
		noteArm(c, &arms[i], stack, aux)
		left := c.seq(sc, arms[i].Body, stack)
		if i == 0 {
			result, resultAux = left, sc.aux
			continue
		}
		joined, ok := c.join(result, left)
		if !ok {
			r := c.refuse(c.at(st), "arms-differ", "the arms of 'match' leave different stacks").
				note("arm '%s', line %d: %s", arms[0].Variant.Text, c.line(arms[0].Variant.Pos), result).
				note("arm '%s', line %d: %s", arms[i].Variant.Text, c.line(arms[i].Variant.Pos), left)
			c.clash.explainBranches(r, "first", "second")
			c.noteAux(r, resultAux, sc.aux, "arm")
			panic(r)
		}
		result = joined
		c.sameAux(st, resultAux, sc.aux, "arm")
	}
	sc.aux = resultAux
	c.matches[st.ID] = info
	return result
}

func (c *checker) arm(arm *syntax.Arm) ArmInfo {
	span := c.span(arm.Variant.Pos, arm.Variant.End)
	v := c.p.byName[arm.Variant.Text]
	if v == nil {
		r := c.refuse(span, "unknown-variant", "no union has a variant '%s'", arm.Variant.Text)
		suggest(r.d, arm.Variant.Text, c.p.variantNames(), "")
		if u := c.p.unions[arm.Variant.Text]; u != nil {
			r.help("'%s' is a union; arms name its variants", arm.Variant.Text)
		}
		panic(r)
	}
	info := ArmInfo{Variant: v}
	if arm.Bindings == nil {
		for f := range v.Fields {
			info.Fields = append(info.Fields, int32(f))
		}
		return info
	}
	for _, b := range arm.Bindings {
		f := fieldIndex(v, b.Text)
		if f < 0 {
			names := make([]string, len(v.Decl.Fields))
			for i := range names {
				names[i] = v.Decl.Fields[i].Name.Text
			}
			r := c.refuse(c.span(b.Pos, b.End), "unknown-field", "the variant '%s' has no field '%s'", v.Name(), b.Text)
			suggest(r.d, b.Text, names, ">")
			if len(names) == 0 {
				panic(r.help("it has no fields"))
			}
			panic(r.help("its fields are %s", strings.Join(names, ", ")))
		}
		info.Fields = append(info.Fields, int32(f))
	}
	return info
}

func fieldIndex(v *VariantType, name string) int {
	for i := range v.Decl.Fields {
		if v.Decl.Fields[i].Name.Text == name {
			return i
		}
	}
	return -1
}

// deadArms warns about arms that can never run.
func (c *checker) deadArms(st *syntax.Stmt, info *MatchInfo, scrutinee *Type) {
	seen := map[*VariantType]bool{}
	for i := range info.Arms {
		v := info.Arms[i].Variant
		name := st.Match.Arms[i].Variant
		span := c.span(name.Pos, name.End)
		switch {
		case seen[v]:
			info.Arms[i].Dead = true
			c.p.warnOnce(span, "dead-arm", "this arm never runs: '%s' has an arm above", v.Name())
		case v.Union != info.Union && scrutinee.Kind == Union:
			c.p.warnOnce(span, "dead-arm", "this arm never runs: '%s' belongs to the union '%s', the matched value is of '%s'", v.Name(), v.Union.Decl.Name.Text, info.Union.Decl.Name.Text)
		}
		seen[v] = true
	}
}

// warnOnce warns about a place that may be checked more than once.
func (p *program) warnOnce(span diag.Span, code diag.Code, format string, args ...any) {
	if key := (warned{span, code}); !p.warned[key] {
		p.warned[key] = true
		p.warn(span, code, format, args...).Help = warningHelp[code]
	}
}

// warningHelp is what to do about a warning.
var warningHelp = map[diag.Code][]string{
	"cond-without-default": {"a last clause '[ true ] [ … ]' takes what is left"},
}

func (p *program) hintOnce(span diag.Span, code diag.Code, format string, args ...any) {
	if key := (warned{span, code}); !p.warned[key] {
		p.warned[key] = true
		p.fail(span, code, format, args...).Severity = diag.Hint
	}
}

// quotationOnTop pops the quotation that a word runs. known is false for a
// type variable: what such a quotation does is not known.
func (c *checker) quotationOnTop(st *syntax.Stmt, s *Stack, what string, need int, whole *Stack) (q *Type, rest *Stack, known bool) {
	t, rest := c.pop(st, s, need, whole)
	q = prune(t)
	if isQuotation(q) {
		return q, rest, true
	}
	if q.Kind == Var {
		c.markRun(q)
		c.attempt.runs(q)
		return q, rest, false
	}
	panic(noQuotation(c, st, q, what).note("stack here: %s", whole))
}

// noQuotation is the error about a value where a word needs a quotation.
func noQuotation(c *checker, st *syntax.Stmt, found *Type, what string) *refusal {
	r := c.refuse(c.at(st), "not-a-quotation", "'%s' needs a quotation%s, found %s", st.Text, what, describe(found))
	if found.Kind == Bool && c.ruleOf(st).Special == Branch {
		r.help("'if' takes two quotations, one for true and one for false; for one branch there is 'when' of std:control, or an empty [ ]")
	}
	return r
}

// run applies a quotation's own effect to a stack and tells how many values it
// takes and leaves, if that is known.
func (c *checker) run(st *syntax.Stmt, q *Type, s *Stack, which string) (result *Stack, in, out int32, known bool) {
	fresh := c.fresh(q)
	n, base := height(fresh.In)
	m, base2 := height(fresh.Out)
	known = base == base2
	c.clash = clash{}
	have, bottom := height(s)
	if !c.unifyStack(fresh.In, s) {
		if bottom.rigid && have < n {
			panic(c.refuse(c.at(st), "underflow", "stack underflow: the quotation%s of '%s' needs %s, only %d there (in %s)", which, st.Text, values(n), have, c.w.Decl.Shown()).
				note("the quotation: %s", q))
		}
		r := c.refuse(c.at(st), "type-mismatch", "the quotation%s of '%s' does not fit the stack", which, st.Text).
			note("the quotation: %s", q).note("the stack:     %s", s)
		c.clash.explainQuotation(r)
		panic(r)
	}
	return fresh.Out, int32(n), int32(m), known
}

func (c *checker) refuseYield(st *syntax.Stmt, k *Combinator, q *Type) {
	if !q.Yields {
		return
	}
	r := c.refuse(c.at(st), "yield-lost", "a quotation with a Yield cannot be run by '%s'", st.Text)
	if len(k.Order) == 1 { // all it does is run it
		r.help("give it to 'strand.weave'")
	}
	panic(r)
}

func unknownStack() *Stack { return newRow("", false).stack() }

// quotationNames are what messages call the quotations of a combinator, by how many it has: where it
// finds one, and which one runs.
var quotationNames = [][]struct{ found, runs string }{
	1: {{"", ""}},
	2: {{" below the top", " 1"}, {" on top", " 2"}},
}

// checkCombinator checks a word that runs quotations on the stack (chapter 2, section 12).
func checkCombinator(c *checker, st *syntax.Stmt, k *Combinator, s *Stack) *Stack {
	call := &c.calls[st.ID]
	inputs := make([]*Type, k.Values+k.Quotations)
	names := quotationNames[k.Quotations]
	rest, known := s, true
	for i := len(inputs) - 1; i >= 0; i-- {
		n, isQuotation := k.Quotation(i)
		if !isQuotation {
			inputs[i], rest = c.pop(st, rest, len(inputs), s)
			continue
		}
		var seen bool
		inputs[i], rest, seen = c.quotationOnTop(st, rest, names[n].found, len(inputs), s)
		known = known && seen
	}
	call.Known = known
	if !known {
		rest = unknownStack()
		for _, i := range k.Restored() {
			rest = rest.push(inputs[i])
		}
		return rest
	}
	for _, q := range inputs[k.Values:] {
		c.refuseYield(st, k, q)
	}
	heights := [...]struct{ in, out *int32 }{{&call.In, &call.Out}, {&call.In2, &call.Out2}}
	for _, i := range k.Order {
		n, isQuotation := k.Quotation(i)
		if !isQuotation {
			rest = rest.push(inputs[i])
			continue
		}
		var fixed bool
		rest, *heights[n].in, *heights[n].out, fixed = c.run(st, inputs[i], rest, names[n].runs)
		call.Known = call.Known && fixed
	}
	return rest
}

const trueBranch = " below the top (the branch for true)"

// checkIf checks a computed if: quotations that are not both literals.
func checkIf(c *checker, sc *scope, st *syntax.Stmt, s *Stack) *Stack {
	call := &c.calls[st.ID]
	call.Known = false
	q2, rest, known2 := c.quotationOnTop(st, s, " on top (the branch for false)", 3, s)
	q1, rest, known1 := c.quotationOnTop(st, rest, trueBranch, 3, s)
	rest = c.condition(st, rest, 3, s)
	if !known1 || !known2 {
		return unknownStack()
	}
	sc.yields = sc.yields || q1.Yields || q2.Yields
	a, in1, out1, first := c.run(st, q1, rest, " 1")
	b, in2, out2, second := c.run(st, q2, rest, " 2")
	joined, ok := c.join(a, b)
	if !ok {
		r := c.refuse(c.at(st), "branches-differ", "the branches of 'if' leave different stacks").
			note("first branch:  %s", a).note("second branch: %s", b)
		c.clash.explainBranches(r, "first", "second")
		panic(r)
	}
	if first && second && out1-in1 == out2-in2 {
		call.Known, call.In = true, max(in1, in2)
		call.Out = call.In + out1 - in1
	}
	return joined
}

func checkToAux(c *checker, sc *scope, st *syntax.Stmt, s *Stack) *Stack {
	t, rest := c.pop(st, s, 1, s)
	sc.aux = &Stack{Top: t, Below: sc.aux}
	return rest
}

func checkFromAux(c *checker, sc *scope, st *syntax.Stmt, s *Stack) *Stack {
	if sc.aux == nil {
		panic(c.refuse(c.at(st), "aux-empty", "'aux>' on an empty aux stack (in %s)", c.w.Decl.Shown()).
			help("'>aux' puts a value there; a quotation does not see the aux stack around it"))
	}
	t := sc.aux.Top
	sc.aux = sc.aux.Below
	return s.push(t)
}

// checkSpawn checks strand.spawn of a quotation that is not a literal right
// before it (chapter 5, section 3).
func checkSpawn(c *checker, _ *scope, st *syntax.Stmt, s *Stack) *Stack {
	call := &c.calls[st.ID]
	q, rest, known := c.quotationOnTop(st, s, "", 1, s)
	call.Known, call.Moved = true, 0 // a body may be checked again
	if !known || q.Kind == Closure {
		return rest.push(intType)
	}
	fresh := c.fresh(q)
	for in := resolve(fresh.In); in.Top != nil; in = resolve(in.Below) {
		var t *Type
		t, rest = c.pop(st, rest, int(call.Moved)+1, s)
		if !c.unify(in.Top, t) {
			panic(c.refuse(c.at(st), "type-mismatch", "the quotation for 'strand.spawn' does not fit the stack").note("the quotation: %s", q).note("the stack:     %s", s))
		}
		call.Moved++
	}
	return rest.push(intType)
}

func checkWeave(c *checker, _ *scope, st *syntax.Stmt, s *Stack) *Stack {
	_, rest, _ := c.quotationOnTop(st, s, "", 1, s)
	c.calls[st.ID].Known = true
	return rest.push(&Type{Kind: Var})
}
