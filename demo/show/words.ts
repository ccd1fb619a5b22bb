/** What the demo says at its end. */

import { styleText } from 'node:util'
import { dollars, grouped, whole } from '../../local/page/amounts.ts'
import type { Explanation } from '../../local/explain/explanation.ts'
import { article } from '../../local/explain/sentence.ts'
import type { OutcomeFigures } from '../../local/reports/answers.ts'
import type { Story } from '../run.ts'
import { PHASES } from '../story/phases.ts'
import type { CausesCheck } from './causes.ts'
import type { LedgerCheck } from './check.ts'

export function storyLines({ change, causes: check }: Story): readonly string[] {
  if (change === undefined) return ['', heading('What happened'), 'No lasting change was found.']
  const { before, after, unitType } = change
  const figures = (side: Explanation['before']): string =>
    `$${grouped(side.usdPerUnit, 4)} ${article(unitType)} (${side.units} ${unitType}s, ` +
    `${grouped(side.calls / Math.max(1, side.units), 1)} calls each)`
  const verdict = check.agrees
    ? styleText('green', 'The ledger books each cause within 1% of that.', STDERR)
    : styleText('red', `A cause is ${grouped(check.furthest * 100, 1)}% off the ledger.`, STDERR)
  return [
    '',
    heading('What happened'),
    ...wrapped(change.sentence, 100),
    '',
    `  before  ${figures(before)}`,
    `  after   ${figures(after)}`,
    '',
    ...columns(causeRows(change, check)).map((line) => `  ${line}`),
    `  ${verdict}`,
  ]
}

/** What a conversation cost, phase by phase, and what the tickets came to. */
export function unitLines({ units, outcomes }: Story): readonly string[] {
  const phases = PHASES.flatMap(({ name, promptVersion }) => {
    const group = units.groups.find(({ key }) => key.promptVersion === promptVersion)
    return group === undefined ? [] : [{ name, group }]
  })
  const [first] = phases
  if (first === undefined) return []
  const parts = first.group.parts.map(({ component }) => component)
  const each = (usd: number): string => `$${grouped(usd, 4)}`
  const rows = phases.map(({ name, group }) => [
    ...parts.map((part) =>
      each(group.parts.find(({ component }) => component === part)?.usdPerUnit ?? 0),
    ),
    each(group.usdPerUnit),
    name,
  ])
  const heads = parts.map((part) => (part === 'llm' ? 'LLM calls' : part))
  return [
    '',
    heading('What a conversation costs, all in'),
    ...columns([[...heads, 'together', ''], ...rows]).map((line) => `  ${line}`),
    ...outcomes.groups.flatMap(outcomeLine),
  ]
}

function outcomeLine(group: OutcomeFigures): readonly string[] {
  const { name, succeeded, units, usdPerSuccess, margin } = group
  if (usdPerSuccess === null) return []
  const against =
    margin?.times == null
      ? ''
      : `; a person's $${margin.baselineUsd} is ${whole(margin.times)} times that`
  return [
    `  ${name}: ${succeeded} of ${units}, at $${grouped(usdPerSuccess, 4)} each, the unresolved included${against}.`,
  ]
}

/** Volume apart: it is no part of what one conversation costs. */
function causeRows(change: Explanation, { ledger }: CausesCheck): readonly (readonly string[])[] {
  const { causes, totalUsd, after, unitType } = change
  const volume = causes.find(({ name }) => name === 'volume')?.usd ?? 0
  const perUnit = totalUsd - volume
  const row = (usd: number, booked: number | undefined, label: string): readonly string[] => [
    signed(usd / Math.max(1, after.units), 4),
    signed(usd, 2),
    booked === undefined ? '' : signed(booked, 2),
    label,
  ]
  return [
    [`per ${unitType}`, 'in all', 'ledger', 'cause'],
    ...causes
      .filter(({ name, usd }) => name !== 'volume' && isWorthALine(perUnit, usd))
      .map(({ name, usd, label }) => row(usd, ledger[name], label)),
    row(
      perUnit,
      Object.values(ledger).reduce((sum, usd) => sum + usd, 0),
      'together',
    ),
  ]
}

/** Half a percent. */
const isWorthALine = (totalUsd: number, usd: number): boolean =>
  Math.abs(usd) >= Math.abs(totalUsd) * 0.005

export function ledgerLines(check: LedgerCheck): readonly string[] {
  const { costspan, ledger, untold } = check
  const row = (name: string, from: LedgerCheck['ledger']): readonly string[] => [
    `$${from.usd}`,
    whole(from.calls),
    whole(from.attempts),
    whole(from.inputTokens),
    whole(from.outputTokens),
    name,
  ]
  const verdict = check.agrees
    ? styleText('green', 'They agree: every call, every token, every dollar.', STDERR)
    : styleText('red', `They differ by $${Math.abs(check.differenceUsd).toFixed(9)}.`, STDERR)
  return [
    '',
    heading("Checked against the provider's ledger"),
    ...columns([
      ['dollars', 'calls', 'requests', 'tokens in', 'tokens out', ''],
      row('costspan', costspan),
      row('provider', ledger),
    ]).map((line) => `  ${line}`),
    `  ${verdict}`,
    ...untoldLines(untold),
  ]
}

function untoldLines(untold: LedgerCheck['untold']): readonly string[] {
  if (untold.calls === 0 && untold.outputTokens === 0) return []
  const calls = untold.calls === 1 ? '1 call' : `${untold.calls} calls`
  return [
    `  Besides, the provider billed ${dollars(Number(untold.usd))} for ${calls} that the application stopped reading.`,
    '  Its answer never said so: costspan shows the call as unpriced (usage_missing), not as free.',
  ]
}

/** `styleText` looks at the stream that is written to, `NO_COLOR` and `FORCE_COLOR`. */
const STDERR = { stream: process.stderr }

function heading(text: string): string {
  return styleText('bold', text, STDERR)
}

/** All columns but the last are figures, and end where their heading ends. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, place) =>
    Math.max(...rows.map((row) => (row[place] ?? '').length)),
  )
  return rows.map((row) =>
    row
      .map((cell, place) => (place === row.length - 1 ? cell : cell.padStart(widths[place] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

function signed(usd: number, decimals: number): string {
  return `${usd < 0 ? '−' : '+'}$${grouped(Math.abs(usd), decimals)}`
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}
