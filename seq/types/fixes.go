package types

import (
	"fmt"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/spelling"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/stdlib"
)

// This file is the changes of a program that diagnostics offer. As advice.go, all of it runs
// after a check has failed.

// offerWriting offers to write something in place of what a diagnostic is about.
func offerWriting(d *diag.Diagnostic, text string, more ...diag.Edit) {
	d.Offer("write '"+text+"'", append([]diag.Edit{{Span: d.Span, Text: text}}, more...)...)
}

// offerInFront offers to put words in front of what a diagnostic is about.
func offerInFront(d *diag.Diagnostic, words string) {
	at := diag.Span{Source: d.Span.Source, Start: d.Span.Start, End: d.Span.Start}
	d.Offer(fmt.Sprintf("put '%s' in front of it", words), diag.Edit{Span: at, Text: words + " "})
}

// suggest adds the candidates near a name to a diagnostic about it; false if there are none.
func suggest(d *diag.Diagnostic, name string, candidates []string, prefix string) bool {
	closest := spelling.Nearest(name, candidates)
	for i, n := range closest {
		offerWriting(d, prefix+n)
		closest[i] = "'" + prefix + n + "'"
	}
	if closest != nil {
		d.Help = append(d.Help, "did you mean "+strings.Join(closest, " or ")+"?")
	}
	return closest != nil
}

// offerInclude offers to include a supplied module in a file.
func (p *program) offerInclude(d *diag.Diagnostic, file int, module stdlib.Module) {
	d.Offer(fmt.Sprintf("add 'include %s'", module), p.include(file, module))
}

// include is the edit that includes a supplied module: behind the last include of a file, or in
// front of all that is in it.
func (p *program) include(module int, supplied stdlib.Module) diag.Edit {
	file := p.info.Program.Modules[module].File
	text := "include " + supplied.String()
	if len(file.Includes) == 0 {
		return diag.Edit{Span: syntax.Beginning(file.Source), Text: text + "\n"}
	}
	at := file.Includes[len(file.Includes)-1].End
	rest, _, _ := strings.Cut(file.Source.Text[at:], "\n")
	text = "\n" + text
	switch comment := strings.TrimSpace(rest); {
	case comment == "":
	case comment[0] == '#':
		at += int32(len(strings.TrimRight(rest, " \t\r")))
	default:
		text += "\n"
	}
	return diag.Edit{Span: file.Span(at, at), Text: text}
}

// offerInstead offers what Instead answers if that is a row of words and nothing else.
func offerInstead(d *diag.Diagnostic, answer string) {
	quoted := strings.Split(answer, "'")
	if len(quoted) != 3 || quoted[0] != "use " || quoted[2] != "" {
		return
	}
	words, _, _ := strings.Cut(quoted[1], " (") // without an effect
	offerWriting(d, words)
}

// offerConversion offers the word of a conversion, which the advice begins with, in front of what
// a diagnostic is about, if that leaves nothing but the value.
func (p *program) offerConversion(d *diag.Diagnostic, advice string) {
	if quoted := strings.Split(advice, "'"); len(quoted) > 1 {
		word, _, _ := strings.Cut(quoted[1], " ")
		if i, known := p.table.Lookup(word); known && len(p.table.Effect(i).Out) == 1 {
			offerInFront(d, word)
		}
	}
}

// offerArms offers to add arms for variants that a match has none for.
func offerArms(d *diag.Diagnostic, source *diag.Source, match *syntax.Stmt, variants []string) {
	at := match.End - int32(len("end"))
	text := strings.Join(variants, " -> ") + " -> "
	d.Offer("add an arm for each", diag.Edit{Span: diag.Span{Source: source, Start: at, End: at}, Text: text})
}

// offerType offers to write a type in place of a type variable of an effect.
func offerType(d *diag.Diagnostic, effect *syntax.Effect, variable, name string) {
	var edits []diag.Edit
	var replace func(list []syntax.TypeExpr)
	replace = func(list []syntax.TypeExpr) {
		for _, x := range list {
			if x.Kind == syntax.TypeName && x.Name == variable {
				edits = append(edits, diag.Edit{Span: diag.Span{Source: d.Span.Source, Start: x.Pos, End: x.End}, Text: name})
			}
			replace(x.In)
			replace(x.Out)
		}
	}
	replace(effect.In)
	replace(effect.Out)
	replace(effect.Yields)
	d.Offer(fmt.Sprintf("write '%s' for '%s'", name, variable), edits...)
}
