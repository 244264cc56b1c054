package lint

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/seq/check"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
)

// offer adds to a finding what its rule would have in place of the match.
func (r *Rule) offer(d *diag.Diagnostic, match []item) {
	e := editor{source: d.Span.Source, text: d.Span.Source.Text}
	switch {
	case r.Replacement != "":
		d.Offer("replace with `"+r.Replacement+"`", e.replace(match, r.replacement(e.text, match))...)
	case r.Removes():
		d.Offer("remove this code", e.replace(match, "")...)
	}
}

// replacement returns the text that takes the place of a match, in which what stands for others has become
// that again.
func (r *Rule) replacement(text string, match []item) string {
	if !strings.Contains(r.Replacement, "$") {
		return r.Replacement
	}
	rest := len(match) - len(r.elements) + 1 // what '$...' stands for
	of := map[string]string{}
	at := 0
	for _, e := range r.elements {
		n := 1
		if e.many {
			n = rest
		}
		if e.word == "" && n > 0 {
			of[e.name] = text[match[at].start:match[at+n-1].end]
		}
		at += n
	}
	parts := strings.Fields(r.Replacement)
	for i, part := range parts {
		if found, ok := of[part]; ok || part == many {
			parts[i] = found
		}
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " ")
}

// editor makes the edits that put something in place of a match and leave comments and the layout around as they are.
type editor struct {
	source *diag.Source
	text   string
}

// replace puts a text in place of a match; "" leaves it out. Comments within it stay: what lies between two of them
// goes, and the text comes in place of the first part.
func (e editor) replace(match []item, text string) (edits []diag.Edit) {
	start := match[0].start
	for i, it := range match {
		if i+1 < len(match) && !strings.Contains(e.text[it.end:match[i+1].start], "#") {
			continue
		}
		if text != "" {
			edits = append(edits, e.edit(start, it.end, text))
		} else {
			edits = append(edits, e.remove(start, it.end))
		}
		text = ""
		if i+1 < len(match) {
			start = match[i+1].start
		}
	}
	return edits
}

func (e editor) edit(start, end int32, text string) diag.Edit {
	return diag.Edit{Span: diag.Span{Source: e.source, Start: start, End: end}, Text: text}
}

// remove leaves a part of a line out with the blanks in front of it, at the beginning of a line those behind it; lines of which
// nothing is left go as a whole.
func (e editor) remove(start, end int32) diag.Edit {
	const blanks = " \t"
	before := int32(len(strings.TrimRight(e.text[:start], blanks)))
	after := int32(len(e.text) - len(strings.TrimLeft(e.text[end:], blanks)))
	begins := before == 0 || e.text[before-1] == '\n'
	rest := strings.TrimPrefix(e.text[after:], "\r")
	ends := rest == "" || rest[0] == '\n'
	switch {
	case begins && ends:
		line := min(int32(len(e.text)-len(rest))+1, int32(len(e.text)))
		return e.edit(before, line, "")
	case begins:
		return e.edit(start, after, "")
	}
	return e.edit(before, end, "")
}

// How often what rules offer is applied, and how much longer the text may become: one that matches what another one offers
// may go on for ever.
const (
	maxFixRounds = 50
	maxGrowth    = 64 << 10
)

// ErrEndless says that rules offer what they match again.
var ErrEndless = errors.New("the replacements of the rules do not come to an end: one offers what another one matches")

// Fixed is a text to which the offers of patterns have been applied.
type Fixed struct {
	Text  string
	Count int // of the findings that were mended
}

// Fix applies what the patterns offer to the text of the file at path, until nothing is left; it writes nothing. If the program checks
// before and not afterwards, the error says so.
func Fix(path, text string, o Options) (Fixed, error) {
	fixed := Fixed{Text: text}
	for round := 0; round < maxFixRounds && len(fixed.Text) <= 2*len(text)+maxGrowth; round++ {
		report := File(reading(path, fixed.Text), o)
		next, n := report.apply(fixed.Text)
		if n == 0 {
			return fixed, o.stillChecks(reading(path, text), report)
		}
		fixed.Text, fixed.Count = next, fixed.Count+n
	}
	return Fixed{}, ErrEndless
}

// reading is the program whose main file is at path, with a text in place of that.
func reading(path, text string) check.Source {
	return func(o load.Options) (*load.Program, diag.List) {
		disk := o
		o.ReadFile = func(p string) ([]byte, error) {
			if p == path {
				return []byte(text), nil
			}
			return disk.Read(p)
		}
		return load.File(path, o)
	}
}

// apply makes the edits that patterns offer, of those that overlap the first.
func (r *Report) apply(text string) (fixed string, count int) {
	var all diag.Fix
	end := int32(0)
	for _, f := range r.Findings {
		if f.Rule == nil || len(f.Fixes) == 0 || f.Span.Source != r.Source {
			continue
		}
		edits := f.Fixes[0].Edits
		if edits[0].Span.Start < end || len(edits) == 1 && edits[0].Text == text[edits[0].Span.Start:edits[0].Span.End] {
			continue
		}
		all.Edits = append(all.Edits, edits...)
		end = max(f.Span.End, edits[len(edits)-1].Span.End)
		count++
	}
	if count == 0 {
		return text, 0
	}
	return all.Apply(r.Source), count
}

// stillChecks returns an error if a program without errors has got one.
func (o Options) stillChecks(old check.Source, now *Report) error {
	broken := now.firstError()
	if broken == nil || File(old, o).firstError() != nil {
		return nil
	}
	return fmt.Errorf("the result of the replacements has an error: %s: %s", broken.Span, broken.Message)
}

// firstError returns the first error of the language; nil if there is none.
func (r *Report) firstError() *diag.Diagnostic {
	for _, f := range r.Findings {
		if f.OfLanguage() {
			return f.Diagnostic
		}
	}
	return nil
}
