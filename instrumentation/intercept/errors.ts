/** How errors of the transport are named in a record. */

import type { Ending } from './open-call.ts'

export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')
}

/** `error.type` of an exception: a system error's code where it has one, else the class. */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return 'error'
  return codeOf(error) ?? codeOf(error.cause) ?? error.name
}

/** Misuse of a stream by the application (a released reader, a locked stream): nothing happened to the answer. */
export function isMisuse(error: unknown): boolean {
  return codeOf(error) === 'ERR_INVALID_STATE'
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}

/** An ending that is an error and has no name yet takes that of the answer. */
export function withError(ending: Ending, errorType: string | undefined): Ending {
  const isError = ending.end === 'broken_off' || ending.end === 'failed'
  if (!isError || ending.errorType !== undefined || errorType === undefined) return ending
  return { ...ending, errorType }
}
