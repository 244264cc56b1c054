package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/host/httpclient"
	"github.com/seqvm/seqvm/host/httpserver"
	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// module is what the words of vm:http keep for a program: its servers and exchanges by number.
type module struct {
	agent *httpclient.Agent

	mu   sync.RWMutex
	last int64
	open map[int64]any // *httpserver.Server, *httpserver.Exchange or *httpclient.Exchange
}

type moduleKey struct{}

func moduleOf(s *vm.Strand, version string) *module {
	n, trust := builtins.NetworkOf(s), trustOf(s)
	return s.VM().State(moduleKey{}, func() any {
		to := settingsOf(s).Network
		return &module{open: map[int64]any{}, agent: httpclient.NewAgent(httpclient.Config{
			Network: n, Trust: trust, HandshakeTimeout: to.HandshakeTimeout, RequestTimeout: to.RequestTimeout, Allow: to.HTTPAllow,
			Agent: "seq/" + version, Permit: s.VM().Config().Sandbox.Connect,
		})}
	}).(*module)
}

func (m *module) add(v any) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last++
	m.open[m.last] = v
	return m.last
}

func (m *module) find(id stack.Value) any {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.open[id.AsInt()]
}

func (m *module) forget(id stack.Value) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.open, id.AsInt())
}

// Close ends all servers and exchanges, at the end of the program.
func (m *module) Close() error {
	m.mu.Lock()
	open := maps.Clone(m.open)
	m.mu.Unlock()
	for _, v := range open {
		switch v := v.(type) {
		case *httpserver.Server:
			v.Close()
		case *httpclient.Exchange:
			v.Close()
		}
	}
	return m.agent.Close()
}

// moduleFunctions are those of the words that vm:http is built on.
func moduleFunctions(version string) map[string]builtins.Function {
	of := func(f func(*module, *vm.Strand, []stack.Value) error) builtins.Function {
		return func(s *vm.Strand, w []stack.Value) error { return f(moduleOf(s, version), s, w) }
	}
	functions := map[string]builtins.Function{
		"%http.start": of((*module).start), "%http.port": of((*module).port), "%http.accept": of((*module).accept), "%http.stop": of((*module).stop),
		"%http.answer": of((*module).answer), "%http.begin": of((*module).begin), "%http.write": of((*module).write), "%http.end": of((*module).finish), "%http.fail": of((*module).fail),
		"%http.read": of((*module).read), "%http.read-all": of((*module).readAll), "%http.open": of((*module).call), "%http.await": of((*module).await), "%http.close": of((*module).close),
	}
	maps.Copy(functions, messageFunctions)
	return functions
}

// refused leaves why something was not begun; what a sandbox does not allow is an error.
func refused(w []stack.Value, err error) error {
	if denied := sandbox.Denied(err); denied != nil {
		return vm.Fail("%v", denied)
	}
	w[0], w[1] = zero, stack.FromString(err.Error())
	return nil
}

// start: ( description -- server why ).
func (m *module) start(s *vm.Strand, w []stack.Value) error {
	var server *httpserver.Server
	config, err := m.configOf(s, w[0].AsMap())
	if err == nil {
		server, err = httpserver.Start(config)
		if err != nil && server == nil {
			err = fmt.Errorf("cannot serve on %s: %w", config.Address, err)
		}
	}
	if err != nil {
		return refused(w, err)
	}
	w[0], w[1] = stack.FromInt(m.add(server)), emptyString
	return nil
}

func (m *module) configOf(s *vm.Strand, d *stack.MapValue) (c httpserver.Config, err error) {
	policy := s.VM().Config().Sandbox
	address, err := netip.ParseAddr(text(d, "host"))
	if err != nil || address.Zone() != "" {
		return c, fmt.Errorf("cannot serve on %q: it is no address of this machine", text(d, "host"))
	}
	port := number(d, "port")
	if port < 0 || port > 65535 {
		return c, fmt.Errorf("cannot serve on port %d: ports are 0 to 65535", port)
	}
	c.Address = netip.AddrPortFrom(address, uint16(port))
	if err := policy.Listen(address, uint16(port)); err != nil {
		return c, err
	}
	c.Routes = stringsOf(d, "patterns")
	if c.TLS, err = tlsConfig(policy, text(d, "certificate"), text(d, "key")); err != nil {
		return c, err
	}
	if v, ok := d.Get(stack.FromString("limits")); ok && v.Kind() == stack.Map {
		c.Limits = serverLimits(v.AsMap())
	}
	folders, prefixes := stringsOf(d, "folders"), stringsOf(d, "prefixes")
	for i, prefix := range prefixes[:min(len(prefixes), len(folders))] {
		root, err := policy.OpenRoot(folders[i])
		if err != nil {
			for _, f := range c.Files {
				_ = f.Root.Close()
			}
			return c, err
		}
		c.Files = append(c.Files, httpserver.Files{Prefix: prefix, Root: root})
	}
	return c, nil
}

// maxPEM is how large files of certificates and keys may be.
const maxPEM = 1 << 20

