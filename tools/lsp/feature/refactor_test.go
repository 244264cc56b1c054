package feature_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/document"
	"github.com/seqvm/seqvm/tools/lsp/feature"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

const uri = "file:///nowhere/doc.seq"

// serving is a server that has a text open.
func serving(text string) *feature.Server {
	s := &feature.Server{Workspace: analysis.NewWorkspace(seqvm.Options{})}
	s.Put(document.New(uri, 1, text))
	return s
}

// actions asks for the actions of a kind from one offset to another.
func actions(t testing.TB, s *feature.Server, kind protocol.CodeActionKind, start, end int) []protocol.CodeAction {
	doc := s.Document(uri)
	list, err := s.CodeActions(&protocol.CodeActionParams{
		TextDocument: protocol.TextDocumentIdentifier{URI: uri}, Range: protocol.Range{Start: doc.Position(int32(start), s.Encoding), End: doc.Position(int32(end), s.Encoding)},
		Context: protocol.CodeActionContext{Only: []protocol.CodeActionKind{kind}},
	})
	require.NoError(t, err)
	return list.([]protocol.CodeAction)
}

// applied is the text behind an action.
func applied(s *feature.Server, a *protocol.CodeAction) string {
	doc := s.Document(uri)
	text := doc.Text()
	edits := slices.Clone(a.Edit.Changes[uri])
	slices.SortFunc(edits, func(a, b protocol.TextEdit) int {
		return int(doc.Offset(b.Range.Start, s.Encoding)) - int(doc.Offset(a.Range.Start, s.Encoding))
	})
	for _, e := range edits {
		text = text[:doc.Offset(e.Range.Start, s.Encoding)] + e.NewText + text[doc.Offset(e.Range.End, s.Encoding):]
	}
	return text
}

// failed ends what a program writes that fails.
const failed = "failed"

// ran is what a program writes, and how it ends.
func ran(t testing.TB, text string) string {
	prog, err := seqvm.Compile(seqvm.Text("doc.seq", text), seqvm.Options{})
	require.NoError(t, err, "%s", text)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var out bytes.Buffer
	status, err := prog.Run(ctx, seqvm.Config{Stdout: &out, Stderr: &out, Stdin: strings.NewReader("a\nb\n")})
	if err != nil {
		return out.String() + failed
	}
	return out.String() + string(rune('0'+status))
}

// What is put into a text has its line ends.
func TestLineEndsOfActions(t *testing.T) {
	for _, end := range []string{"\n", "\r\n"} {
		text := strings.ReplaceAll(": main ( -- )\n  1\n  2 i.+\n  drop ;\n", "\n", end)
		s := serving(text)
		list := actions(t, s, protocol.CodeActionKindRefactorExtract, strings.Index(text, "1"), strings.Index(text, "+")+1)
		require.Len(t, list, 1)
		got := applied(s, &list[0])
		assert.Equal(t, strings.Count(got, "\n"), strings.Count(got, end))
		assert.Greater(t, strings.Count(got, end), strings.Count(text, end))
	}
}

