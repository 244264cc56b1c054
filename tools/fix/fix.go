// Package fix rewrites files of the classic dialect into today's (chapter 9,
// section 15). It replaces tokens and copies every other byte; what is
// equivalent is decided by what the checker found out about the program.
package fix

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
)

// File rewrites one module of a checked program. Notes say what a reader must look at. A
// problem means that the file cannot be rewritten.
//
// Symbol, Channel, Socket and Variant in effects stay if keepTypes is set;
// otherwise they become type variables, which is what they are in classic
// files. when asks for "when" where there is no else.
func File(prog *load.Program, info *types.Info, module int, keepTypes, when bool) (text string, notes []string, problem error) {
	m := prog.Modules[module]
	if !m.Dialect.OldNames() {
		return m.Source.Text, nil, nil
	}
	f := &fixer{prog: prog, info: info, module: module, file: m.File, keepTypes: keepTypes, renamed: renames(info)}
	if when {
		f.whens = map[int32]bool{}
		f.findWhens()
	}
	f.tokens()
	inferred := map[*syntax.Word]*types.Effect{}
	for _, w := range info.Words {
		if w.Decl.Effect.Missing {
			inferred[w.Decl] = w.Effect
		}
	}
	for _, w := range m.Words {
		if e := inferred[w]; e != nil {
			f.replace(w.Name.End, w.Name.End, " "+e.String())
		}
		f.effect(w)
		f.body(w.Body)
		if to, ok := f.renamed[w.Name.Text]; ok {
			f.replace(w.Name.Pos, w.Name.End, to)
		}
	}
	return f.apply(), f.notes, f.problem
}

// edit replaces the bytes from pos to end.
type edit struct {
	pos, end int32
	text     string
}

type fixer struct {
	prog      *load.Program
	info      *types.Info
	module    int
	file      *syntax.File
	keepTypes bool
	renamed   map[string]string // own words of classic files: today's names
	whens     map[int32]bool    // conditionals that become "when", by the place of their "if"
	edits     []edit
	notes     []string
	problem   error
}

func (f *fixer) replace(pos, end int32, text string) {
	f.edits = append(f.edits, edit{pos, end, text})
}

func (f *fixer) refuse(pos int32, format string, args ...any) {
	f.problem = errors.Join(f.problem, fmt.Errorf("%s: %s", f.file.Span(pos, pos), fmt.Sprintf(format, args...)))
}

func (f *fixer) note(pos int32, format string, args ...any) {
	span := f.file.Span(pos, pos)
	f.notes = append(f.notes, fmt.Sprintf("%s: %s", span, fmt.Sprintf(format, args...)))
}

// tokens replaces what needs no meaning: conditionals, escapes, the comment
// that names the dialect.
func (f *fixer) tokens() {
	tokens, pragmas := syntax.Tokens(f.file)
	for _, p := range pragmas {
		text := f.file.Source.Text[p.Pos:p.End]
		f.replace(p.Pos, p.End, strings.Replace(text, p.Name, syntax.Seven.String(), 1))
	}
	var open []string // what ends the conditionals that are open
	today := f.todaysIfs()
	if len(f.whens) > 0 {
		f.includeControl()
	}
	for i, t := range tokens {
		switch {
		case t.Kind == syntax.TokenString:
			if text := escapes(t.Text); text != t.Text && f.file.Dialect.Conditionals() { // bytes in releases 6 as well
				f.replace(t.Pos, t.End, text)
			}
		case !f.file.Dialect.Conditionals() || t.Kind != syntax.TokenWord || i > 0 && tokens[i-1].Is(":"):
		case t.Text == "if" && today[t.Pos]:
		case t.Text == "if":
			end := "] [ ] if"
			if f.whens[t.Pos] {
				end = "] when"
			}
			open = append(open, end)
			f.bracket(t, "[")
		case t.Text == "else" && len(open) > 0:
			open[len(open)-1] = "] if"
			f.bracket(t, "] [")
		case t.Text == "then" && len(open) > 0:
			f.bracket(t, open[len(open)-1])
			open = open[:len(open)-1]
		}
	}
}

// todaysIfs returns the places of the "if" of a mixed file that have quotations in front of them.
func (f *fixer) todaysIfs() map[int32]bool {
	if !f.file.Mixed {
		return nil
	}
	places := map[int32]bool{}
	for _, w := range f.file.Words {
		for st := range syntax.All(w.Body) {
			if st.Kind == syntax.StmtIf && f.file.Source.Text[st.Start()] == '[' {
				places[st.Pos] = true
			}
		}
	}
	return places
}

// bracket replaces a keyword; where what stands there now would touch a name,
// literal or string, a blank comes between.
func (f *fixer) bracket(t syntax.Token, text string) {
	source := f.file.Source.Text
	if before, _ := utf8.DecodeLastRuneInString(source[:t.Pos]); t.Pos > 0 && !separates(before) {
		text = " " + text
	}
	if after, _ := utf8.DecodeRuneInString(source[t.End:]); int(t.End) < len(source) && !separates(after) {
		text += " "
	}
	f.replace(t.Pos, t.End, text)
}

