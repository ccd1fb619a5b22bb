/** Which values of a context change what a model costs, found by asking the engine for each. */

import type { PriceContext } from '../instrumentation/core/call.ts'
import type { PriceBook } from '../instrumentation/pricing/book.ts'
import { FIELDS } from '../instrumentation/pricing/context.ts'
import { DIMENSIONS, type Dimension } from '../instrumentation/pricing/format.ts'
import { chainOf } from '../instrumentation/pricing/resolve.ts'
import type { Rule, Variant } from '../instrumentation/pricing/rule.ts'

/** Stands for every value that no price file names. */
const OTHER_VALUE = '*'
/** A value that no provider has. */
const UNHEARD = 'costspan-unheard-of'
/** What any provider may call its ordinary tier. */
const ORDINARY = ['standard', 'default', 'auto']

export interface ContextClass {
  /** What it adds to the key of a card; empty where it changes nothing. */
  readonly key: string
  readonly values: readonly string[]
  readonly context: PriceContext
}

/** For each dimension that matters: its values, those that do the same together. */
export type ContextClasses = ReadonlyMap<Dimension, readonly ContextClass[]>

/** @param answer what the engine says in a context, as a text to compare */
export function contextClasses(
  book: PriceBook,
  provider: string,
  rules: readonly Rule[],
  answer: (context: PriceContext) => string,
): ContextClasses {
  const plain = answer({})
  const values = new Map<Dimension, readonly string[]>()
  for (const dimension of DIMENSIONS) {
    const named = [...namedValues(book, provider, rules, dimension), OTHER_VALUE]
    const matters = named.some((value) => answer(contextOf(dimension, value)) !== plain)
    if (matters) values.set(dimension, named)
  }
  const classes = new Map<Dimension, readonly ContextClass[]>()
  for (const [dimension, named] of values) {
    const others = contextsOf([...values].filter(([other]) => other !== dimension))
    classes.set(dimension, classesOf(dimension, named, others, answer))
  }
  return classes
}

/** Every combination of classes, the one in which nothing is stated first. */
export function combinations(
  classes: ContextClasses,
): readonly { readonly key: string; readonly context: PriceContext }[] {
  let all: { key: string; context: PriceContext }[] = [{ key: '', context: {} }]
  for (const group of classes.values()) {
    const telling = group.filter(({ key }) => key !== '')
    all = all.flatMap((one) => [
      one,
      ...telling.map(({ key, context }) => ({
        key: one.key + key,
        context: { ...one.context, ...context },
      })),
    ])
  }
  return all
}

function classesOf(
  dimension: Dimension,
  named: readonly string[],
  others: readonly PriceContext[],
  answer: (context: PriceContext) => string,
): readonly ContextClass[] {
  const whole = (own: PriceContext): string =>
    others.map((other) => answer({ ...other, ...own })).join('\n')
  const classes = new Map([[whole({}), { key: '', values: [] as string[], context: {} }]])
  for (const value of named) {
    const context = contextOf(dimension, value)
    const said = whole(context)
    const known = classes.get(said)
    if (known === undefined) {
      const letter = String.fromCodePoint(96 + classes.size)
      const key = String(DIMENSIONS.indexOf(dimension)) + letter
      classes.set(said, { key, values: [value], context })
    } else known.values.push(value)
  }
  return [...classes.values()]
}

function contextsOf(
  dimensions: readonly (readonly [Dimension, readonly string[]])[],
): readonly PriceContext[] {
  let all: PriceContext[] = [{}]
  for (const [dimension, named] of dimensions) {
    all = all.flatMap((one) => [
      one,
      ...named.map((value) => ({ ...one, ...contextOf(dimension, value) })),
    ])
  }
  return all
}

function contextOf(dimension: Dimension, value: string): PriceContext {
  return { [FIELDS[dimension]]: value === OTHER_VALUE ? UNHEARD : value }
}

function namedValues(
  book: PriceBook,
  provider: string,
  rules: readonly Rule[],
  dimension: Dimension,
): readonly string[] {
  const variants: readonly Variant[] = rules.flatMap((rule) => rule.variants ?? [])
  const allowed = variants.flatMap(({ when }) => when[dimension] ?? [])
  const tables = chainOf(book.layers, provider).flatMap((name) =>
    book.layers.map((layer) => layer.provider(name)?.context[dimension]),
  )
  const stated = tables.flatMap((table) => [...(table?.keys() ?? [])])
  if (allowed.length + stated.length === 0 && dimension !== 'tier') return []
  const bare = [...allowed.map((value) => value.replace(/^!/, '')), ...stated]
  return [...new Set([...bare, ...ORDINARY])].filter((value) => value !== '*').sort()
}
