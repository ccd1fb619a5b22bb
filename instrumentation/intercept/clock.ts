/** Constant, and a getter that costs more than the clock itself. */
const ORIGIN = performance.timeOrigin

/** Epoch milliseconds with sub-millisecond resolution, monotonic within the process. */
export function now(): number {
  return ORIGIN + performance.now()
}
