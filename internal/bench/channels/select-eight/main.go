// Command select-eight is the peer of select-eight.seq.
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
	var c [8]chan int
	for i := range c {
		c[i] = make(chan int, 16)
		go produce(c[i], n)
	}
	sum := 0
	for range 8 * n {
		var v int
		select {
		case v = <-c[0]:
		case v = <-c[1]:
		case v = <-c[2]:
		case v = <-c[3]:
		case v = <-c[4]:
		case v = <-c[5]:
		case v = <-c[6]:
		case v = <-c[7]:
		}
		sum += v
	}
	fmt.Println(sum)
}
