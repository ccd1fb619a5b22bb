/**
 * The one place where our own errors stop. Inside it code may throw; nothing passes it into the application.
 */

import { diag } from './otel-api.ts'

const reported = new Set<string>()

/** Runs `run`; an error of ours becomes a diagnostic (each kind once as a warning) and the result `undefined`. */
export function guard<T>(what: string, run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    report(what, error)
    return undefined
  }
}

/** As `guard`, for promises: never rejects. */
export async function guardAsync<T>(what: string, run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run()
  } catch (error) {
    report(what, error)
    return undefined
  }
}

function report(what: string, error: unknown): void {
  // In a bundle that stands alone there is nobody to tell.
  const told = diag as typeof diag | undefined
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  if (reported.has(what) || reported.size >= 100) {
    told?.debug(`costspan: ${what} failed again`, text)
    return
  }
  reported.add(what)
  told?.error(`costspan: ${what} failed; the application's call is unaffected`, text)
}
