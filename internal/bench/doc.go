// Package bench measures whole programs, beside Lua where it is installed, and
// the front end. It holds nothing but benchmarks: make bench.
package bench
