package vm

// Here returns the function that the strand executes; for built-in words of tests.
func (s *Strand) Here() int32 {
	function, _, _ := s.image.functionAt(s.ip - instrSize)
	return function
}
