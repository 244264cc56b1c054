// Package ffi makes words of the functions of C libraries that a manifest describes (chapter 8, section 10).
//
// It knows what a manifest says and what stack effects follow from it. It opens no library and calls nothing:
// that is package ffi/dynamic, which only a program links that can pay for it at its start. So every program can
// check what calls such words.
package ffi

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
)

// Manifest describes functions of C libraries. It is immutable.
type Manifest struct {
	Source    *diag.Source // its text; the name is that of the file
	Libraries []Library
}

// Library is a C library.
type Library struct {
	Name      string // of "include ffi:NAME"
	Link      string // what the linker calls it, such as "m", or the name of a file
	Functions []Function
	At        diag.Span
}

// Function is a function of a library, and the word that calls it.
type Function struct {
	Symbol string // in C
	Word   string
	Effect string     // of the word, as the manifest has it
	Args   []Argument // in the order of C
	Result Result
	At     diag.Span
}

// Argument is what C gets in one place.
type Argument struct {
	Type Type
	Pass Pass
	// Value is that of a Constant.
	Value int64
}

// Pass says where an argument comes from.
type Pass uint8

// The ways of an argument.
const (
	Popped      Pass = iota // a value of the stack
	ByReference             // the address of a cell that is zero; what C leaves there is pushed
	Constant                // a number that the manifest has
)

// Result is what a function returns.
type Result struct {
	Type Type
	// Freed: C's String belongs to the caller, who has free take it when it has been copied.
	Freed bool
}

// Type is the type of an argument or a result in C.
type Type uint8

// The types.
const (
	Void    Type = iota // of results only: what C returns is ignored
	Int                 // int64_t
	Int32               // int
	Uint32              // unsigned
	Bool                // int, of which all that is not 0 is true
	Bool8               // _Bool: functions leave anything in the bits behind the first 8
	Float               // double
	Pointer             // an address, as an Int
	String              // char *, closed by a NUL
)

// typeTable says of each type how a manifest names it, what it is on the stack, and which ways it can be passed
// besides a constant; "" is the one that need not be written.
var typeTable = [...]struct {
	name, stack string
	pass        []string
	byReference bool
}{
	Void:    {name: "void"},
	Int:     {"int", "Int", []string{"", "int", "ptr", "c_string"}, true},
	Int32:   {"int32", "Int", []string{"", "int"}, true},
	Uint32:  {"uint32", "Int", []string{"", "int"}, true},
	Bool:    {"bool", "Bool", []string{"", "int"}, true},
	Bool8:   {"bool8", "Bool", []string{"", "int"}, true},
	Float:   {"float", "Float", []string{""}, true},
	Pointer: {"ptr", "Int", []string{"", "ptr"}, true},
	String:  {"string", "String", []string{"", "c_string"}, false},
}

// Stack is what a value of the type is on the stack: "Int", "Float", "Bool", "String"; "" for Void.
func (t Type) Stack() string { return typeTable[t].stack }

// String is how a manifest names the type.
func (t Type) String() string { return typeTable[t].name }

func parseType(name string) (Type, bool) {
	for t := range typeTable {
		if typeTable[t].name == name {
			return Type(t), true
		}
	}
	return Void, false
}

// Fault is a finding about a manifest.
func Fault(at diag.Span, format string, args ...any) *diag.Diagnostic {
	return &diag.Diagnostic{Code: "ffi-manifest", Span: at, Message: fmt.Sprintf(format, args...)}
}

// maxFile bounds the text of a manifest.
const maxFile = 16 << 20

// Read reads a manifest that a user has named.
func Read(path string) (*Manifest, diag.List) {
	source := diag.NewSource(path, "")
	refuse := func(why string) diag.List {
		return diag.List{Fault(diag.Span{Source: source, Start: -1}, "cannot read the manifest '%s': %s", path, why)}
	}
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxFile {
		return nil, refuse(fmt.Sprintf("it has %d bytes, %d are allowed", info.Size(), maxFile))
	}
	text, err := os.ReadFile(path)
	if err != nil {
		var at *os.PathError
		if errors.As(err, &at) {
			err = at.Err
		}
		return nil, refuse(err.Error())
	}
	return Parse(path, string(text))
}

// document is a manifest as TOML has it. Keys that it does not have are ignored.
type document struct {
	Library []struct {
		Name, Link string
		Function   []struct {
			CName       string `toml:"c_name"`
			SeqName     string `toml:"seq_name"`
			StackEffect string `toml:"stack_effect"`
			Args        []struct{ Type, Pass, Value string }
			Return      *struct{ Type, Ownership string }
		}
	}
}

