package httpclient

import (
	"fmt"
	"net/netip"
	"strings"
)

// AllowVariable is the setting with addresses of the inner network that may be reached.
const AllowVariable = "SEQ_HTTP_SSRF_ALLOW"

// guard keeps requests from the inner network: who chooses a URL, or answers for a name in it, must not reach what only this machine
// can (server-side request forgery; chapter 7, section 8.3).
type guard struct {
	allowed []netip.Prefix
	any     bool  // the setting is not empty
	err     error // what is wrong with it
}

// newGuard makes a guard of addresses and prefixes that are let through, with commas between them.
func newGuard(allow string) guard {
	g := guard{any: allow != ""}
	if !g.any {
		return g
	}
	for entry := range strings.SplitSeq(allow, ",") {
		entry = strings.TrimSpace(entry)
		p, err := netip.ParsePrefix(entry)
		if err != nil {
			var a netip.Addr
			if a, err = netip.ParseAddr(entry); err == nil && a.Zone() == "" {
				p = netip.PrefixFrom(a, a.BitLen())
			}
		}
		if err != nil || !p.IsValid() {
			g.err = fmt.Errorf("%s: %q is neither an address nor a range such as 10.0.0.0/8", AllowVariable, entry)
			return g
		}
		if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
		}
		g.allowed = append(g.allowed, p.Masked())
	}
	return g
}

// name is asked for a host before it is looked up: names of this machine are refused.
func (g *guard) name(host string) error {
	name := strings.TrimSuffix(host, ".")
	if !g.any && (name == "localhost" || name == "localhost.localdomain" || strings.HasSuffix(name, ".localhost")) {
		return fmt.Errorf("blocked: %q is this machine", host)
	}
	return nil
}

// addresses is asked for all addresses of a host before any is dialled.
func (g *guard) addresses(host string, all []netip.Addr) error {
	for _, a := range all {
		if !g.allows(a) && inner(a) {
			return fmt.Errorf("blocked: the address %s of %q is not of the public internet", a, host)
		}
	}
	return nil
}

func (g *guard) allows(a netip.Addr) bool {
	embedded, isEmbedded := embeddedIPv4(a)
	for _, p := range g.allowed {
		if p.Contains(a) || isEmbedded && p.Contains(embedded) {
			return true
		}
	}
	return false
}

func prefixes(list string) (all []netip.Prefix) {
	for p := range strings.FieldsSeq(list) {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}

// The ranges that no request may reach (chapter 7, section 8.3; IANA's registries of special-purpose addresses).
var (
	innerRanges = prefixes(`0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.168.0.0/16 198.18.0.0/15
		224.0.0.0/4 240.0.0.0/4 ::1/128 ::/128 fc00::/7 fe80::/10 fec0::/10 ff00::/8`)
	// localNAT64 is for translations of any form within a network (RFC 8215); embeddedIPv4 reads the usual one.
	localNAT64 = prefixes("64:ff9b:1::/48 64:ff9b:1::/96")
)

// embeddings are ranges of IPv6 that stand for IPv4 addresses, and at which byte these begin: mapped and compatible addresses (RFC 4291), NAT64 (RFC 6052,
// RFC 8215), 6to4 (RFC 3056), and Teredo (RFC 4380), which has them inverted.
var embeddings = []struct {
	prefix netip.Prefix
	at     int
	invert byte
}{
	{prefix: netip.MustParsePrefix("::/96"), at: 12}, {prefix: netip.MustParsePrefix("64:ff9b::/96"), at: 12}, {prefix: localNAT64[1], at: 12},
	{prefix: netip.MustParsePrefix("2002::/16"), at: 2}, {prefix: netip.MustParsePrefix("2001::/32"), at: 12, invert: 0xff},
}

// embeddedIPv4 returns the IPv4 address that an IPv6 address stands for.
func embeddedIPv4(a netip.Addr) (netip.Addr, bool) {
	if a.Is4In6() {
		return a.Unmap(), true
	}
	if !a.Is6() {
		return a, false
	}
	bytes := a.As16()
	for _, e := range embeddings {
		if e.prefix.Contains(a) {
			b := [4]byte(bytes[e.at : e.at+4])
			for i := range b {
				b[i] ^= e.invert
			}
			return netip.AddrFrom4(b), true
		}
	}
	return a, false
}

// inner tells whether an address is not one of the public internet.
func inner(a netip.Addr) bool {
	a = a.WithZone("")
	if !a.IsValid() || localNAT64[0].Contains(a) && !localNAT64[1].Contains(a) {
		return true
	}
	for _, p := range innerRanges {
		if p.Contains(a) {
			return true
		}
	}
	embedded, ok := embeddedIPv4(a)
	return ok && inner(embedded)
}
