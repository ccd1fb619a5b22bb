/** Hosts by name, those of one's own, and amounts as hosts state them. */

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../instrumentation/config.ts'
import { statedByGateway } from '../../instrumentation/providers/gateways.ts'
import { dollars } from '../../instrumentation/providers/host.ts'
import { hostOf } from '../../instrumentation/providers/hosts.ts'
import { exchangeFixture, play } from '../support/exchange-fixtures.ts'

describe('a host name', () => {
  test.each([
    ['api.openai.com', 'openai'],
    ['eu.api.openai.com', undefined],
    ['api.openai.com.example.com', undefined],
    ['example-resource.openai.azure.com', 'azure.ai.openai'],
    ['example-resource.services.ai.azure.com', 'azure.ai.openai'],
    ['openai.azure.com', undefined],
    ['us-east-1.api.x.ai', 'x_ai'],
    ['notapi.x.ai', undefined],
    ['api.together.xyz', 'together'],
    ['europe-west4-aiplatform.googleapis.com', 'gcp.vertex_ai'],
    ['vllm.internal', undefined],
  ])('%s is %s', (name, provider) => {
    expect(hostOf(name, 'openai.chat')?.provider).toBe(provider)
  })

  test('of Azure means Azure for OpenAI’s forms only: Claude there is priced as Anthropic’s', () => {
    const name = 'example-resource.services.ai.azure.com'
    expect(hostOf(name, 'anthropic.messages')).toBeUndefined()
  })
})

describe('usage of a stream is asked for on an application’s behalf', () => {
  const url = (host: string, path: string): string => `https://${host}/v1/${path}`
  test.each([
    ['api.openai.com', 'chat/completions', true],
    ['api.openai.com', 'completions', true],
    ['api.deepseek.com', 'chat/completions', true],
    ['api.deepseek.com', 'completions', false],
    ['api.mistral.ai', 'chat/completions', false],
    ['example-resource.openai.azure.com', 'chat/completions', true],
    ['example-resource.services.ai.azure.com', 'chat/completions', false],
    ['llm.internal', 'chat/completions', false],
  ])('at %s for %s: %s', async (host, path, asked) => {
    const fixture = exchangeFixture(
      path === 'completions' ? 'openai-completions/stream' : 'vllm/stream',
    )
    const { stream_options: _, ...body } = fixture.request.body as Record<string, unknown>
    const { sent } = await play(
      { ...fixture, request: { url: url(host, path), body } },
      { pieces: 64 },
    )
    expect(sent?.includes('"stream_options":{"include_usage":true}')).toBe(asked)
  })
})

describe('an amount', () => {
  test.each([
    [0.95, '0.95'],
    [0, '0'],
    [1e-7, '0.000000100000000'],
    [0.1 + 0.2, '0.300000000000000'],
    ['2.85e-05', '0.0000285'],
    ['0.0012', '0.0012'],
    [-1, undefined],
    ['', undefined],
    ['None', undefined],
    ['0x10', undefined],
    [Infinity, undefined],
    [Number.NaN, undefined],
    [null, undefined],
    [{}, undefined],
  ])('%o is %s', (said, amount) => {
    expect(dollars(said)).toBe(amount)
  })

  test('of 0 in a LiteLLM header says that it has no price, and none in it that there is no header', () => {
    const stated = (cost?: string) =>
      statedByGateway(new Headers(cost === undefined ? {} : { 'x-litellm-response-cost': cost }))
    expect([stated('0.5'), stated('0.0'), stated('None'), stated()]).toEqual([
      '0.5',
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('hosts of one’s own', () => {
  test('have the provider that the configuration names, and none otherwise', async () => {
    const fixture = exchangeFixture('vllm/plain')
    const { call } = await play(fixture, { hosts: { 'vllm.internal': 'vllm' } })
    expect(call?.request.provider).toBe('vllm')
    expect((await play(fixture)).call?.request.provider).toBe('openai')
  })

  test('that pass xAI on state what it billed, as xAI does', async () => {
    const xai = exchangeFixture('xai/plain')
    const { request } = xai
    const moved = {
      ...xai,
      request: { ...request, url: 'http://proxy.internal/v1/chat/completions' },
    }
    const { call, cost } = await play(moved, { hosts: { 'proxy.internal': 'x_ai' } })
    expect(call?.request.provider).toBe('x_ai')
    expect(cost).toMatchObject({ source: 'provider', exact: '0.0037756' })
    expect((await play(moved)).cost).toMatchObject({ kind: 'unpriced' })
  })

  test('that are a LiteLLM proxy keep its cost header', async () => {
    const { call, cost } = await play(exchangeFixture('litellm/plain'), {
      hosts: { 'litellm.internal': 'litellm' },
    })
    expect(call?.request.provider).toBe('litellm')
    expect(cost).toMatchObject({ source: 'provider', exact: '0.0000285' })
  })

  test('are read from the configuration file; what is not sound is one line with its place', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'hosts-')), 'costspan.yaml')
    const lines = [
      'hosts:',
      '  vllm.internal: vllm',
      '  http://x: vllm',
      '  y: 7',
      '  "[::1]": ollama',
    ]
    writeFileSync(file, lines.join('\n'))
    const { hosts, problems } = readConfig({ COSTSPAN_CONFIG: file })
    expect(hosts).toEqual({ 'vllm.internal': 'vllm', '[::1]': 'ollama' })
    expect(problems).toEqual([
      expect.stringMatching(/costspan\.yaml:3: 'http:\/\/x' is no host name; allowed: /),
      expect.stringMatching(/costspan\.yaml:4: y=7 is not allowed; allowed: a provider's name/),
    ])
    writeFileSync(file, 'hosts: [vllm.internal]')
    const listed = readConfig({ COSTSPAN_CONFIG: file })
    expect(listed.hosts).toEqual({})
    expect(listed.problems).toEqual([expect.stringMatching(/:1: hosts=a list is not allowed/)])
  })
})
