/** Runs the cases of one client, bare or with costspan, against a provider of its own. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSimulator } from '../../demo/simulator/server.ts'
import type { LedgerEntry } from '../../demo/simulator/ledger.ts'
import { startOtlpSink, type SunkSpan } from '../support/otlp-sink.ts'
import { REGISTER, runNode } from '../support/run-node.ts'
import { LOOPBACK_TLS } from '../support/loopback-tls/loopback-tls.ts'
import type { Case, Client, Suite } from './cases.ts'

/** What the application saw of one case. */
export type Seen = Readonly<Record<string, unknown>>

export interface Run {
  readonly seen: ReadonlyMap<string, Seen>
  /** What the provider booked, by case. */
  readonly ledger: ReadonlyMap<string, readonly LedgerEntry[]>
  /** All spans that arrived. */
  readonly spans: readonly SunkSpan[]
  readonly code: number | null
  readonly stderr: string
}

export async function runClient(
  suite: Suite,
  client: Client,
  form: 'cjs' | 'mjs',
  cases: readonly Case[],
  observed: boolean,
): Promise<Run> {
  // A clock that stands still makes both providers' answers equal to the byte.
  const simulator = await startSimulator({
    now: () => 1_790_000_000_000,
    ...(client.tls === true ? { tls: LOOPBACK_TLS } : {}),
    ...(suite.rates === undefined ? {} : { rates: suite.rates }),
  })
  const sink = await startOtlpSink()
  const settings = await settingsOf(suite, client)
  try {
    const result = await runNode({
      args: [
        '--expose-gc',
        '--no-warnings',
        ...(observed ? ['--require', REGISTER] : []),
        `${suite.folder}/run.${form}`,
        client.name,
        JSON.stringify(cases.map(marked)),
      ],
      env: {
        ...(client.lingers === true ? { END: 'exit' } : {}),
        SIM_URL: simulator.url,
        SIM_BEDROCK_URL: simulator.bedrockUrl,
        ...(simulator.tlsUrl === undefined ? {} : { SIM_TLS_URL: simulator.tlsUrl }),
        ...settings.env,
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      },
      timeoutMs: 60_000,
    })
    const seen = result.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line.replaceAll(simulator.url, 'SIM')) as Seen)
    return {
      seen: new Map(seen.map((one) => [String(one['name']), one])),
      ledger: byCase(simulator.ledger.entries, (id) =>
        String(simulator.requests[id - 1]?.headers['x-sim-fault'] ?? ''),
      ),
      spans: sink.spans,
      code: result.code,
      stderr: result.stderr,
    }
  } finally {
    await Promise.all([simulator.close(), sink.close(), settings.remove()])
  }
}

/** What the user of such a client would set. */
async function settingsOf(
  { prices }: Suite,
  { host }: Client,
): Promise<{ readonly env: Readonly<Record<string, string>>; remove(): Promise<void> }> {
  const own = prices === undefined ? {} : { COSTSPAN_PRICES: prices }
  if (host === undefined) {
    // The simulator is no host that is known to take the question for usage.
    return { env: { ...own, COSTSPAN_STREAM_USAGE: 'on' }, remove: async () => undefined }
  }
  const folder = await mkdtemp(join(tmpdir(), 'costspan-matrix-'))
  const file = join(folder, 'costspan.json')
  await writeFile(file, JSON.stringify({ hosts: { '127.0.0.1': host } }))
  return {
    env: { ...own, COSTSPAN_CONFIG: file },
    remove: () => rm(folder, { recursive: true }),
  }
}

/** The case's name travels in the fault header, so that the provider's books can be told apart. */
function marked(one: Case): Case {
  const id = `id=${one.name}`
  return { ...one, fault: one.fault === undefined ? id : `${one.fault}; ${id}` }
}

function byCase(
  entries: readonly LedgerEntry[],
  headerOf: (request: number) => string,
): ReadonlyMap<string, readonly LedgerEntry[]> {
  const found = new Map<string, LedgerEntry[]>()
  for (const entry of entries) {
    const name = /id=(.*)$/.exec(headerOf(entry.request))?.[1] ?? ''
    found.set(name, [...(found.get(name) ?? []), entry])
  }
  return found
}
