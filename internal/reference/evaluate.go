// Package reference is a plain evaluator of checked programs: it walks the
// syntax tree with a stack of Go values. It is slow and obvious, and there to
// test the compiler and the VM against; it knows the words that generated
// programs use and no others.
package reference

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/seqvm/seqvm/syntax"
	"github.com/seqvm/seqvm/types"
)

type quotation struct {
	module   int
	body     []syntax.Stmt
	captures []any
}

type variant struct {
	tag    string
	fields []any
}

type machine struct {
	info  *types.Info
	names []string
	stack []any
	out   strings.Builder
	steps int
}

const maxSteps = 2_000_000

// Run evaluates main and returns what it wrote; false if it took too long.
func Run(info *types.Info, builtinNames []string) (output string, ok bool) {
	m := &machine{info: info, names: builtinNames}
	defer func() {
		if r := recover(); r == errSteps {
			ok = false
		} else if r != nil {
			panic(r)
		}
	}()
	w := info.Main
	m.body(w.Module, w.Decl.Body, new([]any))
	return m.out.String(), true
}

const errSteps = "too many steps"

func (m *machine) push(v any) { m.stack = append(m.stack, v) }

func (m *machine) pop() any {
	v := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	return v
}

func (m *machine) popInt() int64 { return m.pop().(int64) }

func wrap(v int64) int64 { return v << 1 >> 1 }

func (m *machine) body(module int, stmts []syntax.Stmt, aux *[]any) {
	for i := 0; i < len(stmts); i++ {
		if m.steps++; m.steps > maxSteps {
			panic(errSteps)
		}
		st := &stmts[i]
		switch st.Kind {
		case syntax.StmtInt:
			m.push(int64(st.Bits))
		case syntax.StmtFloat:
			m.push(math.Float64frombits(st.Bits))
		case syntax.StmtBool:
			m.push(st.Bits == 1)
		case syntax.StmtString:
			m.push(st.Text)
		case syntax.StmtMatch:
			m.match(module, st, aux)
		case syntax.StmtQuotation:
			if syntax.LiteralIf(stmts, i) {
				branch := stmts[i+1].Block
				if m.pop().(bool) {
					branch = st.Block
				}
				m.body(module, branch, aux)
				i += 2
				continue
			}
			n := int(m.info.Quotations[module][st.ID].Captures)
			q := &quotation{module: module, body: st.Block}
			q.captures = append(q.captures, m.stack[len(m.stack)-n:]...)
			m.stack = m.stack[:len(m.stack)-n]
			m.push(q)
		case syntax.StmtCall:
			m.call(module, st, aux)
		default:
			panic(fmt.Sprintf("statement %d", st.Kind))
		}
	}
}

func (m *machine) run(q any) {
	c := q.(*quotation)
	m.stack = append(m.stack, c.captures...)
	m.body(c.module, c.body, new([]any))
}

// apart runs a quotation on a stack of its own.
func (m *machine) apart(q any, args ...any) []any {
	saved := m.stack
	m.stack = append([]any{}, args...)
	m.run(q)
	result := m.stack
	m.stack = saved
	return result
}

func (m *machine) match(module int, st *syntax.Stmt, aux *[]any) {
	v := m.pop().(*variant)
	for i, arm := range m.info.Matches[module][st.ID].Arms {
		if arm.Variant.Name() == v.tag {
			for _, f := range arm.Fields {
				m.push(v.fields[f])
			}
			m.body(module, st.Match.Arms[i].Body, aux)
			return
		}
	}
	panic("no arm for " + v.tag)
}

