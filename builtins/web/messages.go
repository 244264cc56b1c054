package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// The tags of requests and responses, and of what there is in place of a response.
const (
	requestTag  = "HttpRequest"
	responseTag = "HttpResponse"
	errorTag    = "HttpError"
)

// The fields of requests and responses: those that both have, and those of one of them.
const (
	fieldHeaders  = iota // a list: name, value, name, value ...
	fieldBody            // a String, as far as it is here
	fieldStream          // the quotation that writes the body; else 0
	fieldExchange        // the number of the exchange that the body comes from; else 0
	fieldStatus          // of a response
	responseFields

	fieldMethod     = fieldExchange + iota - responseFields // of a request, as all below
	fieldPath                                               // or the URL, of one that is sent
	fieldQuery                                              // without the question mark
	fieldParameters                                         // a map: what the path has for the names in the pattern
	fieldPeer                                               // the address and port of the client
	fieldSettings                                           // a map: the limits of one that is sent
	requestFields
)

// part is a field by its name.
type part struct {
	index    int
	request  bool       // requests have it
	response bool       // responses have it
	kind     stack.Kind // Nothing: who uses it looks
}

var parts = map[string]part{
	"Headers": {fieldHeaders, true, true, stack.Variant}, "Body": {fieldBody, true, true, stack.String}, "Stream": {fieldStream, true, true, stack.Nothing}, "Exchange": {fieldExchange, true, true, stack.Int},
	"Status": {fieldStatus, false, true, stack.Int}, "Method": {fieldMethod, true, false, stack.String}, "Path": {fieldPath, true, false, stack.String}, "Query": {fieldQuery, true, false, stack.String},
	"Parameters": {fieldParameters, true, false, stack.Map}, "Peer": {fieldPeer, true, false, stack.String}, "Settings": {fieldSettings, true, false, stack.Nothing},
}

var (
	emptyString = stack.FromString("")
	zero        = stack.FromInt(0)
)

func noValues() stack.Value { return stack.FromList(nil) }

// isMessage tells whether a value is a request or a response. A program can make Variants with these tags, of whatever it has.
func isMessage(v stack.Value, request, response bool) bool {
	if v.Kind() != stack.Variant {
		return false
	}
	m := v.AsVariant()
	isRequest := request && m.Tag.Name == requestTag && m.Len() == requestFields
	if !isRequest && !(response && m.Tag.Name == responseTag && m.Len() == responseFields) {
		return false
	}
	for _, p := range parts {
		if has := p.response && !isRequest || p.request && isRequest; has && p.kind != stack.Nothing && m.At(p.index).Kind() != p.kind {
			return false
		}
	}
	list := m.At(fieldHeaders).AsVariant()
	for i := range list.Len() {
		if list.At(i).Kind() != stack.String {
			return false
		}
	}
	return list.Len()%2 == 0
}

// message checks what a word of both, or of one of them, is given.
func message(v stack.Value, request, response bool) error {
	switch {
	case isMessage(v, request, response):
		return nil
	case request && response:
		return vm.Mismatch("a request or a response", v)
	case request:
		return vm.Mismatch("a request", v)
	}
	return vm.Mismatch("a response, as http.text makes one", v)
}

// newRequest: ( method url -- request ).
func newRequest(s *vm.Strand, w []stack.Value) error {
	if method := w[0].AsString(); !httpguts.ValidHeaderFieldName(method) {
		return vm.Fail("%q cannot be a method", method)
	}
	fields := make([]stack.Value, requestFields)
	fields[fieldHeaders], fields[fieldBody], fields[fieldStream], fields[fieldExchange] = noValues(), emptyString, zero, zero
	fields[fieldMethod], fields[fieldPath], fields[fieldQuery] = w[0].Promote(), w[1].Promote(), emptyString
	if _, query, ok := strings.Cut(w[1].AsString(), "?"); ok {
		query, _, _ = strings.Cut(query, "#")
		fields[fieldQuery] = stack.FromString(strings.Clone(query))
	}
	fields[fieldParameters], fields[fieldPeer], fields[fieldSettings] = stack.FromMap(stack.NewMap()), emptyString, stack.FromMap(stack.NewMap())
	w[0] = stack.FromVariant(stack.NewVariant(s.Tag(requestTag), fields))
	return nil
}

