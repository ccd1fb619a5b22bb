/** `grafana-import.sh` against a stand-in that speaks the few parts of Grafana's HTTP API that it asks. */

import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { onPath } from './engines/engines.ts'
import type { Panel } from './dashboards/model.ts'
import { ROOT } from './support/stack.ts'

const SCRIPT = join(ROOT, 'test/stack/grafana-import.sh')
const FOLDER = join(ROOT, 'dashboards/json/provisioned')
const boards: readonly Board[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Board)
const panels = boards.flatMap((board) => withTargets(board.panels))

interface Board {
  readonly uid: string
  readonly panels: readonly Panel[]
}

function withTargets(all: readonly Panel[]): readonly Panel[] {
  const folded = all.flatMap((panel) => (panel as { panels?: readonly Panel[] }).panels ?? [])
  return [...all, ...folded].filter(({ targets = [] }) => targets.length > 0)
}

interface Query {
  readonly refId: string
  readonly datasource: { readonly uid: string }
  readonly expr?: string
  readonly query?: string
}

interface Asked {
  readonly path: string
  readonly authorization: string | undefined
  readonly queries: readonly Query[]
}

type Reply = readonly [status: number, body: unknown]
/** What it answers instead; undefined: what a Grafana does that has everything. */
type Fault = (asked: Asked) => Reply | undefined

const FRAMES = { status: 200, frames: [{ schema: {}, data: { values: [[1], [2]] } }] }

function healthy({ path, queries }: Asked): Reply {
  const uid = /^\/api\/dashboards\/uid\/(.+)$/.exec(path)?.[1]
  const dashboard = boards.find((board) => board.uid === uid)
  if (dashboard !== undefined) return [200, { meta: { provisioned: true }, dashboard }]
  switch (path) {
    case '/api/health':
      return [200, { database: 'ok', version: '13.2.0' }]
    case '/api/datasources':
      return [200, ['prometheus', 'tempo'].map((type) => ({ uid: type, type }))]
    case '/api/search?type=dash-db&tag=costspan':
      return [200, boards.map((board) => ({ uid: board.uid }))]
    case '/api/ds/query':
      return [200, { results: Object.fromEntries(queries.map(({ refId }) => [refId, FRAMES])) }]
    default:
      return [404, { message: 'Not found' }]
  }
}

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function grafana(fault: Fault = () => undefined) {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    answer(request, response, (each) => {
      asked.push(each)
      return fault(each) ?? healthy(each)
    }).catch(() => response.destroy())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  closing.push(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  reply: (asked: Asked) => Reply,
): Promise<void> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  const { queries = [] } = (text === '' ? {} : JSON.parse(text)) as { queries?: Query[] }
  const { url = '', headers } = request
  const [status, body] = reply({ path: url, authorization: headers.authorization, queries })
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly complaints: readonly string[]
}

function run(env: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<Ran> {
  const child = spawn('bash', [SCRIPT, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, error] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text))
  return new Promise((done, failed) => {
    child.once('error', failed)
    child.once('close', (code) => {
      const complaints = error.split('\n').filter((line) => line !== '')
      done({ code, out, complaints })
    })
  })
}

const able = ['bash', 'curl', 'jq'].every((tool) => onPath(tool) !== undefined)

