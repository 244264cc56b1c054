package reference

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// words are the built-in words that generated programs use, but for those on two numbers and
// those of the aux stack. It tells again what they do, and asks nobody who might be wrong.
var words = map[string]func(*machine){
	"dup":  func(m *machine) { m.push(m.at(0)) },
	"drop": func(m *machine) { m.pop() },
	"swap": func(m *machine) {
		b, a := m.pop(), m.pop()
		m.push(b)
		m.push(a)
	},
	"over": func(m *machine) { m.push(m.at(1)) },
	"rot": func(m *machine) {
		c, b, a := m.pop(), m.pop(), m.pop()
		m.stack = append(m.stack, b, c, a)
	},
	"nip": func(m *machine) {
		b := m.pop()
		m.pop()
		m.push(b)
	},
	"tuck": func(m *machine) {
		b, a := m.pop(), m.pop()
		m.stack = append(m.stack, b, a, b)
	},
	"2dup":  func(m *machine) { m.stack = append(m.stack, m.at(1), m.at(0)) },
	"3drop": func(m *machine) { m.stack = m.stack[:len(m.stack)-3] },
	"pick": func(m *machine) {
		n := m.popInt()
		m.push(m.at(int(n)))
	},
	"roll": func(m *machine) {
		n := int(m.popInt())
		i := len(m.stack) - 1 - n
		v := m.stack[i]
		m.stack = append(append(append([]any{}, m.stack[:i]...), m.stack[i+1:]...), v)
	},
	"dip": func(m *machine) {
		q, x := m.pop(), m.pop()
		m.run(q, false)
		m.push(x)
	},
	"keep": func(m *machine) {
		q := m.pop()
		x := m.at(0)
		m.run(q, false)
		m.push(x)
	},
	"bi": func(m *machine) {
		q2, q1 := m.pop(), m.pop()
		x := m.at(0)
		m.run(q1, false)
		m.push(x)
		m.run(q2, false)
	},
	"if": func(m *machine) {
		e, t := m.pop(), m.pop()
		if m.pop().(bool) {
			m.run(t, false)
		} else {
			m.run(e, false)
		}
	},
	"%strands.try":   func(m *machine) { m.try() },
	"%strands.start": func(m *machine) { m.start() },
	"%strands.task": func(m *machine) {
		fields := m.pop().(*variant).fields
		m.push(fields[0])
		m.push(fields[1])
	},
	"%strands.open-scope":  func(m *machine) {},
	"%strands.leave-scope": func(m *machine) { m.push(&channel{final: int64(0)}) },
	"%strands.close-scope": func(m *machine) {},
	"stack.dump": func(m *machine) {
		m.out.WriteString("»")
		for _, v := range m.stack {
			m.out.WriteString(" " + noted(v))
		}
		m.out.WriteString("\n")
		m.stack = m.stack[:0:0]
	},
	"%strands.fail":         func(m *machine) { m.fail("strands.fail", m.pop().(string)) },
	"%strands.error-word":   func(m *machine) { m.push(m.pop().(*variant).fields[0]) },
	"%strands.error-reason": func(m *machine) { m.push(m.pop().(*variant).fields[1]) },
	"time.sleep-ms": func(m *machine) { // nobody waits here
		if ms := m.popInt(); ms < 0 {
			m.fail("time.sleep-ms", fmt.Sprintf("duration must not be negative, got %d", ms))
		}
	},
	"symbol.=":      func(m *machine) { m.push(m.pop() == m.pop()) },
	"variant.tag":   func(m *machine) { m.push(symbol(m.pop().(*variant).tag)) },
	"variant.first": func(m *machine) { m.push(m.pop().(*variant).fields[0]) },
	"strand.spawn":  func(m *machine) { m.spawn(m.pop().(*quotation)) },
	"chan.make":     func(m *machine) { m.push(&channel{}) },
	"chan.send": func(m *machine) {
		c := m.pop().(*channel)
		c.queue = append(c.queue, m.pop())
		m.push(true)
	},
	"chan.receive": func(m *machine) {
		c := m.pop().(*channel)
		if len(c.queue) == 0 && c.final != nil {
			m.push(c.final)
			m.push(true)
			return
		}
		m.push(c.queue[0])
		c.queue = c.queue[1:]
		m.push(true)
	},
	"strand.weave":        func(m *machine) { m.push(m.newWeave(m.pop().(*quotation))) },
	"strand.resume":       func(m *machine) { m.resume() },
	"yield":               func(m *machine) { m.yield() },
	"strand.weave-cancel": func(m *machine) { m.pop() },
	"wrap-0":              func(m *machine) { m.push(&variant{tag: string(m.pop().(symbol))}) },
	"wrap-1": func(m *machine) {
		tag := m.pop().(symbol)
		m.push(&variant{string(tag), []any{m.pop()}})
	},
	"list.get": func(m *machine) {
		i, l := m.popInt(), m.pop().(*variant)
		if i < 0 || i >= int64(len(l.fields)) {
			m.push(int64(0))
			m.push(false)
			return
		}
		m.push(l.fields[i])
		m.push(true)
	},
	"cond":          func(m *machine) { m.cond(int(m.popInt())) },
	"int->float":    func(m *machine) { m.push(float64(m.popInt())) },
	"float->int":    func(m *machine) { m.push(truncate(m.pop().(float64))) },
	"float->string": func(m *machine) { m.push(floatText(m.pop().(float64))) },
	"i.neg":         func(m *machine) { m.push(wrap(-m.popInt())) },
	"not":           func(m *machine) { m.push(!m.pop().(bool)) },
	"and": func(m *machine) {
		b, a := m.pop().(bool), m.pop().(bool)
		m.push(a && b)
	},
	"or": func(m *machine) {
		b, a := m.pop().(bool), m.pop().(bool)
		m.push(a || b)
	},
	"int->string": func(m *machine) { m.push(strconv.FormatInt(m.popInt(), 10)) },
	"string.concat": func(m *machine) {
		b, a := m.pop().(string), m.pop().(string)
		m.push(a + b)
	},
	"string.length": func(m *machine) { m.push(int64(len([]rune(m.pop().(string))))) },
	"string.equal?": func(m *machine) { m.push(m.pop() == m.pop()) },
	"io.write-line": func(m *machine) { m.out.WriteString(m.pop().(string) + "\n") },
	"io.write":      func(m *machine) { m.out.WriteString(m.pop().(string)) },
	"list.make":     func(m *machine) { m.push(&variant{tag: "List"}) },
	"list.push": func(m *machine) {
		x, l := m.pop(), m.pop().(*variant)
		m.push(&variant{l.tag, append(append([]any{}, l.fields...), x)})
	},
	"list.set": func(m *machine) {
		x, i, l := m.pop(), m.popInt(), m.pop().(*variant)
		ok := i >= 0 && i < int64(len(l.fields))
		if ok {
			l = &variant{l.tag, append([]any{}, l.fields...)}
			l.fields[i] = x
		}
		m.push(l)
		m.push(ok)
	},
	"list.length": func(m *machine) { m.push(int64(len(m.pop().(*variant).fields))) },
	"list.reverse": func(m *machine) {
		l := m.pop().(*variant)
		r := &variant{l.tag, append([]any{}, l.fields...)}
		slices.Reverse(r.fields)
		m.push(r)
	},
	"list.map": func(m *machine) {
		q, l := m.pop(), m.pop().(*variant)
		r := &variant{tag: l.tag}
		for _, x := range l.fields {
			r.fields = append(r.fields, m.apart(q, x)[0])
		}
		m.push(r)
	},
	"list.filter": func(m *machine) {
		q, l := m.pop(), m.pop().(*variant)
		r := &variant{tag: l.tag}
		for _, x := range l.fields {
			flag := m.apart(q, x)[0]
			m.kind("list.filter", "Bool", flag, l, q, flag)
			if flag.(bool) {
				r.fields = append(r.fields, x)
			}
		}
		m.push(r)
	},
	"list.fold": func(m *machine) {
		q, acc, l := m.pop(), m.pop(), m.pop().(*variant)
		for _, x := range l.fields {
			acc = m.apart(q, acc, x)[0]
		}
		m.push(acc)
	},
	"list.each": func(m *machine) {
		q, l := m.pop(), m.pop().(*variant)
		for _, x := range l.fields {
			m.apart(q, x)
		}
	},
	"map.make": func(m *machine) { m.push(table(nil)) },
	"map.get": func(m *machine) {
		k, t := m.popInt(), m.pop().(table)
		at, ok := t.find(k)
		if !ok {
			m.push(int64(0))
			m.push(false)
			return
		}
		m.push(t[at].value)
		m.push(true)
	},
	"map.set": func(m *machine) {
		v, k, t := m.pop(), m.popInt(), m.pop().(table)
		at, ok := t.find(k)
		t = slices.Clone(t)
		if !ok {
			t = slices.Insert(t, at, entry{key: k})
		}
		t[at].value = v
		m.push(t)
	},
	"map.has?": func(m *machine) {
		k, t := m.popInt(), m.pop().(table)
		_, ok := t.find(k)
		m.push(ok)
	},
	"map.remove": func(m *machine) {
		k, t := m.popInt(), m.pop().(table)
		if at, ok := t.find(k); ok {
			t = slices.Delete(slices.Clone(t), at, at+1)
		}
		m.push(t)
	},
	"map.size":   func(m *machine) { m.push(int64(len(m.pop().(table)))) },
	"map.keys":   func(m *machine) { m.push(m.pop().(table).list(func(e entry) any { return e.key })) },
	"map.values": func(m *machine) { m.push(m.pop().(table).list(func(e entry) any { return e.value })) },
	"map.each": func(m *machine) {
		q, t := m.pop(), m.pop().(table)
		for _, e := range t {
			m.apart(q, e.key, e.value)
		}
	},
	"map.fold": func(m *machine) {
		q, acc, t := m.pop(), m.pop(), m.pop().(table)
		for _, e := range t {
			acc = m.apart(q, acc, e.key, e.value)[0]
		}
		m.push(acc)
	},
	"i./": func(m *machine) { m.divide(func(a, b int64) int64 { return wrap(a / b) }) },
	"i.%": func(m *machine) { m.divide(func(a, b int64) int64 { return a % b }) },
}

