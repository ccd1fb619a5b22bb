import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { AttributionRequiredError, withAttribution } from '../../instrumentation/index.ts'
import { configured } from '../support/attribution-settings.ts'

const call = { provider: 'openai', model: 'gpt-5.4' }

describe('require', () => {
  test('counts each call that does not say it as unattributed and tells of each field once', () => {
    const { stage, told, counts } = configured('require: [feature, prompt.name]')
    const check = () => stage.check?.(stage.attribute(call))
    for (let i = 0; i < 5; i += 1) expect(check()).toBeUndefined()
    withAttribution({ feature: 'a' }, check)
    withAttribution({ feature: 'a', prompt: { name: 'p' } }, check)
    expect(Object.fromEntries(counts)).toEqual({ unattributed: 5 + 5 + 1 })
    expect(told).toEqual([
      "attribution: an LLM call does not say its feature (require in COSTSPAN_CONFIG); it is counted as 'unattributed'. Further ones are only counted.",
      "attribution: an LLM call does not say its prompt.name (require in COSTSPAN_CONFIG); it is counted as 'unattributed'. Further ones are only counted.",
    ])
  })

  test('with block is a typed error that names all that is missing; defaults and rules count as said', () => {
    const { stage, counts } = configured(
      'require: { feature: block, team: block, customer: warn, costCenter: block }\n' +
        'attribution: { costCenter: cc }\nrules: [{ match: { model: gpt-* }, set: { team: t } }]',
    )
    const error = stage.check?.(stage.attribute({ provider: 'openai', model: 'o3' }))
    expect(error).toBeInstanceOf(AttributionRequiredError)
    expect(error).toMatchObject({
      name: 'AttributionRequiredError',
      code: 'COSTSPAN_ATTRIBUTION_REQUIRED',
      missing: ['feature', 'team'],
    })
    expect(error?.message).toContain('does not say its feature and team')
    expect(stage.check?.(stage.attribute(call))?.missing).toEqual(['feature'])
    expect(Object.fromEntries(counts)).toEqual({ blocked: 3, unattributed: 2 })
  })

  test('is no part of a call where nothing is required', () => {
    expect(configured('values: { team: [a] }').stage.check).toBeUndefined()
  })

  test('an error of a second copy of the library is recognised, and any other is not', () => {
    const foreign = Object.assign(new Error('x'), { code: 'COSTSPAN_ATTRIBUTION_REQUIRED' })
    expect(foreign instanceof AttributionRequiredError).toBe(true)
    expect(new Error('x') instanceof AttributionRequiredError).toBe(false)
  })
})

describe('values', () => {
  test('what does not fit a list or an expression is other, or left out where it could be a person’s', () => {
    const { stage, told, counts } = configured(`
values:
  team: [care, growth]
  feature: '[a-z-]+'
  user: 'u_\\d+'
  tags.region: [eu]
  conversation: 'c\\d+'
`)
    const got = withAttribution(
      {
        team: 'Care',
        feature: 'Support Bot 7',
        user: 'alice@example.com',
        conversation: 'alice',
        tags: { region: 'us', plan: 'pro' },
      },
      () => stage.attribute(call),
    )
    expect(got).toEqual({ team: 'other', feature: 'other', tags: { plan: 'pro' } })
    const good = { team: 'care', feature: 'bot', user: 'u_7', conversation: 'c7' }
    expect(withAttribution(good, () => stage.attribute(call))).toEqual({
      team: 'care',
      feature: 'bot',
      user: 'u_7',
      unit: { type: 'conversation', id: 'c7' },
    })
    expect(Object.fromEntries(counts)).toEqual({ value_not_allowed: 5 })
    expect(told).toEqual([
      "attribution: team 'Care' is not allowed (values in COSTSPAN_CONFIG: care, growth); counted as 'other'. Further ones are only counted.",
      "attribution: feature 'Support Bot 7' is not allowed (values in COSTSPAN_CONFIG: /[a-z-]+/); counted as 'other'. Further ones are only counted.",
      'attribution: user is not allowed (values in COSTSPAN_CONFIG: /u_\\d+/); left out. Further ones are only counted.',
      'attribution: tags.region is not allowed (values in COSTSPAN_CONFIG: eu); left out. Further ones are only counted.',
      'attribution: conversation is not allowed (values in COSTSPAN_CONFIG: /c\\d+/); left out. Further ones are only counted.',
    ])
  })

  test('hold for defaults, rules and the request’s own fields too, and do not change what was declared', () => {
    const { stage } = configured('values: { team: [care] }\nattribution: { team: nobody }')
    expect(stage.attribute(call)).toEqual({ team: 'other' })
    expect(stage.attribute({ ...call, stated: { team: 'x' } })).toEqual({ team: 'other' })
    expect(stage.attribute({ ...call, stated: { team: 'care' } })).toEqual({ team: 'care' })
  })
})

