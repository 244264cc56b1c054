package httpclient

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/seqvm/seqvm/host/network"
)

// address is what a URL says, in normal form.
type address struct {
	scheme string // "http" or "https"
	host   string // a name in ASCII and lower case, or an address; IPv6 without brackets
	port   uint16
	target string // path and query
}

// origin is scheme, host and port: what connections are kept for.
type origin struct {
	scheme, host string
	port         uint16
}

func (a *address) origin() origin { return origin{a.scheme, a.host, a.port} }

var defaultPorts = map[string]uint16{"http": 80, "https": 443}

// hostHeader is the host and, unless it is the scheme's own, the port.
func (a *address) hostHeader() string {
	host := a.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if a.port == defaultPorts[a.scheme] {
		return host
	}
	return net.JoinHostPort(a.host, strconv.Itoa(int(a.port)))
}

// parse reads a URL as browsers do (WHATWG URL, as far as http and https go; chapter 7, section 8.2).
func parse(text string) (a address, err error) {
	if !utf8.ValidString(text) {
		return a, errors.New("it is not UTF-8")
	}
	text = strings.TrimFunc(text, func(c rune) bool { return c <= ' ' })
	text = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(text)
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok || !isScheme(scheme) {
		return a, errors.New("it has no scheme such as 'http'")
	}
	if a.scheme = strings.ToLower(scheme); defaultPorts[a.scheme] == 0 {
		return a, &schemeError{a.scheme}
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest = strings.TrimLeft(rest, `/\`)
	end := strings.IndexAny(rest, `/\?`)
	if end < 0 {
		end = len(rest)
	}
	authority, rest := rest[:end], rest[end:]
	authority = authority[strings.LastIndexByte(authority, '@')+1:] // who asks is nobody's affair
	if err = a.setAuthority(authority); err != nil {
		return a, err
	}
	path, query, asks := strings.Cut(rest, "?")
	a.target = normalPath(path)
	if asks {
		a.target += "?" + escape(query, inQuery)
	}
	return a, nil
}

// schemeError says that the scheme of a URL is none that the client speaks.
type schemeError struct{ scheme string }

func (e *schemeError) Error() string {
	return fmt.Sprintf("the scheme %q is not allowed: only http and https are", e.scheme)
}

func isScheme(s string) bool {
	letter := func(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
	if s == "" || !letter(s[0]) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !letter(c) && (c < '0' || c > '9') && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

// setAuthority reads host and port.
func (a *address) setAuthority(text string) (err error) {
	host, port := text, ""
	from := max(strings.LastIndexByte(text, ']'), 0) // colons in brackets are the address's
	if i := strings.IndexByte(text[from:], ':'); i >= 0 {
		host, port = text[:from+i], text[from+i+1:]
	}
	if a.host, err = parseHost(host); err != nil {
		return err
	}
	if a.port = defaultPorts[a.scheme]; port == "" {
		return nil
	}
	n := 0
	for i := range len(port) {
		c := port[i]
		if c < '0' || c > '9' {
			return fmt.Errorf("the port %q is no number", port)
		}
		if n = n*10 + int(c-'0'); n > 65535 {
			return fmt.Errorf("the port %q is more than 65535", port)
		}
	}
	a.port = uint16(n)
	return nil
}

// inHosts maps names as lookups do it, without the rules that registries have (WHATWG URL, "domain to ASCII").
var inHosts = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false),
	idna.CheckJoiners(true), idna.BidiRule(), idna.VerifyDNSLength(false))

// parseHost reads a name, an IPv4 address in any spelling of C, or an IPv6 address in brackets.
func parseHost(text string) (string, error) {
	if inside, ok := strings.CutPrefix(text, "["); ok {
		inside, closed := strings.CutSuffix(inside, "]")
		a, err := netip.ParseAddr(inside)
		if !closed || err != nil || !a.Is6() || a.Zone() != "" {
			return "", fmt.Errorf("%q is no IPv6 address in brackets", text)
		}
		return a.String(), nil
	}
	name := unescape(text)
	if !utf8.ValidString(name) {
		return "", fmt.Errorf("the host %q is not UTF-8", text)
	}
	ascii := strings.ToLower(name)
	if strings.ContainsFunc(ascii, func(c rune) bool { return c >= utf8.RuneSelf }) || strings.Contains(ascii, "xn--") {
		var err error
		if ascii, err = inHosts.ToASCII(name); err == nil {
			_, err = inHosts.ToASCII(ascii) // what is written of a label that is far too long cannot be read
		}
		if err != nil {
			return "", fmt.Errorf("the host %q is no name", text)
		}
	}
	if ascii == "" {
		return "", errors.New("it has no host")
	}
	if i := strings.IndexFunc(ascii, func(c rune) bool { return c <= ' ' || c >= 0x7f || strings.ContainsRune(`#/:<>?@[\]^|%`, c) }); i >= 0 {
		return "", fmt.Errorf("a host cannot have %q in it", ascii[i:i+1])
	}
	labels := strings.Split(strings.TrimSuffix(ascii, "."), ".")
	if !network.Numeric(labels[len(labels)-1]) {
		return ascii, nil
	}
	a, ok := parseIPv4(labels)
	if !ok {
		return "", fmt.Errorf("%q is no IPv4 address", ascii)
	}
	return a.String(), nil
}

// parseIPv4 reads the parts of an address as inet_aton does: each decimal, octal or hexadecimal, and the last one stands for all bytes that
// are left (WHATWG URL, "IPv4 parser").
func parseIPv4(parts []string) (a netip.Addr, ok bool) {
	if len(parts) > 4 {
		return a, false
	}
	value := uint64(0)
	for i, part := range parts {
		digits, base := part, 10
		if hex, ok := strings.CutPrefix(part, "0x"); ok {
			digits, base = hex, 16
		} else if len(part) > 1 && part[0] == '0' {
			digits, base = part[1:], 8
		}
		n, err := strconv.ParseUint("0"+digits, base, 64)
		last := i == len(parts)-1
		switch {
		case part == "" || err != nil || strings.ContainsAny(digits, "+-_"):
			return a, false
		case !last && n > 255, last && n >= 1<<(8*(5-len(parts))):
			return a, false
		case last:
			value |= n
		default:
			value |= n << (8 * (3 - i))
		}
	}
	return netip.AddrFrom4([4]byte{byte(value >> 24), byte(value >> 16), byte(value >> 8), byte(value)}), true
}

// normalPath resolves "." and "..", and escapes what must be.
func normalPath(path string) string {
	segments := strings.Split(strings.ReplaceAll(path, `\`, "/"), "/")
	out := []string{}
	for i, segment := range segments[1:] {
		last := i == len(segments)-2
		switch dots(segment) {
		case 1:
		case 2:
			out = out[:max(len(out)-1, 0)]
		default:
			out = append(out, escape(segment, inPath))
			continue
		}
		if last {
			out = append(out, "")
		}
	}
	return "/" + strings.Join(out, "/")
}

// dots tells how many dots a segment of a path is; 0: it is something else.
func dots(segment string) int {
	plain := strings.ReplaceAll(strings.ToLower(segment), "%2e", ".")
	if plain == "." || plain == ".." {
		return len(plain)
	}
	return 0
}

// What is escaped besides controls, blanks and what is not ASCII.
const (
	inPath  = "\"#<>?`{}"
	inQuery = `"#<>'`
)

const hexDigits = "0123456789ABCDEF"

func escape(text, special string) string {
	var out strings.Builder
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(special, c) >= 0 {
			out.WriteByte('%')
			out.WriteByte(hexDigits[c>>4])
			out.WriteByte(hexDigits[c&15])
		} else {
			out.WriteByte(c)
		}
	}
	return out.String()
}

// unescape decodes percent escapes; malformed ones stay.
func unescape(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if n, err := strconv.ParseUint(text[i+1:i+3], 16, 8); err == nil {
				out.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}
