package threads

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The least limit of all groups above counts, in both versions of control groups.
func TestGroupLimit(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  int
	}{
		"none":      {map[string]string{"/proc/self/cgroup": "0::/\n"}, math.MaxInt32},
		"no groups": {nil, math.MaxInt32},
		"innermost": {map[string]string{"/proc/self/cgroup": "0::/a/b\n", "/sys/fs/cgroup/a/b/pids.max": "100\n", "/sys/fs/cgroup/a/pids.max": "max\n"}, 100},
		"outer":     {map[string]string{"/proc/self/cgroup": "0::/a/b\n", "/sys/fs/cgroup/a/b/pids.max": "100\n", "/sys/fs/cgroup/a/pids.max": "20\n"}, 20},
		"version 1": {map[string]string{"/proc/self/cgroup": "9:memory:/x\n5:pids:/y\n", "/sys/fs/cgroup/pids/y/pids.max": "7\n", "/sys/fs/cgroup/pids/x/pids.max": "3\n"}, 7},
		"not below": {map[string]string{"/proc/self/cgroup": "0::/../..\n", "/sys/fs/cgroup/pids.max": "9\n"}, 9},
		"nonsense":  {map[string]string{"/proc/self/cgroup": "0::/a\nx\n::\n", "/sys/fs/cgroup/a/pids.max": "many\n"}, math.MaxInt32},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, groupLimit(func(path string) ([]byte, error) {
				if text, ok := c.files[path]; ok {
					return []byte(text), nil
				}
				return nil, errors.New("no such file")
			}))
		})
	}
}
