/**
 * `node docs/support.ts [--check]`: what is read of whom, and which clients are tested, as tables: docs/support.md, and the
 * short one of the README. All of it comes from the registry, the recorded exchanges and the lists of the matrix.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { format } from 'prettier'
import { claimRequest } from '../instrumentation/intercept/claim.ts'
import { protocols } from '../instrumentation/providers/registry.ts'
import { LONG_TAIL } from '../test/clients/cases.ts'
import { casesOf, MATRIX, type Client, type Suite } from '../test/matrix/cases.ts'
import { exchangeFixtures, type ExchangeFixture } from '../test/support/exchange-fixtures.ts'

const file = (path: string): URL => new URL(path, import.meta.url)

/** Both module forms, of each client. */
const FORMS = 2

interface Row {
  readonly provider: string
  readonly protocol: string
  readonly exchanges: number
  readonly streamed: number
  /** Meters that an exchange has been read into. */
  readonly meters: readonly string[]
  readonly stated: boolean
  readonly folders: readonly string[]
}

/** What a recorded exchange shows, as its request is claimed by an application. */
function shown(fixture: ExchangeFixture) {
  const { url, form, body } = fixture.request
  const claimed = claimRequest(url, {
    method: 'POST',
    body: form === undefined ? JSON.stringify(body) : formOf(form),
  })
  if (claimed === undefined) throw new Error(`${fixture.name}: nobody claims ${url}`)
  return { fixture, provider: claimed.provider, protocol: claimed.protocol.name, claimed }
}

function formOf(fields: Readonly<Record<string, string>>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  return form
}

