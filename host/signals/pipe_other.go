//go:build !linux || (!amd64 && !arm64)

package signals

// knowsSenders: nothing tells here whether a SIGPIPE comes from outside; Go handles it.
const knowsSenders = false

func tellPipes() {}

func sentPipe() bool { return false }
