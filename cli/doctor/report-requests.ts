/** Requests that look like LLM calls and were not taken for any. */

import type { ProcessDiagnosis, UnclaimedRequests } from '../../instrumentation/core/diagnosis.ts'
import { grouped, total } from './grouped.ts'
import { note, type Finding } from './finding.ts'

export function unclaimedFindings(processes: readonly ProcessDiagnosis[]): readonly Finding[] {
  const all = grouped(
    processes.flatMap((one) => one.unclaimed),
    ({ via, address }) => `${via} ${address}`,
  )
  return all.map((same) => {
    const [first] = same
    const times = total(same, ({ requests }) => requests)
    const often = times === 1 ? '' : `, ${times} times`
    return findingOf(first, `POST ${first.address} by ${first.via}${often}`)
  })
}

function findingOf({ form }: UnclaimedRequests, says: string): Finding {
  if (form === undefined) {
    const remedy =
      'no protocol that costspan reads has this path: CONTRIBUTING.md, "Add a provider"'
    return note('not seen', says, remedy)
  }
  const remedy = 'its body is none of that form, or tracing is suppressed around it'
  return note('not seen', `${says}, a path of ${form}`, remedy)
}
