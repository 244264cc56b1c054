package types

import (
	"slices"
	"strings"
	"sync"
)

// Instead answers a name that people look for and that is no word of Seq, mostly because
// another language has it: what does the job here. It is "" for a name that nobody is known to look
// for.
func Instead(name string) string {
	answer, ok := foreign()[name]
	if !ok {
		answer = foreign()[strings.ToLower(name)]
	}
	if answer == "" {
		answer = sibling(strings.ToLower(name))
	}
	if strings.HasPrefix(answer, "'") && strings.HasSuffix(answer, "'") { // words and nothing else
		return "use " + answer
	}
	return answer
}

// The answers that several names share.
const (
	useWriteLine  = "'io.write-line ( String -- )' writes a line, 'io.write' a part of one; 'int->string' and 'float->string' make Strings"
	useReadLine   = "'io.read-line ( -- String Bool )' reads a line; its Bool is false at the end of the input"
	useErrorLine  = "'io.error-line' of vm:io writes a line to stderr"
	useSelect     = "'channels.select' of vm:channels waits for several channels, 'channels.select-within' for a time as well"
	useReadAll    = "'io.read-all' of vm:io reads all that is left of stdin, 'file.slurp' a file"
	useFormat     = "there is no format: join the parts with 'string.concat'; 'int->string', 'float->string' and 'son.dump' make Strings"
	useRecursion  = "a loop is a word that calls itself at its end; 'times' and 'each-integer' of std:loops count, and lists have 'list.each', 'list.map', 'list.fold'"
	useTailCall   = "a loop is a word that calls itself at its end: where the condition no longer holds, it does not call itself"
	useEach       = "'list.each' runs a quotation for each element, 'each-integer' of std:loops for each number below an Int"
	useIf         = "a branch is 'Bool [ … ] [ … ] if'; 'when' and 'unless' of std:control have one branch, 'cond' has many"
	useMatch      = "'match … end' has an arm for each variant of a union; 'cond' tries predicates in turn"
	useSort       = "no sort is built in: a merge sort with 'list.get' and 'list.push' is short"
	useFold       = "there are no slices of lists: 'list.fold', or a loop with 'list.get' and 'list.push'"
	useLength     = "'list.length', 'string.length', 'map.size'"
	useContains   = "'map.has?' for keys, 'string.contains' for texts, 'list.fold' for elements"
	useFlag       = "a word that can fail leaves a Bool on top: true for success, 'if' tests it"
	useNoNull     = "there is no null: a word that can fail leaves a Bool, and a union can have a variant for nothing"
	useDefinition = "a word is defined as ': name ( inputs -- outputs ) … ;'"
	useNoVariable = "there are no variables: values lie on the stack, '>aux' and 'aux>' put one aside, and a quotation captures what it needs"
	useUnion      = "a record is a union with one variant: 'union Point { Point { x: Int y: Int } }' makes 'Make-Point' and 'Point-x'"
	useInclude    = "'include std:NAME' takes a standard module in, 'include \"path\"' a file"
	useSpawn      = "'[ … ] strand.spawn' starts a strand; channels ('chan.make', 'chan.send', 'chan.receive') bring its results back"
	useNoReturn   = "there is no way out of the middle of a word: put the rest into the other branch of an 'if'"
	useNoOrder    = "Strings have no order: compare code points with 'string.char-at'"
	useStackDump  = "'stack.dump' shows the stack and empties it; 'seqvm check --stacks' shows the types behind each line"
	useQuotation  = "a function as a value is a quotation: '[ … ]', run by 'call'"
)

// sibling answers a name of one of the families below by the word of that family that does it; "" if none is known.
func sibling(name string) string {
	family, rest, dotted := strings.Cut(name, ".")
	if !dotted {
		return ""
	}
	for _, s := range siblings[family] {
		if slices.Contains(strings.Fields(s.others), rest) {
			return "'" + family + "." + s.word + "'"
		}
	}
	return ""
}

// siblings are words of families, without the name of the family, and what others call them.
var siblings = map[string][]struct{ word, others string }{
	"list": {
		{"length", "len size count"},
		{"first", "head car front"},
		{"last", "back top"},
		{"get", "at nth ref index fetch lookup elt"},
		{"set", "put store replace update set-at"},
		{"push", "add append! cons snoc push-back"},
		{"make", "new create empty"},
		{"empty?", "empty null? is-empty"},
		{"fold", "reduce foldl inject sum"},
		{"each", "for-each foreach iterate"},
		{"filter", "select keep where"},
		{"map", "collect transform"},
	},
	"map": {
		{"size", "len length count"},
		{"get", "at ref fetch lookup find get-value"},
		{"set", "put insert store add assoc update set!"},
		{"has?", "has contains contains? member? includes exists? key? has-key has-key?"},
		{"remove", "delete del erase dissoc rm"},
		{"make", "new create empty"},
		{"empty?", "empty is-empty"},
		{"each", "for-each foreach entries items iterate"},
		{"fold", "reduce foldl"},
	},
	"string": {
		{"length", "len size count"},
		{"substring", "sub substr slice mid copy"},
		{"to-upper", "upper uppercase upcase to-uppercase toupper"},
		{"to-lower", "lower lowercase downcase to-lowercase tolower"},
		{"concat", "cat + append join2 add"},
		{"find", "index index-of indexof position search"},
		{"contains", "contains? includes includes? has?"},
		{"starts-with", "starts-with? prefix? begins-with"},
		{"equal?", "= eq eq? equal equals equals? =="},
		{"char-at", "at get nth ref char"},
		{"empty?", "empty is-empty"},
		{"trim", "strip"},
		{"split", "explode words"},
	},
}

