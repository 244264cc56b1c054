package feature

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/stdlib"
	"github.com/seqvm/seqvm/tools/lint"
	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// completion is a request for what can stand at a place.
type completion struct {
	place
	server *Server
	before []syntax.Token // in front of the cursor, from the end of a definition on, without the one that it is in or right behind, and without an end
	start  int32          // where the word begins that is being written
	items  []protocol.CompletionItem
	cut    bool // there is more to offer, which depends on what is written next
}

// Completion answers textDocument/completion. What is offered depends on the text in front of the cursor.
func (s *Server) Completion(p *protocol.CompletionParams) (any, error) {
	at, ok := s.at(p.TextDocument, p.Position)
	if !ok {
		return nil, nil
	}
	c := &completion{place: at, server: s, items: []protocol.CompletionItem{}}
	c.complete()
	return &protocol.CompletionList{Items: c.items, IsIncomplete: c.cut}, nil
}

// ResolveCompletion answers completionItem/resolve: what is said of a word, for clients that ask when they show it.
func (s *Server) ResolveCompletion(item *protocol.CompletionItem) (any, error) {
	var uri string
	if len(item.Data) == 0 || json.Unmarshal(item.Data, &uri) != nil {
		return item, nil
	}
	if in := s.Snapshot(uri); in != nil {
		if m, ok := in.Named(item.Label); ok {
			item.Documentation = markdown(in.Markdown(&m))
		}
	}
	return item, nil
}

func (c *completion) complete() {
	text := c.Doc.Text()[:c.offset]
	base := c.EndBefore(c.offset)
	tokens := c.Cut().Scan(text[base:])
	for i := range tokens {
		tokens[i].Pos += base
		tokens[i].End += base
	}
	c.before = tokens[:len(tokens)-1]
	last := base
	if n := len(c.before); n > 0 {
		last = c.before[n-1].End
	}
	if c.Cut().StringOpen(text[base:]) {
		return
	}
	if hash := strings.IndexByte(text[last:], '#'); hash >= 0 {
		c.comment(text[last+int32(hash)+1:])
		return
	}
	c.start = c.offset
	if n := len(c.before); n > 0 && last == c.offset && c.before[n-1].Kind == syntax.TokenWord {
		c.start, c.before = c.before[n-1].Pos, c.before[:n-1]
	}
	switch c.context() {
	case newName:
	case moduleName:
		c.modules(c.before[len(c.before)-2].Text)
	case includePath:
		c.includes()
	case typeName:
		c.types()
	default:
		c.wordsHere()
	}
}

// context is what can stand at a place.
type context uint8

// The contexts.
const (
	anyWord     context = iota
	newName             // of a definition
	moduleName          // behind "include std:"
	includePath         // behind "include"
	typeName            // in an effect, or behind the name of a field
)

// context tells by the tokens in front of the cursor what it is.
func (c *completion) context() context {
	n := len(c.before)
	back := func(i int) syntax.Token { // from the last one, 1, on
		if i > n {
			return syntax.Token{Kind: syntax.TokenEOF}
		}
		return c.before[n-i]
	}
	switch {
	case back(1).Is(":") && back(2).Namespace() && back(3).Is("include"):
		return moduleName
	case back(1).Is("include"):
		return includePath
	case back(1).Is(":") && c.inBraces():
		return typeName
	case back(1).Is(":"), back(1).Is("union"):
		return newName
	case c.inEffect():
		return typeName
	}
	return anyWord
}

// inEffect tells whether an effect is open.
func (c *completion) inEffect() bool {
	for _, t := range slices.Backward(c.before) {
		switch {
		case t.Is("("):
			return true
		case t.Is(")"), t.Is(":"), t.Is(";"):
			return false
		}
	}
	return false
}

// inBraces tells whether the fields of a variant are open.
func (c *completion) inBraces() bool {
	for _, t := range slices.Backward(c.before) {
		switch {
		case t.Is("{"):
			return true
		case t.Is("}"), t.Is(";"), t.Is("("):
			return false
		}
	}
	return false
}

