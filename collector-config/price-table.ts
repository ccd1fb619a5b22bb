/**
 * The price book as tables for statements that can look up, compare and multiply, but not repeat: every name that a
 * model has, and every rate card that a name, a context and an instant can select. All of it is asked of the engine.
 */

import type { PriceContext } from '../instrumentation/core/call.ts'
import type { PriceBook } from '../instrumentation/pricing/book.ts'
import { chainOf, resolve } from '../instrumentation/pricing/resolve.ts'
import type { Rule } from '../instrumentation/pricing/rule.ts'
import { scheduleAt, type Schedule } from '../instrumentation/pricing/schedule.ts'
import { select } from '../instrumentation/pricing/select.ts'
import { CardNumbers } from './card-numbers.ts'
import { cardOf, type Card } from './price-card.ts'
import { combinations, contextClasses } from './context-values.ts'
import type { LiteralMap } from './ottl.ts'
import { providerNames } from './table-literals.ts'

export interface PriceTable {
  readonly book: string
  /** `provider/name` in lower case to the index of its program; negative where the instant matters. */
  readonly names: ReadonlyMap<string, number>
  /** By index: the card where nothing but the model matters. Programs come first. */
  readonly cards: readonly Card[]
  /** By index: which card else, by context and instant (see `Program`); empty where nothing else matters. */
  readonly programs: readonly LiteralMap[]
  /** By the number that programs name them by: for each dimension, what a value adds to the key of a card. */
  readonly values: readonly LiteralMap[]
  /** Why an amount is only a lower bound; see `CardNumbers`. */
  readonly doubts: readonly string[]
  readonly schedules: readonly Schedule[]
  /** Other spellings of providers to the names in `names`. */
  readonly providerNames: LiteralMap
}

/** Which card of a model holds: by the key that a context and an instant make. */
interface Program {
  readonly rest: LiteralMap
  readonly cards: readonly (readonly [key: string, card: Card])[]
  /** Where nothing is stated. */
  readonly plain: Card
}

/** Half-open, epoch milliseconds; within it nothing changes but by schedule. */
interface Slice {
  readonly from: number
  readonly schedule: Schedule | undefined
}

export function priceTable(book: PriceBook): PriceTable {
  const builder = new TableBuilder(book)
  for (const provider of new Set(book.layers.flatMap((layer) => layer.providers))) {
    for (const name of namesOf(book, provider)) builder.add(provider, name)
  }
  return builder.table()
}

function namesOf(book: PriceBook, provider: string): readonly string[] {
  const names = new Set<string>()
  for (const own of chainOf(book.layers, provider)) {
    for (const layer of book.layers) {
      const listed = layer.provider(own)
      for (const name of [...(listed?.models ?? []), ...(listed?.aliases ?? [])]) names.add(name)
    }
  }
  return [...names]
}

class TableBuilder {
  readonly #book: PriceBook
  readonly #names = new Map<string, number>()
  readonly #programs = new Map<string, number>()
  /** 0 is nobody's, so that every program's index has a sign. */
  readonly #written: Program[] = [{ rest: {}, cards: [], plain: { reason: 'unknown_model' } }]
  readonly #values: { key: string; value: LiteralMap }[] = []
  readonly #schedules: Schedule[] = []

  constructor(book: PriceBook) {
    this.#book = book
  }

