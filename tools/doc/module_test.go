package doc

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What a module declares is shown with the comments above it, helpers are not.
func TestModule(t *testing.T) {
	const text = `# vm:names: names of hosts.

# What is known of a name.
union NamesAnswer {
  NamesFound { address: String }
  NamesLost
}

: %ask ( String -- NamesAnswer ) drop Make-NamesLost ;

# Looks a name up
# and waits for the answer.
: names.find ( String -- NamesAnswer ) %ask ;
`
	s := module("vm:names", text, map[string][2]string{"names.find": {`"x" names.find`, "» (NamesLost)"}})
	var plain, page strings.Builder
	s.Write(&plain)
	assert.Equal(t, `vm:names
  names of hosts.
  union NamesAnswer {
    NamesFound { address: String }
    NamesLost
  }
      What is known of a name.
  names.find ( String -- NamesAnswer )
      Looks a name up and waits for the answer.
`, plain.String())
	s.markdown(&page)
	assert.Equal(t, "\n## vm:names\n\nnames of hosts.\n\n```seq\nunion NamesAnswer {\n  NamesFound { address: String }\n  NamesLost\n}\n```\n\nWhat is known of a name.\n\n"+
		"| Word | Effect | | Example |\n|---|---|---|---|\n| `names.find` | `( String -- NamesAnswer )` | Looks a name up and waits for the answer. | `\"x\" names.find` → `» (NamesLost)` |\n", page.String())
}
