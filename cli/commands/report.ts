/** `costspan report`: what was spent, by any grouping, from a database file or a running `costspan local`. */

import { reportNotes, reportTable } from '../../local/report-text.ts'
import type { Report } from '../../local/report.ts'
import { DIMENSIONS, dimensionNamed, type Dimension } from '../../local/store/dimensions.ts'
import { Misuse, type Command } from '../command.ts'
import { parseOptions, sinceOption } from '../options.ts'
import { SOURCE_OPTIONS, sourceHelp, sourceOf } from '../source.ts'

const help = `
costspan report [--by feature,model,...] [--since 1h] [--db FILE | --url URL] [--json]

Prints what was spent: a table, or JSON.

  --by LIST     group by one or more of: ${DIMENSIONS.join(', ')}; default feature
  --since AGE   calls that started within this time: 90s, 15m, 1h, 7d, or an ISO date; default: all
  ${sourceHelp()}
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
      ...SOURCE_OPTIONS,
      json: { type: 'boolean', default: false },
    })
    const ask = sourceOf('report', values)
    const by = grouping(values.by)
    const from = values.since === undefined ? undefined : sinceOption(values.since)
    const query = new URLSearchParams({ by: by.join(',') })
    if (from !== undefined) query.set('since', String(Math.round(from)))
    const found = await ask<Report>('/api/report', query)
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
