/** Versions of a prompt side by side, and how prompts grow turn by turn. */

import type { PromptReport, PromptVersion } from '../reports/answers.ts'
import type { ContextGrowth, Turn } from '../reports/answers.ts'
import { periodQuery } from './address.ts'
import { dollarsEach, grouped, whole } from './amounts.ts'
import { ask } from './ask.ts'
import { card, nothing } from './cards.ts'
import { h, swatch } from './elements.ts'
import { callsLink } from './links.ts'
import { table } from './table.ts'
import { groupName } from './words.ts'

export async function showPrompts(place: HTMLElement): Promise<void> {
  const [{ prompts }, { features }] = await Promise.all([
    ask<{ readonly prompts: readonly PromptReport[] }>('/api/prompts', periodQuery()),
    ask<{ readonly features: readonly ContextGrowth[] }>('/api/context', periodQuery()),
  ])
  place.append(
    card('Prompt versions', prompts.length === 0 ? noPrompts() : versions(prompts)),
    card('Context by turn', ...contexts(features.filter(({ turns }) => turns.length > 1))),
  )
}

const noPrompts = (): HTMLElement =>
  nothing('Prompt versions', 'Set prompt: { name, version } in withAttribution to compare them.')

interface Row {
  readonly prompt: PromptReport
  readonly one: PromptVersion
}

function versions(prompts: readonly PromptReport[]): HTMLElement {
  const rows = prompts.flatMap((prompt) => prompt.versions.map((one) => ({ prompt, one })))
  return table<Row>({
    caption: 'Prompt versions',
    note: 'Each against the one before it, in the order in which they came into use. Units are counted with the version of their first call.',
    columns: [
      {
        head: 'Prompt',
        kind: 'text',
        cell: ({ prompt, one }) =>
          callsLink(`${prompt.prompt} ${one.version ?? '(no version)'}`, {
            feature: prompt.feature,
            promptName: prompt.prompt,
            promptVersion: one.version,
          }),
      },
      { head: 'Feature', kind: 'text', cell: ({ prompt }) => groupName(prompt.feature, 'feature') },
      { head: 'Units', cell: ({ one }) => whole(one.units) },
      { head: 'Calls / unit', cell: ({ one }) => grouped(one.calls / Math.max(1, one.units), 2) },
      { head: 'Input tokens / call', cell: ({ one }) => whole(one.inputTokensPerCall) },
      { head: 'Output tokens / call', cell: ({ one }) => whole(one.outputTokensPerCall) },
      { head: 'Cost / unit', cell: ({ one }) => dollarsEach(one.usdPerUnit) },
      { head: 'Change', cell: ({ one }) => change(one) },
      { head: 'Why, per unit', kind: 'text', cell: ({ one }) => causes(one) },
    ],
    rows,
  })
}

function change({ change: found }: PromptVersion): Node | string {
  if (found === undefined) return '–'
  const share = found.share === null ? '' : ` (${signed(found.share * 100, 0)}%)`
  const usd = `${found.usd > 0 ? '+' : ''}${dollarsEach(found.usd)}`
  return h('span', { class: found.usd > 0 ? 'more' : 'less' }, `${usd}${share}`)
}

/** Those of at least 2% of the change. */
function causes({ change: found }: PromptVersion): HTMLElement {
  const worth = (found?.causes ?? []).filter(
    ({ usd }) => Math.abs(usd) >= Math.abs(found?.usd ?? 0) * 0.02,
  )
  const lines = worth.map(({ usd, label, plusMinusUsd: off }) => {
    const sure = off === undefined ? '' : ` ±${dollarsEach(off)}`
    return h(
      'li',
      {},
      `${usd > 0 ? '+' : ''}${dollarsEach(usd)}${sure} ${label.replace(/ \(.* → .*\)$/, '')}`,
    )
  })
  return h('ul', { class: 'causes' }, ...lines)
}

const PARTS = [
  ['system', 'System prompt', 1],
  ['tools', 'Tools', 4],
  ['history', 'History', 2],
  ['rest', 'Question', 3],
] as const

function contexts(features: readonly ContextGrowth[]): readonly HTMLElement[] {
  if (features.length === 0) {
    return [nothing('Context by turn', 'No conversation has a second turn in this period.')]
  }
  const most = Math.max(...features.flatMap(({ turns }) => turns.map(({ input }) => input)))
  const rows = features.flatMap((feature) => feature.turns.map((turn) => ({ feature, turn })))
  const legend = PARTS.map(([, name, color]) => h('li', {}, swatch(variable(color)), name))
  const growth = features
    .filter(({ tokensPerTurn }) => tokensPerTurn !== null)
    .map(
      (one) =>
        `${groupName(one.feature, 'feature')}: ${signed(one.tokensPerTurn ?? 0, 0)} tokens a turn`,
    )
  return [
    table<{ readonly feature: ContextGrowth; readonly turn: Turn }>({
      caption: 'Context by turn',
      note: `Input tokens per call; what they are made of is estimated from the length of the parts. ${growth.join('; ')}.`,
      columns: [
        {
          head: 'Feature',
          kind: 'text',
          cell: ({ feature, turn }) =>
            callsLink(groupName(feature.feature, 'feature'), {
              feature: feature.feature,
              ...(turn.more ? {} : { turn: turn.turn }),
            }),
        },
        { head: 'Turn', cell: ({ turn }) => `${turn.turn}${turn.more ? '+' : ''}` },
        { head: 'Calls', cell: ({ turn }) => whole(turn.calls) },
        { head: '', kind: 'text', cell: ({ turn }) => stack(turn, most) },
        { head: 'Input tokens', cell: ({ turn }) => whole(turn.input) },
        { head: 'Of these history', cell: ({ turn }) => whole(turn.history) },
        {
          head: 'Cost / call',
          cell: ({ turn }) => (turn.usdPerCall === null ? '–' : dollarsEach(turn.usdPerCall)),
        },
      ],
      rows,
    }),
    h('ul', { class: 'legend', 'aria-label': 'Colours' }, ...legend),
  ]
}

function stack(turn: Turn, most: number): HTMLElement {
  const bars = PARTS.map(([part, name, color]) => {
    const bar = h('i', { title: `${name}: ${whole(turn[part])} tokens` })
    bar.style.width = `${(turn[part] / Math.max(1, most)) * 100}%`
    bar.style.background = variable(color)
    return bar
  })
  return h('span', { class: 'stack', 'aria-hidden': 'true' }, ...bars)
}

const variable = (series: number): string => `var(--series-${series})`

function signed(value: number, decimals: number): string {
  const size = grouped(Math.abs(value), decimals)
  return value < 0 ? `−${size}` : `+${size}`
}
