// What tells two codings apart, field by field: two readers' codings beside each other, or two revisions of one.

export const LISTS = ["categories", "remedies", "flags"];
export const FIELDS = ["categories", "severity", "level", "unit", "remedies", "flags", "paraphrase"];

/**
 * For each field {field, differs, left: [{value, only}], right: [{value, only}]}: the values on either side, `only` where
 * the other side lacks that value. A field without a value has an empty list.
 */
export function differences(one, other) {
  return FIELDS.map((field) => {
    const [left, right] = [valuesOf(one, field), valuesOf(other, field)];
    const mark = (values, others) => values.map((value) => ({ value, only: !others.includes(value) }));
    const sides = { left: mark(left, right), right: mark(right, left) };
    return { field, ...sides, differs: [...sides.left, ...sides.right].some(({ only }) => only) };
  });
}

/** From an earlier to a later revision: [{field, removed: [value], added: [value]}], the changed fields alone. */
export function changes(before, after) {
  const only = (values) => values.filter((item) => item.only).map(({ value }) => value);
  return differences(before, after)
    .filter(({ differs }) => differs)
    .map(({ field, left, right }) => ({ field, removed: only(left), added: only(right) }));
}

function valuesOf(coding, field) {
  const value = coding?.[field];
  if (LISTS.includes(field)) return value ?? [];
  return value === null || value === undefined || value === "" ? [] : [value];
}
