package web_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/internal/testcert"
)

const moduleHelpers = `include vm:http
: url ( Variant String -- String ) swap http.port int->string "http://127.0.0.1:" swap string.concat swap string.concat ;
: tell ( Variant Bool -- )
  [ dup http.status int->string io.write " " io.write http.body [ io.write-line ] [ drop "broken" io.write-line ] if ] [ http.reason io.write-line ] if ;
: here ( -- Variant ) http.server "127.0.0.1" http.host [ io.write-line ] http.log ;
: begin ( Variant -- Variant ) 0 http.start [ ] [ dup http.reason io.write-line 1 os.exit ] if ;
: ask ( Variant String String -- Variant ) 2 pick swap url http.request http.inner nip ;
: finish ( Variant -- ) 10000 http.stop say ;
`

func TestServersAndCalls(t *testing.T) {
	for name, c := range map[string]struct{ source, want string }{
		"parts": {`
: parts ( Variant -- Variant )
  dup http.method io.write-line dup http.path io.write-line dup "id" http.parameter say io.write-line dup "none" http.parameter say drop
  dup "q" http.query say io.write-line dup "x-twice" http.headers list.length int->string io.write-line
  dup "X-TWICE" http.header say io.write-line dup "host" http.header say drop dup http.peer string.empty? say
  http.body say 201 swap http.text swap http.with-status "X-Answer" "yes" http.with-header ;
: main ( -- )
  here "PUT" "/a/{id}" [ parts ] http.route begin
  dup "PUT" "/a/b%20c?q=%C3%A9" ask "X-Twice" "1" http.with-header "X-Twice" "2" http.with-header "body" http.with-body http.send check
  dup "x-answer" http.header say io.write-line true tell finish ;`,
			"PUT\n/a/b c\ntrue\nb c\nfalse\ntrue\né\n2\ntrue\n1\ntrue\nfalse\ntrue\ntrue\nyes\n201 body\ntrue\n"},
		"form": {`
: form ( Variant -- Variant ) http.form say "a" map.get check http.text ;
: main ( -- ) here "POST" "/" [ form ] http.route begin dup "POST" "/" ask "a=1+%2B&b" http.with-body http.send tell finish ;`,
			"true\n200 1 +\ntrue\n"},
		"a handler that fails": {`
: broken ( Variant -- Variant ) drop 200 http.response [ "part" swap http.write drop nothing drop ] http.with-stream ;
: nothing ( -- String ) list.make 7 list.get drop "more" string.concat ;
: main ( -- )
  here "GET" "/fails" [ drop nothing http.text ] http.route "GET" "/odd" [ drop :Strange wrap-0 ] http.route "GET" "/breaks" [ broken ] http.route
  "GET" "/lives" [ drop "yes" http.text ] http.route [ "\n" string.split 0 list.get drop io.write-line ] http.log begin
  dup "GET" "/fails" ask http.send tell dup "GET" "/odd" ask http.send tell dup "GET" "/breaks" ask http.send tell dup "GET" "/lives" ask http.send tell finish ;`,
			"GET /fails: seq: runtime error: string.concat: expected String, found Int 0\n"},
		"streams": {`
: copy ( Variant Variant -- )   # writer request
  dup http.read [ dup string.empty? [ drop drop drop ] [ 2 pick http.write [ copy ] [ drop drop ] if ] if ] [ drop drop drop ] if ;
: copying ( Variant -- Closure[ Variant -- ] ) [ copy ] ;
: back ( Variant -- Variant ) copying 200 http.response swap http.with-stream ;
: pieces ( Variant -- ) dup http.read check dup string.empty? [ drop http.close ] [ io.write-line pieces ] if ;
: main ( -- )
  here "POST" "/" [ back ] http.route begin
  dup "POST" "/" ask [ "one " over http.write check "two" swap http.write check ] http.with-stream http.send tell
  dup "POST" "/" ask "small" http.with-body http.send tell
  dup "POST" "/" ask "piece" http.with-body http.open check pieces finish ;`,
			"200 one two\n200 small\npiece\ntrue\n"},
		"limits": {`
: main ( -- )
  here :BodyBytes 5 http.limit "POST" "/" [ http.body [ http.text ] [ drop 400 http.response ] if ] http.route begin
  dup "POST" "/" ask "12345" http.with-body http.send tell dup "POST" "/" ask "123456" http.with-body http.send tell
  dup "POST" "/" ask "12345" http.with-body :BodyBytes 4 http.limit http.send tell finish
  [ http.server :Bodies 4 http.limit ] strands.try 0 variant.field-at strands.error-reason io.write-line
  [ http.server :Connections 0 http.limit ] strands.try 0 variant.field-at strands.error-reason io.write-line ;`,
			"200 12345\n413 the body is too large\n\nthe body broke off, or is larger than the limit\ntrue\n" +
				"there is no limit :Bodies; there are :HeaderBytes, :BodyBytes, :Connections, :HeaderTime, :ReadTime, :WriteTime, :IdleTime, :HandlerTime, :Time, :Redirects\n" +
				"the limit :Connections must be at least 1, got 0\n"},
		"refusals": {`
: reason ( Variant -- ) 0 variant.field-at strands.error-reason io.write-line ;
: main ( -- )
  [ 200 http.response "A" "b\r\nC: d" http.with-header ] strands.try reason
  [ 200 http.response "A b" "c" http.with-header ] strands.try reason
  [ 100 http.response ] strands.try reason
  [ "G E T" "http://a.example/" http.request ] strands.try reason
  [ 200 http.response http.method ] strands.try reason
  "GET" "http://localhost:1/" http.request http.send tell
  "GET" "no url" http.request http.send tell ;`,
			"\"b\\r\\nC: d\" cannot be the value of a header\n\"A b\" cannot be the name of a header\nthe status of a response must be 200 to 599, got 100\n" +
				"\"G E T\" cannot be a method\nexpected a request, found Variant :HttpResponse\nblocked: \"localhost\" is this machine\nthe scheme \"\" is not possible: only http and https are\n"},
		"the end": {`
: slow ( Channel Variant -- Variant ) drop true swap chan.send drop 100000 time.sleep-ms "late" http.text ;
: slowly ( Channel -- Closure[ Variant -- Variant ] ) [ swap slow ] ;
: main ( -- )
  chan.make dup here "GET" "/" 3 roll slowly http.route begin
  [ nip dup "GET" "/" ask http.send tell drop ] strand.spawn drop
  over chan.receive drop drop
  dup 0 http.stop say http.wait drop ;`,
			"false\nconnection error: it was closed before there was a response\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := run(t, moduleHelpers+c.source, "0", settings.Network{})
			if name == "a handler that fails" {
				assert.Contains(t, got, c.want)
				assert.Contains(t, got, "500 internal server error\n")
				assert.Contains(t, got, "expected a response, as http.text makes one, found Variant :Strange")
				assert.Contains(t, got, "the body broke off")
				assert.Contains(t, got, "200 yes\n")
				return
			}
			if name == "the end" { // of two strands
				assert.ElementsMatch(t, strings.Split(c.want, "\n"), strings.Split(got, "\n"))
				return
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestServersWithTLS(t *testing.T) {
	ca := testcert.New(t)
	certificate, key := testcert.Files(t, ca.Certificate(testcert.For("localhost")))
	source := moduleHelpers + `
: main ( -- )
  here "GET" "/" [ drop "secret" http.text ] http.route "` + certificate + `" "` + key + `" http.tls begin
  "GET" 1 pick http.port int->string "https://localhost:" swap string.concat http.request http.inner http.send tell finish ;`
	assert.Equal(t, "200 secret\ntrue\n", run(t, source, "0", settings.Network{CertFile: ca.File()}))
	assert.Contains(t, run(t, source, "0", settings.Network{}), `the TLS handshake with "localhost" failed: `)
}

// A sandbox is asked for the address that is listened on and for each that is dialled, and for folders.
func TestServersInASandbox(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		allow  seqvm.Allow
		source string
		want   string
	}{
		"listening": {seqvm.Allow{Net: []string{"example.com"}}, `here begin finish`, `listening on "127.0.0.1:0" is not allowed`},
		"dialling":  {seqvm.Allow{Net: []string{"example.com"}}, `"GET" "http://127.0.0.1:1/" http.request http.inner http.send tell`, `connecting to "127.0.0.1:1" is not allowed`},
		"folders":   {seqvm.Allow{Net: []string{"loopback"}, Read: []string{dir + "/x"}}, `here "/" "` + dir + `" http.files begin finish`, "is not allowed"},
		"allowed":   {seqvm.Allow{Net: []string{"loopback"}, Read: []string{dir}}, `here "/" "` + dir + `" http.files begin finish`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			sandbox, err := seqvm.NewPolicy(c.allow)
			require.NoError(t, err)
			_, err = compile(t, moduleHelpers+`: main ( -- ) `+c.source+` ;`).Run(t.Context(), seqvm.Config{Stdout: &out, Args: []string{"web.seq", "0"}, Sandbox: sandbox})
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, c.want)
		})
	}
}
