package fix

import (
	"strings"

	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// findWhens looks for the conditionals without an else that may become "[ A ]
// when" (chapter 9, section 15, rule 2a): unlike the branch of an if, the
// quotation has an aux stack of its own, is checked without what lies below it,
// and a call at its end is no tail call of the word.
func (f *fixer) findWhens() {
	for _, w := range f.info.Words {
		if name := w.Decl.Name.Text; (name == "when" || name == "unless") && !f.prog.Modules[w.Module].Supplied {
			return // the program's own word
		}
	}
	for _, w := range f.info.Words {
		if w.Module == f.module {
			f.whensIn(w, w.Decl.Body)
		}
	}
}

func (f *fixer) whensIn(w *types.Word, stmts []syntax.Stmt) {
	source := f.file.Source.Text
	for i := range stmts {
		st := &stmts[i]
		switch st.Kind {
		case syntax.StmtQuotation:
			if syntax.LiteralIf(stmts, i) && strings.HasPrefix(source[st.Pos:], "if") {
				other := &stmts[i+1]
				if len(other.Block) == 0 && source[other.Pos:other.End] == "then" && f.standsAlone(w, st.Block) {
					f.whens[st.Pos] = true
				}
			}
			f.whensIn(w, st.Block)
		case syntax.StmtMatch:
			for a := range st.Match.Arms {
				f.whensIn(w, st.Match.Arms[a].Body)
			}
		}
	}
}

// standsAlone tells whether statements mean the same in a quotation that is
// called.
func (f *fixer) standsAlone(w *types.Word, stmts []syntax.Stmt) bool {
	for i := range stmts {
		st := &stmts[i]
		switch st.Kind {
		case syntax.StmtQuotation:
			if !f.standsAlone(w, st.Block) {
				return false
			}
		case syntax.StmtMatch:
			for a := range st.Match.Arms {
				if !f.standsAlone(w, st.Match.Arms[a].Body) {
					return false
				}
			}
		case syntax.StmtCall:
			call := &f.info.Calls[f.module][st.ID]
			recursion := call.Target == types.TargetWord && call.Index == int32(w.Index)
			if recursion || st.Text == ">aux" || st.Text == "aux>" || st.Text == "yield" || types.Operator(st.Text) {
				return false
			}
		}
	}
	return true
}

// includeControl adds the include that "when" needs, behind the comments and
// includes at the start of the file.
func (f *fixer) includeControl() {
	for _, inc := range f.file.Includes {
		if inc.Kind == syntax.IncludeStd && inc.Name == "control" {
			return
		}
	}
	source := f.file.Source.Text
	at, end := 0, "\n"
	for pos := 0; pos < len(source); {
		line := source[pos:]
		if n := strings.IndexByte(line, '\n'); n >= 0 {
			line = line[:n+1]
		}
		text := strings.TrimSpace(line)
		if text != "" && !strings.HasPrefix(text, "#") && !strings.HasPrefix(text, "include ") {
			break
		}
		if strings.HasSuffix(line, "\r\n") {
			end = "\r\n"
		}
		if pos += len(line); text != "" {
			at = pos
		}
	}
	f.replace(int32(at), int32(at), "include std:control"+end)
}
