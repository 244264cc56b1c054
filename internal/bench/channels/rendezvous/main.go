// Command rendezvous is the peer of rendezvous.seq.
package main

import (
	"fmt"
	"os"
	"strconv"
)

const capacity = 0

func produce(c chan int, n int) {
	for i := n; i > 0; i-- {
		c <- i
	}
	close(c)
}

func stage(in, out chan int) {
	for v := range in {
		out <- v + 1
	}
	close(out)
}

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	c := make(chan int, capacity)
	go produce(c, n)
	for range 3 {
		out := make(chan int, capacity)
		go stage(c, out)
		c = out
	}
	sum := 0
	for v := range c {
		sum += v
	}
	fmt.Println(sum)
}
