import { context, trace, type Attributes } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { patternOf } from '../../instrumentation/attribution/pattern.ts'
import type { OpenSpans } from '../../instrumentation/record/surroundings.ts'
import { withAttribution } from '../../instrumentation/index.ts'
import { configured, type Configured } from '../support/attribution-settings.ts'

const call = { provider: 'openai', model: 'gpt-5.4-mini' }

/** Whoever wants to be told of spans at the moment. */
let openSpans: OpenSpans | undefined
const nothing = (): Promise<void> => Promise.resolve()

beforeAll(() => {
  trace.setGlobalTracerProvider(
    new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'shop' }),
      spanProcessors: [
        {
          onStart: (span) => openSpans?.opened(span),
          onEnd: (span) => openSpans?.closed(span),
          forceFlush: nothing,
          shutdown: nothing,
        },
      ],
    }),
  )
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterAll(() => {
  trace.disable()
  context.disable()
})
beforeEach(() => {
  openSpans = undefined
})

function rules(text: string, yaml = ''): Configured {
  const made = configured(yaml, { rules: text })
  openSpans = made.stage.openSpans
  return made
}

/** Runs in nested spans with these attributes, the outermost first. */
function inSpans<T>([outer, ...rest]: readonly Attributes[], run: () => T): T {
  if (outer === undefined) return run()
  return trace.getTracer('test').startActiveSpan('span', { attributes: outer }, (span) => {
    try {
      return inSpans(rest, run)
    } finally {
      span.end()
    }
  })
}

describe('rules', () => {
  test('say whom calls are for by model, provider, service, route and span attributes; * is anything', () => {
    const { stage, told } = rules(`
- match: { model: [claude-*, gpt-5.4*] }
  set: { feature: chat }
- match: { provider: anthropic }
  set: { team: wrong }
- match: { service: sh*p }
  set: { costCenter: cc-7 }
- match: { route: /api/support/* }
  set: { team: care }
- match: { attributes: { tenant.tier: gold, tenant.size: 7 } }
  set: { tags: { tier: gold } }
`)
    const spans = [
      { 'http.route': '/api/support/:id', 'tenant.tier': 'gold', 'tenant.size': 7 },
      { step: 'inner' },
    ]
    expect(inSpans(spans, () => stage.attribute(call))).toEqual({
      feature: 'chat',
      costCenter: 'cc-7',
      team: 'care',
      tags: { tier: 'gold' },
    })
    expect(stage.attribute({ provider: 'openai', model: 'o3' })).toEqual({})
    expect(told).toEqual([])
  })

  test('all apply, and for each field the first in the file wins; a rule without match is for the rest', () => {
    const { stage } = rules(`
- { match: { model: gpt-* }, set: { feature: first } }
- { match: { model: gpt-5* }, set: { feature: second, team: care } }
- { set: { feature: rest, team: rest, costCenter: rest } }
`)
    expect(stage.attribute(call)).toEqual({ feature: 'first', team: 'care', costCenter: 'rest' })
    expect(stage.attribute({ provider: 'x' })).toEqual({
      feature: 'rest',
      team: 'rest',
      costCenter: 'rest',
    })
  })

  test('stand below what the code and the request say and above the defaults, unless they override', () => {
    const { stage } = rules(
      `
- { set: { feature: rule, team: rule, customer: rule, costCenter: rule } }
- { match: { model: gpt-* }, set: { customer: override }, override: true }
`,
      'attribution: { feature: default, costCenter: default }',
    )
    const stated = { team: 'request', feature: 'request' }
    withAttribution({ feature: 'code', customer: 'code' }, () => {
      expect(stage.attribute({ ...call, stated })).toEqual({
        feature: 'code',
        team: 'request',
        customer: 'override',
        costCenter: 'rule',
      })
    })
  })

  test('take values from span attributes, the nearest span that has them, and set stands in', () => {
    const { stage } = rules(`
- set: { customer: unknown, feature: chat }
  from: { customer: tenant.id, conversation: app.conversation, tags.plan: tenant.plan, unit.ticket: none }
`)
    const outer = { 'tenant.id': 'outer', 'tenant.plan': 'pro' }
    const inner = { 'tenant.id': 'inner', 'app.conversation': 42 }
    expect(inSpans([outer, inner], () => stage.attribute(call))).toEqual({
      feature: 'chat',
      customer: 'inner',
      unit: { type: 'conversation', id: '42' },
      tags: { plan: 'pro' },
    })
    expect(stage.attribute(call)).toEqual({ feature: 'chat', customer: 'unknown' })
  })

  test('know route and path of the server span, old names and what frameworks add to its context', () => {
    const { stage } = rules(
      '- { match: { route: [/a/*, "/b/:id", /c] }, set: { feature: matched } }',
    )
    const matched = (run: () => { feature?: string }) => run().feature
    const ask = () => stage.attribute(call)
    expect(matched(() => inSpans([{ 'url.path': '/a/17/x' }], ask))).toBe('matched')
    expect(matched(() => inSpans([{ 'http.target': '/c?q=/a/' }], ask))).toBe('matched')
    expect(matched(() => inSpans([{ 'http.target': '/d?q=/a/' }], ask))).toBeUndefined()
    const key = Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA')
    const metadata = context.active().setValue(key, { type: 'http', route: '/b/:id' })
    expect(matched(() => context.with(metadata, ask))).toBe('matched')
  })

  test('a span that has ended is not asked any more', () => {
    const { stage } = rules('- { from: { customer: tenant.id } }')
    const tracer = trace.getTracer('test')
    const outer = tracer.startSpan('outer', { attributes: { 'tenant.id': 'gone' } })
    const inner = tracer.startSpan('inner', {}, trace.setSpan(context.active(), outer))
    outer.end()
    const asked = context.with(trace.setSpan(context.active(), inner), () => stage.attribute(call))
    inner.end()
    expect(asked).toEqual({})
  })

  test('10,000 different paths are answered rightly each', () => {
    const { stage } = rules('- { match: { route: "*/1" }, set: { feature: one } }')
    const wrong = Array.from({ length: 10_000 }, (_, i) => `/p/${i}`).filter((path) => {
      const { feature } = inSpans([{ 'url.path': path }], () => stage.attribute(call))
      return (feature === 'one') !== path.endsWith('/1')
    })
    expect(wrong).toEqual([])
  })
})

