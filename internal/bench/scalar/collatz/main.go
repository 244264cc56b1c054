// Command collatz is the peer of collatz.seq.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func longest(n int) int {
	longest := 0
	for i := n; i > 0; i-- {
		steps := 0
		for m := i; m != 1; steps++ {
			if m&1 == 0 {
				m /= 2
			} else {
				m = 3*m + 1
			}
		}
		longest = max(longest, steps)
	}
	return longest
}

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	fmt.Println(longest(n))
}
