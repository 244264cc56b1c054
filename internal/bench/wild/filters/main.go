// Command filters is the peer of filters.seq.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func filter(in <-chan int, out chan<- int, prime int) {
	for i := range in {
		if i%prime != 0 {
			out <- i
		}
	}
	close(out)
}

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	numbers := make(chan int, 256)
	go func() {
		for i := 2; i < n; i++ {
			numbers <- i
		}
		close(numbers)
	}()
	in := numbers
	count, last := 0, 0
	for {
		prime, ok := <-in
		if !ok {
			break
		}
		count, last = count+1, prime
		out := make(chan int, 256)
		go filter(in, out, prime)
		in = out
	}
	fmt.Println(count, last)
}
