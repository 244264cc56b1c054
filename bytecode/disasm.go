package bytecode

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Disassemble writes a module as text: each function with its effect, then its
// instructions, each run of them under the source line that it comes from, each with
// its number and the column of the word.
// source returns a line of a file, or is nil. If word is not "", only that word
// and the quotations in it are shown; shown counts the functions written.
func Disassemble(w io.Writer, m *Module, word string, source func(file, line int) string) (shown int, err error) {
	return DisassembleWith(w, m, word, source, nil)
}

// DisassembleWith is Disassemble with what under returns, which are whole lines, below each instruction.
func DisassembleWith(w io.Writer, m *Module, word string, source func(file, line int) string, under func(function, pc int) string) (shown int, err error) {
	var roots []int
	for i := range m.Funcs {
		if word == "" || m.Funcs[i].Word && m.Funcs[i].Name == word {
			roots = append(roots, i)
		}
	}
	return m.disassembleAll(w, roots, source, under)
}

// DisassembleFunction is Disassemble for a function and the quotations in it.
func DisassembleFunction(w io.Writer, m *Module, function int32, source func(file, line int) string) error {
	_, err := m.disassembleAll(w, []int{int(function)}, source, nil)
	return err
}

func (m *Module) disassembleAll(w io.Writer, roots []int, source func(file, line int) string, under func(function, pc int) string) (shown int, err error) {
	out := bufio.NewWriter(w)
	include := wanted(m, roots)
	for i := range m.Funcs {
		if !include[i] {
			continue
		}
		if shown > 0 {
			fmt.Fprintln(out)
		}
		shown++
		m.disassemble(out, i, source, under)
	}
	return shown, out.Flush()
}

// wanted finds functions and all quotations that their code makes.
func wanted(m *Module, roots []int) []bool {
	include := make([]bool, len(m.Funcs))
	var queue []int
	add := func(i int) {
		if !include[i] {
			include[i] = true
			queue = append(queue, i)
		}
	}
	for _, i := range roots {
		add(i)
	}
	for len(queue) > 0 {
		f := &m.Funcs[queue[0]]
		queue = queue[1:]
		for _, in := range f.Code {
			switch {
			case in.Op == OpClosure:
				add(int(in.B))
			case in.Op == OpConst && m.Consts[in.B].Kind == KindQuotation:
				add(int(m.Consts[in.B].Bits))
			}
		}
	}
	return include
}

func (m *Module) disassemble(out *bufio.Writer, index int, source func(file, line int) string, under func(function, pc int) string) {
	f := &m.Funcs[index]
	fmt.Fprintf(out, "%s", f.Name)
	if f.Effect != "" {
		fmt.Fprintf(out, " %s", f.Effect)
	}
	fmt.Fprintf(out, "    # function %d: %d in, %d out, frame of %d", index, f.In, f.Out, f.Frame)
	if f.Captures > 0 {
		fmt.Fprintf(out, ", %d captured", f.Captures)
	}
	if f.Open {
		out.WriteString(", open")
	}
	if f.File >= 0 {
		fmt.Fprintf(out, ", %s:%d", m.FileOf(f), f.Line)
	}
	out.WriteByte('\n')
	last, lastSite := int32(-1), int32(0)
	for pc, in := range f.Code {
		if at := f.At(pc); at.Line > 0 && f.File >= 0 {
			file, text, place := f.File, "", ""
			if at.Site > 0 {
				word := &m.Funcs[f.Sites[at.Site-1].Func]
				file, place = word.File, "    # in place of a call of "+word.Name
			}
			if source != nil && file >= 0 {
				text = source(int(file), int(at.Line))
			}
			if at.Line != last || at.Site != lastSite {
				fmt.Fprintf(out, "%6d | %s%s\n", at.Line, text, place)
			}
			last, lastSite = at.Line, at.Site
		}
		column := ""
		if at := f.At(pc); at.Column > 0 && f.File >= 0 {
			column = ":" + strconv.Itoa(int(at.Column))
		}
		fmt.Fprintf(out, "  %04d %-4s %s\n", pc, column, m.instruction(pc, in, f.At(pc).Name))
		if under != nil {
			out.WriteString(under(index, pc))
		}
	}
}

// instruction writes an instruction with its operands, and behind it what they
// refer to. called is the name of the word that is called there, an index into Names.
func (m *Module) instruction(pc int, in Instr, called int32) string {
	info := in.Op.Info()
	text := fmt.Sprintf("%-20s", info.Name)
	comment := ""
	first := true
	for i, kind := range info.Operands() {
		if kind == None {
			continue
		}
		if !first {
			text += ", "
		}
		first = false
		operand, note := m.operand(pc, kind, in.Operands()[i])
		if kind == Word && strings.HasPrefix(note, "%") && called >= 0 && int(called) < len(m.Names) {
			note = m.Names[called] // it has no name that a program could write
		}
		text += operand
		if note != "" {
			comment = note
		}
	}
	if comment != "" {
		text = fmt.Sprintf("%-40s # %s", text, comment)
	}
	return text
}

func (m *Module) operand(pc int, kind Operand, v int32) (text, note string) {
	if kind == Window || kind.Reads() || kind.Writes() {
		return fmt.Sprintf("r%d", v), ""
	}
	switch kind {
	case Height:
		return fmt.Sprintf("^%d", v), ""
	case Target:
		return fmt.Sprintf("-> %04d", pc+1+int(v)), ""
	case Function:
		return fmt.Sprintf("f%d", v), m.Funcs[v].Name
	case Word:
		return fmt.Sprintf("b%d", v), m.Builtins[v].Name
	case Constant:
		return fmt.Sprintf("k%d", v), m.constant(v)
	case Tagged:
		return fmt.Sprintf("v%d", v), m.Variants[v].Name
	case FieldOf:
		variant, field := Field(v)
		return fmt.Sprintf("v%d.%d", variant, field), m.Variants[variant].Name + "-" + m.Variants[variant].Fields[field]
	case Arms:
		return fmt.Sprintf("t%d", v), m.arms(pc, v)
	case KindOf:
		return kindNames[v], ""
	case Flag:
		return strconv.FormatBool(v != 0), ""
	}
	return strconv.Itoa(int(v)), ""
}

var kindNames = [...]string{"any", "Int", "Float", "Bool", "String", "Symbol", "Quotation", "Variant", "Map", "Channel", "Weave", "list under construction"}

func (m *Module) constant(i int32) string {
	k := m.Consts[i]
	switch k.Kind {
	case KindInt:
		return strconv.FormatInt(int64(k.Bits), 10)
	case KindFloat:
		return strconv.FormatFloat(math.Float64frombits(k.Bits), 'g', -1, 64)
	case KindString:
		return strconv.Quote(k.Text)
	case KindSymbol:
		return ":" + k.Text
	case KindQuotation:
		return fmt.Sprintf("quotation f%d", k.Bits)
	}
	return "?"
}

func (m *Module) arms(pc int, i int32) string {
	t := &m.Tables[i]
	text := m.Unions[t.Union] + ":"
	for _, v := range m.Variants {
		if v.Union == t.Union && t.Targets[v.Ordinal] != NoArm {
			text += fmt.Sprintf(" %s -> %04d", v.Name, pc+1+int(t.Targets[v.Ordinal]))
		}
	}
	for _, arm := range t.Others {
		text += fmt.Sprintf(" %s -> %04d", m.Variants[arm.Variant].Name, pc+1+int(arm.Target))
	}
	return text
}
