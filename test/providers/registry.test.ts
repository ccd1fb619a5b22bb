/** A provider's form is one file, what proves it, and one line of the registry. */

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { claimRequest } from '../../instrumentation/intercept/claim.ts'
import { protocols } from '../../instrumentation/providers/registry.ts'
import { exchangeFixtures, type ExchangeFixture } from '../support/exchange-fixtures.ts'
import { CLIENTS } from '../matrix/cases.ts'

const FOLDER = new URL('../../instrumentation/providers/', import.meta.url)
const ROOT = new URL('../../instrumentation/', import.meta.url)
const registry = readFileSync(new URL('registry.ts', FOLDER), 'utf8')
const fileOf = (name: string): string => `${name.replaceAll(/[._]/g, '-')}.ts`

/** Forms that have no exchange written down: the clients that speak them, by their names in the matrix. */
const BY_CLIENTS: Readonly<Record<string, string>> = {
  'anthropic.messages': 'anthropic',
  'gemini.embeddings': 'genai embeddings',
}

function protocolOf({ request }: ExchangeFixture): string | undefined {
  const { url, body, form } = request
  const sent = new FormData()
  for (const [name, value] of Object.entries(form ?? {})) sent.set(name, value)
  return claimRequest(url, {
    method: 'POST',
    body: form === undefined ? JSON.stringify(body) : sent,
  })?.protocol.name
}

const proven = new Set(exchangeFixtures().map(protocolOf))

describe.each(protocols.map(({ name }) => name))('%s', (name) => {
  test('is one file, by its name', () => {
    expect(readdirSync(FOLDER)).toContain(fileOf(name))
    expect(readFileSync(new URL(fileOf(name), FOLDER), 'utf8')).toContain(`name: '${name}'`)
  })

  test('is one line of the registry, beside its import', () => {
    const constant = /export const (\w+): Protocol/.exec(
      readFileSync(new URL(fileOf(name), FOLDER), 'utf8'),
    )?.[1]
    const lines = registry.split('\n').filter((line) => line.includes(String(constant)))
    expect(lines.toSorted()).toEqual([
      `  ${constant},`,
      `import { ${constant} } from './${fileOf(name)}'`,
    ])
  })

  test('is proven by an exchange, or by a client of the matrix', () => {
    const client = CLIENTS.find((one) => one.name === BY_CLIENTS[name])
    expect(proven.has(name) || client !== undefined).toBe(true)
  })
})

test('what is proven by clients has no exchange: else the exception can go', () => {
  expect(Object.keys(BY_CLIENTS).filter((name) => proven.has(name))).toEqual([])
})

test('nothing but the registry names a file of a form', () => {
  const files = new Set(protocols.map(({ name }) => `/${fileOf(name)}'`))
  const naming = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && path !== 'providers/registry.ts')
    .filter((path) => {
      const text = readFileSync(new URL(path, ROOT), 'utf8')
      return [...files].some((one) => text.includes(one))
    })
  expect(naming).toEqual([])
})
