/** Patterns of the rules: text in which `*` stands for any run of characters, `/` included. Case counts. */

export type Pattern = (value: string) => boolean

export function patternOf(text: string): Pattern {
  const [first = '', ...rest] = text.split('*')
  if (rest.length === 0) return (value) => value === text
  const last = rest.pop() ?? ''
  return (value) => {
    if (value.length < first.length + last.length) return false
    if (!value.startsWith(first) || !value.endsWith(last)) return false
    const end = value.length - last.length
    let position = first.length
    for (const piece of rest) {
      const found = value.indexOf(piece, position)
      if (found === -1 || found + piece.length > end) return false
      position = found + piece.length
    }
    return true
  }
}
