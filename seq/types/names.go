package types

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/spelling"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/stdlib"
)

// sugar maps an operator to the word it stands for by operand kind
// (chapter 1, section 16).
var sugar = func() map[string]map[Kind]string {
	m := map[string]map[Kind]string{}
	for _, op := range []string{"+", "-", "*", "/", "%", "=", "<", ">", "<=", ">=", "<>"} {
		m[op] = map[Kind]string{Int: "i." + op}
		if op != "%" {
			m[op][Float] = "f." + op
		}
	}
	m["+"][String] = "string.concat"
	m["="][String] = "string.equal?"
	return m
}()

// Operator tells whether a name is an operator: what it means, the types of its
// operands say (chapter 1, section 16).
func Operator(name string) bool { return sugar[name] != nil }

// OperatorWords returns the words that an operator can stand for, for Ints, Floats and Strings in this order.
func OperatorWords(operator string) (words []string) {
	for _, kind := range []Kind{Int, Float, String} {
		if word := sugar[operator][kind]; word != "" {
			words = append(words, word)
		}
	}
	return words
}

// oldLoops are the built-in loops of releases 1.0 and what to write today (chapter 9,
// sections 12 and 14).
var oldLoops = map[string]string{
	"times": "add 'include std:loops': it has 'times ( Int [ -- ] -- )', with the count below the quotation",
	"while": "write a word that calls itself at the end of a branch: a tail call is a loop",
	"until": "write a word that calls itself at the end of a branch: a tail call is a loop",
}

// renamed lists words of earlier versions and what to write today (chapter 1,
// section 18).
var renamed = map[string]string{
	"tcp.listen": "net.tcp.listen", "tcp.accept": "net.tcp.accept", "tcp.read": "net.tcp.read",
	"tcp.write": "net.tcp.write", "tcp.close": "net.tcp.close",
	"udp.bind": "net.udp.bind", "udp.send-to": "net.udp.send-to",
	"udp.receive-from": "net.udp.receive-from", "udp.close": "net.udp.close",
	"http.get": "net.http.get", "http.post": "net.http.post", "http.put": "net.http.put", "http.delete": "net.http.delete",
	"mod": "i.modulo ( Int Int -- Int Bool )", "pow": "i.pow ( Int Int -- Int Bool )",
	"io.read-line+": "io.read-line ( -- String Bool )", "list.push!": "list.push",
	"file.for-each-line+": "file.for-each-line ( String [ String -- ] -- Bool ), whose quotation sees only the line",
}

// resolveCalls finds what every call of every word calls (chapter 2, section
// 5, step 3) and reports all unknown words.
func (p *program) resolveCalls() {
	p.each(func(p *program) func(*Word) {
		return func(w *Word) { p.resolveIn(w, w.Decl.Body) }
	})
}

func (p *program) resolveIn(w *Word, body []syntax.Stmt) {
	var before *Call // the one right in front
	for i := range body {
		st := &body[i]
		p.resolveIn(w, st.Inner)
		if st.Match != nil {
			for a := range st.Match.Arms {
				p.resolveIn(w, st.Match.Arms[a].Body)
			}
		}
		if !st.HasCall() {
			before = nil
			continue
		}
		call := &p.info.Calls[w.Module][st.ID]
		p.resolveCall(w, st, call, bareCall(body[i+1:]))
		if before != nil && bareCall(body[i:]) != nil {
			before.Dropped = p.drops(w.Module, st.Text, call)
		}
		before = call
	}
}

// bareCall returns the call that statements begin with, if no literals belong to it; else nil.
func bareCall(stmts []syntax.Stmt) *syntax.Stmt {
	if len(stmts) > 0 && stmts[0].Kind == syntax.StmtCall && stmts[0].Inner == nil {
		return &stmts[0]
	}
	return nil
}

