/** What is configured, and what of it can't be. */

import type { Config } from '../../instrumentation/config.ts'
import { KNOWN_VARIABLES, readVariables } from '../../instrumentation/config/variables.ts'
import { readAttributionSettings } from '../../instrumentation/attribution/settings.ts'
import { nearest } from '../../instrumentation/pricing/nearest.ts'
import { mend, note, ok, type Finding } from './finding.ts'

type Environment = Parameters<typeof readVariables>[0]

/** More than this is no slip of the fingers. */
const SLIPS = 3

export function settingFindings(config: Config, env: Environment): readonly Finding[] {
  const { set, unknown, problems } = readVariables(env)
  const wrong = [...config.problems, ...problems, ...attributionProblems(config)]
  return [
    set.length === 0
      ? ok('settings', 'none: the defaults')
      : ok('settings', `read: ${set.join(', ')}`),
    ...offFinding(config),
    ...wrong.map((line) => mend('settings', line)),
    ...unknown.flatMap(unknownFinding),
  ]
}

function offFinding({ disabled, sdkDisabled }: Config): readonly Finding[] {
  const by = disabled ? 'COSTSPAN_DISABLED' : sdkDisabled ? 'OTEL_SDK_DISABLED' : undefined
  return by === undefined ? [] : [mend('settings', `${by}: nothing is observed`, `unset ${by}`)]
}

/** An `OTEL_` variable that is like none here may well be another's. */
function unknownFinding(name: string): readonly Finding[] {
  const [meant] = nearest(name, KNOWN_VARIABLES, SLIPS)
  if (meant !== undefined) return [mend('settings', `${name} is not known`, `meant: ${meant}?`)]
  if (name.startsWith('OTEL_')) return []
  const own = KNOWN_VARIABLES.filter((known) => known.startsWith('COSTSPAN_'))
  return [note('settings', `${name} is not known`, `known: ${own.join(', ')}`)]
}

/** What is written about attribution is checked where it is first used. */
function attributionProblems({ attribution }: Config): readonly string[] {
  const { settings, rules, placeOf } = attribution
  const problems: string[] = []
  const complaining =
    (place: typeof placeOf) =>
    (path: Parameters<typeof placeOf>[0], problem: string): void => {
      problems.push(`${place(path)}: ${problem}`)
    }
  readAttributionSettings(
    settings,
    rules && { value: rules.value, complain: complaining(rules.placeOf) },
    complaining(placeOf),
  )
  return problems
}
