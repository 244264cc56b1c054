package types

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
)

// checker checks the body of one word (chapter 2, section 6).
type checker struct {
	unifier
	p           *program
	w           *Word
	calls       []Call
	quots       []QuotationInfo
	matches     []MatchInfo
	expected    *Type // the declared top output, if that is a quotation type
	arities     map[*syntax.Stmt]arity
	attempt     *attempt         // the innermost number of captures that is tried; nil: none
	noted       *stacks          // where the stack behind each statement is noted; nil: nowhere
	captureTold *diag.Diagnostic // the last refusal that says what its literal captures
	seals       []seal           // of the literals that are being checked, the innermost last
	reversed    bool             // closures get what they captured in reverse order (chapter 9, section 12)
}

// scope is the body of a word or of a quotation: what has its own aux stack.
type scope struct {
	start  *Stack
	aux    *Stack // nil: empty
	yields bool
	top    bool // the word's own body: literals in it may be what the word declares
}

// refusal carries the diagnostic that ends the check of a body; it is thrown
// with panic and caught by try, because attempts nest.
type refusal struct{ d *diag.Diagnostic }

func (c *checker) try(f func()) (d *diag.Diagnostic) {
	defer func() {
		if r := recover(); r != nil {
			x, mine := r.(*refusal)
			if !mine {
				panic(r)
			}
			d = x.d
		}
	}()
	f()
	return nil
}

func (c *checker) span(start, end int32) diag.Span { return c.p.span(c.w.Module, start, end) }

func (c *checker) at(st *syntax.Stmt) diag.Span {
	switch st.Kind {
	case syntax.StmtQuotation:
		return c.span(st.Pos, st.Pos+1)
	case syntax.StmtMatch:
		return c.span(st.Pos, st.Pos+int32(len("match")))
	}
	return c.span(st.Pos, st.End)
}

// wordSpan is the place for what is wrong with the word as a whole.
func (c *checker) wordSpan() diag.Span { return c.span(c.w.Decl.Pos, c.w.Decl.Name.End) }

func (c *checker) refuse(span diag.Span, code diag.Code, format string, args ...any) *refusal {
	if c.steps > maxSteps {
		return c.tooComplex()
	}
	return &refusal{d: &diag.Diagnostic{Code: code, Span: span, Message: fmt.Sprintf(format, args...)}}
}

func (c *checker) tooComplex() *refusal {
	return &refusal{d: &diag.Diagnostic{Code: "types-too-complex", Span: c.wordSpan(),
		Message: fmt.Sprintf("the types in %s are too complex to check", c.w.Decl.Titled()),
		Help:    []string{"split the word and declare effects for its parts"}}}
}

func (r *refusal) note(format string, args ...any) *refusal {
	r.d.Notes = append(r.d.Notes, fmt.Sprintf(format, args...))
	return r
}

func (r *refusal) help(format string, args ...any) *refusal {
	r.d.Help = append(r.d.Help, fmt.Sprintf(format, args...))
	return r
}

// bodies checks the words in source order. A word is checked alone: its
// callers see only the declared effect, so an error never makes another.
func (p *program) bodies() {
	step := func(p *program) func(*Word) {
		c := &checker{p: p}
		return func(w *Word) {
			if !p.standing.take(w) {
				p.body(c, w)
			}
		}
	}
	left, tried := p.tryAll(step)
	check := step(p)
	for _, w := range left {
		if tried {
			p.forget(w)
		}
		told := len(p.errors)
		check(w)
		w.told = len(p.errors) > told
	}
}

// body checks the body of a word, unless the word was refused before.
func (p *program) body(c *checker, w *Word) {
	if w.refused {
		return
	}
	d := c.checked(w, func() {
		if w == p.input {
			c.input()
			return
		}
		if w.Effect == nil {
			p.infer(w)
		}
		c.word()
	})
	if d == nil {
		return
	}
	if d != reported {
		p.errors = append(p.errors, d)
	}
	w.refused = true
}