// kindOfWords is that of all words (chapter 8, section 9), kindOfRules that of the IDs of rules.
const (
	kindOfWords   = protocol.CompletionItemKindOperator
	kindOfModules = protocol.CompletionItemKindModule
	kindOfTypes   = protocol.CompletionItemKindClass
	kindOfRules   = protocol.CompletionItemKindEnumMember
)

// add offers something in place of what is being written.
func (c *completion) add(item protocol.CompletionItem, start int32) {
	if start < c.offset { // what a client takes for a word has other characters than one of Seq
		text := item.InsertText
		if text == "" {
			text = item.Label
		}
		item.TextEdit = &protocol.TextEdit{Range: c.Doc.Range(start, c.offset, c.server.Encoding), NewText: text}
	}
	c.items = append(c.items, item)
}

// The comment that suppresses what a rule finds.
const (
	allowOpens = "seq:allow("
	allowBlank = "seq:allow($0)"
)

// comment completes in a comment, of which the text in front of the cursor is given: what suppresses findings.
func (c *completion) comment(text string) {
	said := strings.TrimLeft(text, " \t")
	start := c.offset - int32(len(said))
	if id, ok := strings.CutPrefix(said, allowOpens); ok {
		if strings.Contains(id, ")") {
			return
		}
		id = strings.TrimLeft(id, " ")
		lint.Suppressible(c.Rules(), func(rule string, severity diag.Severity) {
			if strings.HasPrefix(rule, id) {
				c.add(protocol.CompletionItem{Label: rule, Kind: kindOfRules, Detail: severity.String()}, c.offset-int32(len(id)))
			}
		})
		return
	}
	if strings.HasPrefix(allowOpens, said) {
		item := protocol.CompletionItem{Label: allowOpens + ")", Kind: protocol.CompletionItemKindSnippet, InsertText: allowBlank, InsertTextFormat: protocol.InsertTextFormatSnippet, Detail: "suppress what a rule finds in the next definition"}
		c.add(item, start)
	}
}

// modules completes behind "include SPACE:".
func (c *completion) modules(space string) {
	for _, name := range stdlib.Names(space) {
		c.add(c.module(stdlib.Module{Space: space, Name: name}, name), c.start)
	}
}

// includes completes behind "include ".
func (c *completion) includes() {
	for _, space := range []string{stdlib.Std, stdlib.VM} {
		c.add(protocol.CompletionItem{Label: space + ":", Kind: kindOfModules}, c.start)
	}
	for _, m := range stdlib.Modules() {
		c.add(c.module(m, m.String()), c.start)
	}
}

func (c *completion) module(m stdlib.Module, label string) protocol.CompletionItem {
	item := protocol.CompletionItem{Label: label, Kind: kindOfModules}
	if about := analysis.AboutModule(m); about != "" {
		item.Documentation = markdown(about)
	}
	return item
}

// types completes in an effect, or behind the name of a field.
func (c *completion) types() {
	for _, name := range syntax.TypeNames() {
		if c.inEffect() || types.FieldType(name) {
			c.add(protocol.CompletionItem{Label: name, Kind: kindOfTypes}, c.start)
		}
	}
	if c.inEffect() {
		c.add(protocol.CompletionItem{Label: "--", Kind: protocol.CompletionItemKindKeyword}, c.start)
	}
	for _, u := range c.Unions() {
		if !u.Module.Private(u.Name) {
			c.add(protocol.CompletionItem{Label: u.Name, Kind: protocol.CompletionItemKindEnum, Detail: "union"}, c.start)
		}
	}
}

// The groups of words, in order.
const (
	groupOwn      = "0_"
	groupIncluded = "1_"
	groupBuiltin  = "2_"
	groupKeyword  = "3_"
	// misfit comes behind a group: a word in it does not fit the stack.
	misfit = "~"
)

// maxOffered bounds how many words of a group that grows with the program are offered at once: those that fit, and what has been written, come first.
const maxOffered = 500

