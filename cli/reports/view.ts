/** What the views of `costspan report` have in common. */

import { DIMENSIONS, dimensionNamed, UNIT_DIMENSIONS } from '../../local/store/dimensions.ts'
import { Misuse } from '../command.ts'
import { baselineOption, budgetOption, sinceOption } from '../options.ts'

/** An option of `costspan report` that asks for something. */
export type Asked = 'by' | 'since' | 'feature' | 'baseline' | 'budget'

export interface Options {
  readonly by?: string | undefined
  readonly since?: string | undefined
  readonly feature?: string | undefined
  readonly baseline?: readonly string[] | undefined
  readonly budget?: string | undefined
}

export interface View {
  readonly name: string
  /** One line for the help. */
  readonly summary: string
  readonly path: string
  /** Whether hourly sums are not enough for it. */
  readonly singleCalls: boolean
  /** What it takes; anything else is misuse. */
  readonly takes: readonly Asked[]
  /** As text on stdout, and what the figures leave out, one line each for stderr. */
  readonly text: (answer: never) => { readonly text: string; readonly notes: readonly string[] }
}

/**
 * The question of a view.
 * @throws Misuse naming the option and what is allowed.
 */
export function queryOf(view: View, options: Options, now: number): URLSearchParams {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || view.takes.includes(name as Asked)) continue
    const allowed = view.takes.map((option) => `--${option}`).join(', ')
    throw new Misuse(`costspan report ${view.name}: --${name} is not for it. Allowed: ${allowed}`)
  }
  const { by, since, feature, baseline = [], budget } = options
  const grouping = view.takes.includes('by') ? (by ?? 'feature') : undefined
  if (grouping !== undefined) query.set('by', groupingOf(view, grouping).join(','))
  if (since !== undefined) query.set('since', String(Math.round(sinceOption(since, now))))
  if (feature === '') throw new Misuse('--feature: must be a name')
  if (feature !== undefined) query.set('feature', feature)
  for (const each of baseline) {
    baselineOption(each)
    query.append('baseline', each)
  }
  if (budget !== undefined) query.set('budget', String(budgetOption(budget)))
  return query
}

/** @throws Misuse */
function groupingOf(view: View, text: string): readonly string[] {
  const allowed: readonly string[] = view.name === 'units' ? UNIT_DIMENSIONS : DIMENSIONS
  const dimensions = text.split(',').map((name) => {
    const dimension = dimensionNamed(name)
    if (dimension !== undefined && allowed.includes(dimension)) return dimension
    throw new Misuse(`--by ${text}: no grouping '${name}'. Allowed: ${allowed.join(', ')}`)
  })
  return [...new Set(dimensions)]
}

/** What stands where the application says nothing. */
export const named = (feature: string | null): string => feature ?? 'unattributed'

export const percent = (share: number | null, decimals = 1): string =>
  share === null ? '-' : `${(share * 100).toFixed(decimals)}%`

/** Amounts with their sign; the sign is a minus, not a hyphen. */
export function signedOf(amount: (usd: number) => string): (usd: number) => string {
  return (usd) => {
    const said = amount(usd)
    return usd > 0 && !said.startsWith('<') ? `+${said}` : said
  }
}

/** Tables under each other, an empty line between them; those without rows are left out. */
export const tables = (...all: readonly string[]): string =>
  all.filter((table) => table !== '').join('\n')