// A part between ‹ and › is extracted; want is the new word, "": it is refused.
func TestExtractWord(t *testing.T) {
	const show = " int->string io.write-line ;\n"
	for _, c := range []struct{ text, want string }{
		{": main ( -- ) 3 ‹dup i.*›" + show, ": extracted ( Int -- Int ) dup i.* ;"},
		{": main ( -- ) 3 ‹dup› i.*" + show, ": extracted ( Int -- Int Int ) dup ;"},
		{": two ( T -- T T T ) ‹dup› dup ;\n: main ( -- ) 3 two i.+ i.+" + show, ": extracted ( T -- T T ) dup ;"},
		{": main ( -- ) list.make [ 1 ] list.push 0 list.get drop ‹call 1 i.+›" + show, ""},
		{": main ( -- ) 3 4 ‹+ 2 *›" + show, ": extracted ( Int Int -- Int ) + 2 * ;"},
		{": main ( -- ) 1 2 3 ‹1 pick +› + +" + show, ": extracted ( Int Int -- Int Int ) 1 pick + ;"},
		{": main ( -- ) ‹ \"a  b\" string.length \n 3  i.+  ›" + show, ": extracted ( -- Int )\n  \"a  b\" string.length \n 3  i.+\n;"},
		{": main ( -- ) 3 4 ‹>aux 1 i.+ aux>› i.+" + show, ": extracted ( Int Int -- Int Int ) >aux 1 i.+ aux> ;"},
		{": main ( -- ) 3 4 >aux ‹1 i.+ aux>› i.+" + show, ""},
		{": main ( -- ) 3 4 ‹>aux 1 i.+› aux> i.+" + show, ""},
		{": main ( -- ) 3 4 >aux ‹1 i.+› aux> i.+" + show, ": extracted ( Int -- Int ) 1 i.+ ;"},
		{": main ( -- ) 3 dup 0 i.> [ ‹1 i.+ 2 i.*› ] [ drop 7 ] if" + show, ": extracted ( Int -- Int ) 1 i.+ 2 i.* ;"},
		{": main ( -- ) 3 dup 0 i.> ‹[ 1 i.+ ] [ drop 7 ] if›" + show, ": extracted ( Int Bool -- Int ) [ 1 i.+ ] [ drop 7 ] if ;"},
		{": main ( -- ) 3 dup 0 i.> ‹[ 1 i.+ ] [ drop 7 ]› if" + show, ""},
		{": main ( -- ) 3 dup 0 i.> [ 1 ‹i.+ ] [ drop› 7 ] if" + show, ""},
		{": main ( -- ) 3 d‹up i.*›" + show, ""},
		{": main ( -- ) 3 ‹›dup i.*" + show, ""},
		{": main ( -- ) 10 list.make 3 list.push [ ‹i.+› ] list.map drop 1" + show, ": extracted ( Int Int -- Int ) i.+ ;"},
		{": main ( -- ) 10 5 [ ‹i.+ 2 i.*› ] call" + show, ": extracted ( Int Int -- Int ) i.+ 2 i.* ;"},
		{": adder ( Int -- Closure[ Int -- Int ] ) [ ‹i.+› ] ;\n: main ( -- ) 10 5 adder call" + show, ": extracted ( Int Int -- Int ) i.+ ;"},
		{": main ( -- ) 10 [ 1 i.+ ] ‹call›" + show, ""},
		{": main ( -- ) 10 [ 1 i.+ ] ‹3 drop› call" + show, ""},
		{"union Shape { Dot Box { w: Int } }\n: main ( -- ) 4 Make-Box match Dot -> 0 Box -> ‹1 i.+ 2 i.*› end" + show, ": extracted ( Int -- Int ) 1 i.+ 2 i.* ;"},
		{"union Shape { Dot Box { w: Int } }\n: main ( -- ) 4 Make-Box ‹match Dot -> 0 Box -> 1 i.+ end› 2 i.*" + show, ": extracted ( Shape -- Int ) match Dot -> 0 Box -> 1 i.+ end ;"},
		{": down ( Int -- Int ) dup 0 i.> [ ‹1 i.- down› ] [ ] if ;\n: main ( -- ) 5 down" + show, ": extracted ( Int -- Int ) 1 i.- down ;"},
		{": main ( -- )\n  3 # three\n  ‹dup # it\n  i.*›\n" + show, ": extracted ( Int -- Int )\n  dup # it\n  i.*\n;"},
		{": main ( -- ) 3 ‹dup nix›" + show, ""},
		{"# seq:dialect classic\n: main ( -- ) 3 ‹dup i.*›" + show, ""},
		{": extracted ( -- ) ;\n: main ( -- ) 3 ‹dup i.*› extracted" + show, ": extracted-2 ( Int -- Int ) dup i.* ;"},
	} {
		start, end := strings.Index(c.text, "‹"), strings.Index(c.text, "›")-len("‹")
		text := strings.NewReplacer("‹", "", "›", "").Replace(c.text)
		s := serving(text)
		list := actions(t, s, protocol.CodeActionKindRefactorExtract, start, end)
		if c.want == "" {
			assert.Empty(t, list, "%s", c.text)
			continue
		}
		if !assert.Len(t, list, 1, "%s", c.text) {
			continue
		}
		after := applied(s, &list[0])
		assert.Contains(t, after, c.want+"\n", "%s", c.text)
		assert.Equal(t, ran(t, text), ran(t, after), "%s", after)
	}
}

// A range that ends in front of its start is none: nothing is extracted, and nothing fails.
func TestReversedRange(t *testing.T) {
	assert.Empty(t, actions(t, serving(": main ( -- ) 3 dup i.* drop ;"), protocol.CodeActionKindRefactorExtract, 23, 16))
}

