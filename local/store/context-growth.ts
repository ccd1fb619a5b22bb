/** How a conversation's prompt grows turn by turn, and what a turn costs by then. Parts are estimates by length. */

import type { ContextGrowth, Turn } from '../reports/answers.ts'
import type { DatabaseSync } from 'node:sqlite'
import { matching, type CallFilter } from './call-filter.ts'

/** Later turns are one row. */
const MOST_TURNS = 20

/** Features whose calls say their turn, those of the most calls first. */
export function contextGrowth(db: DatabaseSync, filter: CallFilter): readonly ContextGrowth[] {
  const { where, values } = matching(filter)
  const part = (name: string): string => `COALESCE(AVG(context ->> '${name}'), 0) AS ${name}`
  const sql = `
    SELECT feature, MIN(turn, ${MOST_TURNS}) AS shown, MAX(turn) AS last, COUNT(*) AS calls,
      COALESCE(AVG(input_tokens), 0) AS input, AVG(usd) AS usd,
      ${['system', 'tools', 'history', 'rest'].map(part).join(', ')}
    FROM calls WHERE ${where} AND turn IS NOT NULL AND context IS NOT NULL
    GROUP BY feature, shown ORDER BY feature, shown`
  const features = new Map<string | null, Turn[]>()
  for (const record of db.prepare(sql).all(...values)) {
    const number = (name: string): number => Number(record[name])
    const feature = typeof record['feature'] === 'string' ? record['feature'] : null
    const turns = features.get(feature) ?? []
    features.set(feature, turns)
    turns.push({
      turn: number('shown'),
      more: number('last') > MOST_TURNS,
      calls: number('calls'),
      input: number('input'),
      system: number('system'),
      tools: number('tools'),
      history: number('history'),
      rest: number('rest'),
      usdPerCall: record['usd'] === null ? null : number('usd'),
    })
  }
  const calls = ({ turns }: ContextGrowth): number =>
    turns.reduce((sum, turn) => sum + turn.calls, 0)
  return [...features]
    .map(([feature, turns]) => ({ feature, turns, tokensPerTurn: growth(turns) }))
    .sort((x, y) => calls(y) - calls(x))
}

function growth(turns: readonly Turn[]): number | null {
  // The row of all later turns has no turn of its own.
  const single = turns.filter(({ more }) => !more)
  const [first, last] = [single[0], single.at(-1)]
  if (first === undefined || last === undefined || first.turn === last.turn) return null
  return (last.input - first.input) / (last.turn - first.turn)
}