function rowsOf(all: readonly ExchangeFixture[]): readonly Row[] {
  const groups = new Map<string, ReturnType<typeof shown>[]>()
  for (const one of all.map(shown)) {
    const key = `${one.provider} ${one.protocol}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const { provider, protocol } = first
    const streamed = group.filter(({ claimed }) => claimed.facts.stream).length
    const usages = group.flatMap(({ fixture }) => Object.keys(fixture.call.usage ?? {}))
    return {
      provider,
      protocol,
      streamed,
      exchanges: group.length,
      meters: [...new Set(usages)],
      stated: group.some(({ fixture }) => fixture.cost.source === 'provider'),
      folders: [...new Set(group.map(({ fixture }) => fixture.name.split('/')[0] ?? ''))],
    }
  })
}

/** `cacheRead` as people say it. */
function worded(meter: string): string {
  return meter.replace(/([A-Z0-9]+)/g, ' $1').toLowerCase()
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map(() => '---'), ...rows]
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`
}

function versionOf(client: Client, folder: string): string {
  if (client.package === undefined) return "Node's own"
  const path = folder === MATRIX.folder ? '../package.json' : `../${folder}/package.json`
  const manifest = JSON.parse(readFileSync(file(path), 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>
    readonly devDependencies?: Readonly<Record<string, string>>
  }
  const version = { ...manifest.dependencies, ...manifest.devDependencies }[client.package]
  if (version === undefined) throw new Error(`${client.name}: ${client.package} is not in ${path}`)
  return `\`${version.replace(/^npm:/, '').replace(/^(?=\d)/, `${client.package}@`)}\``
}

function clientTable({ folder, clients }: Suite): string {
  const rows = clients.map((client) => {
    const cases = casesOf(client)
    const streamed = cases.filter(({ stream }) => stream).length
    const each = [cases.length - streamed, streamed].map((n) => (n === 0 ? '' : String(n)))
    return [client.name, versionOf(client, folder), ...each, String(cases.length * FORMS)]
  })
  const header = ['client', 'package', 'plain', 'streamed', 'cases, as CommonJS and ES module']
  return table(header, rows)
}

const casesIn = ({ clients }: Suite): number =>
  clients.reduce((sum, client) => sum + casesOf(client).length * FORMS, 0)

/** Forms that, at their own provider, only the clients of the matrix speak in tests. */
function withoutExchange(rows: readonly Row[]): readonly Row[] {
  const seen = new Set(rows.map(({ provider, protocol }) => `${provider} ${protocol}`))
  return protocols
    .filter(({ name, defaultProvider }) => !seen.has(`${defaultProvider} ${name}`))
    .map(({ name, defaultProvider }) => ({
      provider: defaultProvider,
      protocol: name,
      exchanges: 0,
      streamed: 0,
      meters: [],
      stated: false,
      folders: [],
    }))
}

const BY_CLIENTS = 'by the clients below'

function wholePage(rows: readonly Row[]): string {
  const details = rows.map(
    ({ provider, protocol, exchanges, streamed, meters, stated, folders }) => [
      provider,
      `\`${protocol}\``,
      String(exchanges - streamed || ''),
      String(streamed || ''),
      exchanges === 0
        ? BY_CLIENTS
        : [...meters.map(worded), ...(stated ? ['what it says it cost'] : [])].join(', '),
      folders.map((name) => `[${name}](../test/fixtures/${name})`).join(', '),
    ],
  )
  return `# What is read, and what is tested

Written by \`npm run generate\` from the registry of protocols, the recorded exchanges and the lists of the matrix: nothing here
is a promise, each number counts tests that run.

## Providers

Exchanges as references of providers show them, by provider and form. What is read names the meters that an exchange of the row
has been read into.

${table(['provider', 'form', 'plain', 'streamed', 'what is read', 'exchanges'], details)}
vLLM and LiteLLM are at any address, and are read as what \`hosts\` of the configuration says; without it their exchanges count as
\`openai\`.

## Clients

Each runs bare and with the flag, as CommonJS and as ES modules, through each case: what the application sees must be equal to the
byte, and what is recorded must be what the provider booked (\`npx vitest run test/matrix\`).

${clientTable(MATRIX)}
The long tail (\`${LONG_TAIL.folder}\`), with packages of its own:

${clientTable(LONG_TAIL)}`
}

/** The README's: a line for each provider. */
function shortTable(rows: readonly Row[]): string {
  const providers = [...new Set(rows.map(({ provider }) => provider))]
  const lines = providers.map((provider) => {
    const own = rows.filter((row) => row.provider === provider)
    const streamed = own.reduce((sum, row) => sum + row.streamed, 0)
    const all = own.reduce((sum, row) => sum + row.exchanges, 0)
    const meters = [...new Set(own.flatMap((row) => row.meters))].map(worded)
    return [
      provider,
      own.map(({ protocol }) => `\`${protocol}\``).join(', '),
      all === 0 ? '' : `${all - streamed} + ${streamed}`,
      all === 0
        ? BY_CLIENTS
        : [...meters, ...(own.some(({ stated }) => stated) ? ['its own cost'] : [])].join(', '),
    ]
  })
  const clients = [MATRIX, LONG_TAIL].flatMap((suite) => suite.clients)
  const cases = casesIn(MATRIX) + casesIn(LONG_TAIL)
  return `${table(['provider', 'forms', 'exchanges, plain + streamed', 'read of them'], lines)}
And ${clients.length} clients through ${cases.toLocaleString('en-US')} cases: [docs/support.md](docs/support.md) names each, with its version.
`
}

const BEGIN = '<!-- Written by docs/support.ts -->'
const END = '<!-- Until here -->'

function between(text: string, written: string): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (begin === -1 || end < begin) throw new Error(`README.md lacks ${BEGIN} … ${END}`)
  return `${text.slice(0, begin + BEGIN.length)}\n\n${written}\n${text.slice(end)}`
}

/** As `npm run format` would have it. */
async function formatted(text: string): Promise<string> {
  const options = createRequire(import.meta.url)('../.prettierrc.json') as object
  return await format(text, { ...options, parser: 'markdown' })
}

const read = rowsOf(exchangeFixtures())
const rows = [...read, ...withoutExchange(read)].toSorted(
  (a, b) => a.provider.localeCompare(b.provider) || a.protocol.localeCompare(b.protocol),
)
const readme = readFileSync(file('../README.md'), 'utf8')
const outputs = [
  { path: '../README.md', text: await formatted(between(readme, shortTable(rows))) },
  { path: 'support.md', text: await formatted(wholePage(rows)) },
]
const check = process.argv.includes('--check')
for (const { path, text } of outputs) {
  if (!check) writeFileSync(file(path), text)
  else if (readFileSync(file(path), 'utf8') !== text) {
    process.stderr.write(`${path}: not as docs/support.ts writes it; npm run generate\n`)
    process.exitCode = 1
  }
}
