package doc_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/tools/doc"
)

// found are the names of the words that fit an effect, with their notes.
func found(t *testing.T, effect string) (names []string, notes map[string]string) {
	t.Helper()
	list, err := doc.ByEffect(doc.Sections(), effect)
	require.NoError(t, err)
	notes = map[string]string{}
	for _, m := range list {
		names = append(names, m.Name)
		notes[m.Name] = m.Note
	}
	return names, notes
}

func TestByEffect(t *testing.T) {
	for _, c := range []struct {
		effect string
		first  []string // in this order
		notes  map[string]string
	}{
		{"( String String -- Bool )", []string{"string.equal?", "string.contains", "string.starts-with"}, map[string]string{
			"string.equal?": "", "http-path-is": "", "regex.find-all": "leaves a value more: V", "string.empty?": "does not take the String"}},
		{"( ..x String String -- ..x Bool )", []string{"string.equal?", "string.contains"}, nil},
		{"( Left Right -- Right Left )", []string{"swap"}, nil},
		{"( T -- T T )", []string{"dup"}, map[string]string{"list.first": "for some types only"}},
		{"( Int Int -- Int Int Int )", []string{"over", "tuck", "dup"}, map[string]string{"over": "", "dup": "leaves what is below as it is"}},
		{"( String -- Int )", []string{"string.length"}, map[string]string{"string->int": "leaves a flag as well"}},
		{"( List [ A -- Bool ] -- List )", []string{"list.filter"}, nil},
		{"( List [ Int -- Int ] -- List )", []string{"list.map"}, nil},
		{"( Bool [ -- ] -- )", []string{"when", "unless"}, nil},
		{"( Channel Int -- Bool )", []string{"chan.send"}, map[string]string{"chan.send": "takes them in the order Int Channel"}},
	} {
		names, notes := found(t, c.effect)
		assert.Equal(t, c.first, names[:min(len(names), len(c.first))], c.effect)
		for name, note := range c.notes {
			if assert.Contains(t, names, name, c.effect) {
				assert.Equal(t, note, notes[name], "%s: %s", c.effect, name)
			}
		}
	}
}

// Unions are types; other names are variables.
func TestByEffectOfUnions(t *testing.T) {
	sections := []doc.Section{{
		Unions: []doc.Union{{Name: "Shape"}},
		Words:  []doc.Word{{Name: "area", Effect: "( Shape -- Float )"}, {Name: "twice", Effect: "( T [ T -- T ] -- T )"}, {Name: "broken", Effect: ""}},
	}}
	names := func(effect string) (names []string) {
		list, err := doc.ByEffect(sections, effect)
		require.NoError(t, err)
		for _, m := range list {
			names = append(names, m.Name)
		}
		return names
	}
	assert.Equal(t, []string{"area"}, names("( Shape -- Float )"))
	assert.Equal(t, []string{"area"}, names("( Variant -- Float )"))
	assert.Empty(t, names("( Int -- Float )"))
	assert.Equal(t, []string{"twice"}, names("( Int [ Int -- Int ] -- Int )"))
	assert.Empty(t, names("( Int [ Int -- Float ] -- Int )"))
	_, err := doc.ByEffect(sections, "( Int )")
	assert.ErrorContains(t, err, `"( Int )" is no stack effect`)
}

// What nearly fits is bounded.
func TestByEffectShowsTheBest(t *testing.T) {
	names, _ := found(t, "( -- Int )")
	assert.Contains(t, names, "time.now")
	assert.Less(t, len(names), 60)
}
