package httpclient

import (
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestURLs(t *testing.T) {
	for text, want := range map[string]string{ // scheme, what the Host header has, target
		"http://example.com":                      "http example.com /",
		"HTTPS://EXAMPLE.com/A":                   "https example.com /A",
		" \x00http://a.test/ \n":                  "http a.test /",
		"ht\ntp://a.\ttest/x\r\ny":                "http a.test /xy",
		`http:\\a.test\b\c?d\e`:                   `http a.test /b/c?d\e`,
		"http:a.test":                             "http a.test /",
		"http:///a.test":                          "http a.test /",
		"http://user:pw@a.test/":                  "http a.test /",
		"http://a@b@c.test/":                      "http c.test /",
		"http://a.test:80/":                       "http a.test /",
		"http://a.test:/":                         "http a.test /",
		"https://a.test:443/":                     "https a.test /",
		"https://a.test:80/":                      "https a.test:80 /",
		"http://a.test:0080/":                     "http a.test /",
		"http://a.test:0/":                        "http a.test:0 /",
		"http://a.test:65535/":                    "http a.test:65535 /",
		"http://h:1?x":                            "http h:1 /?x",
		"http://h?":                               "http h /?",
		"http://h#f":                              "http h /",
		"http://h/a#f?g":                          "http h /a",
		"http://h/?a=b#f":                         "http h /?a=b",
		"http://h/with space":                     "http h /with%20space",
		"http://h/a/../b/./c":                     "http h /b/c",
		"http://h/../../x":                        "http h /x",
		"http://h/a/..":                           "http h /",
		"http://h/a/.":                            "http h /a/",
		"http://h/a/b/..":                         "http h /a/",
		"http://h/a/%2E%2e/b/%2e/c":               "http h /b/c",
		"http://h/a/.%2e/b":                       "http h /b",
		"http://h/a/.../b":                        "http h /a/.../b",
		"http://h//a//":                           "http h //a//",
		"http://h//../a":                          "http h /a",
		"http://h/h\u00e9?x=\u00e9 y":             "http h /h%C3%A9?x=%C3%A9%20y",
		"http://h/%41%2f%":                        "http h /%41%2f%",
		"http://h/%zz?%zz":                        "http h /%zz?%zz",
		"http://h/\"<>`{}|^[]~!$&'()*+,;=:@\x7f":  "http h /%22%3C%3E%60%7B%7D|^[]~!$&'()*+,;=:@%7F",
		"http://h/?\"<>`{}|^[]~!$&'()*+,;=:@\x7f": "http h /?%22%3C%3E`{}|^[]~!$&%27()*+,;=:@%7F",
		"http://h/a?b?c":                          "http h /a?b?c",
		"http://b\u00fccher.test/":                "http xn--bcher-kva.test /",
		"http://B\u00dcCHER.test/":                "http xn--bcher-kva.test /",
		"http://stra\u00dfe.test/":                "http xn--strae-oqa.test /",
		"http://xn--bcher-kva.test/":              "http xn--bcher-kva.test /",
		"http://a\u3002test/":                     "http a.test /",
		"http://%61.test/":                        "http a.test /",
		"http://a.test./":                         "http a.test. /",
		"http://a_b.test/":                        "http a_b.test /",
		"http://127.1/":                           "http 127.0.0.1 /",
		"http://0x7f000001/":                      "http 127.0.0.1 /",
		"http://0X7F.1/":                          "http 127.0.0.1 /",
		"http://2130706433/":                      "http 127.0.0.1 /",
		"http://0177.0.0.1/":                      "http 127.0.0.1 /",
		"http://127.0.0.1./":                      "http 127.0.0.1 /",
		"http://0/":                               "http 0.0.0.0 /",
		"http://0x/":                              "http 0.0.0.0 /",
		"http://1.65535/":                         "http 1.0.255.255 /",
		"http://%31%32%37.1/":                     "http 127.0.0.1 /",
		"http://\uff11\uff12\uff17.1/":            "http 127.0.0.1 /",
		"http://4294967295/":                      "http 255.255.255.255 /",
		"http://[::1]/":                           "http [::1] /",
		"http://[0:0::1]:8080/":                   "http [::1]:8080 /",
		"http://[::FFFF:1.2.3.4]/":                "http [::ffff:1.2.3.4] /",
		"https://u@[2001:db8::1]:443/":            "https [2001:db8::1] /",
	} {
		a, err := parse(text)
		if assert.NoError(t, err, "%q", text) {
			assert.Equal(t, want, a.scheme+" "+a.hostHeader()+" "+a.target, "%q", text)
		}
	}
}

func TestNoURLs(t *testing.T) {
	for text, why := range map[string]string{
		"": "no scheme", "not a url": "no scheme", "/only/a/path": "no scheme", "example.com/": "no scheme", "1http://a/": "no scheme", "://a/": "no scheme",
		"ftp://a/": `the scheme "ftp" is not allowed: only http and https are`, "file:///etc": `"file"`, "localhost:8080/": `"localhost"`, "JavaScript:x": `"javascript"`,
		"http://": "no host", "http://?x": "no host", "http:///": "no host", "http://u@/": "no host", "http://:80/": "no host", "https:": "no host",
		"http://a:99999/": "65535", "http://a:65536/": "65535", "http://a:x/": "no number", "http://a:-1/": "no number", "http://a:8 0/": "no number", "http://a:1:2/": "no number",
		"http://a b/": "cannot have", "http://a%00b/": "cannot have", "http://a%2fb/": "cannot have", "http://a%zz/": "cannot have", "http://a<b/": "cannot have", "http://a|b/": "cannot have", "http://a^/": "cannot have", "http://a%3ab/": "cannot have",
		"http://\u2100.test/": "host", "http://a%ff/": "not UTF-8", "http://a/\xff": "not UTF-8",
		"http://256.1.1.1/": "no IPv4", "http://100.300.1.1/": "no IPv4", "http://1.2.3.4.5/": "no IPv4", "http://4294967296/": "no IPv4", "http://1..2/": "no IPv4",
		"http://09/": "no IPv4", "http://a.1/": "no IPv4", "http://1.2.3.0x100/": "no IPv4", "http://0x1g.1/": "no IPv4", "http://1_0.1/": "no IPv4",
		"http://[::1/": "no IPv6", "http://[]/": "no IPv6", "http://[1.2.3.4]/": "no IPv6", "http://[fe80::1%25lo]/": "no IPv6", "http://[::1]x/": "IPv6", "http://[::g]/": "no IPv6",
	} {
		_, err := parse(text)
		assert.ErrorContains(t, err, why, "%q", text)
	}
}

// FuzzURLs: nothing that a URL holds gets into a request as anything but the host and one target, and what was read is read as the same again.
func FuzzURLs(f *testing.F) {
	for _, seed := range []string{"http://u:p@a.test:80/b/../c?d#e", `\\http:\\x`, "https://[::ffff:7f00:1]:443/%2e%2e", "http://0x7f.1/ \r\nHost: x", "http://b\u00fccher\u3002test./"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parse(text)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		for _, part := range []string{a.hostHeader(), a.target} {
			require.False(t, strings.ContainsFunc(part, func(c rune) bool { return c <= ' ' || c >= utf8.RuneSelf || c == 0x7f }), "%q", part)
		}
		require.True(t, strings.HasPrefix(a.target, "/"))
		again, err := parse(a.scheme + "://" + a.hostHeader() + a.target)
		require.NoError(t, err)
		require.Equal(t, a, again)
	})
}

