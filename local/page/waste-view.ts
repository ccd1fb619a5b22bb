/** Spend that bought nothing, and what a stable prompt would have saved. */

import type { CacheMiss } from '../reports/answers.ts'
import type { Wasted, WasteReport } from '../reports/answers.ts'
import { periodQuery, type Filter } from './address.ts'
import { dollarColumn, dollars, grouped, whole } from './amounts.ts'
import { ask } from './ask.ts'
import { card, metrics, nothing, shareBar } from './cards.ts'
import { callsLink } from './links.ts'
import { table } from './table.ts'
import { count, groupName, wasteWords } from './words.ts'

type Kind = Wasted

export async function showWaste(place: HTMLElement): Promise<void> {
  const found = await ask<WasteReport>('/api/waste', periodQuery())
  place.append(figures(found), card('Waste', kinds(found)), card('Cache misses', misses(found)))
}

function figures({
  spentUsd,
  wastedUsd,
  resent,
  cacheMissUsd,
  cacheCalls,
}: WasteReport): HTMLElement {
  const share = spentUsd > 0 ? wastedUsd / spentUsd : 0
  return metrics('Waste', [
    {
      name: 'Wasted',
      value: dollars(wastedUsd),
      note: `${grouped(share * 100, 1)}% of ${dollars(spentUsd)} spent on calls`,
      alert: share >= 0.1,
    },
    {
      name: 'A stable prompt would have saved',
      value: `≈ ${dollars(cacheMissUsd)}`,
      note: `an estimate, from ${count(cacheCalls, 'call')}`,
    },
    {
      name: 'Sent again by clients',
      value: whole(resent.attempts),
      note: `HTTP attempts on ${count(resent.calls, 'call')}; none is known to be billed`,
    },
  ])
}

function kinds({ kinds: found, wastedUsd, spentUsd }: WasteReport): HTMLElement {
  if (found.length === 0) return nothing('Waste', 'Nothing was repeated, cut, aborted or in vain.')
  const amount = dollarColumn(found.map(({ usd }) => usd))
  const calls = found.reduce((sum, one) => sum + one.calls, 0)
  return table<Kind>({
    caption: 'Waste',
    note: 'Each call is counted once, under the strongest reason',
    columns: [
      { head: 'Why', kind: 'text', cell: (one) => callsLink(wasteWords(one.kind), callsOf(one)) },
      { head: 'Feature', kind: 'text', cell: ({ feature }) => groupName(feature, 'feature') },
      { head: 'Calls', cell: (one) => whole(one.calls) },
      { head: 'Of its feature’s spend', cell: ({ share }) => shareBar(share) },
      { head: 'USD', cell: (one) => usdOf(one, amount) },
    ],
    rows: found,
    total: [
      'Together',
      '',
      whole(calls),
      shareBar(spentUsd > 0 ? wastedUsd / spentUsd : null),
      amount(wastedUsd),
    ],
  })
}

function usdOf(one: Kind, amount: (usd: number) => string): string {
  if (one.unpricedCalls === one.calls) return 'unpriced'
  return `${one.unpricedCalls > 0 ? '≥ ' : ''}${amount(one.usd)}`
}

function callsOf({ kind, feature }: Kind): Filter {
  return kind === 'outcome_failed'
    ? { feature, outcomeFailed: 'any', waste: 'none' }
    : { feature, waste: kind }
}

function misses({ cacheMisses }: WasteReport): HTMLElement {
  if (cacheMisses.length === 0) {
    const text =
      'No prompt begins with the same 1,024 tokens or more, within five minutes, without the cache being read.'
    return nothing('Same beginning, not cached', text)
  }
  const amount = dollarColumn(cacheMisses.map(({ usd }) => usd))
  return table<CacheMiss>({
    caption: 'Same beginning, not cached',
    note: 'Tools, then system prompt, of calls no more than five minutes apart: what reading them from the provider’s cache would have saved. An estimate.',
    columns: [
      {
        head: 'Prompt',
        kind: 'text',
        cell: (miss) =>
          callsLink(
            [miss.promptName, miss.promptVersion].filter(Boolean).join(' ') || 'not stated',
            {
              feature: miss.feature,
              promptName: miss.promptName,
              promptVersion: miss.promptVersion,
            },
          ),
      },
      { head: 'Feature', kind: 'text', cell: ({ feature }) => groupName(feature, 'feature') },
      { head: 'Model', kind: 'text', cell: ({ model }) => model },
      { head: 'Tokens at the beginning', cell: ({ prefixTokens }) => whole(prefixTokens) },
      { head: 'Calls', cell: ({ calls }) => whole(calls) },
      { head: 'Could be saved', cell: ({ usd }) => `≈ ${amount(usd)}` },
    ],
    rows: cacheMisses,
  })
}
