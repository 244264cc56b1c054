package builtins_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// long are calls of the words whose work grows with what they get, by the name of the built-in word behind them.
var long = map[string]string{
	"string.split":              `"a,b" "," string.split drop`,
	"string.join":               `"a,b" "," string.split "," string.join drop`,
	"string.to-upper":           `"é" string.to-upper drop`,
	"string.to-lower":           `"É" string.to-lower drop`,
	"son.dump":                  `list.make 1 list.push son.dump drop`,
	"son.dump-pretty":           `list.make 1 list.push son.dump-pretty drop`,
	"stack.dump":                `1 stack.dump`,
	"map.keys":                  `map.make 1 2 map.set map.keys drop`,
	"map.values":                `map.make 1 2 map.set map.values drop`,
	"%json-parse":               `"[1]" json-parse drop drop`,
	"%json-serialize":           `"[1]" json-parse drop json-serialize drop`,
	"%yaml-flat":                `"a: 1" yaml-parse-flat drop drop`,
	"%yaml-nested":              `"a: 1" yaml-parse drop drop`,
	"regex.match?":              `text "[xy]z" regex.match? drop`,
	"regex.find":                `text "[xy]z" regex.find drop drop`,
	"regex.find-all":            `text "x" regex.find-all drop drop`,
	"regex.captures":            `text "([xy]z)" regex.captures drop drop`,
	"regex.replace":             `text "[xy]z" "y" regex.replace drop drop`,
	"regex.replace-all":         `text "[xy]z" "y" regex.replace-all drop drop`,
	"regex.split":               `text "[xy]z" regex.split drop drop`,
	"compress.gzip":             `"a" compress.gzip drop drop`,
	"compress.gzip-level":       `"a" 9 compress.gzip-level drop drop`,
	"compress.gunzip":           `"a" compress.gzip drop compress.gunzip drop drop`,
	"compress.zstd":             `"a" compress.zstd drop drop`,
	"compress.zstd-level":       `"a" 22 compress.zstd-level drop drop`,
	"compress.unzstd":           `"a" compress.zstd drop compress.unzstd drop drop`,
	"crypto.sha256":             `"a" crypto.sha256 drop`,
	"crypto.hmac-sha256":        `"a" "b" crypto.hmac-sha256 drop`,
	"crypto.pbkdf2-sha256":      `"a" "b" 4000000000 crypto.pbkdf2-sha256 drop drop`,
	"encoding.base64-encode":    `"a" encoding.base64-encode drop`,
	"encoding.base64-decode":    `"YQ==" encoding.base64-decode drop drop`,
	"encoding.base64url-encode": `"a" encoding.base64url-encode drop`,
	"encoding.base64url-decode": `"YQ" encoding.base64url-decode drop drop`,
	"encoding.hex-encode":       `"a" encoding.hex-encode drop`,
	"encoding.hex-decode":       `"61" encoding.hex-decode drop drop`,
	"file.slurp":                `"/dev/zero" file.slurp drop drop`,
	"file.spit":                 `"x" "FOLDER/spit" file.spit drop`,
	"%file.line":                `"/dev/zero" [ drop ] file.for-each-line drop`,
	"io.read-line":              `io.read-line drop drop`,
	"io.read-n":                 `10000000 io.read-n drop drop`,
	"%io.read-all":              `io.read-all drop drop`,
}

// endless is an input that never ends.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

// errEnough ends the programs of the tests here.
var errEnough = errors.New("enough")

// ended runs a program in which a word stops the VM when it begins, and tells whether it has come to its end nevertheless.
func ended(t *testing.T, word, call string) (returned bool) {
	t.Helper()
	source := "include std:json\ninclude std:yaml\ninclude vm:io\n: text ( -- String ) \"" + strings.Repeat("xy", 1000) + "\" ;\n: main ( -- ) " + strings.ReplaceAll(call, "FOLDER", filepath.ToSlash(t.TempDir())) + " ;\n"
	prog, err := seqvm.Compile(seqvm.Text("long.seq", source), seqvm.Options{Words: linked})
	require.NoError(t, err, word)
	left := make(chan struct{})
	find := func(name string) *vm.Builtin {
		b := *linked.Find(name)
		if run := b.Run; name == word {
			b.Run = func(s *vm.Strand, w []stack.Value) error {
				defer close(left)
				s.VM().Stop(errEnough)
				err := run(s, w)
				returned = true
				return err
			}
		}
		return &b
	}
	v, err := prog.VM(seqvm.Config{Builtins: find, Stdin: endless{}})
	require.NoError(t, err, word)
	_, err = v.Run()
	assert.ErrorIs(t, err, errEnough, word)
	<-left // so the word has been called
	return returned
}

// A word that works long ends in its middle when the program is to end.
func TestLongWordsAreStopped(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip("no endless file here")
	}
	for word, call := range long {
		assert.False(t, ended(t, word, call), "%s goes on", word)
	}
}
