const YEAR_MS = 31_556_952_000

/**
 * Local time less UTC, milliseconds.
 * @throws Error where clocks are changed: OTTL has no time zones, so such hours can't be told in the Collector.
 */
export function fixedOffset(timeZone: string): number {
  const offsets = new Set<number>()
  for (let month = 0; month < 120; month += 1) {
    offsets.add(offsetAt(timeZone, Date.UTC(2022, 0, 1) + (month * YEAR_MS) / 12))
  }
  const [offset = 0, ...others] = offsets
  if (others.length > 0) {
    throw new Error(
      `${timeZone} changes its clocks; allowed in the Collector: a zone that does not`,
    )
  }
  return offset
}

function offsetAt(timeZone: string, at: number): number {
  const name = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value
  const [, sign, hours = '0', minutes = '0'] =
    /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(name ?? '') ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}
