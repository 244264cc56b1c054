package threads

import (
	"fmt"
	"math"
	"os"
	"path"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	leastFiles = 3  // that must be free: two by which Go waits for sockets, and the program or what it opens
	lowFiles   = 32 // a limit that may leave fewer
	lowThreads = 64 // a limit that may leave too few
)

// leastThreads is how many a program needs that does nothing: Go has one for each processor, and some for itself.
func leastThreads() int { return runtime.GOMAXPROCS(0) + 4 }

// Enough returns an error if the limits of the process (getrlimit(2)) are so low that Go would end it.
func Enough() error {
	if limit := soft(unix.RLIMIT_NOFILE); limit < lowFiles && !canOpen(leastFiles) {
		return fmt.Errorf("%d open files are too few, seqvm needs %d besides those that it was started with (ulimit -n)", limit, leastFiles)
	}
	limit := soft(unix.RLIMIT_NPROC)
	if limit >= lowThreads || os.Geteuid() == 0 { // who is bound by none
		return nil
	}
	if others := threadsOf(os.Getuid()) - threadsIn("self"); limit-others < leastThreads() {
		return fmt.Errorf("%d threads are too few, seqvm needs %d besides the %d of the user's other processes (ulimit -u)", limit, leastThreads(), others)
	}
	return nil
}

func soft(resource int) int {
	var limit unix.Rlimit
	if unix.Getrlimit(resource, &limit) != nil {
		return math.MaxInt32
	}
	return int(min(limit.Cur, math.MaxInt32))
}

// canOpen tells whether so many files can be opened.
func canOpen(n int) bool {
	for range n {
		fd, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return err != unix.EMFILE
		}
		defer unix.Close(fd)
	}
	return true
}

// threadsOf counts the threads of a user's processes, as far as they can be seen (proc_pid_status(5)).
func threadsOf(uid int) (n int) {
	dir, err := os.Open("/proc")
	if err != nil {
		return 0
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	for _, name := range names {
		if strings.Trim(name, "0123456789") == "" && status(name, "Uid:") == uid {
			n += threadsIn(name)
		}
	}
	return n
}

func threadsIn(process string) int { return status(process, "Threads:") }

// status returns the first number in a line of a process's status; 0 if there is none.
func status(process, line string) int {
	text, err := os.ReadFile(path.Join("/proc", process, "status"))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "\n"+line)
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(fields[0])
	return n
}

// available returns how many threads there can be: as many as the limits of the user and of the control group leave.
func available() int {
	least := math.MaxInt32
	if os.Geteuid() != 0 {
		least = soft(unix.RLIMIT_NPROC)
		if least < 2*most {
			least -= threadsOf(os.Getuid())
		}
	}
	return max(min(least, groupLimit(os.ReadFile)), 2)
}

// groupLimit returns the limit of processes of the control groups that the process is in, from the innermost one up.
func groupLimit(read func(string) ([]byte, error)) int {
	least := math.MaxInt32
	membership, _ := read("/proc/self/cgroup")
	for line := range strings.Lines(string(membership)) {
		_, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, group, _ := strings.Cut(rest, ":")
		root := map[string]string{"": "/sys/fs/cgroup", "pids": "/sys/fs/cgroup/pids"}[controllers]
		if root == "" {
			continue
		}
		for at := path.Clean("/" + group); ; at = path.Dir(at) {
			if text, err := read(root + path.Join(at, "pids.max")); err == nil {
				if n, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
					least = min(least, n)
				}
			}
			if at == "/" {
				break
			}
		}
	}
	return least
}
