package stdlib_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/stdlib"
)

func parsed(t *testing.T, m stdlib.Module, text string) *syntax.File {
	t.Helper()
	file, problems := syntax.Parse(diag.NewSource("<"+m.String()+">", text), syntax.Seven)
	require.Empty(t, problems, m)
	return file
}

// breaches are the rules for modules of "vm:" (docs/modules.md) that one breaks. They are
// there so that a module can get more words without a change of any program. taken says of a
// name whose it is already.
func breaches(file *syntax.File, name string, taken map[string]string) []string {
	var list []string
	add := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	if !strings.HasPrefix(file.Source.Text, "# vm:"+name+": ") {
		add("the first line does not say what the module is for")
	}
	for _, inc := range file.Includes {
		if inc.Kind != syntax.IncludeVM {
			add("%s is included: its words may be words of the program", inc.Name)
		}
	}
	for _, w := range file.Words {
		word := w.Name.Text
		switch {
		case stdlib.Private(word):
		case !strings.HasPrefix(word, name+".") || word == name+".":
			add("%s does not start with the name of the module", word)
		case taken[word] != "":
			add("%s is a word of %s", word, taken[word])
		}
	}
	named := func(what string) {
		if part := strings.ReplaceAll(name, "-", ""); !strings.Contains(strings.ToLower(what), part) {
			add("%s has not the name of the module in it", what)
		}
	}
	for _, u := range file.Unions {
		named(u.Name.Text)
		for _, v := range u.Variants {
			named(v.Name.Text)
		}
	}
	return list
}

// withoutPlural are the names that modules of both namespaces may have.
var withoutPlural = map[string]bool{"http": true}

func TestModulesOfTheVMKeepTheirRules(t *testing.T) {
	taken := map[string]string{}
	for _, f := range builtins.Families() {
		for _, w := range f.Words {
			taken[w.Name] = "core"
		}
	}
	for _, m := range stdlib.Modules() {
		text, ok := stdlib.Source(m)
		require.True(t, ok, m)
		file := parsed(t, m, text)
		if m.Space == stdlib.VM {
			assert.Empty(t, breaches(file, m.Name, taken), m)
			assert.False(t, slices.Contains(stdlib.Names(stdlib.Std), m.Name) && !withoutPlural[m.Name], "%s: std: has one of that name, so it stands in the plural", m)
		}
		for _, w := range file.Words {
			if name := w.Name.Text; !stdlib.Private(name) {
				assert.Empty(t, taken[name], "%s: %s", m, name)
				assert.False(t, types.Operator(name), "%s: %s", m, name)
				taken[name] = m.String()
			}
		}
	}
}

// The rules find what breaks them.
func TestBreaches(t *testing.T) {
	taken := map[string]string{"net-names.take": "core"}
	for text, want := range map[string][]string{
		"# vm:net-names: names.\nunion NetNamesAnswer { NetNamesFound NetNamesLost } : net-names.find ( -- ) ; : %find ( -- ) ;": nil,
		": %f ( -- ) ;":                                  {"the first line does not say what the module is for"},
		"# vm:net-names: n.\ninclude std:list":           {"list is included: its words may be words of the program"},
		"# vm:net-names: n.\ninclude vm:io":              nil,
		"# vm:net-names: n.\n: net-name.find ( -- ) ;":   {"net-name.find does not start with the name of the module"},
		"# vm:net-names: n.\n: net-names. ( -- ) ;":      {"net-names. does not start with the name of the module"},
		"# vm:net-names: n.\n: net-names.take ( -- ) ;":  {"net-names.take is a word of core"},
		"# vm:net-names: n.\nunion Answer { Found }":     {"Answer has not the name of the module in it", "Found has not the name of the module in it"},
		"# vm:net-names: n.\nunion NetNames { NetName }": {"NetName has not the name of the module in it"},
	} {
		assert.Equal(t, want, breaches(parsed(t, stdlib.Module{Space: stdlib.VM, Name: "net-names"}, text), "net-names", taken), text)
	}
}

func TestParseModule(t *testing.T) {
	for text, want := range map[string]bool{"std:json": true, "vm:io": true, "vm:": true, "ffi:x": false, "json": false, "": false, "/a:b": false} {
		m, ok := stdlib.ParseModule(text)
		assert.Equal(t, want, ok, text)
		if ok {
			assert.Equal(t, text, m.String())
		}
	}
}
