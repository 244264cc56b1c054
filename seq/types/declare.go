package types

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/stdlib"
)

// MaxFields is the number of fields a variant can have (chapter 1, section 11).
const MaxFields = 12

// target is what a name means.
type target struct {
	kind  TargetKind
	index int32
	field int32
}

// Options adjusts what a check asks for.
type Options struct {
	NeedMain bool // the program is to be run: it must have a main
	// Profile is the releases whose words classic files have; Seven: what the
	// files themselves say.
	Profile syntax.Dialect
	Hints   bool // findings on old names in classic files
	Verbose bool // and on what older releases may have meant otherwise
	// Before is what was found out about an earlier state of the program, nil: nothing. What of it still holds is not looked for again; what is found is the
	// same. It may be used by nobody else meanwhile.
	Before *Info
}

// program is the state of one check over all its steps (chapter 2, section 5).
type program struct {
	table  *Table
	opts   Options
	info   *Info
	errors diag.List

	names   map[string]target   // words of the program and generated words
	private []map[string]target // what only a module sees, such as helpers of supplied ones
	// classicOwn are words of classic files that have the name of a built-in word
	// that is younger: they are called by classic files only.
	classicOwn map[string]target
	hasIntMath bool              // std:imath is included
	profile    syntax.Dialect    // whose words classic files have
	oldWords   map[string]target // words of old releases that are written in Seq
	hinted     map[hinted]bool   // old names of classic files that a hint was given for
	inferring  map[*Word]bool    // words without an effect whose body is being looked at
	unions     map[string]*UnionType
	byName     map[string]*VariantType
	again      map[string]*diag.Diagnostic // the message about a word that is defined twice
	warned     map[warned]bool
	lacks      map[int]*lack  // by module
	trying     bool           // it is a copy for trials: see tryAll
	uncounted  bool           // tests: every number of captures is tried, from 0 on
	strayArm   bool           // the unknown word before was a variant with an arrow behind it
	from       extent         // what is there was checked before
	cycle      int            // the number of the last one
	session    bool           // it is that of a Session
	late       []*load.Module // whose words may be defined again
	input      *Word          // the statements of the input that is checked; nil: none
	stack      *Effect        // what lies on the stack when it starts; nil: anything
	unchecked  []*Word        // that are looked at now, in order
	standing   *standing      // what of Options.Before still holds
	looked     bool           // bodies were looked at
	// settled: what is declared had no faults. callees are the words that a word calls, by its index. Both are for an edit of the program.
	settled bool
	callees [][]int32
}

// warned is a warning that was given.
type warned struct {
	span diag.Span
	code diag.Code
}

// place is where a name was defined.
type place struct {
	span    diag.Span
	variant *VariantType // that brings the word; nil: it is a definition
}

// place returns where the word with a name is defined; false if there is none.
func (p *program) place(name string) (place, bool) {
	t, there := p.names[name]
	if !there && len(p.classicOwn) > 0 {
		t, there = p.classicOwn[name]
	}
	if !there {
		return place{}, false
	}
	return p.placeOf(t), true
}

func (p *program) placeOf(t target) place {
	if t.kind == TargetWord {
		w := p.info.Words[t.index]
		return place{span: p.span(w.Module, w.Decl.Pos, w.Decl.Name.End)}
	}
	v := p.info.Variants[t.index]
	return place{span: p.span(v.Union.Module, v.Decl.Name.Pos, v.Decl.Name.End), variant: v}
}

// what says of a word that a variant brings where it comes from; "" for a definition.
func (pl place) what() string {
	if pl.variant == nil {
		return ""
	}
	return fmt.Sprintf("generated for the variant '%s' of the union '%s'", pl.variant.Name(), pl.variant.Union.Decl.Name.Text)
}

// Check checks a loaded program. The annotations are complete only if no
// error was found.
func Check(prog *load.Program, table *Table, opts Options) (*Info, diag.List) {
	p := newProgram(prog, table, opts)
	if p.profile = opts.Profile; p.profile == syntax.Seven {
		p.profile, _, _ = prog.Profile()
	}
	p.check()
	p.opts.Before, p.standing = nil, nil // one state does not keep all before it
	return p.info, p.errors
}

