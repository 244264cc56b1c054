//go:build !linux

package main

import "errors"

func refuseCode() error { return errors.ErrUnsupported }

func canRefuseCode() bool { return false }
