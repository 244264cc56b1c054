package feature_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// Words that run quotations fit where these lie, or bring them along; aux> fits where something lies on the aux stack.
func TestCompletionOfWordsThatRunQuotations(t *testing.T) {
	const one, two = "[ $1 ] ", "[ $1 ] [ $2 ] "
	const misfit = "misfit"
	for text, want := range map[string]map[string]string{ // what is put in front of the word
		": f ( Int -- ) ":               {"call": one, "dip": one, "keep": one, "bi": two, "if": misfit, "aux>": misfit},
		": f ( Int -- ) >aux ":          {"call": one, "dip": misfit, "keep": misfit, "bi": misfit, "if": misfit, "aux>": ""},
		": f ( Int -- ) 0 i.> ":         {"if": two},
		": f ( Int -- ) [ 1 ] ":         {"call": "", "dip": "", "keep": "", "if": misfit},
		": f ( Int -- ) [ 1 ] [ 2 ] ":   {"bi": "", "call": "", "if": misfit},
		": f ( Bool -- ) [ 1 ] [ 2 ] ":  {"if": "", "bi": ""},
		": f ( T -- ) ":                 {"call": ""},
		": f ( ..a -- ..b ) [ 1 ] dip ": {"call": "", "dip": ""},
	} {
		s := serving(text)
		s.Snippets = true
		list, err := s.Completion(&protocol.CompletionParams{TextDocument: protocol.TextDocumentIdentifier{URI: uri}, Position: protocol.Position{Character: uint32(len(text))}})
		require.NoError(t, err)
		found := map[string]string{}
		for _, item := range list.(*protocol.CompletionList).Items {
			if found[item.Label] = strings.TrimSuffix(item.InsertText, item.Label+"$0"); strings.HasPrefix(item.SortText, "2_~") {
				found[item.Label] = misfit
			}
		}
		for word, before := range want {
			assert.Equal(t, before, found[word], "%s%s", text, word)
		}
	}
}

// What is offered behind the name of a field can be its type.
func TestCompletionOfFieldTypes(t *testing.T) {
	offered := func(text string) (labels []string) {
		at := strings.Index(text, "|")
		s := serving(text[:at] + text[at+1:])
		list, err := s.Completion(&protocol.CompletionParams{TextDocument: protocol.TextDocumentIdentifier{URI: uri}, Position: protocol.Position{Character: uint32(at)}})
		require.NoError(t, err)
		for _, item := range list.(*protocol.CompletionList).Items {
			labels = append(labels, item.Label)
		}
		return labels
	}
	assert.Equal(t, []string{"Int", "Float", "Bool", "String", "Channel", "Socket", "U"}, offered("union U { A { x: I|nt } }"))
	assert.Equal(t, []string{"Int", "Float", "Bool", "String", "Symbol", "Channel", "Socket", "Variant", "--", "U"}, offered("union U { A { x: Int } } : f ( U| -- ) drop ;"))
}
