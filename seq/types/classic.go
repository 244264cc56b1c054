package types

import (
	"strings"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/stdlib"
)

// classicNames are the words of classic files that are others, or have other
// names, in today's dialect (chapter 9, section 6).
var classicNames = map[string]string{
	"tcp.listen": "net.tcp.listen", "tcp.accept": "net.tcp.accept", "tcp.read": "net.tcp.read", "tcp.write": "net.tcp.write", "tcp.close": "net.tcp.close",
	"http.get": "net.http.get", "http.post": "net.http.post", "http.put": "net.http.put", "http.delete": "net.http.delete",
	"udp.bind": "net.udp.bind", "udp.send-to": "net.udp.send-to", "udp.receive-from": "net.udp.receive-from", "udp.close": "net.udp.close",
	"list.push!": "list.push", "io.read-line+": "%classic.read-line", "string.split": "%classic.split",
	"int-bits": "%classic.int-bits", "popcount": "%classic.popcount", "clz": "%classic.clz", "ctz": "%classic.ctz", "shl": "%classic.shl", "shr": "%classic.shr",
}

// intMath is std:imath, which has more words in classic files.
var intMath = stdlib.Module{Space: stdlib.Std, Name: "imath"}

// classicMath are the words that std:imath has for classic files only.
var classicMath = map[string]string{"mod": "i.modulo", "pow": "%classic.pow"}

// release2 are the words of releases 1.1 to 2.3 with other results: profile 2
// (chapter 9, section 12).
var release2 = map[string]string{
	"i./": "%classic2.divide", "i.divide": "%classic2.divide", "i.%": "%classic2.modulo", "i.modulo": "%classic2.modulo", "mod": "%classic2.modulo",
	"tcp.listen": "%classic2.tcp.listen", "tcp.accept": "%classic2.tcp.accept", "tcp.read": "%classic2.tcp.read",
	"tcp.write": "%classic2.tcp.write", "tcp.close": "%classic2.tcp.close",
	"regex.find-all": "%classic2.regex.find-all", "regex.split": "%classic2.regex.split",
	"regex.replace": "%classic2.regex.replace", "regex.replace-all": "%classic2.regex.replace-all",
}

// young lists the built-in words that release 1.0 did not have, by name and by
// what they start with. In classic files a program's own word of such a name
// wins (chapter 9, section 5).
var (
	young = func() map[string]bool {
		m := map[string]bool{}
		for _, name := range strings.Fields(`crypto.random-int file.spit file.append file.delete file.size >aux aux> list.push! dip keep bi
			list.reverse string.join map.each map.fold i.neg negate + - * / % = < > <= >= <> test.set-name list.first list.last variant.first
			int.to-bytes-i32-be float.to-bytes-f32-be file.for-each-line fd->socket socket->fd i.pow when unless
			f.sqrt f.cbrt f.pow f.exp f.ln f.log10 f.log2 f.sin f.cos f.tan f.asin f.acos f.atan f.atan2 f.floor f.ceil f.round f.trunc f.pi f.e f.tau`) {
			m[name] = true
		}
		return m
	}()
	youngPrefixes = []string{"terminal.", "signal.", "dir.", "net.", "udp."}
)

// gives tells whether a built-in name gives way to a definition of a file.
func gives(name string, d syntax.Dialect) bool {
	if !d.OldNames() {
		return false
	}
	if young[name] {
		return true
	}
	for _, p := range youngPrefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// classicCall finds what a name means in a file with classic names, as far as
// that differs from today's dialect.
func (p *program) classicCall(name string) (t target, ok bool) {
	if t, ok = p.classicOwn[name]; ok {
		return t, true
	}
	if t, ok = p.oldWords[name]; ok {
		if own, defined := p.names[name]; defined {
			t = own
		}
		return t, true
	}
	builtin := p.overlay(name)
	if builtin == name {
		builtin = classicNames[name]
	}
	if name == "mod" && !p.hasIntMath {
		builtin = ""
	}
	if builtin == "" && p.hasIntMath {
		builtin = classicMath[name]
	}
	if i, ok := p.table.Lookup(builtin); ok {
		return target{kind: TargetBuiltin, index: i}, true
	}
	return target{}, false
}

// overlay is the built-in word that the profile of the program's classic files
// has for a name; the name itself if it is the usual one.
func (p *program) overlay(name string) string {
	if p.profile >= syntax.Classic2 {
		if other := release2[name]; other != "" {
			return other
		}
	}
	return name
}

// oldName hints at what a word of classic files is called today (chapter 9,
// section 14), once for each name and file.
func (p *program) oldName(w *Word, st *syntax.Stmt, t target) {
	today, ok := renamed[st.Text]
	if !ok || !p.opts.Hints || t.kind == TargetWord && !p.info.Program.Modules[p.info.Words[t.index].Module].OldWords() {
		return
	}
	key := hinted{w.Module, st.Text}
	if p.hinted[key] || w.Decl.Allowed("old-name") { // there, but not in the words behind it
		return
	}
	p.hinted[key] = true
	d := p.fail(p.span(w.Module, st.Pos, st.End), "old-name", "%s is %s in dialect 7", st.Text, strings.Fields(today)[0])
	d.Severity = diag.Hint
	d.Help = []string{"'seqvm fix' rewrites the file"}
}

// hinted is a name that has been hinted at, in a file.
type hinted struct {
	module int
	name   string
}
