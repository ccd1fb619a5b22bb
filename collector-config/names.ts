/**
 * A date at a name's end, which does not change the model (`withoutDate` in `pricing/names.ts`): patterns of Go and
 * JavaScript. Each begins with a literal, by which Go finds or rejects it many times faster than one for both.
 */
const DAY = '(?:0[1-9]|[12][0-9]|3[01])'
const MONTH = '(?:0[1-9]|1[0-2])'
export const DATES = [
  `-20[0-9][0-9](?:-${MONTH}-${DAY}|${MONTH}${DAY})$`,
  `@(?:20[0-9][0-9]-?${MONTH}-?${DAY}|default)$`,
]
