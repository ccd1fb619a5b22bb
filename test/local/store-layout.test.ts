import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import type { CallRow } from '../../local/row.ts'
import { openStore } from '../../local/store.ts'
import { id } from './otlp.ts'

const folder = mkdtempSync(join(tmpdir(), 'costspan-layout-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const row: CallRow = {
  traceId: id(32),
  spanId: id(16),
  service: 'shop',
  startedAt: 1_790_000_000_000,
  endedAt: 1_790_000_001_000,
  operation: 'chat',
  provider: 'openai',
  requestModel: 'gpt-4.1',
  attempts: 1,
  status: 'priced',
  usd: 0.01,
  parts: { input: 0.01 },
  tags: {},
}
const priced: CallRow = {
  ...row,
  spanId: id(16),
  usage: { input: 10, cacheWrite1h: 5, webSearches: 2 },
  priceContext: { serviceTier: 'batch', region: 'eu' },
}

/** A file as an earlier layout left it, with one call in it. */
function earlier(layout: 1 | 2, name: string): string {
  const path = join(folder, name)
  const store = openStore({ path })
  store.add([row])
  store.close()
  const db = new DatabaseSync(path)
  db.exec('DROP TABLE outcomes; DROP TABLE costs; DROP INDEX calls_by_unit;')
  if (layout === 1) {
    db.exec('ALTER TABLE calls DROP COLUMN usage; ALTER TABLE calls DROP COLUMN price_context;')
  }
  db.exec(`PRAGMA user_version = ${layout};`)
  db.close()
  return path
}

test('usage and price context of a call are kept as they came', () => {
  const store = openStore()
  store.add([row, priced])
  expect(store.rows()).toEqual([row, priced])
})

test.each([1, 2] as const)(
  'a file of layout %i is brought up to date, loses nothing and takes outcomes and costs',
  (layout) => {
    const path = earlier(layout, `old-${layout}.db`)
    const store = openStore({ path })
    store.add([priced])
    expect(store.rows()).toEqual([row, priced])
    expect(store.addOutcomes([{ at: 1, name: 'done', service: 'shop', tags: {} }])).toBe(1)
    store.addCosts([
      {
        at: 1,
        component: 'gateway',
        usd: 1,
        source: 's',
        origin: 'measured',
        service: 'shop',
        tags: {},
      },
    ])
    store.close()
    const again = openStore({ path, readOnly: true })
    expect(again.rows()).toHaveLength(2)
    expect(again.outcomes()).toHaveLength(1)
    expect(again.costs()).toHaveLength(1)
    again.close()
  },
)

test('a file of the first layout that may only be read is refused in one line', () => {
  const path = earlier(1, 'read-only.db')
  expect(() => openStore({ path, readOnly: true })).toThrow(
    `${path}: written by an earlier costspan; costspan local --db ${path} brings it up to date`,
  )
})

test('a file of a later layout is neither written to nor changed', () => {
  const path = earlier(2, 'later.db')
  const db = new DatabaseSync(path)
  db.exec('PRAGMA user_version = 4;')
  db.close()
  expect(() => openStore({ path })).toThrow('written by another version of costspan')
})
