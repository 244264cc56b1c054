// Package reference is a plain evaluator of checked programs, and a generator of
// programs to test the compiler and the VM with. The evaluator walks the syntax tree
// with a stack of Go values. It is slow and obvious; it knows the words that
// generated programs use and no others, and nothing of bytecode.
package reference

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

type quotation struct {
	module   int
	owner    *types.Word // in which it is written
	body     []syntax.Stmt
	captures []any
}

type variant struct {
	tag    string
	fields []any
}

type symbol string

type machine struct {
	info   *types.Info
	table  *types.Table
	words  map[string]func(*machine) // words; here, since they come back to the machine
	stack  []any
	frames []Frame // outermost first
	out    *strings.Builder
	steps  *int
	above  int           // how many values a tail call takes, while what stays is looked at
	weave  *weave        // whose body this is; nil: main's
	over   chan struct{} // closed when the program has ended
}

const (
	maxSteps = 2_000_000
	maxCalls = 2_000 // only words without an end call each other so deeply
)

// Result is what a program did.
type Result struct {
	Output string
	Status int
	Error  *Error // nil: it came to its end
	Long   bool   // it took too long, all else is not known
}

// Run evaluates main of a program.
func Run(info *types.Info) (result Result) {
	m := &machine{info: info, table: info.Builtins, words: words, out: new(strings.Builder), steps: new(int), over: make(chan struct{})}
	defer close(m.over)
	defer func() {
		result.Output = m.out.String()
		switch r := recover().(type) {
		case nil:
		case *Error:
			result.Error = r
		case tooLong:
			result.Long = true
		default:
			panic(r)
		}
	}()
	result.Status = m.main()
	return result
}

// main runs main and returns the exit status. What it leaves at the end of another
// word or quotation is looked at where it is defined: there is no caller.
func (m *machine) main() (status int) {
	w := m.info.Main
	name, start := w.Decl.Name.Text, m.frame(w)
	m.enter(start, false)
	if m.body(w, w.Module, w.Decl.Body, w.Decl.Pos, new([]any), true) {
		m.frames = []Frame{start}
	}
	m.demand(name, w.Effect.Out, 0)
	if len(w.Effect.Out) == 0 {
		return 0
	}
	return int(uint8(m.popInt()))
}

type tooLong struct{}

func (m *machine) push(v any) { m.stack = append(m.stack, v) }

func (m *machine) pop() any {
	v := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	return v
}

func (m *machine) popInt() int64 { return m.pop().(int64) }

// at is the value so deep in the stack.
func (m *machine) at(depth int) any { return m.stack[len(m.stack)-1-depth] }

func wrap(v int64) int64 { return v << 1 >> 1 }

// word calls a word. In tail position its frame takes the place of the caller's.
func (m *machine) word(w *types.Word, tail bool) {
	name := w.Decl.Name.Text
	m.demand(name, w.Effect.In, 0)
	depth := len(m.frames)
	m.enter(m.frame(w), tail)
	if len(m.frames) > maxCalls {
		m.fail(name, "calls nest too deeply")
	}
	if !m.body(w, w.Module, w.Decl.Body, w.Decl.Pos, new([]any), true) {
		m.demand(name, w.Effect.Out, 0)
	}
	if !tail {
		m.frames = m.frames[:depth]
		m.demand(name, w.Effect.Out, 0)
	}
}

func (m *machine) enter(f Frame, tail bool) {
	if tail {
		gone := m.frames[len(m.frames)-1]
		m.frames = m.frames[:len(m.frames)-1]
		f.Replaced, f.Ended = gone.Replaced, gone.Ended
		if gone.Quotation {
			f.Ended = append(slices.Clip(f.Ended), Place{gone.Line, gone.Column})
			gone.Word = ""
		}
		if !slices.Contains(f.Replaced, gone.Word) {
			f.Replaced = append(slices.Clip(f.Replaced), gone.Word)
		}
	}
	m.frames = append(m.frames, f)
}

