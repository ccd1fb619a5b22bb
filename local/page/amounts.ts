/** Amounts as people read them. */

/** Two decimals; four below a dollar, so that small money is not shown as none. */
export function dollars(usd: number): string {
  const size = Math.abs(usd)
  const sign = usd < 0 ? '−' : ''
  if (size > 0 && size < 0.000_05) return '<$0.0001'
  return `${sign}$${grouped(size, size > 0 && size < 1 ? 4 : 2)}`
}

/**
 * Amounts of one column alike: two decimals where the column reaches a dollar, else four. What rounds to nothing is
 * said to be less than the last digit, not 0.
 */
export function dollarColumn(values: readonly (number | null)[]): (usd: number) => string {
  const decimals = values.some((usd) => Math.abs(usd ?? 0) >= 1) ? 2 : 4
  const least = 10 ** -decimals
  return (usd) => {
    const size = Math.abs(usd)
    const sign = usd < 0 ? '−' : ''
    if (size > 0 && size < least / 2) return `<$${grouped(least, decimals)}`
    return `${sign}$${grouped(size, decimals)}`
  }
}

/** Four decimals: the price of one thing. */
export function dollarsEach(usd: number): string {
  const size = Math.abs(usd)
  const sign = usd < 0 ? '−' : ''
  if (size > 0 && size < 0.000_05) return '<$0.0001'
  return `${sign}$${grouped(size, 4)}`
}

export function whole(value: number): string {
  return grouped(value, 0)
}

export function grouped(value: number, decimals: number): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  })
}
