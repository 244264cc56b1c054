package feature

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/document"
	"github.com/seqvm/seqvm/tools/lsp/jsonrpc"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// tokenTypes are the types of tokens that a client is told, in the order of the legend.
var tokenTypes = [...]protocol.SemanticTokenTypes{
	protocol.SemanticTokenTypesComment, protocol.SemanticTokenTypesString, protocol.SemanticTokenTypesNumber, protocol.SemanticTokenTypesKeyword,
	protocol.SemanticTokenTypesFunction, protocol.SemanticTokenTypesType, protocol.SemanticTokenTypesTypeParameter, protocol.SemanticTokenTypesProperty,
	protocol.SemanticTokenTypesNamespace, protocol.SemanticTokenTypesOperator, protocol.SemanticTokenTypesEnumMember,
}

// typeOf is the index of the type of a class in tokenTypes; -1: a client colours it as it likes.
var typeOf = [...]int{
	syntax.ClassComment: 0, syntax.ClassString: 1, syntax.ClassEscape: 1, syntax.ClassBadEscape: 1, syntax.ClassSymbol: 10, syntax.ClassNumber: 2,
	syntax.ClassBoolean: 3, syntax.ClassDefiner: 3, syntax.ClassDefinition: 4, syntax.ClassKeyword: 3, syntax.ClassType: 5, syntax.ClassRow: 6,
	syntax.ClassEffect: 9, syntax.ClassBracket: -1, syntax.ClassField: 7, syntax.ClassModule: 8, syntax.ClassOperator: 9, syntax.ClassWord: 4,
}

// The modifiers of the legend, as bits.
const (
	modifierDefinition = 1 << iota
	modifierLibrary
)

// SemanticTokensLegend says what the numbers in the answers of SemanticTokens mean.
func SemanticTokensLegend() protocol.SemanticTokensLegend {
	legend := protocol.SemanticTokensLegend{TokenModifiers: []string{string(protocol.SemanticTokenModifiersDefinition), string(protocol.SemanticTokenModifiersDefaultLibrary)}}
	for _, t := range tokenTypes {
		legend.TokenTypes = append(legend.TokenTypes, string(t))
	}
	return legend
}

// tokensPiece is a piece of a text (syntax.Pieces) with the data of its tokens. The first one is given relative to the ";" in front of the piece, so where the piece stands makes no
// difference.
type tokensPiece struct {
	text string
	data []uint32
}

// tokensOf is what the classes of a text's tokens depend on besides the text.
type tokensOf struct {
	table *types.Table
	cut   syntax.Cut
}

func tokensIn(in *analysis.Snapshot) tokensOf { return tokensOf{in.Builtins(), in.Cut()} }

// tokensShown is what a client was told of a document last.
type tokensShown struct {
	tokensOf
	resultID int
	pieces   []tokensPiece
}

// SemanticTokens answers textDocument/semanticTokens/full: the classes of package syntax, and which words are built-in ones.
func (s *Server) SemanticTokens(p *protocol.SemanticTokensParams) (any, error) {
	in := s.Snapshot(p.TextDocument.URI)
	if in == nil {
		return nil, nil
	}
	_, now, _, _ := s.showTokens(in)
	return now.whole(), nil
}

// SemanticTokensDelta answers textDocument/semanticTokens/full/delta: what has become of what the client was told last.
func (s *Server) SemanticTokensDelta(p *protocol.SemanticTokensDeltaParams) (any, error) {
	in := s.Snapshot(p.TextDocument.URI)
	if in == nil {
		return nil, nil
	}
	before, now, front, tail := s.showTokens(in)
	if before == nil || strconv.Itoa(before.resultID) != p.PreviousResultID {
		return now.whole(), nil
	}
	edit := protocol.SemanticTokensEdit{Start: countOf(now.pieces[:front]), DeleteCount: countOf(before.pieces[front : len(before.pieces)-tail])}
	for _, piece := range now.pieces[front : len(now.pieces)-tail] {
		edit.Data = append(edit.Data, piece.data...)
	}
	delta := &protocol.SemanticTokensDelta{ResultID: strconv.Itoa(now.resultID), Edits: []protocol.SemanticTokensEdit{}}
	if edit.DeleteCount > 0 || len(edit.Data) > 0 {
		delta.Edits = append(delta.Edits, edit)
	}
	return delta, nil
}

