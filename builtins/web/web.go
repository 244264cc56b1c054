// Package web has the functions of the words of TLS and HTTP (chapter 7 of the language book, sections 7 and 8), and of those that vm:http is built on. The words are declared in
// package builtins without them: crypto/tls is dear to link, so seqvm leaves them to seqvm-full (docs/programs.md).
package web

import (
	"context"
	"fmt"
	"maps"
	"net"
	"strings"
	"unicode/utf8"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/host/httpclient"
	"github.com/seqvm/seqvm/host/network"
	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/host/secure"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// Functions returns the functions by the names of their words, for Words.Link. version is what servers are told of the client.
func Functions(version string) map[string]builtins.Function {
	functions := moduleFunctions(version)
	maps.Copy(functions, map[string]builtins.Function{
		"net.tls.client":  tlsClient,
		"net.http.get":    request(version, "GET", false),
		"net.http.delete": request(version, "DELETE", false),
		"net.http.post":   request(version, "POST", true),
		"net.http.put":    request(version, "PUT", true),
	})
	return functions
}

func settingsOf(s *vm.Strand) settings.Settings { return s.VM().Config().Settings.WithDefaults() }

type trustKey struct{}

// trustOf returns whose certificates the program accepts.
func trustOf(s *vm.Strand) *secure.Trust {
	return s.VM().State(trustKey{}, func() any { return secure.NewTrust(settingsOf(s).Network) }).(*secure.Trust)
}

func tlsClient(s *vm.Strand, w []stack.Value) error {
	id := w[0]
	stream, ok := builtins.FindSocket[*network.Stream](s, id)
	host := strings.Clone(w[1].AsString())
	w[0], w[1] = stack.FromInt(0), stack.FromBool(false)
	if !ok || host == "" || !utf8.ValidString(host) {
		return nil
	}
	n, trust := builtins.NetworkOf(s), trustOf(s)
	secured := false
	defer func() {
		if !secured { // also if the strand is to end
			n.Forget(id.AsInt(), stream)
		}
	}()
	err := stream.Secure(s.BlockingUntil, settingsOf(s).HandshakeTimeout, func(ctx context.Context, plain net.Conn) (net.Conn, error) {
		return trust.Client(ctx, plain, host)
	})
	if secured = err == nil || err == network.ErrSecure; err == nil {
		w[0], w[1] = id, stack.FromBool(true)
	}
	return nil
}

type clientKey struct{}

func clientOf(s *vm.Strand, version string) *httpclient.Client {
	n, trust := builtins.NetworkOf(s), trustOf(s)
	return s.VM().State(clientKey{}, func() any {
		to := settingsOf(s).Network
		return httpclient.New(httpclient.Config{
			Network: n, Trust: trust, HandshakeTimeout: to.HandshakeTimeout, RequestTimeout: to.RequestTimeout, Allow: to.HTTPAllow,
			Agent: "seq/" + version, Permit: s.VM().Config().Sandbox.Connect,
		})
	}).(*httpclient.Client)
}

// request is a word that makes a request: ( url -- M ), or ( url body content-type -- M ) if it sends something.
func request(version, method string, sends bool) builtins.Function {
	return func(s *vm.Strand, w []stack.Value) error {
		r := httpclient.Request{Method: method, URL: strings.Clone(w[0].AsString()), Sends: sends}
		if sends {
			r.Body, r.ContentType = w[1].AsBytes(), strings.Clone(w[2].AsString()) // the strand waits, so its arena stays as it is
		}
		client := clientOf(s, version)
		var answer httpclient.Response
		var err error
		s.BlockingContext(func(ctx context.Context) { answer, err = client.Do(ctx, r) })
		if denied := sandbox.Denied(err); denied != nil {
			return vm.Fail("%v", denied)
		}
		w[0] = result(answer, err)
		return nil
	}
}

// The keys of the map that a request leaves (chapter 7, section 8.1).
var keyStatus, keyBody, keyOK, keyError = stack.FromString("status"), stack.FromString("body"), stack.FromString("ok"), stack.FromString("error")

func result(answer httpclient.Response, err error) stack.Value {
	m := stack.NewMap().
		Set(keyStatus, stack.FromInt(int64(answer.Status))).
		Set(keyBody, stack.FromString(string(answer.Body))).
		Set(keyOK, stack.FromBool(answer.Status >= 200 && answer.Status <= 299))
	if err != nil {
		m = m.Set(keyError, stack.FromString(fmt.Sprint(err)))
	}
	return stack.FromMap(m)
}
