package regex_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	goregexp "regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/builtins/regex"
)

func TestInvalidPatterns(t *testing.T) {
	for _, p := range strings.Fields(`( ) [ [] [^] * +a a|* (*) a{ { a{} a{,5} a{x} a{2,1} a{-1} (?=a) (?!a) (?<=a) (?<!a) (?>a) (?#a) (a)\1 \0 \123
		\Q.\E \C \X \R \h \K \G \Z \e \N \l \y \cA \x4 \u41 \x{D800} \u{110000} \ [z-a] [a-\d] [\d-z] [[] [a[] [a[b] [\b] [\A] [\z]
		(?) (?-) (?i-) (?ii) (?i-i) (?z) (?P<1a>x) (?P<>x) (?P<a>x)(?P<a>y) \p{Nothing} \p{^L} \p{Cs} \p{ (?-u:.) (?-u:\W) (?-u:\D) (?-u:[^a])
		(?-u)\xFF (?-u)[é] (?-u)\pL a{4294967296} (?x)[ \é (?i`) {
		_, err := regex.Compile(p)
		assert.Error(t, err, "%q", p)
	}
	for _, p := range []string{"\\", "(?x)[ ]", "a\xff", strings.Repeat("(", 5000) + strings.Repeat(")", 5000), "((a{100}){100}){100}", "a{4294967295}", "((((a{60000}){60000}){60000}){60000}){60000}"} {
		_, err := regex.Compile(p)
		assert.Error(t, err, "%.40q", p)
	}
}

func TestValidPatterns(t *testing.T) {
	for _, p := range append(strings.Fields(`} ] a| (|a) || a** a*+ a{2}{3} ^* \b{1} a{1001} (?P<n>x) (?<n>x) (?<n.a[0]>x) \u0041 \x{1F600} \U0001F600 \U{41} \p{Greek} \pL \PL
		\p{Script=Greek} \p{sc:Grek} \p{gc=Lu} \p{isAlphabetic} \p{space} \p{White-Space} \p{gc!=L} \p{Emoji} []a] [^]a] [--a] [a-c-e] [\d-] [a&&] [a--] [[:foo:]] [:alpha:]
		[a-z&&[^aeiou]] [^a-c&&b-e] (?i)a (?i-s:a) (?-u)é (?-u)\B (?U)a* (?R)$ \< \> \b{start} \b{end-half} a{100000} [a-z]{5000} (a{100}){100} \d{1000} .{10000} \w{1000}`),
		"", "a{ 2 , 3 }", "(?x) a b # c\n", "\\ ", "\\#", "(?x)\\ ") {
		_, err := regex.Compile(p)
		assert.NoError(t, err, "%q", p)
	}
}

// find shows the first match of a pattern with its groups, "-" for none.
func find(t *testing.T, pattern, text string) string {
	t.Helper()
	re, err := regex.Compile(pattern)
	require.NoError(t, err, pattern)
	loc := re.Find(text, 0)
	if loc == nil {
		assert.False(t, re.Match(text))
		return "-"
	}
	assert.True(t, re.Match(text))
	var parts []string
	for i := 0; i < len(loc); i += 2 {
		if loc[i] < 0 {
			parts = append(parts, "-")
		} else {
			parts = append(parts, fmt.Sprintf("%q", text[loc[i]:loc[i+1]]))
		}
	}
	return strings.Join(parts, " ")
}

