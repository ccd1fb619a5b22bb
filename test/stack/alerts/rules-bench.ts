/**
 * `npm run bench:rules`: what an evaluation of each rule group takes of a processor at the size of a company: 50
 * features, 8 models, 5 prompt versions, 20 services, about 60,000 active series.
 *
 *   --rules FOLDER   rule files, collector-config/rules if not given; several are measured in turn
 *   --rounds 5       how often each group is evaluated; the first time doesn't count
 *   --blocks FOLDER  keeps the blocks there, and takes those that are there
 *
 * What rules record for others is evaluated once and written into the past as if it had been so for 70 minutes. Exits
 * with 1 where a group takes more than a fifth of its interval. The blocks need 6 GB of disk while they are written.
 */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { inSeconds } from '../../../dashboards/duration.ts'
import { median } from '../../bench/statistics.ts'
import { createBlocks, writeBlocks } from '../dashboards/blocks.ts'
import { COMPANY, companyPast } from '../dashboards/company.ts'
import { enginePaths } from '../engines/engines.ts'
import { freePorts, startEngine, type EngineProcess } from '../support/engine-process.ts'
import { number } from '../support/prometheus.ts'
import { CONFIG } from '../support/stack.ts'
import { evaluateRule, readGroups, recordedIn, type RuleGroup } from './rule-groups.ts'

const SHARE = 0.2
const PAST_SECONDS = 70 * 60
const STEP = 15

const { values: flags } = parseArgs({
  options: {
    rules: { type: 'string', multiple: true, default: [join(CONFIG, 'rules')] },
    rounds: { type: 'string', default: '5' },
    blocks: { type: 'string' },
  },
})
const rounds = Number(flags.rounds)
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`--rounds ${flags.rounds}: must be a whole number above 0`)
  process.exit(2)
}
const folder = flags.blocks ?? mkdtempSync(join(tmpdir(), 'costspan-rules-'))

/** When the past in the folder ends, seconds since 1970. */
async function pastEnd(): Promise<number> {
  const note = join(folder, 'past.json')
  if (!existsSync(note)) {
    mkdirSync(folder, { recursive: true })
    const past = companyPast(Date.now(), COMPANY)
    await writeBlocks(past, folder)
    writeFileSync(note, JSON.stringify({ to: past.to }))
  }
  return (JSON.parse(readFileSync(note, 'utf8')) as { to: number }).to / 1000
}

interface Server {
  readonly url: string
  readonly engine: EngineProcess
}

async function startServer(): Promise<Server> {
  const [port] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const config = join(folder, 'prometheus.yml')
  writeFileSync(config, '{}')
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${folder}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--storage.tsdb.retention.time=10y',
  ]
  const binary = enginePaths().prometheus
  const readyUrl = `${url}/-/ready`
  return { url, engine: await startEngine({ name: 'Prometheus', binary, args, readyUrl }) }
}

/** Records what can be recorded from what is there, until nothing is left. */
async function recordPast(groups: readonly RuleGroup[], at: number): Promise<void> {
  const hours = ['spend.yaml']
  const rules = groups
    .filter(({ file }) => !hours.includes(file))
    .flatMap((group) => group.rules.flatMap((rule) => ('record' in rule ? rule : [])))
  const left = new Set(rules.map(({ record }) => record))
  while (left.size > 0) {
    const ready = [...left].filter((name) => {
      const own = rules.filter(({ record }) => record === name)
      return own.every(({ expr }) => !recordedIn(expr).some((read) => left.has(read)))
    })
    if (ready.length === 0) throw new Error(`rules in a circle: ${[...left].join(', ')}`)
    const server = await startServer()
    const lines: string[] = []
    for (const rule of rules.filter(({ record }) => ready.includes(record))) {
      const known = await number(server.url, `count(last_over_time(${rule.record}[5m] @ ${at}))`)
      if (known > 0) continue
      for (const { labels, value } of (await evaluateRule(server.url, rule, at)).series) {
        lines.push(...constant(rule.record, labels, value, at))
      }
    }
    await server.engine.stop()
    if (lines.length > 0) {
      const file = join(folder, 'recorded.txt')
      writeFileSync(file, `${lines.join('\n')}\n# EOF\n`)
      await createBlocks(file, folder)
      rmSync(file)
    }
    for (const name of ready) left.delete(name)
  }
}

function constant(
  name: string,
  labels: Readonly<Record<string, string>>,
  value: number,
  at: number,
): readonly string[] {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`)
  return Array.from(
    { length: PAST_SECONDS / STEP },
    (_, index) => `${name}{${pairs.join(',')}} ${value} ${at - PAST_SECONDS + (index + 1) * STEP}`,
  )
}

interface Cost {
  readonly cpu: number
  readonly samples: number
  /** Most expensive first. */
  readonly rules: readonly string[]
}

/** Garbage of the group before is collected on its own account, as far as that can be told. */
async function costOf({ url }: Server, group: RuleGroup, at: number): Promise<Cost> {
  const before = await cpuSeconds(url)
  const evaluated = []
  for (const rule of group.rules) evaluated.push(await evaluateRule(url, rule, at))
  const cpu = (await cpuSeconds(url)) - before
  return {
    cpu,
    samples: evaluated.reduce((sum, { samples }) => sum + samples, 0),
    rules: evaluated
      .toSorted((a, b) => b.samples - a.samples)
      .slice(0, 3)
      .map(({ rule, samples }) => `${rule} ${(samples / 1e6).toFixed(2)}`),
  }
}

async function cpuSeconds(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1])
}

const at = await pastEnd()
const folders = flags.rules.map((path) => ({ path, groups: readGroups(path) }))
try {
  for (const { groups } of folders) await recordPast(groups, at)
  const server = await startServer()
  const active = await number(
    server.url,
    `count(last_over_time({__name__=~"(costspan|gen_ai)_.+"}[5m] @ ${at}))`,
  )
  console.log(
    `${active} active series of counters and histograms; ${cpus().length} cores of ${cpus()[0]?.model}, ${loadavg()[0]?.toFixed(1)} processes waiting for them`,
  )
  const costs = new Map<string, Cost[]>()
  for (let round = 0; round <= rounds; round += 1) {
    for (const { path, groups } of folders) {
      for (const group of groups) {
        const cost = await costOf(server, group, at)
        const key = `${path} ${group.name} ${group.interval}`
        if (round > 0) costs.set(key, [...(costs.get(key) ?? []), cost])
      }
    }
  }
  await server.engine.stop()
  console.log(
    '| rules | group | interval | processor, s | samples, million | most of them read by |',
  )
  console.log('| --- | --- | ---: | ---: | ---: | --- |')
  for (const [key, all] of costs) {
    const [path, name, interval = ''] = key.split(' ')
    const cpu = median(all.map((cost) => cost.cpu))
    const { samples, rules } = all[0]!
    const over = cpu > SHARE * inSeconds(interval) ? ' **over a fifth**' : ''
    if (over !== '') process.exitCode = 1
    console.log(
      `| ${path} | ${name} | ${interval} | ${cpu.toFixed(2)} | ${(samples / 1e6).toFixed(2)} | ${rules.join(' · ')} |${over}`,
    )
  }
} finally {
  if (flags.blocks === undefined) rmSync(folder, { recursive: true, force: true })
}