// foreign are those names. Words of supplied modules are answered with their module, and do not
// stand here.
// The table is made when somebody asks: programs start without.
var foreign = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"print": useWriteLine, "println": useWriteLine, "puts": useWriteLine, "echo": useWriteLine, "say": useWriteLine, "printf": useWriteLine, "write": useWriteLine,
		"display": useWriteLine, "putstrln": useWriteLine, "console.log": useWriteLine, "fmt.println": useWriteLine, "type": useWriteLine, "emit": "'char->string' makes a String of a code point, 'io.write' writes it",
		".": "'int->string io.write-line' writes an Int; 'son.dump' makes a String of any value", "cr": `'"" io.write-line' ends a line`, "space": `'" " io.write'`,
		"input": useReadLine, "gets": useReadLine, "readline": useReadLine, "read-line": useReadLine, "read": useReadLine, "scanf": useReadLine,
		"eprint": useErrorLine, "eprintln": useErrorLine, "error-line": useErrorLine, "perror": useErrorLine, "warn": useErrorLine, "console.error": useErrorLine, "stderr": useErrorLine,
		"read-all": useReadAll, "readall": useReadAll, "getcontents": useReadAll, "stdin": useReadAll,
		"format": useFormat, "sprintf": useFormat, "str": useFormat, "to-string": useFormat, "tostring": useFormat, "int->str": "'int->string'", "bool->string": `'[ "true" ] [ "false" ] if'`, "inspect": useFormat, "repr": useFormat,

		"while": useTailCall, "until": useTailCall, "loop": useRecursion, "for": useRecursion, "foreach": useEach, "each": useEach, "repeat": useRecursion, "begin": useRecursion, "do": useRecursion, "range": useEach, "iota": useEach, "upto": useEach,
		"recurse": "a word calls itself by its own name; a call at its end is a loop", "break": useTailCall, "continue": useTailCall, "return": useNoReturn, "goto": useNoReturn,
		"elif": useIf, "elseif": useIf, "elsif": useIf, "endif": useIf, "fi": useIf, "?": useIf, "switch": useMatch, "case": useMatch,

		"map": "'list.map', and 'map.make' for a map of keys to values", "filter": "'list.filter'", "reduce": "'list.fold'", "fold": "'list.fold'", "list.sort": useSort, "sort": useSort, "sort-by": useSort, "sorted": useSort,
		"len": useLength, "length": useLength, "size": useLength, "count": useLength, "append": "'list.push' for one element, 'list.fold' with 'list.push' for a list", "push": "'list.push'", "cons": "'list.push' adds at the end",
		"list.append": "'list.push' for one element, 'list.fold' with 'list.push' for a list", "list.concat": "'list.fold' with 'list.push'", "list.push!": "'list.push'", "list.contains": "'list.fold' with a Bool",
		"list.sublist": useFold, "list.slice": useFold, "list.take": useFold, "list.drop": useFold, "slice": useFold, "take": useFold, "list.pop": useFold, "pop": "'drop' for the stack; 'list.last' gets the last element of a list", "reverse": "'list.reverse'", "zip": useFold,
		"head": "'list.first'", "first": "'list.first'", "car": "'list.first'", "last": "'list.last'", "tail": useFold, "rest": useFold, "cdr": useFold, "nth": "'list.get ( List Int -- T Bool )'", "get": "'list.get', 'map.get'", "set": "'list.set', 'map.set'", "put": "'map.set'",
		"contains": useContains, "contains?": useContains, "in": useContains, "has?": useContains, "keys": "'map.keys'", "values": "'map.values'", "dict": "'map.make', or 'map-of' and 'kv' of std:map", "hash": "'map.make', or 'map-of' and 'kv' of std:map", "array": "'list-of 1 lv 2 lv' of std:list, or 'list.make' and 'list.push'", "list": "'list-of 1 lv 2 lv' of std:list, or 'list.make' and 'list.push'",
		"map.contains?": "'map.has?'", "map.get-or": "'map.get': its Bool tells whether the key is there",

		"concat": "'string.concat' for Strings", "string.append": "'string.concat'", "split": "'string.split'", "join": "'string.join'", "trim": "'string.trim'", "strip": "'string.trim'", "upper": "'string.to-upper'", "uppercase": "'string.to-upper'", "lower": "'string.to-lower'", "lowercase": "'string.to-lower'",
		"replace": "'regex.replace-all', or 'string.split' and 'string.join'", "string.replace": "'regex.replace-all', or 'string.split' and 'string.join'", "substr": "'string.substring'", "substring": "'string.substring'", "string.slice": "'string.substring'", "string.repeat": "'times' of std:loops, or a word that calls itself with 'string.concat'", "string.reverse": "'string.split', 'list.reverse' and 'string.join'",
		"string.ends-with": "'string.length' and 'string.substring', then 'string.equal?'", "string.<": useNoOrder, "string.compare": useNoOrder, "atoi": "'string->int ( String -- Int Bool )'", "parseint": "'string->int ( String -- Int Bool )'", "string.to-int": "'string->int ( String -- Int Bool )'", "int": "'string->int' for a String, 'float->int' for a Float", "chr": "'char->string'", "ord": "'string.char-at'",

		"-rot": "'rot rot'", "?dup": "'dup', and a test of it", "2swap": "'3 roll 3 roll'", "2over": "'3 pick 3 pick'", "2rot": "'5 roll 5 roll'", "dupd": "'[ dup ] dip'", "swapd": "'[ swap ] dip'", "clear": "'drop' for each value", "depth": useStackDump, ".s": useStackDump, "exchange": "'swap'",
		">r": "'>aux'", "r>": "'aux>'", "r@": "'aux> dup >aux'", "@": useNoVariable, "!": useNoVariable, "variable": useNoVariable, "constant": "a word that leaves the value: ': limit ( -- Int ) 100 ;'", "var": useNoVariable, "let": useNoVariable, "const": "a word that leaves the value: ': limit ( -- Int ) 100 ;'", "=>": useNoVariable, ":=": useNoVariable,
		"def": useDefinition, "define": useDefinition, "defn": useDefinition, "fn": useQuotation, "fun": useDefinition, "func": useDefinition, "function": useDefinition, "lambda": useQuotation, "compose": useQuotation, "curry": "a quotation captures what it needs from the stack", "apply": "'call'", "execute": "'call'", "i": "'call'",
		"import": useInclude, "require": useInclude, "use": useInclude, "using": useInclude, "module": useInclude, "class": useUnion, "struct": useUnion, "record": useUnion, "enum": "a union with variants that have no fields", "new": useUnion,

		"inc": "'1 i.+'", "1+": "'1 i.+'", "++": "'1 i.+'", "dec": "'1 i.-'", "1-": "'1 i.-'", "--": "'1 i.-'", "==": "'i.=', 'f.=', 'string.equal?'", "===": "'i.=', 'f.=', 'string.equal?'", "!=": "'i.<>', 'f.<>'", "eq": "'i.=', 'f.=', 'string.equal?'", "equal?": "'i.=', 'f.=', 'string.equal?'", "&&": "'and'", "||": "'or'", "xor": "there is no xor of Bools: 'if', or 'bxor' for Ints",
		"mod": "'i.% ( Int Int -- Int Bool )'", "i.mod": "'i.modulo'", "div": "'i./ ( Int Int -- Int Bool )'", "/mod": "'i./' and 'i.%'", "**": "'i.pow', 'f.pow'", "^": "'i.pow', 'f.pow'", "sqrt": "'f.sqrt'", "pow": "'i.pow', 'f.pow'", "random": "'crypto.random-int ( Int Int -- Int )'", "rand": "'crypto.random-int ( Int Int -- Int )'", "floor": "'f.floor'", "round": "'f.round'",

		"null": useNoNull, "nil": useNoNull, "none": useNoNull, "undefined": useNoNull, "throw": useFlag, "raise": useFlag, "try": useFlag, "catch": useFlag, "rescue": useFlag, "panic": useFlag, "error": useFlag, "assert": "'test.assert' in tests; elsewhere 'if' and 'os.exit'",
		"exit": "'os.exit'", "quit": "'os.exit'", "bye": "'os.exit'", "halt": "'os.exit'", "sleep": "'time.sleep-ms'", "now": "'time.now'", "time": "'time.now', 'time.nanos'", "spawn": useSpawn, "go": useSpawn, "async": useSpawn, "thread": useSpawn, "await": useSpawn, "fork": useSpawn, "send": "'chan.send'", "receive": "'chan.receive'", "select": useSelect, "alt": useSelect, "alts!": useSelect, "after": "'channels.after' of vm:channels is a channel that has a value after so many milliseconds", "ticker": "'channels.ticker' of vm:channels is a channel that has a value every so many milliseconds",
		"args": "'args.count' and 'args.at'", "argv": "'args.count' and 'args.at'", "args.get-or": "'args.at': an argument that is not there is the empty String", "getenv": "'os.getenv'", "os.cwd": "'os.current-dir'", "os.env-has?": "'os.getenv': its Bool tells whether the variable is set", "open": "'file.slurp' reads a whole file, 'file.for-each-line' its lines, 'file.spit' writes one", "readfile": "'file.slurp ( String -- String Bool )'", "cat": "'file.slurp ( String -- String Bool )'",
	}
})
