package feature

import (
	"strings"

	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/document"
	"github.com/seqvm/seqvm/tools/lsp/jsonrpc"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// FoldingRanges answers textDocument/foldingRange: definitions, quotations, matches, comments and includes of several lines. It looks at tokens alone, so it
// holds for a text with faults as well.
func (s *Server) FoldingRanges(p *protocol.FoldingRangeParams) (any, error) {
	in := s.Snapshot(p.TextDocument.URI)
	if in == nil {
		return []protocol.FoldingRange{}, nil
	}
	list := append(make(jsonrpc.Encoded, 0, 40*in.Doc.Count()), '[')
	foldings(in, func(start, end int, kind protocol.FoldingRangeKind) {
		if end <= start {
			return
		}
		if len(list) > 1 {
			list = append(list, ',')
		}
		list = appendFolding(list, &protocol.FoldingRange{StartLine: uint32(start), EndLine: uint32(end), Kind: kind})
	})
	return append(list, ']'), nil
}

// foldings finds the lines of what can be folded, some of a single line.
func foldings(in *analysis.Snapshot, add func(start, end int, kind protocol.FoldingRangeKind)) {
	c := in.Doc.Cursor(document.UTF8)
	lineOf := func(t syntax.Token) int { return int(c.Position(t.Pos).Line) }
	type opener struct {
		text string
		line int
	}
	var open []opener
	var before syntax.Token
	for t := range in.Tokens() {
		switch {
		case t.Kind == syntax.TokenString || t.Kind == syntax.TokenEOF:
		case t.Is(":") && len(open) == 0 && !before.Namespace(), t.Is("["), t.Is("{"), t.Is("match") && len(open) > 0:
			open = append(open, opener{t.Text, lineOf(t)})
		default:
			opens := opensWith(t.Text)
			if opens == "" {
				break
			}
			for n := len(open) - 1; n >= 0; n-- {
				if open[n].text == opens {
					add(open[n].line, lineOf(t), "")
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
}

// opensWith returns what a token closes; "" if it closes nothing.
func opensWith(closer string) string {
	switch closer {
	case "]":
		return "["
	case "}":
		return "{"
	case "end":
		return "match"
	case ";":
		return ":"
	}
	return ""
}
