package builtins

import (
	"strings"

	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// yamlWords are what std:yaml is built on (chapter 4, section 18).
var yamlWords = []Word{
	{Name: "%yaml-scalar", Effect: "( ..a String -- ..a Variant )", Doc: "The value of a scalar.", Run: func(s *vm.Strand, w []stack.Value) error {
		w[0] = yamlScalar(tagsOf(s), w[0].AsString())
		return nil
	}},
	{Name: "%yaml-flat", Effect: "( ..a String -- ..a Variant Bool )", Doc: "The pairs of a document.", Run: func(s *vm.Strand, w []stack.Value) error {
		tags := tagsOf(s)
		var fields []stack.Value
		for pair := range yamlPairs(w[0].AsString(), s.Heed) {
			fields = append(memory.Room(fields, 2), yamlKey(tags, pair), yamlScalar(tags, pair.value))
		}
		flagged(w, wrapped(tags.object, fields...), len(fields) > 0)
		return nil
	}},
	{Name: "%yaml-nested", Effect: "( ..a String -- ..a Variant Bool )", Doc: "The pairs of a document, nested.", Run: func(s *vm.Strand, w []stack.Value) error {
		v := yamlNested(tagsOf(s), w[0].AsString(), s.Heed)
		flagged(w, v, v.AsVariant().Len() > 0)
		return nil
	}},
}

// yamlPair is a line with a colon.
type yamlPair struct {
	indent     int // spaces in front
	key, value string
}

// yamlPairs goes through the lines that are pairs; blank lines, comments and
// lines without a colon are skipped.
func yamlPairs(text string, heed func()) func(func(yamlPair) bool) {
	return func(yield func(yamlPair) bool) {
		for line := range strings.SplitSeq(text, "\n") {
			heed()
			body := strings.TrimLeft(line, " ")
			if strings.HasPrefix(strings.TrimSpace(body), "#") {
				continue
			}
			key, value, ok := strings.Cut(body, ":")
			if ok && !yield(yamlPair{indent: len(line) - len(body), key: strings.TrimSpace(key), value: strings.TrimSpace(value)}) {
				return
			}
		}
	}
}

func yamlKey(tags jsonTags, pair yamlPair) stack.Value {
	return wrapped(tags.string, stack.FromString(strings.Clone(pair.key)))
}

func yamlScalar(tags jsonTags, text string) stack.Value {
	switch text {
	case "null", "~":
		return wrapped(tags.null)
	case "true":
		return wrapped(tags.bool, stack.FromInt(1))
	case "false":
		return wrapped(tags.bool, stack.FromInt(0))
	}
	if f, ok := parseFloat(text); ok {
		return wrapped(tags.number, stack.FromFloat(f))
	}
	return wrapped(tags.string, stack.FromString(strings.Clone(text)))
}

// yamlLevel is an object that is still open.
type yamlLevel struct {
	indent int // of its members
	fields []stack.Value
}

// yamlNested builds the objects of a document. The last open level is the
// innermost; what lies deeper than its owner's line belongs to it.
func yamlNested(tags jsonTags, text string, heed func()) stack.Value {
	var open []yamlLevel
	owner := -1 // indentation of a pair without a value right before: deeper pairs are its members
	closeLevel := func() {
		last := open[len(open)-1]
		open = open[:len(open)-1]
		outer := &open[len(open)-1]
		outer.fields[len(outer.fields)-1] = wrapped(tags.object, last.fields...)
	}
	for pair := range yamlPairs(text, heed) {
		switch {
		case len(open) == 0:
			open = append(open, yamlLevel{indent: pair.indent})
		case owner >= 0 && pair.indent > owner:
			open = append(open, yamlLevel{indent: pair.indent})
		default:
			for len(open) > 1 && pair.indent < open[len(open)-1].indent {
				closeLevel()
			}
		}
		level := &open[len(open)-1]
		value := yamlScalar(tags, pair.value)
		owner = -1
		if pair.value == "" {
			owner = pair.indent
			value = wrapped(tags.object)
		}
		level.fields = append(memory.Room(level.fields, 2), yamlKey(tags, pair), value)
	}
	if len(open) == 0 {
		return wrapped(tags.object)
	}
	for len(open) > 1 {
		closeLevel()
	}
	return wrapped(tags.object, open[0].fields...)
}
