// The coding that goes to the server: canonical, so that an unchanged form can be told from a changed one.

export const PARAPHRASE_MAX = 2000;

/** A coding in the server's form: codes sorted, each once. `values` as the form holds them. */
export function makeCoding(values) {
  const codes = (list) => [...new Set(list)].sort();
  return {
    v: 1,
    categories: codes(values.categories),
    severity: values.severity ?? null,
    level: values.level || null,
    unit: values.unit || null,
    remedies: codes(values.remedies),
    flags: codes(values.flags),
    paraphrase: values.paraphrase.normalize("NFC"),
  };
}

/** The coding a form begins with: the submitter's own choice of level and unit, nothing else. */
export function startOf(payload) {
  return makeCoding({ categories: [], remedies: [], flags: [], paraphrase: "", level: payload.level, unit: payload.unit });
}

/** Whether two codings say the same. */
export function same(one, other) {
  return JSON.stringify(makeCoding(one)) === JSON.stringify(makeCoding(other));
}

/** Why the server would refuse this coding: names of problems, empty when it would not. */
export function problems(coding) {
  const found = [];
  if (!coding.categories.length && !coding.flags.length && !coding.unit) found.push("empty");
  if (coding.categories.length && coding.flags.includes("no_publishable")) found.push("contradiction");
  if (coding.paraphrase.length > PARAPHRASE_MAX) found.push("long");
  return found;
}
