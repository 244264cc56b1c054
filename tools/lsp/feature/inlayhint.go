package feature

import (
	"strings"

	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// InlayHints answers textDocument/inlayHint: at the end of each line of a definition that changes the stack, what lies there then.
func (s *Server) InlayHints(p *protocol.InlayHintParams) (any, error) {
	list := []protocol.InlayHint{}
	in := s.Snapshot(p.TextDocument.URI)
	if in == nil || !s.Hints {
		return list, nil
	}
	start, end := in.Doc.Offset(p.Range.Start, s.Encoding), in.Doc.Offset(p.Range.End, s.Encoding)
	for _, decl := range in.Definitions() {
		if decl.End < start || decl.Pos > end || in.Doc.At(decl.Pos) == in.Doc.At(decl.End) { // a line with its effect says it all
			continue
		}
		list = append(list, s.lineHints(in, in.Points(decl), max(start, decl.Pos), min(end, decl.End))...)
	}
	return list, nil
}

// lineHints are the hints for the points of a definition between two offsets. The last word of a line decides.
func (s *Server) lineHints(in *analysis.Snapshot, points []types.Point, start, end int32) (list []protocol.InlayHint) {
	last := map[int]types.Point{} // by line, the rightmost; of two there the later one
	for _, point := range points {
		if point.Span.Start == point.Span.End || point.Span.End < start {
			continue
		}
		line := in.Doc.At(point.Span.End)
		if old, ok := last[line]; !ok || point.Span.End >= old.Span.End {
			last[line] = point
		}
	}
	for line := in.Doc.At(start); line <= in.Doc.At(end); line++ {
		point, ok := last[line]
		if !ok {
			continue
		}
		_, lineEnd := in.Doc.Line(line)
		text := strings.TrimRight(in.Doc.Text()[:lineEnd], " \t")
		list = append(list, protocol.InlayHint{
			Position: in.Doc.Position(int32(len(text)), s.Encoding), Label: point.String(), Kind: protocol.InlayHintKindType, PaddingLeft: true,
			Tooltip: "the stack at the end of this line",
		})
	}
	return list
}
