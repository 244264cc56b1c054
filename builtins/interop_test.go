package builtins_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/host/settings"
)

// output runs the body of a main on an input and returns what it prints.
func output(t *testing.T, body, stdin string) string {
	t.Helper()
	prog, err := seqvm.Compile(seqvm.Text("main.seq", ": main ( -- ) "+body+" ;"), seqvm.Options{Words: linked})
	require.NoError(t, err)
	var out bytes.Buffer
	_, err = prog.Run(t.Context(), seqvm.Config{Stdout: &out, Stdin: strings.NewReader(stdin)})
	require.NoError(t, err)
	return out.String()
}

// whole is a program that puts its whole input on the stack.
const whole = "10485760 io.read-n drop "

// peer runs a program of the machine on an input; the test is skipped where it
// is not installed.
func peer(t *testing.T, stdin string, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	var out, problems bytes.Buffer
	cmd := exec.Command(path, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &problems
	require.NoError(t, cmd.Run(), problems.String())
	return out.String()
}

// samples are data to be packed and sealed.
func samples() map[string]string {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	return map[string]string{
		"empty": "", "text": "Hello, wörld\n", "bytes": string(all),
		"long": strings.Repeat(string(all)+"the quick brown fox ", 20_000),
	}
}

func unpacked(t *testing.T, text string) string {
	t.Helper()
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	require.NoError(t, err)
	return string(b)
}

func TestOthersUnpackWhatWePack(t *testing.T) {
	for name, data := range samples() {
		for _, level := range []int{-1, 1, 6, 9, 100} {
			packed := unpacked(t, output(t, fmt.Sprintf("%s %d compress.gzip-level drop io.write", whole, level), data))
			t.Run(fmt.Sprintf("gzip %s level %d", name, level), func(t *testing.T) {
				assert.Equal(t, data, peer(t, packed, "gzip", "-dc"))
			})
		}
		for _, level := range []int{-1, 1, 3, 9, 19, 22, 100} {
			packed := unpacked(t, output(t, fmt.Sprintf("%s %d compress.zstd-level drop io.write", whole, level), data))
			t.Run(fmt.Sprintf("zstd %s level %d", name, level), func(t *testing.T) {
				assert.Equal(t, data, peer(t, packed, "zstd", "-dc"))
			})
		}
	}
}

func TestWeUnpackWhatOthersPack(t *testing.T) {
	for name, data := range samples() {
		for _, tool := range []struct {
			word    string
			command []string
		}{
			{"compress.gunzip", []string{"gzip", "-c"}},
			{"compress.gunzip", []string{"gzip", "-9c"}},
			{"compress.gunzip", []string{"python3", "-c", "import gzip,sys; sys.stdout.buffer.write(gzip.compress(sys.stdin.buffer.read()))"}},
			{"compress.unzstd", []string{"zstd", "-c"}},
			{"compress.unzstd", []string{"zstd", "-c", "--ultra", "-22"}},
			{"compress.unzstd", []string{"zstd", "-c", "--long=27", "--no-check"}},
		} {
			t.Run(name+" "+strings.Join(tool.command, " "), func(t *testing.T) {
				packed := base64.StdEncoding.EncodeToString([]byte(peer(t, data, tool.command[0], tool.command[1:]...)))
				assert.Equal(t, data, output(t, whole+tool.word+" drop io.write", packed))
			})
		}
	}
}

// Frames one after the other, skippable ones among them, are one text.
func TestFramesAreJoined(t *testing.T) {
	one, two := peer(t, "one", "zstd", "-c"), peer(t, "two", "zstd", "-c")
	skip := "\x50\x2a\x4d\x18\x03\x00\x00\x00abc"
	for packed, want := range map[string]string{
		one + two:                 "onetwo true",
		skip + one + skip + two:   "onetwo true",
		skip:                      " true",
		one + "garbage":           " false",
		one + "\x28":              " false",
		one[:len(one)-1]:          " false",
		one[:len(one)-1] + "\x00": " false", // its checksum does not hold
	} {
		encoded := base64.StdEncoding.EncodeToString([]byte(packed))
		assert.Equal(t, want, output(t, whole+`compress.unzstd swap io.write [ " true" ] [ " false" ] if io.write`, encoded), "%x", packed)
	}
}

// A bomb is refused, and a limit is kept to the byte.
func TestUnpackingHasALimit(t *testing.T) {
	run := func(word string, size int, limit string) string {
		limits := settings.Read(func(name string) (string, bool) {
			if name != "SEQ_UNPACK_MAX" {
				return "", false
			}
			return limit, true
		}, io.Discard)
		pack := strings.NewReplacer("gunzip", "gzip", "unzstd", "zstd").Replace(word)
		packed := output(t, whole+pack+" drop io.write", strings.Repeat("x", size))
		prog, err := seqvm.Compile(seqvm.Text("main.seq", ": main ( -- ) "+whole+word+` [ "yes " ] [ "no " ] if io.write string.byte-length int->string io.write ;`), seqvm.Options{Words: linked})
		require.NoError(t, err)
		var out bytes.Buffer
		_, err = prog.Run(t.Context(), seqvm.Config{Stdout: &out, Stdin: strings.NewReader(packed), Settings: limits})
		require.NoError(t, err)
		return out.String()
	}
	for _, word := range []string{"compress.gunzip", "compress.unzstd"} {
		assert.Equal(t, "yes 1000", run(word, 1000, "1000"), word)
		assert.Equal(t, "no 0", run(word, 1001, "1000"), word)
		assert.Equal(t, "no 0", run(word, 5_000_000, "100000"), word)
		assert.Equal(t, "yes 5000000", run(word, 5_000_000, "nonsense"), word)
		for _, invalid := range []string{"0", "-1", "1.5", " 7", "0x10", "", "99999999999999999999"} {
			assert.Equal(t, "yes 1000", run(word, 1000, invalid), "%s %q", word, invalid)
		}
	}
}

func TestHashesAgree(t *testing.T) {
	for name, data := range samples() {
		t.Run("sha256sum "+name, func(t *testing.T) {
			want, _, _ := strings.Cut(peer(t, data, "sha256sum"), " ")
			assert.Equal(t, want, output(t, whole+"crypto.sha256 io.write", data))
		})
		t.Run("openssl "+name, func(t *testing.T) {
			said := strings.Fields(peer(t, data, "openssl", "dgst", "-sha256", "-hmac", "a key"))
			assert.Equal(t, said[len(said)-1], output(t, whole+`"a key" crypto.hmac-sha256 io.write`, data))
		})
	}
	t.Run("pbkdf2", func(t *testing.T) {
		said := peer(t, "", "openssl", "kdf", "-keylen", "32", "-kdfopt", "digest:SHA256", "-kdfopt", "pass:secret", "-kdfopt", "salt:pepper", "-kdfopt", "iter:1234", "PBKDF2")
		want := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(said), ":", ""))
		assert.Equal(t, want, output(t, `"secret" "pepper" 1234 crypto.pbkdf2-sha256 drop io.write`, ""))
	})
}