describe.skipIf(!able)('grafana-import.sh', () => {
  it('asks every query of every panel, with no variable left that Grafana’s server does not fill in', async () => {
    const { url, asked } = await grafana()
    const count = panels.flatMap(({ targets = [] }) => targets).length
    expect(await run({ GRAFANA_URL: url, GRAFANA_TOKEN: 'glsa_1"2' })).toEqual({
      code: 0,
      out: `Grafana 13.2.0: ${panels.length} panels, ${count} queries, ${count} of them with data; 0 wrong\n`,
      complaints: [],
    })
    expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer glsa_1"2']),
    )
    const queries = asked.flatMap((each) => each.queries)
    expect(new Set(queries.map(({ datasource }) => datasource.uid))).toEqual(
      new Set(['prometheus', 'tempo']),
    )
    const texts = queries.map(({ expr, query }) => expr ?? query ?? '')
    expect(texts.filter((text) => /\$(?!__(range|interval|rate_interval))/.test(text))).toEqual([])
    expect(texts.some((text) => text.includes('deployment_environment_name=~".*"'))).toBe(true)
  })

  it('says each thing that is wrong in a line, and goes on', async () => {
    const [feature, health, spend] = boards as readonly [Board, Board, Board]
    const [first, second, third] = withTargets(spend.panels) as readonly [Panel, Panel, Panel]
    const isOf = ({ queries }: Asked, { targets = [] }: Panel): boolean =>
      queries.length === targets.length &&
      queries[0]?.expr?.slice(0, 20) === targets[0]?.expr?.slice(0, 20)
    const asks = (panel: Panel): string =>
      panels.filter((other) => other === panel).map(({ title }) => title)[0] ?? ''
    let before = 0
    const fault: Fault = (asked) => {
      const { path } = asked
      if (path === '/api/health') return [200, { database: 'failing', version: '12.4.1' }]
      if (path === '/api/datasources') return [200, [{ uid: 'prometheus', type: 'loki' }]]
      if (path === `/api/dashboards/uid/${feature.uid}`) {
        return [404, { message: 'Dashboard not found' }]
      }
      if (path === `/api/dashboards/uid/${health.uid}`) {
        const fewer = health.panels.filter((panel) => panel !== withTargets(health.panels)[0])
        return [200, { meta: {}, dashboard: { ...health, panels: fewer } }]
      }
      if (path.startsWith('/api/search')) return [200, boards.slice(1).map(({ uid }) => ({ uid }))]
      if (path !== '/api/ds/query') return undefined
      before += 1
      const refId = asked.queries[0]?.refId ?? ''
      if (before === 1 && isOf(asked, first)) {
        return [
          400,
          { results: { [refId]: { status: 400, error: 'parse error:\nunexpected end' } } },
        ]
      }
      if (before === 2 && isOf(asked, second)) return [200, { results: {} }]
      return before === 3 && isOf(asked, third) ? [502, 'Bad Gateway'] : undefined
    }
    const { url } = await grafana(fault)
    const { code, out, complaints } = await run({ GRAFANA_URL: url })
    expect(code).toBe(1)
    const wrong = complaints.map((line) => line.replace(/^grafana-import: /, ''))
    const missing = second.targets!.map(
      ({ refId }) => `${spend.uid}, ${asks(second)}: no answer to query ${refId}`,
    )
    const others = first
      .targets!.slice(1)
      .map(({ refId }) => `${spend.uid}, ${asks(first)}: no answer to query ${refId}`)
    expect(wrong).toEqual([
      "health: database is 'failing'; expected: ok",
      "data source 'prometheus' is of type loki; expected: prometheus",
      "data source 'tempo' is not there",
      `dashboard ${feature.uid} is not found by its tag costspan`,
      `dashboard ${feature.uid}: status 404 of /api/dashboards/uid/${feature.uid}: Dashboard not found`,
      `dashboard ${health.uid} is not provisioned; --imported allows that`,
      `dashboard ${health.uid} has other panels than ${health.uid}.json`,
      `${spend.uid}, ${asks(first)}: query ${first.targets![0]!.refId}: parse error: unexpected end`,
      ...others,
      ...missing,
      `${spend.uid}, ${asks(third)}: status 502 of /api/ds/query: no JSON`,
    ])
    expect(out).toMatch(new RegExp(`^Grafana 12\\.4\\.1: .*; ${wrong.length} wrong\\n$`))
  })

  it('stops where nobody answers, or where it is not let in', async () => {
    const gone = await run({ GRAFANA_URL: 'http://127.0.0.1:9' })
    expect(gone.code).toBe(1)
    expect(gone.complaints).toHaveLength(1)
    expect(gone.complaints[0]).toMatch(/^grafana-import: health: curl: \(7\)/)
    const { url, asked } = await grafana(({ path }) =>
      path === '/api/health' ? undefined : [401, { message: 'Unauthorized' }],
    )
    const refused = await run({ GRAFANA_URL: url, GRAFANA_USER: 'admin:a"b' }, ['--imported'])
    expect(refused).toMatchObject({
      code: 1,
      complaints: [
        'grafana-import: data sources: status 401 of /api/datasources: Unauthorized',
        'grafana-import: search: status 401 of /api/search?type=dash-db&tag=costspan: Unauthorized',
      ],
    })
    expect(asked[0]?.authorization).toBe(`Basic ${btoa('admin:a"b')}`)
  })

  it.each([
    [{}, [], "GRAFANA_URL is ''; allowed: an http or https address"],
    [{ GRAFANA_URL: 'grafana:3000' }, [], "GRAFANA_URL is 'grafana:3000'; allowed"],
    [{}, ['--import'], "unknown argument '--import'; allowed: --imported"],
    [{ GRAFANA_URL: 'http://g', GRAFANA_FROM: 'today' }, [], "GRAFANA_FROM is 'today'; allowed"],
    [{ GRAFANA_URL: 'http://g', GRAFANA_USER: 'admin' }, [], 'GRAFANA_USER has no colon; allowed'],
    [
      { GRAFANA_URL: 'http://g', GRAFANA_USER: 'a:b', GRAFANA_TOKEN: 't' },
      [],
      'GRAFANA_TOKEN and GRAFANA_USER are both set; allowed: one of them',
    ],
  ])('exits with 2 and one line for %j %j', async (env, args, message) => {
    const { code, complaints } = await run(env, args)
    expect(code).toBe(2)
    expect(complaints).toHaveLength(1)
    expect(complaints[0]).toContain(message)
  })
})
