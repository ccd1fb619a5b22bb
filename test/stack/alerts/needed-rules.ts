/** Of the rules that are shipped what decides whether alerts fire: the alerts, and recorded series that these read. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Alert, Group, Recording } from '../../../dashboards/rules/rule.ts'
import { recordedIn } from './rule-groups.ts'

type Rule = Recording | Alert

const FILES = ['minutes', 'fast', 'budgets', 'watch'].map(
  (name) => `collector-config/rules/${name}.yaml`,
)

/** @param run is given the file that holds them, each 15 s one evaluation of all */
export async function withNeededRules<T>(
  alerts: readonly string[],
  run: (file: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'costspan-needed-'))
  try {
    const file = join(folder, 'needed.yaml')
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ groups: [needed(alerts)] }))
    return await run(file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** In the order in which they are shipped; what only texts and dashboards read is left out. */
function needed(alerts: readonly string[]): Group {
  const rules = FILES.flatMap((file) =>
    (parse(readFileSync(file, 'utf8')) as { groups: Group[] }).groups.flatMap(
      (group) => group.rules,
    ),
  )
  const read = new Set<string>()
  const need = (rule: Rule): void => {
    for (const name of recordedIn(rule.expr).filter((each) => !read.has(each))) {
      read.add(name)
      rules.filter((other) => 'record' in other && other.record === name).forEach(need)
    }
  }
  const fires = (rule: Rule): boolean => 'alert' in rule && alerts.includes(rule.alert)
  rules.filter(fires).forEach(need)
  const isNeeded = (rule: Rule): boolean =>
    fires(rule) || ('record' in rule && read.has(rule.record))
  return { name: 'needed', interval: '15s', rules: rules.filter(isNeeded) }
}
