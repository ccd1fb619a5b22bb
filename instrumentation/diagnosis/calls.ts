/** Counts calls by what became of their price. */

import type { Call } from '../core/call.ts'
import type { Cost } from '../core/cost.ts'
import type { DiagnosedCalls } from '../core/diagnosis.ts'

/** Beyond it calls are counted together with none of their names. */
const MAX_GROUPS = 200

type Group = { -readonly [K in keyof DiagnosedCalls]: DiagnosedCalls[K] }

export interface CallCounts {
  add(call: Call, cost: Cost): void
  groups(): readonly DiagnosedCalls[]
}

export function createCallCounts(): CallCounts {
  const groups = new Map<string, Group>()
  return {
    add(call, cost) {
      const named = groupOf(call, cost)
      const whole = groups.has(keyOf(named)) || groups.size < MAX_GROUPS
      const group = whole
        ? named
        : { ...blank(), provider: 'others', status: named.status, end: named.end }
      const kept = groups.get(keyOf(group)) ?? group
      groups.set(keyOf(group), kept)
      kept.calls += 1
      kept.usd += cost.kind === 'unpriced' ? 0 : cost.amount
      if (call.attribution.feature !== undefined) kept.withFeature += 1
      if (call.attribution.team !== undefined) kept.withTeam += 1
    },
    groups: () => [...groups.values()],
  }
}

function groupOf({ request, answer, end }: Call, cost: Cost): Group {
  const model = request.model ?? answer.model
  const { serverAddress, serverPort } = request
  return {
    provider: request.provider,
    ...(model === undefined ? {} : { model }),
    ...(serverAddress === '' ? {} : { host: `${serverAddress}:${serverPort}` }),
    status: cost.kind,
    end,
    ...(cost.kind === 'priced' ? {} : { reason: cost.reason }),
    ...('detail' in cost ? { detail: cost.detail } : {}),
    ...blank(),
  }
}

function blank(): Pick<Group, 'calls' | 'usd' | 'withFeature' | 'withTeam'> {
  return { calls: 0, usd: 0, withFeature: 0, withTeam: 0 }
}

function keyOf({ provider, model, host, status, reason, detail, end }: Group): string {
  return JSON.stringify([provider, model, host, status, reason, detail, end])
}
