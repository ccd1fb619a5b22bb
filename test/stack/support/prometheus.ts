/** Asks a Prometheus, and waits until what it says is true. */

import { setTimeout as sleep } from 'node:timers/promises'

export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  /** Of a native histogram its count. */
  readonly value: number
}

/** An instant query. */
export async function query(
  url: string,
  promql: string,
  time?: number,
): Promise<readonly Sample[]> {
  const body = new URLSearchParams({ query: promql, ...(time ? { time: String(time) } : {}) })
  const response = await fetch(`${url}/api/v1/query`, { method: 'POST', body })
  const answer = (await response.json()) as Answer
  if (answer.status !== 'success') throw new Error(`${promql}: ${answer.error}`)
  return (answer.data?.result ?? []).map(({ metric, value, histogram }) => ({
    labels: metric,
    value: Number(value?.[1] ?? histogram?.[1].count),
  }))
}

/** The one value of a query; 0 where it has none. */
export async function number(url: string, promql: string): Promise<number> {
  const samples = await query(url, promql)
  return samples.reduce((sum, { value }) => sum + value, 0)
}

interface Answer {
  readonly status: string
  readonly error?: string
  readonly data?: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>
      readonly value?: readonly [number, string]
      readonly histogram?: readonly [number, { readonly count: string }]
    }[]
  }
}

/** Asks until `enough` says so; what was last answered, then or when the time is up. */
export async function until<T>(
  ask: () => Promise<T> | T,
  enough: (value: T) => boolean,
  timeoutMs: number,
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const value = await ask()
    if (enough(value) || Date.now() > deadline) return value
    await sleep(250)
  }
}