func tlsConfig(policy *sandbox.Policy, certificate, key string) (*tls.Config, error) {
	if certificate == "" && key == "" {
		return nil, nil
	}
	chain, err := policy.ReadFile(certificate, maxPEM)
	if err != nil {
		return nil, err
	}
	secret, err := policy.ReadFile(key, maxPEM)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(chain, secret)
	if err != nil {
		return nil, fmt.Errorf("the certificate %q and the key %q: %w", certificate, key, err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}, nil
}

func serverLimits(m *stack.MapValue) httpserver.Limits {
	time := func(name string) time.Duration { return time.Duration(number(m, name)) * time.Millisecond }
	l := httpserver.Limits{
		HeaderBytes: int(number(m, "HeaderBytes")), BodyBytes: number(m, "BodyBytes"), Connections: int(number(m, "Connections")),
		HeaderTime: time("HeaderTime"), ReadTime: time("ReadTime"), WriteTime: time("WriteTime"), IdleTime: time("IdleTime"), HandlerTime: time("HandlerTime"),
	}
	return l
}

// port: ( server -- Int ).
func (m *module) port(_ *vm.Strand, w []stack.Value) error {
	port := 0
	if server, ok := m.find(w[0]).(*httpserver.Server); ok {
		port = server.Port()
	}
	w[0] = stack.FromInt(int64(port))
	return nil
}

// accept: ( server -- request route Bool ).
func (m *module) accept(s *vm.Strand, w []stack.Value) error {
	var x *httpserver.Exchange
	if server, ok := m.find(w[0]).(*httpserver.Server); ok {
		x = server.Next(s.BlockingUntil)
	}
	if x == nil {
		w[0], w[1], w[2] = zero, zero, stack.FromBool(false)
		return nil
	}
	w[0], w[1], w[2] = requestValue(s, x, m.add(x)), stack.FromInt(int64(x.Route)), stack.FromBool(true)
	return nil
}

func requestValue(s *vm.Strand, x *httpserver.Exchange, id int64) stack.Value {
	r := x.Request
	fields := make([]stack.Value, requestFields)
	fields[fieldHeaders], fields[fieldBody], fields[fieldStream], fields[fieldExchange] = headerList(r.Header, r.Host), stack.FromOwned(x.Body), zero, stack.FromInt(id)
	fields[fieldMethod], fields[fieldPath], fields[fieldQuery] = stack.FromString(r.Method), stack.FromString(r.URL.Path), stack.FromString(r.URL.RawQuery)
	parameters := stack.NewMap()
	for _, name := range x.Names {
		parameters = parameters.Set(stack.FromString(name), stack.FromString(r.PathValue(name)))
	}
	fields[fieldParameters], fields[fieldPeer], fields[fieldSettings] = stack.FromMap(parameters), stack.FromString(r.RemoteAddr), zero
	return stack.FromVariant(stack.NewVariant(s.Tag(requestTag), fields))
}

// stop: ( server ms -- Bool ).
func (m *module) stop(s *vm.Strand, w []stack.Value) error {
	graceful := true
	if server, ok := m.find(w[0]).(*httpserver.Server); ok {
		limit := time.Duration(max(0, w[1].AsInt())) * time.Millisecond
		s.BlockingContext(func(ctx context.Context) {
			ctx, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			graceful = server.Stop(ctx)
		})
		m.forget(w[0])
	}
	w[0] = stack.FromBool(graceful)
	return nil
}

// ended is what a word says of an exchange that is over.
func ended(err error) error {
	if err == nil {
		return nil
	}
	return vm.Fail("%v", err)
}

// answer: ( response exchange -- ).
func (m *module) answer(_ *vm.Strand, w []stack.Value) error {
	if err := message(w[0], false, true); err != nil {
		return err
	}
	x, ok := m.find(w[1]).(*httpserver.Exchange)
	if !ok {
		return ended(httpserver.ErrOver)
	}
	m.forget(w[1])
	r := w[0].AsVariant()
	_ = x.Answer(httpserver.Response{Status: int(r.At(fieldStatus).AsInt()), Header: headerTexts(r), Body: r.At(fieldBody).AsBytes()})
	return nil
}

// begin: ( response exchange -- Bool ).
func (m *module) begin(_ *vm.Strand, w []stack.Value) error {
	if err := message(w[0], false, true); err != nil {
		return err
	}
	x, ok := m.find(w[1]).(*httpserver.Exchange)
	r := w[0].AsVariant()
	w[0] = stack.FromBool(ok && x.Begin(int(r.At(fieldStatus).AsInt()), headerTexts(r)) == nil)
	return nil
}

// write: ( data exchange -- Bool ).
func (m *module) write(s *vm.Strand, w []stack.Value) error {
	data := w[0].AsBytes() // the strand waits, so its arena stays as it is
	err := httpserver.ErrOver
	switch x := m.find(w[1]).(type) {
	case *httpserver.Exchange:
		err = x.Write(s.BlockingUntil, data)
	case *httpclient.Exchange:
		err = x.Write(s.BlockingUntil, data)
	}
	w[0] = stack.FromBool(err == nil)
	return nil
}

// finish: ( exchange -- ).
func (m *module) finish(_ *vm.Strand, w []stack.Value) error {
	if x, ok := m.find(w[0]).(*httpserver.Exchange); ok {
		m.forget(w[0])
		x.End()
	}
	return nil
}

// fail: ( exchange -- ).
func (m *module) fail(_ *vm.Strand, w []stack.Value) error {
	x, ok := m.find(w[0]).(*httpserver.Exchange)
	if !ok {
		return nil
	}
	m.forget(w[0])
	if x.Answer(httpserver.Response{Status: http.StatusInternalServerError, Header: []string{"Content-Type", "text/plain; charset=utf-8"}, Body: []byte("internal server error\n")}) != nil {
		x.Abort()
	}
	return nil
}

// pieces hold what is read until it is handed on.
var pieces = sync.Pool{New: func() any { return new([16 << 10]byte) }}

// source returns what reads the body of an exchange.
func (m *module) source(s *vm.Strand, id stack.Value) func(piece []byte, use func([]byte)) error {
	switch x := m.find(id).(type) {
	case *httpserver.Exchange:
		return func(piece []byte, use func([]byte)) error { return x.Read(s.BlockingUntil, piece, use) }
	case *httpclient.Exchange:
		return func(piece []byte, use func([]byte)) error { return x.Read(s.BlockingUntil, piece, use) }
	}
	return func([]byte, func([]byte)) error { return httpserver.ErrOver }
}

// read: ( exchange -- piece Bool ).
func (m *module) read(s *vm.Strand, w []stack.Value) error {
	piece := pieces.Get().(*[16 << 10]byte)
	defer pieces.Put(piece)
	data := emptyString
	err := m.source(s, w[0])(piece[:], func(b []byte) { data = s.Bytes(b) })
	w[0], w[1] = data, stack.FromBool(err == nil || err == io.EOF)
	return nil
}

// readAll: ( exchange limit -- body Bool ).
func (m *module) readAll(s *vm.Strand, w []stack.Value) error {
	piece := pieces.Get().(*[16 << 10]byte)
	defer pieces.Put(piece)
	var body []byte
	limit := w[1].AsInt()
	if limit < 0 {
		limit = math.MaxInt64 // the exchange has one itself
	}
	next, err := m.source(s, w[0]), error(nil)
	for err == nil && int64(len(body)) <= limit {
		err = next(piece[:], func(b []byte) {
			memory.Ask(len(b))
			body = append(body, b...)
		})
	}
	ok := err == io.EOF && int64(len(body)) <= limit
	if !ok {
		body = nil
	}
	w[0], w[1] = stack.FromOwned(body), stack.FromBool(ok)
	return nil
}

// call: ( request -- exchange why ).
func (m *module) call(s *vm.Strand, w []stack.Value) error {
	if err := message(w[0], true, false); err != nil {
		return err
	}
	r := w[0].AsVariant()
	if r.At(fieldSettings).Kind() != stack.Map {
		return vm.Fail("the request has come from a client: only what http.request makes can be sent")
	}
	to := r.At(fieldSettings).AsMap()
	c := httpclient.Call{
		Method: r.At(fieldMethod).AsString(), URL: r.At(fieldPath).AsString(), Header: headerTexts(r), Body: r.At(fieldBody).AsBytes(),
		Streams: r.At(fieldStream).Kind() == stack.Quotation, Inner: number(to, "Inner") != 0, Redirects: int(number(to, "Redirects")), Limit: time.Duration(number(to, "Time")) * time.Millisecond,
	}
	x, err := m.agent.Start(c)
	if err != nil {
		return refused(w, err)
	}
	w[0], w[1] = stack.FromInt(m.add(x)), emptyString
	return nil
}

// await: ( exchange -- response Bool ), or an error in its place.
func (m *module) await(s *vm.Strand, w []stack.Value) error {
	x, ok := m.find(w[0]).(*httpclient.Exchange)
	if !ok {
		return ended(httpserver.ErrOver)
	}
	r, err := x.Await(s.BlockingUntil)
	if err == nil {
		w[0], w[1] = response(s, headerList(r.Header, ""), emptyString, w[0].AsInt(), int64(r.StatusCode)), stack.FromBool(true)
		return nil
	}
	m.forget(w[0])
	if denied := sandbox.Denied(err); denied != nil {
		return vm.Fail("%v", denied)
	}
	if u := (*url.Error)(nil); errors.As(err, &u) {
		err = u.Err // without the method and the URL, which the program knows
	}
	why := err.Error()
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		why = "connection error: timeout"
	case errors.Is(err, io.EOF):
		why = "connection error: it was closed before there was a response"
	}
	w[0], w[1] = stack.FromVariant(stack.NewVariant(s.Tag(errorTag), []stack.Value{stack.FromString(why)})), stack.FromBool(false)
	return nil
}

// close: ( exchange -- ).
func (m *module) close(_ *vm.Strand, w []stack.Value) error {
	if x, ok := m.find(w[0]).(*httpclient.Exchange); ok {
		m.forget(w[0])
		x.Close()
	}
	return nil
}
