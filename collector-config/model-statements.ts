/** Which model of the book a span means: its name as it stands, then what may be taken off it (`pricing/names.ts`). */

import * as names from '../instrumentation/semconv.ts'
import { attribute as at, cache, either, element, every, literal, set, when } from './ottl.ts'
import type { PriceTable } from './price-table.ts'
import { DATES } from './names.ts'
import { BUCKETS, hashIndex, nameBuckets } from './table-literals.ts'

const model = cache('model')
const provider = cache('provider')
const key = cache('key')
const index = cache('index')
const unknown = every(`${index} == nil`, `${cache('why')} == nil`, `${model} != nil`)

export function modelStatements({ names: known, providerNames }: PriceTable): readonly string[] {
  const request = at(names.ATTR_REQUEST_MODEL)
  const response = at(names.ATTR_RESPONSE_MODEL)
  const stated = `Coalesce([${at(names.ATTR_PROVIDER_NAME)}, ${at(names.ATTR_SYSTEM_LEGACY)}, "unknown"])`
  const buckets = nameBuckets(known)
  const look = [
    set(cache('bucket'), element(buckets, hashIndex(key, BUCKETS)), unknown),
    set(index, `${cache('bucket')}[${key}]`, unknown),
  ]
  const keyed = set(key, `Concat([${provider}, "/", ${model}], "")`, unknown)
  return [
    set(
      model,
      `ToLowerCase(${response})`,
      every(`${response} != nil`, `${at(names.ATTR_COST_REASON)} == nil`),
    ),
    set(model, `ToLowerCase(${request})`, every(`${model} == nil`, `${request} != nil`)),
    set(key, `Concat([ToLowerCase(${stated}), "/", ${model}], "")`, `${model} != nil`),
    ...look,
    set(provider, `ToLowerCase(${stated})`, unknown),
    ...plainDated(),
    ...look,
    set(cache('spellings'), literal(providerNames), unknown),
    set(provider, `Coalesce([${cache('spellings')}[${provider}], ${provider}])`, unknown),
    ...bare(),
    ...bedrockProfile(),
    ...tuned(),
    keyed,
    ...look,
    ...bedrockVersion(),
    ...dated(),
    keyed,
    ...look,
    ...missed(),
  ]
}

/** `models/…`, `projects/P/locations/REGION/publishers/google/models/…`; the provider's own name before a slash. */
function bare(): readonly string[] {
  const word = cache('word')
  const own = either(`${word} == ${provider}`, `${cache('spellings')}[${word}] == ${provider}`)
  return [
    set(
      cache('region'),
      `ExtractPatterns(${model}, "^projects/[^/]+/locations/(?P<region>[^/]+)/")["region"]`,
      every(
        unknown,
        `IsMatch(${model}, "^projects/[^/]+/locations/[^/]+/(?:publishers/[^/]+/)?(?:models|endpoints)/")`,
      ),
    ),
    when(
      `replace_pattern(${model}, "^(?:projects/[^/]+/locations/[^/]+/)?(?:publishers/[^/]+/)?(?:models|endpoints)/", "")`,
      unknown,
    ),
    set(
      word,
      `ExtractPatterns(${model}, "^(?P<word>[^/]+)/")["word"]`,
      every(unknown, `IsMatch(${model}, "^[^/]+/")`),
    ),
    when(`replace_pattern(${model}, "^[^/]+/", "")`, every(unknown, `${word} != nil`, own)),
  ]
}

const bedrock = every(unknown, `${provider} == "aws.bedrock"`)
const elsewhere = every(unknown, `${provider} != "aws.bedrock"`)
const ARN = '^arn:aws[a-z-]*:bedrock:(?P<region>[^:]*):[^:]*:(?P<type>[a-z-]+)/(?P<name>.+)$'

/** The last part of an ARN; the word for the way a cross-region profile routes calls. */
function bedrockProfile(): readonly string[] {
  const arn = cache('arn')
  const routing = '^(?P<routing>us|us-gov|eu|apac|jp|au|ca|sa|me|global)\\\\.'
  return [
    set(arn, `ExtractPatterns(${model}, "${ARN}")`, every(bedrock, `HasPrefix(${model}, "arn:")`)),
    set(
      cache('opaque'),
      '"unresolved_profile"',
      every(
        bedrock,
        `${arn}["type"] != nil`,
        `${arn}["type"] != "foundation-model"`,
        `${arn}["type"] != "inference-profile"`,
      ),
    ),
    set(cache('opaque'), '"commitment"', every(bedrock, `${arn}["type"] == "provisioned-model"`)),
    set(cache('why'), cache('opaque'), every(bedrock, `${cache('opaque')} != nil`)),
    set(
      cache('region'),
      `${arn}["region"]`,
      every(bedrock, `${arn}["region"] != nil`, `${arn}["region"] != ""`),
    ),
    set(model, `${arn}["name"]`, every(bedrock, `${arn}["name"] != nil`)),
    set(
      cache('routing'),
      `ExtractPatterns(${model}, "${routing}")["routing"]`,
      every(bedrock, `IsMatch(${model}, "${routing}")`),
    ),
    when(`replace_pattern(${model}, "${routing}", "")`, bedrock),
  ]
}

/** `-v1:0`, `-v2`, `:0`, and a context window after it: `-v1:0:200k`. */
function bedrockVersion(): readonly string[] {
  return [when(`replace_pattern(${model}, "(?:-v\\\\d+)?(?::\\\\d+)?(?::\\\\d+k)?$", "")`, bedrock)]
}

/** `ft:gpt-4o-2024-08-06:org::id` of OpenAI, `gpt-4o-2024-08-06.ft-id` of Azure. */
function tuned(): readonly string[] {
  return [
    when(
      `replace_pattern(${model}, "^(.*?)\\\\.ft-.*$", "ft:$1")`,
      every(elsewhere, `not HasPrefix(${model}, "ft:")`),
    ),
    when(`replace_pattern(${model}, "^(ft:[^:]*):.*$", "$1")`, elsewhere),
  ]
}

/** The most frequent of other forms first: a plain name with a date. Nothing else could be taken off it before. */
function plainDated(): readonly string[] {
  const named = cache('named')
  const plain = every(unknown, `not IsMatch(${model}, "[/:]")`, `${provider} != "aws.bedrock"`)
  return [
    set(named, model, plain),
    ...DATES.map((date) => when(`replace_pattern(${named}, "${date}", "")`, `${named} != nil`)),
    set(key, `Concat([${provider}, "/", ${named}], "")`, `${named} != nil`),
  ]
}

function dated(): readonly string[] {
  return DATES.map((date) => when(`replace_pattern(${model}, "${date}", "")`, unknown))
}

function missed(): readonly string[] {
  const why = cache('why')
  return [
    set(why, '"model_missing"', every(`${why} == nil`, `${model} == nil`)),
    set(why, '"unknown_model"', every(`${why} == nil`, `${index} == nil`)),
  ]
}