// enter makes the checker ready for the body of a word.
func (c *checker) enter(w *Word) {
	p := c.p
	c.w = w
	c.calls, c.quots, c.matches = p.info.Calls[w.Module], p.info.Quotations[w.Module], p.info.Matches[w.Module]
	c.trail, c.steps, c.arities, c.seals = c.trail[:0], 0, nil, c.seals[:0]
	c.handles = p.info.Program.Modules[w.Module].Dialect.OldNames()
	c.reversed = p.profile >= syntax.Classic4 && p.info.Program.Modules[w.Module].Dialect.Conditionals()
}

func (c *checker) word() {
	w := c.w
	in := instance{effect: w.Effect, rows: make([]*Row, len(w.Effect.rows))}
	// Where only the inputs name a row, that of the outputs takes up what is left
	// (chapter 2, section 22).
	in.rows[0] = newRow(implicitRow, w.Effect.rowIn == 1)
	start := in.side(w.Effect.In, w.Effect.rowIn)
	out := in.side(w.Effect.Out, w.Effect.rowOut)
	c.expected = nil
	if out.Top != nil && isQuotation(out.Top) {
		c.expected = out.Top
	}
	sc := &scope{start: start, top: true}
	c.noted.note(c.span(w.Decl.Effect.End, w.Decl.Effect.End), start, nil)
	s := c.seq(sc, w.Decl.Body, start)
	name := w.Decl.Name.Text
	c.clash = clash{}
	mark := c.mark()
	if !c.unifyStack(out, s) {
		r := c.refuse(c.wordSpan(), "output-differs", "the body of '%s' does not leave what its effect declares", name)
		c.clash.explain(r)
		c.explainOutput(r, s)
		c.undo(mark) // what was found is shown as the body left it
		r.d.Notes = slices.Insert(r.d.Notes, 0, "declared: "+outputs(w.Effect), "found:    "+s.String())
		panic(r)
	}
	if sc.aux != nil {
		panic(c.refuse(c.wordSpan(), "aux-left", "values are left on the aux stack at the end of '%s': %s", name, auxString(sc.aux)).
			help("every '>aux' needs its 'aux>' before the end"))
	}
	switch {
	case sc.yields && w == c.p.info.Main:
		panic(c.refuse(c.wordSpan(), "yield-lost", "'main' cannot Yield: nothing could take what it yields").help("give the words that yield to 'strand.weave'"))
	case sc.yields && !w.Effect.Yields:
		panic(c.refuse(c.wordSpan(), "yield-undeclared", "the word '%s' yields, but its effect declares no Yield", name).
			help("write it behind the outputs: ( … -- … | Yield T )"))
	case !sc.yields && w.Effect.Yields:
		panic(c.refuse(c.wordSpan(), "yield-missing", "the effect of '%s' declares a Yield, but its body does not yield", name))
	}
	c.forcedVariables(&in)
	if w.Effect.rowIn > 1 {
		w.Extra, _ = height(in.rows[w.Effect.rowIn-1].stack())
		if w.Extra > 0 && w == c.p.info.Main {
			panic(c.refuse(c.wordSpan(), "underflow", "stack underflow: 'main' starts on an empty stack and takes %s from it", values(w.Extra)))
		}
	}
}

// forcedVariables warns about type variables that the body takes for one type:
// callers see only the variable, so what they pass fails at run time.
func (c *checker) forcedVariables(in *instance) {
	if c.p.info.Program.Modules[c.w.Module].Supplied {
		return
	}
	for i, v := range in.vars {
		if v == nil {
			continue
		}
		t := prune(v)
		if t.Kind == Var || t.Kind == Variant || isQuotation(t) {
			continue
		}
		name := c.w.Effect.vars[i]
		d := c.p.warn(c.span(c.w.Decl.Effect.Pos, c.w.Decl.Effect.End), "forced-variable", "the body of '%s' takes the type variable '%s' for '%s'", c.w.Decl.Name.Text, name, t)
		d.Help = []string{fmt.Sprintf("write '%s' in the effect: then callers are checked", t)}
		offerType(d, c.w.Decl.Effect, name, t.String())
	}
}

// outputs writes the output side of a declared effect.
func outputs(e *Effect) string {
	in := instance{effect: e}
	return in.side(e.Out, e.rowOut).String()
}

func auxString(aux *Stack) string {
	p := newPrinter()
	p.b.WriteString("(")
	var list []*Type
	for ; aux != nil; aux = aux.Below {
		list = append(list, aux.Top)
	}
	for i := len(list) - 1; i >= 0; i-- {
		p.b.WriteString(" ")
		p.typ(list[i])
	}
	p.b.WriteString(" )")
	return p.b.String()
}