// resolveCall finds what a call calls; next is the call right behind it, or nil.
func (p *program) resolveCall(w *Word, st *syntax.Stmt, call *Call, next *syntax.Stmt) {
	if p.info.Program.Modules[w.Module].Dialect.OldNames() {
		if t, ok := p.classicCall(st.Text); ok {
			p.oldName(w, st, t)
			call.Target, call.Index, call.Field = t.kind, t.index, t.field
			return
		}
	}
	if i, ok := p.builtin(w.Module, st.Text); ok {
		call.Target, call.Index = TargetBuiltin, i
		if p.table.Signature(i).Traits.Has(EndsProgram) {
			call.End = EndsInExit
		}
		return
	}
	if sugar[st.Text] != nil {
		return // the types decide
	}
	t, ok := p.named(w.Module, st.Text)
	if !ok {
		p.unknownWord(w, st, next)
		return
	}
	call.Target, call.Index, call.Field = t.kind, t.index, t.field
}

// named finds what a name of the program means in a module.
func (p *program) named(module int, name string) (t target, ok bool) {
	if t, ok = p.private[module][name]; ok { // first: a program may use the name for itself
		return t, true
	}
	t, ok = p.names[name]
	return t, ok
}

// builtin finds a built-in word. Those that only supplied modules are built on
// have private names.
func (p *program) builtin(module int, name string) (index int32, ok bool) {
	if stdlib.Private(name) && !p.info.Program.Modules[module].Supplied {
		return 0, false
	}
	index, ok = p.table.Lookup(name)
	return index, ok
}

// drops tells whether a word that is called takes one value off the stack and does nothing else.
func (p *program) drops(module int, name string, call *Call) bool {
	i, ok := call.Index, call.Target == TargetBuiltin
	if p.info.Program.Modules[module].Dialect.OldNames() { // it may mean a word of the file
		i, ok = p.builtin(module, name)
	}
	if !ok {
		return false
	}
	shuffle := p.table.Signature(i).Shuffle
	return shuffle != nil && len(shuffle.Order) == 0 && len(p.table.Effect(i).In) == 1
}

// lack refuses a program because a supplied module calls a word that the table lacks: one message for each
// module, where the program includes it.
func (p *program) lack(module int, name string) *diag.Diagnostic {
	m := p.info.Program.Modules[module]
	l := p.lacks[module]
	if l == nil {
		l = &lack{}
		what, span := "words of old releases", p.info.Program.Main().Span(0, 0)
		if at, ok := p.info.Program.IncludeOf(m.Name); ok {
			what, span = fmt.Sprintf("the %s '%s'", load.Described(m.Name), m.Name), at
		}
		l.said, l.what = p.fail(span, "unknown-word", ""), what
		l.said.Help = []string{"the program is checked with fewer words than the language has: leave the module out, or allow them"}
		p.lacks[module] = l
	}
	if !slices.Contains(l.words, "'"+name+"'") {
		l.words = append(l.words, "'"+name+"'")
	}
	l.said.Message = fmt.Sprintf("%s cannot be used here: the set of words lacks %s", l.what, strings.Join(l.words, ", "))
	return l.said
}

// lack is what a supplied module calls and the table lacks.
type lack struct {
	said  *diag.Diagnostic
	what  string
	words []string
}

