package reference

import "strings"

// AsClassic writes a generated program in the classic dialect: the only difference of what
// generated programs say is "if A else B then" in place of "[ A ] [ B ] if".
func AsClassic(text string) string {
	tokens := strings.Fields(text)
	return "# seq:dialect classic\n" + strings.Join(classic(tokens), " ") + "\n"
}

func classic(tokens []string) (out []string) {
	for i := 0; i < len(tokens); i++ {
		if tokens[i] != "[" {
			out = append(out, tokens[i])
			continue
		}
		end := closing(tokens, i)
		if end+1 < len(tokens) && tokens[end+1] == "[" {
			if other := closing(tokens, end+1); other+1 < len(tokens) && tokens[other+1] == "if" {
				out = append(out, "if")
				out = append(out, classic(tokens[i+1:end])...)
				out = append(out, "else")
				out = append(out, classic(tokens[end+2:other])...)
				out = append(out, "then")
				i = other + 1
				continue
			}
		}
		out = append(out, "[")
		out = append(out, classic(tokens[i+1:end])...)
		out = append(out, "]")
		i = end
	}
	return out
}

// closing is where the bracket closes that opens at i.
func closing(tokens []string, i int) int {
	depth := 0
	for ; ; i++ {
		switch tokens[i] {
		case "[":
			depth++
		case "]":
			if depth--; depth == 0 {
				return i
			}
		}
	}
}
