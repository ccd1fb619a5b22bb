/** What is generated, without a Collector; `test/stack` asks the real one. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { CardNumbers, DOUBT } from '../../collector-config/card-numbers.ts'
import { float, literal } from '../../collector-config/ottl.ts'
import { priceTable } from '../../collector-config/price-table.ts'
import { nameTable } from '../../collector-config/table-literals.ts'
import { fixedOffset } from '../../collector-config/time-zone.ts'
import { bundledBook } from '../../instrumentation/pricing/bundled.ts'

const generator = fileURLToPath(new URL('../../collector-config/generate.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'costspan-pricing-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function generate(...flags: readonly string[]): {
  readonly status: number | null
  readonly stderr: string
} {
  const { status, stderr } = spawnSync(process.execPath, [generator, ...flags], {
    encoding: 'utf8',
  })
  return { status, stderr }
}

describe('literals', () => {
  test('a Float has a point, which the lexer wants: 1e-7 is 1.0e-7', () => {
    expect([float(1e-7), float(2_500_000), float(1.5e-7), float(0.25)]).toEqual([
      '1.0e-7',
      '2500000.0',
      '1.5e-7',
      '0.25',
    ])
    expect(literal({ a: [1, 'x"y', true] })).toBe('{"a": [1, "x\\"y", true]}')
  })
})

describe('the table', () => {
  const table = priceTable(bundledBook())

  test('no provider gives an ordinary tier another price: the statements need not look for it', () => {
    const tiers = table.programs.flatMap(({ values }) => {
      const tier = table.values[Number(values ?? -1)]?.['tier']
      return tier === undefined ? [] : [tier as Readonly<Record<string, string>>]
    })
    expect(tiers.length).toBeGreaterThan(1_000)
    const ordinary = tiers.flatMap((tier) => [tier['default'], tier['standard'], tier['auto']])
    expect(new Set(ordinary)).toEqual(new Set(['']))
  })

  test('of prompt sizes a model has at most one threshold: the statements ask for one', () => {
    expect(table.cards.filter(({ long }) => long?.long !== undefined)).toEqual([])
  })
})

describe('the numbers of cards', () => {
  const card = { rates: { input: 1, output: 2 }, id: 'a' }

  test('a card that differs in its doubt alone is the same card', () => {
    const numbers = new CardNumbers([card])
    expect(numbers.numberOf(card)).toBe(0)
    expect(numbers.numberOf({ ...card, doubt: 'tier_unknown' })).toBe(DOUBT)
    expect(numbers.numberOf({ ...card, id: 'b' })).toBe(1)
    expect(numbers.numberOf({ ...card, doubt: 'rate_missing' })).toBe(2 * DOUBT)
    expect([numbers.cards, numbers.doubts]).toEqual([
      [card, { ...card, id: 'b' }],
      ['', 'tier_unknown', 'rate_missing'],
    ])
  })

  test('a doubt of long prompts alone stays with the card', () => {
    const doubtful = { ...card, longFrom: 9, long: { ...card, doubt: 'tier_unknown' } }
    const numbers = new CardNumbers([card])
    expect(numbers.numberOf(doubtful)).toBe(1)
    expect(numbers.cards[1]).toEqual(doubtful)
    expect(numbers.numberOf({ ...doubtful, doubt: 'tier_unknown' })).toBe(2 + DOUBT)
    expect(numbers.cards[2]).toEqual({ ...card, longFrom: 9, long: card })
  })
})

describe('a table of names', () => {
  test('names that share what is hashed stand in one text, each with its number before it', () => {
    const numbers = new Map([
      ['openai/gpt-4', 3],
      ['openai/gpt-4-turbo', -12],
    ])
    const { list, indexOf } = nameTable(numbers, () => 'same', 2)
    const texts = JSON.parse(list) as readonly string[]
    expect(texts.filter((text) => text !== '')).toEqual([
      '00003|openai/gpt-4=-0012|openai/gpt-4-turbo=',
    ])
    expect(indexOf('"same"')).toBe('FNV("same") / 4611686018427387904 + 2')
  })
})

describe('time zones', () => {
  test('Shanghai is 8 hours ahead all year', () => {
    expect(fixedOffset('Asia/Shanghai')).toBe(8 * 3_600_000)
  })

  test('a zone that changes its clocks is refused with what is allowed', () => {
    expect(() => fixedOffset('Europe/Berlin')).toThrow(
      'Europe/Berlin changes its clocks; allowed in the Collector: a zone that does not',
    )
  })
})

describe('own prices', () => {
  test('--prices FILE --out FILE: private models and both versions of the book', () => {
    const prices = join(folder, 'own.yaml')
    const out = join(folder, 'pricing.yaml')
    writeFileSync(
      prices,
      'version: acme\nproviders:\n  acme:\n    models:\n      acme-1:\n        rates: { input: 1, output: 2 }\n',
    )
    expect(generate('--prices', prices, '--out', out)).toEqual({ status: 0, stderr: '' })
    const text = readFileSync(out, 'utf8')
    expect(text).toContain('|acme/acme-1=')
    expect(text).toContain(`${bundledBook().version}+acme`)
    const { processors } = parse(text) as { readonly processors: object }
    expect(Object.keys(processors)).toEqual(['transform/normalise', 'transform/price'])
  })

  test('without --out they would replace the bundled prices: exit 2', () => {
    const { status, stderr } = generate('--prices', 'own.yaml')
    expect(status).toBe(2)
    expect(stderr).toBe('--prices needs --out: pricing.yaml itself holds the bundled prices\n')
  })

  test('a mistake in them is one line with its place: exit 1', () => {
    const prices = join(folder, 'wrong.yaml')
    writeFileSync(prices, 'providers:\n  acme:\n    models:\n      a: { rates: { inputt: 1 } }\n')
    const { status, stderr } = generate('--prices', prices, '--out', join(folder, 'x.yaml'))
    expect(status).toBe(1)
    expect(stderr).toMatch(/^\S*wrong\.yaml:4.*'?inputt'?.*allowed: input/)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})
