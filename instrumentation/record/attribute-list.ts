/**
 * Attributes while they are put together. A plain object that gets thirty names one by one ends up in V8's dictionary
 * mode, which made writing a span's attributes a third of what recording a call costs (measured). So names and values
 * are listed first, and the object is a copy of one that had the same names before.
 */

import type { Attributes } from '@opentelemetry/api'

/** What our attributes hold. */
export type AttributeValue = string | number | boolean | readonly string[]

/** Whatever attributes are written to: a list that becomes an object, or bytes. */
export interface AttributeSink {
  add(name: string, value: AttributeValue): void
}

export interface AttributeList extends AttributeSink {
  readonly names: readonly string[]
  readonly values: readonly AttributeValue[]
}

export function newAttributeList(): AttributeList {
  const names: string[] = []
  const values: AttributeValue[] = []
  return {
    names,
    values,
    add(name, value) {
      names.push(name)
      values.push(value)
    },
  }
}

/** What is not known is absent. */
export function put(sink: AttributeSink, name: string, value: AttributeValue | undefined): void {
  if (value !== undefined) sink.add(name, value)
}

/** The list as an object of its own; of equal names the last counts. */
export function toAttributes({ names, values }: AttributeList): Attributes {
  const attributes: Attributes = { ...shapeOf(names) }
  for (let index = 0; index < names.length; index += 1) {
    attributes[names[index] as string] = values[index]
  }
  return attributes
}

/** Objects to copy, the most recently found first. Programs have few: one for each way in which their calls end. */
const shapes: Shape[] = []
const MAX_SHAPES = 32

interface Shape {
  readonly names: readonly string[]
  readonly empty: Attributes
}

function shapeOf(names: readonly string[]): Attributes {
  for (let index = 0; index < shapes.length; index += 1) {
    const shape = shapes[index] as Shape
    if (!areEqual(shape.names, names)) continue
    if (index > 0) {
      shapes.splice(index, 1)
      shapes.unshift(shape)
    }
    return shape.empty
  }
  const shape = createShape([...names])
  shapes.unshift(shape)
  if (shapes.length > MAX_SHAPES) shapes.pop()
  return shape.empty
}

function areEqual(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false
  return true
}

/**
 * Objects that come out of the JSON parser are not in dictionary mode. The three rounds leave fields that take any
 * value: V8 types each by what it has held so far, and retyping would make every copy slow.
 */
function createShape(names: readonly string[]): Shape {
  const parsed = [0, 'x', 0].map(
    (value) =>
      JSON.parse(
        JSON.stringify(Object.fromEntries(names.map((name) => [name, value]))),
      ) as Attributes,
  )
  return { names, empty: parsed.at(-1) ?? {} }
}
