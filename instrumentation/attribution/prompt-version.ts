/**
 * Versions that prompts get by themselves: a keyed digest of the system text, so that an edited prompt shows as a new
 * one. A system text with the date or a user's name in it would make one for every call: beyond 20 versions of a
 * prompt in one process they are `varying`.
 */

const MAX_VERSIONS = 20
/** Prompts whose versions are counted; those of any further are `varying`. */
const MAX_PROMPTS = 300

const VARYING = 'varying'

/** The version to record for this digest of the prompt of that name. */
export type VersionLimit = (prompt: string, digest: string) => string

/** @param onVarying told for each call whose version is no longer told apart. */
export function createVersionLimit(onVarying: (prompt: string) => void): VersionLimit {
  const prompts = new Map<string, Set<string>>()
  return (prompt, digest) => {
    let versions = prompts.get(prompt)
    if (versions === undefined && prompts.size < MAX_PROMPTS) {
      versions = new Set()
      prompts.set(prompt, versions)
    }
    if (versions?.has(digest) === true) return digest
    if (versions !== undefined && versions.size < MAX_VERSIONS) {
      versions.add(digest)
      return digest
    }
    onVarying(prompt)
    return VARYING
  }
}
