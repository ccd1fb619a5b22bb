import { afterEach, beforeEach, expect, test } from 'vitest'
import { API_KEY, apiRecord } from '../../instrumentation/record/otel-globals.ts'
import { offerGlobals } from '../../instrumentation/record/standing-aside.ts'

type Holder = Record<symbol, Record<string, unknown> | undefined>
const holder = globalThis as unknown as Holder

/** As every 1.x `@opentelemetry/api` registers (internal/global-utils), at the given version. */
function register(version: string, type: string, instance: object, override = false): boolean {
  const api = (holder[API_KEY] = holder[API_KEY] ?? { version })
  if (!override && api[type]) return false
  if (api['version'] !== version) return false
  api[type] = instance
  return true
}

const ours = { getTracer: () => ({}) } as never
const events: string[] = []

beforeEach(() => {
  events.length = 0
  Reflect.deleteProperty(holder, API_KEY)
  offerGlobals({
    record: { version: '1.10.0', trace: ours, context: {} as never },
    onForeign: () => events.push('foreign'),
    onRefused: () => events.push('refused'),
  })
})
afterEach(() => {
  Reflect.deleteProperty(holder, API_KEY)
})

test('a look-up finds ours and is no registration', () => {
  expect(apiRecord().trace).toBe(ours)
  expect(apiRecord().version).toBe('1.10.0')
  expect(events).toEqual([])
})

test('the first registration of an application goes through, and so do its next ones', async () => {
  const theirs = {}
  expect(register('1.10.0', 'trace', theirs)).toBe(true)
  expect(register('1.10.0', 'context', {})).toBe(true)
  await Promise.resolve()
  expect(apiRecord().trace).toBe(theirs)
  expect(events).toEqual(['foreign'])
})

test('a logger for diagnostics is no set-up: ours stays', async () => {
  expect(register('1.10.0', 'diag', {}, true)).toBe(true)
  await Promise.resolve()
  expect(apiRecord().trace).toBe(ours)
  expect(events).toEqual([])
})

test('a bundled API of another version, which can’t be told, is refused and said', async () => {
  expect(register('1.8.0', 'trace', {})).toBe(false)
  await Promise.resolve()
  expect(events).toEqual(['foreign', 'refused'])
})
