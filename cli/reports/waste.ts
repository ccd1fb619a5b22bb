/** `costspan report waste`. */

import { columns } from '../../local/columns.ts'
import { dollarColumn, dollars, whole } from '../../local/page/amounts.ts'
import { wasteWords } from '../../local/page/words.ts'
import type { WasteReport } from '../../local/reports/answers.ts'
import { named, percent, tables, type View } from './view.ts'

export const waste: View = {
  name: 'waste',
  summary:
    'spend that bought nothing: repeats, failed, aborted, cut answers, failed outcomes, cache misses',
  path: '/api/waste',
  singleCalls: true,
  takes: ['since', 'feature'],
  text: (answer: WasteReport) => ({
    text: tables(kinds(answer), misses(answer)),
    notes: notes(answer),
  }),
}

function kinds({ kinds: found, wastedUsd, spentUsd }: WasteReport): string {
  const amount = dollarColumn(found.map(({ usd }) => usd))
  const rows = found.map((one) => [
    wasteWords(one.kind),
    named(one.feature),
    whole(one.calls),
    one.unpricedCalls === one.calls
      ? 'unpriced'
      : `${one.unpricedCalls > 0 ? '≥ ' : ''}${amount(one.usd)}`,
    percent(one.share),
  ])
  const calls = found.reduce((sum, one) => sum + one.calls, 0)
  const share = percent(spentUsd > 0 ? wastedUsd / spentUsd : null)
  const total = ['together', '', whole(calls), amount(wastedUsd), share]
  return columns([['waste', 'feature', 'calls', 'USD', 'of its spend'], ...rows, total], 2)
}

function misses({ cacheMisses }: WasteReport): string {
  if (cacheMisses.length === 0) return ''
  const amount = dollarColumn(cacheMisses.map(({ usd }) => usd))
  const rows = cacheMisses.map((miss) => [
    named(miss.feature),
    [miss.promptName, miss.promptVersion].filter((part) => part !== null).join(' ') || '-',
    miss.model,
    whole(miss.prefixTokens),
    whole(miss.calls),
    amount(miss.usd),
  ])
  const heads = [
    'same beginning, not cached',
    'prompt',
    'model',
    'tokens',
    'calls',
    'USD, estimate',
  ]
  return columns([heads, ...rows], 3)
}

function notes({ resent, cacheMisses, cacheMissUsd, cacheCalls }: WasteReport): readonly string[] {
  return [
    ...(resent.attempts > 0
      ? [
          `${whole(resent.attempts)} HTTP ${resent.attempts === 1 ? 'attempt was' : 'attempts were'} sent again by clients on ${whole(resent.calls)} ${resent.calls === 1 ? 'call' : 'calls'}; no answer said that the failed ones were billed`,
        ]
      : []),
    ...(cacheMisses.length > 0
      ? [
          `A stable beginning of the prompt (tools, then system prompt) would have saved about ${dollars(cacheMissUsd)}: estimated from ${whole(cacheCalls)} calls, no more than 5 minutes apart`,
        ]
      : []),
  ]
}
