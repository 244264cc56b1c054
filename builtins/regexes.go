package builtins

import (
	"sync"

	"github.com/seqvm/seqvm/builtins/regex"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// regexWords: chapter 6, section 12.
var regexWords = []Word{
	{Name: "regex.match?", Effect: "( ..a String String -- ..a Bool )", Doc: "Does the text hold a match of the pattern?", Run: func(_ *vm.Strand, w []stack.Value) error {
		re := compiled(w[1])
		w[0] = stack.FromBool(re != nil && re.Match(w[0].AsString()))
		return nil
	}},
	{Name: "regex.find", Effect: "( ..a String String -- ..a String Bool )", Doc: "The first match of the pattern in the text.", Flag: "whether the pattern matches", Run: func(_ *vm.Strand, w []stack.Value) error {
		text, re := w[0].AsString(), compiled(w[1])
		if re != nil {
			if loc := re.Find(text, 0); loc != nil {
				flagged(w, w[0].Derive(text[loc[0]:loc[1]]), true)
				return nil
			}
		}
		flagged(w, stack.FromString(""), false)
		return nil
	}},
	{Name: "regex.find-all", Effect: "( ..a String String -- ..a V Bool )", Doc: "The list of all matches; false if the pattern is invalid.", Flag: "whether the pattern is valid", Run: regexFindAll},
	{Name: "regex.captures", Effect: "( ..a String String -- ..a V Bool )", Doc: "The list of the groups of the first match.", Flag: "whether the pattern matches", Run: func(_ *vm.Strand, w []stack.Value) error {
		whole, re := w[0].Promote(), compiled(w[1])
		text := whole.AsString()
		var loc []int
		if re != nil {
			loc = re.Find(text, 0)
		}
		var groups []stack.Value
		for i := 2; i < len(loc); i += 2 {
			group := ""
			if loc[i] >= 0 {
				group = text[loc[i]:loc[i+1]]
			}
			groups = append(groups, whole.Derive(group))
		}
		flagged(w, listOf(groups), loc != nil)
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
	return func(_ *vm.Strand, w []stack.Value) error {
		re := compiled(w[1])
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

// patterns keeps compiled patterns: programs use few, again and again. Of an
// invalid one nil is kept.
var patterns = struct {
	sync.RWMutex
	compiled map[string]*regex.Regexp
}{compiled: map[string]*regex.Regexp{}}

// maxPatterns bounds the cache; when it is full, it is emptied.
const maxPatterns = 256

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
	patterns.Lock()
	defer patterns.Unlock()
	if len(patterns.compiled) >= maxPatterns {
		clear(patterns.compiled)
	}
	patterns.compiled[text] = re
	return re
}

func regexFindAll(_ *vm.Strand, w []stack.Value) error {
	var found []stack.Value
	whole, re := w[0].Promote(), compiled(w[1])
	text := whole.AsString()
	if re != nil {
		for loc := range re.All(text) {
			found = append(found, whole.Derive(text[loc[0]:loc[1]]))
		}
	}
	flagged(w, listOf(found), re != nil)
	return nil
}

func regexSplit(_ *vm.Strand, w []stack.Value) error {
	whole, re := w[0].Promote(), compiled(w[1])
	text := whole.AsString()
	pieces := []string{text}
	if re != nil {
		pieces = re.Split(text)
	}
	var list []stack.Value
	for _, p := range pieces {
		list = append(list, whole.Derive(p))
	}
	flagged(w, listOf(list), re != nil)
	return nil
}