func (p *program) unknownWord(w *Word, st, next *syntax.Stmt) {
	w.refused = true
	name := st.Text
	if p.info.Program.Modules[w.Module].Supplied {
		p.lack(w.Module, name)
		return
	}
	if name == "->" && p.strayArm {
		p.strayArm = false // said of the variant in front of it
		return
	}
	span := p.span(w.Module, st.Pos, st.End)
	where := w.Decl.Shown()
	if today, ok := oldLoops[name]; ok {
		d := p.fail(span, "removed-word", "the word '%s' (in %s) was a built-in loop of releases 1.0", name, where)
		if module, ok := load.SuppliedWords()[name]; ok {
			p.offerInclude(d, w.Module, module)
		}
		d.Help = []string{today, "for a file of those releases: a comment '# seq:dialect classic-1'; 'seqvm fix' then rewrites the rest of it"}
		return
	}
	if today, ok := renamed[name]; ok {
		d := p.fail(span, "renamed-word", "the word '%s' (in %s) is now '%s'", name, where, today)
		offerWriting(d, strings.Fields(today)[0])
		d.Help = []string{fmt.Sprintf("write '%s'", strings.Fields(today)[0]), "for a file of the classic dialect: a comment '# seq:dialect classic', or --dialect=classic; 'seqvm fix' rewrites it"}
		return
	}
	d := p.fail(span, "unknown-word", "unknown word '%s' in %s", name, where)
	if p.enough() {
		return
	}
	if module, ok := load.SuppliedWords()[name]; ok {
		d.Help = []string{fmt.Sprintf("'%s' is a word of a %s: add 'include %s'", name, load.Described(module), module)}
		p.offerInclude(d, w.Module, module)
		return
	}
	if name == "end" || name == "->" {
		d.Help = []string{fmt.Sprintf("'%s' belongs to a match; here none is open", name)}
		return
	}
	if d.Help = p.typeAsWord(name, next); d.Help != nil {
		if p.byName[name] != nil && !p.strayArm {
			offerWriting(d, "Make-"+name)
		}
		return
	}
	if instead := Instead(name); instead != "" {
		d.Help = []string{instead}
		offerInstead(d, instead)
		return
	}
	if v := strings.TrimPrefix(name, "Make-"); p.byName[v] == nil && v != name {
		suggest(d, v, p.variantNames(), "Make-")
	}
	if d.Help == nil {
		p.suggestWord(d, w.Module, name)
	}
}

// typeAsWord advises on the name of a type, union or variant that stands where a word is wanted.
func (p *program) typeAsWord(name string, next *syntax.Stmt) []string {
	union, variant := p.unions[name], p.byName[name]
	switch {
	case concrete[name] != nil:
		return []string{fmt.Sprintf("'%s' is a type: types stand in effects, ': name ( %s -- ) … ;'", name, name)}
	case union == nil && variant == nil:
		return nil
	}
	what := "a union"
	if variant != nil {
		what = fmt.Sprintf("a variant of the union '%s'", variant.Union.Decl.Name.Text)
		if variant.Union == union {
			what = "a union and its variant"
		}
	}
	if next != nil && next.Text == "->" {
		p.strayArm = true
		return []string{fmt.Sprintf("'%s' is %s, and '%s -> …' an arm: arms stand in 'match … end'", name, what, name)}
	}
	if variant != nil {
		return []string{fmt.Sprintf("'%s' is %s: 'Make-%s' makes a value of it", name, what, name)}
	}
	var makers []string
	for _, v := range union.Variants[:min(len(union.Variants), 4)] {
		makers = append(makers, "'Make-"+v.Name()+"'")
	}
	if len(union.Variants) > len(makers) {
		makers = append(makers, "…")
	}
	return []string{fmt.Sprintf("'%s' is %s: %s make values of it", name, what, strings.Join(makers, ", "))}
}

// enough tells that further errors are not shown: looking for similar names,
// which takes long, would be for nothing.
func (p *program) enough() bool { return p.trying || len(p.errors) > diag.MaxErrors }

// variantNames are the candidates for a misspelt variant.
func (p *program) variantNames() []string {
	if p.enough() {
		return nil
	}
	var names []string
	for name := range p.byName {
		names = append(names, name)
	}
	return names
}

func (p *program) suggestWord(d *diag.Diagnostic, module int, name string) {
	candidates := make([]string, 0, len(p.names)+len(p.table.names))
	for n := range p.names {
		candidates = append(candidates, n)
	}
	for _, n := range p.table.names {
		if !stdlib.Private(n) {
			candidates = append(candidates, n)
		}
	}
	for n := range p.private[module] {
		candidates = append(candidates, n)
	}
	supplied := load.SuppliedWords()
	for n := range supplied {
		candidates = append(candidates, n)
	}
	closest := spelling.Nearest(name, candidates)
	if closest == nil {
		return
	}
	for i, n := range closest {
		_, known := p.names[n]
		_, builtin := p.table.Lookup(n)
		if from, ok := supplied[n]; ok && !known && !builtin {
			offerWriting(d, n, p.include(module, from))
			closest[i] = fmt.Sprintf("'%s' (include %s)", n, from)
		} else {
			offerWriting(d, n)
			closest[i] = "'" + n + "'"
		}
	}
	d.Help = []string{"did you mean " + strings.Join(closest, " or ") + "?"}
}

