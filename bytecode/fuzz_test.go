package bytecode_test

import (
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/builtins"
	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/host/settings"
	"github.com/seqvm/seqvm/vm"
)

// modules compiles the golden programs: seeds that reach deep.
func modules(f *testing.F) (list []*bytecode.Module) {
	for _, area := range []string{"types", "core"} {
		files, _ := filepath.Glob("../testdata/" + area + "/*.seq")
		for _, file := range files {
			if prog, err := seqvm.Compile(seqvm.File(file), seqvm.Options{}); err == nil {
				list = append(list, prog.Module)
			}
		}
	}
	if len(list) == 0 {
		f.Fatal("no programs")
	}
	return list
}

// FuzzDecode: no bytes make the decoder panic; what it accepts it can encode
// again, and the disassembler shows it.
func FuzzDecode(f *testing.F) {
	for _, m := range modules(f) {
		f.Add(bytecode.Encode(m))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := bytecode.Decode(data)
		if err != nil {
			return
		}
		if _, err := bytecode.Disassemble(io.Discard, m, "", nil); err != nil {
			t.Error(err)
		}
		if _, err := bytecode.Decode(bytecode.Encode(m)); err != nil {
			t.Error(err)
		}
	})
}

// FuzzVerify changes instructions of good modules, writes them as a file, and runs what is still
// accepted when that is read: it may fail in any way, but not corrupt or crash the VM. The attacks in package vm look at more, by other means.
func FuzzVerify(f *testing.F) {
	good := modules(f)
	f.Add(uint16(0), uint16(0), uint16(0), uint16(1), int32(0), int32(1), int32(0))
	f.Add(uint16(5), uint16(0), uint16(2), uint16(11), int32(1), int32(1), int32(2))
	f.Fuzz(func(t *testing.T, which, function, place, op uint16, a, b, c int32) {
		m := *good[int(which)%len(good)]
		m.Funcs = append([]bytecode.Func(nil), m.Funcs...)
		fn := &m.Funcs[int(function)%len(m.Funcs)]
		fn.Code = append([]bytecode.Instr(nil), fn.Code...)
		fn.Code[int(place)%len(fn.Code)] = bytecode.Instr{Op: bytecode.Op(op), A: a, B: b, C: c}
		read, err := bytecode.Decode(bytecode.Encode(&m))
		if err != nil || read.Main < 0 {
			return
		}
		v, err := vm.New(read, vm.Config{Builtins: builtins.All().Find, Settings: settings.Settings{StackMax: 1 << 20}})
		if err != nil {
			return
		}
		timer := time.AfterFunc(200*time.Millisecond, func() { v.Stop(vm.ErrStopped) })
		defer timer.Stop()
		if _, err := v.Run(); err != nil {
			if _, bug := err.(*vm.InternalError); bug {
				t.Error(err)
			}
		}
	})
}
