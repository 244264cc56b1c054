package syntax

// This file is what the tokens of a program are for people, for all that colours them or offers them: the words that are keywords, and the types
// that have names of their own.

// keywords are the words that no program can define. classic: in classic files only.
var keywords = []struct {
	word    string
	classic bool
}{
	{"include", false}, {"union", false}, {"match", false}, {"end", false}, {"true", false}, {"false", false},
	{"if", true}, {"else", true}, {"then", true},
}

// Keywords returns the keywords of today's dialect, or those of classic files (chapter 1, section 2; chapter 9, section 3).
func Keywords(classic bool) []string {
	var list []string
	for _, k := range keywords {
		if classic || !k.classic {
			list = append(list, k.word)
		}
	}
	return list
}

// TypeNames returns the types that have a name in every program (chapter 1, section 8).
func TypeNames() []string {
	return []string{"Int", "Float", "Bool", "String", "Symbol", "Channel", "Socket", "Variant"}
}
