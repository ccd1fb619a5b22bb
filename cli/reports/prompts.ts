/** `costspan report prompts`. */

import { columns } from '../../local/columns.ts'
import { dollarColumn, dollarsEach, whole } from '../../local/page/amounts.ts'
import type { PromptReport, PromptVersion } from '../../local/reports/answers.ts'
import { named, percent, signedOf, tables, type View } from './view.ts'

export const prompts: View = {
  name: 'prompts',
  summary: 'versions of a prompt side by side, and why one costs more than the one before',
  path: '/api/prompts',
  singleCalls: true,
  takes: ['since', 'feature'],
  text: ({ prompts: found }: { readonly prompts: readonly PromptReport[] }) => ({
    text:
      found.length === 0
        ? 'No call names its prompt: set prompt: { name, version } in withAttribution.\n'
        : tables(versions(found), causes(found)),
    notes: found.some(({ versions: all }) => all.some(isEstimate))
      ? ['±: what a prompt was made of is estimated from the length of its parts']
      : [],
  }),
}

const signed = signedOf(dollarsEach)

function versions(found: readonly PromptReport[]): string {
  const all = found.flatMap((prompt) => prompt.versions.map((one) => ({ prompt, one })))
  const amount = dollarColumn(all.map(({ one }) => one.usd))
  const rows = all.map(({ prompt, one }) => [
    prompt.prompt,
    one.version ?? 'not stated',
    named(prompt.feature),
    `${whole(one.units)} ${prompt.unitType}s`,
    whole(one.calls),
    whole(one.inputTokensPerCall),
    whole(one.outputTokensPerCall),
    dollarsEach(one.usdPerUnit),
    one.change === undefined ? '' : signed(one.change.usd),
    one.change === undefined ? '' : signedPercent(one.change.share),
    amount(one.usd),
  ])
  const heads = ['units', 'calls', 'input/call', 'output/call', 'USD/unit', 'change', '', 'USD']
  return columns([['prompt', 'version', 'feature', ...heads], ...rows], 3)
}

/** What makes a difference of at least 2% of the change. */
function causes(found: readonly PromptReport[]): string {
  return found
    .flatMap(({ prompt, versions: all }) =>
      all.flatMap(({ version, change }) => {
        const worth = (change?.causes ?? []).filter(
          ({ usd }) => Math.abs(usd) >= Math.abs(change?.usd ?? 0) * 0.02,
        )
        if (change === undefined || worth.length === 0) return []
        const head = `${prompt} ${change.from ?? 'not stated'} → ${version ?? 'not stated'}`
        const listed = worth.map(({ usd, label, plusMinusUsd: off }) => {
          const sure = off === undefined ? '' : ` ±${dollarsEach(off)}`
          return `${signed(usd)}${sure} ${label.replace(` (${head})`, '')}`
        })
        return [`${head}: ${listed.join(', ')}\n`]
      }),
    )
    .join('')
}

function isEstimate({ change }: PromptVersion): boolean {
  return change?.causes.some(({ plusMinusUsd }) => plusMinusUsd !== undefined) ?? false
}

function signedPercent(share: number | null): string {
  if (share === null) return ''
  return `${share > 0 ? '+' : share < 0 ? '−' : ''}${percent(Math.abs(share), 0)}`
}