// explain adds to a mismatch of two stacks why they differ.
func (k clash) explain(r *refusal) {
	switch {
	case k.a != nil:
		r.note("%s and %s do not match", describe(k.a), describe(k.b))
	case k.taller > 0:
		r.note("the declared side has %s more", values(k.taller))
	case k.taller < 0:
		r.note("the found side has %s more", values(-k.taller))
	case k.short:
		r.note("the rest of the stack below is not the same")
	}
}

func values(n int) string {
	if n == 1 {
		return "1 value"
	}
	return fmt.Sprintf("%d values", n)
}

// describe names a type for a message: quoted, or what a variable stands for.
func describe(t *Type) string {
	t = prune(t)
	if t.Kind == Var && t.Name == "" {
		return "a value of unknown type"
	}
	return "'" + t.String() + "'"
}

// seq checks statements from a stack and returns the stack they leave.
func (c *checker) seq(sc *scope, stmts []syntax.Stmt, s *Stack) *Stack {
	loose := 0 // the quotation literals right in front that belong to no word
	for i := range stmts {
		st := &stmts[i]
		start := st.Start()
		switch st.Kind {
		case syntax.StmtInt:
			if st.Wraps && !c.p.info.Program.Modules[c.w.Module].Supplied {
				c.p.warnOnce(c.at(st), "int-literal-wraps", "the Int literal '%s' does not fit into 63 bits and becomes %d", c.text(st), int64(st.Bits()))
			}
			s = s.push(intType)
		case syntax.StmtFloat:
			s = s.push(floatType)
		case syntax.StmtBool:
			s = s.push(boolType)
		case syntax.StmtString:
			s = s.push(stringType)
		case syntax.StmtSymbol:
			s = s.push(symbolType)
		case syntax.StmtQuotation:
			s, _ = c.literal(sc, st, nil, s)
			loose++
		case syntax.StmtMatch:
			s = c.match(sc, st, s)
		case syntax.StmtIf:
			s = c.literalIf(sc, st, s)
			noteClassic(c, st, s, sc.aux)
		case syntax.StmtCond:
			if n := len(st.Clauses()); loose > 0 {
				c.noted.suspect("'%d cond' in line %d takes %d of the %d quotations in front of it", n/2, c.line(st.Count().Pos), n, loose+n)
			}
			s = c.literalCond(sc, st, s)
		case syntax.StmtIndex:
			s = c.literalIndex(sc, st, s)
		case syntax.StmtCall:
			if len(st.Inner) == 0 {
				s = c.call(sc, st, s)
				break
			}
			s, start = c.withLiterals(sc, st, s)
		}
		if st.Kind != syntax.StmtQuotation {
			loose = 0
		}
		c.noteStep(start, st.End, s, sc.aux)
	}
	return s
}

// withLiterals checks a call and the literals in front of it that belong to it. start is where
// the part begins that was checked last.
func (c *checker) withLiterals(sc *scope, st *syntax.Stmt, s *Stack) (_ *Stack, start int32) {
	n := len(st.Inner) - 1
	last := &st.Inner[n]
	if st.Count() != nil {
		c.condCount(last, n, s)
		s = c.seq(sc, st.Inner, s)
		return c.call(sc, st, s), st.Pos
	}
	s = c.seq(sc, st.Inner[:n], s)
	if c.ruleOf(st).Special == Branch {
		refuseOneBranch(c, st, s)
	}
	s, used := c.literal(sc, last, st, s)
	start = last.Pos
	if !used {
		c.noteStep(last.Pos, last.End, s, sc.aux)
		s = c.call(sc, st, s)
		start = st.Pos
	}
	c.calls[st.ID].Form = c.formOf(st)
	return s, start
}

// refuseOneBranch refuses an 'if' with one literal where what lies in front of it can be no other branch, before the literal is checked: of
// what the literal would be given nothing would be known, and the error would be about that.
func refuseOneBranch(c *checker, st *syntax.Stmt, s *Stack) {
	s = resolve(s)
	if s.Top == nil {
		return
	}
	if t := prune(s.Top); t.Kind != Var && !isQuotation(t) {
		panic(noQuotation(c, st, t, trueBranch).note("stack in front of the quotation: %s", s))
	}
}