func TestMeaning(t *testing.T) {
	for _, c := range []struct{ pattern, text, want string }{
		{`a.c`, "a\nc", "-"}, {`(?s)a.c`, "a\nc", `"a\nc"`}, {`(?R).+`, "ab\rc", `"ab"`},
		{`b$`, "b\n", "-"}, {`(?m)b$`, "b\nc", `"b"`}, {`(?m)^c`, "b\nc", `"c"`}, {`(?Rm)^c`, "b\rc", `"c"`}, {`(?Rm)a$`, "a\r\nb", `"a"`}, {`(?Rm)^$`, "a\r\nb", "-"},
		{`\bé`, "xé é", `"é"`}, {`\Bb`, "ab b", `"b"`}, {`\<b`, "ab b", `"b"`}, {`a\>`, "ab a", `"a"`}, {`\b{start}\w+`, " foo", `"foo"`}, {`a\b{end-half}`, "ab a", `"a"`},
		{`a+?`, "aaa", `"a"`}, {`(?U)a+`, "aaa", `"a"`}, {`(?U)a+?`, "aaa", `"aaa"`}, {`a{2}`, "aaa", `"aa"`}, {`a{2,}`, "aaa", `"aaa"`}, {`a{1,2}?`, "aaa", `"a"`},
		{`(a|b)*`, "aab", `"aab" "b"`}, {`a|ab`, "ab", `"a"`}, {`(a)|(b)`, "b", `"b" - "b"`}, {`(a*)*`, "b", `"" ""`}, {`(a*)+`, "b", `"" ""`}, {`(a|b*)*`, "abba", `"abba" "a"`},
		{`\d+`, "x٣٤", `"٣٤"`}, {`(?-u)\d+`, "x٣4", `"4"`}, {`\w+`, "héllo", `"héllo"`}, {`\s`, "a\u2003b", "\"\\u2003\""}, {`\S`, "\v", "-"},
		{`(?i)k`, "\u212a", "\"\u212a\""}, {`(?i)σ`, "ς", `"ς"`}, {`(?i)ß`, "ẞ", `"ẞ"`}, {`(?i)ß`, "ss", "-"}, {`(?i)[^x]`, "xX", "-"}, {`(?i)\P{Lu}`, "aA1", `"1"`}, {`(?i-u)k`, "\u212a", "-"},
		{`[a-g&&b-f--c]+`, "abcde", `"b"`}, {`[a-g&&b-f--c]+`, "dbc", `"db"`}, {`[a-c~~b-d]+`, "bad", `"ad"`}, {`[^a-c&&b-e]`, "bcd", `"d"`}, {`[a-z[0-9]]+`, "a1-", `"a1"`}, {`[[:^alpha:]]`, "a1", `"1"`},
		{`[[:foo:]]+`, "of:", `"of:"`}, {`[]a]+`, "]a", `"]a"`}, {`[--a]+`, "-a", `"-a"`}, {`[a-c-e]+`, "b-e", `"b-e"`}, {`[\]]`, "]", `"]"`}, {`[a&&]`, "a", "-"}, {`[a--]`, "a", `"a"`},
		{`\p{Greek}+`, "aαβ", `"αβ"`}, {`\p{Lu}`, "aB", `"B"`}, {`\p{gc!=L}`, "a1", `"1"`}, {`\p{Emoji_Presentation}`, "a😀", `"😀"`}, {`\x41\u{42}\U00000043`, "ABC", `"ABC"`},
		{`(?x) a b # comment`, "ab", `"ab"`}, {`(?x) a\ b`, "a b", `"a b"`}, {`a(?i)b|c`, "aB", `"aB"`}, {`a(?i)b|c`, "C", `"C"`}, {`(?i:a)b`, "Ab", `"Ab"`}, {`(?i:a)b`, "AB", "-"},
		{`.`, "\xff", `"\xff"`}, {`[^a]`, "\xff", `"\xff"`}, {`\PL`, "\xff", `"\xff"`}, {`\pL|\x{FFFD}`, "\xff", "-"}, {`\w`, "\xe9", "-"}, {`\A\z`, "", `""`}, {`\Ab`, "ab", "-"},
	} {
		assert.Equal(t, c.want, find(t, c.pattern, c.text), "%q on %q", c.pattern, c.text)
		if c.want != "-" && len(c.pattern) < 60 && !strings.Contains(c.pattern, `\A`) {
			// A long text takes the other way of searching; here in front of the match.
			long := find(t, c.pattern, c.text+strings.Repeat("\n", 1<<18))
			assert.NotEqual(t, "-", long, "%q on a long text", c.pattern)
		}
	}
}

