// Command sumloop is the peer of sumloop.seq.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func sum(n int) int {
	sum := 0
	for i := n; i > 0; i-- {
		sum += i - i&1
	}
	return sum
}

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	fmt.Println(sum(n))
}
