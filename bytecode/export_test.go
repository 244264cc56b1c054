package bytecode

// Work verifies a module and tells how many steps that took, of how many it may take.
func Work(m *Module) (work, most int, err error) {
	v := newVerifier(m)
	err = v.module()
	return v.work, v.most, err
}
