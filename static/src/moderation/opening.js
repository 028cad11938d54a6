// From pages of sealed comments to rows of the desk. Each page is opened by the worker, one page while no other waits.

import { eachPage } from "./api.js";
import { readShared } from "./shared.js";

const PAGE = 50;

/**
 * Fetch and open everything: {rows, broken, tried}, `broken` being the leaves whose envelope disagrees with the log and
 * `tried` a Set of all.
 * `onDone(count)` tells how many comments have been tried; `signal` stops between pages.
 */
export async function openAll({ api, words, vault, signal, onDone }) {
  const opened = { rows: [], broken: [], tried: new Set() };
  let done = 0;
  const take = async (items) => {
    const results = await vault.open(words.cid, items, (count) => onDone(done + count));
    signal.throwIfAborted();
    opened.rows.push(...(await rowsOf(vault, items, results, words)));
    results.forEach(({ state }, place) => state === "broken" && opened.broken.push(items[place].index));
    for (const { index } of items) opened.tried.add(index);
    done += items.length;
  };
  await eachPage(api, words.urlEnvelopes, PAGE, take, signal);
  return opened;
}

/**
 * What others did meanwhile, taken into the rows: asked for all comments alike, so that the server cannot see which of
 * them opened here. Resolves with whether comments have come that this desk never tried to open.
 */
export async function updateRows({ api, words, unsealer, rows, tried }) {
  const known = new Map(rows.map((row) => [row.index, row]));
  let fresh = false;
  await eachPage(api, words.urlEnvelopes, PAGE, async (items) => {
    fresh ||= items.some(({ index }) => !tried.has(index));
    const here = items.filter(({ index }) => known.has(index));
    const codings = await codingsOf(unsealer, here);
    for (const { index, assigned } of here) Object.assign(known.get(index), { assigned, codings: codings.get(index) });
    for (const item of here) await takeRedactions(unsealer, words.cid, known.get(item.index), item);
  });
  return fresh;
}

/** Take in what is served of a row's redactions, where there are more than it knew; resolves with whether there were. */
export async function takeRedactions(unsealer, consultation, row, { redactions }) {
  if (!row.redaction || redactions.length === row.redaction.acts.length) return false;
  const { index } = row;
  Object.assign(row, await unsealer.call("redact-read", { index, consultation, redactions }));
  return true;
}

/** Ask again what the server shows of one row's codings: after one's own is in, that is the other reader's too. */
export async function refreshRow({ api, words, unsealer, row }) {
  const { items } = await api.get(`${words.urlEnvelopes}?after=${row.index - 1}&limit=1`);
  const item = items.find(({ index }) => index === row.index);
  if (!item) return;
  row.codings = (await codingsOf(unsealer, [item])).get(row.index);
  await takeRedactions(unsealer, words.cid, row, item);
}

// What is sealed to other moderators alone gives no row and no word: this reader was not asked.
async function rowsOf(unsealer, items, results, words) {
  const readable = items.filter((_, place) => ["open", "unreadable"].includes(results[place].state));
  const codings = await codingsOf(unsealer, readable);
  return readable.map((item) => {
    const { payload = null, text = words.unreadable, bars = [], redaction = null } = results[items.indexOf(item)];
    const read = { envelope: null, redactions: null, payload, text, bars, redaction };
    return { ...item, ...read, codings: codings.get(item.index), seen: false, group: null };
  });
}

// Map index -> Map slot -> {index, slot, revision, mine, coding}
async function codingsOf(unsealer, items) {
  const entries = items.flatMap(({ index, codings }) => codings.map((entry) => ({ index, ...entry })));
  const read = await readShared(unsealer, entries);
  const found = new Map(items.map(({ index }) => [index, new Map()]));
  for (const entry of read) found.get(entry.index).set(entry.slot, entry);
  return found;
}
