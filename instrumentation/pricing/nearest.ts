/** The names most like one that is not known, for messages. */

const LONGEST_COMPARED_NAME = 64

/** At most three, the nearest first; none that differ in more than `limit` letters, by default a third of the name. */
export function nearest(
  name: string,
  known: readonly string[],
  limit = Math.max(2, Math.floor(name.length / 3)),
): readonly string[] {
  if (name.length > LONGEST_COMPARED_NAME) return []
  return known
    .filter((candidate) => Math.abs(candidate.length - name.length) <= limit)
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate, limit) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}

/** Levenshtein: insertions, deletions and replacements from one to the other; `Infinity` once it is above the limit. */
function editDistance(a: string, b: string, limit: number): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    if (Math.min(...next) > limit) return Infinity
    row = next
  }
  return row[b.length] ?? 0
}