// table is a map; its keys are Ints, in order.
type table []entry

type entry struct {
	key   int64
	value any
}

// find returns where a key is, or would be.
func (t table) find(key int64) (at int, ok bool) {
	return slices.BinarySearchFunc(t, key, func(e entry, k int64) int { return cmp.Compare(e.key, k) })
}

func (t table) list(part func(entry) any) *variant {
	l := &variant{tag: "List"}
	for _, e := range t {
		l.fields = append(l.fields, part(e))
	}
	return l
}

// ints are the words on two Ints that leave one value.
var ints = map[string]func(a, b int64) any{
	"i.+":  func(a, b int64) any { return wrap(a + b) },
	"i.-":  func(a, b int64) any { return wrap(a - b) },
	"i.*":  func(a, b int64) any { return wrap(a * b) },
	"i.<":  func(a, b int64) any { return a < b },
	"i.<=": func(a, b int64) any { return a <= b },
	"i.>":  func(a, b int64) any { return a > b },
	"i.>=": func(a, b int64) any { return a >= b },
	"i.=":  func(a, b int64) any { return a == b },
	"i.<>": func(a, b int64) any { return a != b },
	"band": func(a, b int64) any { return a & b },
	"bxor": func(a, b int64) any { return a ^ b },
	"bor":  func(a, b int64) any { return a | b },
	"shl":  func(a, b int64) any { return shifted(a, b, func(a int64, n uint64) int64 { return a << n }) },
	"shr": func(a, b int64) any {
		return shifted(a, b, func(a int64, n uint64) int64 { return int64(uint64(a) >> n) })
	},
}

// shifted is a 64-bit shift whose result is 0 if it is no Int, or if it is by less than 0 or more than 63
// (chapter 3, section 9).
func shifted(a, n int64, shift func(a int64, n uint64) int64) int64 {
	if n < 0 || n > 63 {
		return 0
	}
	if r := shift(a, uint64(n)); wrap(r) == r {
		return r
	}
	return 0
}

// floats are those on two Floats.
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

// divide divides if that can be done, and tells whether it could.
func (m *machine) divide(f func(a, b int64) int64) {
	b, a := m.popInt(), m.popInt()
	if b == 0 {
		m.push(int64(0))
		m.push(false)
		return
	}
	m.push(f(a, b))
	m.push(true)
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