func newProgram(prog *load.Program, table *Table, opts Options) *program {
	p := &program{
		table: table, opts: opts, info: &Info{Program: prog, Builtins: table},
		names: map[string]target{}, classicOwn: map[string]target{},
		unions: map[string]*UnionType{}, byName: map[string]*VariantType{}, oldWords: map[string]target{},
	}
	p.info.checked = p
	p.begin()
	return p
}

// begin makes the program ready for a check of what comes from here on.
func (p *program) begin() {
	p.from = extent{modules: len(p.info.Calls), words: len(p.info.Words), unions: len(p.info.Unions), variants: len(p.info.Variants)}
	p.errors = nil
	p.again, p.warned = map[string]*diag.Diagnostic{}, map[warned]bool{}
	p.inferring, p.hinted = map[*Word]bool{}, map[hinted]bool{}
	p.lacks = map[int]*lack{}
}

// check checks all that is new.
func (p *program) check() {
	if p.errors.HasErrors() {
		return
	}
	if !takeDeclarations(p) && !declarations(p) {
		return
	}
	p.bodies()
	p.looked = true
	p.exhaustive()
	allowed(p)
	order(p.errors, p.info.Program)
	if p.unchecked = nil; p.opts.Before == nil {
		p.callees = nil // nobody will ask
	}
}

// declarations finds out what is declared, and what the names in it mean; false if that is not clear.
func declarations(p *program) bool {
	p.declare()
	if p.errors.HasErrors() { // collisions make every later message doubtful
		return false
	}
	told := len(p.errors)
	if p.input != nil {
		p.input.Index = len(p.info.Words)
		p.info.Words = append(p.info.Words, p.input)
	}
	p.unchecked = p.added()
	p.resolveCalls()
	names := len(p.errors) - told
	p.fieldTypes()
	p.effects()
	p.settled = len(p.errors) == names
	cycles(p)
	p.standing = standsOf(p, p.opts.Before)
	return true
}

// extent is how much there is of a program.
type extent struct{ modules, words, unions, variants int }

// added are the words that are checked now.
func (p *program) added() []*Word { return p.info.Words[p.from.words:] }

// order sorts findings by module in the order of loading, then by place.
func order(list diag.List, prog *load.Program) {
	if len(list) < 2 {
		return
	}
	rank := map[*diag.Source]int{}
	for i, m := range prog.Modules {
		rank[m.Source] = i
	}
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i].Span, list[j].Span
		if a.Source != b.Source {
			return rank[a.Source] < rank[b.Source]
		}
		return a.Start < b.Start
	})
}

func (p *program) fail(span diag.Span, code diag.Code, format string, args ...any) *diag.Diagnostic {
	d := &diag.Diagnostic{Code: code, Span: span, Message: fmt.Sprintf(format, args...)}
	p.errors = append(p.errors, d)
	return d
}

func (p *program) warn(span diag.Span, code diag.Code, format string, args ...any) *diag.Diagnostic {
	d := p.fail(span, code, format, args...)
	d.Severity = diag.Warning
	return d
}

func (p *program) span(module int, start, end int32) diag.Span {
	return p.info.Program.Modules[module].Span(start, end)
}

