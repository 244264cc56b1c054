package testrunner

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/seq/diag"
)

func TestJUnitIsReadAsItWasMeant(t *testing.T) {
	odd := "<a href=\"x\">&amp;\t'\r\n]]> é \x01\xff\ufffe😀"
	var r JUnit
	r.File(&File{Path: "a & b.seq", Tests: []Test{
		{Name: "test-good", Elapsed: 1500 * time.Millisecond},
		{Name: "test-<odd>", Ended: odd, Output: odd},
	}, Skipped: []Skip{{Name: "test-skipped", Effect: "( Int -- )"}}})
	r.File(&File{Path: "broken.seq", Problems: diag.List{{Severity: diag.Error, Code: "unreadable", Message: "cannot < read"}}})
	r.File(&File{Path: "empty.seq"})
	var b strings.Builder
	require.NoError(t, r.Write(&b))

	type message struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	var read struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Suites   []struct {
			Name    string `xml:"name,attr"`
			Time    string `xml:"time,attr"`
			Skipped int    `xml:"skipped,attr"`
			Cases   []struct {
				Name    string   `xml:"name,attr"`
				Failure *message `xml:"failure"`
				Error   *message `xml:"error"`
				Skipped *message `xml:"skipped"`
				Output  string   `xml:"system-out"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal([]byte(b.String()), &read), b.String())
	assert.Equal(t, []int{4, 1, 1}, []int{read.Tests, read.Failures, read.Errors})
	require.Len(t, read.Suites, 2)
	suite := read.Suites[0]
	assert.Equal(t, "a & b.seq", suite.Name)
	assert.Equal(t, "1.500", suite.Time)
	assert.Equal(t, 1, suite.Skipped)
	kept := strings.NewReplacer("\x01", "\ufffd", "\xff", "\ufffd", "\ufffe", "\ufffd").Replace(odd)
	assert.Nil(t, suite.Cases[0].Failure)
	assert.Equal(t, "test-<odd>", suite.Cases[1].Name)
	assert.Equal(t, kept, suite.Cases[1].Failure.Message+kept[strings.Index(kept, "\n"):])
	assert.Equal(t, kept, suite.Cases[1].Failure.Text)
	assert.Equal(t, kept, suite.Cases[1].Output)
	assert.Equal(t, "the word has the effect ( Int -- )", suite.Cases[2].Skipped.Message)
	assert.Contains(t, read.Suites[1].Cases[0].Error.Text, "cannot < read")
}
