/** The configuration file, and files it names: read, with the line of each setting for messages. */

import { isObject, type JsonObject } from '../core/unknown.ts'
import { FileProblem, readYamlFile, type Path } from '../yaml-file.ts'

/** A value out of a file, not yet checked, and where its parts stand: `file:line`. */
export interface Written {
  readonly value: unknown
  readonly placeOf: (path: Path) => string
}

export interface SettingsFile extends Written {
  readonly value: JsonObject
}

/**
 * The settings in the file that `COSTSPAN_CONFIG` names; none where it can't be read. A key that is none of `allowed` is
 * a problem and no more.
 */
export function readSettingsFile(
  path: string,
  allowed: readonly string[],
  problems: string[],
): SettingsFile | undefined {
  const file = readWritten(path, (place, problem) => {
    problems.push(`COSTSPAN_CONFIG ${place}: ${problem}. Using the defaults.`)
  })
  // An empty file, or one of comments only, says nothing.
  if (file?.value == null) return undefined
  const { value } = file
  const placeOf = (where: Path): string => `COSTSPAN_CONFIG ${file.placeOf(where)}`
  if (!isObject(value)) {
    problems.push(`${placeOf([])}: must be a map of settings. Using the defaults.`)
    return undefined
  }
  for (const key of Object.keys(value).filter((one) => !allowed.includes(one))) {
    problems.push(`${placeOf([key])}: no setting '${key}'. Allowed: ${allowed.join(', ')}`)
  }
  return { value, placeOf }
}

/** `undefined` where it can't be read, and why is told. */
export function readWritten(
  path: string,
  complain: (place: string, problem: string) => void,
): Written | undefined {
  try {
    return readYamlFile(path)
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error
    complain(error.place, error.problem)
    return undefined
  }
}