func (p *program) declare() {
	modules := p.info.Program.Modules
	grown := len(modules) - p.from.modules
	p.makeRoom(modules[p.from.modules:])
	p.private = append(p.private, make([]map[string]target, grown)...)
	p.info.Calls = append(p.info.Calls, make([][]Call, grown)...)
	p.info.Quotations = append(p.info.Quotations, make([][]QuotationInfo, grown)...)
	p.info.Matches = append(p.info.Matches, make([][]MatchInfo, grown)...)
	for m := p.from.modules; m < len(modules); m++ {
		mod := modules[m]
		p.hasIntMath = p.hasIntMath || mod.Supplied && mod.Name == intMath
		p.info.Calls[m] = make([]Call, mod.Calls)
		p.info.Quotations[m] = make([]QuotationInfo, mod.Quotations)
		p.info.Matches[m] = make([]MatchInfo, mod.Matches)
		for _, u := range mod.Unions {
			p.declareUnion(m, u)
		}
		for _, w := range mod.Words {
			p.declareWord(m, w)
		}
	}
	if p.info.Main == nil && p.opts.NeedMain && len(modules) > 0 {
		main := modules[0]
		d := p.fail(diag.Span{Source: main.Source, Start: -1}, "no-main", "the program has no word 'main'")
		d.Help = []string{"a program starts in ': main ( -- ) … ;'"}
	}
}

// makeRoom makes room for the definitions of a program that is checked as a whole: tables that grow
// name by name take twice as long.
func (p *program) makeRoom(modules []*load.Module) {
	if p.session {
		return
	}
	words, names := 0, 0
	for _, m := range modules {
		words += len(m.Words)
		for _, u := range m.Unions {
			for i := range u.Variants {
				names += 2 + len(u.Variants[i].Fields)
			}
		}
	}
	p.info.Words = slices.Grow(p.info.Words, words)
	p.names = make(map[string]target, words+names)
}

func (p *program) declareUnion(m int, u *syntax.Union) {
	span := p.span(m, u.Name.Pos, u.Name.End)
	name := u.Name.Text
	if concrete[name] != nil || name == "Quotation" || name == "Closure" {
		p.fail(span, "union-name", "a union cannot have the name of the built-in type '%s'", name)
		return
	}
	if first, dup := p.unions[name]; dup {
		d := p.fail(p.span(first.Module, first.Decl.Name.Pos, first.Decl.Name.End), "duplicate-union", "the union '%s' is defined twice", name)
		d.Related = []diag.Related{{Span: span, Label: "again here"}}
		return
	}
	ut := &UnionType{Index: len(p.info.Unions), Module: m, Decl: u, Type: &Type{Kind: Union, Name: name}}
	p.unions[name] = ut
	p.info.Unions = append(p.info.Unions, ut)
	for i := range u.Variants {
		decl := &u.Variants[i]
		at := p.span(m, decl.Name.Pos, decl.Name.End)
		if len(decl.Fields) > MaxFields {
			p.fail(at, "too-many-fields", "the variant '%s' of the union '%s' has %d fields, the limit is %d", decl.Name.Text, name, len(decl.Fields), MaxFields)
			continue
		}
		if first, dup := p.byName[decl.Name.Text]; dup {
			d := p.fail(p.span(first.Union.Module, first.Decl.Name.Pos, first.Decl.Name.End), "duplicate-variant",
				"the variant '%s' belongs to two unions, '%s' and '%s': variant names are global", decl.Name.Text, first.Union.Decl.Name.Text, name)
			d.Related = []diag.Related{{Span: at, Label: "again here, in '" + name + "'"}}
			continue
		}
		v := &VariantType{Index: len(p.info.Variants), Ordinal: i, Union: ut, Decl: decl}
		p.byName[decl.Name.Text] = v
		p.info.Variants = append(p.info.Variants, v)
		ut.Variants = append(ut.Variants, v)
		p.name("Make-"+decl.Name.Text, target{kind: TargetMake, index: int32(v.Index)})
		p.name("is-"+decl.Name.Text+"?", target{kind: TargetIs, index: int32(v.Index)})
		for f := range decl.Fields {
			p.name(decl.Name.Text+"-"+decl.Fields[f].Name.Text, target{kind: TargetAccess, index: int32(v.Index), field: int32(f)})
		}
	}
}

