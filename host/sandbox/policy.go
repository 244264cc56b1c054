// Package sandbox is what a program may reach of the outside: nothing but what is given to it piece by
// piece (docs/security.md). A Policy is asked at the word, when it runs. For files it does not answer but opens them
// itself, inside of folders that it holds open: nothing that happens between a question and
// an answer can lead elsewhere.
//
// It does not know which words there are: they say what they need (Need).
package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Allow is what a sandbox gives back. In the lists "*" stands for everything; the zero value gives nothing.
type Allow struct {
	Read  []string // files and folders with all that is in them; they need not be there yet
	Write []string // likewise
	// Net are hosts: names, "*.example.com" for what is below a name, addresses, prefixes such as 10.0.0.0/8, and "loopback",
	// each with ":PORT" behind it or for all ports; "*:PORT" for all hosts. IPv6 addresses stand in brackets
	// where a port follows. "0.0.0.0" allows to listen on all addresses.
	Net    []string
	Env    []string // names of variables; "APP_*" for all that begin so
	Run    bool
	FFI    bool
	Sys    bool
	Native bool
}

// all stands for everything in the lists of Allow.
const all = "*"

// Policy says what a program may reach. nil: everything. It is immutable but for the folders that it
// holds open, and safe for concurrent use.
type Policy struct {
	here    string // the current folder when the policy was made, links resolved
	whole   [Capabilities]bool
	read    places
	write   places
	net     []hostPattern
	env     []string
	partial [Capabilities]bool
}

// New makes a policy. Relative paths are those of the current folder, now and later. The error names an entry that
// cannot be meant.
func New(allow Allow) (*Policy, error) {
	here, err := os.Getwd()
	if err == nil {
		here, err = filepath.EvalSymlinks(here)
	}
	if err != nil {
		here = "" // then relative paths lead nowhere
	}
	p := &Policy{here: here}
	for c, given := range map[Capability]bool{Run: allow.Run, FFI: allow.FFI, Sys: allow.Sys, Native: allow.Native} {
		p.whole[c] = given
	}
	for c, list := range map[Capability][]string{Read: allow.Read, Write: allow.Write, Net: allow.Net, Env: allow.Env} {
		p.whole[c], p.partial[c] = slices.Contains(list, all), len(list) > 0
		if i := slices.Index(list, ""); i >= 0 {
			return nil, fmt.Errorf("%s: entry %d of the list is empty", c.Flag(), i+1)
		}
	}
	if p.read, err = p.places(allow.Read); err != nil {
		return nil, fmt.Errorf("%s: %w", Read.Flag(), err)
	}
	if p.write, err = p.places(allow.Write); err != nil {
		return nil, fmt.Errorf("%s: %w", Write.Flag(), err)
	}
	if p.net, err = parseHosts(allow.Net); err != nil {
		return nil, fmt.Errorf("%s: %w", Net.Flag(), err)
	}
	p.env = slices.Clone(allow.Env)
	return p, nil
}

// Including returns the policy with more folders to read from; those that cannot be meant are left out.
func (p *Policy) Including(folders []string) *Policy {
	more := *p
	for _, folder := range folders {
		if list, err := p.places([]string{folder}); err == nil {
			more.read = append(more.read[:len(more.read):len(more.read)], list...)
		}
	}
	return &more
}

// Gives tells whether a capability is given as a whole or in part.
func (p *Policy) Gives(c Capability) bool {
	return p == nil || c == None || p.whole[c] || p.partial[c]
}

// everything tells whether a capability is given as a whole.
func (p *Policy) everything(c Capability) bool { return p == nil || p.whole[c] }

// Refusal says why a word with a need cannot be called at all; "" if it can.
func (p *Policy) Refusal(n Need) string {
	if p.Gives(n.Capability()) {
		return ""
	}
	return fmt.Sprintf("it %s: run with %s", n.Does(), n.Capability().Flag())
}

// DeniedError says that the policy does not allow something. It is an fs.ErrPermission.
type DeniedError struct {
	Doing string // such as `reading "/etc/passwd"`
	Why   string // what the policy found out on the way, if it is not obvious
	// Capability and Value are what would allow it: "--allow-read=/etc/passwd". Value "": only the whole would.
	Capability Capability
	Value      string
}

func (e *DeniedError) Error() string {
	why, value := e.Why, e.Value
	if why != "" {
		why += ": "
	}
	if value != "" {
		value = "=" + argument(value)
	}
	return fmt.Sprintf("%s is not allowed: %srun with %s%s", e.Doing, why, e.Capability.Flag(), value)
}

// Is tells that the error is fs.ErrPermission.
func (e *DeniedError) Is(target error) bool { return target == fs.ErrPermission }

// Denied returns the *DeniedError that an error is or has in it; nil if there is none.
func Denied(err error) error {
	var denied *DeniedError
	if errors.As(err, &denied) {
		return denied
	}
	return nil
}

// argument writes an entry of a list as the command line takes it.
func argument(entry string) string {
	entry = strings.ReplaceAll(entry, ",", ",,")
	if strings.ContainsFunc(entry, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"'\\$`&;|<>()*?[]#~!{}", r) }) {
		return fmt.Sprintf("%q", entry)
	}
	return entry
}

// Split takes a list of the command line apart: commas separate, two stand for one.
func Split(list string) []string {
	const comma = "\x00"
	parts := strings.Split(strings.ReplaceAll(list, ",,", comma), ",")
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], comma, ",")
	}
	return parts
}

// Env tells whether the program may know a variable of the environment. The error is a *DeniedError.
func (p *Policy) Env(name string) error {
	if p.everything(Env) || slices.ContainsFunc(p.env, func(entry string) bool {
		start, open := strings.CutSuffix(entry, "*")
		return entry == name || open && strings.HasPrefix(name, start)
	}) {
		return nil
	}
	return &DeniedError{Doing: fmt.Sprintf("reading the variable %q", name), Capability: Env, Value: name}
}
