package feature

import (
	"github.com/seqvm/seqvm/seq/syntax"
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

// SemanticTokens answers textDocument/semanticTokens/full: the classes of package syntax, and which words are built-in ones.
func (s *Server) SemanticTokens(p *protocol.SemanticTokensParams) (any, error) {
	in := s.Snapshot(p.TextDocument.URI)
	if in == nil {
		return nil, nil
	}
	data := []uint32{}
	last := protocol.Position{}
	table := in.Builtins()
	for _, run := range syntax.ClassRuns(in.Doc.Text()) {
		kind, modifiers := typeOf[run.Class], uint32(0)
		if kind < 0 {
			continue
		}
		switch run.Class {
		case syntax.ClassDefinition:
			modifiers = modifierDefinition
		case syntax.ClassWord, syntax.ClassOperator:
			if _, builtin := table.Lookup(in.Doc.Text()[run.Start:run.End]); builtin {
				modifiers = modifierLibrary
			}
		}
		first, end := in.Doc.At(run.Start), in.Doc.At(run.End)
		for line := first; line <= end; line++ { // a token of the protocol lies within a line
			from, to := in.Doc.Line(line)
			from, to = max(from, run.Start), min(to, run.End)
			if from >= to {
				continue
			}
			at, behind := in.Doc.Position(from, s.Encoding), in.Doc.Position(to, s.Encoding)
			character := at.Character
			if at.Line == last.Line {
				character -= last.Character
			}
			data = append(data, at.Line-last.Line, character, behind.Character-at.Character, uint32(kind), modifiers)
			last = at
		}
	}
	return &protocol.SemanticTokens{Data: data}, nil
}
