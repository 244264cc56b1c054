package lint

import (
	"fmt"

	"github.com/seqvm/seqvm/internal/parallel"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// UncheckedErrorFlag is the ID of the rule on dropped flags (chapter 8, section 6).
const UncheckedErrorFlag diag.Code = "unchecked-error-flag"

// call is a call that leaves a flag and what becomes of that and of its value.
type call struct {
	st      *syntax.Stmt
	word    *types.Signature
	module  *load.Module
	at      *branch
	certain bool // it cannot fail: its arguments show that
	drops   []dropping
	checks  spots     // where the flag is checked, or nothing is known of it any more
	uses    []meeting // where the value is used
}

// dropping is where a flag is dropped.
type dropping struct {
	st *syntax.Stmt
	at meeting
}

// checkedAt tells whether every run that comes from the call to a place checks the flag.
func (c *call) checkedAt(m meeting) bool {
	return c.checks.surround(c.at) || c.checks.surround(m.last) || c.checks.surround(m.earlier)
}

// unchecked returns the first place where the flag is dropped on a run that does not check
// it; nil if there is none.
func (c *call) unchecked() *dropping {
	for i := range c.drops {
		if !c.checkedAt(c.drops[i].at) {
			return &c.drops[i]
		}
	}
	return nil
}

// misused returns the first place where the flag is dropped unchecked if there is a run
// that uses the value and does not check the flag; nil if there is none. What is not checked on a run and
// not left on the stack is dropped there.
func (c *call) misused() *dropping {
	for _, m := range c.uses {
		if !c.checkedAt(m) {
			return c.unchecked()
		}
	}
	return nil
}

// failsOnlyWith are words that fail only in programs that call another word, too: channels
// that nobody closes always give a value.
var failsOnlyWith = map[string]string{"chan.receive": "chan.close"}

// DroppedFlags warns about calls in a program without errors whose flag is dropped
// at any distance while the value that comes with it is used: after a
// failure that is a default, and the error shows in another place or not at all.
// Supplied modules are left out.
func DroppedFlags(info *types.Info) diag.List {
	never := neverFail(info)
	byWord := make([]diag.List, len(info.Words))
	look := func(i int) { byWord[i] = droppedIn(info, info.Words[i], never) }
	steps := 0
	for _, module := range info.Calls {
		steps += len(module)
	}
	if parallel.Pays(steps) {
		parallel.Each(len(byWord), func() func(int) { return look })
	} else {
		for i := range byWord {
			look(i)
		}
	}
	var found diag.List
	for _, list := range byWord {
		found = append(found, list...)
	}
	found.Sort()
	return found
}

// droppedIn is DroppedFlags for a word.
func droppedIn(info *types.Info, w *types.Word, never map[string]bool) (found diag.List) {
	if info.Program.Modules[w.Module].Supplied || w.Decl.Allowed(string(UncheckedErrorFlag)) || !leavesFlags(info, w) {
		return nil
	}
	fallible, ok := newWalker(info, w).run()
	if !ok {
		return nil
	}
	for _, c := range fallible { // a rule of its own watches over strand.resume (chapter 8, section 5)
		if d := c.misused(); d != nil && !c.certain && c.word.Special != types.Resume && !never[c.word.Name] {
			found = append(found, c.warning(d))
		}
	}
	return found
}

// nearLines is how many lines below a call a drop of its flag is the business of the patterns.
const nearLines = 2

// farFlags reports the calls in the main file of a program without errors whose flag is dropped some lines below, on a way on
// which nothing looks at it (chapter 8, section 6). Unlike DroppedFlags it does not ask whether the value is used or whether the call
// can fail at all.
func farFlags(info *types.Info) (found diag.List) {
	for _, w := range info.Words {
		if w.Module != 0 || !leavesFlags(info, w) {
			continue
		}
		walk := newWalker(info, w)
		walk.ownOnly = true
		fallible, ok := walk.run()
		if !ok {
			continue
		}
		for _, c := range fallible {
			if d := c.farDrop(); d != nil && c.word.Special != types.Resume {
				line, _ := c.module.Source.Position(d.st.Pos)
				one := finding(UncheckedErrorFlag, diag.Warning, c.module.Span(c.st.Pos, c.st.End),
					"the flag of '%s', which tells %s, is dropped unchecked by '%s' in line %d", c.st.Text, c.word.Flag, d.st.Text, line)
				one.Related = []diag.Related{{Span: c.module.Span(d.st.Pos, d.st.End), Label: "dropped here"}}
				one.Help = []string{"test it with 'if'"}
				found = append(found, one)
			}
		}
	}
	return found
}

// farDrop returns the first place some lines below the call where the flag is dropped on a run that does not check it;
// nil if there is none.
func (c *call) farDrop() *dropping {
	line, _ := c.module.Source.Position(c.st.Pos)
	for i := range c.drops {
		d := &c.drops[i]
		if at, _ := c.module.Source.Position(d.st.Pos); at > line+nearLines && !c.checkedAt(d.at) {
			return d
		}
	}
	return nil
}

// neverFail returns the words that cannot fail in the program. Of one without a main, callers
// are missing.
func neverFail(info *types.Info) map[string]bool {
	never := map[string]bool{}
	if info.Main == nil {
		return never
	}
	called := make([]bool, info.Builtins.Len())
	for _, module := range info.Calls {
		for i := range module {
			if c := &module[i]; c.Target == types.TargetBuiltin {
				called[c.Index] = true
			}
		}
	}
	for word, other := range failsOnlyWith {
		index, ok := info.Builtins.Lookup(other)
		never[word] = !ok || !called[index]
	}
	return never
}

// leavesFlags tells whether a word calls words that leave flags and values.
func leavesFlags(info *types.Info, w *types.Word) bool {
	return calls(w.Decl.Body, info.Calls[w.Module], func(c *types.Call) bool {
		c = flaggedBehind(info, c)
		return c.Target == types.TargetBuiltin && info.Builtins.Signature(c.Index).Flag != ""
	})
}

func (c *call) warning(d *dropping) *diag.Diagnostic {
	return &diag.Diagnostic{
		Severity: diag.Warning, Code: UncheckedErrorFlag, Span: c.module.Span(c.st.Pos, c.st.End),
		Message: fmt.Sprintf("the flag of '%s', which tells %s, is dropped, but the value is used", c.st.Text, c.word.Flag),
		Related: []diag.Related{{Span: c.module.Span(d.st.Pos, d.st.End), Label: fmt.Sprintf("'%s' drops it", d.st.Text)}},
		Help: []string{
			"test it with 'if': with false the value is only a default",
			fmt.Sprintf("or, where it cannot be false, write '# seq:allow(%s)' in front of the definition", UncheckedErrorFlag),
		},
	}
}
