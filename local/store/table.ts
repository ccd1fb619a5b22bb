/** A table whose rows are plain values: which column holds which field, and how the field is written down. */

import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'

/** Name, SQL type, field of the row, and how a field that SQLite has no type for is written. */
export type Column<Row> = readonly [
  name: string,
  type: string,
  field: keyof Row & string,
  kind?: 'flag' | 'json',
]

export interface Table<Row> {
  /** For `CREATE TABLE`. */
  readonly definitions: string
  /** For `SELECT`: what `*` also holds, pico-dollars beyond 2^53, can't be read as a number. */
  readonly columns: string
  /** `INSERT INTO name (columns, more) VALUES (?, …, more's own)`. */
  readonly insert: (table: string, more: Readonly<Record<string, string>>) => string
  readonly toParameters: (row: Row) => SQLInputValue[]
  readonly fromRecord: (record: Readonly<Record<string, SQLOutputValue>>) => Row
}

/** The order of the columns is that of the table. */
export function table<Row extends object>(columns: readonly Column<Row>[]): Table<Row> {
  const names = columns.map(([name]) => name)
  return {
    definitions: columns.map(([name, type]) => `${name} ${type}`).join(',\n  '),
    columns: names.join(', '),
    insert(into, more) {
      const all = [...names, ...Object.keys(more)]
      const values = [...names.map(() => '?'), ...Object.values(more)]
      return `INSERT INTO ${into} (${all.join(', ')}) VALUES (${values.join(', ')})`
    },
    toParameters: (row) => columns.map(([, , field, kind]) => written(row[field], kind)),
    fromRecord(record) {
      const fields: Record<string, unknown> = {}
      for (const [name, , field, kind] of columns) {
        const value = record[name]
        if (value !== null && value !== undefined) fields[field] = read(value, kind)
      }
      return fields as Row
    },
  }
}

function written(value: unknown, kind: 'flag' | 'json' | undefined): SQLInputValue {
  if (value === undefined) return null
  if (kind === 'flag') return value === true ? 1 : 0
  return kind === 'json' ? JSON.stringify(value) : (value as SQLInputValue)
}

function read(value: SQLOutputValue, kind: 'flag' | 'json' | undefined): unknown {
  if (kind === 'flag') return value === 1
  return kind === 'json' ? (JSON.parse(String(value)) as unknown) : value
}