// The comments above a definition stay with it; what the file begins with stays there.
func TestExtractedWordStandsInFrontOfComments(t *testing.T) {
	s := serving("#!/usr/bin/env seqvm\n# seq:allow(prefer-nip)\n# Says it.\n: main ( -- ) 3 dup i.* drop ;\n")
	at := strings.Index(s.Document(uri).Text(), "dup")
	list := actions(t, s, protocol.CodeActionKindRefactor, at, at+len("dup i.*"))
	require.Len(t, list, 1)
	assert.Equal(t, "#!/usr/bin/env seqvm\n: extracted ( Int -- Int ) dup i.* ;\n# seq:allow(prefer-nip)\n# Says it.\n: main ( -- ) 3 extracted drop ;\n", applied(s, &list[0]))
}

// The call behind ‹ is inlined; want is the line of main then, "": it is refused.
func TestInlineWord(t *testing.T) {
	for _, c := range []struct{ words, main, want string }{
		{": sq ( Int -- Int ) dup i.* ;", "3 ‹sq", "3 dup i.*"},
		{": sq ( Int -- Int ) dup * ;", "3 ‹sq", "3 dup *"},
		{": nothing ( -- ) ;", "3 ‹nothing", "3 "},
		{": held ( Int Int -- Int Int ) >aux 1 i.+ aux> ;", "3 4 ‹held i.+", "3 4 >aux 1 i.+ aux> i.+"},
		{": run ( Int [ Int -- Int ] -- Int ) call ;", "3 [ 1 i.+ ] ‹run", ""},
		{": one ( -- [ -- Int ] ) [ 1 ] ;", "‹one call", ""},
		{": one ( -- [ -- Int ] ) [ 1 ] ;", "‹one dup drop call", ""},
		{": two ( -- Int ) 1 ;", "5 6 ‹two pick i.+ i.+", ""},
		{": down ( Int -- Int ) dup 0 i.> [ 1 i.- down ] [ ] if ;", "3 ‹down", ""},
		{": any ( T -- T T ) dup ;", "3 ‹any i.*", "3 dup i.*"},
		{": sq ( Int -- Int ) dup i.* ;", "3 [ ‹sq ] call", "3 [ dup i.* ] call"},
		{": adder ( Int -- Closure[ Int -- Int ] ) [ i.+ ] ;", "3 4 ‹adder call", ""},
		{": sq ( Int -- Int )\n  dup # it\n  i.* ;", "3 ‹sq", "3 dup # it\n  i.*"},
		{": sq ( Int -- Int ) dup i.* ;", "3 ‹abs", ""},
		{": lose ( Int -- ) drop ;", "3 list.make 4 list.push 0 list.get drop ‹lose", ""},
		{": lose ( Int -- ) drop ;", "3 4 ‹lose", "3 4 drop"},
		{": first ( Variant -- Int ) 0 list.get drop ;", "list.make 4 list.push ‹first", ""},
		{": next ( Int -- Int ) 1 i.+ ;", "list.make 4 list.push 0 list.get drop ‹next", "list.make 4 list.push 0 list.get drop 1 i.+"},
		{": sq ( Int -- Int ) dup i.* ;", "‹3 sq", ""},
	} {
		text := "include std:imath\n" + c.words + "\n: main ( -- ) " + c.main + " int->string io.write-line ;\n"
		at := strings.Index(text, "‹")
		text = strings.ReplaceAll(text, "‹", "")
		s := serving(text)
		list := actions(t, s, protocol.CodeActionKindRefactorInline, at, at)
		if c.want == "" {
			assert.Empty(t, list, "%s", c.main)
			continue
		}
		if !assert.Len(t, list, 1, "%s", text) {
			continue
		}
		after := applied(s, &list[0])
		assert.Contains(t, after, ": main ( -- ) "+c.want+" int->string", "%s", text)
		assert.Equal(t, ran(t, text), ran(t, after))
	}
}