func (m *machine) call(module int, st *syntax.Stmt, aux *[]any) {
	c := &m.info.Calls[module][st.ID]
	switch c.Target {
	case types.TargetWord:
		w := m.info.Words[c.Index]
		m.body(w.Module, w.Decl.Body, new([]any))
		return
	case types.TargetMake:
		v := m.info.Variants[c.Index]
		n := len(v.Fields)
		fields := append([]any{}, m.stack[len(m.stack)-n:]...)
		m.stack = m.stack[:len(m.stack)-n]
		m.push(&variant{v.Name(), fields})
		return
	case types.TargetIs:
		m.push(m.pop().(*variant).tag == m.info.Variants[c.Index].Name())
		return
	case types.TargetAccess:
		m.push(m.pop().(*variant).fields[c.Field])
		return
	}
	m.builtin(m.names[c.Index], aux)
}

func (m *machine) builtin(name string, aux *[]any) {
	at := func(depth int) any { return m.stack[len(m.stack)-1-depth] }
	switch name {
	case "dup":
		m.push(at(0))
	case "drop":
		m.pop()
	case "swap":
		b, a := m.pop(), m.pop()
		m.push(b)
		m.push(a)
	case "over":
		m.push(at(1))
	case "rot":
		c, b, a := m.pop(), m.pop(), m.pop()
		m.stack = append(m.stack, b, c, a)
	case "nip":
		b := m.pop()
		m.pop()
		m.push(b)
	case "tuck":
		b, a := m.pop(), m.pop()
		m.stack = append(m.stack, b, a, b)
	case "2dup":
		m.stack = append(m.stack, at(1), at(0))
	case "3drop":
		m.stack = m.stack[:len(m.stack)-3]
	case "pick":
		n := m.popInt()
		m.push(at(int(n)))
	case "roll":
		n := int(m.popInt())
		i := len(m.stack) - 1 - n
		v := m.stack[i]
		m.stack = append(append(append([]any{}, m.stack[:i]...), m.stack[i+1:]...), v)
	case ">aux":
		*aux = append(*aux, m.pop())
	case "aux>":
		m.push((*aux)[len(*aux)-1])
		*aux = (*aux)[:len(*aux)-1]
	case "call":
		m.run(m.pop())
	case "dip":
		q, x := m.pop(), m.pop()
		m.run(q)
		m.push(x)
	case "keep":
		q := m.pop()
		x := at(0)
		m.run(q)
		m.push(x)
	case "bi":
		q2, q1 := m.pop(), m.pop()
		x := at(0)
		m.run(q1)
		m.push(x)
		m.run(q2)
	case "if":
		e, t := m.pop(), m.pop()
		if m.pop().(bool) {
			m.run(t)
		} else {
			m.run(e)
		}
	case "strand.spawn": // the strands of generated programs write nothing
		m.pop()
		m.push(int64(0))
	case "list.get":
		i, l := m.popInt(), m.pop().(*variant)
		m.push(l.fields[i])
		m.push(true)
	case "cond":
		m.cond(int(m.popInt()))
	case "i.+", "i.-", "i.*", "i.<", "i.<=", "i.>", "i.>=", "i.=", "i.<>", "band", "bor", "bxor", "i./", "i.%":
		b, a := m.popInt(), m.popInt()
		m.arithmetic(name, a, b)
	case "f.+", "f.-", "f.*", "f./", "f.<", "f.<=", "f.>", "f.>=", "f.=", "f.<>":
		b, a := m.pop().(float64), m.pop().(float64)
		m.push(floats[name](a, b))
	case "int->float":
		m.push(float64(m.popInt()))
	case "float->int":
		m.push(truncate(m.pop().(float64)))
	case "float->string":
		m.push(floatText(m.pop().(float64)))
	case "i.neg":
		m.push(wrap(-m.popInt()))
	case "not":
		m.push(!m.pop().(bool))
	case "and":
		b, a := m.pop().(bool), m.pop().(bool)
		m.push(a && b)
	case "or":
		b, a := m.pop().(bool), m.pop().(bool)
		m.push(a || b)
	case "int->string":
		m.push(strconv.FormatInt(m.popInt(), 10))
	case "string.concat":
		b, a := m.pop().(string), m.pop().(string)
		m.push(a + b)
	case "string.length":
		m.push(int64(len([]rune(m.pop().(string)))))
	case "string.equal?":
		m.push(m.pop() == m.pop())
	case "io.write-line":
		m.out.WriteString(m.pop().(string) + "\n")
	case "io.write":
		m.out.WriteString(m.pop().(string))
	case "list.make":
		m.push(&variant{tag: "List"})
	case "list.push":
		x, l := m.pop(), m.pop().(*variant)
		m.push(&variant{l.tag, append(append([]any{}, l.fields...), x)})
	case "list.set":
		x, i, l := m.pop(), m.popInt(), m.pop().(*variant)
		ok := i >= 0 && i < int64(len(l.fields))
		if ok {
			l = &variant{l.tag, append([]any{}, l.fields...)}
			l.fields[i] = x
		}
		m.push(l)
		m.push(ok)
	case "list.length":
		m.push(int64(len(m.pop().(*variant).fields)))
	case "list.map":
		q, l := m.pop(), m.pop().(*variant)
		r := &variant{tag: l.tag}
		for _, x := range l.fields {
			r.fields = append(r.fields, m.apart(q, x)[0])
		}
		m.push(r)
	case "list.filter":
		q, l := m.pop(), m.pop().(*variant)
		r := &variant{tag: l.tag}
		for _, x := range l.fields {
			if m.apart(q, x)[0].(bool) {
				r.fields = append(r.fields, x)
			}
		}
		m.push(r)
	case "list.fold":
		q, acc, l := m.pop(), m.pop(), m.pop().(*variant)
		for _, x := range l.fields {
			acc = m.apart(q, acc, x)[0]
		}
		m.push(acc)
	case "list.each":
		q, l := m.pop(), m.pop().(*variant)
		for _, x := range l.fields {
			m.apart(q, x)
		}
	default:
		panic("word " + name)
	}
}

