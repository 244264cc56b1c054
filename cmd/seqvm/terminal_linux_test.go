package main

import "golang.org/x/sys/unix"

const getTermiosRequest = unix.TCGETS
