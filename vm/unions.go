package vm

import (
	"slices"

	"github.com/seqvm/seqvm/bytecode"
	"github.com/seqvm/seqvm/stack"
)

// noTag is the tag of no value.
var noTag = &stack.Tag{Union: -2}

// tagOf is the tag of a variant; noTag of another value.
func tagOf(v *stack.Value) *stack.Tag {
	if v.Kind() != stack.Variant {
		return noTag
	}
	return v.AsVariant().Tag
}

// tooFewFields is the error of a variant that does not have as many fields as its declaration.
func tooFewFields(v *stack.VariantValue, needed int) error {
	return Fail("the variant has only %d fields, %d are needed", v.Len(), needed)
}

// match finds where the arm for a value is.
func (img *image) match(v *stack.Value, table *bytecode.MatchTable) (int32, error) {
	if v.Kind() != stack.Variant {
		return 0, Mismatch("a value of the union "+img.mod.Unions[table.Union], *v)
	}
	tag := v.AsVariant().Tag
	if tag.Union == table.Union {
		if c := table.Targets[tag.Ordinal]; c != bytecode.NoArm {
			return c, nil
		}
	}
	if !tag.Static {
		tag = img.tag(tag.Name)
	}
	if i := img.variantOf(table.Union, tag); i >= 0 {
		if c := table.Targets[img.mod.Variants[i].Ordinal]; c != bytecode.NoArm {
			return c, nil
		}
	}
	for _, arm := range table.Others {
		if img.variants[arm.Variant].tag == tag {
			return arm.Target, nil
		}
	}
	return 0, Fail("no arm for a value with the tag :%s", tag.Name)
}

// variantOf finds the variant of a union that has an interned tag; below 0 if there is none. The
// tag does not say it if its name is List, since lists have it, too.
func (img *image) variantOf(union int32, tag *stack.Tag) int {
	return slices.IndexFunc(img.variants, func(v variant) bool { return v.tag == tag && v.union == union })
}

// other tells whether a value is of another variant of the same union than a given one.
func (img *image) other(v *stack.Value, variant int32) (bool, error) {
	union := img.variants[variant].union
	if v.Kind() != stack.Variant {
		return false, Mismatch("a value of the union "+img.mod.Unions[union], *v)
	}
	tag := v.AsVariant().Tag
	if tag.Same(img.variants[variant].tag) {
		return false, nil
	}
	if !tag.Static {
		tag = img.tag(tag.Name)
	}
	if img.variantOf(union, tag) >= 0 {
		return true, nil
	}
	return false, Fail("no arm for a value with the tag :%s", tag.Name)
}

// is tells whether a value of a union is of one of its variants.
func (img *image) is(to, v *stack.Value, variant int32) error {
	if v.Kind() != stack.Variant {
		return Mismatch("a value of the union "+img.mod.Unions[img.mod.Variants[variant].Union], *v)
	}
	to.SetBool(v.AsVariant().Tag.Same(img.variants[variant].tag))
	return nil
}

// checkOnlyVariant returns an error if a value is not of a variant that is the only one of
// its union; its tag is known not to be the very one of the variant.
func (img *image) checkOnlyVariant(x *stack.Value, variant int32) error {
	if x.Kind() != stack.Variant {
		return Mismatch("a value of the union "+img.mod.Unions[img.mod.Variants[variant].Union], *x)
	}
	if tag := x.AsVariant().Tag; !tag.Same(img.variants[variant].tag) {
		return Fail("no arm for a value with the tag :%s", tag.Name)
	}
	return nil
}

// checkTag returns an error if a value is not of the variant of an accessor.
func (img *image) checkTag(x *stack.Value, variant int32) error {
	want := img.variants[variant].tag
	if x.Kind() != stack.Variant {
		return Mismatch("a value of the variant "+want.Name, *x)
	}
	if tag := x.AsVariant().Tag; !tag.Same(want) {
		return Fail("expected a value of the variant %s, found one of %s", want.Name, tag.Name)
	}
	return nil
}

// get is field.get; false if the field is not of the kind that is declared.
func (img *image) get(x, to *stack.Value, operand int32) (bool, error) {
	variant, i := bytecode.Field(operand)
	d := &img.variants[variant]
	if x.Kind() != stack.Variant || x.AsVariant().Tag != d.tag {
		if err := img.checkTag(x, variant); err != nil {
			return false, err
		}
	}
	k := d.kinds[i]
	if field := x.AsVariant().Slot(int64(i)); field != nil && field.IsFloat() && k == stack.Float {
		to.SetFloat(field.AsFloat())
		return true, nil
	}
	field, ok := x.AsVariant().Get(int64(i))
	if !ok {
		return false, Fail("the value has only %d fields", x.AsVariant().Len())
	}
	*to = field
	return k == stack.Nothing || field.Kind() == k, nil
}

// part is field.take; false if the field is not of the kind that is declared.
func (img *image) part(x, to *stack.Value, operand int32) (bool, error) {
	variant, i := bytecode.Field(operand)
	d := &img.variants[variant]
	if x.Kind() != stack.Variant || x.AsVariant().Tag != d.tag {
		if err := img.checkOnlyVariant(x, variant); err != nil {
			return false, err
		}
	}
	v := x.AsVariant()
	field := v.SlotOf(len(d.kinds), int(i))
	if field == nil {
		return false, tooFewFields(v, len(d.kinds))
	}
	if !field.Scalar() && (!img.linear || v.Shared()) {
		field.Share()
	}
	k := d.kinds[i]
	*to = *field
	return k == stack.Nothing || to.Kind() == k, nil
}

// knownPart is field.take.known and, if the variant does not end there, field.get.known: its tag is known.
func (img *image) knownPart(x, to *stack.Value, operand int32, ends bool) (bool, error) {
	variant, i := bytecode.Field(operand)
	v, k := x.AsVariant(), img.variants[variant].kinds[i]
	field := v.SlotOf(int(i)+1, int(i))
	if field == nil {
		return false, tooFewFields(v, int(i)+1)
	}
	if !ends || v.Shared() || !img.linear {
		field.Share()
	}
	*to = *field
	return k == stack.Nothing || to.Kind() == k, nil
}

// put replaces field i of n of a variant that others may hold as well.
func put(x *stack.Value, n, i int, value *stack.Value) error {
	if x.Kind() != stack.Variant || x.AsVariant().Len() < n {
		return Mismatch("a variant that has been unpacked", *x)
	}
	*x = stack.FromVariant(x.AsVariant().Replaced(n, i, *value))
	return nil
}

// remake makes a variant of fields in the memory of a reuse token, or a new one if somebody holds that.
func remake(token *stack.Value, d *variant, fields []stack.Value, linear bool) {
	if linear && token.Kind() == stack.Variant {
		v := token.AsVariant()
		if d.floats && v.RemakeFloats(d.tag, fields) || v.Remake(d.tag, fields) {
			return
		}
	}
	*token = stack.FromVariant(stack.NewVariant(d.tag, fields))
}

// access leaves a field of the variant in slot a there; false if the field is
// not of the kind that is declared.
func (img *image) access(a *stack.Value, in *bytecode.Instr) (bool, error) {
	if err := img.checkTag(a, in.B); err != nil {
		return false, err
	}
	v := a.AsVariant()
	if int(in.C) >= v.Len() {
		return false, Fail("the value has only %d fields", v.Len())
	}
	field := v.At(int(in.C))
	if !img.linear || v.Shared() {
		field.Share()
	}
	*a = field
	k := img.variants[in.B].kinds[in.C]
	return k == stack.Nothing || field.Kind() == k, nil
}
