/** Rows as a table of a terminal: words to the left, figures to the right of their column. */

/**
 * Each line ends with a newline.
 * @param words how many columns of words stand first
 * @param last whether the last column is one too
 */
export function columns(
  rows: readonly (readonly string[])[],
  words: number,
  last: 'figures' | 'words' = 'figures',
): string {
  const count = rows[0]?.length ?? 0
  const widths = Array.from({ length: count }, (_, n) =>
    Math.max(...rows.map((row) => row[n]?.length ?? 0)),
  )
  return rows
    .map((row) => {
      const cells = row.map((cell, n) => {
        const isWord = n < words || (last === 'words' && n === count - 1)
        return isWord ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)
      })
      return `${cells.join('  ').trimEnd()}\n`
    })
    .join('')
}