// here sets the place that the innermost frame is at.
func (m *machine) here(module int, pos int32) {
	f := &m.frames[len(m.frames)-1]
	f.Line, f.Column = m.info.Program.Modules[module].Source.Position(pos)
}

// frame is that of a word that has just been entered.
func (m *machine) frame(w *types.Word) Frame {
	f := Frame{Word: w.Decl.Name.Text}
	f.Line, f.Column = m.info.Program.Modules[w.Module].Source.Position(w.Decl.Pos)
	return f
}

// body runs statements. In tail position it returns true if the frame is gone in the end,
// because another one took its place; else the frame is at the last statement then,
// or at around if there is none.
func (m *machine) body(w *types.Word, module int, stmts []syntax.Stmt, around int32, aux *[]any, tail bool) (gone bool) {
	for i := range stmts {
		last := tail && i == len(stmts)-1
		gone, bodies := m.statement(w, module, &stmts[i], aux, last)
		if gone || last && bodies {
			return gone
		}
	}
	if tail {
		if len(stmts) > 0 {
			around = stmts[len(stmts)-1].Pos
		}
		m.here(module, around)
	}
	return false
}

// statement runs a statement. bodies tells that the frame is where one of the bodies in it
// ended; gone is as in body.
func (m *machine) statement(w *types.Word, module int, st *syntax.Stmt, aux *[]any, last bool) (gone, bodies bool) {
	if *m.steps++; *m.steps > maxSteps {
		panic(tooLong{})
	}
	switch st.Kind {
	case syntax.StmtInt:
		m.push(int64(st.Bits()))
	case syntax.StmtFloat:
		m.push(math.Float64frombits(st.Bits()))
	case syntax.StmtBool:
		m.push(st.Bits() == 1)
	case syntax.StmtString:
		m.push(st.Text)
	case syntax.StmtSymbol:
		m.push(symbol(st.Text))
	case syntax.StmtQuotation:
		n := int(m.info.Quotations[module][st.ID].Captures)
		q := &quotation{module: module, owner: w, body: st.Inner}
		q.captures = append(q.captures, m.stack[len(m.stack)-n:]...)
		m.stack = m.stack[:len(m.stack)-n]
		m.push(q)
	case syntax.StmtMatch:
		return m.match(w, module, st, aux, last), true
	case syntax.StmtIf:
		m.here(module, st.Pos)
		branch := &st.Inner[1]
		if m.condition("if") {
			branch = &st.Inner[0]
		}
		return m.body(w, module, branch.Inner, st.Pos, aux, last), true
	case syntax.StmtCond:
		return m.literalCond(w, module, st, last), true
	case syntax.StmtIndex, syntax.StmtCall:
		if m.info.Calls[module][st.ID].Form == types.FormInline && st.Text == "call" {
			return m.body(w, module, st.Inner[0].Inner, st.Pos, new([]any), last), true
		}
		for i := range st.Inner { // words that are more than a call run their literals as any quotation
			m.statement(w, module, &st.Inner[i], aux, false)
		}
		return m.call(w, module, st, aux, last), false
	default:
		panic(fmt.Sprintf("statement %d", st.Kind))
	}
	return false, false
}

// condition takes a Bool off the stack for a word.
func (m *machine) condition(word string) bool {
	m.kind(word, "Bool", m.at(0), m.at(0))
	return m.pop().(bool)
}

func (m *machine) literalCond(w *types.Word, module int, st *syntax.Stmt, tail bool) (gone bool) {
	clauses := st.Clauses()
	for i := 0; i < len(clauses); i += 2 {
		m.body(w, module, clauses[i].Inner, st.Pos, new([]any), false)
		m.here(module, st.Pos)
		if m.condition("cond") {
			return m.body(w, module, clauses[i+1].Inner, st.Pos, new([]any), tail)
		}
	}
	m.noClause(len(clauses) / 2)
	return false
}

// run runs a quotation in a frame of its own.
func (m *machine) run(q any, tail bool) {
	c := q.(*quotation)
	depth := len(m.frames)
	m.stack = append(m.stack, c.captures...)
	m.enter(Frame{Word: c.owner.Decl.Name.Text, Quotation: true}, tail)
	m.body(c.owner, c.module, c.body, 0, new([]any), true)
	if !tail {
		m.frames = m.frames[:depth]
	}
}

