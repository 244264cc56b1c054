// Package early keeps SIGQUIT from the runtime of Go, which would answer it by a trace of its own and end the process: who links
// the package ignores the signal from the start of the process on, until either Default or GiveBack is called. It is for
// programs only, not for hosts of the API, and it depends on no other package, so that it is among the first to be initialised.
package early

// quit is what the runtime has set for SIGQUIT. To initialise it is the purpose of the package.
var quit = hold()

// GiveBack has the runtime handle SIGQUIT again, for package os/signal.
func GiveBack() { restore(&quit) }

// Default gives SIGQUIT the default action of the system.
func Default() { restore(new(action)) }