func TestInnerAddresses(t *testing.T) {
	for _, text := range strings.Fields(`0.0.0.0 0.1.2.3 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.0.1 169.254.169.254 172.16.0.0 172.31.255.255
		192.0.0.1 192.168.0.0 198.18.0.0 198.19.255.255 224.0.0.1 239.1.2.3 240.0.0.1 255.255.255.255
		:: ::1 ::2 ::7f00:1 ::10.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 fc00::1 fd00:ec2::254 fe80::1 febf::1 fec0::1 feff::1 ff02::1
		64:ff9b::127.0.0.1 64:ff9b::a00:1 64:ff9b:1::127.0.0.1 64:ff9b:1:7f00:0:100:808:808 2002:7f00:1:: 2002:a00:1::5 2002:a9fe:a9fe::
		2001:0:808:808:0:0:80ff:fffe`) {
		assert.True(t, inner(netip.MustParseAddr(text)), text)
	}
	for _, text := range strings.Fields(`1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 169.253.1.1 169.255.1.1 172.15.255.255 172.32.0.0
		191.255.1.1 192.0.1.0 192.167.1.1 192.169.0.0 198.17.1.1 198.20.0.0 223.255.255.255
		2606:4700::1111 ::ffff:8.8.8.8 ::8.8.8.8 64:ff9b::8.8.8.8 64:ff9b:1::8.8.8.8 2002:808:808::1 2001:0:808:808:0:0:f7f7:f7f7 2001:4860::1 fbff::1`) {
		assert.False(t, inner(netip.MustParseAddr(text)), text)
	}
}

func TestExceptions(t *testing.T) {
	addr := netip.MustParseAddr
	g := newGuard(" 127.0.0.0/8 ,::1,::ffff:10.1.0.0/112, fd00::/8")
	require.NoError(t, g.err)
	for text, allowed := range map[string]bool{
		"127.0.0.1": true, "::1": true, "::ffff:127.0.0.1": true, "64:ff9b::127.0.0.1": true, "10.1.2.3": true, "fd00::1": true, "10.2.0.1": false, "::": false, "192.168.0.1": false, "8.8.8.8": true,
	} {
		assert.Equal(t, allowed, g.addresses("h", []netip.Addr{addr(text)}) == nil, text)
	}
	err := g.addresses("h.test", []netip.Addr{addr("8.8.8.8"), addr("10.2.0.1")})
	assert.ErrorContains(t, err, `blocked: the address 10.2.0.1 of "h.test"`, "one is enough")
	assert.NoError(t, g.name("localhost"), "judged by its address")

	g = newGuard("")
	for _, name := range []string{"localhost", "localhost.", "api.localhost", "a.b.localhost.", "localhost.localdomain"} {
		assert.ErrorContains(t, g.name(name), "blocked", name)
	}
	for _, name := range []string{"localhost.example.com", "mylocalhost", "localdomain"} {
		assert.NoError(t, g.name(name), name)
	}
	for _, wrong := range []string{"x", " ", "127.0.0.1,", "127.0.0.0/33", "localhost", "fe80::1%lo", "10.0.0.0/8;::1", "*"} {
		g := newGuard(wrong)
		assert.ErrorContains(t, g.err, AllowVariable, wrong)
	}
}
