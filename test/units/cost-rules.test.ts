import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../instrumentation/config.ts'
import { ruledCost, type RuledSpan } from '../../instrumentation/core/cost-rule.ts'
import { patternOf } from '../../instrumentation/core/pattern.ts'

const folder = mkdtempSync(join(tmpdir(), 'costspan-rules-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

function configured(text: string): ReturnType<typeof readConfig> & { readonly path: string } {
  files += 1
  const path = join(folder, `config-${files}.yaml`)
  writeFileSync(path, text)
  return { ...readConfig({ COSTSPAN_CONFIG: path }), path }
}

/** The YAML that the documentation shows. */
const documented =
  /```yaml\n(costs:\n.*?)```/s.exec(readFileSync('docs/units.md', 'utf8'))?.[1] ?? ''

const span = (more: Partial<RuledSpan> = {}): RuledSpan => ({
  name: 'query',
  scope: 'test',
  kind: 'client',
  attributes: {},
  ...more,
})

describe('the rules that the documentation shows', () => {
  const { costs, problems } = configured(documented)

  test('are 3, without a complaint', () => {
    expect(problems).toEqual([])
    expect(costs).toHaveLength(3)
  })

  test.each([
    [{ attributes: { 'db.system.name': 'qdrant' } }, 'vector_db', 0.00002, 'measured'],
    [{ attributes: { 'db.system.name': 'pinecone' } }, 'vector_db', 0.00002, 'measured'],
    [
      { attributes: { 'db.system.name': 'pinecone', 'db.pinecone.usage.read_units': 5 } },
      'vector_db',
      0.00008,
      'measured',
    ],
    [
      { kind: 'server', attributes: { 'http.request.method': 'POST' } },
      'gateway',
      0.0000035,
      'allocated',
    ],
  ] as const)('price %o', (more, component, usd, origin) => {
    const found = ruledCost(costs, span(more))
    expect(found).toMatchObject({ rule: { component, origin } })
    expect(found?.usd).toBeCloseTo(usd, 15)
  })

  test.each([
    [{ attributes: { 'db.system.name': 'postgresql' } }],
    [{ kind: 'client', attributes: { 'http.request.method': 'POST' } }],
    [{ kind: 'server' }],
  ] as const)('leave %o alone', (more) => {
    expect(ruledCost(costs, span(more))).toBeUndefined()
  })
})

describe('a rule', () => {
  const rule = (match: string, more = ''): readonly RuledSpan[] => {
    const { costs, problems } = configured(
      `costs:\n  - {component: x, per_call: 1, match: ${match}${more}}\n`,
    )
    expect(problems).toEqual([])
    return [
      span({
        name: 'SELECT books',
        scope: 'pg',
        kind: 'client',
        attributes: { a: 'x', n: 5, b: true, l: ['p', 'q'] },
      }),
      span({
        name: 'GET /books',
        scope: 'http',
        kind: 'server',
        attributes: { a: 'y', n: 6, b: false },
      }),
    ].filter((one) => ruledCost(costs, one) !== undefined)
  }

  test.each([
    ['{name: "SELECT *"}', ['pg']],
    ['{name: ["SELECT *", "GET *"]}', ['pg', 'http']],
    ['{name: "select *"}', []],
    ['{scope: http}', ['http']],
    ['{kind: server}', ['http']],
    ['{kind: [server, client]}', ['pg', 'http']],
    ['{attributes: {a: x}}', ['pg']],
    ['{attributes: {a: "*"}}', ['pg', 'http']],
    ['{attributes: {a: x, n: 6}}', []],
    ['{attributes: {n: 5}}', ['pg']],
    ['{attributes: {b: false}}', ['http']],
    ['{attributes: {l: q}}', ['pg']],
    ['{attributes: {missing: "*"}}', []],
    ['{attributes: {__proto__: "*"}}', []],
    ['{attributes: {constructor: "*"}}', []],
  ])('that says %s means the spans of %o', (match, scopes) => {
    expect(rule(match).map((one) => one.scope)).toEqual(scopes)
  })

  test('with a quantity means only spans that state one from 0', () => {
    const { costs } = configured(
      'costs: [{component: x, per_call: 0.5, quantity: n, match: {name: "*"}}]',
    )
    const usd = (n: unknown): number | undefined =>
      ruledCost(costs, span({ attributes: { n } }))?.usd
    expect([usd(4), usd(0), usd('8'), usd(-1), usd('many'), usd(undefined), usd(Infinity)]).toEqual(
      [2, 0, 4, undefined, undefined, undefined, undefined],
    )
  })
})

describe('a rule that is wrong is left out and told with its line, and the others hold', () => {
  const good = '  - component: ok\n    per_call: 1\n    match: {name: good}\n'
  test.each([
    ['  - 7', 5, 'costs rule 2: a rule must be a map'],
    [
      '  - {name: mine, per_call: 1, match: {name: a}}',
      5,
      "costs rule 2 (mine): component must be a name such as vector_db, and not that of a call's part",
    ],
    ['  - {component: input, per_call: 1, match: {name: a}}', 5, 'component must be a name'],
    [
      '  - component: a\n    per_call: cheap\n    match: {name: a}',
      6,
      'per_call must be USD from 0 to 1000000',
    ],
    ['  - component: a\n    per_call: -1\n    match: {name: a}', 6, 'per_call must be USD'],
    [
      '  - component: a\n    per_call: 1\n    match: {}',
      7,
      'match must say which spans are meant, by name, scope, kind, attributes',
    ],
    ['  - component: a\n    per_call: 1', 5, 'match must be a map'],
    [
      '  - component: a\n    per_call: 1\n    match:\n      kind: sever',
      8,
      'match.kind must be one of internal, server, client, producer, consumer',
    ],
    [
      '  - component: a\n    per_call: 1\n    match:\n      spans: a',
      8,
      "match has no 'spans'; allowed: name, scope, kind, attributes",
    ],
    [
      '  - component: a\n    price: 1\n    match: {name: a}',
      6,
      "a rule has no 'price'; allowed: name, component, match, per_call, quantity, origin",
    ],
    [
      '  - component: a\n    per_call: 1\n    match: {attributes: {x: {y: 1}}}',
      7,
      'match.attributes.x must be a text, in which * stands for anything, or a list of such',
    ],
    [
      '  - component: a\n    per_call: 1\n    origin: guessed\n    match: {name: a}',
      7,
      'origin must be measured or allocated',
    ],
    [
      '  - component: a\n    per_call: 1\n    quantity: 7\n    match: {name: a}',
      7,
      'quantity must be the name of a span attribute',
    ],
  ])('%s', (bad, line, problem) => {
    const { costs, problems, path } = configured(`costs:\n${good}${bad}\n`)
    expect(costs.map(({ component }) => component)).toEqual(['ok'])
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(`COSTSPAN_CONFIG ${path}:${line}: costs rule 2`)
    expect(problems[0]).toContain(problem)
    expect(problems[0]).toMatch(/\. The rule is left out$/)
    expect(problems[0]).not.toContain('\n')
  })

  test('rules that are no list are told as that', () => {
    const { costs, problems, path } = configured('costs:\n  component: a\n')
    expect(costs).toEqual([])
    expect(problems).toEqual([`COSTSPAN_CONFIG ${path}:1: costs must be a list of rules`])
  })
})

describe('a pattern', () => {
  test.each([
    ['abc', 'abc', true],
    ['abc', 'abcd', false],
    ['*', '', true],
    ['a*', 'a', true],
    ['a*c', 'abbbc', true],
    ['a*c', 'abbb', false],
    ['a*a', 'a', false],
    ['*b*d*', 'abcde', true],
    ['*d*b*', 'abcde', false],
    ['a**c', 'ac', true],
    ['[a-z]+', 'abc', false],
  ])('%s on %s is %s', (pattern, value, fits) => {
    expect(patternOf(pattern)(value)).toBe(fits)
  })
})
