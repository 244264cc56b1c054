package bench

import (
	"fmt"
	"path/filepath"
	"strconv"
)

// Set is programs of one folder that are measured alike. The peers of NAME.seq are NAME.lua, for
// Lua 5.4, NAME/main.go and NAME.erl; each takes the same arguments and prints the same.
type Set struct {
	Name     string // the folder
	Title    string // what the programs have in common
	Growing  bool   // the costs at several sizes matter, not those beside a peer
	Programs []Program
}

// Program is one that is measured.
type Program struct {
	Name   string
	Size   int // the first argument; a program of size 0 has none
	Rounds int // the second argument, unless it is 0
	Small  int // the size in tests; 0: they leave the program out
}

// Sets are all programs, in the order in which they are measured.
func Sets() []Set {
	return []Set{
		{Name: "programs", Title: "programs that the profile of the command was recorded with", Programs: programs},
		{Name: "scalar", Title: "calls, loops and numbers, beside Go's compiled code", Programs: scalar},
		{Name: "wild", Title: "programs of all kinds that nobody tuned for", Programs: wild},
		{Name: "channels", Title: "channels, beside those of Go", Programs: channels},
		{Name: "supervision", Title: "strands that end, and are seen or started again, beside processes of Erlang", Programs: supervision},
		{Name: "maps", Title: "maps by kinds of keys and numbers of entries", Programs: maps()},
		{Name: "growth", Title: "one program for each operation whose cost must not grow with what is there", Growing: true, Programs: growth},
	}
}

// Label is what tells a program from the others of its set.
func (p Program) Label() string {
	if p.Rounds == 0 {
		return p.Name
	}
	return fmt.Sprintf("%s/%d", p.Name, p.Size)
}

// Args are the arguments of the program at a size.
func (p Program) Args(size int) []string {
	var args []string
	for _, n := range []int{size, p.Rounds} {
		if n != 0 {
			args = append(args, strconv.Itoa(n))
		}
	}
	return args
}

// Source is the file of the program under dir, the folder of the sets.
func (s Set) Source(dir string, p Program) string {
	return filepath.Join(dir, s.Name, p.Name+".seq")
}

// The sizes are such that Lua takes 0.1 to 0.4 s.

var programs = []Program{
	{Name: "channels"}, {Name: "collatz"}, {Name: "fib"}, {Name: "floats"}, {Name: "lists"}, {Name: "loop"}, {Name: "maps"},
	{Name: "quotations"}, {Name: "records"}, {Name: "trees"}, {Name: "unions"}, {Name: "updates"}, {Name: "weave"},
}

var scalar = []Program{
	{Name: "ackermann", Size: 7500, Small: 200},
	{Name: "collatz", Size: 800_000, Small: 1000},
	{Name: "fib", Size: 38, Small: 25},
	{Name: "mandelbrot", Size: 1500, Small: 40},
	{Name: "primes", Size: 2_000_000, Small: 1000},
	{Name: "sumloop", Size: 400_000_000, Small: 1000},
	{Name: "tak", Size: 30, Small: 18},
}

var wild = []Program{
	{Name: "anagrams", Size: 40_000, Small: 200},
	{Name: "bank", Size: 600_000, Small: 3000},
	{Name: "calculator", Size: 50_000, Small: 50},
	{Name: "coins", Size: 50_000, Small: 200},
	{Name: "components", Size: 200_000, Small: 100},
	{Name: "compose", Size: 60_000, Small: 100},
	{Name: "control", Size: 150_000, Small: 100},
	{Name: "crc", Size: 40_000, Small: 20},
	{Name: "filters", Size: 12_000, Small: 200},
	{Name: "floyd", Size: 180, Small: 10},
	{Name: "heat", Size: 2500, Small: 20},
	{Name: "huffman", Size: 30_000, Small: 50},
	{Name: "inventory", Size: 400_000, Small: 3000},
	{Name: "josephus", Size: 1_500_000, Small: 41},
	{Name: "kmeans", Size: 10_000, Small: 50},
	{Name: "lambda", Size: 300, Small: 3},
	{Name: "ledger", Size: 40_000, Small: 50},
	{Name: "leftist", Size: 15_000, Small: 100},
	{Name: "logs", Size: 30_000, Small: 100},
	{Name: "machine", Size: 8000, Small: 10},
	{Name: "markup", Size: 40_000, Small: 20},
	{Name: "merge", Size: 300_000, Small: 100},
	{Name: "runlength", Size: 80_000, Small: 50},
	{Name: "toposort", Size: 60_000, Small: 100},
	{Name: "traffic", Size: 4000, Small: 20},
}

