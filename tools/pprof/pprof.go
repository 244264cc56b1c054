// Package pprof writes profiles of Seq programs in the format of 'go tool pprof'.
//
// It is a package of its own, which only those import who write profiles, because of what its
// library costs each start of a program that has it.
package pprof

import (
	"io"

	"github.com/google/pprof/profile"

	"github.com/seqvm/seqvm/vm"
)

// Write writes samples, by word and line, packed by gzip.
func Write(w io.Writer, samples vm.Samples) error {
	out := &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "alloc_space", Unit: "bytes"}, {Type: "cpu", Unit: "nanoseconds"}},
		PeriodType: &profile.ValueType{Type: "cpu", Unit: "nanoseconds"}, Period: int64(samples.Period),
		TimeNanos: samples.Start.UnixNano(), DurationNanos: int64(samples.Duration),
	}
	functions, locations := map[string]*profile.Function{}, map[vm.Frame]*profile.Location{}
	location := func(f vm.Frame) *profile.Location {
		f.Count, f.Column = 0, 0
		if l := locations[f]; l != nil {
			return l
		}
		name := f.Word + "\x00" + f.File
		fn := functions[name]
		if fn == nil {
			fn = &profile.Function{ID: uint64(len(functions) + 1), Name: f.Word, SystemName: f.Word, Filename: f.File}
			functions[name] = fn
			out.Function = append(out.Function, fn)
		}
		l := &profile.Location{ID: uint64(len(locations) + 1), Line: []profile.Line{{Function: fn, Line: int64(f.Line)}}}
		locations[f] = l
		out.Location = append(out.Location, l)
		return l
	}
	for _, s := range samples.List {
		ps := &profile.Sample{Value: []int64{s.Count, s.Bytes, s.Count * int64(samples.Period)}}
		for _, f := range s.Trail {
			ps.Location = append(ps.Location, location(f))
		}
		out.Sample = append(out.Sample, ps)
	}
	return out.Write(w)
}
