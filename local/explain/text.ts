/** An explanation for a terminal: the sentence, the two periods, and the causes with their dollars. */

import { columns } from '../columns.ts'
import { dollarColumn, dollarsEach, grouped, whole } from '../page/amounts.ts'
import type { Cause, Explanation, Period } from './explanation.ts'

/** Ends with a newline. */
export function explanationText(found: Explanation): string {
  return [
    ...wrapped(found.sentence, 96),
    '',
    ...indented(sides(found)),
    ...(found.causes.length === 0 ? [] : ['', ...indented(causeTable(found))]),
    '',
  ].join('\n')
}

function sides({ before, after, unitType, scale }: Explanation): string {
  const amount = dollarColumn([before.usd, after.usd])
  const each = (of: (side: Period) => string): readonly string[] => [of(before), of(after)]
  const perUnit = (of: (side: Period) => string): readonly string[] =>
    each((side) => (side.units === 0 ? '-' : of(side)))
  return columns(
    [
      ['', 'before', 'after'],
      [`${unitType}s`, ...each(({ units }) => whole(units))],
      [`calls a ${unitType}`, ...perUnit(({ calls, units }) => grouped(calls / units, 2))],
      [`USD a ${unitType}`, ...perUnit(({ usdPerUnit }) => dollarsEach(usdPerUnit))],
      ['USD', ...each(({ usd }) => amount(usd))],
      ...(scale === 1
        ? []
        : [['USD, as long as after', amount(before.usd * scale), amount(after.usd)]]),
    ],
    1,
  )
}

/** Volume is in the dollars and not in those of one unit. */
function causeTable({ causes, totalUsd, after, unitType }: Explanation): string {
  const units = Math.max(1, after.units)
  const volume = causes.find(({ name }) => name === 'volume')?.usd ?? 0
  const others = causes.filter(({ name }) => name !== 'volume')
  const total = dollarColumn([totalUsd, ...causes.map(({ usd }) => usd)])
  const each = dollarColumn(others.map(({ usd }) => usd / units))
  const isEstimate = causes.some(({ plusMinusUsd }) => plusMinusUsd !== undefined)
  const rows = causes.map(({ name, label, usd, plusMinusUsd }) => [
    label,
    name === 'volume' ? '' : signed(usd / units, each),
    signed(usd, total),
    ...(isEstimate ? [plusMinusUsd === undefined ? '' : `±${total(plusMinusUsd)}`] : []),
  ])
  const together = [
    'together',
    others.length === 0 ? '' : signed((totalUsd - volume) / units, each),
    signed(totalUsd, total),
    ...(isEstimate ? [''] : []),
  ]
  const heads = ['cause', `USD a ${unitType}`, 'USD', ...(isEstimate ? ['±'] : [])]
  const table = [heads, ...rows, together]
  // Where only the number of units changed, there is nothing to say of one.
  const shown =
    others.length === 0 ? table.map(([first = '', , ...more]) => [first, ...more]) : table
  return columns(shown, 1)
}

/** What the figures leave out or only estimate, one line each, for stderr. */
export function explanationNotes(found: readonly Explanation[]): readonly string[] {
  const unpriced = sum(found, ({ before, after }) => before.unpricedCalls + after.unpricedCalls)
  const isEstimate = found.some(({ causes }) =>
    causes.some((cause: Cause) => cause.plusMinusUsd !== undefined),
  )
  const cut = found.find(({ keptFrom }) => keptFrom !== undefined)?.keptFrom
  return [
    ...(cut === undefined
      ? []
      : [`Single calls are kept from ${utc(cut)} on: what is older is in no period`]),
    ...(isEstimate
      ? ['±: what a prompt was made of is estimated from the length of its parts']
      : []),
    ...(unpriced > 0
      ? [
          `${whole(unpriced)} ${unpriced === 1 ? 'call has' : 'calls have'} no amount and ${unpriced === 1 ? 'is' : 'are'} in neither period: costspan report says why`,
        ]
      : []),
  ]
}

const utc = (at: number): string =>
  `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0)

function signed(usd: number, amount: (usd: number) => string): string {
  const said = amount(usd)
  return usd > 0 && !said.startsWith('<') ? `+${said}` : said
}

const indented = (text: string): readonly string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}
