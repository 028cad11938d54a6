// Carrying out a plan (bulk.js) step by step, and remembering it so that it can be taken back as a whole.

/**
 * Save each step's coding in turn by `save(row, coding)`; `onDone(count)` after each. Stops at the first refusal and when
 * `signal` is aborted, between steps. Resolves with {done: steps that were saved, error: what stopped it, or null}.
 */
export async function runSteps(steps, save, { signal, onDone = () => {} }) {
  const done = [];
  for (const step of steps) {
    if (signal.aborted) return { done, error: null };
    try {
      await save(step.row, step.after);
    } catch (error) {
      return { done, error };
    }
    done.push(step);
    onDone(done.length);
  }
  return { done, error: null };
}
