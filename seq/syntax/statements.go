package syntax

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/seqvm/seqvm/seq/diag"
)

// scope says what encloses a list of statements: it decides which token ends it.
type scope struct {
	quotation *Token // the innermost open "["
	match     *Token // the "match" of the arm that is being read
	cond      *Token // the "if" of the branch that is being read (classic)
	// combinator: two quotations stand before that if.
	combinator bool
	inMatch    bool // some enclosing list is an arm
	loose      bool // statements of an input, outside of definitions
}

// enter counts a level of nesting.
func (p *parser) enter(t Token) {
	if p.depth++; p.depth > MaxNesting {
		p.refuse(t, "nesting-limit", fmt.Sprintf("the body of %s nests more than %d levels deep", p.word.Shown(), MaxNesting))
	}
}

// statements reads statements up to the token that ends the list, which it
// leaves: ";" of the word, "]" of the quotation, "end" or the next arm.
func (p *parser) statements(sc scope) []Stmt {
	from := len(p.list)
	p.read(sc, from)
	if len(p.list) == from {
		return nil
	}
	list := p.keep(p.list[from:])
	p.list = p.list[:from]
	return list
}

// stmtsAtOnce is for how many statements the parser gets memory at a time.
const stmtsAtOnce = 256

// keep copies statements of a list that is being read to where they stay.
func (p *parser) keep(list []Stmt) []Stmt {
	if len(list) > len(p.room) {
		// No more statements can come than tokens.
		p.room = make([]Stmt, max(len(list), min(stmtsAtOnce, len(p.tokens)-p.at)))
	}
	kept := p.room[:len(list):len(list)]
	p.room = p.room[len(list):]
	copy(kept, list)
	return kept
}

// noParts are the parts of a statement that has none.
var noParts Parts

func (p *parser) add(s Stmt) {
	if s.Parts == nil {
		s.Parts = &noParts
	}
	p.list = append(p.list, s)
}

// read reads statements to the end of p.list; the list that they belong to begins at from.
func (p *parser) read(sc scope, from int) {
	for {
		t := p.peek()
		if sc.loose && (t.Kind == TokenEOF || t.Is("include") || t.Is("union") || t.Is(":") && p.startsWord()) {
			return
		}
		switch t.Kind {
		case TokenEOF:
			p.unclosed(sc, t)
		case TokenString:
			p.next()
			value, bad := Unquote(t.Text, p.file.Dialect)
			if bad != "" {
				p.refuse(t, "unknown-escape", fmt.Sprintf("unknown escape %s in a string", quote(bad)),
					`the escapes are \" \\ \n \r \t and \xHH with two hex digits`)
			}
			p.add(Stmt{Kind: StmtString, Pos: t.Pos, End: t.End, Text: value})
			continue
		case TokenDelimiter:
			switch t.Text {
			case ";":
				if sc.loose {
					p.refuse(t, "stray-token", "';' without the ':' of a definition")
				}
				if sc.quotation != nil || sc.match != nil || sc.cond != nil {
					p.unclosed(sc, t)
				}
				return
			case "]":
				if sc.match != nil || sc.cond != nil {
					p.unclosed(sc, t)
				}
				if sc.quotation == nil {
					p.refuse(t, "stray-token", fmt.Sprintf("']' without '[' in %s", p.word.Titled()))
				}
				return
			case "[":
				p.add(p.quotation(sc))
				continue
			case ":":
				if p.startsDefinition(p.at) { // "(" cannot follow a symbol: a definition starts here
					p.unclosed(sc, t)
				}
				p.add(p.symbol())
				continue
			}
			d := p.fail(t.Pos, t.End, "stray-token", fmt.Sprintf("%s cannot stand in the body of %s", describe(t), p.word.Titled()))
			switch t.Text {
			case "(":
				d.Help = []string{"comments start with '#'"}
			case ",":
				d.Help, d.Fixes = []string{"leave it out: blanks are between the values"}, []diag.Fix{p.leaveOut(t)}
			}
			panic(broken{})
		case TokenWord:
			if sc.match != nil && (t.Text == "end" || p.startsArm()) {
				return
			}
			if t.Text == "end" && sc.inMatch || sc.cond != nil && sc.inMatch && p.startsArm() {
				p.unclosed(sc, t)
			}
			if p.file.Dialect.Conditionals() {
				switch {
				case t.Text == "if" && !(p.file.Mixed && quotations(p.list[from:]) >= 2):
					p.next()
					p.conditional(t, sc, from)
					continue
				case sc.cond != nil && (t.Text == "else" || t.Text == "then"):
					return
				}
			}
			if s := p.wordStatement(t, sc); s.Kind == StmtCall {
				p.call(s, from)
			} else {
				p.add(s)
			}
		}
	}
}