var contentType = stack.FromString("Content-Type")

// newResponse: ( status body type -- response ).
func newResponse(s *vm.Strand, w []stack.Value) error {
	status := w[0].AsInt()
	if status < 200 || status > 599 {
		return vm.Fail("the status of a response must be 200 to 599, got %d", status)
	}
	headers := noValues()
	if kind := w[2].AsString(); kind != "" {
		if !httpguts.ValidHeaderFieldValue(kind) {
			return vm.Fail("%q cannot be the value of a header", kind)
		}
		headers = stack.FromList([]stack.Value{contentType, w[2].Promote()})
	}
	w[0] = response(s, headers, w[1].Promote(), 0, status)
	return nil
}

func response(s *vm.Strand, headers, body stack.Value, exchange, status int64) stack.Value {
	return stack.FromVariant(stack.NewVariant(s.Tag(responseTag), []stack.Value{headers, body, zero, stack.FromInt(exchange), stack.FromInt(status)}))
}

// find returns the part of a message that a symbol names.
func find(v, name stack.Value) (m *stack.VariantValue, p part, err error) {
	p = parts[name.AsSymbol().Name]
	return v.AsVariant(), p, message(v, p.request, p.response)
}

// field: ( message :Name -- value ).
func field(_ *vm.Strand, w []stack.Value) error {
	m, p, err := find(w[0], w[1])
	if err != nil {
		return err
	}
	v := m.At(p.index)
	v.Share()
	w[0] = v
	return nil
}

// with: ( message value :Name -- message ).
func with(_ *vm.Strand, w []stack.Value) error {
	m, p, err := find(w[0], w[2])
	if err != nil {
		return err
	}
	w[0] = stack.FromVariant(m.Replaced(m.Len(), p.index, w[1]))
	return nil
}

// streams: ( message -- Bool ).
func streams(_ *vm.Strand, w []stack.Value) error {
	if err := message(w[0], true, true); err != nil {
		return err
	}
	w[0] = stack.FromBool(w[0].AsVariant().At(fieldStream).Kind() == stack.Quotation)
	return nil
}

// each calls visit for the headers of a message that have a name, until it returns false.
func each(m *stack.VariantValue, name string, visit func(value stack.Value) (more bool)) {
	list := m.At(fieldHeaders).AsVariant()
	for i := 0; i+1 < list.Len(); i += 2 {
		if strings.EqualFold(list.At(i).AsString(), name) && !visit(list.At(i+1)) {
			return
		}
	}
}

// header: ( message name -- value Bool ).
func header(_ *vm.Strand, w []stack.Value) error {
	if err := message(w[0], true, true); err != nil {
		return err
	}
	found, ok := emptyString, false
	each(w[0].AsVariant(), w[1].AsString(), func(v stack.Value) bool {
		found, ok = v, true
		return false
	})
	w[0], w[1] = found, stack.FromBool(ok)
	return nil
}

// headers: ( message name -- values ).
func headers(_ *vm.Strand, w []stack.Value) error {
	if err := message(w[0], true, true); err != nil {
		return err
	}
	var list []stack.Value
	each(w[0].AsVariant(), w[1].AsString(), func(v stack.Value) bool {
		list = append(list, v)
		return true
	})
	w[0] = stack.FromList(list)
	return nil
}

