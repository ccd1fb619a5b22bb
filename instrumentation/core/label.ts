/** One value of an attribution: short printable text, whatever was given. */

/** Longer values are cut: they are labels, not documents. Characters. */
export const MAX_LABEL = 256

/** Control characters and halves of surrogate pairs: what exporters, terminals and metric stores trip over. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u
const ALL_UNPRINTABLE = /[\p{Cc}\p{Cs}]/gu

/**
 * The value as a label: trimmed, at most 256 characters, without control characters. Numbers become text. `undefined`
 * for what names nobody: empty text, NaN, objects.
 */
export function label(value: unknown): string | undefined {
  if (typeof value === 'string') return printable(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined
  return typeof value === 'bigint' ? printable(String(value)) : undefined
}

function printable(value: string): string | undefined {
  const short = value.length > MAX_LABEL ? copied(value.slice(0, MAX_LABEL)) : value
  const clean = UNPRINTABLE.test(short) ? short.replace(ALL_UNPRINTABLE, ' ') : short
  const trimmed = clean.trim()
  return trimmed === '' ? undefined : trimmed
}

/** A text of its own: a slice would keep the whole of what it was cut from in memory for as long as the label lives. */
function copied(slice: string): string {
  return JSON.parse(JSON.stringify(slice)) as string
}