// formOf tells what a call does with its literals, which have been checked.
func (c *checker) formOf(st *syntax.Stmt) Form {
	switch rule := c.ruleOf(st); {
	case rule.Loop != nil:
		return FormLoop
	case rule.Combinator == nil || rule.Combinator.Quotations != len(st.Inner):
		return FormCall
	}
	for i := range st.Inner {
		if q := &c.quots[st.Inner[i].ID]; q.Captures > 0 || q.Closure {
			return FormCall
		}
	}
	return FormInline
}

func (c *checker) text(st *syntax.Stmt) string {
	return c.p.info.Program.Modules[c.w.Module].Source.Text[st.Pos:st.End]
}

// pop takes the top type off a stack. From a flexible row it refines the row;
// from a rigid one it underflows: the word st needs n values, whole is the stack in front of it.
func (c *checker) pop(st *syntax.Stmt, s *Stack, n int, whole *Stack) (*Type, *Stack) {
	s = resolve(s)
	if s.Top != nil {
		return s.Top, s.Below
	}
	if s.Row.rigid {
		panic(c.underflow(st, n, whole))
	}
	t := &Type{Kind: Var}
	below := newRow(s.Row.Name, false).stack()
	c.bindRow(s.Row, below.push(t))
	return t, below
}

// underflow refuses a word that needs more values than whole, the stack in front of it, has.
func (c *checker) underflow(st *syntax.Stmt, need int, whole *Stack) *refusal {
	have, bottom := height(whole)
	there := fmt.Sprintf("only %d there", have)
	if have == 0 {
		there = "none there"
	}
	message := fmt.Sprintf("stack underflow: '%s' needs %s, %s (in %s)", c.nameOf(st), values(need), there, c.w.Decl.Shown())
	if s := c.sealOf(bottom); s != nil {
		return s.explain(c.refuse(c.at(st), "sealed-quotation", "%s", message).note("stack here: %s", whole))
	}
	return c.refuse(c.at(st), "underflow", "%s", message).note("stack here: %s", whole)
}

func (c *checker) nameOf(st *syntax.Stmt) string {
	switch st.Kind {
	case syntax.StmtMatch:
		return "match"
	case syntax.StmtQuotation:
		return "[ … ]"
	}
	return st.Text
}

// effectOf returns the effect of what a call calls; nil for an operator.
func (c *checker) effectOf(call *Call) *Effect {
	switch call.Target {
	case TargetBuiltin:
		return c.p.table.Effect(call.Index)
	case TargetWord:
		w := c.p.info.Words[call.Index]
		if w.Effect == nil {
			c.p.infer(w)
		}
		return w.Effect
	case TargetMake, TargetIs, TargetAccess:
		return c.p.generated(call)
	}
	return nil
}

// generated returns the effect of a word that a variant generates.
func (p *program) generated(call *Call) *Effect {
	v := p.info.Variants[call.Index]
	e := &Effect{rowIn: 1, rowOut: 1, rows: implicitRows, plain: true}
	union := []*Type{v.Union.Type}
	switch call.Target {
	case TargetMake:
		e.In, e.Out = v.Fields, union
	case TargetIs:
		e.In, e.Out = union, []*Type{boolType}
	default:
		e.In, e.Out = union, []*Type{v.Fields[call.Field]}
	}
	return e
}

// call checks a call of any kind on a stack.
func (c *checker) call(sc *scope, st *syntax.Stmt, s *Stack) *Stack {
	call := &c.calls[st.ID]
	switch rule := c.ruleOf(st); {
	case rule.Combinator != nil:
		return checkCombinator(c, st, rule.Combinator, s)
	case specials[rule.Special] != nil:
		return specials[rule.Special](c, sc, st, s)
	}
	e := c.effectOf(call)
	switch {
	case sugar[st.Text] != nil && (e == nil || call.Target == TargetBuiltin):
		e = c.operator(call, st, s)
	case e == nil: // a body with an unknown word, which only Info.Points looks at
		panic(&refusal{d: reported})
	}
	return c.apply(sc, st, &instance{effect: e}, s)
}

