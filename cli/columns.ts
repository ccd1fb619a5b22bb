/** Rows as a table of a terminal: so many columns of text to the left, figures to the right of theirs. */

/** Each line ends with a newline. */
export function columns(rows: readonly (readonly string[])[], texts: number): string {
  const widths = (rows[0] ?? []).map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)))
  return rows
    .map((row) => {
      const cells = row.map((cell, n) =>
        n < texts ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0),
      )
      return `${cells.join('  ').trimEnd()}\n`
    })
    .join('')
}
