package sandbox_test

import (
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/host/sandbox"
)

// tree makes files with their names as contents, and links "a -> b".
func tree(t *testing.T, entries ...string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	for _, e := range entries {
		name, target, link := strings.Cut(e, " -> ")
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		switch {
		case link:
			require.NoError(t, os.Symlink(strings.ReplaceAll(target, "$DIR", dir), path))
		case strings.HasSuffix(e, "/"):
			require.NoError(t, os.MkdirAll(path, 0o777))
		default:
			require.NoError(t, os.WriteFile(path, []byte(filepath.Base(e)), 0o666))
		}
	}
	return dir
}

func policy(t *testing.T, allow sandbox.Allow) *sandbox.Policy {
	t.Helper()
	p, err := sandbox.New(allow)
	require.NoError(t, err)
	return p
}

// outcome is "denied", "failed" or "".
func outcome(err error) string {
	switch {
	case err == nil:
		return ""
	case sandbox.Denied(err) != nil:
		return "denied"
	}
	return "failed"
}

func TestReadingKeepsInside(t *testing.T) {
	dir := tree(t, "in/f", "in/sub/g", "out/secret", "file", "beside",
		"in/up -> ../out/secret", "in/away -> $DIR/out", "in/self -> .", "in/loop -> loop", "in/good -> sub/g", "in/round -> ../in/f", "in/absolute -> $DIR/in/f",
		"in/dangling -> nothing", "in/dangling-out -> ../out/nothing", "in/folder -> sub", "alias -> in", "out/back -> ../in/f")
	t.Chdir(dir)
	p := policy(t, sandbox.Allow{Read: []string{"in", "file", "later/deep", "alias"}})
	for path, want := range map[string]string{
		"in/f": "", "in/sub/g": "", "in/./sub/../f": "", "in//f": "", "./in/f": "", dir + "/in/f": "", "in/self/self/f": "", "in/good": "", "in/round": "",
		"in/absolute": "", "in/folder/g": "", "in/folder/../f": "", "file": "", "in/../in/f": "", "alias/f": "", dir + "/alias/sub/g": "", "out/../in/f": "",
		"in/up": "denied", "in/away/secret": "denied", "in/away/nothing": "denied", "in/../out/secret": "denied", "in/self/../out/secret": "denied", "in/dangling-out": "denied",
		"out/secret": "denied", "out/nothing": "denied", "beside": "denied", "file/../beside": "failed", "nothing": "denied", "in2/f": "denied", "in/../in2": "denied", dir: "denied",
		"/etc/passwd": "denied", "../" + filepath.Base(dir) + "/in/f": "", "out/back": "denied", "in/sub/../../out/secret": "denied",
		"in/loop": "failed", "in/dangling": "failed", "in/nothing": "failed", "in/f/": "failed", "in/f/x": "failed", "in/nothing/../f": "failed", "": "failed", "in/\x00": "failed",
		"later": "denied", "later/deep": "failed", "later/deep/x": "failed", "later/other": "denied",
	} {
		_, err := p.ReadFile(path, 1<<20)
		assert.Equal(t, want, outcome(err), "%q: %v", path, err)
		_, err = p.Stat(path)
		assert.Equal(t, want, outcome(err), "%q: %v", path, err)
	}
	_, err := p.OpenWriting("in/f", os.O_TRUNC)
	assert.Equal(t, "denied", outcome(err))
	entries, err := p.ReadDir("in/folder")
	require.NoError(t, err)
	assert.Len(t, entries, 1)
	_, err = p.ReadDir("out")
	assert.EqualError(t, err, `reading "out" is not allowed: run with --allow-read=out`)
	_, err = p.ReadFile("in/up", 1<<20)
	assert.EqualError(t, err, `reading "in/up" is not allowed: it leads to "`+dir+`/out/secret": run with --allow-read=`+dir+`/out/secret`)
	assert.ErrorIs(t, err, fs.ErrPermission)
}

