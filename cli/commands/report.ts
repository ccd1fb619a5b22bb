/** `costspan report`: what was spent, by any grouping, from a database file or a running `costspan local`. */

import { at, text } from '../../instrumentation/core/unknown.ts'
import { reportNotes, reportTable } from '../../local/report-text.ts'
import { LocalProblem } from '../../local/problem.ts'
import { report as makeReport, type Report } from '../../local/report.ts'
import { openStore } from '../../local/store.ts'
import { DIMENSIONS, dimensionNamed, type Dimension } from '../../local/store/dimensions.ts'
import { Failure, Misuse, type Command } from '../command.ts'
import { parseOptions, sinceOption } from '../options.ts'

const DEFAULT_URL = 'http://127.0.0.1:4318'

const help = `
costspan report [--by feature,model,...] [--since 1h] [--db FILE | --url URL] [--json]

Prints what was spent: a table, or JSON.

  --by LIST     group by one or more of: ${DIMENSIONS.join(', ')}; default feature
  --since AGE   calls that started within this time: 90s, 15m, 1h, 7d, or an ISO date; default: all
  --db FILE     read this database of costspan local
  --url URL     ask this running costspan local; default ${DEFAULT_URL}
  --json        JSON on stdout: totals and rows, amounts as number and as exact decimal string
  --help        this text
`

export const report: Command = {
  name: 'report',
  summary: 'prints what was spent, by feature, model, customer, ...',
  help,
  async run(args) {
    const { values } = parseOptions('report', args, {
      by: { type: 'string', default: 'feature' },
      since: { type: 'string' },
      db: { type: 'string' },
      url: { type: 'string' },
      json: { type: 'boolean', default: false },
    })
    if (values.db !== undefined && values.url !== undefined) {
      throw new Misuse('costspan report: --db and --url exclude each other')
    }
    const by = grouping(values.by)
    const from = values.since === undefined ? undefined : sinceOption(values.since)
    const found =
      values.db === undefined
        ? await fromUrl(baseUrl(values.url ?? DEFAULT_URL), by, from)
        : fromFile(values.db, by, from)
    if (values.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`)
    else {
      process.stdout.write(reportTable(found))
      for (const note of reportNotes(found)) process.stderr.write(`${note}\n`)
    }
    return 0
  },
}

/** @throws Misuse naming what is allowed. */
function grouping(text: string): readonly Dimension[] {
  const dimensions = text.split(',').map((name) => {
    const dimension = dimensionNamed(name)
    if (dimension !== undefined) return dimension
    throw new Misuse(`--by ${text}: no grouping '${name}'. Allowed: ${DIMENSIONS.join(', ')}`)
  })
  return [...new Set(dimensions)]
}

/** @throws Misuse */
function baseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Misuse(`--url ${text}: must be a URL such as ${DEFAULT_URL}`)
  }
  return url
}

/** @throws Failure */
function fromFile(path: string, by: readonly Dimension[], from: number | undefined): Report {
  try {
    const store = openStore({ path, readOnly: true })
    try {
      return makeReport(store, from === undefined ? {} : { from }, by, Date.now())
    } finally {
      store.close()
    }
  } catch (error) {
    if (error instanceof LocalProblem) throw new Failure(`costspan report: ${error.message}`)
    throw error
  }
}

/** @throws Failure */
async function fromUrl(
  base: URL,
  by: readonly Dimension[],
  from: number | undefined,
): Promise<Report> {
  const url = new URL('/api/report', base)
  url.searchParams.set('by', by.join(','))
  if (from !== undefined) url.searchParams.set('since', String(Math.round(from)))
  let response: Response
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(10_000) })
  } catch {
    throw new Failure(
      `costspan report: nothing answers at ${base.origin}; start costspan local, or name a file with --db`,
    )
  }
  const body = await response.json().catch(() => undefined)
  if (response.ok && at(body, 'totals') !== undefined) return body as Report
  const said = text(at(body, 'error')) ?? `HTTP ${response.status}`
  throw new Failure(`costspan report: ${base.origin} is no costspan local: ${said}`)
}
