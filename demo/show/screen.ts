/** Spend as it happens: a few lines that update on a terminal, a plain line now and then elsewhere. */

import type { WriteStream } from 'node:tty'
import { styleText } from 'node:util'
import type { Group } from '../../local/answers.ts'
import { article } from '../../local/explain/sentence.ts'
import { dollars, dollarsEach, whole } from '../../local/page/amounts.ts'

export interface Moment {
  /** Since the demo began. */
  readonly seconds: number
  readonly phase: string
  readonly usd: number
  readonly calls: number
  /** Of the last seconds, as an hourly rate; absent where that can't be said yet. */
  readonly usdPerHour?: number
  /** By feature, dearest first. */
  readonly features: readonly Group[]
  /** The same over the last seconds. */
  readonly lately: readonly Group[]
}

export interface Screen {
  /** Milliseconds between two `show`. */
  readonly interval: number
  show(moment: Moment): void
  /** A line that stays. */
  say(line: string): void
}

const BAR = 16

/** Live where `stream` is a terminal with colours: not with NO_COLOR, `TERM=dumb` or in CI. */
export function openScreen(stream: WriteStream): Screen {
  // `isTTY` is absent on a pipe, and so is `hasColors`.
  const live = (stream.isTTY as boolean | undefined) === true && stream.hasColors()
  let height = 0
  const erase = (): void => {
    if (height > 0) stream.write(`\u001B[${height}F\u001B[J`)
    height = 0
  }
  return {
    interval: live ? 400 : 5_000,
    show(moment) {
      erase()
      const lines = live ? frameOf(moment, stream.columns) : [lineOf(moment)]
      stream.write(`${lines.join('\n')}\n`)
      if (live) height = lines.length
    },
    say(line) {
      erase()
      stream.write(`${line}\n`)
    },
  }
}

export function lineOf(moment: Moment): string {
  const features = moment.features
    .filter((group) => group.usd > 0)
    .slice(0, 3)
    .map((group) => `${nameOf(group)} ${dollars(group.usd)}`)
  const unit = botUnit(moment)
  return [
    `${clock(moment.seconds)} ${moment.phase}: ${dollars(moment.usd)} in ${whole(moment.calls)} calls`,
    ...(features.length > 0 ? [features.join(', ')] : []),
    ...(unit === undefined ? [] : [unit]),
  ].join('; ')
}

/** No line is wider than `width`: one that wraps could not be erased. */
export function frameOf(moment: Moment, width: number): readonly string[] {
  const rate = moment.usdPerHour === undefined ? '' : `   now ${dollars(moment.usdPerHour)} an hour`
  const most = Math.max(...moment.features.map((group) => group.usd), Number.MIN_VALUE)
  const rows = moment.features.slice(0, 7).map((group) => {
    const amount = group.pricedCalls > 0 ? dollars(group.usd) : 'unpriced'
    return {
      words: `  ${nameOf(group).slice(0, 18).padEnd(18)}  ${amount.padStart(9)}`,
      bar: '█'.repeat(Math.round((group.usd / most) * BAR)).padEnd(BAR),
      unit: unitOf(group, moment),
    }
  })
  return [
    `${clock(moment.seconds)}  ${styleText('bold', moment.phase.slice(0, width - 8), STDERR)}`,
    `       ${styleText('bold', dollars(moment.usd), STDERR)} in ${whole(moment.calls)} calls${width < 60 ? '' : rate}`,
    ...rows.map(({ words, bar, unit }) => {
      if (words.length + BAR + unit.length + 5 > width) return words.slice(0, width - 1)
      return `${words}  ${styleText('cyan', bar, STDERR)}  ${unit}`.trimEnd()
    }),
  ]
}

const STDERR = { stream: process.stderr }

function botUnit(moment: Moment): string | undefined {
  const [first] = moment.features
  if (first === undefined) return undefined
  const said = unitOf(first, moment)
  return said === '' ? undefined : `${nameOf(first)} ${said}`
}

/** What one conversation costs now; over all time where there was none lately. */
function unitOf(group: Group, moment: Moment): string {
  const lately = moment.lately.find((other) => other.key.feature === group.key.feature)
  const unit = lately?.unit ?? group.unit
  return unit === null ? '' : `${dollarsEach(unit.usdPerUnit)} ${article(unit.type)}`
}

const nameOf = (group: Group): string => group.key.feature ?? 'unattributed'

function clock(seconds: number): string {
  const whole = Math.floor(seconds)
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`
}