// wordsHere completes where a word can stand. In a group those come first that fit what lies on the stack.
func (c *completion) wordsHere() {
	point, info := c.stackHere()
	uri, _ := json.Marshal(c.Doc.URI) // a string can be written
	offer := func(group string, m *analysis.Meaning) {
		item := protocol.CompletionItem{Label: m.Name, Kind: kindOfWords, Detail: m.Effect, SortText: group + m.Name}
		if c.server.Resolves {
			item.Data = uri
		} else {
			item.Documentation = markdown(c.Markdown(m))
		}
		if point != nil && !(info.Fits(*point, m.Types) && c.finds(m, point)) {
			item.SortText = group + misfit + m.Name
			c.offerLiterals(&item, m, point, info)
		}
		c.add(item, c.start)
	}
	var own, included []analysis.Name
	for n := range c.Names() {
		if n.Own() {
			own = append(own, n)
		} else {
			included = append(included, n)
		}
	}
	for _, group := range []struct {
		key   string
		names []analysis.Name
	}{{groupOwn, own}, {groupIncluded, included}} {
		for _, n := range c.chosen(group.names, point, info) {
			if m := n.Meaning(); n.Is(&m) {
				offer(group.key, &m)
			}
		}
	}
	table, keywords := c.Builtins(), syntax.Keywords(c.classic())
	for i := range int32(table.Len()) {
		name := table.Name(i)
		if stdlib.Private(name) || slices.Contains(keywords, name) || table.Refused != nil && table.Refused(i) != "" || c.Defines(name) {
			continue
		}
		if m, ok := c.Named(name); ok {
			offer(groupBuiltin, &m)
		}
	}
	for _, word := range keywords {
		c.add(protocol.CompletionItem{Label: word, Kind: kindOfWords, SortText: groupKeyword + word, Detail: "keyword", Documentation: markdown("Keyword")}, c.start)
	}
}

// chosen returns the names to be offered of a group, in order. If there are too many, they are those that fit what has been written, and of these the ones that fit the stack come first.
func (c *completion) chosen(names []analysis.Name, point *types.Point, info *types.Info) []analysis.Name {
	if len(names) <= maxOffered {
		return firstByName(names, maxOffered)
	}
	c.cut = true
	written := strings.ToLower(c.Doc.Text()[c.start:c.offset])
	fit := map[string]bool{} // by what a word takes
	var fitting, others []analysis.Name
	for _, n := range names {
		if !abbreviates(written, n.Text) {
			continue
		}
		fits, known := fit[n.Inputs]
		if !known {
			m := n.Meaning()
			fits = point == nil || info.Fits(*point, m.Types)
			fit[n.Inputs] = fits
		}
		if fits {
			fitting = append(fitting, n)
		} else {
			others = append(others, n)
		}
	}
	list := firstByName(fitting, maxOffered)
	return append(list, firstByName(others, maxOffered-len(list))...)
}

// firstByName returns the first ones of names in their order, at most so many. Of one that is there twice it is the first that counts.
func firstByName(names []analysis.Name, most int) []analysis.Name {
	order := make([]int32, len(names)) // names are large to be moved about
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Or(strings.Compare(names[a].Text, names[b].Text), int(a-b)) })
	list := make([]analysis.Name, 0, min(most, len(names)))
	for i, at := range order {
		if len(list) == most {
			break
		}
		if i == 0 || names[at].Text != names[order[i-1]].Text {
			list = append(list, names[at])
		}
	}
	return list
}

// abbreviates tells whether the characters of a text, which has no upper case letters, stand in a name in this order: clients show such names.
func abbreviates(text, name string) bool {
	for i := 0; i < len(name) && text != ""; i++ {
		if c := name[i]; c == text[0] || 'A' <= c && c <= 'Z' && c|0x20 == text[0] {
			text = text[1:]
		}
	}
	return text == ""
}

// classic tells whether the document is in the classic dialect.
func (c *completion) classic() bool { return c.Main() != nil && c.Main().Dialect.Conditionals() }

// offerLiterals lets a word that lacks quotations bring them along, to be filled in: one that fits but for them.
func (c *completion) offerLiterals(item *protocol.CompletionItem, m *analysis.Meaning, point *types.Point, info *types.Info) {
	n := c.quotations(m)
	if n == 0 || !c.server.Snippets || !info.FitsBelow(*point, m.Types, n) {
		return
	}
	item.SortText = strings.Replace(item.SortText, misfit, "", 1)
	item.InsertText, item.InsertTextFormat = strings.Repeat("[ $ ] ", n)+strings.ReplaceAll(m.Name, "$", `\$`)+"$0", protocol.InsertTextFormatSnippet
	for i := range n {
		item.InsertText = strings.Replace(item.InsertText, "[ $ ]", "[ $"+string(rune('1'+i))+" ]", 1)
	}
}

