// Command primes is the peer of primes.seq.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func prime(n int) bool {
	for d := 3; d*d <= n; d += 2 {
		if n%d == 0 {
			return false
		}
	}
	return true
}

func count(n int) int {
	found := 1
	for i := 3; i <= n; i += 2 {
		if prime(i) {
			found++
		}
	}
	return found
}

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	fmt.Println(count(n))
}
