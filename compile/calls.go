package compile

import (
	"slices"
	"strings"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// tailCall goes on with a word in place of this function. Values below its
// arguments are results of this function and stay where they are.
func (g *generator) tailCall(callee int32, n int) {
	if g.floating || g.facts != nil && g.facts.leaky {
		g.layOut()
		g.emit(bytecode.OpTailOpen, int32(len(g.stack)), callee, 0)
		return
	}
	g.layOut()
	below := int32(len(g.stack) - n)
	g.touch(below)
	if callee == g.self && below == 0 {
		g.restart(g.start)
		return
	}
	g.emit(bytecode.OpTail, below, callee, 0)
}

// written is what messages call a built-in word: what the program writes, which for
// words of classic files differs from its name in the table. An operator is called by
// the word that its operands make it.
func written(st *syntax.Stmt, name string) string {
	if types.Operator(st.Text) && !strings.HasPrefix(name, "%") {
		return name
	}
	return st.Text
}

// call compiles a call of a word. dropped tells that the "drop" behind it was compiled with
// it, done that control has left the function for good.
func (g *generator) call(st *syntax.Stmt, last bool) (dropped, done bool) {
	call := g.callInfo(st)
	switch call.Target {
	case types.TargetWord:
		return false, g.callWord(st, call, last)
	case types.TargetMake, types.TargetIs, types.TargetAccess:
		g.generated(st, call)
		return false, false
	}
	return g.callBuiltinWord(st, call, last)
}

// callBuiltinWord is call for a built-in word.
func (g *generator) callBuiltinWord(st *syntax.Stmt, call *types.Call, last bool) (dropped, done bool) {
	name, word := g.table.Name(call.Index), g.signature(call)
	g.at(st.Pos, written(st, name))
	if word.Shuffle != nil {
		g.shuffle(word.Shuffle, len(g.table.Effect(call.Index).In))
		return false, false
	}
	if word.Combinator != nil {
		return false, g.combine(word.Combinator, call, last)
	}
	if word.Special != types.Ordinary {
		return false, g.special(word.Special, call, last)
	}
	if in, ok := intrinsics[g.table.Meaning(call.Index)]; ok {
		return in.make(g, in, call.Dropped), false
	}
	if h, ok := helpers[name]; ok {
		g.callHelper(name, h, word.Borrows)
		return false, false
	}
	g.callBuiltin(call)
	return false, false
}

// special compiles a call of a word for which the language has a rule.
func (g *generator) special(rule types.Special, call *types.Call, last bool) (done bool) {
	switch rule {
	case types.Branch:
		return g.computedIf(call, last)
	case types.Clauses:
		if last {
			g.condHere()
			return true
		}
		return g.callFunction(g.helper("cond"), nil, call, false)
	case types.Pick, types.Roll:
		g.computedIndex(rule)
	case types.ToAux:
		g.aux = append(g.aux, g.pop())
	case types.FromAux:
		g.push(g.aux[len(g.aux)-1])
		g.aux = g.aux[:len(g.aux)-1]
	case types.Try:
		g.ensure(1)
		restore := g.observed()
		at := int32(len(g.stack) - 1)
		g.emit(bytecode.OpTry, at, 0, 0)
		g.emit(bytecode.OpTryEnd, at, 0, 0)
		g.resize(int(at))
		g.pushPlace(bytecode.KindVariant)
		restore()
	case types.Spawn:
		g.spawn(int(call.Moved), 0, bytecode.KindInt)
	case types.Start:
		g.spawn(0, 1, bytecode.KindVariant)
	case types.Weave:
		g.ensure(1)
		restore := g.observed()
		g.emit(bytecode.OpWeave, int32(len(g.stack)-1), 0, 0)
		g.replace(1, 1)
		restore()
	case types.Resume:
		g.weaveWord(bytecode.OpResume, 2, []bytecode.Kind{bytecode.KindAny, bytecode.KindAny, bytecode.KindBool})
	case types.Yield:
		g.weaveWord(bytecode.OpYield, 2, []bytecode.Kind{bytecode.KindAny, bytecode.KindAny})
	case types.Cancel:
		g.weaveWord(bytecode.OpCancel, 1, nil)
	case types.Dump:
		restore := g.observed()
		g.emit(bytecode.OpDump, int32(len(g.stack)), g.builtin(call.Index), 0)
		g.emit(bytecode.OpFrameToTop, 0, 0, 0)
		g.float()
		restore()
	}
	return false
}

// callWord compiles a call of a word of the program.
func (g *generator) callWord(st *syntax.Stmt, call *types.Call, last bool) bool {
	w := g.info.Words[call.Index]
	if builtin, ok := g.standsFor(w); ok {
		direct := *call
		direct.Target, direct.Index = types.TargetBuiltin, builtin
		_, done := g.callBuiltinWord(st, &direct, last)
		return done
	}
	facts := g.summaryFor(call.Index, int32(g.word.Index))
	target := g.target(call.Index, int32(g.word.Index))
	g.at(st.Pos, st.Text)
	g.ensure(len(facts.inputs))
	g.demandTop(facts.inputs)
	if b, ok := g.inlinable(w, g.module); ok {
		tail := (last || g.ends) && !g.keepsFrameForTraceback(w)
		if tail {
			g.demandKept(w)
		}
		g.inlineWord(w, b, tail)
		return false
	}
	if facts.row || facts.leaky {
		return g.callFunction(target, w, call, last)
	}
	n := len(facts.inputs)
	if last && !g.keepsFrameForTraceback(w) {
		g.demandKept(w)
		g.tailCall(target, n)
		return true
	}
	if !facts.observes {
		first := g.argumentsFor(n, len(facts.declared), true, facts.looks)
		g.emit(bytecode.OpCall, first, target, 0)
		g.results(first, g.leftBy(facts))
		if facts.unchecked {
			g.emit(bytecode.OpExpect, first+int32(len(facts.declared)), 0, 0)
		}
		g.demandResults(w)
		return false
	}
	restore := g.observed()
	first := int32(len(g.stack) - n)
	g.touch(first)
	g.emit(bytecode.OpCall, first, target, 0)
	g.replace(n, 0)
	g.results(first, g.leftBy(facts))
	if facts.unchecked {
		g.emit(bytecode.OpExpect, int32(len(g.stack)), 0, 0)
	}
	restore()
	g.demandResults(w)
	return false
}

// standsFor returns the private built-in word that a word of a supplied module is the name of, if
// that is all that it is: calls of it are calls of the built-in word.
func (g *generator) standsFor(w *types.Word) (builtin int32, ok bool) {
	body := w.Decl.Body
	if g.Plain || !g.info.Program.Modules[w.Module].Supplied || len(body) != 1 || body[0].Kind != syntax.StmtCall || len(body[0].Inner) > 0 {
		return 0, false
	}
	call := &g.info.Calls[w.Module][body[0].ID]
	if call.Target != types.TargetBuiltin || !strings.HasPrefix(g.table.Name(call.Index), "%") {
		return 0, false
	}
	e := g.table.Effect(call.Index)
	return call.Index, len(e.In) == len(w.Effect.In) && len(e.Out) == len(w.Effect.Out)
}

// keepsFrameForTraceback tells whether a call is kept on the stack although it is in tail
// position: an error in a word of a supplied module has the place of its call.
// One that ends in a call of a quotation may be part of a loop and is not.
func (g *generator) keepsFrameForTraceback(callee *types.Word) bool {
	modules := g.info.Program.Modules
	if !modules[callee.Module].Supplied || modules[g.module].Supplied {
		return false
	}
	for _, t := range callee.Effect.In {
		if kindOf(t) == bytecode.KindQuotation {
			return !g.words[callee.Index].runs
		}
	}
	return true
}

// leftBy are the kinds of a word's results that its callers rely on.
func (g *generator) leftBy(facts *summary) []bytecode.Kind {
	if kinds := g.promised(facts); kinds != nil {
		return kinds
	}
	return make([]bytecode.Kind, len(facts.declared))
}

// demandKept demands before a call in tail position that the values below its arguments are
// what the calling word leaves besides what the callee does.
func (g *generator) demandKept(callee *types.Word) {
	w, outs := g.word, g.outs
	if g.inlined != nil {
		w, outs = g.inlined, g.words[g.inlined.Index].declared
	} else if g.facts == nil || g.facts.leaky {
		return
	}
	if kept := len(outs) - len(callee.Effect.Out); kept > 0 && g.floating {
		g.ensure(len(callee.Effect.In) + kept)
	}
	kept, named := g.stack, g.named
	g.stack, g.named = g.stack[:len(g.stack)-len(callee.Effect.In)], g.name(w.Decl.Name.Text)
	g.demandOuts(outs, len(callee.Effect.Out))
	g.stack, g.named = kept, named
}

// callFunction calls a function whose effect on the stack below its inputs is
// not fixed: that of a word, or a helper.
func (g *generator) callFunction(callee int32, w *types.Word, call *types.Call, last bool) bool {
	if last {
		if w != nil && len(g.stack) == len(w.Effect.In)+w.Extra { // nothing of this frame lies below
			g.tailCall(callee, len(g.stack))
			return true
		}
		g.layOut()
		g.emit(bytecode.OpTailOpen, int32(len(g.stack)), callee, 0)
		return true
	}
	restore := g.observed()
	height := len(g.stack)
	g.emit(bytecode.OpCallOpen, int32(height), callee, 0)
	leaky := w != nil && g.summaryFor(int32(w.Index), int32(g.word.Index)).leaky
	if !call.Known || g.floating || leaky {
		g.emit(bytecode.OpFrameToTop, 0, 0, 0)
		g.float()
		restore()
		return false
	}
	height += int(call.Delta)
	if w != nil && w.Effect.Plain() {
		height += len(w.Effect.Out) - len(w.Effect.In)
	}
	g.emit(bytecode.OpExpect, int32(height), 0, 0)
	g.resize(height)
	restore()
	if w != nil {
		g.demandResults(w)
	}
	return false
}

// generated compiles the constructors, predicates and accessors of variants.
func (g *generator) generated(st *syntax.Stmt, call *types.Call) {
	v := g.info.Variants[call.Index]
	g.at(st.Pos, st.Text)
	switch call.Target {
	case types.TargetMake:
		kinds := make([]bytecode.Kind, len(v.Fields))
		for i, t := range v.Fields {
			kinds[i] = kindOf(t)
		}
		g.ensure(len(kinds))
		g.demandTop(kinds)
		if len(kinds) == 0 {
			g.emit(bytecode.OpMake, g.result(bytecode.KindVariant), call.Index, 0)
			return
		}
		n := len(g.stack) - len(kinds)
		fields := slices.Clone(g.stack[n:])
		g.stack = g.stack[:n]
		o := g.newVirtual(virtualObject{variant: call.Index, fields: fields, uses: 1})
		g.push(o)
		if g.Plain || g.hasToken(call.Index) { // it costs nothing, and the fields lie in their places now
			g.materialize(o)
		}
	case types.TargetIs:
		if o := g.top(); o.form == virtual {
			same := uint64(0)
			if g.objects[o.index].variant == call.Index {
				same = 1
			}
			g.release(g.pop())
			g.push(operand{form: boolean, bits: same})
			return
		}
		o := g.inSlot(g.pop()) // only looked at
		g.release(o)
		g.emit(bytecode.OpIs, g.result(bytecode.KindBool, o), o.index, call.Index)
	case types.TargetAccess:
		o := g.top()
		if o.form == virtual && g.objects[o.index].variant == call.Index {
			g.takeFields(g.pop(), []int32{call.Field})
			return
		}
		if field, ok := bytecode.FieldOperand(call.Index, call.Field); ok && o.form == slot && g.uses[o.index] > 1 { // the value lives on
			g.release(g.pop())
			s := g.result(g.mod.Variants[call.Index].Kinds[call.Field])
			g.trust(s)
			g.emit(bytecode.OpFieldGet, s, o.index, field)
			return
		}
		first := g.arguments(1, 1, false)
		g.emit(bytecode.OpFieldTakeInPlace, first, call.Index, call.Field)
		g.results(first, []bytecode.Kind{g.mod.Variants[call.Index].Kinds[call.Field]})
		g.trust(first)
	}
}

// callBuiltin compiles a call of a built-in word that is a Go function.
func (g *generator) callBuiltin(call *types.Call) {
	index := g.builtin(call.Index)
	ref := &g.mod.Builtins[index]
	var looks params
	if g.table.Borrows(call.Index) {
		looks = allParams
	}
	first := g.argumentsFor(int(ref.In), int(ref.Out), false, looks)
	g.emit(bytecode.OpBuiltin, first, index, 0)
	g.results(first, ref.Results)
}

// runQuotation runs the quotation on top of the stack.
func (g *generator) runQuotation(known bool, in, out int, last bool) bool {
	if last {
		g.ensure(1)
		g.layOut()
		g.emit(bytecode.OpTailQuotation, int32(len(g.stack)-1), 0, 0)
		return true
	}
	if !known {
		g.ensure(1)
		restore := g.observed()
		g.emit(bytecode.OpCallUnknown, int32(len(g.stack)-1), 0, 0)
		g.emit(bytecode.OpFrameToTop, 0, 0, 0)
		g.float()
		restore()
		return false
	}
	g.ensure(in + 1)
	restore := g.observed()
	g.emit(bytecode.OpCallQuotation, int32(len(g.stack)-1), int32(in), int32(out))
	g.replace(in+1, out)
	g.emit(bytecode.OpExpect, int32(len(g.stack)), 0, 0)
	restore()
	return false
}

// computedIf compiles an if whose branches are values.
func (g *generator) computedIf(call *types.Call, last bool) bool {
	g.ensure(3)
	g.demandTop([]bytecode.Kind{bytecode.KindBool, bytecode.KindQuotation, bytecode.KindQuotation})
	first := g.arguments(3, 3, false)
	g.emit(bytecode.OpSelect, first, 0, 0)
	g.results(first, []bytecode.Kind{bytecode.KindAny})
	return g.runQuotation(call.Known, int(call.In), int(call.Out), last)
}

// condHere compiles a cond in tail position of which the clauses are values: the code of
// the helper. It stands in the function itself, so that the error of a cond without a true
// predicate has a place; the body that is chosen takes the place of the function.
func (g *generator) condHere() {
	g.layOut()
	g.emit(bytecode.OpTailGone, 0, 0, 0)
	g.emit(bytecode.OpFrameUp, int32(len(g.stack)), 0, 0)
	g.float()
	g.emit(bytecode.OpCondStart, 0, 0, 0)
	next := g.label()
	g.emit(bytecode.OpCondNext, 0, 0, 0)
	g.emit(bytecode.OpCondTest, 0, 0, next)
}

// computedIndex compiles pick and roll of an index that the program computes:
// it may reach values of the callers.
func (g *generator) computedIndex(rule types.Special) {
	g.ensure(1)
	g.demandTop([]bytecode.Kind{bytecode.KindInt})
	restore := g.observed()
	at := int32(len(g.stack) - 1)
	if rule == types.Pick {
		g.emit(bytecode.OpPickAt, at, 0, 0)
		g.kinds[at] = known{}
		restore()
		return
	}
	g.emit(bytecode.OpRollAt, at, 0, 0)
	g.resize(int(at))
	restore()
}

// weaveWord compiles the words that step into and out of weaves.
func (g *generator) weaveWord(op bytecode.Op, n int, results []bytecode.Kind) {
	first := g.arguments(n, len(results), false)
	g.emit(op, first, 0, 0)
	g.results(first, results)
}

// spawn starts a strand; watched is 1 for one whose end can be waited for.
func (g *generator) spawn(moved int, watched int32, leaves bytecode.Kind) {
	g.ensure(1 + moved)
	restore := g.observed()
	at := int32(len(g.stack) - 1)
	g.emit(bytecode.OpSpawn, at, int32(moved), watched)
	g.replace(1+moved, 0)
	g.pushPlace(leaves)
	restore()
}
