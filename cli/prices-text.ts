/** Rates, rules and comparisons as text for a terminal of 100 columns. */

import { isObject } from '../instrumentation/core/unknown.ts'
import type { Comparison, Difference } from './compare-books.ts'
import type { RateTable, RuleSource, VariantSource } from '../instrumentation/pricing/format.ts'
import { columns } from '../local/columns.ts'
import type { ShownRule } from './prices-source.ts'

const WIDTH = 100

export function ruleLines({ file, rule, source }: ShownRule, provider: VariantTable): string {
  const lines = [
    `${spanOf(rule)}${file === 'bundled' ? '' : `  (${file})`}`,
    ...wrapped(ratesText(rule.rates)),
    ...(rule.variants ?? []).flatMap((variant) => variantLines(variant, provider)),
    ...(rule.note === undefined ? [] : wrapped(`note: ${rule.note}`)),
    ...(source === undefined ? [] : [`    ${source.confidence}, ${source.checked}: ${source.url}`]),
  ]
  return `${lines.map((line) => `  ${line}`).join('\n')}\n`
}

export type VariantTable = Readonly<Record<string, VariantSource>>

function spanOf({ from, until }: RuleSource): string {
  if (from === undefined) return until === undefined ? 'always' : `until ${until}`
  return until === undefined ? `from ${from}` : `from ${from} until ${until}`
}

function ratesText(rates: RateTable): string {
  return Object.entries(rates)
    .map(([rate, usd]) => `${rate} ${usd}`)
    .join(', ')
}

function variantLines(variant: string | VariantSource, named: VariantTable): readonly string[] {
  const found = typeof variant === 'string' ? named[variant] : variant
  if (found === undefined) return []
  const conditions = Object.entries(found.when).map(([name, value]) => `${name} ${plain(value)}`)
  const effects = [
    ...(found.rates === undefined ? [] : [ratesText(found.rates)]),
    ...Object.entries(found.multiply ?? {}).map(([rate, by]) => `${rate}\u00a0x\u00a0${by}`),
  ]
  return wrapped(`${conditions.join(', ')}: ${effects.join(', ')}`)
}

/** A condition's value in the words of the file, without its quotes and braces. */
function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).join(', ')
  if (!isObject(value)) return String(value)
  return Object.entries(value)
    .map(([name, item]) => `${name} ${plain(item)}`)
    .join('; ')
}

function wrapped(text: string): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line.length + word.length + 7 > WIDTH) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map(
    (own, n) => `${n === 0 ? '    ' : '      '}${own.replaceAll('\u00a0', ' ')}`,
  )
}

/** The most that is shown to people; `--json` has all. */
const MOST = 40

export interface SourcedDifference extends Difference {
  /** How sure our rate is: `vendor`, `secondary`, `catalogue`; absent where it has no source. */
  readonly confidence?: string
  /** Where our rate is from. */
  readonly source?: string
}

export interface SourcedComparison extends Comparison {
  readonly differences: readonly SourcedDifference[]
}

export function comparisonText(found: SourcedComparison): string {
  const { equal, differences, missing, beyond } = found
  const rows = differences.map((item) => [
    item.provider,
    item.model.slice(0, 44),
    item.rate,
    item.ours ?? '-',
    item.theirs ?? '-',
    item.confidence ?? 'own',
  ])
  const table =
    rows.length === 0
      ? ''
      : columns(
          [['provider', 'model', 'rate', 'ours', 'theirs', 'ours is'], ...rows.slice(0, MOST)],
          3,
        )
  const more = rows.length > MOST ? `… and ${rows.length - MOST} more; --json has all\n` : ''
  const lacking =
    missing.length === 0 ? '' : `${wrapped(`only theirs: ${missing.join(', ')}`).join('\n')}\n`
  return `${table}${more}${lacking}${equal} models agree, ${differences.length} rates differ, ${missing.length} models are only theirs, ${beyond.length} only ours.\n`
}

/** Names as far as they fit, whole: `web_search file_search …`. */
export function shortened(names: readonly string[], width: number): string {
  const all = names.join(' ')
  if (all.length <= width) return all
  const end = all.lastIndexOf(' ', width - 2)
  return end < 1 ? '…' : `${all.slice(0, end)} …`
}
