/** Which card of a model: by what the call says beside its usage, by its instant, by the hours of a schedule. */

import { FIELDS } from '../instrumentation/pricing/context.ts'
import { DIMENSIONS, type Dimension } from '../instrumentation/pricing/format.ts'
import type { Schedule } from '../instrumentation/pricing/schedule.ts'
import * as names from '../instrumentation/semconv.ts'
import { attribute as at, cache, either, element, every, literal, set } from './ottl.ts'
import type { PriceTable } from './price-table.ts'
import { DOUBT } from './card-numbers.ts'
import { fixedOffset } from './time-zone.ts'
import { textList } from './table-literals.ts'

const index = cache('index')
const slot = cache('slot')
const program = cache('program')
const chosen = cache('chosen')
const values = cache('values')
const doubt = cache('doubt')
const given = `${program} != nil`

export function contextStatements(table: PriceTable): readonly string[] {
  const changes = Math.max(...table.programs.map(({ starts }) => Object.keys(starts ?? {}).length))
  const programs = textList(table.programs.map((one) => JSON.stringify(one)))
  return [
    set(slot, index, every(`${index} != nil`, anyContext())),
    set(slot, `0 - ${index}`, `${index} < 0`),
    set(program, `ParseJSON(${element(programs, slot)})`, `${slot} != nil`),
    set(
      values,
      `ParseJSON(${element(textList(table.values.map((one) => JSON.stringify(one))), `Int(${program}["values"])`)})`,
      every(given, `${program}["values"] != nil`),
    ),
    set(chosen, '""', given),
    ...DIMENSIONS.map(byDimension),
    ...Array.from({ length: changes }, (_, number) => byInstant(number + 1)),
    set(
      chosen,
      `Concat([${chosen}, ${cache('since')}], "")`,
      every(given, `${cache('since')} != nil`),
    ),
    ...table.schedules.flatMap(bySchedule),
    set(index, `Int(${program}["cards"][${chosen}])`, given),
    set(doubt, `${index} / ${DOUBT}`, every(given, `${index} >= ${DOUBT}`)),
    set(index, `${index} - ${doubt} * ${DOUBT}`, `${doubt} != nil`),
  ]
}

/** What the call says of a dimension; `nil` where it says nothing. */
function stated(dimension: Dimension): string {
  const field = FIELDS[dimension]
  if (field === 'serviceTier') {
    const [openai, anthropic] = [names.ATTR_OPENAI_SERVICE_TIER, names.ATTR_ANTHROPIC_SERVICE_TIER]
    return `Coalesce([${at(openai)}, ${at(anthropic)}])`
  }
  const own = at(names.PRICE_CONTEXT_ATTRIBUTES[field])
  // What the model's name says beside the model.
  if (field === 'region' || field === 'routing') return `Coalesce([${own}, ${cache(field)}])`
  return own
}

/** Ordinary tiers are no context: no price file gives them another meaning (see the generator's test). */
function anyContext(): string {
  const tiers = [names.ATTR_OPENAI_SERVICE_TIER, names.ATTR_ANTHROPIC_SERVICE_TIER].map((name) =>
    every(
      `${at(name)} != nil`,
      ...['default', 'standard', 'auto'].map((tier) => `${at(name)} != ${literal(tier)}`),
    ),
  )
  const others = DIMENSIONS.filter((dimension) => dimension !== 'tier')
  return either(...tiers, ...others.map((dimension) => `${stated(dimension)} != nil`))
}

function byDimension(dimension: Dimension): string {
  const value = stated(dimension)
  const classes = `${values}[${literal(dimension)}]`
  const known = `Coalesce([${classes}[${value}], ${classes}["*"]])`
  return set(
    chosen,
    `Concat([${chosen}, ${known}], "")`,
    every(`${values} != nil`, `${classes} != nil`, `${value} != nil`, `${value} != ""`),
  )
}

function byInstant(number: number): string {
  const start = `${program}["starts"]["${number}"]`
  return set(
    cache('since'),
    `"@${number}"`,
    every(given, `${start} != nil`, `span.start_time_unix_nano / 1000000 >= ${start}`),
  )
}

function bySchedule(schedule: Schedule, number: number): readonly string[] {
  const minute = cache('minute')
  const holds = every(
    given,
    `${program}["schedules"] != nil`,
    `${program}["schedules"][Coalesce([${cache('since')}, ""])] == ${number}`,
  )
  const offset = fixedOffset(schedule.timeZone) / 60_000
  const sinceEpoch = `(span.start_time_unix_nano / 60000000000 + ${offset})`
  const day = `(${sinceEpoch} / 1440)`
  const hours = schedule.hours.map(([start, end]) =>
    every(`${minute} >= ${start}`, `${minute} < ${end}`),
  )
  return [
    set(minute, `${sinceEpoch} - ${day} * 1440`, holds),
    set(
      chosen,
      `Concat([${chosen}, "!"], "")`,
      every(
        holds,
        // The epoch began on a Thursday.
        `ContainsValue(${literal([...schedule.days])}, ${day} + 4 - (${day} + 4) / 7 * 7)`,
        ...(schedule.except.size === 0
          ? []
          : [
              `not ContainsValue(${literal([...schedule.except].map((at) => at / 86_400_000))}, ${day})`,
            ]),
        either(...hours.map((range) => `(${range})`)),
      ),
    ),
  ]
}
