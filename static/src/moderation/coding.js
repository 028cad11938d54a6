// The coding that goes to the server: canonical, so that an unchanged form can be told from a changed one.

import { utf8 } from "../lib/bytes.js";
import { canonicalBytes, parseCanonical } from "../lib/canonical.js";
import { CODING_SIZE } from "../lib/rowkey.js";
import { PREFIX } from "../lib/padding.js";

export const PARAPHRASE_MAX = 2000;
export const REASON_MAX = 500;

/**
 * A coding in the server's form: codes sorted, each once. `values` as the form holds them; a decision between two readers
 * has a `reason` as well, HTML like the paraphrase.
 */
export function makeCoding(values) {
  const codes = (list) => [...new Set(list)].sort();
  const coding = {
    v: 1,
    categories: codes(values.categories),
    severity: values.severity ?? null,
    level: values.level || null,
    unit: values.unit || null,
    remedies: codes(values.remedies),
    flags: codes(values.flags),
    paraphrase: values.paraphrase.normalize("NFC"),
  };
  return values.reason === undefined ? coding : { ...coding, reason: values.reason.normalize("NFC") };
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
  if (coding.paraphrase.length > PARAPHRASE_MAX || !fits(coding)) found.push("long");
  if (coding.reason !== undefined && !coding.reason) found.push("reason");
  if ((coding.reason ?? "").length > REASON_MAX) found.push("reasonLong");
  return found;
}

// The copy that moderators share has one size, in bytes.
const fits = (coding) => canonicalBytes(coding).length <= CODING_SIZE - PREFIX;

/** The inverse of what is shared, canonical JSON of a coding; null where another moderator's browser sent anything else. */
export function readCoding(text) {
  try {
    const found = parseCanonical(utf8(text));
    return sameShape(found) ? found : null;
  } catch {
    return null;
  }
}

const isText = (value) => typeof value === "string";
const isTexts = (value) => Array.isArray(value) && value.every(isText);

function sameShape(found) {
  const keys = Object.keys(found).filter((key) => key !== "reason").sort().join();
  return (
    keys === "categories,flags,level,paraphrase,remedies,severity,unit,v" &&
    [found.categories, found.remedies, found.flags].every(isTexts) &&
    [found.level, found.unit].every((value) => value === null || isText(value)) &&
    [null, 1, 2, 3].includes(found.severity) &&
    isText(found.paraphrase) &&
    (found.reason === undefined || isText(found.reason))
  );
}
