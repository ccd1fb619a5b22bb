/** Under `costspan doctor` a process tells what it sees; in every other nothing of that is loaded. */

import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import { onDemand } from '../on-demand.ts'

const nothing = (): void => undefined

export const NO_DIAGNOSIS: Diagnosis = {
  said: nothing,
  recorded: nothing,
  observation: (inner) => inner,
  recorder: (inner) => inner,
  hooks: (inner) => inner,
  off: nothing,
  running: nothing,
  ended: nothing,
}

/** @param folder that the command names; absent in every process of others */
export function diagnosisIn(folder: string | undefined, version: string): Diagnosis {
  if (folder === undefined) return NO_DIAGNOSIS
  type Diagnosing = typeof import('../diagnosis/diagnosis.ts')
  return (onDemand('diagnosis/diagnosis') as Diagnosing).createDiagnosis(folder, version)
}
