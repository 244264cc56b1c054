package memory

import (
	"math"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// available returns how many bytes the process can have: the least of the machine's memory, the limits of the
// control groups that it is in, and what its own limits leave above what is mapped already. math.MaxInt64 if nothing
// is known.
func available() int64 {
	return min(machine(), groups(os.ReadFile), limits(os.ReadFile))
}

func machine() int64 {
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) != nil {
		return math.MaxInt64
	}
	return int64(info.Totalram) * int64(info.Unit)
}

// resources are the limits of the process that count (getrlimit(2)), and the field of /proc/self/statm with the
// pages that count towards it (proc_pid_statm(5)).
var resources = []struct{ resource, field int }{{unix.RLIMIT_AS, 0}, {unix.RLIMIT_DATA, 5}}

// limits returns what the limits leave of the process above what Go maps before it has allocated much.
func limits(read func(string) ([]byte, error)) int64 {
	least := int64(math.MaxInt64)
	for _, r := range resources {
		var limit unix.Rlimit
		if unix.Getrlimit(r.resource, &limit) != nil || limit.Cur >= math.MaxInt64 {
			continue
		}
		pages := int64(0)
		if text, err := read("/proc/self/statm"); err == nil {
			if fields := strings.Fields(string(text)); len(fields) > r.field {
				pages, _ = strconv.ParseInt(fields[r.field], 10, 64)
			}
		}
		least = min(least, max(int64(limit.Cur)-pages*int64(os.Getpagesize()), 0))
	}
	return least
}

// block is what Go maps for its heap at a time. It gives none back.
const block = 64 << 20

// addressable tells whether the limits leave what Go may map for an allocation of n bytes, and something to spare.
func addressable(n int64) bool { return limits(os.ReadFile) >= (n+block-1)/block*block+block/2 }

// hierarchies are where the files of control groups are, by the controllers that /proc/self/cgroup names (cgroups(7)), and
// what the file with the limit is called.
var hierarchies = []struct{ controller, root, limit string }{
	{"", "/sys/fs/cgroup", "memory.max"},                         // version 2
	{"memory", "/sys/fs/cgroup/memory", "memory.limit_in_bytes"}, // version 1
}

// groups returns the least limit of the control groups that the process is in, from the innermost one up. In a
// container the path may be that of outside: then only the root is there, which is the container's own.
func groups(read func(string) ([]byte, error)) int64 {
	least := int64(math.MaxInt64)
	membership, err := read("/proc/self/cgroup")
	if err != nil {
		return least
	}
	for line := range strings.Lines(string(membership)) {
		_, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, group, _ := strings.Cut(rest, ":")
		for _, h := range hierarchies {
			if !has(controllers, h.controller) {
				continue
			}
			for at := path.Clean("/" + group); ; at = path.Dir(at) {
				if text, err := read(h.root + path.Join(at, h.limit)); err == nil {
					if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 {
						least = min(least, n)
					}
				}
				if at == "/" {
					break
				}
			}
		}
	}
	return least
}

// has tells whether a list with commas has a controller; the empty list is that of version 2, which has them all.
func has(controllers, name string) bool {
	for c := range strings.SplitSeq(controllers, ",") {
		if c == name {
			return true
		}
	}
	return false
}