// addHeader: ( message name value -- message ).
func addHeader(_ *vm.Strand, w []stack.Value) error {
	if err := message(w[0], true, true); err != nil {
		return err
	}
	if name := w[1].AsString(); !httpguts.ValidHeaderFieldName(name) {
		return vm.Fail("%q cannot be the name of a header", name)
	}
	if value := w[2].AsString(); !httpguts.ValidHeaderFieldValue(value) {
		return vm.Fail("%q cannot be the value of a header", value)
	}
	m := w[0].AsVariant()
	list := append(slices.Clone(m.At(fieldHeaders).AsVariant().Fields()), w[1].Promote(), w[2].Promote())
	w[0] = stack.FromVariant(m.Replaced(m.Len(), fieldHeaders, stack.FromList(list)))
	return nil
}

// pairs: ( text -- map Bool ) reads "a=1&b=2" as browsers write it; of equal names the first counts.
func pairs(_ *vm.Strand, w []stack.Value) error {
	values, err := url.ParseQuery(strings.Clone(w[0].AsString()))
	m := stack.NewMap()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		m = m.Set(stack.FromString(name), stack.FromString(values[name][0]))
	}
	w[0], w[1] = stack.FromMap(m), stack.FromBool(err == nil)
	return nil
}

// headerList makes the list of a message's headers, sorted by name.
func headerList(h http.Header, host string) stack.Value {
	list := make([]stack.Value, 0, 2*len(h)+2)
	if host != "" {
		list = append(list, stack.FromString("Host"), stack.FromString(host))
	}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			list = append(list, stack.FromString(name), stack.FromString(value))
		}
	}
	return stack.FromList(list)
}

// headerTexts are the headers of a message, one after the other. They are promoted, so they stay as they are.
func headerTexts(m *stack.VariantValue) []string {
	list := m.At(fieldHeaders).AsVariant().Fields()
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = v.AsString()
	}
	return texts
}

// text returns a String of a description; "" if it is not there.
func text(m *stack.MapValue, key string) string {
	v, ok := m.Get(stack.FromString(key))
	if !ok || v.Kind() != stack.String {
		return ""
	}
	return strings.Clone(v.AsString())
}

// number returns an Int of a description; 0 if it is not there.
func number(m *stack.MapValue, key string) int64 {
	v, ok := m.Get(stack.FromString(key))
	if !ok || !v.IsInt() {
		return 0
	}
	return v.AsInt()
}

// stringsOf returns a list of Strings of a description.
func stringsOf(m *stack.MapValue, key string) []string {
	v, ok := m.Get(stack.FromString(key))
	if !ok || v.Kind() != stack.Variant {
		return nil
	}
	var list []string
	for _, f := range v.AsVariant().Fields() {
		if f.Kind() == stack.String {
			list = append(list, strings.Clone(f.AsString()))
		}
	}
	return list
}

// limits are those that can be set, and their least values.
var limits = []struct {
	name  string
	least int64
}{
	{"HeaderBytes", 1}, {"BodyBytes", 0}, {"Connections", 1}, {"HeaderTime", 1}, {"ReadTime", 1},
	{"WriteTime", 1}, {"IdleTime", 1}, {"HandlerTime", 1}, {"Time", 1}, {"Redirects", 0},
}

// limit: ( limits :Name n -- limits ).
func limit(_ *vm.Strand, w []stack.Value) error {
	name, n := w[1].AsSymbol().Name, w[2].AsInt()
	var names []string
	for _, l := range limits {
		names = append(names, ":"+l.name)
		switch {
		case l.name != name:
		case n < l.least:
			return vm.Fail("the limit :%s must be at least %d, got %d", name, l.least, n)
		default:
			w[0] = stack.FromMap(w[0].AsMap().Set(stack.FromString(name), w[2]))
			return nil
		}
	}
	return vm.Fail("there is no limit :%s; there are %s", name, strings.Join(names, ", "))
}

// messageFunctions are those of the words that only look at requests and responses.
var messageFunctions = map[string]builtins.Function{
	"%http.new-request": newRequest, "%http.new-response": newResponse, "%http.field": field, "%http.with": with, "%http.header": header, "%http.headers": headers,
	"%http.add-header": addHeader, "%http.pairs": pairs, "%http.limit": limit, "%http.streams?": streams,
}