func (p *program) declareWord(m int, decl *syntax.Word) {
	w := &Word{Index: len(p.info.Words), Module: m, Decl: decl}
	p.info.Words = append(p.info.Words, w)
	name := decl.Name.Text
	t := target{kind: TargetWord, index: int32(w.Index)}
	if p.info.Program.Modules[m].OldWords() {
		p.hide(m, name, t)
		p.oldWords[name] = t
		return
	}
	if p.info.Program.Modules[m].Private(name) {
		p.hide(m, name, t)
		return
	}
	_, meant := p.builtin(m, name)
	meant = meant || sugar[name] != nil
	if (meant || classicNames[name] != "") && gives(name, p.info.Program.Modules[m].Dialect) {
		if _, again := p.classicOwn[name]; !again {
			p.classicOwn[name] = t
			return
		}
	}
	w.Late = p.isLate(m)
	if p.overrides(m, name, t) {
		return
	}
	if p.session && !w.Late {
		if first, taken := p.names[name]; taken && first.kind == TargetWord && p.info.Words[first.index].Late {
			p.hide(m, name, t) // words of inputs come first
			return
		}
	}
	if p.name(name, t) && name == "main" {
		p.info.Main = w
	}
	if meant {
		p.warn(p.span(m, decl.Name.Pos, decl.Name.End), "shadowed-builtin", "the word '%s' is never called: every '%s' means the built-in", name, name).
			Help = []string{"give it another name"}
	}
}

// isLate tells whether words of a module may be defined again.
func (p *program) isLate(m int) bool {
	mod := p.info.Program.Modules[m]
	return !mod.Supplied && slices.Contains(p.late, mod)
}

// hide enters a word that only its module sees.
func (p *program) hide(module int, name string, t target) {
	if p.private[module] == nil {
		p.private[module] = map[string]target{}
	}
	p.private[module][name] = t
}

// overrides enters a word in place of a word of a supplied module or a generated
// word of the same name, or the other way round, where such words do not collide:
// in classic files (chapter 9, sections 5 and 8), and beside modules of "vm:" that
// the file does not include. The module keeps its own.
func (p *program) overrides(m int, name string, t target) bool {
	first, dup := p.place(name)
	if !dup {
		return false
	}
	modules := p.info.Program.Modules
	other := -1
	for i := range modules {
		if modules[i].Source == first.span.Source {
			other = i
		}
	}
	switch {
	case other < 0:
		return false
	case p.beside(m, other):
		p.hideFromOthers(other, name, p.names[name])
		p.names[name] = t
		return true
	case p.beside(other, m):
		p.hideFromOthers(m, name, t)
		return true
	case modules[m].Dialect.OldNames() && modules[other].Supplied:
		p.hide(other, name, p.names[name])
		p.names[name] = t
		return true
	case modules[m].Supplied && modules[other].Dialect.OldNames():
		p.hide(m, name, t)
		return true
	case modules[m].Dialect.OldNames() && first.variant != nil:
		p.names[name] = t
		return true
	}
	return false
}

// beside tells whether a word of a file and one of a module may have the same name:
// the module is one of "vm:", and the file does not include it (docs/modules.md). So
// a file that includes it takes no names away from the rest of the program. The inputs
// of a session are as one file.
func (p *program) beside(file, module int) bool {
	modules := p.info.Program.Modules
	name := modules[module].Name
	switch {
	case !modules[module].Supplied, name.Space != stdlib.VM, modules[file].Supplied, modules[file].Takes(name):
		return false
	}
	return !p.session || min(file, module) >= p.from.modules && !modules[p.from.modules].Takes(name)
}

// hideFromOthers enters a word of a module for the module itself and the files that
// include it.
func (p *program) hideFromOthers(module int, name string, t target) {
	for i, m := range p.info.Program.Modules {
		if i == module || m.Takes(p.info.Program.Modules[module].Name) {
			p.hide(i, name, t)
		}
	}
}

