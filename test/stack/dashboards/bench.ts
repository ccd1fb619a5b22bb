/**
 * `npm run bench:dashboards`: every panel over 30 days, at the size of a company: 50 features, 8 models, 5 prompt
 * versions, 20 services, about 60,000 active series, with the rules that are shipped evaluated beside.
 *
 *   --features 50 --models 8 --versions 5 --services 20
 *   --hours 720      of the time range; counters are there for the last one
 *   --rounds 3       how often each panel is asked
 *   --blocks FOLDER  keeps the blocks there, and takes those that are there
 *   --against FOLDER dashboards that are asked in turns with ours: another commit's dashboards/json/provisioned
 *   --no-rules       only what panels take: rules are evaluated by the same process
 *
 * Exits with 1 where a panel takes more than 5 seconds. The blocks need 6 GB of disk while they are written.
 */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { number } from '../support/prometheus.ts'
import { parse } from 'yaml'
import { CONFIG, startStack } from '../support/stack.ts'
import { writeBlocks } from './blocks.ts'
import { COMPANY, companyPast } from './company.ts'
import { readDashboards } from './model.ts'
import { LIMIT_MS, timings, type Timing } from './speed.ts'
import { processorSeconds } from '../support/engine-process.ts'

const { values: flags } = parseArgs({
  options: {
    features: { type: 'string', default: String(COMPANY.features) },
    models: { type: 'string', default: String(COMPANY.models) },
    versions: { type: 'string', default: String(COMPANY.versions) },
    services: { type: 'string', default: String(COMPANY.services) },
    hours: { type: 'string', default: '720' },
    rounds: { type: 'string', default: '3' },
    blocks: { type: 'string' },
    against: { type: 'string' },
    'no-rules': { type: 'boolean', default: false },
  },
})

function positive(
  name: 'features' | 'models' | 'versions' | 'services' | 'hours' | 'rounds',
): number {
  const value = Number(flags[name])
  if (Number.isInteger(value) && value > 0) return value
  console.error(`--${name} ${flags[name]}: must be a whole number above 0`)
  process.exit(2)
}

const size = {
  features: positive('features'),
  models: positive('models'),
  versions: positive('versions'),
  services: positive('services'),
}
const rounds = positive('rounds')
const hours = positive('hours')
const folder = flags.blocks ?? mkdtempSync(join(tmpdir(), 'costspan-company-'))

/** When the past in the folder ends, milliseconds since 1970. */
async function pastEnd(): Promise<number> {
  const note = join(folder, 'past.json')
  if (existsSync(note)) return (JSON.parse(readFileSync(note, 'utf8')) as { to: number }).to
  mkdirSync(folder, { recursive: true })
  const began = performance.now()
  const past = companyPast(Date.now(), size)
  const { series, samples } = await writeBlocks(past, folder)
  const seconds = Math.round((performance.now() - began) / 1000)
  console.log(`${series} series and ${samples} samples written as blocks in ${seconds} s`)
  writeFileSync(note, JSON.stringify({ to: past.to }))
  return past.to
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

function line(panel: readonly Timing[], other: readonly Timing[]): string {
  const [first] = panel
  const seconds = (of: readonly Timing[]): number =>
    median(of.map(({ milliseconds }) => milliseconds)) / 1000
  const cpu = (of: readonly Timing[]): number => median(of.map((each) => each.cpu))
  const against =
    other.length === 0 ? '' : ` ${seconds(other).toFixed(2)} | ${cpu(other).toFixed(2)} |`
  const slow = seconds(panel) * 1000 > LIMIT_MS ? ' **over 5 s**' : ''
  const wrong = panel.flatMap(({ errors }) => errors.map((error) => ` **${error}**`))[0] ?? ''
  return `| ${first?.uid} | ${first?.title} | ${first?.queries} | ${seconds(panel).toFixed(2)} | ${cpu(panel).toFixed(2)} | ${((first?.samples ?? 0) / 1e6).toFixed(2)} |${against}${slow}${wrong}`
}

/** The shipped configuration without its rules, as a file. */
function withoutRules(): string {
  const { rule_files: _, ...rest } = parse(readFileSync(join(CONFIG, 'prometheus.yaml'), 'utf8'))
  const file = join(folder, 'prometheus.json')
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(rest))
  return file
}

const to = await pastEnd()
const range = { from: to - hours * 3_600_000, to }
const stack = await startStack({
  flags: (given) =>
    given.map((flag) =>
      flag.startsWith('--storage.tsdb.path=') ? `--storage.tsdb.path=${folder}` : flag,
    ),
  ...(flags['no-rules'] ? { prometheus: withoutRules() } : {}),
})
try {
  const { prometheus, server } = stack
  const active = await number(
    prometheus,
    `count(last_over_time({__name__=~"(costspan|gen_ai)_.+"}[5m] @ ${to / 1000}))`,
  )
  console.log(
    `${active} active series of counters and histograms; ${cpus().length} cores of ${cpus()[0]?.model}, ${loadavg()[0]?.toFixed(1)} processes waiting for them`,
  )
  const cpu = (): number => processorSeconds(server.running.pid)
  const [ours, others] = [new Map<string, Timing[]>(), new Map<string, Timing[]>()]
  const sides: (readonly [Map<string, Timing[]>, string | undefined])[] = [[ours, undefined]]
  if (flags.against !== undefined) sides.push([others, flags.against])
  for (let round = 0; round < rounds; round += 1) {
    for (const [found, from] of sides) {
      for (const dashboard of readDashboards(from)) {
        for await (const timing of timings(dashboard, { prometheus, range, cpu })) {
          const key = `${timing.uid} ${timing.title}`
          found.set(key, [...(found.get(key) ?? []), timing])
        }
      }
    }
  }
  const more = flags.against === undefined ? ['', ''] : [' other, s | CPU, s |', ' ---: | ---: |']
  console.log(`| dashboard | panel | queries | median, s | CPU, s | samples, million |${more[0]}`)
  console.log(`| --- | --- | ---: | ---: | ---: | ---: |${more[1]}`)
  for (const [key, panel] of ours) {
    console.log(line(panel, others.get(key) ?? []))
    const slow = median(panel.map(({ milliseconds }) => milliseconds)) > LIMIT_MS
    if (slow || panel.some(({ errors }) => errors.length > 0)) process.exitCode = 1
  }
} finally {
  await stack.close()
  if (flags.blocks === undefined) rmSync(folder, { recursive: true, force: true })
}
