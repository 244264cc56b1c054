package syntax

import (
	"strings"
	"unicode/utf8"

	"github.com/seqvm/seqvm/seq/diag"
)

// Beginning is the empty place where a line can be put in front of a program: behind a byte
// order mark and the first line of a script.
func Beginning(source *diag.Source) diag.Span {
	_, at, end := source.LineAt(0)
	if strings.HasPrefix(source.Line(1), "#!") {
		at = min(end, int32(len(source.Text)))
	}
	return diag.Span{Source: source, Start: at, End: at}
}

func (p *parser) edit(start, end int32, text string) diag.Edit {
	return diag.Edit{Span: p.file.Span(start, end), Text: text}
}

func (p *parser) replace(t Token, text string) diag.Edit { return p.edit(t.Pos, t.End, text) }

func (p *parser) insert(at int32, text string) diag.Edit { return p.edit(at, at, text) }

// write replaces a token.
func (p *parser) write(t Token, text string) diag.Fix {
	return diag.Fix{Title: "write " + quote(text), Edits: []diag.Edit{p.replace(t, text)}}
}

// leaveOut takes a delimiter away; what stands around it stays apart.
func (p *parser) leaveOut(t Token) diag.Fix {
	return diag.Fix{Title: "leave the " + quote(t.Text) + " out", Edits: []diag.Edit{p.replace(t, p.blankFor(t))}}
}

// blankFor is what must stand in place of a delimiter.
func (p *parser) blankFor(t Token) string {
	i := int(t.End)
	if text := p.file.Source.Text; i < len(text) && (text[i] >= utf8.RuneSelf || class[text[i]] != isBlank) {
		return " "
	}
	return ""
}

// closeWith puts a token behind the one that was read last.
func (p *parser) closeWith(token string) diag.Fix {
	return diag.Fix{Title: "add " + quote(token), Edits: []diag.Edit{p.insert(p.tokens[max(p.at-1, 0)].End, " "+token)}}
}

// offerInclude offers an include in place of a "use", with the module behind it.
func (p *parser) offerInclude(d *diag.Diagnostic, use Token) {
	switch module := p.peekAfter(); {
	case module.Namespace():
		d.Offer("write 'include'", p.replace(use, "include"))
	case !module.NewLine && moduleName(module.Text):
		d.Offer("write 'include std:"+module.Text+"'", p.edit(use.Pos, module.End, "include std:"+module.Text))
	}
}

// moduleName tells whether a text may be the name of a module or of a file beside
// the one that includes it.
func moduleName(text string) bool {
	for _, c := range []byte(text) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return text != ""
}

func quoted(text string) string { return `"` + text + `"` }