// name enters a word; a second one of the same name is refused with all places.
func (p *program) name(name string, t target) bool {
	first, dup := p.place(name)
	if !dup {
		p.names[name] = t
		return true
	}
	here := p.placeOf(t)
	label := here.what()
	if label == "" {
		label = "defined again"
	}
	related := diag.Related{Span: here.span, Label: label}
	if d := p.again[name]; d != nil { // one message for all places
		d.Related = append(d.Related, related)
		return false
	}
	message := fmt.Sprintf("the word '%s' is defined twice", name)
	if what := first.what(); what != "" {
		message += " (once " + what + ")"
	}
	d := p.fail(first.span, "duplicate-word", "%s: in %s and %s", message, first.span, here.span)
	d.Related = []diag.Related{related}
	p.again[name] = d
	return false
}

// FieldType tells whether a type that every program has can be that of a field.
func FieldType(name string) bool { return fieldType(concrete[name]) }

func fieldType(t *Type) bool { return t != nil && t != symbolType && t != variantType }

func (p *program) fieldTypes() {
	for _, u := range p.info.Unions[p.from.unions:] {
		for _, v := range u.Variants {
			for _, f := range v.Decl.Fields {
				t := concrete[f.Type.Text]
				if other := p.unions[f.Type.Text]; other != nil {
					t = other.Type
				}
				if !fieldType(t) {
					d := p.fail(p.span(u.Module, f.Type.Pos, f.Type.End), "field-type", "the type '%s' cannot be that of the field '%s' of the variant '%s' of the union '%s'",
						f.Type.Text, f.Name.Text, v.Name(), u.Decl.Name.Text)
					p.suggestType(d, f.Type.Text)
					d.Help = append(d.Help, "field types are Int, Float, Bool, String, Channel, Socket and the unions of the program")
					t = intType
				}
				v.Fields = append(v.Fields, t)
			}
		}
	}
}

// effects builds the declared effect of every word and checks that of main.
func (p *program) effects() {
	p.each(func(p *program) func(*Word) { return p.effect })
	if main := p.info.Main; main != nil && !main.refused && main.Effect != nil {
		p.mainEffect(main)
	}
}

// effect builds the declared effect of a word.
func (p *program) effect(w *Word) {
	if w == p.input {
		return
	}
	if w.Decl.Effect.Missing {
		p.withoutEffect(w)
		return
	}
	b := effectBuilder{named: func(x *syntax.TypeExpr) (*Type, bool, bool) { return p.typeNamed(w, x) }}
	e, ok := b.build(w.Decl.Effect)
	w.Effect = e
	w.refused = w.refused || !ok
}

// mainEffect checks the effect of the word that a program starts with.
func (p *program) mainEffect(main *Word) {
	span := p.span(main.Module, main.Decl.Pos, main.Decl.Name.End)
	e := main.Effect
	// Releases before 5.3 took any shape (chapter 9, section 10).
	anyOutputs := p.profile >= syntax.Classic4 && p.info.Program.Modules[main.Module].Dialect.Conditionals()
	switch {
	case len(e.In) == 0 && (len(e.Out) == 0 || e.IsInt() || anyOutputs):
		if e.Yields {
			p.fail(span, "main-effect", "'main' cannot have a Yield: nothing could take what it yields").
				Help = []string{"give the words that yield to 'strand.weave'"}
			main.refused = true
		}
	default:
		p.fail(span, "main-effect", "the effect of 'main' is %s, but it must be ( -- ) or ( -- Int )", e).
			Help = []string{"the Int of ( -- Int ) is the exit status; arguments come from 'args.at'"}
		main.refused = true
	}
}

