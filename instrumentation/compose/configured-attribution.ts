/** The attribution stage as it is configured: nothing of it is there that is not. */

import { createAttributor, type AttributionSources } from '../attribution/attributor.ts'
import {
  createPolicy,
  type Notices,
  type Policy,
  type PolicySettings,
} from '../attribution/policy.ts'
import { createVersionLimit } from '../attribution/prompt-version.ts'
import { createRuling, type Rule } from '../attribution/rules.ts'
import { readAttributionSettings, type AttributionSettings } from '../attribution/settings.ts'
import type { Config } from '../config.ts'
import { mergeAttribution, type Attribution } from '../core/attribution.ts'
import { keyedHash, remembered } from '../keyed-hash.ts'
import { watchInboundRequests } from '../propagation/http-server.ts'
import { createInboundReader, inboundRequest, mappedAttribution } from '../propagation/inbound.ts'
import { baggageIn, createCarry, createOutbound } from '../propagation/outbound.ts'
import { systemPrompt } from '../providers/system-prompt.ts'
import { activeContext } from '../record/otel-globals.ts'
import { createSurroundings, type Surroundings } from '../record/surroundings.ts'
import { sharedState } from '../shared-state.ts'
import { CONTEXT, statedFields, told, type StageMaker } from './attribution.ts'

export const configuredStage: StageMaker = (config, count, say) => {
  const settings = settingsOf(config, say)
  const notices = createNotices(count, say)
  const surroundings = settings.rules.length > 0 ? createSurroundings() : undefined
  const users = usersOf(settings, config, say)
  const policy = policyOf(settings, users, notices)
  const clean = (attribution: Attribution): Attribution =>
    policy === undefined ? attribution : policy.clean(attribution, false)
  const sources = sourcesOf(settings, config, { policy, users, surroundings, notices, say })
  return {
    attribute: createAttributor(sources),
    check: settings.require.length > 0 ? policy?.check : undefined,
    outbound: createOutbound(CONTEXT, settings.outbound),
    openSpans: surroundings,
    install() {
      const state = sharedState()
      const { put } = settings.outbound
      if (put.length > 0) state.carry = createCarry(CONTEXT, settings.outbound, clean)
      if (!wantsRequests(settings)) return () => undefined
      const read = createInboundReader(settings.inbound)
      state.readInbound = read
      return watchInboundRequests(read)
    },
  }
}

function settingsOf({ attribution }: Config, say: (line: string) => void): AttributionSettings {
  const { settings, rules } = attribution
  const tell = (place: string, problem: string): void => {
    say(`${place}: ${problem}.`)
  }
  return readAttributionSettings(
    settings,
    rules && {
      value: rules.value,
      complain(path, problem) {
        tell(rules.placeOf(path), problem)
      },
    },
    (path, problem) => {
      tell(attribution.placeOf(path), problem)
    },
  )
}

function wantsRequests({ inbound, rules }: AttributionSettings): boolean {
  const byRoute = rules.some((rule) => rule.route !== undefined)
  return byRoute || inbound.headers.length > 0 || inbound.baggage.length > 0
}

interface Parts {
  readonly policy: Policy | undefined
  readonly users: Users
  readonly surroundings: Surroundings | undefined
  readonly notices: Notices
  readonly say: (line: string) => void
}

function sourcesOf(
  settings: AttributionSettings,
  config: Config,
  { policy, users, surroundings, notices, say }: Parts,
): AttributionSources {
  const { inbound, providerFields } = settings
  const { read, tags } = providerFields
  const reads = inbound.headers.length > 0 || inbound.baggage.length > 0
  const version = versionsOf(settings, config, notices, say)
  const settle = settling(policy, version)
  return {
    defaults: config.defaults,
    told,
    stated: statedFields({
      read,
      wanted: (key) => tags.some((matches) => matches(key)),
      session: (cacheKey) => asUser(users, cacheKey),
    }),
    ...(surroundings ? { rules: rulingOf(settings.rules, config, surroundings) } : {}),
    ...(reads ? { inbound: () => inboundAttribution(settings) } : {}),
    ...(settle ? { settle } : {}),
  }
}

