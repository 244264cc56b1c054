package sandbox

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// hostPattern is an entry of Allow.Net; one of the fields that name hosts is set.
type hostPattern struct {
	any      bool
	name     string // in lower case, without a dot at its end
	below    string // ".example.com"
	prefix   netip.Prefix
	loopback bool
	port     int // -1: all
}

// loopback is the entry for the machine itself: 127.0.0.0/8 and ::1, by any name.
const loopback = "loopback"

func parseHosts(list []string) ([]hostPattern, error) {
	patterns := make([]hostPattern, len(list))
	for i, entry := range list {
		var err error
		if patterns[i], err = parseHost(entry); err != nil {
			return nil, fmt.Errorf("%q: %w", entry, err)
		}
	}
	return patterns, nil
}

func parseHost(entry string) (hostPattern, error) {
	h := hostPattern{port: -1}
	host := entry
	if name, port, err := net.SplitHostPort(entry); err == nil {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return h, errors.New("the port must be 0 to 65535")
		}
		host, h.port = name, int(n)
	} else if inside, ok := strings.CutPrefix(entry, "["); ok {
		host = strings.TrimSuffix(inside, "]")
	}
	if prefix, err := netip.ParsePrefix(host); err == nil {
		h.prefix = prefix.Masked()
		return h, nil
	}
	if a, err := netip.ParseAddr(host); err == nil {
		a = a.Unmap().WithZone("")
		h.prefix = netip.PrefixFrom(a, a.BitLen())
		return h, nil
	}
	host = plainName(host)
	switch below, ok := strings.CutPrefix(host, "*."); {
	case host == all:
		h.any = true
	case host == loopback:
		h.loopback = true
	case ok && validName(below):
		h.below = "." + below
	case validName(host):
		h.name, h.loopback = host, host == "localhost"
	default:
		return h, errors.New("a host is a name, '*.' and a name, an address, a prefix of addresses or 'loopback', with ':PORT' behind it or not")
	}
	return h, nil
}

// plainName returns a name of a host in the form in which names are compared.
func plainName(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

func validName(name string) bool {
	return name != "" && !strings.ContainsAny(name, "*/:@[]? \t\r\n\x00")
}

// named tells whether the entry has the host by name.
func (h *hostPattern) named(name string) bool {
	return h.any || h.name != "" && name == h.name || h.below != "" && strings.HasSuffix(name, h.below)
}

// has tells whether the entry has the address as such, by whatever name it was found.
func (h *hostPattern) has(a netip.Addr) bool {
	return h.any || h.loopback && a.IsLoopback() || h.prefix.IsValid() && h.prefix.Contains(a)
}

// Connect tells whether the program may connect to a port of a host, which is a name or an address. If it may, each address
// that the name stands for must be checked before it is dialled: who answers for a name decides which those are, and
// may point at the machine itself. The errors are *DeniedErrors.
func (p *Policy) Connect(host string, port uint16) (dial func(netip.Addr) error, err error) {
	if p.everything(Net) {
		return func(netip.Addr) error { return nil }, nil
	}
	denied := func(why, by string) error {
		return &DeniedError{Doing: fmt.Sprintf("connecting to %q", net.JoinHostPort(host, strconv.Itoa(int(port)))), Why: why, Capability: Net, Value: net.JoinHostPort(by, strconv.Itoa(int(port)))}
	}
	name, byName := plainName(host), false
	if a, err := netip.ParseAddr(host); err == nil {
		a = dialled(a)
		if !p.address(a, port) {
			return nil, denied("", host)
		}
	} else if byName = p.name(name, port); !byName {
		return nil, denied("", host)
	}
	return func(a netip.Addr) error {
		a = dialled(a)
		if byName && !inner(a) || p.address(a, port) {
			return nil
		}
		return denied("its address is "+a.String(), a.String())
	}, nil
}

// Resolve tells whether the program may have a name looked up, which carries it to name servers: one that it may connect to. An address
// is not looked up. The error is a *DeniedError.
func (p *Policy) Resolve(host string) error {
	if p.everything(Net) {
		return nil
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return nil
	}
	name := plainName(host)
	for i := range p.net {
		if h := &p.net[i]; h.named(name) || h.loopback && name == "localhost" {
			return nil
		}
	}
	return &DeniedError{Doing: fmt.Sprintf("looking up %q", host), Capability: Net, Value: host}
}

// Listen tells whether the program may listen on a port of an address of this machine; port 0: one that the system chooses. The error is a
// *DeniedError.
func (p *Policy) Listen(on netip.Addr, port uint16) error {
	if p.everything(Net) || p.address(on, port) {
		return nil
	}
	at := netip.AddrPortFrom(on, port).String()
	return &DeniedError{Doing: fmt.Sprintf("listening on %q", at), Capability: Net, Value: at}
}

func (p *Policy) name(name string, port uint16) bool {
	for i := range p.net {
		if h := &p.net[i]; h.at(port) && (h.named(name) || h.loopback && name == "localhost") {
			return true
		}
	}
	return false
}

func (p *Policy) address(a netip.Addr, port uint16) bool {
	for i := range p.net {
		if h := &p.net[i]; h.at(port) && h.has(a) {
			return true
		}
	}
	return false
}

func (h *hostPattern) at(port uint16) bool { return h.port < 0 || h.port == int(port) }

// dialled returns the address that a connection really goes to: who dials the address of no machine gets this one.
func dialled(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	switch {
	case a == netip.IPv4Unspecified():
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	case a == netip.IPv6Unspecified():
		return netip.IPv6Loopback()
	}
	return a
}

// inner tells whether an address is one that no name from outside has a reason to stand for: this machine, and what only
// its own network segment has, such as the services of a cloud that give out keys (169.254.169.254).
func inner(a netip.Addr) bool {
	return a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified()
}
