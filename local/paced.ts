/**
 * Answers that may be a little old: with many calls kept, an answer takes a second to compute, open pages ask once a
 * second, and the same thread takes in spans. A computation has a fifth of the time, at most.
 */

const SHARE = 5
/** Different questions remembered: one for each grouping and period that is looked at. */
const MOST = 16

/** Computes an answer anew where the known one is older than four times what it took. */
export function paced<T>(): (question: string, compute: () => T) => T {
  const known = new Map<string, { readonly answer: T; readonly until: number }>()
  return (question, compute) => {
    const found = known.get(question)
    if (found !== undefined && performance.now() < found.until) return found.answer
    const began = performance.now()
    const answer = compute()
    const ended = performance.now()
    const oldest = known.keys().next()
    if (known.size >= MOST && oldest.done !== true) known.delete(oldest.value)
    known.delete(question)
    known.set(question, { answer, until: ended + (ended - began) * (SHARE - 1) })
    return answer
  }
}