describe('hashUsers', () => {
  const env = { COSTSPAN_HASH_KEY: 'secret' }

  test('makes of a user id a keyed digest, the same each time, wherever the id came from', () => {
    const { stage, told } = configured('hashUsers: true', { env })
    const digest = createHmac('sha256', 'secret').update('alice').digest('hex').slice(0, 32)
    const said = withAttribution({ user: 'alice', session: 's' }, () => stage.attribute(call))
    expect(said).toEqual({ user: digest, session: 's' })
    expect(stage.attribute({ ...call, stated: { user: 'alice' } })).toEqual({ user: digest })
    expect(stage.attribute(call)).toEqual({})
    expect(told).toEqual([])
    const other = configured('hashUsers: true\nhashKey: another').stage
    const differently = withAttribution({ user: 'alice' }, () => other.attribute(call))
    expect(differently.user).toMatch(/^[0-9a-f]{32}$/)
    expect(differently.user).not.toBe(digest)
  })

  test('without a key leaves user ids out, and says what is needed', () => {
    const { stage, told } = configured('hashUsers: true')
    expect(withAttribution({ user: 'alice', team: 't' }, () => stage.attribute(call))).toEqual({
      team: 't',
    })
    expect(told).toEqual([
      'COSTSPAN_CONFIG costspan.yaml:1: hashUsers needs a key: set COSTSPAN_HASH_KEY to the same secret in all processes of the deployment. User ids are left out.',
    ])
  })

  test('5,000 users are hashed rightly each, whatever is remembered', () => {
    const { stage } = configured('hashUsers: true', { env })
    const hashes = Array.from({ length: 5_000 }, (_, i) =>
      withAttribution({ user: `u${i % 2_500}` }, () => stage.attribute(call).user),
    )
    expect(new Set(hashes).size).toBe(2_500)
    expect(hashes.slice(0, 2_500)).toEqual(hashes.slice(2_500))
  })
})

describe('promptVersion: hash', () => {
  const env = { COSTSPAN_HASH_KEY: 'secret' }
  const bodyOf = (system: string): string =>
    JSON.stringify({
      model: 'm',
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: 'hello' },
      ],
    })
  const prompts: readonly [string, (system: string) => object][] = [
    ['OpenAI chat', (text) => JSON.parse(bodyOf(text)) as object],
    [
      'a developer message',
      (text) => ({ messages: [{ role: 'developer', content: [{ type: 'text', text }] }] }),
    ],
    ['Responses', (text) => ({ instructions: text, input: 'hello' })],
    [
      'Anthropic',
      (text) => ({ system: [{ type: 'text', text }], messages: [{ role: 'user', content: 'hi' }] }),
    ],
    ['Gemini', (text) => ({ systemInstruction: { parts: [{ text }] }, contents: [] })],
    ['Bedrock', (text) => ({ system: [{ text }], messages: [] })],
  ]
  test.each(prompts)('an edited system prompt is a new version: %s', (_name, request) => {
    const { stage } = configured('promptVersion: hash', { env })
    const version = (text: string, more: object = {}) =>
      stage.attribute({ ...call, body: JSON.stringify({ ...request(text), ...more }) }).prompt
        ?.version
    const first = version('You are terse.')
    expect(first).toMatch(/^[0-9a-f]{12}$/)
    expect(version('You are terse.', { temperature: 1 })).toBe(first)
    expect(version('You are polite.')).not.toBe(first)
  })

  test('what the conversation goes on to say makes no version, and a declared one stands', () => {
    const { stage } = configured('promptVersion: hash', { env })
    const ask = (body: object) => stage.attribute({ ...call, body: JSON.stringify(body) }).prompt
    const system = { role: 'system', content: 'a' }
    const short = ask({ messages: [system, { role: 'user', content: '1' }] })
    const long = ask({
      messages: [system, { role: 'user', content: '2' }, { role: 'system', content: 'later' }],
    })
    expect(long).toEqual(short)
    expect(ask({ messages: [{ role: 'user', content: '1' }] })).toBeUndefined()
    const declared = { prompt: { name: 'triage', version: 'v2' } }
    expect(withAttribution(declared, () => ask({ messages: [system] }))).toEqual(declared.prompt)
    const named = withAttribution({ prompt: { name: 'triage' } }, () => ask({ messages: [system] }))
    expect(named).toEqual({ name: 'triage', version: short?.version })
  })

  test('beyond 20 versions of a prompt they are varying: 100 texts make 21 values, told once', () => {
    const { stage, told, counts } = configured('promptVersion: hash', { env })
    const versions = (prompt: string) =>
      Array.from({ length: 100 }, (_, i) =>
        withAttribution({ prompt: { name: prompt } }, () => {
          const body = bodyOf(`Today is day ${i}.`)
          return stage.attribute({ ...call, body }).prompt?.version
        }),
      )
    const seen = versions('triage')
    expect(new Set(seen).size).toBe(21)
    expect(seen.filter((one) => one === 'varying').length).toBe(80)
    expect(versions('triage').slice(0, 20)).toEqual(seen.slice(0, 20))
    expect(new Set(versions('other')).size).toBe(21)
    expect(counts.get('prompt_versions')).toBe(240)
    expect(told.length).toBe(2)
    expect(told[0]).toContain("prompt 'triage' has had 20 versions in this process")
  })

  test('without a key there are no versions, and a line that says so', () => {
    const { stage, told } = configured('promptVersion: hash')
    expect(stage.attribute({ ...call, body: bodyOf('a') })).toEqual({})
    expect(told[0]).toMatch(
      /costspan.yaml:1: promptVersion: hash needs a key: .* Prompts get no versions\.$/,
    )
  })
})

