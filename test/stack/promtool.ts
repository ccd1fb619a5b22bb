/** Prometheus' own rule engine over given series: `promtool test rules`. */

import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { engine } from './engines.ts'

/** Undefined where there is none that knows our rules: `query_offset` came with Prometheus 2.53, this option with 3. */
export const promtool = [engine('promtool')].find((path) => path !== undefined && isNewEnough(path))

function isNewEnough(path: string): boolean {
  const { stdout, stderr } = spawnSync(path, ['test', 'rules', '--help'], { encoding: 'utf8' })
  return `${stdout}${stderr}`.includes('ignore-unknown-fields')
}

export interface InputSeries {
  readonly series: string
  /** Prometheus' notation: `0+1x10`, `_x5 3 4`. */
  readonly values: string
}

export interface RuleTest {
  readonly name?: string
  /** Between the values of a series. */
  readonly interval: string
  readonly input_series: readonly InputSeries[]
  readonly promql_expr_test?: readonly ExpressionTest[]
  readonly alert_rule_test?: readonly AlertTest[]
}

interface ExpressionTest {
  readonly expr: string
  readonly eval_time: string
  readonly exp_samples: readonly { readonly labels: string; readonly value: number }[]
}

interface AlertTest {
  readonly eval_time: string
  readonly alertname: string
  readonly exp_alerts: readonly {
    readonly exp_labels: Readonly<Record<string, string>>
    readonly exp_annotations?: Readonly<Record<string, string>>
  }[]
}

export interface RuleTests {
  readonly rule_files?: readonly string[]
  readonly evaluation_interval?: string
  readonly tests: readonly RuleTest[]
}

/** What promtool says is not as expected; the empty text where everything is. */
export async function failuresOf(tests: RuleTests): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'costspan-rules-'))
  try {
    const file = join(folder, 'tests.yml')
    const rules = tests.rule_files?.map((path) => resolve(path)) ?? []
    const given = { ...tests, rule_files: rules, group_eval_order: rules.flatMap(groupsOf) }
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(given))
    const { code, output } = await run(['test', 'rules', file])
    return code === 0 ? '' : output
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * Where groups are evaluated at the same time, promtool takes them in an order left to chance unless it is told one: what a
 * group reads of another is then now and then an evaluation old.
 */
function groupsOf(file: string): readonly string[] {
  const { groups } = parse(readFileSync(file, 'utf8')) as {
    readonly groups: readonly { readonly name: string }[]
  }
  return groups.map(({ name }) => name)
}

export function run(args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((done, failed) => {
    if (promtool === undefined) {
      failed(new Error('promtool is missing'))
      return
    }
    execFile(promtool, args, { maxBuffer: 1e9 }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr })
    })
  })
}
