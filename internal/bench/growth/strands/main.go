// Command strands is the peer of strands.seq.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
)

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	numbers := make(chan int)
	for i := n; i > 0; i-- {
		go func() {
			runtime.Gosched()
			numbers <- i
		}()
	}
	sum := 0
	for range n {
		sum += <-numbers
	}
	fmt.Println(sum)
}