// What stands behind the name that ‹ is in front of is declared; want is the effect, "": none is offered.
func TestDeclareEffect(t *testing.T) {
	const classic1, classic = "# seq:dialect classic-1\n", "# seq:dialect classic\n"
	const quick, rewrite = protocol.CodeActionKindQuickFix, protocol.CodeActionKindRefactorRewrite
	for _, c := range []struct {
		text string
		kind protocol.CodeActionKind
		want string
	}{
		{": ‹sq dup i.* ;\n: main ( -- ) 3 sq int->string io.write-line ;", quick, "( Int -- Int )"},
		{": ‹sq\n  dup i.* ;\n: main ( -- ) 3 sq int->string io.write-line ;", quick, "( Int -- Int )"},
		{": ‹twice dup [ 1 ] ;\n: main ( -- ) 3 twice drop drop drop ;", quick, "( T -- T T [ -- Int ] )"},
		{": ‹plus + ;\n: main ( -- ) 3 4 plus drop ;", quick, ""},
		{": ‹down dup 0 i.> [ 1 i.- down ] [ ] if ;\n: main ( -- ) 3 down drop ;", quick, ""},
		{": ‹odd nix ;\n: main ( -- ) 3 odd drop ;", quick, ""},
		{": ‹sq ( Int -- ) dup i.* ;\n: main ( -- ) 3 sq int->string io.write-line ;", quick, "( Int -- Int )"},
		{": ‹plus ( Int Int -- ) + ;\n: main ( -- ) 3 4 plus int->string io.write-line ;", quick, "( Int Int -- Int )"},
		{": ‹sq ( Int -- Int ) dup i.* ;\n: main ( -- ) 3 sq int->string io.write-line ;", quick, ""},
		{classic1 + ": ‹sq dup i.* ;\n: main ( -- ) 3 sq int->string io.write-line ;", rewrite, "( Int -- Int )"},
		{classic1 + ": ‹sq ( Int -- Int ) dup i.* ;\n: main ( -- ) 3 sq int->string io.write-line ;", rewrite, ""},
		{classic + ": ‹sq dup i.* ;\n: main ( -- ) 3 sq int->string io.write-line ;", quick, "( Int -- Int )"},
	} {
		at := strings.Index(c.text, "‹")
		text := strings.ReplaceAll(c.text, "‹", "")
		s := serving(text)
		list := slices.DeleteFunc(actions(t, s, c.kind, at, at), func(a protocol.CodeAction) bool { return !strings.HasPrefix(a.Title, "Declare") })
		if c.want == "" {
			assert.Empty(t, list, "%s", c.text)
			continue
		}
		if !assert.Len(t, list, 1, "%s", c.text) {
			continue
		}
		assert.Equal(t, "Declare the effect "+c.want, list[0].Title)
		ran(t, applied(s, &list[0]))
	}
}

// unsteady are programs that may write something else each time, or read other files.
var unsteady = regexp.MustCompile(`time\.|strand\.|chan\.|random|os\.|file\.|include "`)

// TestRefactoringsOfPrograms extracts parts of the golden programs at random and inlines calls in them: they write the same.
func TestRefactoringsOfPrograms(t *testing.T) {
	var files []string
	for _, area := range []string{"core", "closures", "types", "language", "collections", "code", "modules", "runtime"} {
		list, err := filepath.Glob("../../../testdata/" + area + "/*.seq")
		require.NoError(t, err)
		files = append(files, list...)
	}
	random := rand.New(rand.NewPCG(24, 3))
	extracted, inlined := 0, 0
	for range 200 {
		file := files[random.IntN(len(files))]
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		text := string(source)
		s := serving(text)
		in := s.Snapshot(uri)
		words := in.Definitions()
		if !in.WithoutErrors() || in.Info.Main == nil || unsteady.MatchString(text) {
			continue
		}
		want := ran(t, text)
		if strings.HasSuffix(want, failed) { // it may fail sooner: a word looks at what it is given, statements of a body do not
			continue
		}
		for range 3 {
			decl := words[random.IntN(len(words))]
			var starts, ends []int32
			for st := range syntax.All(decl.Body) {
				starts, ends = append(starts, st.Start()), append(ends, st.End)
			}
			if len(starts) == 0 {
				continue
			}
			from := random.IntN(len(starts))
			to := min(from+random.IntN(6), len(ends)-1)
			if starts[from] >= ends[to] {
				continue
			}
			for kind, count := range map[protocol.CodeActionKind]*int{protocol.CodeActionKindRefactorExtract: &extracted, protocol.CodeActionKindRefactorInline: &inlined} {
				end := int(ends[to])
				if kind == protocol.CodeActionKindRefactorInline {
					end = int(starts[from])
				}
				for _, a := range actions(t, s, kind, int(starts[from]), end) {
					*count++
					after := applied(s, &a)
					require.Equal(t, want, ran(t, after), "%s: %s\n%s", file, a.Title, after)
				}
			}
		}
	}
	assert.Greater(t, extracted, 20)
	assert.Positive(t, inlined)
	t.Logf("%d extracted, %d inlined", extracted, inlined)
}
