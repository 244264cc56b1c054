// Package early does what must happen to signals before the runtime of Go has them. It is for programs only, not for hosts of the API, and
// depends on no other package, so that it is among the first to be initialised.
//
// The runtime answers SIGQUIT by a trace of its own and ends the process: who links the package ignores the signal from its initialisation on,
// until either Default or GiveBack is called. And the runtime takes over signals that were ignored when the process began, all but SIGHUP
// and SIGINT, and tells nobody. So where the linker is told so (-E, see the Makefile), a Linux process begins at the function entry of this
// package, which notes what is ignored; the initialisation has that ignored again.
package early

// quit is what the runtime has set for SIGQUIT. To initialise it is the purpose of the package.
var quit = hold()

// GiveBack has the runtime handle SIGQUIT again, for package os/signal.
func GiveBack() { restore(&quit) }

// Default gives SIGQUIT the default action of the system.
func Default() { restore(new(action)) }