// Their sizes are such that Go takes 0.1 to 0.4 s.
var channels = []Program{
	{Name: "pipeline", Size: 800_000, Small: 50},
	{Name: "rendezvous", Size: 250_000, Small: 50},
	{Name: "select-eight", Size: 80_000, Small: 50},
	{Name: "select-limit", Size: 400_000, Small: 50},
	{Name: "select-two", Size: 400_000, Small: 50},
}

// Their sizes are such that the start of Erlang's machine is a small part.
var supervision = []Program{
	{Name: "crowd", Size: 200_000, Small: 20},
	{Name: "monitors", Size: 400_000, Small: 20},
	{Name: "restarts", Size: 50_000, Small: 20},
}

// Sizes of growth are those of the first of four runs; each has twice as much to do as the one before.
var growth = []Program{
	{Name: "channel-queue", Size: 100_000, Small: 20},
	{Name: "closures", Size: 60_000, Small: 20},
	{Name: "json", Size: 20_000, Small: 20},
	{Name: "list-push", Size: 300_000, Small: 20},
	{Name: "list-set", Size: 100_000, Small: 20},
	{Name: "list-versions", Size: 30_000, Small: 100},
	{Name: "list-words", Size: 200_000, Small: 20},
	{Name: "lists-in-list", Size: 40_000, Small: 40},
	{Name: "lists-in-map", Size: 200_000, Small: 25},
	{Name: "map-ints", Size: 30_000, Small: 50},
	{Name: "map-remove", Size: 100_000, Small: 1100},
	{Name: "map-texts", Size: 30_000, Small: 50},
	{Name: "map-walk", Size: 30_000, Small: 50},
	{Name: "maps-in-map", Size: 40_000, Small: 50},
	{Name: "merge-sort", Size: 20_000, Small: 50},
	{Name: "records-in-list", Size: 150_000, Small: 300},
	{Name: "recursion", Size: 100_000, Small: 30},
	{Name: "regex-replace", Size: 40_000, Small: 20},
	{Name: "son", Size: 30_000, Small: 5},
	{Name: "split-join", Size: 50_000, Small: 20},
	{Name: "strands", Size: 30_000, Small: 20},
	{Name: "text-append", Size: 150_000, Small: 20},
	{Name: "text-cut", Size: 40_000, Small: 20},
	{Name: "text-length", Size: 300_000, Small: 20},
	{Name: "text-prepend", Size: 150_000, Small: 20},
	{Name: "text-shared", Size: 80_000, Small: 20},
	{Name: "text-walk", Size: 150_000, Small: 20},
	{Name: "variant-append", Size: 200_000, Small: 20},
	{Name: "weave-yields", Size: 200_000, Small: 20},
	{Name: "wide-walk", Size: 150_000, Small: 20},
	{Name: "writes", Size: 200_000, Small: 5},
	{Name: "yaml", Size: 30_000, Small: 5},
	{Name: "zipper", Size: 20_000, Small: 20},
}

// mapSteps is how often each program of maps/ sets or reads a key, whatever the size of
// its map.
const mapSteps = 1_000_000

// maps are the programs of maps/, each with several numbers of entries.
func maps() []Program {
	var all []Program
	for _, name := range []string{"dense-read", "dense-write", "sparse-read", "sparse-write", "texts-read", "texts-write"} {
		for size := 10; size <= 1_000_000; size *= 10 {
			all = append(all, Program{Name: name, Size: size, Rounds: mapSteps / size})
		}
	}
	return all
}
