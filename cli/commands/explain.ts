/** `costspan explain`: what changed in the spend of a feature between two periods, by cause, in dollars. */

import type { Explanations } from '../../local/reports/answers.ts'
import { explanationNotes, explanationText } from '../../local/explain/text.ts'
import type { Periods } from '../../local/explain/of-store.ts'
import { grouped } from '../../local/page/amounts.ts'
import { Failure, Misuse, type Command } from '../command.ts'
import { parseOptions } from '../options.ts'
import { periodsOf } from '../periods.ts'
import { SOURCE_OPTIONS, sourceHelp, sourceOf } from '../source.ts'

const help = `
costspan explain [--feature X] [--between A B] [--db FILE | --url URL] [--json]

Says why spend changed: how many dollars are more conversations, repeated attempts, a longer prompt, less from the
cache, another model, higher prices. The causes add up to the change, exactly.

  --feature X    what is explained; default: every feature, the largest change first
  --between A B  two periods, A before and B after, each one of
                   2026-11                   a month
                   2026-11-03                a day
                   2026-11-03..2026-11-10    from a day (its start) or instant to another; ages and now too: 24h..now
                 or two instants or ages: 2h 1h is the hour that began two hours ago against the hour before it;
                 default: the latest lasting change of what a unit costs, wherever it is found
  ${sourceHelp(13)}
  --json         JSON on stdout: with --feature one explanation or null, without it { "explanations": [...] }
  --help         this text

Days and months are UTC. A change to B from A is counted as B less A, also where they differ in length.
`

export const explain: Command = {
  name: 'explain',
  summary: 'says why spend changed, by cause, in dollars',
  help,
  async run(args) {
    const { words, between } = takeBetween(args)
    const { values } = parseOptions('explain', words, {
      feature: { type: 'string' },
      between: { type: 'string' },
      ...SOURCE_OPTIONS,
      json: { type: 'boolean', default: false },
    })
    if (values.feature === '') throw new Misuse('--feature: must be a name')
    const ask = sourceOf('explain', values)
    const periods = between && periodsOf(between[0], between[1], Date.now())
    const query = queryOf(values.feature, periods)
    const { explanations, features } = await ask<Explanations>('/api/explain', query)
    if (values.feature !== undefined && explanations.length === 0) {
      checkKnown(values.feature, features, periods)
    }
    if (values.json) {
      const answer = values.feature === undefined ? { explanations } : (explanations[0] ?? null)
      process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`)
      return 0
    }
    if (explanations.length === 0) process.stdout.write('No lasting change was found.\n')
    process.stdout.write(explanations.map(explanationText).join('\n'))
    for (const note of notesOf(explanations, periods)) process.stderr.write(`${note}\n`)
    return 0
  },
}

type Between = readonly [string, string]

/** `node:util` gives an option one value; this one has two. @throws Misuse */
function takeBetween(args: readonly string[]): {
  readonly words: readonly string[]
  readonly between?: Between
} {
  const at = args.findIndex((word) => word === '--between' || word.startsWith('--between='))
  if (at === -1) return { words: args }
  const [named = ''] = args.slice(at, at + 1)
  const given = named.startsWith('--between=') ? [named.slice('--between='.length)] : []
  const values = [...given, ...args.slice(at + 1, at + 3 - given.length)]
  const [a, b] = values
  if (a === undefined || b === undefined || values.some((word) => word.startsWith('--'))) {
    throw new Misuse('--between: must be followed by two periods, such as 2026-10 2026-11')
  }
  const words = [...args.slice(0, at), ...args.slice(at + 3 - given.length)]
  return { words, between: [a, b] }
}

function queryOf(feature: string | undefined, periods: Periods | undefined): URLSearchParams {
  const query = new URLSearchParams()
  if (feature !== undefined) query.set('feature', feature)
  for (const name of ['before', 'after'] as const) {
    if (periods === undefined) continue
    query.set(name, `${Math.round(periods[name].from)},${Math.round(periods[name].to)}`)
    query.set(`${name}Name`, periods.names[name])
  }
  return query
}

/** @throws Failure */
function checkKnown(
  feature: string,
  features: readonly string[],
  periods: Periods | undefined,
): void {
  if (!features.includes(feature)) {
    const known = features.length === 0 ? 'none is named' : `known are ${features.join(', ')}`
    throw new Failure(`costspan explain: no calls of feature '${feature}'; ${known}`)
  }
  if (periods === undefined) return
  const { before, after } = periods.names
  throw new Failure(`costspan explain: '${feature}' has no calls ${before}, and none ${after}`)
}

function notesOf(
  explanations: Explanations['explanations'],
  periods: Periods | undefined,
): readonly string[] {
  const notes = explanationNotes(explanations)
  if (periods === undefined) return notes
  const days = ({ from, to }: Periods['before']): number => (to - from) / 864e5
  const [a, b] = [days(periods.before), days(periods.after)]
  // Months are what people compare, and differ by a few days.
  if (Math.max(a, b) <= Math.min(a, b) * 1.15) return notes
  const said = (length: number): string =>
    length >= 1 ? `${grouped(length, 1)} days` : `${grouped(length * 24, 1)} hours`
  return [...notes, `The periods differ in length: ${said(a)} and ${said(b)}.`]
}
