package bytecode

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
)

// FormatVersion is the version of the form of encoded modules, which changes with every change of the instruction set.
const FormatVersion = 10

// magic starts an encoded module; the byte behind it is FormatVersion.
const (
	magic       = "\x00seqb"
	maxElements = 1 << 28
)

// MagicLength is how many bytes IsEncoded looks at.
const MagicLength = len(magic)

// Strip returns a copy of a module without what only messages need: lines and
// effects. Run-time errors of it name words but no lines.
func Strip(m *Module) *Module {
	stripped := *m
	stripped.Sums = nil
	stripped.Funcs = append([]Func(nil), m.Funcs...)
	for i := range stripped.Funcs {
		f := &stripped.Funcs[i]
		f.Effect, f.Lines, f.Sites, f.Line, f.Column = "", nil, nil, 0, 0
		f.Guards = append([]Guard(nil), f.Guards...)
		for j := range f.Guards {
			f.Guards[j].Line = Line{PC: f.Guards[j].PC, Name: -1}
		}
	}
	if counting, err := m.Counting(); err == nil && counting != nil {
		return stripped.WithCounting(Strip(counting))
	}
	return &stripped
}

// WithSums returns a copy of a module that knows the texts of its files.
func (m *Module) WithSums(texts []string) *Module {
	known := *m
	known.Sums = make([]string, len(m.Files))
	for i, text := range texts {
		if !strings.HasPrefix(m.Files[i], "<") { // else it is no file
			known.Sums[i] = Sum(text)
		}
	}
	return &known
}

// Sum is what Module.Sums has of a text.
func Sum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return string(sum[:])
}

// WithCounting returns a copy of a module that has another one with it: the same
// program, compiled so that words count their entries (OpCount). Words whose code
// stands in place of their calls cannot be counted, so a module that is to be fast
// cannot count as well.
func (m *Module) WithCounting(counting *Module) *Module {
	both := *m
	e := &encoder{}
	e.module(counting)
	both.counting = e.b
	return &both
}

// Counting decodes and verifies the module that WithCounting has given; nil if there
// is none.
func (m *Module) Counting() (*Module, error) {
	if m.counting == nil {
		return nil, nil
	}
	return decodeBody(m.counting)
}

// IsEncoded tells whether data starts like an encoded module.
func IsEncoded(data []byte) bool {
	return len(data) >= len(magic) && string(data[:len(magic)]) == magic
}

// Encode writes a module as bytes: magic, version, a checksum (SHA-256) of what
// follows, the module with numbers as varints, and the one of WithCounting.
func Encode(m *Module) []byte {
	e := &encoder{}
	e.module(m)
	sum := sha256.Sum256(e.b)
	out := append([]byte(magic), FormatVersion)
	out = append(out, sum[:]...)
	return append(out, e.b...)
}

type encoder struct{ b []byte }

func (e *encoder) module(m *Module) {
	e.strings(m.Files)
	e.strings(m.Sums)
	e.strings(m.Names)
	e.strings(m.Unions)
	e.count(len(m.Builtins))
	for _, b := range m.Builtins {
		e.text(b.Name)
		e.int(b.In)
		e.int(b.Out)
		e.kinds(b.Results)
	}
	e.count(len(m.Consts))
	for _, k := range m.Consts {
		e.b = append(e.b, byte(k.Kind))
		e.b = binary.AppendUvarint(e.b, k.Bits)
		e.text(k.Text)
	}
	e.count(len(m.Variants))
	for _, v := range m.Variants {
		e.text(v.Name)
		e.int(v.Union)
		e.int(v.Ordinal)
		e.strings(v.Fields)
		e.kinds(v.Kinds)
	}
	e.count(len(m.Tables))
	for _, t := range m.Tables {
		e.int(t.Union)
		e.count(len(t.Targets))
		for _, c := range t.Targets {
			e.int(c)
		}
		e.count(len(t.Others))
		for _, a := range t.Others {
			e.int(a.Variant)
			e.int(a.Target)
		}
	}
	e.count(len(m.Funcs))
	for i := range m.Funcs {
		e.function(&m.Funcs[i])
	}
	e.int(m.Main)
	e.bool(m.MainInt)
	e.text(string(m.counting))
}