test.each(['attribution.md', 'configuration.md'])('what docs/%s shows is accepted', (name) => {
  const text = readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
  const shown = [...text.matchAll(/```yaml\n([^]*?)```/g)].map((match) => match[1] ?? '')
  expect(shown.length).toBeGreaterThan(0)
  const env = { COSTSPAN_HASH_KEY: 'k' }
  for (const yaml of shown) {
    const { told } = yaml.startsWith('- ')
      ? configured('', { rules: yaml, env })
      : configured(yaml.replace(/^rules: .*$/m, ''), { env })
    expect(told, yaml).toEqual([])
  }
})

test.each<[string, string, string]>([
  [
    'require',
    'require: [featur]',
    "require: 'featur' is no field; allowed: feature, team, customer, costCenter, user, session, conversation, prompt.name, prompt.version, unit.<type>, tags.<key>. Left out.",
  ],
  ['require', 'require: { team: maybe }', 'require.team must be warn or block. Using warn.'],
  [
    'values',
    'values: [team]',
    'values must map each field to a list or a regular expression. Left out.',
  ],
  [
    'values',
    'values: { team: "[" }',
    'values.team is no regular expression (Invalid regular expression: /^(?:[)$/u: Unterminated character class). Left out.',
  ],
  ['values', 'values: { team: [] }', 'values.team must name at least one value. Left out.'],
  [
    'inbound',
    'inbound: { headers: { x-feature: featur } }',
    "inbound.headers.x-feature: 'featur' is no field; allowed: feature, team, customer, costCenter, user, session, conversation, prompt.name, prompt.version, unit.<type>, tags.<key>. Left out.",
  ],
  [
    'inbound',
    'inbound: { cookies: {} }',
    "inbound: no setting 'cookies'. Allowed: headers, baggage.",
  ],
  [
    'inbound',
    'inbound: { baggage: [tenant] }',
    "inbound.baggage: 'tenant' is no field; allowed: feature, team, customer, costCenter, user, session, conversation, prompt.name, prompt.version, unit.<type>, tags.<key>. Left out; a map takes other keys.",
  ],
  ['outbound', 'outbound: [baggage]', 'outbound must be a map with baggage. Left out.'],
  [
    'hashUsers',
    'hashUsers: yes please',
    'hashUsers=yes please is not allowed; allowed: true, false. Using false.',
  ],
  [
    'promptVersion',
    'promptVersion: { a: b }',
    'promptVersion=a map is not allowed; allowed: declared, hash. Using declared.',
  ],
  [
    'providerFields',
    'providerFields: { read: 1 }',
    'providerFields.read=1 is not allowed; allowed: true, false. Using true.',
  ],
  [
    'attribution',
    'attribution: { featur: a }',
    "no attribution 'featur'. Allowed: feature, team, customer, costCenter",
  ],
  [
    'requires',
    'requires: [team]',
    "no setting 'requires'. Allowed: disabled, streamUsage, hosts, context, prices, pricesUrl, pricesRefresh, attribution, rules, inbound, outbound, providerFields, promptVersion, require, values, hashUsers, hashKey, metrics, costs, idleTimeoutMs, flushTimeoutMs, exitHandover",
  ],
])('a mistake in %s is one line with its place: %s', (_setting, yaml, expected) => {
  const { told, stage } = configured(`# settings\n${yaml}\n`)
  expect(told).toEqual([`COSTSPAN_CONFIG costspan.yaml:2: ${expected}`])
  expect(stage.attribute(call)).toEqual({})
})
