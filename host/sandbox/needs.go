package sandbox

// Capability is a part of the outside that a sandbox gives back as a whole, or in part.
type Capability uint8

// The capabilities.
const (
	None         Capability = iota
	Read                    // files and folders, by path
	Write                   // likewise
	Net                     // the network, by host and port
	Env                     // the environment, by name
	Run                     // other programs
	FFI                     // functions of C libraries
	Sys                     // what concerns the process as a whole: its signals, its terminal
	Native                  // machine code
	Capabilities            // how many there are
)

// Flag returns the flag of the command line that gives the capability, such as "--allow-read".
func (c Capability) Flag() string { return "--allow-" + flags[c] }

var flags = [Capabilities]string{Read: "read", Write: "write", Net: "net", Env: "env", Run: "run", FFI: "ffi", Sys: "sys", Native: "native"}

// Need is what a built-in word reaches of the outside, and with that how each call is checked.
type Need uint8

// The needs. A word of a new family says here what it reaches; what its function then calls is the method
// of Policy that stands beside it, unless the need has no parts.
const (
	Nothing     Need = iota
	ReadPath         // Policy.ReadFile, Open, Stat, ReadDir: the path, links resolved
	ReadHere         // Policy.Here: the current folder
	WritePath        // Policy.OpenWriting, MakeDir, RemoveFile, RemoveDir: the path, links resolved
	EnvName          // Policy.Env: the name
	NetConnect       // Policy.Connect: the host before it is looked up, and each address before it is dialled
	NetListen        // Policy.Listen: the address
	NetResolve       // Policy.Resolve: the host
	NetSocket        // what is done with a socket that another word has opened: no more than that there are some
	SysSignal        // what a signal does to the process
	SysTerminal      // the mode of the terminal
	ForeignCall      // a function of a C library
	needCount
)

// needs says of each need which capability it is part of, and what a word with it does.
var needs = [needCount]struct {
	capability Capability
	does       string
}{
	ReadPath: {Read, "reads files"}, ReadHere: {Read, "tells the current folder"}, WritePath: {Write, "writes files"}, EnvName: {Env, "reads the environment"},
	NetConnect: {Net, "connects to hosts"}, NetListen: {Net, "listens on ports"}, NetResolve: {Net, "looks up names of hosts"}, NetSocket: {Net, "uses the network"},
	SysSignal: {Sys, "sets what signals do to the process"}, SysTerminal: {Sys, "sets the mode of the terminal"},
	ForeignCall: {FFI, "calls a C library"},
}

// Capability returns what must be given, at least in part, for the word to be of use; None for a word that
// may always be called.
func (n Need) Capability() Capability { return needs[n].capability }

// Does says what a word with the need does, such as "reads files".
func (n Need) Does() string { return needs[n].does }
