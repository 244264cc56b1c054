package feature

import (
	"strings"

	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// FoldingRanges answers textDocument/foldingRange: definitions, quotations, matches, comments and includes of several lines. It looks at tokens alone, so it
// holds for a text with faults as well.
func (s *Server) FoldingRanges(p *protocol.FoldingRangeParams) (any, error) {
	list := []protocol.FoldingRange{}
	in := s.Snapshot(p.TextDocument.URI)
	if in == nil {
		return list, nil
	}
	add := func(start, end int, kind protocol.FoldingRangeKind) {
		if end > start {
			list = append(list, protocol.FoldingRange{StartLine: uint32(start), EndLine: uint32(end), Kind: kind})
		}
	}
	var open []syntax.Token
	var before syntax.Token
	closing := map[string]string{"]": "[", "}": "{", "end": "match", ";": ":"}
	for t := range in.Tokens() {
		switch {
		case t.Kind == syntax.TokenString || t.Kind == syntax.TokenEOF:
		case t.Is(":") && len(open) == 0 && !before.Namespace(), t.Is("["), t.Is("{"), t.Is("match") && len(open) > 0:
			open = append(open, t)
		case closing[t.Text] != "":
			for n := len(open) - 1; n >= 0; n-- {
				if open[n].Text == closing[t.Text] {
					add(in.Doc.At(open[n].Pos), in.Doc.At(t.Pos), "")
					open = open[:n]
					break
				}
			}
		}
		before = t
	}
	for _, block := range []struct {
		prefix string
		kind   protocol.FoldingRangeKind
	}{{"#", protocol.FoldingRangeKindComment}, {"include", protocol.FoldingRangeKindImports}} {
		from := -1
		for line := range in.Doc.Count() + 1 {
			inside := false
			if line < in.Doc.Count() {
				start, end := in.Doc.Line(line)
				inside = strings.HasPrefix(strings.TrimLeft(in.Doc.Text()[start:end], " \t"), block.prefix)
			}
			switch {
			case inside && from < 0:
				from = line
			case !inside && from >= 0:
				add(from, line-1, block.kind)
				from = -1
			}
		}
	}
	return list, nil
}