// Parse reads the text of a manifest. name is what findings call it. The manifest is nil if there are any.
func Parse(name, text string) (*Manifest, diag.List) {
	p := &reader{source: diag.NewSource(name, text)}
	var doc document
	if err := toml.Unmarshal([]byte(text), &doc); err != nil {
		p.malformed(err)
		return nil, p.found
	}
	libraries, functions := headers(text)
	if len(doc.Library) == 0 {
		p.refuse(p.span(libraries, 0), "the manifest '%s' has no [[library]]", name)
	}
	m := &Manifest{Source: p.source}
	n := 0
	for i, l := range doc.Library {
		library := Library{Name: l.Name, Link: l.Link, At: p.span(libraries, i)}
		p.library(&library)
		for _, f := range l.Function {
			at := p.span(functions, n)
			n++
			d := declaration{reader: p, f: Function{Symbol: f.CName, Word: f.SeqName, Effect: f.StackEffect, At: at}}
			d.names()
			for _, a := range f.Args {
				d.argument(a.Type, a.Pass, a.Value)
			}
			if f.Return != nil {
				d.result(f.Return.Type, f.Return.Ownership)
			}
			d.effect()
			library.Functions = append(library.Functions, d.f)
		}
		m.Libraries = append(m.Libraries, library)
	}
	if len(p.found) > 0 {
		return nil, p.found
	}
	return m, nil
}

// reader collects what is wrong with a manifest.
type reader struct {
	source *diag.Source
	found  diag.List
}

func (p *reader) refuse(at diag.Span, format string, args ...any) *diag.Diagnostic {
	d := Fault(at, format, args...)
	p.found = append(p.found, d)
	return d
}

// malformed reports what is no TOML, or has other types than a manifest.
func (p *reader) malformed(err error) {
	at := diag.Span{Source: p.source, Start: -1}
	why := strings.TrimPrefix(err.Error(), "toml: ")
	var wrong *toml.DecodeError
	if errors.As(err, &wrong) {
		row, column := wrong.Position()
		at = p.position(row, column)
		if strings.Contains(why, "cannot decode") { // it goes on with types of Go
			why = fmt.Sprintf("the value of '%s' has another type than it must have", strings.Join(wrong.Key(), "."))
		}
	}
	p.refuse(at, "the manifest '%s' cannot be read: %s", p.source.Name, why)
}

// position makes a span of a row and a column, counted in bytes from 1.
func (p *reader) position(row, column int) diag.Span {
	start := 0
	for range row - 1 {
		start += strings.IndexByte(p.source.Text[start:], '\n') + 1
	}
	at := int32(min(start+column-1, len(p.source.Text)))
	return diag.Span{Source: p.source, Start: at, End: at}
}

// span is that of the header with a number, or the manifest as a whole if it has none, as what stands in an array.
func (p *reader) span(headers []unstable.Range, i int) diag.Span {
	if i >= len(headers) {
		return diag.Span{Source: p.source, Start: -1}
	}
	start := int32(headers[i].Offset)
	return diag.Span{Source: p.source, Start: start, End: start + int32(headers[i].Length)}
}

// headers finds the headers [[library]] and [[library.function]] of a text that is TOML.
func headers(text string) (libraries, functions []unstable.Range) {
	var p unstable.Parser
	p.Reset([]byte(text))
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind != unstable.ArrayTable {
			continue
		}
		var names []string
		var last unstable.Range
		for key := e.Key(); key.Next(); {
			names, last = append(names, string(key.Node().Data)), key.Node().Raw
		}
		switch strings.Join(names, ".") {
		case "library":
			libraries = append(libraries, last)
		case "library.function":
			functions = append(functions, last)
		}
	}
	return libraries, functions
}

// linkable is what the name of a library may have. The reference hands it to a linker.
const linkable = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

func (p *reader) library(l *Library) {
	if strings.TrimSpace(l.Name) == "" {
		p.refuse(l.At, "a library of the manifest '%s' has no name", p.source.Name)
	}
	switch {
	case strings.TrimSpace(l.Link) == "":
		p.refuse(l.At, "the library '%s' has no link: it says what the linker calls it", l.Name)
	case strings.Trim(l.Link, linkable) != "":
		p.refuse(l.At, "the link '%s' of the library '%s' can have letters, digits, '-', '_' and '.' only", l.Link, l.Name)
	}
}

// declaration reads what a manifest says of one function.
type declaration struct {
	*reader
	f       Function
	in, out []string // the types of the stack effect that arguments and result have
	wrong   bool
}

func (d *declaration) refuse(format string, args ...any) *diag.Diagnostic {
	d.wrong = true
	name := d.f.Word
	if name == "" {
		name = d.f.Symbol
	}
	return d.reader.refuse(d.f.At, "the function '%s': %s", name, fmt.Sprintf(format, args...))
}