// apart runs a quotation on a stack of its own.
func (m *machine) apart(q any, args ...any) []any {
	saved := m.stack
	m.stack = append([]any{}, args...)
	m.run(q, false)
	result := m.stack
	m.stack = saved
	return result
}

func (m *machine) match(w *types.Word, module int, st *syntax.Stmt, aux *[]any, tail bool) (gone bool) {
	m.here(module, st.Pos)
	v := m.pop().(*variant)
	for i, arm := range m.info.Matches[module][st.ID].Arms {
		if arm.Variant.Name() == v.tag {
			for _, f := range arm.Fields {
				m.push(v.fields[f])
			}
			return m.body(w, module, st.Match.Arms[i].Body, st.Pos, aux, tail)
		}
	}
	m.fail("match", "no arm for a value with the tag :"+v.tag, v)
	return false
}

// call runs a call; gone tells that in tail position the caller's frame is gone.
func (m *machine) call(w *types.Word, module int, st *syntax.Stmt, aux *[]any, tail bool) (gone bool) {
	m.here(module, st.Pos)
	c := &m.info.Calls[module][st.ID]
	switch c.Target {
	case types.TargetWord:
		callee := m.info.Words[c.Index]
		if tail {
			m.demandKept(w, callee)
		}
		m.word(callee, tail)
		return tail
	case types.TargetMake:
		v := m.info.Variants[c.Index]
		n := len(v.Fields)
		m.demand(st.Text, v.Fields, 0)
		fields := append([]any{}, m.stack[len(m.stack)-n:]...)
		m.stack = m.stack[:len(m.stack)-n]
		m.push(&variant{v.Name(), fields})
		return false
	case types.TargetIs:
		m.push(m.pop().(*variant).tag == m.info.Variants[c.Index].Name())
		return false
	case types.TargetAccess:
		v, want := m.pop().(*variant), m.info.Variants[c.Index].Name()
		if v.tag != want {
			m.fail(st.Text, fmt.Sprintf("expected a value of the variant %s, found one of %s", want, v.tag), v)
		}
		m.push(v.fields[c.Field])
		return false
	}
	name := m.table.Name(c.Index)
	if name == "call" {
		m.run(m.pop(), tail)
		return tail
	}
	m.demand(name, m.table.Effect(c.Index).In, 0)
	m.builtin(name, aux)
	return false
}

// builtin runs a built-in word.
func (m *machine) builtin(name string, aux *[]any) {
	if word, ok := m.words[name]; ok {
		word(m)
		return
	}
	if f, ok := ints[name]; ok {
		b, a := m.popInt(), m.popInt()
		m.push(f(a, b))
		return
	}
	if f, ok := floats[name]; ok {
		b, a := m.pop().(float64), m.pop().(float64)
		m.push(f(a, b))
		return
	}
	switch name {
	case ">aux":
		*aux = append(*aux, m.pop())
	case "aux>":
		m.push((*aux)[len(*aux)-1])
		*aux = (*aux)[:len(*aux)-1]
	default:
		panic("word " + name)
	}
}

func (m *machine) cond(n int) {
	clauses := append([]any{}, m.stack[len(m.stack)-2*n:]...)
	m.stack = m.stack[:len(m.stack)-2*n]
	for i := 0; i < len(clauses); i += 2 {
		m.run(clauses[i], false)
		if flag, ok := m.at(0).(bool); !ok {
			m.fail("cond", "the predicate must leave a Bool, found "+describe(m.at(0)), m.at(0))
		} else if m.pop(); flag {
			m.run(clauses[i+1], false)
			return
		}
	}
	m.noClause(n)
}

func (m *machine) noClause(predicates int) {
	reason := fmt.Sprintf("none of its %d predicates was true", predicates)
	if predicates == 1 {
		reason = "its predicate was not true, and it has no other"
	}
	m.fail("cond", reason, m.stack...)
}