// startsArm tells whether an upper case token stands here and "->" or "{"
// behind it, which begins the next arm (chapter 1, section 5).
func (p *parser) startsArm() bool {
	if !startsUpper(p.peek().Text) {
		return false
	}
	after := p.peekAfter()
	return after.Is("->") || after.Is("{")
}

// unclosed reports what is open at the token that cannot be there.
func (p *parser) unclosed(sc scope, found Token) {
	where := ""
	if found.Kind != TokenEOF {
		where = fmt.Sprintf(" before %s in %s", describe(found), p.file.Span(found.Pos, found.End))
	}
	switch {
	case sc.combinator:
		help := []string{"write 'condition if A else B then'"}
		if line := p.lineOf("then"); line > 0 {
			help[0] += fmt.Sprintf(", as the 'if … then' that ends in line %d", line)
			help = append(help, fmt.Sprintf("or let 'seqvm fix -w %s' make the whole file one of dialect 7", p.file.Source.Name))
		}
		p.refuse(*sc.cond, "mixed-conditionals", "one file cannot use both forms of the conditional: '[ A ] [ B ] if' is not closed by 'then'", help...)
	case sc.cond != nil:
		p.refuse(*sc.cond, "unclosed-if", fmt.Sprintf("the conditional is not closed: 'then' for this 'if' is missing%s", where))
	case sc.match != nil:
		p.refuseOffering(*sc.match, "unclosed-match", fmt.Sprintf("the match is not closed: 'end' is missing%s", where), p.closeWith("end"))
	case sc.quotation != nil:
		p.refuse(*sc.quotation, "unclosed-quotation", fmt.Sprintf("the quotation is not closed: ']' for this '[' is missing%s", where))
	}
	d := p.fail(p.word.Pos, p.word.Name.End, "unclosed-word", fmt.Sprintf("the definition of %s is not closed: ';' is missing%s", quote(p.word.Name.Text), where))
	d.Fixes = []diag.Fix{p.closeWith(";")}
	if found.Kind != TokenEOF {
		d.Related = []diag.Related{{Span: p.file.Span(found.Pos, found.End), Label: "the next definition starts here"}}
	}
	panic(broken{})
}

func (p *parser) quotation(sc scope) Stmt {
	open := p.next()
	p.enter(open)
	body := p.statements(scope{quotation: &open, inMatch: sc.inMatch || sc.match != nil})
	end := p.next()
	p.depth--
	id := p.file.Quotations
	p.file.Quotations++
	return Stmt{Kind: StmtQuotation, ID: int32(id), Pos: open.Pos, End: end.End, Parts: &Parts{Inner: body}}
}

func (p *parser) symbol() Stmt {
	colon := p.next()
	t := p.peek()
	if t.Kind != TokenWord || t.NewLine {
		found := describe(t)
		if t.Kind != TokenEOF && t.NewLine {
			found = "the end of the line"
		}
		p.refuse(colon, "bad-symbol", fmt.Sprintf("a symbol needs a name after ':', found %s", found))
	}
	p.next()
	for i, r := range t.Text {
		if i == 0 && r >= '0' && r <= '9' || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.?!", r) {
			p.fail(colon.Pos, t.End, "bad-symbol", fmt.Sprintf("%s is not a symbol: the character '%c' cannot stand %s", quote(":"+t.Text), r, placeOf(i))).
				Help = []string{"a symbol is made of letters, digits and - _ . ? !, and does not start with a digit"}
			panic(broken{})
		}
	}
	return Stmt{Kind: StmtSymbol, Pos: colon.Pos, End: t.End, Text: t.Text}
}

func placeOf(i int) string {
	if i == 0 {
		return "first"
	}
	return "in it"
}

// wordStatement reads an "other" token by the order of chapter 1, section 2.
func (p *parser) wordStatement(t Token, sc scope) Stmt {
	p.next()
	s := Stmt{Pos: t.Pos, End: t.End, Text: t.Text}
	switch form := formOf(t.Text); form {
	case floatForm:
		s.Kind = StmtFloat
		return s
	case prefixForm, decimalForm:
		_, wraps, err := parseInt(t.Text, form)
		if err != nil {
			p.badLiteral(t, err)
		}
		s.Kind, s.Wraps = StmtInt, wraps
		return s
	}
	switch t.Text {
	case "true", "false":
		s.Kind = StmtBool
		return s
	case "else", "then":
		p.oldConditional(t)
	case "match":
		return p.match(t, sc)
	}
	s.Kind = StmtCall
	s.ID = int32(p.file.Calls)
	p.file.Calls++
	return s
}

