package stack

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// version is an update of a list that others hold.
func version(v *VariantValue, i int, x Value) *VariantValue {
	v.Share()
	return v.With(i, x)
}

func isTree(v *VariantValue) bool {
	return v.form <= 0 && v.long().at == nil && v.long().tree.Load() != nil
}

// asTree is a list of Ints from 0 on, or of lists that have one each, that has become a tree, and the version before.
func asTree(t *testing.T, n int, wrapped bool) (before, v *VariantValue) {
	t.Helper()
	elements := make([]Value, n)
	for i := range elements {
		if elements[i] = FromInt(int64(i)); wrapped {
			elements[i] = FromList([]Value{elements[i]})
		}
	}
	before = version(FromList(elements).AsVariant(), 0, elements[0])
	v = version(before, 0, elements[0])
	require.True(t, isTree(v))
	return before, v
}

// A list that is changed in many places before the next version is held becomes flat again, and no other version sees that.
func TestTreesThatAreChangedOftenBecomeFlat(t *testing.T) {
	const n = 1000
	for _, wrapped := range []bool{false, true} {
		before, v := asTree(t, n, wrapped)
		for i := range n / flattened {
			require.True(t, isTree(v), i)
			v = v.With(n-1-i, FromInt(-1))
		}
		assert.False(t, isTree(v))
		for i := range n {
			want := FromInt(int64(i))
			if wrapped {
				want = before.At(i).AsVariant().At(0)
			}
			assert.Equal(t, int64(i), want.AsInt())
			if i >= n-n/flattened {
				assert.Equal(t, int64(-1), v.At(i).AsInt())
			} else if wrapped {
				require.True(t, v.At(i).AsVariant().Shared(), "both versions hold it")
			} else {
				require.Equal(t, want, v.At(i))
			}
		}
	}
}

// A list of words that became a tree is one of words again.
func TestFlatListsOfNumbersAreWords(t *testing.T) {
	_, v := asTree(t, 1000, false)
	for i := range 1000 {
		v = v.With(i, FromInt(int64(2*i)))
	}
	assert.Equal(t, -form(Int), v.form)
}

// However a list has become flat, versions with one change each soon are trees again: they do not go on to copy it as a whole.
func TestVersionsOfFlatListsAreTreesAgain(t *testing.T) {
	_, v := asTree(t, 1000, false)
	for i := range 100 {
		v = v.With(i, FromInt(-1))
	}
	require.False(t, isTree(v))
	whole := 0
	for i := range 50 {
		if v = version(v, i, FromInt(1)); !isTree(v) {
			whole++
		}
	}
	assert.LessOrEqual(t, whole, copies+1)
	first := v
	for range 50 {
		if !isTree(version(first, 1, FromInt(2))) {
			whole++
		}
	}
	assert.LessOrEqual(t, whole, copies+1)
}

// What is pushed to and taken from a tree makes it flat as well.
func TestTreesThatGrowAndShrinkBecomeFlat(t *testing.T) {
	_, v := asTree(t, 1000, false)
	for range 100 {
		v = v.Push(FromInt(7))
	}
	assert.False(t, isTree(v))
	assert.Equal(t, 1100, v.Len())
	_, v = asTree(t, 1000, false)
	for range 990 {
		v = v.Init()
	}
	assert.False(t, isTree(v))
	assert.Equal(t, []Value{FromInt(0), FromInt(1)}, v.Fields()[:2])
}
