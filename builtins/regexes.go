package builtins

import (
	"sync"

	"github.com/seqvm/seqvm/builtins/regex"
	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// regexWords: chapter 6, section 12.
var regexWords = []Word{
	{Name: "regex.match?", Effect: "( ..a String String -- ..a Bool )", Doc: "Does the text hold a match of the pattern?", Run: func(s *vm.Strand, w []stack.Value) error {
		re := pattern(s, w[1], w[0])
		w[0] = stack.FromBool(re != nil && re.Match(w[0].AsString()))
		return nil
	}},
	{Name: "regex.find", Effect: "( ..a String String -- ..a String Bool )", Doc: "The first match of the pattern in the text.", Flag: "whether the pattern matches", Run: func(s *vm.Strand, w []stack.Value) error {
		text, re := w[0].AsString(), pattern(s, w[1], w[0])
		if re != nil {
			if start, end := re.Span(text); start >= 0 {
				flagged(w, w[0].Derive(text[start:end]), true)
				return nil
			}
		}
		flagged(w, stack.FromString(""), false)
		return nil
	}},
	{Name: "regex.find-all", Effect: "( ..a String String -- ..a V Bool )", Doc: "The list of all matches; false if the pattern is invalid.", Flag: "whether the pattern is valid", Run: regexFindAll},
	{Name: "regex.captures", Effect: "( ..a String String -- ..a V Bool )", Doc: "The list of the groups of the first match.", Flag: "whether the pattern matches", Run: func(s *vm.Strand, w []stack.Value) error {
		var loc []int
		if re := pattern(s, w[1], w[0]); re != nil {
			loc = re.Find(w[0].AsString(), 0)
		}
		flagged(w, listOf(groupsOf(w[0], loc)), loc != nil)
		return nil
	}},
	{Name: "regex.replace", Effect: "( ..a String String String -- ..a String Bool )", Doc: "The text with the first match of the pattern replaced; $1 is a group.", Flag: "whether the pattern is valid", Run: regexReplace(false)},
	{Name: "regex.replace-all", Effect: "( ..a String String String -- ..a String Bool )", Doc: "The text with all matches of the pattern replaced; $1 is a group.", Flag: "whether the pattern is valid", Run: regexReplace(true)},
	{Name: "regex.split", Effect: "( ..a String String -- ..a V Bool )", Doc: "The list of the pieces between the matches.", Flag: "whether the pattern is valid", Run: regexSplit},
	{Name: "regex.valid?", Effect: "( ..a String -- ..a Bool )", Doc: "Is the pattern valid?", Run: func(_ *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromBool(compiled(w[0]) != nil)
		return nil
	}},
}

func regexReplace(all bool) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		re := pattern(s, w[1], w[0])
		if re != nil {
			w[0] = w[0].Derive(re.Replace(w[0].AsString(), w[2].AsString(), all))
		}
		w[1] = stack.FromBool(re != nil)
		return nil
	}
}

func listOf(values []stack.Value) stack.Value {
	return stack.FromList(values)
}

// groupsOf are the texts of the groups of a match; "" for one that took no part. They share
// the memory of what was matched.
func groupsOf(text stack.Value, loc []int) []stack.Value {
	if len(loc) <= 2 {
		return nil
	}
	match := text.Derive(text.AsString()[loc[0]:loc[1]]).Promote().AsString()
	groups := make([]stack.Value, 0, len(loc)/2-1)
	for i := 2; i < len(loc); i += 2 {
		group := ""
		if loc[i] >= 0 {
			group = match[loc[i]-loc[0] : loc[i+1]-loc[0]]
		}
		groups = append(groups, stack.FromString(group))
	}
	return groups
}

// patternCache keeps compiled patterns: programs use few, again and again. Of an
// invalid one nil is kept.
type patternCache struct {
	sync.RWMutex
	compiled map[string]*regex.Regexp
	bytes    int // about how much memory they take
}

var patterns = patternCache{compiled: map[string]*regex.Regexp{}}

// maxPatterns and maxPatternBytes bound the cache: it is emptied when another pattern would
// be too much. One that is larger than that by itself is kept alone.
const (
	maxPatterns     = 256
	maxPatternBytes = 8 << 20
)

// longText is from how many bytes on a search may take long, with the largest of patterns.
const longText = 1 << 10

// pattern returns a pattern ready for a search of a text; nil if it is invalid.
func pattern(s *vm.Strand, of, text stack.Value) *regex.Regexp {
	re := compiled(of)
	if re == nil || len(text.AsString()) < longText {
		return re
	}
	return re.Heeding(s.Heed)
}

// compiled returns a pattern ready for use; nil if it is invalid.
func compiled(pattern stack.Value) *regex.Regexp {
	text := pattern.AsString()
	patterns.RLock()
	re, ok := patterns.compiled[text]
	patterns.RUnlock()
	if ok {
		return re
	}
	text = pattern.Promote().AsString()
	re, err := regex.Compile(text)
	if err != nil {
		re = nil
	}
	patterns.keep(text, re)
	return re
}

// keep adds a pattern.
func (c *patternCache) keep(text string, re *regex.Regexp) {
	bytes := len(text)
	if re != nil {
		bytes += re.Size()
	}
	c.Lock()
	defer c.Unlock()
	if len(c.compiled) >= maxPatterns || c.bytes+bytes > maxPatternBytes {
		clear(c.compiled)
		c.bytes = 0
	}
	if _, ok := c.compiled[text]; !ok { // else another strand has been faster
		c.compiled[text] = re
		c.bytes += bytes
	}
}

func regexFindAll(s *vm.Strand, w []stack.Value) error {
	var found []stack.Value
	whole, re := w[0].Promote(), pattern(s, w[1], w[0])
	text := whole.AsString()
	if re != nil {
		for start, end := range re.Spans(text) {
			found = append(memory.Room(found, 1), whole.Derive(text[start:end]))
		}
	}
	flagged(w, listOf(found), re != nil)
	return nil
}

func regexSplit(s *vm.Strand, w []stack.Value) error {
	whole, re := w[0].Promote(), pattern(s, w[1], w[0])
	text := whole.AsString()
	var list []stack.Value
	piece := func(p string) { list = append(memory.Room(list, 1), whole.Derive(p)) }
	if re != nil {
		re.Split(text, piece)
	} else {
		piece(text)
	}
	flagged(w, listOf(list), re != nil)
	return nil
}