func (e *encoder) int(v int32) { e.b = binary.AppendVarint(e.b, int64(v)) }
func (e *encoder) count(n int) { e.b = binary.AppendUvarint(e.b, uint64(n)) }
func (e *encoder) text(s string) {
	e.count(len(s))
	e.b = append(e.b, s...)
}

func (e *encoder) bool(v bool) {
	n := byte(0)
	if v {
		n = 1
	}
	e.b = append(e.b, n)
}

func (e *encoder) strings(list []string) {
	e.count(len(list))
	for _, s := range list {
		e.text(s)
	}
}

func (e *encoder) kinds(list []Kind) {
	e.count(len(list))
	for _, k := range list {
		e.b = append(e.b, byte(k))
	}
}

func (e *encoder) function(f *Func) {
	e.text(f.Name)
	e.text(f.Effect)
	for _, v := range []int32{f.File, f.Line, f.Column, f.In, f.Out, f.Captures, f.Frame} {
		e.int(v)
	}
	e.bool(f.Open)
	e.bool(f.Word)
	e.kinds(f.Params)
	e.kinds(f.Results)
	e.count(len(f.Code))
	for _, in := range f.Code {
		e.count(int(in.Op))
		info := in.Op.Info()
		for i, kind := range [...]Operand{info.A, info.B, info.C} {
			if kind != None {
				e.int([...]int32{in.A, in.B, in.C}[i])
			}
		}
	}
	e.count(len(f.Lines))
	var last Line
	for _, l := range f.Lines {
		e.line(l, &last)
	}
	e.count(len(f.Sites))
	for _, s := range f.Sites {
		e.int(s.Func)
		e.int(s.Line)
		e.int(s.Column)
		e.int(s.Parent)
		e.bool(s.Tail)
	}
	e.count(len(f.Guards))
	last = Line{}
	for _, g := range f.Guards {
		e.line(g.Line, &last)
		e.int(g.Slot)
		e.b = append(e.b, byte(g.Kind))
	}
	e.count(len(f.TailsGone))
	for _, t := range f.TailsGone {
		e.int(t.PC)
		e.int(t.Count)
	}
}

// line writes an entry of a line table: what grows as the difference to the one before.
func (e *encoder) line(l Line, last *Line) {
	for _, v := range [...]int32{l.PC - last.PC, l.Line - last.Line, l.Column, l.Name} {
		e.int(v)
	}
	*last = l
	flipped := int32(0)
	if l.Flipped {
		flipped = 1
	}
	e.int(l.Site<<1 | flipped)
}

// ErrFormat is the reason for refusing data that is no module of this version.
var ErrFormat = errors.New("not a bytecode file of this version of seqvm")

// Decode reads an encoded module and verifies it. Data may come from anywhere:
// memory stays in proportion to its length.
func Decode(data []byte) (*Module, error) {
	header := len(magic) + 1 + sha256.Size
	switch {
	case !IsEncoded(data) || len(data) < header:
		return nil, fmt.Errorf("%w: no bytecode", ErrFormat)
	case data[len(magic)] != FormatVersion:
		return nil, fmt.Errorf("%w: version %d, this is %d", ErrFormat, data[len(magic)], FormatVersion)
	}
	body := data[header:]
	if sum := sha256.Sum256(body); string(sum[:]) != string(data[len(magic)+1:header]) {
		return nil, fmt.Errorf("%w: the checksum does not fit, the file is damaged", ErrFormat)
	}
	return decodeBody(body)
}

func decodeBody(body []byte) (*Module, error) {
	d := &decoder{b: body}
	m := d.module()
	if d.err == nil && len(d.b) > 0 {
		d.err = errors.New("bytes behind the module")
	}
	if d.err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, d.err)
	}
	if err := Verify(m); err != nil {
		return nil, fmt.Errorf("the bytecode is not valid: %w", err)
	}
	return m, nil
}

// decoder reads values; after the first error all others are zero.
type decoder struct {
	b   []byte
	err error
}

var errShort = errors.New("unexpected end")

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.err = errShort
		d.b = nil
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) int() int32 {
	v, n := binary.Varint(d.b)
	if n <= 0 || v < math.MinInt32 || v > math.MaxInt32 {
		d.err = errShort
		d.b = nil
		return 0
	}
	d.b = d.b[n:]
	return int32(v)
}