func (p *program) suggestType(d *diag.Diagnostic, name string) bool {
	if p.enough() {
		return false
	}
	var candidates []string
	for n := range concrete {
		candidates = append(candidates, n)
	}
	for n := range p.unions {
		candidates = append(candidates, n)
	}
	return suggest(d, name, candidates, "")
}

// cycles finds the words that call each other, calls inside quotations and arms included, and marks the calls
// within such a cycle (chapter 2, section 8).
func cycles(p *program) {
	words := p.info.Words
	p.callees = make([][]int32, len(words))
	seen := make([]int32, len(words))
	for _, w := range p.unchecked {
		p.callees[w.Index] = calleesOf(p, w, seen)
	}
	components(p)
	for _, w := range p.unchecked {
		markCycle(p, w)
	}
}

// calleesOf returns the words that are checked now and that a word calls, in the order of their first calls. seen has a place for each word, and belongs to the caller.
func calleesOf(p *program, w *Word, seen []int32) (list []int32) {
	first := int32(p.from.words)
	p.eachCall(w, func(c *Call) {
		if c.Target == TargetWord && c.Index >= first && seen[c.Index] != int32(w.Index)+1 {
			seen[c.Index] = int32(w.Index) + 1
			list = append(list, c.Index)
		}
	})
	return list
}

// components numbers the strongly connected components of the call graph: Tarjan's algorithm with a stack
// of its own, as call chains can be long.
func components(p *program) {
	words, callees := p.info.Words, p.callees
	index := make([]int, len(words)) // 0: not visited
	low := make([]int, len(words))
	onStack := make([]bool, len(words))
	var stack []int
	type frame struct{ v, next int }
	var frames []frame
	counter := 0
	for root := p.from.words; root < len(words); root++ {
		if index[root] != 0 {
			continue
		}
		frames = append(frames[:0], frame{v: root})
		for len(frames) > 0 {
			f := &frames[len(frames)-1]
			v := f.v
			if f.next == 0 {
				counter++
				index[v], low[v] = counter, counter
				stack = append(stack, v)
				onStack[v] = true
			}
			if f.next < len(callees[v]) {
				to := int(callees[v][f.next])
				f.next++
				if index[to] == 0 {
					frames = append(frames, frame{v: to})
				} else if onStack[to] {
					low[v] = min(low[v], index[to])
				}
				continue
			}
			if low[v] == index[v] {
				p.cycle++
				for {
					top := stack[len(stack)-1]
					stack = stack[:len(stack)-1]
					onStack[top] = false
					words[top].Cycle = p.cycle
					if top == v {
						break
					}
				}
			}
			frames = frames[:len(frames)-1]
			if len(frames) > 0 {
				parent := frames[len(frames)-1].v
				low[parent] = min(low[parent], low[v])
			}
		}
	}
}

// markCycle marks the calls of a word that come back to it.
func markCycle(p *program, w *Word) {
	if !slices.ContainsFunc(p.callees[w.Index], func(to int32) bool { return p.info.Words[to].Cycle == w.Cycle }) {
		return
	}
	p.eachCall(w, func(c *Call) {
		if c.Target == TargetWord && p.info.Words[c.Index].Cycle == w.Cycle {
			c.End = EndsInCycle
		}
	})
}

func (p *program) eachCall(w *Word, visit func(*Call)) {
	p.eachCallOf(w, func(_ string, call *Call) { visit(call) })
}

// eachCallOf is eachCall with the name that is called.
func (p *program) eachCallOf(w *Word, visit func(name string, call *Call)) {
	for st := range syntax.All(w.Decl.Body) {
		if st.HasCall() {
			visit(st.Text, &p.info.Calls[w.Module][st.ID])
		}
	}
}