func TestWritingKeepsInside(t *testing.T) {
	dir := tree(t, "in/f", "out/secret", "in/up -> ../out/secret", "in/new -> ../out/new", "in/away -> $DIR/out", "in/good -> f", "single", "single-link -> out/secret")
	t.Chdir(dir)
	p := policy(t, sandbox.Allow{Write: []string{"in", "single", "fresh", "tree/a"}})
	write := func(path string, how int) error {
		f, err := p.OpenWriting(path, how)
		if err != nil {
			return err
		}
		_, err = f.WriteString("x")
		require.NoError(t, err)
		return f.Close()
	}
	assert.NoError(t, write("in/made", os.O_TRUNC))
	assert.NoError(t, write("in/good", os.O_APPEND))
	assert.NoError(t, write("single", os.O_TRUNC))
	assert.Equal(t, "failed", outcome(write("in/made/", os.O_TRUNC)))
	assert.Equal(t, "failed", outcome(write("in/no/folder", os.O_TRUNC)))
	for _, path := range []string{"in/up", "in/new", "in/away/x", "single-link", "in/../out/x", "out/secret", "other", "single2", "."} {
		assert.Equal(t, "denied", outcome(write(path, os.O_TRUNC)), path)
		assert.Equal(t, "denied", outcome(write(path, os.O_APPEND)), path)
	}
	assert.Equal(t, "denied", outcome(p.MakeDir("in/away/d")))
	assert.Equal(t, "denied", outcome(p.MakeDir("out/d")))
	assert.NoError(t, p.MakeDir("in/x/y/z/"))
	assert.NoError(t, p.MakeDir("in/x/y"))
	assert.NoError(t, p.MakeDir("in"))
	assert.Equal(t, "failed", outcome(p.MakeDir("in/f")))
	assert.Equal(t, "failed", outcome(p.MakeDir("in/f/g")))

	// A folder that is given before it is there, and not the one above it.
	assert.Equal(t, "denied", outcome(p.MakeDir("tree/a")))
	assert.NoError(t, p.MakeDir("fresh"))
	assert.NoError(t, write("fresh/f", os.O_TRUNC))
	assert.NoError(t, p.RemoveFile("fresh/f"))

	// A link is removed, not what it leads to; a folder only if it is empty, and never a given one.
	assert.NoError(t, p.RemoveFile("in/up"))
	assert.FileExists(t, "out/secret")
	assert.Equal(t, "denied", outcome(p.RemoveFile("in/away/secret")))
	assert.Equal(t, "failed", outcome(p.RemoveFile("in/x")))
	assert.Equal(t, "failed", outcome(p.RemoveDir("in/x")))
	assert.Equal(t, "failed", outcome(p.RemoveDir("in/f")))
	assert.NoError(t, p.RemoveDir("in/x/y/z"))
	assert.Equal(t, "failed", outcome(p.RemoveDir("in")))
	assert.Equal(t, "denied", outcome(p.RemoveDir("out")))
	secret, err := os.ReadFile("out/secret")
	require.NoError(t, err)
	assert.Equal(t, "secret", string(secret))
}

// What becomes a link after it was given is not followed: who can make one there has not given it.
func TestALaterLinkIsNotFollowed(t *testing.T) {
	dir := tree(t, "out/secret", "place/")
	t.Chdir(filepath.Join(dir, "place"))
	p := policy(t, sandbox.Allow{Read: []string{"soon"}, Write: []string{"soon"}})
	require.NoError(t, os.Symlink("../out", "soon"))
	_, err := p.ReadFile("soon/secret", 1<<20)
	assert.Equal(t, "denied", outcome(err))
	require.NoError(t, os.Remove("soon"))
	require.NoError(t, os.Symlink("../out/secret", "soon"))
	_, err = p.ReadFile("soon", 1<<20)
	assert.Equal(t, "denied", outcome(err))
	_, err = p.OpenWriting("soon", os.O_TRUNC)
	assert.Equal(t, "denied", outcome(err))
}

// The folder stays the one that was given, wherever it is moved, and the current folder of the process does not matter any more.
func TestAFolderIsHeld(t *testing.T) {
	dir := tree(t, "a/f", "b/f")
	t.Chdir(filepath.Join(dir, "a"))
	p := policy(t, sandbox.Allow{Read: []string{"."}})
	require.NoError(t, os.Chdir(filepath.Join(dir, "b")))
	require.NoError(t, os.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "moved")))
	require.NoError(t, os.Symlink("b", filepath.Join(dir, "a")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "moved", "f"), []byte("of a"), 0o666))
	b, err := p.ReadFile("f", 1<<20)
	require.NoError(t, err)
	assert.Equal(t, "of a", string(b))
	_, err = p.ReadFile(filepath.Join(dir, "b", "f"), 1<<20)
	assert.Equal(t, "denied", outcome(err))
	assert.NoError(t, p.Here())
	assert.Error(t, policy(t, sandbox.Allow{Read: []string{"f"}}).Here())
}

