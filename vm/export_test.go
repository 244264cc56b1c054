package vm

import "fmt"

// Here returns the function that the strand executes; for built-in words of tests.
func (s *Strand) Here() int32 {
	function, _, _ := s.image.functionAt(s.ip - instrSize)
	return function
}

// Remains are what strands have left in the VM: tasks that have not ended, and names.
func (v *VM) Remains() (all []string) {
	v.tasks.Range(func(_, t any) bool {
		all = append(all, fmt.Sprintf("a task: %+v", t))
		return true
	})
	for name := range v.names.byName {
		all = append(all, "the name "+name)
	}
	for range v.names.byTask {
		all = append(all, "a task that has names")
	}
	return all
}

// NativeFunctions is how many functions of the program have machine code.
func NativeFunctions(v *VM) int {
	if t := v.image.Load().tier; t != nil {
		return len(t.made.Load().functions)
	}
	return 0
}

// TellOfRest does what the scheduler does when nothing runs any more, as if it were late.
func (v *VM) TellOfRest() { v.inputDeadlock() }

// Restless has each instruction that may give way to other strands do so, every second time that it is executed.
func (v *VM) Restless() { v.restless, v.counts = true, true }