  add(provider: string, name: string): void {
    const slices = slicesOf(this.#book, provider, name)
    const rules = slices.flatMap(({ from }) => rulesAt(this.#book, provider, name, from))
    const answers = slices.flatMap((slice) => this.#instants(slice))
    const classes = contextClasses(this.#book, provider, rules, (context) =>
      answers.map((at) => JSON.stringify(this.#card(provider, name, context, at))).join('\n'),
    )
    const plain = this.#card(provider, name, {}, answers.at(-1) ?? 0)
    const keyed: [string, Card][] = []
    const schedules: Record<string, number> = {}
    for (const [index, slice] of slices.entries()) {
      const at = index === 0 ? '' : `@${index}`
      const [ordinary = 0, scheduled] = this.#instants(slice)
      if (slice.schedule !== undefined) schedules[at] = this.#scheduleNumber(slice.schedule)
      for (const { key, context } of combinations(classes)) {
        keyed.push([key + at, this.#card(provider, name, context, ordinary)])
        if (scheduled === undefined) continue
        keyed.push([`${key}${at}!`, this.#card(provider, name, context, scheduled)])
      }
    }
    const values: Record<string, LiteralMap> = {}
    for (const [dimension, group] of classes) {
      values[dimension] = Object.fromEntries(
        group.flatMap(({ key, values }) => values.map((value) => [value, key])),
      )
    }
    const timely = slices.length > 1 || Object.keys(schedules).length > 0
    const number = this.#program({ keyed, values, schedules, slices, plain })
    this.#names.set(`${provider}/${name}`, timely ? -number : number)
  }

  table(): PriceTable {
    const numbers = new CardNumbers(this.#written.map(({ plain }) => plain))
    const programs = this.#written.map(({ rest, cards }) => {
      const numbered = cards.map(([key, card]) => [key, numbers.numberOf(card)] as const)
      return numbered.length === 0 ? rest : { ...rest, cards: Object.fromEntries(numbered) }
    })
    return {
      book: this.#book.version,
      names: this.#names,
      cards: numbers.cards,
      programs,
      values: this.#values.map(({ value }) => value),
      doubts: numbers.doubts,
      schedules: this.#schedules,
      providerNames: providerNames(this.#book),
    }
  }

  #card(provider: string, name: string, context: PriceContext, at: number): Card {
    return cardOf(select(this.#book, provider, name, context, at))
  }

  /** One instant of the slice; where a schedule changes what it costs, one without it and one within. */
  #instants({ from, schedule }: Slice): readonly number[] {
    const start = Number.isFinite(from) ? from : 0
    if (schedule === undefined) return [start]
    const found = new Map<boolean, number>()
    for (let step = 0; step < 14 * 48 && found.size < 2; step += 1) {
      const at = start + step * 1_800_000
      const { holds } = scheduleAt(schedule, at)
      if (!found.has(holds)) found.set(holds, at)
    }
    const [without, within] = [found.get(false), found.get(true)]
    if (without === undefined || within === undefined) throw new Error('a schedule without an end')
    return [without, within]
  }

  #scheduleNumber(schedule: Schedule): number {
    const known = this.#schedules.findIndex((item) => sameSchedule(item, schedule))
    if (known !== -1) return known
    return this.#schedules.push(schedule) - 1
  }

  #program(made: {
    keyed: readonly [string, Card][]
    values: Record<string, LiteralMap>
    schedules: Record<string, number>
    slices: readonly Slice[]
    plain: Card
  }): number {
    const key = JSON.stringify([
      made.keyed,
      made.values,
      made.schedules,
      made.slices.map((s) => s.from),
    ])
    const known = this.#programs.get(key)
    if (known !== undefined) return known
    const alone = made.keyed.length === 1
    const starts = made.slices.slice(1).map(({ from }, index) => [String(index + 1), from] as const)
    const rest: LiteralMap = {
      ...(Object.keys(made.values).length === 0 ? {} : { values: this.#value(made.values) }),
      ...(starts.length === 0 ? {} : { starts: Object.fromEntries(starts) }),
      ...(Object.keys(made.schedules).length === 0 ? {} : { schedules: made.schedules }),
    }
    const { keyed, plain } = made
    const program = alone ? { rest: {}, cards: [], plain } : { rest, cards: keyed, plain }
    const number = this.#written.push(program) - 1
    this.#programs.set(key, number)
    return number
  }

  #value(value: LiteralMap): number {
    const key = JSON.stringify(value)
    const known = this.#values.findIndex((one) => one.key === key)
    return known === -1 ? this.#values.push({ key, value }) - 1 : known
  }
}

function slicesOf(book: PriceBook, provider: string, name: string): readonly Slice[] {
  const starts = [-Infinity, ...book.changes]
  const slices: (Slice & { readonly answer: string })[] = []
  for (const from of starts) {
    const at = Number.isFinite(from) ? from : (book.changes[0] ?? 1) - 1
    const rules = rulesAt(book, provider, name, at)
    const schedules = rules
      .flatMap(({ variants }) => variants ?? [])
      .flatMap((v) => v.schedule ?? [])
    const [schedule, ...more] = schedules
    if (more.some((other) => schedule === undefined || !sameSchedule(schedule, other))) {
      throw new Error(`${provider}/${name}: several schedules at once`)
    }
    const target = resolve(book.layers, provider, name, at)
    const answer = JSON.stringify([
      target,
      rules.map((rule) => rule.from).map(String),
      discounts(book, at),
    ])
    if (slices.at(-1)?.answer !== answer) slices.push({ from, schedule, answer })
  }
  return slices
}

/** Those in force: they may be for any model. */
function discounts(book: PriceBook, at: number): readonly string[] {
  return book.layers
    .flatMap((layer) => layer.discounts)
    .filter(({ from, until }) => at >= from && at < until)
    .map(({ provider, model, left }) => `${provider} ${model} ${left.n}/${left.d}`)
}

/** Every rule that may have a say in it. */
function rulesAt(book: PriceBook, provider: string, name: string, at: number): readonly Rule[] {
  const target = resolve(book.layers, provider, name, Number.isFinite(at) ? at : 0)
  if ('reason' in target) return []
  return chainOf(book.layers, target.provider).flatMap((own) =>
    book.layers.flatMap((layer) => {
      const rules = layer.provider(own)?.rules(target.model) ?? []
      return rules.filter((rule) => at >= rule.from && at < rule.until)
    }),
  )
}

function sameSchedule(a: Schedule, b: Schedule): boolean {
  const text = ({ timeZone, days, hours, except }: Schedule): string =>
    JSON.stringify([timeZone, [...days], hours, [...except]])
  return text(a) === text(b)
}