// apply applies a use of an effect to a stack (chapter 2, section 7).
func (c *checker) apply(sc *scope, st *syntax.Stmt, in *instance, s *Stack) *Stack {
	e := in.effect
	original, mark := s, c.mark()
	var before int
	if !e.plain {
		before = sc.relativeHeight(s)
	}
	for i := len(e.In) - 1; i >= 0; i-- {
		var t *Type
		t, s = c.pop(st, s, len(e.In), original)
		want := in.typ(e.In[i])
		if want != t {
			c.clash = clash{}
			if !c.unify(want, t) {
				panic(c.mismatch(st, e, want, t, original, mark))
			}
		}
	}
	if !e.plain {
		c.clash = clash{}
		if !c.unifyStack(in.row(e.rowIn).stack(), s) {
			r := c.refuse(c.at(st), "type-mismatch", "the stack does not fit the word '%s'", st.Text).note("expected: %s", e).note("found:    %s", original)
			c.clash.explainQuotation(r)
			panic(r)
		}
		s = in.row(e.rowOut).stack()
	}
	for _, t := range e.Out {
		s = s.push(in.typ(t))
	}
	if e.Yields {
		sc.yields = true
	}
	call := &c.calls[st.ID]
	call.Known = true
	if !e.plain {
		call.Delta, call.Known = 0, sc.sameBase(s)
		if call.Known {
			call.Delta = int32(sc.relativeHeight(s) - before)
		}
	}
	return s
}

// relativeHeight counts the values of a stack less those of the body's start,
// both down to the same row; the start grows when its row is refined.
func (sc *scope) relativeHeight(s *Stack) int {
	n, _ := height(s)
	m, _ := height(sc.start)
	return n - m
}

func (sc *scope) sameBase(s *Stack) bool {
	_, a := height(s)
	_, b := height(sc.start)
	return a == b
}

// mismatch refuses a call whose argument found is not what its effect wants. What was bound
// since the mark, by arguments above, is undone: the stack is shown as it lay there.
func (c *checker) mismatch(st *syntax.Stmt, e *Effect, want, found *Type, stack *Stack, mark int) *refusal {
	want, found = prune(want), prune(found)
	if isQuotation(want) && isQuotation(found) {
		r := c.refuse(c.at(st), "type-mismatch", "the quotation does not fit '%s': expected '%s', found '%s'", st.Text, want, found)
		c.clash.explainQuotation(r)
		return r
	}
	r := c.refuse(c.at(st), "type-mismatch", "'%s' expects %s, found %s", st.Text, describe(want), describe(found))
	c.undo(mark)
	r.note("expected: %s", e).note("found:    %s", stack)
	help := conversions[[2]Kind{want.Kind, found.Kind}]
	if advice, words := c.p.table.reorder(e.In, stack); words != "" {
		help = advice
		offerInFront(r.d, words)
	} else if before := before(c.w.Decl.Body, st); found.Kind == Bool && prune(resolve(stack).Top) == found && c.leavesFlag(before) {
		help = flagOf(before.Text)
	} else if prune(resolve(stack).Top) == found {
		c.p.offerConversion(r.d, help)
	}
	if help != "" {
		r.help("%s", help)
	}
	return r
}

func (k clash) explainQuotation(r *refusal) {
	switch {
	case k.a != nil && !isQuotation(prune(k.a)):
		r.note("%s and %s do not match", describe(k.a), describe(k.b))
	}
}

// explainOutput adds what may have been forgotten at the end of a body that leaves s.
func (c *checker) explainOutput(r *refusal, s *Stack) {
	body := c.w.Decl.Body
	if len(body) == 0 {
		return
	}
	last := &body[len(body)-1]
	declared, top := c.w.Effect.Out, resolve(s).Top
	wanted := len(declared) > 0 && declared[len(declared)-1].Kind == Bool
	if top != nil && prune(top).Kind == Bool && (!wanted || c.clash.taller < 0) && c.leavesFlag(last) {
		r.help("%s", flagOf(last.Text))
	}
}

