package diag

import (
	"encoding/json"
	"io"
)

// jsonVersion is that of the form below. Fields may be added without a new one.
const jsonVersion = 1

// jsonDocument and the types that it is made of are the JSON form of a list.
// Lists are never null.
type jsonDocument struct {
	Version     int              `json:"version"`
	Diagnostics []jsonDiagnostic `json:"diagnostics"`
}

type jsonDiagnostic struct {
	jsonPlace
	Severity string        `json:"severity"` // error, warning, hint
	Code     Code          `json:"code"`
	Message  string        `json:"message"`
	Notes    []string      `json:"notes"`
	Stacks   []jsonStep    `json:"stacks"` // on the way to the fault, in source order
	Related  []jsonRelated `json:"related"`
	Help     []string      `json:"help"`
	Fixes    []jsonFix     `json:"fixes"`
}

// jsonPlace is a Span. File is null for no place, Range for a file as a whole.
type jsonPlace struct {
	File  *string    `json:"file"`
	Range *jsonRange `json:"range"`
}

// jsonRange is half-open: End is behind the last character.
type jsonRange struct {
	Start jsonPosition `json:"start"`
	End   jsonPosition `json:"end"`
}

// jsonPosition has the line and column of Source.Position and the offset in bytes.
type jsonPosition struct {
	Line   int   `json:"line"`
	Column int   `json:"column"`
	Offset int32 `json:"offset"`
}

// jsonStep is a Step: what lies on the stacks behind the range; aux is "" for nothing.
type jsonStep struct {
	jsonPlace
	Stack string `json:"stack"`
	Aux   string `json:"aux"`
}

type jsonRelated struct {
	jsonPlace
	Message string `json:"message"`
}

type jsonFix struct {
	Title string     `json:"title"`
	Edits []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	jsonPlace
	Text string `json:"text"`
}

// WriteJSON writes all findings of a list as one JSON document on one line.
// Bytes that are no UTF-8, which only names of files have, become U+FFFD.
func WriteJSON(w io.Writer, list List) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(jsonDocument{Version: jsonVersion, Diagnostics: each(list, (*Diagnostic).json)})
}

func (d *Diagnostic) json() jsonDiagnostic {
	return jsonDiagnostic{
		jsonPlace: d.Span.json(),
		Severity:  d.Severity.String(),
		Code:      d.Code,
		Message:   d.Message,
		Notes:     append([]string{}, d.Notes...),
		Stacks:    each(d.Steps, func(s Step) jsonStep { return jsonStep{s.Span.json(), s.Stack, s.Aux} }),
		Related:   each(d.Related, func(r Related) jsonRelated { return jsonRelated{r.Span.json(), r.Label} }),
		Help:      append([]string{}, d.Help...),
		Fixes: each(d.Fixes, func(f Fix) jsonFix {
			return jsonFix{f.Title, each(f.Edits, func(e Edit) jsonEdit { return jsonEdit{e.Span.json(), e.Text} })}
		}),
	}
}

func (s Span) json() jsonPlace {
	if s.Source == nil {
		return jsonPlace{}
	}
	if s.Start < 0 {
		return jsonPlace{File: &s.Source.Name}
	}
	return jsonPlace{&s.Source.Name, &jsonRange{s.Source.json(s.Start), s.Source.json(max(s.Start, s.End))}}
}

func (s *Source) json(offset int32) jsonPosition {
	line, column := s.Position(offset)
	_, _, inside := s.lineOf(offset)
	return jsonPosition{line, column, inside}
}

// each returns the results of a function for the elements of a list; never nil.
func each[A, B any](list []A, f func(A) B) []B {
	out := make([]B, 0, len(list))
	for _, a := range list {
		out = append(out, f(a))
	}
	return out
}