// names checks what must be there.
func (d *declaration) names() {
	for _, key := range []struct{ name, value string }{{"c_name", d.f.Symbol}, {"seq_name", d.f.Word}, {"stack_effect", d.f.Effect}} {
		if strings.TrimSpace(key.value) == "" {
			d.refuse("%s is missing", key.name)
		}
	}
	if d.f.Word != "" && !syntax.CallName(d.f.Word) {
		d.refuse("no program can call a word with the name %q", d.f.Word)
	}
}

// maxArguments is what can be passed (purego: of the registers and the stack of all systems).
const maxArguments = 15

func (d *declaration) argument(typeName, pass, value string) {
	n := len(d.f.Args) + 1
	if n > maxArguments {
		d.refuse("it has more than %d arguments", maxArguments)
	}
	t, ok := parseType(typeName)
	if !ok || t == Void {
		d.refuse("argument %d has the type '%s', which is not one of %s", n, typeName, typeNames(Int))
	}
	a := Argument{Type: t}
	allowed := typeTable[t]
	switch {
	case !ok || t == Void:
	case value != "":
		a.Pass = Constant
		if a.Value, ok = constant(value); !ok {
			d.refuse("argument %d has the value '%s': it must be null, NULL or a number of 64 bits", n, value)
		}
	case pass == "by_ref" && allowed.byReference:
		a.Pass = ByReference
		d.out = append(d.out, t.Stack())
	case !slices.Contains(allowed.pass, pass):
		d.refuse("argument %d of the type '%s' cannot be passed as '%s'", n, typeName, pass)
	default:
		d.in = append(d.in, t.Stack())
	}
	d.f.Args = append(d.f.Args, a)
}

// constant reads what is passed in place of a value.
func constant(text string) (int64, bool) {
	if text == "null" || text == "NULL" {
		return 0, true
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// freed tells of each ownership whether the caller frees the String.
var freed = map[string]bool{"": false, "borrowed": false, "static": false, "caller_frees": true}

func (d *declaration) result(typeName, ownership string) {
	t, ok := parseType(typeName)
	if !ok {
		d.refuse("it returns the type '%s', which is not one of %s", typeName, typeNames(Void))
	}
	free, ok := freed[ownership]
	if !ok {
		d.refuse("the ownership '%s' is not one of caller_frees, static, borrowed", ownership)
	}
	d.f.Result = Result{Type: t, Freed: free && t == String}
	if t != Void {
		d.out = append(d.out, t.Stack())
	}
}

// effect compares the stack effect with arguments and result.
func (d *declaration) effect() {
	if d.f.Effect == "" {
		return
	}
	e, err := syntax.ParseEffect(d.f.Effect)
	if err != nil {
		d.refuse("the stack effect '%s' is none: %s", d.f.Effect, reason(err))
		return
	}
	in, okIn := plain(e.In)
	out, okOut := plain(e.Out)
	if !okIn || !okOut || len(e.Yields) > 0 {
		d.refuse("the stack effect '%s' can have the types Int, Float, Bool and String only", d.f.Effect)
		return
	}
	has, wants := effectText(in, out), effectText(d.in, d.out)
	if has == wants || d.wrong {
		return
	}
	problem := d.refuse("the stack effect %s does not match the arguments, which make it %s", has, wants)
	problem.Notes = []string{fmt.Sprintf("the manifest '%s' declares %s for '%s'", d.source.Name, has, d.f.Symbol)}
	problem.Help = []string{"its inputs are the arguments that are popped, its outputs those by reference and then what is returned"}
}

// reason is what is wrong with an effect, without a place: that would be one in the effect.
func reason(err error) string {
	var list diag.List
	if errors.As(err, &list) && len(list) > 0 {
		return list[0].Message
	}
	return err.Error()
}

// plain returns the names of types; false if one cannot be of a function of C.
func plain(side []syntax.TypeExpr) (names []string, ok bool) {
	for _, x := range side {
		if x.Kind != syntax.TypeName || !slices.Contains([]string{"Int", "Float", "Bool", "String"}, x.Name) {
			return nil, false
		}
		names = append(names, x.Name)
	}
	return names, true
}

func effectText(in, out []string) string {
	return "( " + strings.Join(append(append(append([]string{}, in...), "--"), out...), " ") + " )"
}

// typeNames lists the types from one on.
func typeNames(from Type) string {
	var names []string
	for t := from; int(t) < len(typeTable); t++ {
		names = append(names, t.String())
	}
	return strings.Join(names, ", ")
}