// What stands before the bytes of an Ed25519 key in the formats of RFC 8410.
const (
	publicDER  = "302a300506032b6570032100"
	privateDER = "302e020100300506032b657004220420"
)

func TestSignaturesAgree(t *testing.T) {
	file := func(content []byte) string {
		path := filepath.Join(t.TempDir(), "f")
		require.NoError(t, os.WriteFile(path, content, 0o600))
		return path
	}
	decoded := func(digits string) []byte {
		b, err := hex.DecodeString(digits)
		require.NoError(t, err)
		return b
	}
	message := "a message\x00\xff"
	keys := strings.Fields(output(t, `crypto.ed25519-keypair swap io.write " " io.write io.write`, ""))
	public, private := keys[0], keys[1]
	signature := output(t, whole+`"`+private+`" crypto.ed25519-sign drop io.write`, message)

	said := peer(t, "", "openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", file(decoded(publicDER+public)),
		"-sigfile", file(decoded(signature)), "-in", file([]byte(message)))
	assert.Contains(t, said, "Verified Successfully")
	theirs := peer(t, "", "openssl", "pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", file(decoded(privateDER+private)), "-in", file([]byte(message)))
	assert.Equal(t, signature, hex.EncodeToString([]byte(theirs)))
	verify := whole + `"` + signature + `" "` + public + `" crypto.ed25519-verify [ "good" ] [ "bad" ] if io.write`
	assert.Equal(t, "good", output(t, verify, message))
	assert.Equal(t, "bad", output(t, verify, message+"!"))
}

func TestSealedDataAgrees(t *testing.T) {
	key := strings.Repeat("0123456789abcdef", 4)
	const python = `
import sys, base64
try:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError:
    sys.stdout.write('missing'); sys.exit()
gcm, data = AESGCM(bytes.fromhex(sys.argv[1])), sys.stdin.buffer.read()
if sys.argv[2] == 'open':
    raw = base64.b64decode(data, validate=True)
    sys.stdout.buffer.write(gcm.decrypt(raw[:12], raw[12:], None))
else:
    sys.stdout.buffer.write(base64.b64encode(b'n' * 12 + gcm.encrypt(b'n' * 12, data, None)))
`
	for name, data := range samples() {
		t.Run(name, func(t *testing.T) {
			sealed := output(t, whole+`"`+key+`" crypto.aes-gcm-encrypt drop io.write`, data)
			opened := peer(t, sealed, "python3", "-c", python, key, "open")
			if opened == "missing" {
				t.Skip("python3 has no cryptography")
			}
			assert.Equal(t, data, opened)
			assert.Equal(t, data, output(t, whole+`"`+key+`" crypto.aes-gcm-decrypt drop io.write`, peer(t, data, "python3", "-c", python, key, "seal")))
		})
	}
}
