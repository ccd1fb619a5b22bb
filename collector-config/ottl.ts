/** Text of the OpenTelemetry Transformation Language (OTTL): literals, paths and statements. */

/** What a literal may hold; maps by key. */
export type Literal = string | number | boolean | readonly Literal[] | LiteralMap
export interface LiteralMap {
  readonly [key: string]: Literal
}

/** A whole number is an Int, every other a Float; see `float` for whole numbers that are meant as Floats. */
export function literal(value: Literal): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : float(value)
  if (typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `[${(value as readonly Literal[]).map(literal).join(', ')}]`
  const entries = Object.entries(value as LiteralMap)
  return `{${entries.map(([key, item]) => `${literal(key)}: ${literal(item)}`).join(', ')}}`
}

/** The lexer of OTTL wants a point in a Float: `1e-7` is none, `1.0e-7` is. */
export function float(value: number): string {
  const text = String(value)
  if (text.includes('.')) return text
  const [digits = text, exponent] = text.split('e')
  return exponent === undefined ? `${digits}.0` : `${digits}.0e${exponent}`
}

export function attribute(name: string): string {
  return `span.attributes[${JSON.stringify(name)}]`
}

/** A value that lives as long as the statements of one group run over one span. */
export function cache(...keys: readonly string[]): string {
  return `span.cache${keys.map((key) => `[${JSON.stringify(key)}]`).join('')}`
}

export function set(target: string, value: string, where?: string): string {
  return when(`set(${target}, ${value})`, where)
}

export function when(editor: string, where?: string): string {
  return where === undefined ? editor : `${editor} where ${where}`
}

export function either(...conditions: readonly string[]): string {
  return conditions.length === 1 ? (conditions[0] ?? '') : `(${conditions.join(' or ')})`
}

export function every(...conditions: readonly string[]): string {
  return conditions.join(' and ')
}

/** An element of a list that is written out. A literal list is built once, when the statement is read. */
export function element(list: string, index: string): string {
  return `Coalesce([${list}])[${index}]`
}
