package main

import "golang.org/x/sys/unix"

// refuseCode has the system give this process no memory that can be executed, from now on.
func refuseCode() error {
	return unix.Prctl(unix.PR_SET_MDWE, unix.PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0)
}

// canRefuseCode tells whether it would: Linux does from 6.3 on.
func canRefuseCode() bool { return unix.Prctl(unix.PR_GET_MDWE, 0, 0, 0, 0) == nil }
