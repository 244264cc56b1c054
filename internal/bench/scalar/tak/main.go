// Command tak is the peer of tak.seq.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func tak(x, y, z int) int {
	if x <= y {
		return z
	}
	return tak(tak(x-1, y, z), tak(y-1, z, x), tak(z-1, x, y))
}

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	fmt.Println(tak(n, n*2/3, n/3))
}