// operator resolves +, < and so on by the two types on top (chapter 2, section 13).
func (c *checker) operator(call *Call, st *syntax.Stmt, s *Stack) *Effect {
	name := func(s *Stack) (*Type, *Stack) {
		if s = resolve(s); s.Top == nil {
			return nil, s
		}
		return prune(s.Top), s.Below
	}
	top, rest := name(s)
	second, _ := name(rest)
	if top != nil && second != nil && top.Kind == second.Kind {
		if word, ok := sugar[st.Text][top.Kind]; ok {
			if c.handles { // a classic file
				word = c.p.overlay(word)
			}
			index, ok := c.p.table.Lookup(word)
			switch {
			case ok:
				call.Target, call.Index = TargetBuiltin, index
				return c.p.table.Effect(index)
			case c.p.info.Program.Modules[c.w.Module].Supplied:
				c.p.lack(c.w.Module, word)
				panic(&refusal{d: reported})
			}
			panic(c.refuse(c.at(st), "unknown-word", "the operator '%s' is '%s' here, a word that the program does not have", st.Text, word))
		}
	}
	if _, bottom := height(s); (top == nil || second == nil) && bottom.rigid {
		panic(c.underflow(st, 2, s))
	}
	show := func(t *Type) string {
		if t == nil {
			return "empty (not in sight)"
		}
		return describe(t)
	}
	r := c.refuse(c.at(st), "operator-mismatch", "the operator '%s' does not fit its operands: %s and %s", st.Text, show(second), show(top)).
		note("stack here: %s", s)
	if top == nil || second == nil {
		r.note("no word right behind the quotation tells what it is given: of the stack below nothing is known")
	}
	unknown := top == nil || second == nil || top.Kind == Var || second.Kind == Var
	var words []string
	for _, k := range []Kind{Int, Float, String} {
		if w := sugar[st.Text][k]; w != "" {
			words = append(words, fmt.Sprintf("'%s'", w))
		}
	}
	switch known := top; {
	case unknown:
		if known == nil || known.Kind == Var {
			known = second
		}
		if known != nil && sugar[st.Text][known.Kind] != "" {
			r.help("the type of one operand is unknown here: use the typed word '%s'", sugar[st.Text][known.Kind])
			offerWriting(r.d, sugar[st.Text][known.Kind])
		} else {
			r.help("the operands' types are not known here: use a typed word: %s", strings.Join(words, ", "))
		}
	case sugar[st.Text][String] != "" && toString(top, second) != "":
		r.help("there is no implicit conversion: use '%s', then '%s'", toString(top, second), st.Text)
	case top.Kind == Int && second.Kind == Float, top.Kind == Float && second.Kind == Int:
		r.help("there is no implicit conversion: use 'int->float' or 'float->int', then '%s'", st.Text)
	default:
		r.help("'%s' is for two operands of the same type; the typed words are %s", st.Text, strings.Join(words, ", "))
		if top.Kind == String && second.Kind == String {
			r.help("strings have no order; compare code points with 'string.char-at'")
		}
	}
	panic(r)
}

// literalIndex checks pick and roll behind an Int literal (chapter 2, section 14).
func (c *checker) literalIndex(sc *scope, st *syntax.Stmt, s *Stack) *Stack {
	call, n := &c.calls[st.ID], st.Index()
	if n < 0 {
		panic(c.refuse(c.at(st), "negative-index", "the index %d of '%s' is negative", n, st.Text))
	}
	const deepest = 1 << 20
	if n > deepest {
		panic(c.refuse(c.at(st), "underflow", "stack underflow: the index %d of '%s' is out of reach (in %s)", n, st.Text, c.w.Decl.Shown()))
	}
	call.Known = true
	if c.ruleOf(st).Special == Pick {
		cell := resolve(s)
		for i := int64(0); i < n && cell.Top != nil; i++ {
			cell = resolve(cell.Below)
		}
		if cell.Top != nil {
			return s.push(cell.Top)
		}
		if cell.Row.rigid {
			panic(c.underflow(st, int(n)+1, s))
		}
		call.Known = false // it looks into the row
		return s.push(&Type{Kind: Var})
	}
	types := make([]*Type, 0, min(n+1, 64))
	rest := s
	for i := int64(0); i <= n; i++ {
		var t *Type
		t, rest = c.pop(st, rest, int(n)+1, s)
		types = append(types, t)
	}
	for i := n - 1; i >= 0; i-- {
		rest = rest.push(types[i])
	}
	return rest.push(types[n])
}