// quotations is how many a word takes that lie on top of what else it takes.
func (c *completion) quotations(m *analysis.Meaning) (n int) {
	if m.Types == nil {
		return 0
	}
	if m.Module == nil {
		switch word := c.Builtins().Signature(m.Builtin); {
		case word.Combinator != nil:
			return word.Combinator.Quotations
		case word.Special == types.Branch:
			return 2
		}
	}
	for i := len(m.Types.In) - 1; i >= 0 && isQuotation(m.Types.In[i]); i-- {
		n++
	}
	return n
}

// finds tells whether what a word needs can lie at a point where its effect fits: the quotations that it runs, which by its effect may be anything, and a value on the aux
// stack.
func (c *completion) finds(m *analysis.Meaning, point *types.Point) bool {
	if m.Module != nil {
		return true
	}
	if c.Builtins().Signature(m.Builtin).Special == types.FromAux {
		return point.Aux != ""
	}
	for _, t := range point.Upper[:min(c.quotations(m), len(point.Upper))] {
		if !isQuotation(t) && t.Kind != types.Var {
			return false
		}
	}
	return true
}

func isQuotation(t *types.Type) bool { return t.Kind == types.Quotation || t.Kind == types.Closure }

// stackHere returns what lies on the stack where the word begins that is being written; nil if that is not known. A definition that cannot be read is taken for
// one that ends here.
func (c *completion) stackHere() (*types.Point, *types.Info) {
	if point, ok := c.pointIn(c.Snapshot); ok {
		return point, c.Info
	}
	text, ok := c.endedHere()
	if !ok {
		return nil, nil
	}
	ended := c.With(text)
	point, _ := c.pointIn(ended)
	return point, ended.Info
}

// pointIn returns the point of a snapshot where the word begins; ok is false if no definition of it is there.
func (c *completion) pointIn(in *analysis.Snapshot) (*types.Point, bool) {
	decl := in.DefinitionAt(c.start)
	if decl == nil || c.start < decl.Effect.End {
		return nil, false
	}
	if point, ok := types.At(in.Points(decl), c.start); ok {
		return &point, true
	}
	return nil, true
}

// endedHere returns the text of the document with the definition that the cursor is in ended there, all that is open in it closed; ok is false
// if it is in none.
func (c *completion) endedHere() (text string, ok bool) {
	from := len(c.before) - 1
	for ; from >= 0; from-- {
		t := c.before[from]
		if t.Is(";") {
			return "", false
		}
		if t.Is(":") && from+2 < len(c.before) && c.before[from+2].Is("(") {
			break
		}
	}
	if from < 0 {
		return "", false
	}
	open := closers(c.before[from+3:], c.classic())
	_, next := c.Around(c.start, c.start)
	rest := c.Doc.Text()[c.start:]
	end := int(next - c.start)
	for _, t := range c.Cut().Scan(rest[:end]) { // up to the next definition, which may be one that cannot be read
		if t.NewLine && (t.Is(":") || t.Is("union") || t.Is("include")) {
			end = int(t.Pos)
			break
		}
	}
	return c.Doc.Text()[:c.start] + open + " ;\n" + rest[end:], true
}

// closers returns what closes what is open behind tokens of a body.
func closers(tokens []syntax.Token, classic bool) string {
	closing := map[string]string{"[": " ]", "match": " end", "(": " )", "{": " }"}
	if classic {
		closing["if"] = " then"
	}
	var open []string
	for _, t := range tokens {
		switch {
		case t.Kind == syntax.TokenString:
		case closing[t.Text] != "":
			open = append(open, closing[t.Text])
		case len(open) > 0 && " "+t.Text == open[len(open)-1]:
			open = open[:len(open)-1]
		}
	}
	slices.Reverse(open)
	return strings.Join(open, "")
}
