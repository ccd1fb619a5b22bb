/** Every configuration that is shipped, read by the engine it is for. */

import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as names from '../../instrumentation/semconv.ts'
import { enginePaths, notBuilt, tempoBinary } from './engines/engines.ts'
import { METRICS } from './support/contract.ts'
import { CONFIG, configArgs } from './support/stack.ts'

const engines = enginePaths()
const lacking = notBuilt()
const forward = join(CONFIG, 'forward.yaml')

interface Ran {
  readonly code: number
  readonly text: string
}

async function run(binary: string, args: readonly string[], env = {}): Promise<Ran> {
  const options = { env: { PATH: process.env['PATH'] ?? '', ...env } }
  try {
    const { stdout, stderr } = await promisify(execFile)(binary, [...args], options)
    return { code: 0, text: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, text: stdout + stderr }
  }
}

const validate = (more: readonly string[], env = {}): Promise<Ran> =>
  run(engines.otelcol, ['validate', ...configArgs({ more })], env)

describe.skipIf(lacking.includes('otelcol'))('the Collector', () => {
  it('takes collector.yaml without a variable, and without a word of what is deprecated', async () => {
    expect(await validate([])).toEqual({ code: 0, text: '' })
  })

  it('takes forward.yaml with an endpoint and with headers from the environment', async () => {
    const env = {
      COSTSPAN_FORWARD_ENDPOINT: 'https://otlp.example.com',
      COSTSPAN_FORWARD_HEADERS: '{api-key: secret, x-scope-orgid: "7"}',
    }
    expect(await validate([forward], env)).toEqual({ code: 0, text: '' })
  })

  it('says in one line which endpoint forward.yaml lacks', async () => {
    const { code, text } = await validate([forward])
    expect(code).toBe(1)
    expect(text).toMatch(/exporters::otlp_http\/forward: at least one endpoint must be specified/)
    expect(text.trim().split('\n')).toHaveLength(1)
  })

  it.each([
    ['COSTSPAN_METRIC_INTERVAL', 'soon', /'interval' time: invalid duration/],
    ['COSTSPAN_MAX_SERIES', 'many', /max_streams.*expected type 'int'|'max_streams'/s],
    ['COSTSPAN_MEMORY_MIB', '-1', /limit_mib/],
    ['COSTSPAN_TEMPO_ENDPOINT', 'nowhere', /otlp_grpc\/tempo.*(port|address)/],
  ])('refuses %s=%s and names the setting', async (name, value, message) => {
    const { code, text } = await validate([], { [name]: value })
    expect(code).toBe(1)
    expect(text).toMatch(message)
  })
})

describe.skipIf(lacking.includes('promtool'))('promtool', () => {
  it('takes prometheus.yaml and the rules that it names', async () => {
    const { code, text } = await run(engines.promtool, [
      'check',
      'config',
      join(CONFIG, 'prometheus.yaml'),
    ])
    expect(text).toContain('SUCCESS')
    expect(code).toBe(0)
  })

  const rules = join(CONFIG, 'rules')
  const files = existsSync(rules) ? readdirSync(rules).filter((name) => name.endsWith('.yaml')) : []
  it.each(files)('takes rules/%s', async (name) => {
    const { code, text } = await run(engines.promtool, ['check', 'rules', join(rules, name)])
    expect({ code, text }).toMatchObject({ code: 0 })
  })
})

describe.skipIf(lacking.includes('amtool'))('amtool', () => {
  const file = join(CONFIG, 'alertmanager.yaml')

  it('takes alertmanager.yaml', async () => {
    const { code, text } = await run(engines.amtool, ['check-config', file])
    expect({ code, text }).toMatchObject({ code: 0 })
    expect(text).toContain(' - 2 inhibit rules\n - 2 receivers\n')
  })

  it.each([
    ['pages', ['alertname=CostspanRetries', 'severity=page', 'costspan_feature=search']],
    ['pages', ['alertname=CostspanBudgetSpent', 'severity=page', 'costspan_budget=everything']],
    ['tickets', ['alertname=CostspanUnpriced', 'severity=ticket', 'costspan_feature=search']],
    ['tickets', ['alertname=SomebodyElses']],
  ])('sends to %s what has the labels %s', async (receiver, labels) => {
    const args = ['config', 'routes', 'test', `--config.file=${file}`, ...labels]
    expect(await run(engines.amtool, args)).toEqual({ code: 0, text: `${receiver}\n` })
  })
})

describe('tempo.yaml', () => {
  const { storage } = parse(readFileSync(join(CONFIG, 'tempo.yaml'), 'utf8'))
  const columns: readonly { scope: string; type: string; name: string }[] =
    storage.trace.block.parquet_dedicated_columns

  it('gives columns to names of the contract only, 20 strings a scope at most', () => {
    const known = new Set<unknown>([...Object.values(names), 'service.version'])
    expect(columns.filter(({ name }) => !known.has(name))).toEqual([])
    for (const scope of ['span', 'resource']) {
      const strings = columns.filter((one) => one.scope === scope && one.type === 'string')
      expect(strings.length).toBeLessThanOrEqual(20)
    }
  })

  const tempo = tempoBinary()
  it.skipIf(tempo === undefined)('is taken by Tempo', async () => {
    const args = [`-config.file=${join(CONFIG, 'tempo.yaml')}`, '-config.verify']
    expect(await run(tempo ?? '', args)).toMatchObject({ code: 0 })
  })
})

describe('the metrics that the Collector derives', () => {
  const file = parse(readFileSync(join(CONFIG, 'collector.yaml'), 'utf8'))
  const entries: readonly Entry[] = file.connectors.signal_to_metrics.spans
  const contract = new Map(METRICS.map((metric) => [metric.name, metric]))

  interface Entry {
    readonly name: string
    readonly description: string
    readonly unit: string
    readonly sum?: { readonly monotonic: boolean }
    readonly exponential_histogram?: unknown
    readonly histogram?: { readonly buckets: readonly number[] }
    readonly attributes: readonly {
      readonly key: string
      readonly default_value?: string
      readonly optional?: boolean
    }[]
  }

  it.each(entries.map((entry) => [entry.name, entry] as const))(
    'have the unit, kind, boundaries and description of the contract: %s',
    (name, entry) => {
      const metric = contract.get(name)
      expect(entry.unit).toBe(metric?.unit)
      expect(entry.description).toBe(metric?.description)
      expect(entry.sum?.monotonic ?? false).toBe(metric?.kind === 'counter')
      if (entry.exponential_histogram !== undefined)
        expect(name).toBe(names.METRIC_OPERATION_COST.name)
      else expect(entry.histogram?.buckets).toEqual(metric?.boundaries)
    },
  )

  it('leave out no span for an attribute that it lacks', () => {
    const strict = entries.flatMap(({ name, attributes }) =>
      attributes
        .filter((one) => one.default_value === undefined && one.optional !== true)
        .map(({ key }) => `${name} ${key}`),
    )
    expect(strict).toEqual([])
  })
})
