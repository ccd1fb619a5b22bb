/** PromQL durations such as `5m` or `1h30m`. */

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const

/** @throws TypeError where it is none, as with a variable of Grafana's */
export function inSeconds(duration: string): number {
  if (!/^(\d+[smhdw])+$/.test(duration)) {
    throw new TypeError(`'${duration}' is no duration; allowed: 15s, 5m, 1h, 7d`)
  }
  const parts = duration.match(/\d+[smhdw]/g) ?? []
  return parts.reduce(
    (sum, part) => sum + Number.parseInt(part) * SECONDS[part.slice(-1) as keyof typeof SECONDS],
    0,
  )
}
