/** What `costspan doctor` found, as a value, and as lines of a terminal. */

import type { WriteStream } from 'node:tty'
import { styleText } from 'node:util'

/** `ok`: as it should be. `note`: good to know. `mend`: something is missed until it is mended. */
type State = 'ok' | 'note' | 'mend'

export interface Finding {
  readonly state: State
  /** What it is about, one word or two. */
  readonly about: string
  readonly says: string
  /** What to do about it. */
  readonly remedy?: string
}

type Found = (about: string, says: string, remedy?: string) => Finding

const found =
  (state: State): Found =>
  (about, says, remedy) => ({ state, about, says, ...(remedy === undefined ? {} : { remedy }) })

export const ok = found('ok')
export const note = found('note')
export const mend = found('mend')

const MARKS = {
  ok: ['green', '✓'],
  note: ['yellow', '!'],
  mend: ['red', '✗'],
} as const

const WIDTH = 80
/** Columns of a mark and of what it is about. */
const INDENT = 14

/** Each line ends with a newline; at most 80 columns unless a word is longer. */
export function findingLines(findings: readonly Finding[], stream: WriteStream): string {
  return findings.map((finding) => lines(finding, stream)).join('')
}

function lines({ state, about, says, remedy }: Finding, stream: WriteStream): string {
  const [colour, mark] = MARKS[state]
  const [first = '', ...rest] = wrapped(says, WIDTH - INDENT)
  const told = remedy === undefined ? [] : wrapped(remedy, WIDTH - INDENT - 2)
  const pad = ' '.repeat(INDENT)
  return [
    `${styleText(colour, mark, { stream })} ${about.padEnd(INDENT - 3)} ${first}`,
    ...rest.map((line) => `${pad}${line}`),
    ...told.map((line, n) => `${pad}${n === 0 ? '→' : ' '} ${styleText('bold', line, { stream })}`),
  ]
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}

/** A no-break space keeps a command or a name on one line. */
function wrapped(text: string, width: number): readonly string[] {
  const all: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      all.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...all, line].map((one) => one.replaceAll('\u00a0', ' '))
}

/** A command or a line of code, which is not broken. */
export function whole(text: string): string {
  return text.replaceAll(' ', '\u00a0')
}
