/**
 * What may be taken off a model's name, and what the name itself says of the call. Names are matched whole after that;
 * families are never guessed: `claude-sonnet-5-5` is not `claude-sonnet-5`.
 */

import type { PriceContext } from '../core/call.ts'
import type { CostReason } from '../core/cost.ts'

export type Implied = Pick<PriceContext, 'routing' | 'region'>

export interface ReadName {
  /** In the order in which they are tried, the name as it stands first. */
  readonly forms: readonly string[]
  /** What the name says beside the model. */
  readonly implied: Implied
  /** What holds where neither the name nor the call says otherwise. */
  readonly assumed: Implied
  /** Set where the name alone tells no model. */
  readonly opaque?: CostReason
}

/**
 * @param name in lower case
 * @param isPrefix whether a word before a slash is only another way to name the provider
 */
export function readName(
  provider: string,
  name: string,
  isPrefix: (word: string) => boolean,
): ReadName {
  const path = RESOURCE.exec(name)
  const pathless = path === null ? name : name.slice(path[0].length)
  const slash = pathless.indexOf('/')
  const bare =
    slash > 0 && isPrefix(pathless.slice(0, slash)) ? pathless.slice(slash + 1) : pathless
  if (provider === 'aws.bedrock') return bedrockName(name, bare)
  const region = path?.[1]
  return {
    forms: distinct([name, bare, ...plainForms(bare)]),
    implied: region === undefined ? {} : { region },
    assumed: {},
  }
}

/** `models/…` of the Gemini API; `projects/P/locations/REGION/publishers/google/models/…` of Vertex AI. */
const RESOURCE =
  /^(?:projects\/[^/]+\/locations\/([^/]+)\/)?(?:publishers\/[^/]+\/)?(?:models|endpoints)\//

function plainForms(bare: string): readonly string[] {
  const tuned = fineTuned(bare)
  return [tuned, withoutDate(bare), withoutDate(tuned)]
}

/**
 * `ft:gpt-4o-2024-08-06:org::id` (OpenAI) and `gpt-4o-2024-08-06.ft-id` (Azure) are billed as `ft:` and the model that
 * was tuned.
 */
function fineTuned(name: string): string {
  if (name.startsWith('ft:')) return name.split(':', 2).join(':')
  const [base = name, id] = name.split('.ft-', 2)
  return id === undefined ? name : `ft:${base}`
}

const DATES = [
  /-20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
  /-20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/,
  /@20\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])$/,
  // Vertex AI: the version that is served by default.
  /@default$/,
]

function withoutDate(name: string): string {
  const date = DATES.find((pattern) => pattern.test(name))
  return date === undefined ? name : name.replace(date, '')
}

/** `arn:aws-us-gov:bedrock:REGION:ACCOUNT:TYPE/NAME`. */
const ARN = /^arn:aws[a-z-]*:bedrock:([^:]*):[^:]*:([a-z-]+)\/(.+)$/
/** Types of ARN whose last part is a model or a profile named after one. Every other is known to its owner only. */
const TELLING: readonly string[] = ['foundation-model', 'inference-profile']
/**
 * Cross-region inference profiles, by the first word of their name.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
 */
const ROUTING = /^(us|us-gov|eu|apac|jp|au|ca|sa|me|global)\./
const IN_REGION: Implied = { routing: 'in_region' }
/** `-v1:0`, `-v2`, `:0`; some state a context window after it: `-v1:0:200k`. */
const VERSION = /(?:-v\d+)?(?::\d+)?(?::\d+k)?$/

function bedrockName(name: string, bare: string): ReadName {
  const [, region, type, last] = ARN.exec(bare) ?? []
  const known = region === undefined || region === '' ? {} : { region }
  if (type !== undefined && !TELLING.includes(type)) {
    const opaque = type === 'provisioned-model' ? 'commitment' : 'unresolved_profile'
    return { forms: distinct([name, bare]), implied: known, assumed: IN_REGION, opaque }
  }
  const profile = last ?? bare
  const routing = ROUTING.exec(profile)?.[1]
  const id = routing === undefined ? profile : profile.slice(routing.length + 1)
  const versionless = id.replace(VERSION, '')
  return {
    forms: distinct([
      ...[name, bare, profile, id],
      ...[id.replace(/(?::\d+)?(?::\d+k)?$/, ''), versionless, withoutDate(versionless)],
    ]),
    implied: routing === undefined ? known : { routing, ...known },
    assumed: IN_REGION,
  }
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)]
}