// A link that another process changes all the time leads inside or nowhere, never outside.
func TestARaceStaysInside(t *testing.T) {
	dir := tree(t, "in/f", "out/f", "in/link -> f", "one")
	t.Chdir(dir)
	require.NoError(t, os.WriteFile("out/f", []byte("secret"), 0o666))
	p := policy(t, sandbox.Allow{Read: []string{"in", "one"}, Write: []string{"in", "one"}})
	done := make(chan bool)
	go func() {
		defer close(done)
		for i := range 3000 {
			for _, name := range []string{"in/link", "one"} {
				_ = os.Remove(name)
				if i%2 == 0 {
					_ = os.Symlink(dir+"/out/f", name)
				} else {
					_ = os.WriteFile(name, []byte("f"), 0o666)
				}
			}
		}
	}()
	tries := 0
	for running := true; running; tries++ {
		select {
		case <-done:
			running = false
		default:
		}
		for _, name := range []string{"in/link", "one"} {
			if b, err := p.ReadFile(name, 1<<20); err == nil {
				assert.NotEqual(t, "secret", string(b))
			}
			if f, err := p.OpenWriting(name, os.O_TRUNC); err == nil {
				_ = f.Close()
			}
		}
	}
	b, err := os.ReadFile("out/f")
	require.NoError(t, err)
	assert.Equal(t, "secret", string(b))
	assert.Greater(t, tries, 1)
}

func TestProcIsClosedToLists(t *testing.T) {
	if _, err := os.Stat("/proc/self/environ"); err != nil {
		t.Skip("no /proc here")
	}
	dir := tree(t, "f")
	open, err := os.Open(filepath.Join(dir, "f"))
	require.NoError(t, err)
	defer open.Close()
	for _, given := range []string{"/", "/proc", "/proc/self", "/proc/self/environ"} {
		p := policy(t, sandbox.Allow{Read: []string{given}, Write: []string{given}})
		for _, path := range []string{"/proc/self/environ", "/proc/self/mem", "/proc/self/fd/0", "/proc/thread-self/environ", "/proc/1/environ", "/proc/self/root/etc/passwd", "/proc/self/cwd/x", "/proc/net/tcp", "/proc/self", "/dev/fd/3", "/dev/stdin"} {
			_, err := p.ReadFile(path, 1<<20)
			assert.Equal(t, "denied", outcome(err), "%s with %s", path, given)
			_, err = p.OpenWriting(path, os.O_APPEND)
			assert.Equal(t, "denied", outcome(err), "%s with %s", path, given)
		}
	}
	_, err = policy(t, sandbox.Allow{Read: []string{"/proc"}}).ReadFile("/proc/cpuinfo", 1<<20)
	assert.NoError(t, err)
	_, err = policy(t, sandbox.Allow{Read: []string{"/proc"}}).ReadFile("/proc/self/environ", 1<<20)
	assert.ErrorContains(t, err, "no list of paths gives what /proc has of a process: run with --allow-read")
}

