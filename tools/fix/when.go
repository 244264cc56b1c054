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
	source := f.file.Source.Text
	for _, w := range f.info.Words {
		if w.Module != f.module {
			continue
		}
		for st := range syntax.All(w.Decl.Body) {
			if st.Kind != syntax.StmtIf || !strings.HasPrefix(source[st.Start():], "if") {
				continue
			}
			then, els := &st.Inner[0], &st.Inner[1]
			if len(els.Inner) == 0 && source[els.Pos:els.End] == "then" && f.standsAlone(w, then.Inner) {
				f.whens[then.Pos] = true
			}
		}
	}
}

// standsAlone tells whether statements mean the same in a quotation that is
// called.
func (f *fixer) standsAlone(w *types.Word, stmts []syntax.Stmt) bool {
	for st := range syntax.All(stmts) {
		if !st.HasCall() {
			continue
		}
		call := &f.info.Calls[f.module][st.ID]
		recursion := call.Target == types.TargetWord && call.Index == int32(w.Index)
		if recursion || st.Text == ">aux" || st.Text == "aux>" || st.Text == "yield" || types.Operator(st.Text) {
			return false
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
