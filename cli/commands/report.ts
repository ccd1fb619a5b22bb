/** `costspan report`: what was spent and what it bought, from a database file or a running `costspan local`. */

import { DIMENSIONS } from '../../local/store/dimensions.ts'
import { Misuse, type Command } from '../command.ts'
import { parseOptions } from '../options.ts'
import { budget } from '../reports/budget.ts'
import { context } from '../reports/context.ts'
import { outcomes } from '../reports/outcomes.ts'
import { prompts } from '../reports/prompts.ts'
import { spend } from '../reports/spend.ts'
import { units } from '../reports/units.ts'
import { queryOf, type Options, type View } from '../reports/view.ts'
import { waste } from '../reports/waste.ts'
import { SOURCE_OPTIONS, sourceHelp, sourceOf, type Ask } from '../source.ts'

const VIEWS: readonly View[] = [spend, units, outcomes, waste, prompts, context, budget]

const help = `
costspan report [VIEW] [--since 1h] [--feature X] [--db FILE | --url URL] [--json]

Prints what was spent and what it bought: a table, or JSON.

${VIEWS.map(({ name, summary }) => `  ${name.padEnd(16)}${summary}`).join('\n')}

  --by LIST       spend and units: group by one or more of ${DIMENSIONS.slice(0, 8).join(', ')},
                  ${DIMENSIONS.slice(8).join(', ')};
                  units by what their first call says; default feature
  --since AGE     calls that started, units that began within this time: 90s, 15m, 1h, 7d, or an ISO date; default: all
  --feature X     only of this feature
  --baseline O=U  what one outcome O costs otherwise, USD: ticket.resolved=18; may be repeated
  --budget USD    what a calendar month may cost
  ${sourceHelp(14)}
  --json          JSON on stdout, amounts as number and as exact decimal string
  --help          this text
`

export const report: Command = {
  name: 'report',
  summary: 'prints what was spent and what it bought: units, outcomes, waste, prompts, budget',
  help,
  async run(args) {
    const { values, positionals } = parseOptions(
      'report',
      args,
      {
        by: { type: 'string' },
        since: { type: 'string' },
        feature: { type: 'string' },
        baseline: { type: 'string', multiple: true },
        budget: { type: 'string' },
        ...SOURCE_OPTIONS,
        json: { type: 'boolean', default: false },
      },
      true,
    )
    const view = viewOf(positionals, values)
    const { by, since, feature, baseline, budget: limit } = values
    const asked = { by, since, feature, baseline, budget: limit }
    const ask = sourceOf('report', values)
    const query = queryOf(view, asked, Date.now())
    const answer = await ask<never>(view.path, query)
    for (const note of await keptNotes(ask, view, query)) process.stderr.write(`${note}\n`)
    if (values.json) process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`)
    else {
      const { text, notes } = view.text(answer)
      process.stdout.write(text)
      for (const note of notes) process.stderr.write(`${note}\n`)
    }
    return 0
  },
}

/** Where single calls are gone and the view needs them. */
async function keptNotes(ask: Ask, view: View, query: URLSearchParams): Promise<readonly string[]> {
  if (!view.singleCalls) return []
  const { keptFrom } = await ask<{ readonly keptFrom?: number }>(
    '/api/extent',
    new URLSearchParams(),
  )
  if (keptFrom === undefined || Number(query.get('since') ?? 0) >= keptFrom) return []
  const day = new Date(keptFrom).toISOString().slice(0, 16).replace('T', ' ')
  return [`Single calls are kept from ${day} UTC on: what is older is not in it`]
}

/** Without a name, the option that only one view takes says which. @throws Misuse */
function viewOf(words: readonly string[], { baseline, budget: limit }: Options): View {
  const [name, ...more] = words
  if (name === undefined) {
    if (baseline !== undefined && limit !== undefined) {
      throw new Misuse(
        'costspan report: --baseline and --budget are of two views. Allowed: report outcomes, report budget',
      )
    }
    if (baseline !== undefined) return outcomes
    return limit === undefined ? spend : budget
  }
  const view = VIEWS.find((one) => one.name === name)
  if (view !== undefined && more.length === 0) return view
  const allowed = VIEWS.map((one) => one.name).join(', ')
  throw new Misuse(`costspan report: no view '${words.join(' ')}'. Allowed: ${allowed}`)
}
