// Package tracepage writes what the strands of a run did, and when, as a page for a browser: a lane for each strand, with the times when
// it ran and when it waited, and messages as arrows. The page asks nobody for anything.
package tracepage

import (
	_ "embed"
	"encoding/json"
	"html"
	"io"
	"strings"

	"github.com/seqvm/seqvm/vm"
)

//go:embed page.html
var page string

// content is what the page shows. Numbers are in rows, so that a million of them are no more than need be.
type content struct {
	Seen   int64      `json:"seen"`
	Kept   int        `json:"kept"`
	Places []string   `json:"places"`
	Events [][6]int64 `json:"events"` // kind, strand, at and until in ns, channel or index of the place, number
}

// Write writes the page of a program.
func Write(to io.Writer, program string, timeline *vm.Timeline) error {
	events, seen := timeline.Events()
	return write(to, program, events, seen)
}

func write(to io.Writer, program string, events []vm.Event, seen int64) error {
	c := content{Seen: seen, Kept: len(events), Places: []string{}, Events: [][6]int64{}}
	places := map[string]int64{}
	for _, e := range events {
		other := e.Channel
		if e.Kind == vm.EventWaits {
			i, known := places[e.Place]
			if !known {
				i = int64(len(c.Places))
				places[e.Place] = i
				c.Places = append(c.Places, strings.TrimSpace(e.Place))
			}
			other = i
		}
		c.Events = append(c.Events, [6]int64{int64(e.Kind), e.Strand, e.At.Nanoseconds(), e.Until.Nanoseconds(), other, e.Number})
	}
	data, err := json.Marshal(c) // which writes '<' as \u003c
	if err != nil {
		return err
	}
	_, err = strings.NewReplacer("{{title}}", html.EscapeString(program), "{{data}}", string(data)).WriteString(to, page)
	return err
}
