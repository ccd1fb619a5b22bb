/** A date at a name's end, which does not change the model (`withoutDate` in `pricing/names.ts`); a pattern of Go and JavaScript. */
const DAY = '(?:0[1-9]|[12][0-9]|3[01])'
const MONTH = '(?:0[1-9]|1[0-2])'
export const DATE = `(?:${[
  `-20[0-9][0-9]-${MONTH}-${DAY}`,
  `-20[0-9][0-9]${MONTH}${DAY}`,
  `@20[0-9][0-9]-?${MONTH}-?${DAY}`,
  '@default',
].join('|')})$`

const pattern = new RegExp(DATE)

export function withoutDate(name: string): string {
  return name.replace(pattern, '')
}