var floats = map[string]func(a, b float64) any{
	"f.+":  func(a, b float64) any { return a + b },
	"f.-":  func(a, b float64) any { return a - b },
	"f.*":  func(a, b float64) any { return a * b },
	"f./":  func(a, b float64) any { return a / b },
	"f.<":  func(a, b float64) any { return a < b },
	"f.<=": func(a, b float64) any { return a <= b },
	"f.>":  func(a, b float64) any { return a > b },
	"f.>=": func(a, b float64) any { return a >= b },
	"f.=":  func(a, b float64) any { return a == b },
	"f.<>": func(a, b float64) any { return a != b },
}

func truncate(f float64) int64 {
	const limit = 1 << 62
	switch {
	case math.IsNaN(f):
		return 0
	case f >= limit:
		return limit - 1
	case f <= -limit:
		return -limit
	}
	return int64(f)
}

func floatText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 0):
		return strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(f, 'f', -1, 64)), "+")
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func (m *machine) cond(n int) {
	clauses := append([]any{}, m.stack[len(m.stack)-2*n:]...)
	m.stack = m.stack[:len(m.stack)-2*n]
	for i := 0; i < len(clauses); i += 2 {
		m.run(clauses[i])
		if m.pop().(bool) {
			m.run(clauses[i+1])
			return
		}
	}
	panic("no clause")
}

func (m *machine) arithmetic(name string, a, b int64) {
	switch name {
	case "i.+":
		m.push(wrap(a + b))
	case "i.-":
		m.push(wrap(a - b))
	case "i.*":
		m.push(wrap(a * b))
	case "i.<":
		m.push(a < b)
	case "i.<=":
		m.push(a <= b)
	case "i.>":
		m.push(a > b)
	case "i.>=":
		m.push(a >= b)
	case "i.=":
		m.push(a == b)
	case "i.<>":
		m.push(a != b)
	case "band":
		m.push(a & b)
	case "bor":
		m.push(a | b)
	case "bxor":
		m.push(a ^ b)
	default:
		if b == 0 {
			m.push(int64(0))
			m.push(false)
			return
		}
		if name == "i./" {
			m.push(wrap(a / b))
		} else {
			m.push(a % b)
		}
		m.push(true)
	}
}
