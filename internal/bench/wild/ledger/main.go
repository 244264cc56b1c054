// Command ledger is the peer of ledger.seq.
package main

import (
	"fmt"
	"os"
	"strconv"
)

type request struct {
	account, amount int // a deposit, or only a question for the balance if the amount is 0
	answer          chan int
}

func client(requests chan<- request, account, n int) int {
	answer, sum := make(chan int, 1), 0
	for ; n > 0; n-- {
		r := request{account, n, answer}
		if n&3 == 0 {
			r.amount = 0
		}
		requests <- r
		sum = (sum + <-answer) % 1000003
	}
	return sum
}

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	requests, results := make(chan request, 256), make(chan int)
	go func() {
		accounts := map[int]int{}
		for r := range requests {
			accounts[r.account] += r.amount
			r.answer <- accounts[r.account]
		}
	}()
	const clients = 8
	for k := range clients {
		go func() { results <- client(requests, k+1, n) }()
	}
	total := 0
	for range clients {
		total += <-results
	}
	close(requests)
	fmt.Println(total)
}