func (p *parser) badLiteral(t Token, err error) {
	if err == errIntRange {
		p.refuse(t, "int-range", fmt.Sprintf("the Int literal %s is out of range", quote(t.Text)),
			fmt.Sprintf("an Int lies between %d and %d; hex and binary literals have at most 63 bits", MinInt, MaxInt))
	}
	what, digits := "hex", "0-9 and a-f"
	if t.Text[1] == 'b' || t.Text[1] == 'B' {
		what, digits = "binary", "0 and 1"
	}
	p.refuse(t, "bad-literal", fmt.Sprintf("%s is not a %s literal", quote(t.Text), what),
		fmt.Sprintf("behind '%s' come digits %s, nothing else; a sign cannot stand there", t.Text[:2], digits))
}

func (p *parser) oldConditional(t Token) {
	if p.file.Dialect.Conditionals() {
		p.refuse(t, "stray-token", fmt.Sprintf("%s without an 'if' in front of it", quote(t.Text)))
	}
	form := "[ A ] [ B ] if"
	if t.Text == "then" {
		form = "[ A ] when (include std:control) or [ A ] [ ] if"
	}
	p.refuse(t, "old-conditional", fmt.Sprintf("%s is not part of today's Seq: write 'condition %s'", quote(t.Text), form),
		"'c if A else B then' is now 'c [ A ] [ B ] if', and 'c if A then' is 'c [ A ] when' of std:control",
		"'seqvm fix' rewrites files of the classic dialect")
}

func (p *parser) match(start Token, sc scope) Stmt {
	p.enter(start)
	m := &Match{}
	for !p.peek().Is("end") {
		t := p.peek()
		if t.Kind == TokenEOF || t.Is(";") || t.Is("]") {
			p.unclosed(scope{match: &start}, t)
		}
		if t.Kind != TokenWord || !startsUpper(t.Text) {
			p.refuse(t, "match-arm", fmt.Sprintf("expected an arm of the match, found %s", describe(t)),
				"an arm is 'Variant -> …' or 'Variant { >field } -> …'; the match is closed by 'end'")
		}
		m.Arms = append(m.Arms, p.arm(start, sc))
	}
	if len(m.Arms) == 0 {
		p.refuse(start, "match-arm", "the match has no arm", "a match needs an arm for every variant of its union")
	}
	end := p.next()
	p.depth--
	id := p.file.Matches
	p.file.Matches++
	return Stmt{Kind: StmtMatch, ID: int32(id), Pos: start.Pos, End: end.End, Parts: &Parts{Match: m}}
}

func (p *parser) arm(start Token, sc scope) Arm {
	name := p.next()
	arm := Arm{Variant: nameOf(name)}
	if p.peek().Is("{") {
		p.next()
		arm.Bindings = []Name{}
		for !p.peek().Is("}") {
			t := p.next()
			form := "bindings are written '>name', for example { >" + strings.TrimLeft(t.Text, ">") + " }"
			switch {
			case t.Kind == TokenEOF:
				p.unclosed(scope{match: &start}, t)
			case t.Is("->"):
				p.refuseOffering(name, "match-arm", fmt.Sprintf("the pattern of the arm %s is not closed: '}' is missing before '->'", quote(name.Text)),
					diag.Fix{Title: "put '}' in front of the '->'", Edits: []diag.Edit{p.insert(t.Pos, "} ")}})
			case t.Kind != TokenWord:
				p.refuse(name, "match-arm", fmt.Sprintf("the pattern of the arm %s is not closed: '}' is missing before %s", quote(name.Text), describe(t)))
			case t.Text == ">":
				d := p.fail(name.Pos, name.End, "binding-form", fmt.Sprintf("detached '>' in the arm %s: the form is '>name', without a blank", quote(name.Text)))
				d.Help = []string{form}
				if field := p.peek(); field.Kind == TokenWord && !field.Is("->") {
					d.Offer("write "+quote(">"+field.Text), p.edit(t.Pos, field.End, ">"+field.Text))
				}
				panic(broken{})
			case !strings.HasPrefix(t.Text, ">"):
				p.refuseOffering(t, "binding-form", fmt.Sprintf("the binding %s in the arm %s lacks its '>': write '>%s'", quote(t.Text), quote(name.Text), t.Text),
					p.write(t, ">"+t.Text), form)
			}
			arm.Bindings = append(arm.Bindings, Name{Text: t.Text[1:], Pos: t.Pos, End: t.End})
		}
		p.next()
	}
	if arrow := p.peek(); !arrow.Is("->") {
		p.refuseOffering(name, "match-arm", fmt.Sprintf("'->' is missing in the arm %s, found %s", quote(name.Text), describe(arrow)), p.closeWith("->"))
	}
	p.next()
	arm.Body = p.statements(scope{match: &start, inMatch: true})
	return arm
}