// separates tells whether a character ends the token beside it: a blank or a
// delimiter, which may touch others.
func separates(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("()[]{}:;,", r) }

// escapes writes \x80 to \xFF, which are characters in classic, as their bytes.
func escapes(token string) string {
	var b strings.Builder
	for i := 0; i < len(token); i++ {
		if token[i] != '\\' || i+1 == len(token) {
			b.WriteByte(token[i])
			continue
		}
		if i+3 < len(token) && token[i+1] == 'x' && strings.ContainsRune("89abcdefABCDEF", rune(token[i+2])) {
			value, bad := syntax.Unquote(`"`+token[i:i+4]+`"`, syntax.Classic)
			if bad == "" {
				for _, c := range []byte(value) {
					fmt.Fprintf(&b, `\x%02X`, c)
				}
				i += 3
				continue
			}
		}
		b.WriteString(token[i : i+2])
		i++
	}
	return b.String()
}

// body replaces calls of words that are others today.
func (f *fixer) body(stmts []syntax.Stmt) {
	for i := range stmts {
		st := &stmts[i]
		if st.Kind == syntax.StmtQuotation && f.info.Quotations[f.module][st.ID].Reversed {
			f.refuse(st.Pos, "this closure gets the values that it captures in reverse order: up to release 5.4 it did, today it does not")
		}
		f.body(st.Inner)
		if st.Match != nil {
			for a := range st.Match.Arms {
				f.body(st.Match.Arms[a].Body)
			}
		}
		if st.HasCall() {
			var before *syntax.Stmt
			if i > 0 && st.Inner == nil {
				before = &stmts[i-1]
			}
			f.call(st, before)
		}
	}
}

// rewrites are the words with the same or a composed meaning, by the name that
// the classic file writes.
var rewrites = map[string]string{
	"mod": "i.modulo", "pow": "i.pow drop", "list.push!": "list.push",
	"http.get": "net.http.get", "http.post": "net.http.post", "http.put": "net.http.put", "http.delete": "net.http.delete",
	"io.read-line+":       "io.read-line [ 1 ] [ 0 ] if",
	"file.for-each-line+": `file.for-each-line [ "" true ] [ "cannot read file" false ] if`,
	"tcp.listen":          "net.tcp.listen [ socket->fd ] dip", "tcp.accept": "fd->socket net.tcp.accept [ socket->fd ] dip",
	"tcp.read": "fd->socket net.tcp.read", "tcp.write": "fd->socket net.tcp.write", "tcp.close": "fd->socket net.tcp.close",
	"udp.bind": "net.udp.bind [ [ socket->fd ] dip ] dip", "udp.send-to": "fd->socket net.udp.send-to",
	"udp.receive-from": "fd->socket net.udp.receive-from", "udp.close": "fd->socket net.udp.close",
	"int-bits": "64", "clz": "dup 0 i.< [ drop 0 ] [ clz 1 i.+ ] if",
	"popcount": "dup 0 i.< [ popcount 1 i.+ ] [ popcount ] if", "ctz": "dup 0 i.= [ drop 64 ] [ ctz ] if",
}

func (f *fixer) call(st, before *syntax.Stmt) {
	call := &f.info.Calls[f.module][st.ID]
	if call.Target == types.TargetWord {
		switch f.info.Program.Modules[f.info.Words[call.Index].Module].Source.Name {
		case load.OldLoops:
			f.refuse(st.Pos, "the built-in loop '%s' of releases 1.0 has no equal today: write a recursion, or include std:loops", st.Text)
		case load.OldLines:
			f.replace(st.Pos, st.End, rewrites[st.Text])
		}
		if to, ok := f.renamed[st.Text]; ok {
			f.replace(st.Pos, st.End, to)
		}
		return
	}
	if call.Target != types.TargetBuiltin {
		return
	}
	to, ok := rewrites[st.Text]
	if !ok {
		to = st.Text
	}
	if strings.HasPrefix(f.info.Builtins.Name(call.Index), "%classic2.") {
		to += " drop" // the flag that releases 2 did not leave
		ok = true
	}
	if ok {
		f.replace(st.Pos, st.End, to)
	}
	switch st.Text {
	case "pow":
		f.note(st.Pos, "'pow' has become 'i.pow drop': where the power is too large, it wrapped and is 0 now")
	case "shl", "shr":
		f.note(st.Pos, "'%s' works on 63 bits now: results beyond them, and 'shr' of negative numbers, differ", st.Text)
	case "string.split":
		if before != nil && before.Kind == syntax.StmtString && before.Text == "" {
			f.note(st.Pos, "'string.split' at the empty string cuts between bytes now and not between characters")
		}
	}
}

// letters are what type variables are renamed to, in this order.
const letters = "TUVWXYZABCDEFGHIJKLMNOPQRS"

