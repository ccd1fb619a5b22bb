/** What else runs in the company: steady, so that it explains nothing. */

import { withAttribution } from '../../instrumentation/index.ts'
import { SUMMARY_INSTRUCTIONS } from '../story/scenario.ts'
import { proseOf } from '../simulator/tokens.ts'
import type { Clients } from './clients.ts'

export interface Job {
  /** Over the whole story. */
  readonly times: number
  run(index: number): Promise<unknown>
}

export function backgroundJobs(clients: Clients): readonly Job[] {
  return [
    { times: 40, run: (index) => search(clients, index) },
    { times: 24, run: (index) => summary(clients, index) },
    { times: 30, run: (index) => draft(clients, index) },
    { times: 1, run: () => abandonedDraft(clients) },
    { times: 2, run: () => tags(clients) },
    { times: 2, run: () => forgotten(clients) },
  ]
}

function search({ openai }: Clients, index: number): Promise<unknown> {
  return withAttribution(
    { feature: 'search-embeddings', team: 'search', unit: { type: 'search', id: `s${index}` } },
    () =>
      openai.embeddings.create({
        model: 'text-embedding-3-small',
        input: Array.from({ length: 4 }, () => proseOf(500 + (index % 5) * 10)),
      }),
  )
}

function summary({ anthropic }: Clients, index: number): Promise<unknown> {
  const customer = index % 3 === 0 ? 'globex' : 'initech'
  return withAttribution(
    {
      feature: 'doc-summary',
      team: 'documents',
      customer,
      unit: { type: 'document', id: `d${index}` },
      prompt: { name: 'summary', version: 'v4' },
    },
    () =>
      anthropic.messages
        .stream({
          model: 'claude-sonnet-5',
          max_tokens: 1_000,
          system: [
            {
              type: 'text',
              text: proseOf(SUMMARY_INSTRUCTIONS),
              cache_control: { type: 'ephemeral' },
            },
          ],
          messages: [{ role: 'user', content: proseOf(2_000 + (index % 4) * 50) }],
        })
        .finalMessage(),
  )
}

const DRAFTS = { feature: 'email-drafts', team: 'sales', prompt: { name: 'draft', version: 'v2' } }

function draft({ openai }: Clients, index: number): Promise<unknown> {
  const customer = index % 2 === 0 ? 'umbrella' : 'acme'
  return withAttribution({ ...DRAFTS, customer, unit: { type: 'email', id: `e${index}` } }, () =>
    openai.responses.create({
      model: 'gpt-5-mini',
      instructions: proseOf(900),
      input: proseOf(600 + (index % 6) * 10),
      max_output_tokens: 2_000,
    }),
  )
}

/** Somebody closes the window while the draft is being written. */
function abandonedDraft({ openai }: Clients): Promise<unknown> {
  return withAttribution({ ...DRAFTS, unit: { type: 'email', id: 'abandoned' } }, async () => {
    const events = await openai.responses.create({
      model: 'gpt-5-mini',
      instructions: proseOf(900),
      input: proseOf(600),
      max_output_tokens: 2_000,
      stream: true,
    })
    let pieces = 0
    for await (const event of events) {
      if (event.type === 'response.output_text.delta') pieces += 1
      if (pieces === 5) break
    }
  })
}

/** A model of their own, for which no price is known. */
function tags({ openai }: Clients): Promise<unknown> {
  return withAttribution({ feature: 'ticket-tags', team: 'support' }, () =>
    openai.chat.completions.create({
      model: 'house-llm-7b',
      messages: [{ role: 'user', content: proseOf(300) }],
    }),
  )
}

/** Nobody said whose call this is. */
function forgotten({ openai }: Clients): Promise<unknown> {
  return openai.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: proseOf(400) }],
  })
}
