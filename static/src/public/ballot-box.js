// Where ballots lie in the browser: IndexedDB, one record for each consultation; or this page's memory where there is
// none. A record holds no code, no name and no time:
//
//   {consultation, state: "collecting", collection, signatures: {issuer: [256 bytes]}}    half collected
//   {consultation, state: "held", ballots: [{seed, signatures}]}                          can be spent
//
// The database is made by the first record and goes with the last one: that somebody only looked at a page leaves
// nothing on a computer which others use.

const DATABASE = "portal-ballots";
const STORE = "ballots";

/**
 * {lasting, read(consultation), write(record), change(consultation, change), remove(consultation)}: `lasting` is false
 * where a closed tab forgets everything, which may show at the first write only. `change` gets the record, or null, and
 * returns what replaces it (null: nothing is left); it may be called twice. Two tabs cannot undo each other.
 */
export async function openBox(factory = globalThis.indexedDB, locks = globalThis.navigator?.locks) {
  const disk = diskPlace(factory, locks);
  const memory = memoryPlace();
  let place = disk;
  let proven = false; // some private windows open, and refuse only when something is to be written
  try {
    proven = await disk.writable();
  } catch {
    place = memory;
  }
  const change = async (consultation, decide) => {
    try {
      const next = await place.change(consultation, decide);
      proven ||= next !== null;
      return next;
    } catch (error) {
      if (proven || place === memory) throw error;
      place = memory;
      return memory.change(consultation, decide);
    }
  };
  return {
    get lasting() {
      return place === disk;
    },
    read: (consultation) => place.read(consultation),
    write: (record) => change(record.consultation, () => record),
    remove: (consultation) => change(consultation, () => null),
    change,
  };
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

/** The database where there is one, or null; with `create` it is made. */
async function opened(factory, create) {
  if (!create && factory.databases && !(await factory.databases()).some(({ name }) => name === DATABASE)) return null;
  const request = factory.open(DATABASE, 1);
  let absent = false;
  request.addEventListener("upgradeneeded", () => {
    absent = !create;
    if (absent) request.transaction.abort(); // a database that was made just now goes with it
    else request.result.createObjectStore(STORE, { keyPath: "consultation" });
  });
  try {
    return await done(request);
  } catch (error) {
    if (absent) return null;
    throw error;
  }
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    for (const name of ["error", "blocked"]) request.addEventListener(name, () => reject(request.error));
  });
}

/**
 * Every step opens and closes the database, one tab after the other (Web Locks): it must not be deleted as empty while
 * another tab writes. A browser without locks keeps an empty database.
 */
function diskPlace(factory, locks) {
  const turn = (work) => (locks ? locks.request(DATABASE, work) : work());
  const changeNow = async (consultation, decide) => {
    const found = await opened(factory, false);
    if (!found && !decide(null)) return null;
    const { next, left } = await changed(found ?? (await opened(factory, true)), consultation, decide);
    if (!left && locks) await done(factory.deleteDatabase(DATABASE)).catch(() => null);
    return next;
  };
  const writable = async () => {
    const found = await opened(factory, false);
    found?.close();
    if (found) await changeNow("", () => null); // there is no record of that name; an empty database goes
    return found !== null;
  };
  const read = async (consultation) => {
    const database = await opened(factory, false);
    if (!database) return null;
    try {
      return (await done(database.transaction(STORE).objectStore(STORE).get(consultation))) ?? null;
    } finally {
      database.close();
    }
  };
  return {
    writable: () => turn(writable),
    read: (consultation) => turn(() => read(consultation)),
    change: (consultation, decide) => turn(() => changeNow(consultation, decide)),
  };
}

/** Change a record in one transaction and close the database: {next: the record, left: how many records there are}. */
function changed(database, consultation, decide) {
  return new Promise((resolve, reject) => {
    // Strict: what an issuer will have noted must be found again after a power cut as well.
    const transaction = database.transaction(STORE, "readwrite", { durability: "strict" });
    const store = transaction.objectStore(STORE);
    const request = store.get(consultation);
    let next = null;
    let count;
    request.addEventListener("success", () => {
      next = decide(request.result ?? null);
      if (next) store.put(next);
      else store.delete(consultation);
      count = store.count();
    });
    transaction.addEventListener("complete", () => resolve({ next, left: count.result }));
    for (const name of ["error", "abort"]) transaction.addEventListener(name, () => reject(transaction.error));
  }).finally(() => database.close());
}

function memoryPlace() {
  const records = new Map();
  return {
    read: async (consultation) => records.get(consultation) ?? null,
    change: async (consultation, decide) => {
      const next = decide(records.get(consultation) ?? null);
      if (next) records.set(consultation, next);
      else records.delete(consultation);
      return next;
    },
  };
}
