/** What is generated, without a Collector; `test/stack` asks the real one. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { float, literal } from '../../collector-config/ottl.ts'
import { priceTable } from '../../collector-config/price-table.ts'
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
      const tier = (values as Readonly<Record<string, unknown>> | undefined)?.['tier']
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
    expect(text).toContain('"name": "acme/acme-1"')
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