func TestHosts(t *testing.T) {
	p := policy(t, sandbox.Allow{Net: []string{"example.com:443", "Example.ORG.", "*.wild.net", "10.0.0.0/8:80", "192.0.2.7", "[2001:db8::1]:53", "localhost:8080", "loopback:9", "*:7"}})
	for _, c := range []struct {
		host    string
		port    uint16
		address string // that is dialled
		want    string // "": allowed; "name", "address": refused there
	}{
		{"example.com", 443, "93.184.216.34", ""}, {"EXAMPLE.com.", 443, "93.184.216.34", ""}, {"example.com", 80, "", "name"}, {"www.example.com", 443, "", "name"},
		{"example.org", 1, "192.168.1.1", ""}, {"example.org", 1, "127.0.0.1", "address"}, {"example.org", 1, "::ffff:127.0.0.1", "address"}, {"example.org", 1, "169.254.169.254", "address"},
		{"example.org", 1, "0.0.0.0", "address"}, {"example.org", 1, "::", "address"}, {"example.org", 9, "127.0.0.1", ""}, {"fe80.example.org", 1, "", "name"}, {"example.org", 1, "fe80::1", "address"},
		{"a.wild.net", 5, "198.51.100.1", ""}, {"wild.net", 5, "", "name"}, {"notwild.net", 5, "", "name"}, {"a.b.wild.net", 5, "198.51.100.1", ""},
		{"10.1.2.3", 80, "10.1.2.3", ""}, {"10.1.2.3", 81, "", "name"}, {"11.1.2.3", 80, "", "name"}, {"::ffff:10.1.2.3", 80, "10.1.2.3", ""}, {"192.0.2.7", 1, "192.0.2.7", ""},
		{"2001:db8::1", 53, "2001:db8::1", ""}, {"2001:db8::1", 54, "", "name"}, {"localhost", 8080, "127.0.0.1", ""}, {"127.5.5.5", 8080, "127.5.5.5", ""}, {"localhost", 9, "::1", ""},
		{"localhost", 8081, "", "name"}, {"0.0.0.0", 9, "0.0.0.0", ""}, {"0.0.0.0", 10, "", "name"}, {"127.1", 9, "", "name"}, {"2130706433", 9, "", "name"}, {"anything", 7, "127.0.0.1", ""},
	} {
		dial, err := p.Connect(c.host, c.port)
		got := ""
		switch {
		case err != nil:
			got = "name"
		case dial(netip.MustParseAddr(c.address)) != nil:
			got = "address"
		}
		assert.Equal(t, c.want, got, "%s:%d at %s", c.host, c.port, c.address)
	}
	_, err := p.Connect("evil.com", 80)
	assert.EqualError(t, err, `connecting to "evil.com:80" is not allowed: run with --allow-net=evil.com:80`)
	dial, err := p.Connect("example.org", 80)
	require.NoError(t, err)
	assert.EqualError(t, dial(netip.MustParseAddr("127.0.0.1")), `connecting to "example.org:80" is not allowed: its address is 127.0.0.1: run with --allow-net=127.0.0.1:80`)

	everywhere := netip.IPv4Unspecified()
	assert.Error(t, p.Listen(everywhere, 9))
	assert.NoError(t, p.Listen(everywhere, 7))
	assert.EqualError(t, p.Listen(everywhere, 80), `listening on "0.0.0.0:80" is not allowed: run with --allow-net=0.0.0.0:80`)
	assert.NoError(t, policy(t, sandbox.Allow{Net: []string{"0.0.0.0:80"}}).Listen(everywhere, 80))
	assert.NoError(t, policy(t, sandbox.Allow{Net: []string{"0.0.0.0"}}).Listen(everywhere, 0))

	for _, bad := range []string{"host:99999", "host:x", "a b", "http://x", "*x.com", "x.*.com", ":80", "a/b"} {
		_, err := sandbox.New(sandbox.Allow{Net: []string{bad}})
		assert.ErrorContains(t, err, "--allow-net: ", bad)
	}
}

func TestNames(t *testing.T) {
	p := policy(t, sandbox.Allow{Env: []string{"HOME", "APP_*"}})
	assert.NoError(t, p.Env("HOME"))
	assert.NoError(t, p.Env("APP_"))
	assert.NoError(t, p.Env("APP_X"))
	assert.EqualError(t, p.Env("PATH"), `reading the variable "PATH" is not allowed: run with --allow-env=PATH`)
	assert.Error(t, p.Env("HOMER"))
	assert.NoError(t, policy(t, sandbox.Allow{Env: []string{"*"}}).Env("PATH"))
	assert.Equal(t, []string{"a,b", "c", ""}, sandbox.Split("a,,b,c,"))
}

func TestWhatIsGiven(t *testing.T) {
	var everything *sandbox.Policy
	none := policy(t, sandbox.Allow{})
	for c := sandbox.Read; c < sandbox.Capabilities; c++ {
		assert.True(t, everything.Gives(c))
		assert.False(t, none.Gives(c))
		assert.Regexp(t, `^--allow-[a-z]+$`, c.Flag())
	}
	assert.True(t, none.Gives(sandbox.None))
	assert.Equal(t, "it reads files: run with --allow-read", none.Refusal(sandbox.ReadPath))
	assert.Empty(t, none.Refusal(sandbox.Nothing))
	_, err := sandbox.New(sandbox.Allow{Read: []string{"a", ""}})
	assert.EqualError(t, err, "--allow-read: entry 2 of the list is empty")
	assert.True(t, policy(t, sandbox.Allow{Sys: true}).Gives(sandbox.Sys))
}