function rulingOf(
  rules: readonly Rule[],
  { attribution }: Config,
  surroundings: Surroundings,
): NonNullable<AttributionSources['rules']> {
  const ruling = createRuling(rules)
  return ({ provider, model }) =>
    ruling({
      provider,
      model,
      attribute: surroundings.attribute,
      service: () => surroundings.service() ?? attribution.service,
      routes() {
        const path = inboundRequest()?.path
        const routes = surroundings.routes()
        return path === undefined ? routes : [...routes, path]
      },
    })
}

/** Headers stand over baggage: they are what somebody at the edge of this service has set. */
function inboundAttribution({ inbound }: AttributionSettings): Attribution | undefined {
  const request = inboundRequest()
  const active = inbound.baggage.length > 0 ? baggageIn(activeContext()) : undefined
  const carried =
    active === undefined
      ? request?.baggage
      : mappedAttribution(inbound.baggage, (key) => active.getEntry(key)?.value)
  if (carried === undefined) return request?.headers
  return request?.headers === undefined ? carried : mergeAttribution(carried, request.headers)
}

const NO_KEY =
  'needs a key: set COSTSPAN_HASH_KEY to the same secret in all processes of the deployment'
/** Digits of a prompt's version: short enough for a label, 2^48 apart. */
const VERSION_DIGITS = 12
const USER_DIGITS = 32

type Users = PolicySettings['users']

function usersOf(
  { hashUsers }: AttributionSettings,
  { attribution: { hashKey, placeOf } }: Config,
  say: (line: string) => void,
): Users {
  if (!hashUsers) return 'plain'
  if (hashKey !== undefined) return remembered(keyedHash(hashKey, USER_DIGITS))
  say(`${placeOf(['hashUsers'])}: hashUsers ${NO_KEY}. User ids are left out.`)
  return 'drop'
}

/** What may be a user's id, as user ids are to be recorded. */
function asUser(users: Users, id: string): string | undefined {
  if (users === 'plain') return id
  return users === 'drop' ? undefined : users(id)
}

function policyOf(
  { require, values }: AttributionSettings,
  users: Users,
  notices: Notices,
): Policy | undefined {
  const none = require.length === 0 && values.length === 0 && users === 'plain'
  return none ? undefined : createPolicy({ require, values, users }, notices)
}

type Versions = (attribution: Attribution, body: string) => Attribution

function versionsOf(
  { promptVersion }: AttributionSettings,
  { attribution: { hashKey, placeOf } }: Config,
  notices: Notices,
  say: (line: string) => void,
): Versions | undefined {
  if (promptVersion !== 'hash') return undefined
  if (hashKey === undefined) {
    say(`${placeOf(['promptVersion'])}: promptVersion: hash ${NO_KEY}. Prompts get no versions.`)
    return undefined
  }
  const hash = keyedHash(hashKey, VERSION_DIGITS)
  const limit = createVersionLimit((prompt) => {
    notices.count('prompt_versions')
    notices.once(
      `versions ${prompt}`,
      () =>
        `attribution: prompt '${prompt}' has had 20 versions in this process; further ones are 'varying'. ` +
        'A system prompt with the date or a name in it needs a declared version.',
    )
  })
  return (attribution, body) => {
    if (attribution.prompt?.version !== undefined) return attribution
    const text = systemPrompt(body)
    if (text === '') return attribution
    const name = attribution.prompt?.name
    const version = limit(name ?? attribution.feature ?? '', hash(text))
    return { ...attribution, prompt: { ...attribution.prompt, version } }
  }
}

function settling(
  policy: Policy | undefined,
  version: Versions | undefined,
): AttributionSources['settle'] {
  if (policy === undefined && version === undefined) return undefined
  return (attribution, { body, ahead }) => {
    const versioned =
      version === undefined || body === undefined ? attribution : version(attribution, body)
    return policy === undefined ? versioned : policy.clean(versioned, ahead !== true)
  }
}

/** Subjects told of; a process must not fill anybody's log. */
const MAX_TOLD = 100

function createNotices(count: (reason: string) => void, say: (line: string) => void): Notices {
  const told = new Set<string>()
  return {
    count,
    once(subject, line) {
      if (told.has(subject) || told.size >= MAX_TOLD) return
      told.add(subject)
      say(line())
    },
  }
}
