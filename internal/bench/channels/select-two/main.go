// Command select-two is the peer of select-two.seq.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func produce(c chan int, n int) {
	for i := n; i > 0; i-- {
		c <- i
	}
}

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	a, b := make(chan int), make(chan int)
	go produce(a, n)
	go produce(b, n)
	sum := 0
	for range 2 * n {
		select {
		case v := <-a:
			sum += v
		case v := <-b:
			sum += v
		}
	}
	fmt.Println(sum)
}