func TestSplitAndReplace(t *testing.T) {
	for _, c := range []struct {
		text, pattern string
		want          []string
	}{
		{"a1b2", "[0-9]", []string{"a", "b", ""}}, {"abc", "", []string{"", "a", "b", "c", ""}}, {"abc", "x*", []string{"", "a", "b", "c", ""}},
		{"", "x", []string{""}}, {"", "", []string{"", ""}}, {"abc", "$", []string{"abc", ""}}, {"a, b;c", `[,;]\s*`, []string{"a", "b", "c"}},
	} {
		re, err := regex.Compile(c.pattern)
		require.NoError(t, err)
		var pieces []string
		re.Split(c.text, func(piece string) { pieces = append(pieces, piece) })
		assert.Equal(t, c.want, pieces, "%q by %q", c.text, c.pattern)
	}
	re, err := regex.Compile(`(?P<k>\w)=(\d)`)
	require.NoError(t, err)
	for template, want := range map[string]string{
		"$2": "1,2", "$k$2": "a1,b2", "${k}x": "ax,bx", "$kx": ",", "$1_": ",", "$10": ",", "$$1": "$1,$1", "$0!": "a=1!,b=2!", "$": "$,$", "${k": "${k,${k",
		"${}": ",", "${ 1}": ",", "$01": "a,b", "$1é": "aé,bé", "$1-": "a-,b-", `\1`: `\1,\1`,
	} {
		assert.Equal(t, want, re.Replace("a=1,b=2", template, true), template)
	}
	assert.Equal(t, "X,b=2", re.Replace("a=1,b=2", "X", false))
	all, err := regex.Compile("b*")
	require.NoError(t, err)
	assert.Equal(t, "-a-c-", all.Replace("abc", "-", true))
}

// Patterns that both know, against Go's package, both ways of searching.
func TestAgainstGo(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var pattern func(depth int) string
	pattern = func(depth int) string {
		if depth == 0 {
			return []string{"a", "b", "c", ".", "[ab]", "[^a]", "^", "$", `\b`}[r.IntN(9)]
		}
		switch r.IntN(6) {
		case 0:
			return pattern(depth-1) + "|" + pattern(depth-1)
		case 1:
			return "(" + pattern(depth-1) + ")"
		case 2:
			return "(?:" + pattern(depth-1) + ")" + []string{"*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}?"}[r.IntN(9)]
		default:
			return pattern(depth-1) + pattern(depth-1)
		}
	}
	for round := range 4000 {
		p := pattern(1 + r.IntN(4))
		want := goregexp.MustCompile(p)
		got, err := regex.Compile(p)
		require.NoError(t, err, p)
		text := ""
		for range r.IntN(12) {
			text += string("abc\n "[r.IntN(5)])
		}
		assert.Equal(t, want.FindStringSubmatchIndex(text), got.Find(text, 0), "%q on %q", p, text)
		var all [][]int
		for loc := range got.All(text) {
			all = append(all, slices.Clone(loc[:2]))
		}
		assert.Equal(t, want.FindAllStringIndex(text, -1), all, "all of %q on %q", p, text)
		if round%100 > 0 {
			continue
		}
		long := text + strings.Repeat("d", 1<<18)
		assert.Equal(t, want.FindStringSubmatchIndex(long) != nil, got.Match(long), "%q on %q and more", p, text)
	}
}

// What makes backtracking engines explode takes linear time here.
func TestNoBlowUp(t *testing.T) {
	re, err := regex.Compile(`(a*)*(a|aa)+$`)
	require.NoError(t, err)
	assert.False(t, re.Match(strings.Repeat("a", 20_000)+"b"))
}

// The cases of testdata/reference.txt.
func TestReference(t *testing.T) {
	table, err := os.ReadFile("testdata/reference.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(table)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 3 {
			continue // a comment
		}
		pattern, err := strconv.Unquote(fields[0])
		require.NoError(t, err, line)
		text, err := strconv.Unquote(fields[1])
		require.NoError(t, err, line)
		assert.Equal(t, fields[2], allMatches(pattern, text), "%s on %s", fields[0], fields[1])
	}
}

// allMatches shows all matches with their groups as testdata/reference.txt does.
func allMatches(pattern, text string) string {
	re, err := regex.Compile(pattern)
	if err != nil {
		return "invalid"
	}
	var matches []string
	for loc := range re.All(text) {
		var groups []string
		for i := 0; i < len(loc); i += 2 {
			if loc[i] < 0 {
				groups = append(groups, "-")
			} else {
				groups = append(groups, fmt.Sprintf("%d-%d", loc[i], loc[i+1]))
			}
		}
		matches = append(matches, strings.Join(groups, ","))
	}
	if matches == nil {
		return "none"
	}
	return strings.Join(matches, " ")
}

