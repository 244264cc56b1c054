// Command select-limit is the peer of select-limit.seq.
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

func produce(c chan int, n int) {
	for i := n; i > 0; i-- {
		c <- i
	}
}

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	c := make(chan int)
	go produce(c, n)
	sum := 0
	for range n {
		select {
		case v := <-c:
			sum += v
		case <-time.After(time.Second):
			return
		}
	}
	fmt.Println(sum)
}
