// The way from codes to ballots. What was drawn is stored before anybody is asked, and what an issuer signed is stored
// before the next one is: wherever this stops, the same question is asked again, and nothing that was signed is lost.
import { sameBytes } from "../lib/bytes.js";
import { assemble, messages } from "../lib/ballot-file.js";
import { CryptoError } from "../lib/errors.js";

/**
 * Collect from every issuer that has not signed yet. `info` is what loadBallots gave; `codes`: {staffCode, claims:
 * {issuer: claim code}}; `tools`: {box, maker, ask, tell} where `maker` draws and unblinds (openWorkshop), `ask` is
 * askIssuer, and `tell(step, issuer)` hears drawing, asking, checking, storing.
 *
 * Resolves with {record, failures: [{issuer, error}]}; `record.state` is "held" when all have signed. One issuer's
 * failure does not keep the others from being asked. Rejects when nothing could be made or stored.
 */
export async function runCollecting(info, codes, tools) {
  let record = await begun(info, tools);
  const failures = [];
  for (const issuer of info.issuers) {
    if (record.state === "held" || record.signatures[issuer.issuer]) continue;
    try {
      record = await collectFrom(issuer, record, codes, tools);
    } catch (error) {
      failures.push({ issuer, error });
    }
  }
  return { record, failures };
}

/** Whether that record belongs to these issuers and keys: the log does not change, so another one is not to be used. */
export function belongs(record, info) {
  const keys = record.collection.keys;
  const same = ({ issuer, publicKey }) => keys[issuer] !== undefined && sameBytes(keys[issuer], publicKey);
  return Object.keys(keys).length === info.issuers.length && info.issuers.every(same);
}

async function begun(info, { box, maker, tell }) {
  const kept = await box.read(info.consultation);
  if (kept?.state === "held") return kept;
  if (kept) {
    if (!belongs(kept, info)) throw new CryptoError("key-format-error");
    return kept;
  }
  tell("drawing");
  const collection = await maker.begin();
  const fresh = { consultation: info.consultation, state: "collecting", collection, signatures: {} };
  // Another tab may have begun meanwhile: whoever stored first is asked for, or an issuer would be asked for two sets.
  return box.change(info.consultation, (found) => found ?? fresh);
}

async function collectFrom(issuer, record, codes, { box, maker, ask, tell }) {
  const { collection } = record;
  const name = issuer.issuer;
  tell("asking", issuer);
  const claim = { staffCode: codes.staffCode, claimCode: codes.claims[name], messages: messages(collection, name) };
  const answers = await ask(issuer, record.consultation, claim);
  tell("checking", issuer);
  const signed = await maker.unblind({ collection, issuer: name, answers });
  tell("storing", issuer);
  return box.change(record.consultation, (found) => withSignatures(found ?? record, name, signed));
}

function withSignatures(record, name, signed) {
  if (record.state === "held") return record;
  const signatures = { ...record.signatures, [name]: signed };
  const all = Object.keys(record.collection.keys).every((issuer) => signatures[issuer]);
  if (!all) return { ...record, signatures };
  // Blinded messages and inverses go: with them an issuer's list could be tied to the ballots in this browser.
  return { consultation: record.consultation, state: "held", ballots: assemble(record.collection, signatures) };
}
