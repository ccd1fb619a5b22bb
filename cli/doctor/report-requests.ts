/** Requests that look like LLM calls and were not taken for any. */

import type { ProcessDiagnosis, UnclaimedRequests } from '../../instrumentation/core/diagnosis.ts'
import { grouped, total } from './grouped.ts'
import { mend, note, type Finding } from './finding.ts'

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

function findingOf({ via, form }: UnclaimedRequests, says: string): Finding {
  const calls = form === undefined ? '' : `, a path of ${form}`
  if (via === 'node:http') {
    const remedy = 'node:http is not hooked: hand the client the global fetch, if it takes one'
    return (form === undefined ? note : mend)('not seen', `${says}${calls}`, remedy)
  }
  if (form !== undefined) {
    return note(
      'not seen',
      `${says}${calls}`,
      'its body is none of that form, or tracing is suppressed around it',
    )
  }
  return note(
    'not seen',
    says,
    'no protocol that costspan reads has this path: CONTRIBUTING.md, "Add a provider"',
  )
}
