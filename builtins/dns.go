package builtins

import (
	"context"
	"net/netip"

	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// dnsWords: chapter 7, section 6.
var dnsWords = []Word{
	{Name: "net.dns.resolve", Effect: "( ..a String -- ..a V Bool )", Needs: sandbox.NetResolve, Doc: "The list of the addresses of a host, in the system's order.", Flag: "whether the host has an address", Run: dnsResolve},
}

func dnsResolve(s *vm.Strand, w []stack.Value) error {
	var found []netip.Addr
	if host, ok := hostOf(w[0]); ok {
		if err := policy(s).Resolve(host); err != nil {
			return outcome(err)
		}
		names := NetworkOf(s).Names
		s.BlockingContext(func(ctx context.Context) { found = names.Lookup(ctx, host) })
	}
	texts := make([]stack.Value, len(found))
	for i, a := range found {
		texts[i] = stack.FromString(a.String())
	}
	flagged(w, stack.FromList(texts), len(found) > 0)
	return nil
}
