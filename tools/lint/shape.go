package lint

import (
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
)

// maxBranches is how many conditionals may lie in each other.
const maxBranches = 3

// tooDeep reports the words of a file in which too many conditionals lie in each other.
func tooDeep(file *syntax.File) (found diag.List) {
	for _, w := range file.Words {
		if n := depth(w.Body, 0); n > maxBranches {
			found = append(found, finding(DeepNesting, diag.Hint, file.Span(w.Pos, w.Name.End),
				"conditionals are nested %d deep in '%s': the inner ones may become words of their own", n, w.Name.Text))
		}
	}
	return found
}

// conditionals are the words whose quotations are branches.
var conditionals = map[string]bool{"if": true, "when": true, "unless": true}

// depth returns how many conditionals lie in each other in a body that lies in some; what any other quotation holds is
// counted from 0.
func depth(body []syntax.Stmt, outer int) int {
	most := outer
	look := func(body []syntax.Stmt, outer int) { most = max(most, depth(body, outer)) }
	for i := range body {
		st := &body[i]
		inner := 0
		if st.HasCall() && conditionals[st.Text] {
			inner = outer + 1
		}
		if st.Kind == syntax.StmtQuotation {
			look(st.Inner, 0)
		}
		for j := range st.Inner {
			if q := &st.Inner[j]; st.HasCall() && q.Kind == syntax.StmtQuotation {
				look(q.Inner, inner)
			}
		}
		if st.Match != nil {
			for a := range st.Match.Arms {
				look(st.Match.Arms[a].Body, outer)
			}
		}
	}
	return most
}

// starters are the words that give a quotation others to take turns with; the last is what modules have.
var starters = map[string]bool{"strand.spawn": true, "strand.weave": true, "%strands.start": true}

// cooperation finds out which words of a program run beside others (chapter 8, section 6). It goes by names, so that it works for
// programs with errors.
type cooperation struct {
	words    map[string][]*syntax.Word
	supplied map[*syntax.Word]bool
	starts   map[*syntax.Word]bool // supplied words: they come to a starter
	together map[*syntax.Word]bool
}

// loneYields reports the calls of chan.yield in the main file of a program that let nobody else run.
func loneYields(prog *load.Program) (found diag.List) {
	c := &cooperation{words: map[string][]*syntax.Word{}, supplied: map[*syntax.Word]bool{}, starts: map[*syntax.Word]bool{}, together: map[*syntax.Word]bool{}}
	for _, m := range prog.Modules {
		for _, w := range m.Words {
			c.words[w.Name.Text] = append(c.words[w.Name.Text], w)
			c.supplied[w] = m.Supplied
		}
	}
	for _, m := range prog.Modules {
		for _, w := range m.Words {
			c.look(w)
		}
	}
	main := prog.Main()
	for _, w := range main.Words {
		if c.together[w] {
			continue
		}
		for st := range syntax.All(w.Body) {
			if st.HasCall() && st.Text == "chan.yield" {
				found = append(found, finding(UnreachableYield, diag.Error, main.Span(st.Pos, st.End),
					"'%s' is run by no strand beside others: no word that calls it starts a strand or a weave, so 'chan.yield' has nobody to yield to", w.Name.Text))
			}
		}
	}
	return found
}

// starter tells whether a call gives its quotation others to take turns with.
func (c *cooperation) starter(st *syntax.Stmt) bool {
	if !st.HasCall() {
		return false
	}
	if starters[st.Text] {
		return true
	}
	for _, w := range c.words[st.Text] {
		if c.supplied[w] && c.comesToStarter(w) {
			return true
		}
	}
	return false
}

// comesToStarter tells whether a supplied word starts strands or weaves, by itself or through others.
func (c *cooperation) comesToStarter(w *syntax.Word) bool {
	if starts, done := c.starts[w]; done {
		return starts
	}
	c.starts[w] = false // while it is looked at
	for st := range syntax.All(w.Body) {
		if c.starter(st) {
			c.starts[w] = true
			break
		}
	}
	return c.starts[w]
}

// look marks a word that starts others, and what is called in the quotations that it gives them.
func (c *cooperation) look(w *syntax.Word) {
	for st := range syntax.All(w.Body) {
		if !c.starter(st) {
			continue
		}
		c.mark(w)
		for i := range st.Inner {
			c.called(st.Inner[i].Inner)
		}
	}
}

// mark notes that a word runs beside others, and with it all that it calls.
func (c *cooperation) mark(w *syntax.Word) {
	if !c.together[w] {
		c.together[w] = true
		c.called(w.Body)
	}
}

func (c *cooperation) called(body []syntax.Stmt) {
	for st := range syntax.All(body) {
		if st.HasCall() {
			for _, w := range c.words[st.Text] {
				c.mark(w)
			}
		}
	}
}
