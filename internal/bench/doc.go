// Package bench measures whole programs, beside peers in other languages where these are
// installed, and the front end. Which programs there are, and with which sizes they run, the
// sets of table.go tell; Compare and Grow measure sets as processes of their own (make bench), the
// benchmarks of this package in this process (make bench-parts).
package bench
