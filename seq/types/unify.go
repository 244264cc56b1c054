package types

// unifier binds type and row variables. Every binding is noted on a trail, so
// that an attempt can be undone (closure capture tries bodies).
type unifier struct {
	trail []binding
	clash clash
	steps int
	// misruns counts how often a variable of which a body runs a value was bound to what
	// is no quotation.
	misruns int
	// handles makes Int and Socket the same type: the body of a word of a classic
	// file is checked (chapter 9, section 13).
	handles bool
}

type binding struct {
	t    *Type
	r    *Row
	runs bool // that t is run, and not what it is
}

// clash says why the last unification failed.
type clash struct {
	a, b   *Type // the two types, if types clashed
	taller int   // the two stacks differ by this many values: > 0 the first has more
	short  bool  // a rigid row had too few values
}

// maxSteps bounds the work for one word. Only types that were built to be
// enormous (quotations of quotations that double at each level) come near it.
const maxSteps = 200_000_000

func (u *unifier) mark() int { return len(u.trail) }

func (u *unifier) undo(mark int) {
	for i := len(u.trail) - 1; i >= mark; i-- {
		switch b := u.trail[i]; {
		case b.runs:
			b.t.runs = false
		case b.t != nil:
			b.t.ref = nil
		default:
			b.r.ref = nil
		}
	}
	u.trail = u.trail[:mark]
}

func (u *unifier) bind(v, t *Type) {
	v.ref = t
	u.trail = append(u.trail, binding{t: v})
	switch {
	case !v.runs:
	case t.Kind == Var:
		u.markRun(t)
	case !isQuotation(t):
		u.misruns++
	}
}

// markRun notes that a value of a variable is run as a quotation.
func (u *unifier) markRun(v *Type) {
	if !v.runs {
		v.runs = true
		u.trail = append(u.trail, binding{t: v, runs: true})
	}
}

func (u *unifier) bindRow(r *Row, s *Stack) {
	r.ref = s
	u.trail = append(u.trail, binding{r: r})
}

// unify makes two types equal (chapter 2, section 4) and says whether it could.
func (u *unifier) unify(a, b *Type) bool {
	a, b = prune(a), prune(b)
	if a == b {
		return true
	}
	if u.steps++; u.steps > maxSteps {
		return false
	}
	switch {
	case a.Kind == Var:
		if u.occurs(a, nil, b) {
			u.clash = clash{a: a, b: b}
			return false
		}
		if a.Name != "" && b.Kind == Var && b.Name == "" { // keep the name that a user wrote
			u.bind(b, a)
		} else {
			u.bind(a, b)
		}
		return true
	case b.Kind == Var:
		if u.occurs(b, nil, a) {
			u.clash = clash{a: a, b: b}
			return false
		}
		u.bind(b, a)
		return true
	case isQuotation(a) && isQuotation(b):
		a, b = u.open(a), u.open(b)
		if u.unifyStack(a.In, b.In) && u.unifyStack(a.Out, b.Out) {
			return true
		}
		if u.clash.a == nil {
			u.clash.a, u.clash.b = a, b
		}
		return false
	case u.handles && (a.Kind == Int && b.Kind == Socket || a.Kind == Socket && b.Kind == Int):
		return true
	case a.Kind == Union && b.Kind == Union && a.Name == b.Name,
		a.Kind == Variant && b.Kind == Union, a.Kind == Union && b.Kind == Variant:
		return true
	}
	u.clash = clash{a: a, b: b}
	return false
}

// unifyStack makes two stacks equal, tops first.
func (u *unifier) unifyStack(a, b *Stack) bool {
	for {
		a, b = resolve(a), resolve(b)
		if a == b {
			return true
		}
		if u.steps++; u.steps > maxSteps {
			return false
		}
		switch {
		case a.Top == nil && b.Top == nil:
			if a.Row.rigid && b.Row.rigid {
				u.clash = clash{short: true}
				return false
			}
			if a.Row.rigid || (a.Row.Name != "" && b.Row.Name == "") {
				a, b = b, a
			}
			u.bindRow(a.Row, b)
			return true
		case a.Top == nil:
			return u.extend(a.Row, b, -1)
		case b.Top == nil:
			return u.extend(b.Row, a, 1)
		}
		if !u.unify(a.Top, b.Top) {
			return false
		}
		a, b = a.Below, b.Below
	}
}

// extend binds a row to a stack that has values; sign says on which side.
func (u *unifier) extend(r *Row, s *Stack, sign int) bool {
	n, base := height(s)
	if r.rigid || base == r || u.rowOccurs(r, s) {
		u.clash = clash{taller: sign * n, short: r.rigid}
		return false
	}
	u.bindRow(r, s)
	return true
}

func (u *unifier) rowOccurs(r *Row, s *Stack) bool { return u.stackOccurs(nil, r, s) }

// occurs tells whether the variable v or the row r occurs in t. Types of
// literals are closed, so nothing can occur in them.
func (u *unifier) occurs(v *Type, r *Row, t *Type) bool {
	if u.steps++; u.steps > maxSteps {
		return true
	}
	t = prune(t)
	if t == v {
		return true
	}
	if !isQuotation(t) || t.closed {
		return false
	}
	return u.stackOccurs(v, r, t.In) || u.stackOccurs(v, r, t.Out)
}

func (u *unifier) stackOccurs(v *Type, r *Row, s *Stack) bool {
	for s = resolve(s); s.Top != nil; s = resolve(s.Below) {
		if u.occurs(v, r, s.Top) {
			return true
		}
	}
	return r != nil && s.Row == r
}

// open returns the type of a literal with fresh variables; other types as they are.
func (u *unifier) open(t *Type) *Type {
	if !t.closed {
		return t
	}
	return u.fresh(t)
}

// fresh renames the unbound variables and rows of a quotation type to new,
// flexible ones (chapter 2, section 3: quotation values are generalised).
func (u *unifier) fresh(t *Type) *Type {
	r := renamer{u: u}
	return r.quotation(t)
}

type renamer struct {
	u    *unifier
	vars map[*Type]*Type
	rows map[*Row]*Row
}

func (r *renamer) quotation(t *Type) *Type {
	return &Type{Kind: t.Kind, Yields: t.Yields, In: r.stack(t.In), Out: r.stack(t.Out)}
}

func (r *renamer) typ(t *Type) *Type {
	t = prune(t)
	r.u.steps++
	switch {
	case t.Kind == Var:
		v, ok := r.vars[t]
		if !ok {
			if r.vars == nil {
				r.vars = map[*Type]*Type{}
			}
			v = &Type{Kind: Var, Name: t.Name, runs: t.runs}
			r.vars[t] = v
		}
		return v
	case isQuotation(t) && !t.closed && r.u.steps < maxSteps:
		return r.quotation(t)
	}
	return t
}

func (r *renamer) stack(s *Stack) *Stack {
	s = resolve(s)
	if s.Top == nil {
		row, ok := r.rows[s.Row]
		if !ok {
			if r.rows == nil {
				r.rows = map[*Row]*Row{}
			}
			row = newRow(s.Row.Name, false)
			r.rows[s.Row] = row
		}
		return row.stack()
	}
	// a loop and not recursion: a quotation may leave very many values
	first := &Stack{Top: r.typ(s.Top)}
	last := first
	for s = resolve(s.Below); s.Top != nil; s = resolve(s.Below) {
		last.Below = &Stack{Top: r.typ(s.Top)}
		last = last.Below
	}
	last.Below = r.stack(s)
	return first
}
