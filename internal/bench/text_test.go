package bench

import (
	"fmt"
	"io"
	"testing"

	"github.com/seqvm/seqvm"
)

// many makes a text by putting a piece behind it n times.
const many = ": many ( String String Int -- String ) dup 0 i.= [ drop drop ] [ rot 2 pick string.concat rot rot 1 i.- many ] if ;\n"

// texts are loops over texts whose rounds must cost the same however long the text is; %d is the number
// of rounds.
var texts = []struct{ name, source string }{
	{"charat", `: sum ( String Int Int -- Int ) 2 pick over string.char-at dup -1 i.= [ drop drop nip ] [ rot i.+ swap 1 i.+ sum ] if ;
: main ( -- ) "" "x" %d many 0 0 sum drop ;`},
	{"charat, not ASCII", `: sum ( String Int Int -- Int ) 2 pick over string.char-at dup -1 i.= [ drop drop nip ] [ rot i.+ swap 1 i.+ sum ] if ;
: main ( -- ) "" "é" %d many 0 0 sum drop ;`},
	{"tokens", `: count ( Int String -- Int )
  dup " " string.find dup -1 i.= [ drop drop ] [ 1 i.+ over string.length string.substring swap 1 i.+ swap count ] if
;
: main ( -- ) 0 "" "word " %d many count drop ;`},
	{"tokens, not ASCII", `: count ( Int String -- Int )
  dup " " string.find dup -1 i.= [ drop drop ] [ 1 i.+ over string.length string.substring swap 1 i.+ swap count ] if
;
: main ( -- ) 0 "" "wörter " %d many count drop ;`},
	{"concat", `: main ( -- ) "" "x" %d many drop ;`},
	{"prepend", `: before ( String Int -- String ) dup 0 i.= [ drop ] [ "x" rot string.concat swap 1 i.- before ] if ;
: main ( -- ) "" %d before drop ;`},
	{"prepend and append", `: around ( String Int -- String ) dup 0 i.= [ drop ] [ "(" rot string.concat ")" string.concat swap 1 i.- around ] if ;
: main ( -- ) "" %d around drop ;`},
	{"columns in a map", `: add ( M Int -- M )
  2dup 12 i.%% drop map.get [ ] [ drop "" ] if "text," string.concat swap 12 i.%% drop swap map.set
;
: fill ( M Int -- M ) dup 0 i.= [ drop ] [ swap over add swap 1 i.- fill ] if ;
: main ( -- ) map.make %d fill drop ;`},
	{"held by many", `: holder ( String Channel -- ) swap string.byte-length swap chan.send drop ;
: go ( String Channel Int -- String Channel )
  dup 0 i.= [ drop ] [ rot rot [ 2dup holder drop drop ] strand.spawn drop dup chan.receive drop drop rot 1 i.- go ] if
;
: main ( -- ) "" "0123456789abcdef" 65536 many chan.make %d go drop drop ;`},
}

// BenchmarkTexts shows time and memory of a round, for two lengths: they are alike if nothing
// looks at a whole text in each round, or copies it.
func BenchmarkTexts(b *testing.B) {
	for _, t := range texts {
		for _, rounds := range []int{10_000, 100_000} {
			prog, err := seqvm.Compile(seqvm.Text("text.seq", many+fmt.Sprintf(t.source, rounds)), seqvm.Options{})
			if err != nil {
				b.Fatal(err)
			}
			b.Run(fmt.Sprintf("%s/%d", t.name, rounds), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := prog.Run(b.Context(), seqvm.Config{Stdout: io.Discard}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rounds), "ns/round")
			})
		}
	}
}
