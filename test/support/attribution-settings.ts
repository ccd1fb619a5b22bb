/** The attribution stage as a configuration file and environment make it, and what it tells and counts. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  attributionStage,
  type AttributionStage,
} from '../../instrumentation/compose/attribution.ts'
import { readConfig, type Config } from '../../instrumentation/config.ts'

export interface Configured {
  readonly config: Config
  readonly stage: AttributionStage
  /** Lines on stderr, with the files by their plain names. */
  readonly told: readonly string[]
  /** `costspan.dropped` of the signal `attribution`, by reason. */
  readonly counts: ReadonlyMap<string, number>
}

/**
 * @param yaml the text of the configuration file
 * @param rules the text of a rules file, named by `COSTSPAN_RULES`
 */
export function configured(
  yaml: string,
  { rules, env = {} }: { readonly rules?: string; readonly env?: Record<string, string> } = {},
): Configured {
  const folder = mkdtempSync(join(tmpdir(), 'costspan-attribution-'))
  try {
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const told: string[] = []
    const counts = new Map<string, number>()
    const say = (line: string): void => {
      told.push(line.replaceAll(`${folder}/`, ''))
    }
    const config = readConfig({
      COSTSPAN_CONFIG: file('costspan.yaml', yaml),
      ...(rules === undefined ? {} : { COSTSPAN_RULES: file('rules.yaml', rules) }),
      ...env,
    })
    for (const problem of config.problems) say(problem)
    const count = (reason: string): void => {
      counts.set(reason, (counts.get(reason) ?? 0) + 1)
    }
    return { config, stage: attributionStage(config, count, say), told, counts }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
