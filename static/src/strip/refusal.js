// Why a file is not taken. Pages translate the codes: file-heic -> data-file-heic.

import { CryptoError } from "../lib/errors.js";

/** The refusal of a file by name, such as "heic"; its code is "file-heic". */
export const refusal = (name, cause) => new CryptoError(`file-${name}`, cause);

/** Whether an error says already why the file is not taken. */
export const isRefusal = (error) => error instanceof CryptoError && error.code.startsWith("file-");

/** Do the work; whatever else goes wrong in it says that the file is not what it seems. */
export async function cleanly(work) {
  try {
    return await work();
  } catch (error) {
    throw isRefusal(error) ? error : refusal("broken", error);
  }
}

/** What was found and taken out, counted by kind, in the order in which it was first met. */
export class Findings {
  #counts = new Map();

  add(kind, count = 1) {
    if (count > 0) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count);
  }

  get size() {
    return this.#counts.size;
  }

  /** [{kind, count}] */
  list() {
    return [...this.#counts].map(([kind, count]) => ({ kind, count }));
  }

  /** Take over what another found. */
  addAll(findings) {
    for (const { kind, count } of findings.list()) this.add(kind, count);
  }
}
