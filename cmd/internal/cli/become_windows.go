package cli

// become runs a program in place of this one, which waits: a process of Windows cannot go on as
// another program.
func become(path string, args, environ []string) (int, error) { return asChild(path, args, environ) }