// effect gives the type variables of an effect names of one letter.
func (f *fixer) effect(w *syntax.Word) {
	var uses []*syntax.TypeExpr
	var walk func([]syntax.TypeExpr)
	walk = func(list []syntax.TypeExpr) {
		for i := range list {
			if x := &list[i]; x.Kind == syntax.TypeName {
				if f.variable(x.Name) {
					uses = append(uses, x)
				}
			} else {
				walk(x.In)
				walk(x.Out)
			}
		}
	}
	walk(w.Effect.In)
	walk(w.Effect.Out)
	walk(w.Effect.Yields)
	taken := map[string]bool{}
	for _, u := range f.info.Unions {
		taken[u.Decl.Name.Text] = true
	}
	for _, x := range uses {
		if len(x.Name) == 1 {
			taken[x.Name] = true
		}
	}
	chosen := map[string]string{}
	for _, x := range uses {
		if len(x.Name) == 1 {
			continue
		}
		to := chosen[x.Name]
		if to == "" {
			to = x.Name[:1]
			for i := 0; taken[to]; i++ {
				if i == len(letters) {
					f.refuse(x.Pos, "the effect of '%s' has more type variables than there are letters", w.Name.Text)
					return
				}
				to = letters[i : i+1]
			}
			taken[to] = true
			chosen[x.Name] = to
		}
		f.replace(x.Pos, x.End, to)
	}
}

// variable tells whether a name in a classic effect is a type variable.
func (f *fixer) variable(name string) bool {
	switch name {
	case "Int", "Float", "Bool", "String":
		return false
	case "Symbol", "Channel", "Socket", "Variant":
		if f.keepTypes {
			return false
		}
	}
	for _, u := range f.info.Unions {
		if u.Decl.Name.Text == name {
			return false
		}
	}
	return true
}

// renames finds the words of classic files whose names today's dialect cannot
// have: with a "#" in them, or those of built-in words.
func renames(info *types.Info) map[string]string {
	taken := map[string]bool{}
	for i := range info.Builtins.Len() {
		taken[info.Builtins.Name(int32(i))] = true
	}
	own := map[string]bool{}
	for _, w := range info.Words {
		name := w.Decl.Name.Text
		if info.Program.Modules[w.Module].Supplied { // a classic file's own word wins over it, today they collide
			taken[name] = true
			continue
		}
		own[name] = true
	}
	renamed := map[string]string{}
	for _, w := range info.Words {
		name := w.Decl.Name.Text
		if !info.Program.Modules[w.Module].Dialect.OldNames() || renamed[name] != "" {
			continue
		}
		to := name
		if strings.Contains(name, "#") {
			to = withoutHash(name)
		}
		if taken[to] {
			to = "my-" + to
		}
		if to == name {
			continue
		}
		free := to
		for i := 2; own[free] || taken[free]; i++ {
			free = fmt.Sprintf("%s%d", to, i)
		}
		own[free] = true
		renamed[name] = free
	}
	return renamed
}

// withoutHash writes "nr" for "#", with "-" towards neighbouring characters.
func withoutHash(name string) string {
	var b strings.Builder
	for i, r := range name {
		if r != '#' {
			b.WriteRune(r)
			continue
		}
		if i > 0 && !strings.HasSuffix(b.String(), "-") {
			b.WriteByte('-')
		}
		b.WriteString("nr")
		if i+1 < len(name) && name[i+1] != '#' {
			b.WriteByte('-')
		}
	}
	return b.String()
}

// Foreign returns an error that names a place where a file that is not rewritten uses a name that
// changes; nil if there is none.
func Foreign(prog *load.Program, info *types.Info, rewritten func(module int) bool) error {
	renamed := renames(info)
	var found error
	look := func(module int, body []syntax.Stmt) {
		for st := range syntax.All(body) {
			if st.HasCall() && renamed[st.Text] != "" && info.Calls[module][st.ID].Target == types.TargetWord && found == nil {
				found = fmt.Errorf("%s: '%s' must become '%s', and this file is not among those to be rewritten: name all files in one call of 'seqvm fix'",
					prog.Modules[module].Span(st.Pos, st.End), st.Text, renamed[st.Text])
			}
		}
	}
	for i, m := range prog.Modules {
		if m.Supplied || rewritten(i) {
			continue
		}
		for _, w := range m.Words {
			look(i, w.Body)
		}
	}
	return found
}

func (f *fixer) apply() string {
	sort.SliceStable(f.edits, func(i, j int) bool { return f.edits[i].pos < f.edits[j].pos })
	source := f.file.Source.Text
	var b strings.Builder
	at := int32(0)
	for _, e := range f.edits {
		if e.pos < at {
			continue // within what was replaced already
		}
		b.WriteString(source[at:e.pos])
		b.WriteString(e.text)
		at = e.end
	}
	b.WriteString(source[at:])
	return b.String()
}
