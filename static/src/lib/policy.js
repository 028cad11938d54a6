// Trust policies (https://c2sp.org/tlog-policy): which logs are believed, and which of their witnesses make a quorum.
// The twin of portal/tlog/policy.py.

import { sameBytes, utf8 } from "./bytes.js";
import { checkCosignature, cosignedAt, MLDSA44, parseCosignerKey } from "./cosignature.js";
import { LogError } from "./merkle.js";
import { parseNote, parseTypedVkey, parseVkey } from "./note.js";

const NONE = "none";
const ALLOWED = /^[\t\n\u0020-\u007e\u0080-\u00ff]*$/u;
const COUNT = /^[1-9][0-9]{0,8}$/u;
const READERS = { log: readLog, witness: readWitness, group: readGroup, quorum: readQuorum };

/**
 * A policy's text or bytes -> {logs: [{key, url}], witnesses: [{name, key, url}], groups: Map, quorum: name or "none"}.
 * Names are octets, as the specification has it: one character for each. Rejects with a LogError "malformed-policy",
 * whose `line` (from 1) says where, and whose `cause` is "malformed-key" where a key is at fault.
 */
export async function parsePolicy(raw) {
  const text = octets(typeof raw === "string" ? utf8(raw) : raw);
  const lines = text.split("\n");
  if (lines.pop() !== "" || !ALLOWED.test(text)) throw malformed();
  const policy = { logs: [], witnesses: [], groups: new Map(), quorum: null };
  const listed = new Set();
  for (const [place, line] of lines.entries()) {
    const [keyword, ...items] = line.split(/[\t ]+/u).filter((item) => item !== "");
    if (keyword === undefined || keyword.startsWith("#")) continue;
    try {
      if (!Object.hasOwn(READERS, keyword)) throw malformed();
      await READERS[keyword](policy, items, listed);
    } catch (error) {
      throw Object.assign(malformed(), { line: place + 1, cause: error.code });
    }
  }
  if (policy.quorum === null) throw malformed();
  return policy;
}

/** Whether the witnesses of those names (a Set) make the policy's quorum. */
export function isQuorum(policy, names) {
  const reached = new Set(names);
  // Members are defined before their group, so that one pass in order is enough, however deep groups lie.
  for (const [name, { threshold, members }] of policy.groups) {
    if (members.filter((member) => reached.has(member)).length >= threshold) reached.add(name);
  }
  return policy.quorum === NONE || reached.has(policy.quorum);
}

/**
 * What a checkpoint (a whole note) is worth under the policy. Its signature by `logKey` has been verified already.
 * {verdict, witnesses: [{name: text, state: good | false | unchecked | missing, time: BigInt or null}]}, where verdict
 * is "other-log" (the policy lists logs, and not this one), "false" (a line in a witness's name that it never made),
 * "none" (the policy asks for no witness, and none is known), "holds", "unchecked" (it may hold: this browser cannot
 * check enough of the cosignatures) or "fails".
 */
export async function judgeWitnesses(note, policy, logKey) {
  const { text, signatures } = parseNote(note);
  const witnesses = await Promise.all(policy.witnesses.map((one) => judgeOne(one, text, signatures)));
  const shown = witnesses.map(({ name, ...rest }) => ({ name: readable(name), ...rest }));
  return { verdict: verdictOf(policy, witnesses, logKey), witnesses: shown };
}

async function judgeOne({ name, key }, text, signatures) {
  const own = signatures.filter((line) => line.name === key.name && sameBytes(line.id, key.id));
  const states = await Promise.all(own.map(({ value }) => checkCosignature(key, text, value)));
  const state = ["false", "unchecked", "good"].find((one) => states.includes(one)) ?? "missing";
  return { name, state, time: state === "good" ? cosignedAt(own[0].value) : null };
}

function verdictOf(policy, witnesses, logKey) {
  const isKnown = ({ key }) => key.name === logKey.name && sameBytes(key.publicKey, logKey.publicKey);
  const named = (...states) => new Set(witnesses.filter(({ state }) => states.includes(state)).map(({ name }) => name));
  if (policy.logs.length > 0 && !policy.logs.some(isKnown)) return "other-log";
  if (named("false").size > 0) return "false";
  if (policy.quorum === NONE && named("good", "unchecked").size === 0) return "none";
  if (isQuorum(policy, named("good"))) return "holds";
  return isQuorum(policy, named("good", "unchecked")) ? "unchecked" : "fails";
}

async function readLog(policy, [vkey, url, ...rest]) {
  if (vkey === undefined || rest.length > 0) throw malformed();
  const key = await parseLogKey(strict(vkey));
  refuseDuplicate(policy.logs, key);
  policy.logs.push({ key, url });
}

// tlog-checkpoint lets a log sign with ML-DSA-44 as well; nothing here opens such a log, but a policy may list it.
async function parseLogKey(text) {
  return (await parseTypedVkey(text)).type === MLDSA44 ? parseCosignerKey(text) : parseVkey(text);
}

async function readWitness(policy, [name, vkey, url, ...rest]) {
  if (vkey === undefined || rest.length > 0) throw malformed();
  refuseName(policy, name);
  const key = await parseCosignerKey(strict(vkey));
  refuseDuplicate(policy.witnesses, key);
  policy.witnesses.push({ name, key, url });
}

function readGroup(policy, [name, count, ...members], listed) {
  if (members.length === 0) throw malformed();
  refuseName(policy, name);
  const counts = new Map([["any", 1], ["all", members.length]]);
  const threshold = counts.get(count) ?? (COUNT.test(count) ? Number(count) : 0);
  if (threshold < 1 || threshold > members.length) throw malformed();
  for (const member of members) {
    // Once in all groups together: a witness counts in one way only.
    if (!isDefined(policy, member) || listed.has(member)) throw malformed();
    listed.add(member);
  }
  policy.groups.set(name, { threshold, members });
}

function readQuorum(policy, [name, ...rest]) {
  if (name === undefined || rest.length > 0 || policy.quorum !== null) throw malformed();
  if (name !== NONE && !isDefined(policy, name)) throw malformed();
  policy.quorum = name;
}

const isDefined = (policy, name) => policy.groups.has(name) || policy.witnesses.some((one) => one.name === name);

function refuseName(policy, name) {
  if (name === NONE || isDefined(policy, name)) throw malformed();
}

// The same public key is the same witness, whatever it calls itself.
function refuseDuplicate(known, key) {
  if (known.some((one) => sameBytes(one.key.publicKey, key.publicKey))) throw malformed();
}

const malformed = () => new LogError("malformed-policy");
const octets = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
const bytesOf = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const readable = (name) => new TextDecoder().decode(bytesOf(name));

function strict(item) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytesOf(item));
  } catch {
    throw new LogError("malformed-key");
  }
}
