// Package lint finds code that is well typed and yet probably wrong: the rules
// of chapter 8 of the language book, sections 4 to 6.
//
// File is the linter: what it says of one file, by three kinds of rules. Patterns of words
// (rules.go, match.go) and rules on the shape of bodies (shape.go) need the syntax tree alone. Dataflow
// works on the annotated tree of a program without errors, one definition at
// a time: walk.go runs a body on an abstract stack whose values know which calls
// they come from, and a rule is what is read off the events that this leaves (flags.go, resources.go). What a
// built-in word is to a rule stands in its row of package builtins. The rest is what the checker
// finds. Fix applies what patterns offer. It prints
// nothing but where Write is asked to: findings are diagnostics.
//
// DroppedFlags and Explain are for 'check' and for run-time errors.
package lint

import (
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// calls tells whether a body has a call, at any depth, that satisfies a condition.
func calls(body []syntax.Stmt, info []types.Call, is func(*types.Call) bool) bool {
	for st := range syntax.All(body) {
		if st.HasCall() && is(&info[st.ID]) {
			return true
		}
	}
	return false
}