test.each<[string, string, boolean]>([
  ['gpt-5.4', 'gpt-5.4', true],
  ['gpt-5.4', 'gpt-5x4', false],
  ['gpt-*', 'gpt-', true],
  ['*-mini', 'gpt-5.4-mini', true],
  ['*-mini', 'gpt-5.4-mini-2026', false],
  ['/a/*/c', '/a/b/c', true],
  ['/a/*/c', '/a/c', false],
  ['a*a', 'a', false],
  ['*a*b*', 'xxaxxbxx', true],
  ['*a*b*', 'xxbxxaxx', false],
  ['*', 'anything', true],
  ['[a-z]+', 'abc', false],
])('pattern %s on %s: %s', (pattern, value, expected) => {
  expect(patternOf(pattern)(value)).toBe(expected)
})

describe('a rules file with mistakes', () => {
  test.each<[string, string, string]>([
    [
      'an unknown condition',
      '- match: { rout: /a }\n  set: { feature: a }',
      "rules.yaml:1: rule 1: no key 'rout'; allowed: service, route, model, provider, attributes. The rule is left out.",
    ],
    [
      'an unknown field',
      '- name: support\n  set:\n    featur: a',
      "rules.yaml:3: rule 1 (support): no key 'featur'; allowed: feature, team, customer, costCenter, user, session, conversation, prompt, unit, tags. The rule is left out.",
    ],
    [
      'a value that is none',
      '- set: { feature: [a, b] }',
      'rules.yaml:1: rule 1: set.feature must be a text. The rule is left out.',
    ],
    [
      'a prompt that is a text',
      '- set: { prompt: triage }',
      'rules.yaml:1: rule 1: set.prompt must be a map with name and version. The rule is left out.',
    ],
    [
      'an empty pattern',
      '- { match: { model: "" }, set: { feature: a } }',
      'rules.yaml:1: rule 1: match.model must be a text with * for anything, or a list of such. The rule is left out.',
    ],
    [
      'a field in from that is none',
      '- { from: { tenant: x } }',
      'rules.yaml:1: rule 1: from.tenant is no field; allowed: feature, team, customer, costCenter, user, session, conversation, prompt.name, prompt.version, unit.<type>, tags.<key>. The rule is left out.',
    ],
    [
      'nothing to say',
      '- { match: { model: a } }',
      "rules.yaml:1: rule 1: says nothing: it needs 'set' or 'from'. The rule is left out.",
    ],
    [
      'a rule that is a text',
      '- feature',
      'rules.yaml:1: rule 1: must be a map with match and set. The rule is left out.',
    ],
    ['a map', 'match: {}', 'rules.yaml: must be a list of rules.'],
    [
      'broken YAML',
      '- set: { team: a }\n- { set: 1, set: 2 }',
      'rules rules.yaml:2: Map keys must be unique; allowed: YAML or JSON. There are no rules then.',
    ],
  ])('%s is named with file, line and reason', (_name, text, expected) => {
    const { told, stage } = rules(`${text}\n`)
    expect(told[0]).toBe(expected)
    expect(stage.attribute(call)).toEqual({})
  })

  test('loses the bad rules and keeps the others', () => {
    const { stage, told } = rules(`
- set: { feature: good }
- set: { team: [] }
- set: { costCenter: good }
`)
    expect(told).toEqual(['rules.yaml:3: rule 2: set.team must be a text. The rule is left out.'])
    expect(stage.attribute(call)).toEqual({ feature: 'good', costCenter: 'good' })
  })

  test('that is not there is named, and everything else goes on', () => {
    const { stage, told } = configured('', { env: { COSTSPAN_RULES: '/nowhere/rules.yaml' } })
    expect(told).toEqual([
      "rules /nowhere/rules.yaml: can't be read (ENOENT); allowed: a YAML or JSON file. There are no rules then.",
    ])
    expect(stage.attribute(call)).toEqual({})
  })

  test('stands in the configuration file as well, with its lines', () => {
    const { stage, told } = configured(
      'context: on\nrules:\n  - set: { feature: a }\n  - set: { feature: { b: c } }\n',
    )
    expect(told).toEqual([
      'COSTSPAN_CONFIG costspan.yaml:4: rule 2: set.feature must be a text. The rule is left out.',
    ])
    expect(stage.attribute(call)).toEqual({ feature: 'a' })
  })
})
