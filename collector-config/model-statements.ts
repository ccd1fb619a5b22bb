/** Which model of the book a span means: its name as it stands, then what may be taken off it (`pricing/names.ts`). */

import * as names from '../instrumentation/semconv.ts'
import { attribute as at, cache, either, element, every, literal, set, when } from './ottl.ts'
import type { PriceTable } from './price-table.ts'
import { DATES } from './names.ts'
import { nameTable, numberBefore } from './table-literals.ts'

const model = cache('model')
const provider = cache('provider')
const text = cache('text')
const place = cache('place')
const index = cache('index')
const unknown = every(`${index} == nil`, `${cache('why')} == nil`, `${model} != nil`)

/**
 * What is handed from one group of statements to the next, and is gone after the last: `model`, `index` of its program,
 * `region` and `routing` that its name says, `why` it can't be told.
 */
export const LOOKED_UP = 'costspan.looked_up'
export function lookedUp(field: string): string {
  return `${at(LOOKED_UP)}[${literal(field)}]`
}

const ROUTING = 'us|us-gov|eu|apac|jp|au|ca|sa|me|global'
/** Off a name before it is hashed: every form of a name that is tried must leave the same. */
const BEFORE = `^(?:arn:.*/|[^:@]*/)?(?:ft:)?(?:(?:${ROUTING})\\\\.)*`
const AFTER = '(?:\\\\.ft-|[:@]|-v[0-9]|-20[0-9][0-9]).*$'
const TEXTS = 256

/** @param stated the model's name */
export function modelStatements(table: PriceTable, stated: string): readonly string[] {
  const { providerNames } = table
  const known = nameTable(table.names, hashKey, TEXTS)
  const named = `Coalesce([${at(names.ATTR_PROVIDER_NAME)}, ${at(names.ATTR_SYSTEM_LEGACY)}, "unknown"])`
  const hashed = cache('hashed')
  return [
    set(model, `ToLowerCase(${stated})`, `${stated} != nil`),
    set(provider, `ToLowerCase(${named})`),
    set(hashed, model),
    when(`replace_pattern(${hashed}, "${BEFORE}", "")`, `${model} != nil`),
    when(`replace_pattern(${hashed}, "${AFTER}", "")`, `${model} != nil`),
    set(text, element(known.list, known.indexOf(hashed)), `${model} != nil`),
    ...look(model),
    ...plainDated(),
    set(cache('spellings'), literal(providerNames), unknown),
    set(provider, `Coalesce([${cache('spellings')}[${provider}], ${provider}])`, unknown),
    ...bare(),
    ...bedrockProfile(),
    ...tuned(),
    ...look(model),
    ...bedrockVersion(),
    ...dated(),
    ...look(model),
    `keep_keys(span.cache, ["model", "index", "region", "routing", "why"])`,
    set(at(LOOKED_UP), 'span.cache'),
  ]
}

function hashKey(name: string): string {
  const own = name.slice(name.indexOf('/') + 1)
  return [BEFORE, AFTER].reduce(
    (left, pattern) => left.replace(new RegExp(pattern.replaceAll('\\\\', '\\')), ''),
    own,
  )
}

function look(name: string): readonly string[] {
  return [
    set(place, `Index(${text}, Concat(["|", ${provider}, "/", ${name}, "="], ""))`, unknown),
    set(index, numberBefore(text, place), every(unknown, `${place} > 0`)),
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
  const routing = `^(?P<routing>${ROUTING})\\\\.`
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
    ...look(named),
  ]
}

function dated(): readonly string[] {
  return DATES.map((date) => when(`replace_pattern(${model}, "${date}", "")`, unknown))
}
