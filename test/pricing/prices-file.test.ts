import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bookWithFiles, parsePriceFile, readPriceFile } from '../../instrumentation/prices-file.ts'
import { price } from '../../instrumentation/pricing/index.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'costspan-prices-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const mine = `
version: contract-7
providers:
  azure.ai.openai:
    aliases:
      my-gpt4o-deployment: openai/gpt-4o
  openai:
    models:
      gpt-4o: {rates: {input: 2.25}}
  in-house:
    models:
      llama: {rates: {input: '0.10', output: 0.4}}
discounts:
  - {provider: anthropic, percent: 12.5, from: 2026-01-01}
`

function said(text: string): string {
  try {
    parsePriceFile(text, 'mine.yaml')
  } catch (error) {
    return String(error)
  }
  return 'nothing was thrown'
}

describe('a price file', () => {
  test('adds deployments, negotiated rates, private models and discounts to the bundled prices', () => {
    const path = join(folder, 'mine.yaml')
    writeFileSync(path, mine)
    const book = bookWithFiles([path])
    const cost = (provider: string, model: string) =>
      price(book, {
        provider,
        models: [model],
        usage: { input: 1000 },
        at: Date.parse('2026-06-01'),
      })
    expect(cost('azure.ai.openai', 'my-gpt4o-deployment')).toMatchObject({
      exact: '0.00225',
      priceId: 'openai/gpt-4o+contract-7',
      book: '2026-11-24+contract-7',
    })
    expect(cost('openai', 'gpt-4o')).toMatchObject({ exact: '0.00225' })
    expect(cost('in-house', 'llama')).toMatchObject({ exact: '0.0001' })
    expect(cost('anthropic', 'claude-sonnet-4-6')).toMatchObject({ exact: '0.002625' })
  })

  test('may be JSON, or empty', () => {
    expect(parsePriceFile('{"version":"1"}', 'mine.json')).toEqual({ version: '1' })
    expect(parsePriceFile('', 'mine.yaml')).toEqual({})
    expect(parsePriceFile('# nothing yet\n', 'mine.yaml')).toEqual({})
  })

  test('with a mistake is refused in one line that names file, line, place and what is allowed', () => {
    expect(said(mine.replace("'0.10'", 'cheap'))).toBe(
      "PriceBookError: mine.yaml:12: providers.in-house.models.llama.rates.input: 'cheap' is not allowed; allowed: USD as a plain decimal, not negative, such as '2.50'",
    )
    expect(said('discounts:\n  - percent: 5\n    modell: x\n')).toBe(
      'PriceBookError: mine.yaml:3: discounts.0.modell: no such key; allowed: provider, model, percent, from, until',
    )
  })

  test.each([
    ['a: [1', /^PriceBookError: mine\.yaml:\d+: .*; allowed: YAML or JSON$/],
    ['{"version": "1",, }', /^PriceBookError: mine\.yaml:1: .*; allowed: YAML or JSON$/],
    [
      'version: a\nversion: b\n',
      /^PriceBookError: mine\.yaml:2: Map keys must be unique; allowed: YAML or JSON$/,
    ],
    ['just words', /^PriceBookError: mine\.yaml: 'just words' is not allowed; allowed: a map$/],
    [`a: &a [1]\nb: [${'*a,'.repeat(200)}]`, /^PriceBookError: mine\.yaml: .*; allowed/],
  ])('that is not one is refused in one line: %j', (text, message) => {
    expect(said(text)).toMatch(message)
  })

  test("that can't be read is refused by name", () => {
    const path = join(folder, 'absent.yaml')
    expect(() => readPriceFile(path)).toThrow(
      `${path}: can't be read (ENOENT); allowed: a YAML or JSON file`,
    )
    expect(() => readPriceFile(folder)).toThrow(`${folder}: can't be read (EISDIR)`)
  })
})
