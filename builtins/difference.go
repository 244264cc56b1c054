package builtins

import (
	"fmt"
	"slices"
	"strings"
)

// Bounds of what is shown of two texts that differ: lines around a difference, lines in all, and of how many
// pairs of lines the best way from one text to the other is looked for.
const (
	contextLines = 3
	shownLines   = 60
	mostPairs    = 1 << 22
)

// compared tells how two texts that are not equal differ, line by line.
func compared(expected, actual string) string {
	lines := differences(strings.Split(expected, "\n"), strings.Split(actual, "\n"))
	var b strings.Builder
	b.WriteString("expected what stands behind '-', got what stands behind '+'")
	left := 0
	for i, l := range lines {
		switch {
		case !slices.ContainsFunc(lines[max(0, i-contextLines):min(len(lines), i+contextLines+1)], change.differs):
			if i == 0 || slices.ContainsFunc(lines[max(0, i-1-contextLines):min(len(lines), i+contextLines)], change.differs) {
				b.WriteString("\n    ...")
			}
		case i >= shownLines:
			left++
		default:
			fmt.Fprintf(&b, "\n    %c %s", l.sign, shownLine(l.text))
		}
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n    ... and %d lines more", left)
	}
	return b.String()
}

// shownLine is a line, with what cannot be seen in it as quoted shows that.
func shownLine(line string) string {
	if line == "" {
		return "(an empty line)"
	}
	shown := quoted(line)
	plain := strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(shown[1 : len(shown)-1])
	if plain == line {
		return line
	}
	return shown
}

// change is a line of both texts (' '), of the expected one ('-') or of the actual one ('+').
type change struct {
	sign byte
	text string
}

func (c change) differs() bool { return c.sign != ' ' }

// differences are the lines of two texts, with as many in common as can be: the longest common subsequence, by dynamic
// programming (Wagner and Fischer, The String-to-String Correction Problem, 1974). Texts that are too long for that, where both differ,
// have their beginnings and ends in common only.
func differences(a, b []string) []change {
	var list []change
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		list = append(list, change{' ', a[start]})
		start++
	}
	end := 0
	for end < len(a)-start && end < len(b)-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	tail := a[len(a)-end:]
	a, b = a[start:len(a)-end], b[start:len(b)-end]
	list = append(list, middle(a, b)...)
	for _, l := range tail {
		list = append(list, change{' ', l})
	}
	return list
}

// middle are the differences of texts that have neither beginning nor end in common.
func middle(a, b []string) []change {
	var list []change
	i, j := 0, 0
	if len(a)*len(b) <= mostPairs {
		width := len(b) + 1
		common := make([]int32, (len(a)+1)*width) // of a from i on and b from j on
		for i := len(a) - 1; i >= 0; i-- {
			for j := len(b) - 1; j >= 0; j-- {
				if a[i] == b[j] {
					common[i*width+j] = common[(i+1)*width+j+1] + 1
				} else {
					common[i*width+j] = max(common[(i+1)*width+j], common[i*width+j+1])
				}
			}
		}
		for i < len(a) && j < len(b) {
			switch {
			case a[i] == b[j]:
				list = append(list, change{' ', a[i]})
				i, j = i+1, j+1
			case common[(i+1)*width+j] >= common[i*width+j+1]:
				list = append(list, change{'-', a[i]})
				i++
			default:
				list = append(list, change{'+', b[j]})
				j++
			}
		}
	}
	for _, l := range a[i:] {
		list = append(list, change{'-', l})
	}
	for _, l := range b[j:] {
		list = append(list, change{'+', l})
	}
	return list
}
