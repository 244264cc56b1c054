package builtins_test

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
)

// pieces are what strings are put together of: ASCII, characters of all lengths, parts of characters,
// bytes that are in no text.
var pieces = []string{"a", "b ", " word,", strings.Repeat("0123456789", 13), "é", "ñandú ", "€", strings.Repeat("ж", 90), "𝄞", "\xc3", "\xa9", "\xe2\x82", "\xac", "\xf0\x9d", "\x84\x9e", "\xff"}

// textModel writes a program line by line and knows what it must print: its strings are plain Go strings, and
// text words go by slices of runes.
type textModel struct {
	r     *rand.Rand
	from  int // of pieces: those before are not used
	to    int
	stack []string
	code  strings.Builder
	want  strings.Builder
}

func (m *textModel) piece() string { return pieces[m.from+m.r.IntN(m.to-m.from)] }

// literal is a string in the source.
func literal(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, `\x%02x`, s[i])
	}
	return `"` + b.String() + `"`
}

func (m *textModel) line(format string, args ...any) { fmt.Fprintf(&m.code, "  "+format+"\n", args...) }

func (m *textModel) push(s string) { m.stack = append(m.stack, s) }

// copied copies any string to the top.
func (m *textModel) copied() string {
	n := m.r.IntN(min(len(m.stack), 5))
	m.line("%d pick", n)
	s := m.stack[len(m.stack)-1-n]
	m.push(s)
	return s
}

func (m *textModel) pop() { m.stack = m.stack[:len(m.stack)-1] }

// shows prints what the code leaves on top of the strings.
func (m *textModel) shows(code, result string) {
	m.line("%s io.write-line", code)
	m.want.WriteString(result + "\n")
}

// runes is what a text word sees.
func runes(s string) []rune {
	if !utf8.ValidString(s) {
		return nil
	}
	return []rune(s)
}

func (m *textModel) index(n int) int { return m.r.IntN(n+4) - 2 }

func (m *textModel) step() {
	s := m.copied()
	text := runes(s)
	switch m.r.IntN(20) {
	case 0, 1, 2:
		p := m.piece()
		m.line("%s string.concat", literal(p))
		m.pop()
		m.push(s + p)
	case 3, 4:
		p := m.piece()
		m.line("%s swap string.concat", literal(p))
		m.pop()
		m.push(p + s)
	case 5, 6:
		t := m.copied()
		m.line("string.concat")
		m.pop()
		m.pop()
		m.push(s + t)
	case 7, 8, 9: // a part; often all that is left
		from, n := m.index(len(text)), m.index(len(text))
		if m.r.IntN(2) == 0 {
			from, n = m.r.IntN(4), len(text)
		}
		m.line("%d %d string.substring", from, n)
		part := ""
		if from >= 0 && n >= 0 && from <= len(text) {
			part = string(text[from:min(from+n, len(text))])
		}
		m.pop()
		m.push(part)
	case 10:
		m.shows("string.length int->string", fmt.Sprint(len(text)))
		m.pop()
	case 11, 12:
		m.walk(text)
		m.pop()
	case 13:
		p := m.piece()
		at := strings.Index(string(text), string(runes(p)))
		if at > 0 {
			at = utf8.RuneCountInString(string(text)[:at])
		}
		m.shows(literal(p)+" string.find int->string", fmt.Sprint(at))
		m.pop()
	case 14: // apart and together again, one half of the pieces by itself
		p := m.piece()
		parts := strings.Split(s, p)
		m.line("%s string.split dup list.length int->string io.write-line %d list.get drop", literal(p), len(parts)/2)
		fmt.Fprintln(&m.want, len(parts))
		m.pop()
		m.push(parts[len(parts)/2])
	case 15:
		m.line("string.trim")
		m.pop()
		m.push(strings.TrimSpace(string(text)))
	case 16:
		m.line("string.to-upper")
		m.pop()
		m.push(strings.ToUpper(string(text)))
	case 17: // through a channel
		m.line("chan.make 2dup chan.send drop nip chan.receive drop")
	case 18: // to another strand, which makes more of it
		p := m.piece()
		m.line("chan.make swap over [ swap %s string.concat dup string.length drop swap chan.send drop ] strand.spawn drop drop drop chan.receive drop", literal(p))
		m.pop()
		m.push(s + p)
	case 19: // through a list and a closure
		m.line("list.make swap list.push 0 list.get drop [ ] swap >aux call aux>")
	}
	if s := m.stack[len(m.stack)-1]; len(s) > 1<<14 {
		m.line("drop \"\"")
		m.pop()
		m.push("")
	}
	m.shows("dup dup string.byte-length int->string \" \" string.concat swap 0 40 string.substring encoding.hex-encode string.concat",
		fmt.Sprintf("%d %s", len(m.stack[len(m.stack)-1]), hex.EncodeToString([]byte(string(first(runes(m.stack[len(m.stack)-1]), 40))))))
}

func first(r []rune, n int) []rune { return r[:min(n, len(r))] }

// walk asks for characters in a row, forward or backward, of the string on top and of the one below.
func (m *textModel) walk(text []rune) {
	at, by := m.index(len(text)), m.r.IntN(2)*2-1
	for range 5 {
		c := -1
		if at >= 0 && at < len(text) {
			c = int(text[at])
		}
		m.shows(fmt.Sprintf("dup %d string.char-at int->string", at), fmt.Sprint(c))
		at += by
		if len(m.stack) > 1 && m.r.IntN(3) == 0 {
			below := runes(m.stack[len(m.stack)-2])
			c := -1
			if at >= 0 && at < len(below) {
				c = int(below[at])
			}
			m.shows(fmt.Sprintf("over %d string.char-at int->string", at), fmt.Sprint(c))
		}
	}
	m.line("drop")
}

// TestTextWordsAgreeWithSlicesOfRunes runs programs of random words on strings of ASCII, of other texts and
// of any bytes. Arenas are overwritten when their strands end, which must not be seen.
func TestTextWordsAgreeWithSlicesOfRunes(t *testing.T) {
	seeds := uint64(90)
	if testing.Short() {
		seeds = 15
	}
	for seed := range seeds {
		m := &textModel{r: rand.New(rand.NewPCG(seed, 1))}
		m.from, m.to = 0, []int{4, 9, len(pieces)}[seed%3]
		m.line("%s", literal("start é"))
		m.push("start é")
		for range 80 {
			m.step()
		}
		source := ": main ( -- )\n" + m.code.String() + strings.Repeat("  drop\n", len(m.stack)) + ";\n"
		prog, err := seqvm.Compile(seqvm.Text("text.seq", source), seqvm.Options{})
		require.NoError(t, err, source)
		var out strings.Builder
		_, err = prog.Run(t.Context(), seqvm.Config{Stdout: &out, PoisonArenas: true})
		require.NoError(t, err)
		require.Equal(t, m.want.String(), out.String(), "seed %d\n%s", seed, source)
	}
}