// SemanticTokensRange answers textDocument/semanticTokens/range.
func (s *Server) SemanticTokensRange(p *protocol.SemanticTokensRangeParams) (any, error) {
	in := s.Snapshot(p.TextDocument.URI)
	if in == nil {
		return nil, nil
	}
	start, end := in.Doc.Offset(p.Range.Start, s.Encoding), in.Doc.Offset(p.Range.End, s.Encoding)
	text := in.Doc.Text()
	from, to := 0, len(text)
	of := tokensIn(in)
	for at, piece := range of.cut.Pieces(text) {
		if at <= int(start) {
			from = at
		}
		if to = at + len(piece); to >= int(end) {
			break
		}
	}
	data := []uint32{}
	last := protocol.Position{}
	s.eachToken(of, in.Doc.Lines, text[:to], int32(from), func(at protocol.Position, length, kind, modifiers uint32) {
		if at.Line >= p.Range.Start.Line && at.Line <= p.Range.End.Line {
			data = appendToken(data, &last, at, length, kind, modifiers)
		}
	})
	return &protocol.SemanticTokens{Data: data}, nil
}

// showTokens notes what the client is told of a document now. front and tail are how many pieces from the beginning and from the end are those that it was told before.
func (s *Server) showTokens(in *analysis.Snapshot) (before, now *tokensShown, front, tail int) {
	before = s.tokens[in.Doc.URI]
	s.results++
	now = &tokensShown{tokensOf: tokensIn(in), resultID: s.results}
	for _, text := range now.cut.Pieces(in.Doc.Text()) {
		now.pieces = append(now.pieces, tokensPiece{text: text})
	}
	if before != nil && before.table == now.table && before.cut.Same(now.cut) {
		most := min(len(before.pieces), len(now.pieces))
		for front < most && before.pieces[front].text == now.pieces[front].text {
			now.pieces[front].data = before.pieces[front].data
			front++
		}
		for tail < most-front && before.pieces[len(before.pieces)-1-tail].text == now.pieces[len(now.pieces)-1-tail].text {
			now.pieces[len(now.pieces)-1-tail].data = before.pieces[len(before.pieces)-1-tail].data
			tail++
		}
	}
	for i := front; i < len(now.pieces)-tail; i++ {
		now.pieces[i].data = s.pieceData(now.tokensOf, now.pieces[i].text, i == 0)
	}
	if s.tokens == nil {
		s.tokens = map[string]*tokensShown{}
	}
	s.tokens[in.Doc.URI] = now
	return before, now, front, tail
}

// pieceData returns the data of the tokens of a piece.
func (s *Server) pieceData(of tokensOf, text string, first bool) (data []uint32) {
	last := protocol.Position{}
	s.eachToken(of, document.NewLines(text), text, 0, func(at protocol.Position, length, kind, modifiers uint32) {
		if at.Line == 0 && !first {
			at.Character += uint32(len(";"))
		}
		data = appendToken(data, &last, at, length, kind, modifiers)
	})
	return data
}

// appendToken appends a token to the data of those in front of it, of which the last one is at a position.
func appendToken(data []uint32, last *protocol.Position, at protocol.Position, length, kind, modifiers uint32) []uint32 {
	character := at.Character
	if at.Line == last.Line {
		character -= last.Character
	}
	data = append(data, at.Line-last.Line, character, length, kind, modifiers)
	*last = at
	return data
}

// eachToken goes through the tokens of the end of a text, from an offset on that a piece begins at.
func (s *Server) eachToken(of tokensOf, lines *document.Lines, text string, from int32, token func(at protocol.Position, length, kind, modifiers uint32)) {
	for _, run := range of.cut.ClassRuns(text[from:]) {
		run.Start, run.End = run.Start+from, run.End+from
		kind, modifiers := typeOf[run.Class], uint32(0)
		if kind < 0 {
			continue
		}
		switch run.Class {
		case syntax.ClassDefinition:
			modifiers = modifierDefinition
		case syntax.ClassWord, syntax.ClassOperator:
			if _, builtin := of.table.Lookup(text[run.Start:run.End]); builtin {
				modifiers = modifierLibrary
			}
		}
		for line, end := lines.At(run.Start), lines.At(run.End); line <= end; line++ { // a token of the protocol lies within a line
			from, to := lines.Line(line)
			if from, to = max(from, run.Start), min(to, run.End); from < to {
				at := lines.Position(from, s.Encoding)
				token(at, lines.Position(to, s.Encoding).Character-at.Character, uint32(kind), modifiers)
			}
		}
	}
}

// countOf is how many numbers pieces have.
func countOf(pieces []tokensPiece) (n uint32) {
	for i := range pieces {
		n += uint32(len(pieces[i].data))
	}
	return n
}

// whole is all tokens (protocol.SemanticTokens): there are so many in a long text that it is worth while to write them without a detour.
func (t *tokensShown) whole() jsonrpc.Encoded {
	b := make(jsonrpc.Encoded, 0, 64+3*countOf(t.pieces))
	b = fmt.Appendf(b, `{"resultId":"%d","data":[`, t.resultID)
	for _, piece := range t.pieces {
		for _, n := range piece.data {
			if n < 10 {
				b = append(b, '0'+byte(n), ',')
			} else {
				b = append(strconv.AppendUint(b, uint64(n), 10), ',')
			}
		}
	}
	return append(bytes.TrimSuffix(b, []byte(",")), "]}"...)
}
