// Remedies are proposed from the categories by the taxonomy's map; what the moderator ticks or unticks by hand stays.

/** The remedies that the map gives for those categories, sorted, each once. Praise has none. */
export function proposal(categories, map) {
  return [...new Set(categories.map((code) => map[code]).filter(Boolean))].sort();
}

/** The remedies a moderator must have set by hand, given a saved coding: those where it differs from the proposal. */
export function touchedIn(coding, map) {
  const proposed = new Set(proposal(coding.categories, map));
  const kept = new Set(coding.remedies);
  return new Set([...proposed, ...kept].filter((code) => proposed.has(code) !== kept.has(code)));
}

/**
 * What to tick and what to mark as proposed after the categories changed.
 * `ticked` and `touched` are Sets of remedy codes; returns {ticked, proposed} as new Sets.
 */
export function follow(categories, map, ticked, touched) {
  const wanted = new Set(proposal(categories, map));
  const byHand = [...ticked].filter((code) => touched.has(code));
  const proposed = new Set([...wanted].filter((code) => !touched.has(code)));
  return { ticked: new Set([...byHand, ...proposed]), proposed };
}
