// Where ballots lie in the browser: IndexedDB, one record for each consultation; or this page's memory where there is
// none. A record holds no code, no name and no time:
//
//   {consultation, state: "collecting", collection, signatures: {issuer: [256 bytes]}}    half collected
//   {consultation, state: "held", ballots: [{seed, signatures}]}                          can be spent

const DATABASE = "portal-ballots";
const STORE = "ballots";

/**
 * {lasting, read(consultation), write(record), change(consultation, change), remove(consultation)}: `lasting` is false
 * where a closed tab forgets everything. `change` gets the record, or null, and returns what replaces it (null: nothing
 * is left) in one transaction, so that two tabs cannot undo each other.
 */
export async function openBox(factory = globalThis.indexedDB) {
  try {
    const database = await opened(factory);
    // Some private windows open, and refuse only when something is to be written.
    await done(database.transaction(STORE, "readwrite").objectStore(STORE).count());
    return lastingBox(database);
  } catch {
    return memoryBox();
  }
}

/** The ballots of a record that can be spent, none of them while it is half collected. */
export const heldIn = (record) => (record?.state === "held" ? record.ballots : []);

/** Whether both are the same ballot: its seed makes it so. */
export const sameBallot = (one, other) => one.seed.join() === other.seed.join();

/** Take one ballot out of a consultation's record, once it was spent. */
export function takeOut(box, consultation, ballot) {
  return box.change(consultation, (record) => {
    const left = heldIn(record).filter((one) => !sameBallot(one, ballot));
    if (record?.state !== "held") return record;
    return left.length ? { ...record, ballots: left } : null;
  });
}

/** Put ballots of a file or a print beside those that are held already; each once. */
export function putIn(box, consultation, ballots) {
  return box.change(consultation, (record) => {
    if (record?.state === "collecting") return record; // a half-finished collection is never written over
    const known = heldIn(record);
    const fresh = ballots.filter((one) => !known.some((other) => sameBallot(one, other)));
    return { consultation, state: "held", ballots: [...known, ...fresh] };
  });
}

function opened(factory) {
  const request = factory.open(DATABASE, 1);
  request.addEventListener("upgradeneeded", () => request.result.createObjectStore(STORE, { keyPath: "consultation" }));
  return done(request);
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    for (const name of ["error", "blocked"]) request.addEventListener(name, () => reject(request.error));
  });
}

function lastingBox(database) {
  const change = (consultation, decide) =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, "readwrite");
      const store = transaction.objectStore(STORE);
      const request = store.get(consultation);
      let next = null;
      request.addEventListener("success", () => {
        next = decide(request.result ?? null);
        if (next) store.put(next);
        else store.delete(consultation);
      });
      transaction.addEventListener("complete", () => resolve(next));
      for (const name of ["error", "abort"]) transaction.addEventListener(name, () => reject(transaction.error));
    });
  return {
    lasting: true,
    read: async (consultation) => {
      return (await done(database.transaction(STORE).objectStore(STORE).get(consultation))) ?? null;
    },
    write: (record) => change(record.consultation, () => record),
    remove: (consultation) => change(consultation, () => null),
    change,
  };
}

function memoryBox() {
  const records = new Map();
  const change = async (consultation, decide) => {
    const next = decide(records.get(consultation) ?? null);
    if (next) records.set(consultation, next);
    else records.delete(consultation);
    return next;
  };
  return {
    lasting: false,
    read: async (consultation) => records.get(consultation) ?? null,
    write: (record) => change(record.consultation, () => record),
    remove: (consultation) => change(consultation, () => null),
    change,
  };
}
