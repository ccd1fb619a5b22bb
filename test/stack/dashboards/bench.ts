/**
 * `npm run bench:dashboards`: every panel over 30 days, at the size of a company: 50 features, 8 models, 5 prompt
 * versions, 20 services, about 60,000 active series, with the rules that are shipped evaluated beside.
 *
 *   --features 50 --models 8 --versions 5 --services 20
 *   --hours 720      of the time range; counters are there for the last one
 *   --rounds 3       how often each panel is asked
 *   --blocks FOLDER  keeps the blocks there, and takes those that are there
 *
 * Exits with 1 where a panel takes more than 5 seconds. The blocks need 6 GB of disk while they are written.
 */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { number } from '../support/prometheus.ts'
import { startStack } from '../support/stack.ts'
import { writeBlocks } from './blocks.ts'
import { COMPANY, companyPast } from './company.ts'
import { readDashboards } from './model.ts'
import { LIMIT_MS, timings, type Timing } from './speed.ts'

const { values: flags } = parseArgs({
  options: {
    features: { type: 'string', default: String(COMPANY.features) },
    models: { type: 'string', default: String(COMPANY.models) },
    versions: { type: 'string', default: String(COMPANY.versions) },
    services: { type: 'string', default: String(COMPANY.services) },
    hours: { type: 'string', default: '720' },
    rounds: { type: 'string', default: '3' },
    blocks: { type: 'string' },
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

function line({ uid, title, first, median, queries, samples, errors }: Timing): string {
  const slow = Math.max(first, median) > LIMIT_MS ? ' **over 5 s**' : ''
  const wrong = errors.length === 0 ? '' : ` **${errors[0]}**`
  return `| ${uid} | ${title} | ${queries} | ${(first / 1000).toFixed(2)} | ${(median / 1000).toFixed(2)} | ${(samples / 1e6).toFixed(2)} |${slow}${wrong}`
}

const to = await pastEnd()
const range = { from: to - hours * 3_600_000, to }
const stack = await startStack({
  flags: (given) =>
    given.map((flag) =>
      flag.startsWith('--storage.tsdb.path=') ? `--storage.tsdb.path=${folder}` : flag,
    ),
})
try {
  const active = await number(
    stack.prometheus,
    `count(last_over_time({__name__=~"(costspan|gen_ai)_.+"}[5m] @ ${to / 1000}))`,
  )
  console.log(
    `${active} active series of counters and histograms; ${cpus().length} cores of ${cpus()[0]?.model}, ${loadavg()[0]?.toFixed(1)} processes waiting for them`,
  )
  console.log('| dashboard | panel | queries | first, s | median, s | samples, million |')
  console.log('| --- | --- | ---: | ---: | ---: | ---: |')
  for (const dashboard of readDashboards()) {
    for await (const timing of timings(dashboard, stack.prometheus, range, rounds)) {
      console.log(line(timing))
      const { first, median, errors } = timing
      if (Math.max(first, median) > LIMIT_MS || errors.length > 0) process.exitCode = 1
    }
  }
} finally {
  await stack.close()
  if (flags.blocks === undefined) rmSync(folder, { recursive: true, force: true })
}
