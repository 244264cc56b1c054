// Command ackermann is the peer of ackermann.seq.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func ackermann(m, n int) int {
	switch {
	case m == 0:
		return n + 1
	case n == 0:
		return ackermann(m-1, 1)
	}
	return ackermann(m-1, ackermann(m, n-1))
}

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	fmt.Println(ackermann(2, n))
}
