package memory

import (
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheLeastLimitOfTheGroupsCounts(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  int64
	}{
		{"none", nil, math.MaxInt64},
		{"version 2", map[string]string{"/proc/self/cgroup": "0::/a/b\n", "/sys/fs/cgroup/a/b/memory.max": "max\n", "/sys/fs/cgroup/a/memory.max": "500\n"}, 500},
		{"of a container", map[string]string{"/proc/self/cgroup": "0::/outside\n", "/sys/fs/cgroup/memory.max": "700\n"}, 700},
		{"version 1", map[string]string{"/proc/self/cgroup": "5:cpu:/x\n4:memory:/a\n", "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "300\n", "/sys/fs/cgroup/memory/memory.limit_in_bytes": "900\n"}, 300},
	} {
		got := groups(func(path string) ([]byte, error) {
			if text, ok := c.files[path]; ok {
				return []byte(text), nil
			}
			return nil, os.ErrNotExist
		})
		assert.Equal(t, c.want, got, c.name)
	}
}
