/** `costspan report context`. */

import { columns } from '../../local/columns.ts'
import { dollarsEach, whole } from '../../local/page/amounts.ts'
import type { ContextGrowth } from '../../local/reports/answers.ts'
import { named, type View } from './view.ts'

export const context: View = {
  name: 'context',
  summary: 'how prompts grow turn by turn, and of what',
  path: '/api/context',
  singleCalls: true,
  takes: ['since', 'feature'],
  text: ({ features }: { readonly features: readonly ContextGrowth[] }) => {
    const growing = features.filter(({ turns }) => turns.length > 1)
    return {
      text: growing.length === 0 ? 'No conversation has a second turn.\n' : table(growing),
      notes: notes(growing, features.length - growing.length),
    }
  },
}

function table(features: readonly ContextGrowth[]): string {
  const rows = features.flatMap(({ feature, turns }) =>
    turns.map((turn) => [
      named(feature),
      `${turn.turn}${turn.more ? '+' : ''}`,
      ...[turn.calls, turn.input, turn.system, turn.tools, turn.history, turn.rest].map(whole),
      turn.usdPerCall === null ? '-' : dollarsEach(turn.usdPerCall),
    ]),
  )
  const heads = [
    'turn',
    'calls',
    'input/call',
    'system',
    'tools',
    'history',
    'question',
    'USD/call',
  ]
  return columns([['feature', ...heads], ...rows], 1)
}

function notes(growing: readonly ContextGrowth[], single: number): readonly string[] {
  return [
    ...growing.flatMap(({ feature, tokensPerTurn }) =>
      tokensPerTurn === null
        ? []
        : [`${named(feature)}: one more turn adds ${whole(tokensPerTurn)} input tokens`],
    ),
    ...(growing.length === 0
      ? []
      : ['What a prompt was made of is estimated from the length of its parts']),
    ...(single === 0
      ? []
      : [`${whole(single)} ${single === 1 ? 'feature has' : 'features have'} first turns only`]),
  ]
}
