// Command mandelbrot is the peer of mandelbrot.seq.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func stays(cr, ci float64) bool {
	zr, zi := 0.0, 0.0
	for range 60 {
		zr2, zi2 := zr*zr, zi*zi
		if zr2+zi2 > 4 {
			return false
		}
		zr, zi = zr2-zi2+cr, zr*zi*2+ci
	}
	return true
}

func inside(n int) int {
	found := 0
	for y := range n {
		for x := range n {
			if stays(-1.5+float64(x)*(2/float64(n)), -1+float64(y)*(2/float64(n))) {
				found++
			}
		}
	}
	return found
}

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	fmt.Println(inside(n))
}