// The deepest nesting of each kind that the reference accepts.
func TestNesting(t *testing.T) {
	nested := func(n int, open, inside, end string) string {
		return strings.Repeat(open, n) + inside + strings.Repeat(end, n)
	}
	for _, c := range []struct {
		open, inside, end string
		deepest           int
	}{
		{"(", "a", ")", 250}, {"(", "", ")", 250}, {"(", "ab", ")", 249}, {"(", "a|b", ")", 249}, {"(", "a|bc", ")", 248}, {"(?:", "a", ")?", 125}, {"(", "a", "|b)", 125}, {"(b", "a", ")", 125},
		{"", "a", "*", 250}, {"[", "a", "]", 250}, {"[", "ab", "]", 249}, {"[b", "a", "]", 125}, {"[", "a", "&&b]", 125}, {"", "[a", "&&b", 249}, {"(", "[a]", ")", 249},
	} {
		last := map[string]string{"&&b": "]"}[c.end]
		assert.True(t, valid(nested(c.deepest, c.open, c.inside, c.end)+last), "%d times %s%s%s", c.deepest, c.open, c.inside, c.end)
		assert.False(t, valid(nested(c.deepest+1, c.open, c.inside, c.end)+last), "%d times %s%s%s", c.deepest+1, c.open, c.inside, c.end)
	}
}

func valid(pattern string) bool {
	_, err := regex.Compile(pattern)
	return err == nil
}

// A match that is longer than the window of a trial is found all the same, and so is one behind
// many windows, or one behind an attempt that has left its window.
func TestLongTexts(t *testing.T) {
	filler := strings.Repeat("x", 1<<18)
	for _, c := range []struct {
		pattern, text string
		want          []int
	}{
		{`a(x*)b`, "a" + filler + "b", []int{0, 1<<18 + 2, 1, 1<<18 + 1}},
		{`a(x*)b|(x)c`, "a" + filler + "c", []int{1 << 18, 1<<18 + 2, -1, -1, 1 << 18, 1<<18 + 1}},
		{`(?:[a-z]|yy)+(?:1|2)`, strings.Repeat(filler, 4) + "2", []int{0, 1<<20 + 1}},
		{`([0-9]+|_)-`, strings.Repeat(filler+"1_", 4) + "23-", []int{1<<20 + 8, 1<<20 + 11, 1<<20 + 8, 1<<20 + 10}},
		{`\b(?:é|e)+\b`, filler + " éée", []int{1<<18 + 1, 1<<18 + 6}},
	} {
		re, err := regex.Compile(c.pattern)
		require.NoError(t, err)
		assert.Equal(t, c.want, re.Find(c.text, 0), c.pattern)
		require.True(t, re.Match(c.text), c.pattern)
		for start, end := range re.Spans(c.text) {
			assert.Equal(t, c.want[:2], []int{start, end}, c.pattern)
			break
		}
	}
}

// A search takes no memory once matchers are there.
func TestSearchesReuseMemory(t *testing.T) {
	re, err := regex.Compile(`/item/([0-9]+) status=(\d+)`)
	require.NoError(t, err)
	text := strings.Repeat("GET /item/17 status=200 ", 20)
	allocated := testing.AllocsPerRun(100, func() {
		for range re.All(text) {
		}
		re.Match(text)
	})
	assert.Less(t, allocated, 5.0)
}

func FuzzCompile(f *testing.F) {
	for _, p := range []string{`a(b|c)*`, `[a-z&&[^b]]`, `(?i)\p{Greek}`, `(?x) a # b`, `a{2,3}?`, `\b{start}`, `(?P<n>x)`, `[[:alpha:]--a]`} {
		f.Add(p, "abc")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		re, err := regex.Compile(pattern)
		if err != nil || len(text) > 1000 {
			return
		}
		matches := 0
		for loc := range re.All(text) {
			if matches++; matches > 10 { // each may take long if the pattern is large
				break
			}
			if loc[0] > loc[1] || loc[1] > len(text) {
				t.Fatalf("a match at %v", loc)
			}
		}
	})
}

func BenchmarkFindAll(b *testing.B) {
	re, err := regex.Compile(`(\w+)@(\w+)\.com`)
	require.NoError(b, err)
	text := strings.Repeat("some text and then joe@example.com ", 100)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		for range re.All(text) {
		}
	}
}
