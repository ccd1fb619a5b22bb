/**
 * `npm run bench:attribution`: what attribution and reading a request cost a call, by what is configured and by the prompt:
 * the stages alone, built, in one process, variants in turns. Prints medians of 15 rounds, in microseconds.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type Stage = typeof import('../../instrumentation/compose/attribution.ts')
type Configuration = typeof import('../../instrumentation/config.ts')
type Api = typeof import('../../instrumentation/index.ts')
type Claim = typeof import('../../instrumentation/intercept/claim.ts')
type Chat = typeof import('../../instrumentation/providers/openai-chat.ts')
type Scan = typeof import('../../instrumentation/wire/json-scan.ts')

const built = async <T>(path: string): Promise<T> =>
  (await import(new URL(`../../dist/instrumentation/${path}.js`, import.meta.url).href)) as T
const { attributionStage } = await built<Stage>('compose/attribution')
const { readConfig } = await built<Configuration>('config')
const { withAttribution } = await built<Api>('index')
const { claimRequest } = await built<Claim>('intercept/claim')
const { openaiChat } = await built<Chat>('providers/openai-chat')
const { scanMembers } = await built<Scan>('wire/json-scan')

const ROUNDS = 15
const CALLS = 20_000
/** Of what takes as long as a hundred of the others. */
const LONG_CALLS = 400

function stageOf(yaml: string) {
  const folder = mkdtempSync(join(tmpdir(), 'costspan-bench-'))
  const file = join(folder, 'costspan.yaml')
  writeFileSync(file, yaml)
  const config = readConfig({
    COSTSPAN_CONFIG: file,
    COSTSPAN_FEATURE: 'bench',
    COSTSPAN_HASH_KEY: 'key',
  })
  rmSync(folder, { recursive: true })
  const stage = attributionStage(
    config,
    () => undefined,
    (line) => console.error(line),
  )
  return stage
}

const bodyOf = (length: number, more: object = {}): string =>
  JSON.stringify({
    model: 'gpt-5.4',
    messages: [
      { role: 'system', content: 'You are terse. '.repeat(30) },
      { role: 'user', content: 'x'.repeat(length) },
    ],
    ...more,
  })
const metadata = { feature: 'support', team: 'care', user_id: 'u1', experiment: 'blue' }
const small = bodyOf(1_000)
const large = bodyOf(100_000)
const labelled = bodyOf(1_000, { metadata })

const factsOf = (body: string) =>
  openaiChat.facts(body, scanMembers(body, openaiChat.requestKeys), '')
const declared = { feature: 'support', team: 'care', user: 'u1', conversation: 'c1' }
const rules = Array.from({ length: 20 }, (_, i) =>
  i < 19
    ? `  - { match: { model: m${i}*, route: /api/${i}/* }, set: { feature: f${i} } }`
    : '  - { match: { model: gpt-* }, set: { feature: rest }, from: { customer: tenant.id } }',
).join('\n')

interface Variant {
  readonly name: string
  readonly yaml?: string
  readonly stated?: object
  readonly body?: string
  readonly inside?: boolean
}

const variants: readonly Variant[] = [
  { name: 'nothing configured, nothing declared' },
  { name: 'nothing configured, in withAttribution', inside: true },
  {
    name: "the provider's fields: 4 keys of metadata",
    stated: factsOf(labelled)?.attribution ?? {},
  },
  {
    name: '20 rules by model and route, one of which takes a value from a span',
    yaml: `rules:\n${rules}\n`,
  },
  {
    name: 'allowed values of two fields, require',
    yaml: 'require: [team]\nvalues: { team: [care], feature: "[a-z]+" }',
    inside: true,
  },
  { name: 'hashUsers', yaml: 'hashUsers: true', inside: true },
  { name: 'promptVersion: hash, 1 kB', yaml: 'promptVersion: hash', body: small },
  { name: 'promptVersion: hash, 100 kB', yaml: 'promptVersion: hash', body: large },
]

function measure(run: () => void, calls = CALLS): number {
  const started = performance.now()
  for (let i = 0; i < calls; i += 1) run()
  return ((performance.now() - started) * 1000) / calls
}

const runs = new Map<string, () => void>()
for (const { name, yaml = '', stated, body, inside = false } of variants) {
  const { attribute, check } = stageOf(yaml)
  const question = { provider: 'openai', model: 'gpt-5.4', stated, body }
  const once = (): void => {
    const attribution = attribute(question)
    check?.(attribution)
  }
  runs.set(name, inside ? () => withAttribution(declared, () => measure(once)) : once)
}
runs.set('reading a request of 1 kB without such fields', () => factsOf(small))
runs.set('reading a request of 1 kB with 4 keys of metadata', () => factsOf(labelled))
runs.set('withAttribution of four fields', () => withAttribution(declared, () => undefined))
const { outbound } = stageOf('')
const send = (): number => 1
runs.set('looking for baggage in the context', () => outbound.run(send))
const headers = new Headers({ 'content-type': 'application/json', authorization: 'Bearer none' })
runs.set('looking for baggage in the headers', () => headers.get('baggage'))

/** 100 kB of this project's own source. */
function sourceCode(): string {
  const folder = new URL('../../instrumentation/', import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const texts = files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
  return texts.join('').slice(0, 100_000)
}
function lockFile(): string {
  return readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8').slice(0, 100_000)
}
const conversation = (content: string, turns: number): string =>
  JSON.stringify({
    model: 'gpt-5.4',
    messages: Array.from({ length: turns }, (_, index) => ({
      role: index % 2 === 0 ? 'user' : 'assistant',
      content: content.slice(
        (index * content.length) / turns,
        ((index + 1) * content.length) / turns,
      ),
    })),
    stream: true,
    stream_options: { include_usage: true },
  })
const prompts: Readonly<Record<string, string>> = {
  '100 kB of plain words': conversation('a few words '.repeat(8_334), 1),
  '100 kB of plain words in 100 messages': conversation('a few words '.repeat(8_334), 101),
  '100 kB of source code': conversation(sourceCode(), 1),
  '100 kB of JSON, as a tool answers': conversation(lockFile(), 1),
}
const long = new Set<string>()
for (const [name, body] of Object.entries(prompts)) {
  const quotes = body.match(/\\"/g)?.length ?? 0
  const request = { method: 'POST', body }
  const sizes = JSON.parse(body) as unknown
  const label = `${name} (${quotes} quotes in it)`
  runs.set(`claiming and reading ${label}`, () =>
    claimRequest('https://api.openai.com/v1/chat/completions', request),
  )
  runs.set(`for comparison, the client's own JSON.stringify of ${label}`, () =>
    JSON.stringify(sizes),
  )
  long
    .add(`claiming and reading ${label}`)
    .add(`for comparison, the client's own JSON.stringify of ${label}`)
}

const inside = new Set(variants.filter((one) => one.inside).map((one) => one.name))
const figures = new Map([...runs.keys()].map((name) => [name, [] as number[]]))
for (let round = 0; round <= ROUNDS; round += 1) {
  for (const [name, run] of runs) {
    const took = inside.has(name)
      ? (run() as unknown as number)
      : measure(run, long.has(name) ? LONG_CALLS : CALLS)
    if (round > 0) figures.get(name)?.push(took)
  }
}
for (const [name, values] of figures) {
  const median = values.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? NaN
  console.log(`${median.toFixed(3).padStart(8)} µs  ${name}`)
}