// typeNamed looks up a type name in the effect of a word.
func (p *program) typeNamed(w *Word, x *syntax.TypeExpr) (t *Type, variable, ok bool) {
	if u := p.unions[x.Name]; u != nil {
		return u.Type, false, true
	}
	if p.info.Program.Modules[w.Module].Dialect.OldNames() && startsUpper(x.Name) && x.Name != "Closure" && (x.Name != "Quotation" || p.profile >= syntax.Classic2) {
		switch x.Name {
		case "Int", "Float", "Bool", "String":
		default:
			return nil, true, true // all other names are type variables
		}
	}
	if t := concrete[x.Name]; t != nil {
		return t, false, true
	}
	if len(x.Name) == 1 && x.Name[0] >= 'A' && x.Name[0] <= 'Z' {
		return nil, true, true
	}
	span := p.span(w.Module, x.Pos, x.End)
	word := w.Decl.Name.Text
	switch {
	case x.Name == "Quotation":
		p.fail(span, "unknown-type", "there is no type 'Quotation' (in the effect of '%s')", word).
			Help = []string{"write the quotation's own effect: [ inputs -- outputs ], for example [ Int -- Int ]"}
	case x.Name == "Closure":
		p.fail(span, "unknown-type", "'Closure' needs an effect (in the effect of '%s')", word).
			Help = []string{"write Closure[ inputs -- outputs ], for example Closure[ Int -- Int ]"}
	case p.byName[x.Name] != nil:
		u := p.byName[x.Name].Union.Decl.Name.Text
		d := p.fail(span, "unknown-type", "'%s' is a variant and no type (in the effect of '%s')", x.Name, word)
		d.Help = []string{fmt.Sprintf("its union is '%s'", u)}
		offerWriting(d, u)
	case !startsUpper(x.Name):
		d := p.fail(span, "unknown-type", "'%s' is not a type (in the effect of '%s'): types start with an upper case letter", x.Name, word)
		p.suggestType(d, x.Name)
		d.Help = append(d.Help, "effects list types, not names of values: ( Int Int -- Int )")
	default:
		d := p.fail(span, "unknown-type", "unknown type '%s' in the effect of '%s'", x.Name, word)
		near := p.suggestType(d, x.Name)
		switch x.Name {
		case "List":
			d.Help = append(d.Help, "lists have no type of their own: write Variant, or a type variable such as V")
		case "Map":
			d.Help = append(d.Help, "maps have no type of their own: write a type variable such as M")
		default:
			d.Help = append(d.Help, "a type variable is one upper case letter; other types are Int, Float, Bool, String, Symbol, Channel, Socket, Variant and the unions of the program")
		}
		if !near {
			d.Help = append(d.Help, "in a classic file, which the comment '# seq:dialect classic' or --dialect classic makes it, every other name is a type variable")
		}
	}
	return intType, false, false
}

func startsUpper(s string) bool { return s != "" && s[0] >= 'A' && s[0] <= 'Z' }

// exhaustive checks that every match has an arm for each variant of its union.
func (p *program) exhaustive() {
	p.each(func(p *program) func(*Word) {
		return func(w *Word) {
			if w.refused || p.info.Program.Modules[w.Module].Matches == 0 {
				return
			}
			told := len(p.errors)
			for st := range syntax.All(w.Decl.Body) {
				if st.Kind == syntax.StmtMatch {
					p.exhaustiveMatch(w, st)
				}
			}
			w.told = w.told || len(p.errors) > told
		}
	})
}

func (p *program) exhaustiveMatch(w *Word, st *syntax.Stmt) {
	mi := p.info.Matches[w.Module][st.ID]
	if mi.Union == nil {
		return // its word was refused before
	}
	covered := map[*VariantType]bool{}
	for _, a := range mi.Arms {
		covered[a.Variant] = true
	}
	var missing []string
	for _, v := range mi.Union.Variants {
		if !covered[v] {
			missing = append(missing, v.Name())
		}
	}
	if missing == nil {
		return
	}
	d := p.fail(p.span(w.Module, st.Pos, st.Pos+int32(len("match"))), "not-exhaustive", "the match on the union '%s' is not exhaustive: no arm for '%s'", mi.Union.Decl.Name.Text, strings.Join(missing, "', '"))
	d.Help = []string{"add an arm for each, for example: " + missing[0] + " -> …"}
	offerArms(d, d.Span.Source, st, missing)
	if len(st.Match.Arms) == 1 && len(mi.Arms[0].Variant.Fields) > 0 {
		v := mi.Arms[0].Variant
		d.Help = append(d.Help, fmt.Sprintf("to read one field, use the accessor '%s-%s'", v.Name(), v.Decl.Fields[0].Name.Text))
	}
}