// count reads a number of elements, each of at least size bytes.
func (d *decoder) count(size int) int {
	n := d.uvarint()
	if n > maxElements || n*uint64(size) > uint64(len(d.b)) {
		d.err = errShort
		d.b = nil
		return 0
	}
	return int(n)
}

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.err = errShort
		return 0
	}
	v := d.b[0]
	d.b = d.b[1:]
	return v
}

func (d *decoder) text() string {
	n := d.count(1)
	s := string(d.b[:n])
	d.b = d.b[n:]
	return s
}

func (d *decoder) strings() []string {
	list := make([]string, d.count(1))
	for i := range list {
		list[i] = d.text()
	}
	return list
}

func (d *decoder) kinds() []Kind {
	n := d.count(1)
	if n == 0 {
		return nil
	}
	list := make([]Kind, n)
	for i := range list {
		list[i] = Kind(d.byte())
	}
	return list
}

func (d *decoder) module() *Module {
	m := &Module{Files: d.strings(), Sums: d.strings(), Names: d.strings(), Unions: d.strings()}
	m.Builtins = make([]BuiltinRef, d.count(4))
	for i := range m.Builtins {
		m.Builtins[i] = BuiltinRef{Name: d.text(), In: d.int(), Out: d.int(), Results: d.kinds()}
	}
	m.Consts = make([]Const, d.count(3))
	for i := range m.Consts {
		m.Consts[i] = Const{Kind: Kind(d.byte()), Bits: d.uvarint(), Text: d.text()}
	}
	m.Variants = make([]VariantInfo, d.count(4))
	for i := range m.Variants {
		m.Variants[i] = VariantInfo{Name: d.text(), Union: d.int(), Ordinal: d.int(), Fields: d.strings(), Kinds: d.kinds()}
	}
	m.Tables = make([]MatchTable, d.count(3))
	for i := range m.Tables {
		t := MatchTable{Union: d.int(), Targets: make([]int32, d.count(1))}
		for j := range t.Targets {
			t.Targets[j] = d.int()
		}
		t.Others = make([]MatchArm, d.count(2))
		for j := range t.Others {
			t.Others[j] = MatchArm{Variant: d.int(), Target: d.int()}
		}
		m.Tables[i] = t
	}
	m.Funcs = make([]Func, d.count(18))
	for i := range m.Funcs {
		d.function(&m.Funcs[i])
	}
	m.Main = d.int()
	m.MainInt = d.byte() != 0
	if counting := d.text(); counting != "" {
		m.counting = []byte(counting)
	}
	return m
}

func (d *decoder) function(f *Func) {
	f.Name, f.Effect = d.text(), d.text()
	for _, v := range []*int32{&f.File, &f.Line, &f.Column, &f.In, &f.Out, &f.Captures, &f.Frame} {
		*v = d.int()
	}
	f.Open, f.Word = d.byte() != 0, d.byte() != 0
	f.Params, f.Results = d.kinds(), d.kinds()
	f.Code = make([]Instr, d.count(1))
	for i := range f.Code {
		in := &f.Code[i]
		op := d.uvarint()
		if op >= uint64(opCount) {
			op = uint64(OpInvalid)
		}
		in.Op = Op(op)
		info := in.Op.Info()
		for j, kind := range [...]Operand{info.A, info.B, info.C} {
			if kind != None {
				*[...]*int32{&in.A, &in.B, &in.C}[j] = d.int()
			}
		}
	}
	f.Lines = make([]Line, d.count(5))
	var last Line
	for i := range f.Lines {
		f.Lines[i] = d.line(&last)
	}
	f.Sites = make([]Site, d.count(5))
	for i := range f.Sites {
		f.Sites[i] = Site{Func: d.int(), Line: d.int(), Column: d.int(), Parent: d.int(), Tail: d.byte() != 0}
	}
	f.Guards = make([]Guard, d.count(7))
	last = Line{}
	for i := range f.Guards {
		f.Guards[i] = Guard{Line: d.line(&last), Slot: d.int(), Kind: Kind(d.byte())}
	}
	f.TailsGone = make([]TailsGone, d.count(2))
	for i := range f.TailsGone {
		f.TailsGone[i] = TailsGone{PC: d.int(), Count: d.int()}
	}
}

func (d *decoder) line(last *Line) Line {
	l := Line{PC: last.PC + d.int(), Line: last.Line + d.int(), Column: d.int(), Name: d.int()}
	site := d.int()
	l.Site, l.Flipped = site>>1, site&1 != 0
	*last = l
	return l
}
