/** `costspan prices`: what the price book has, where it is from, and how it differs from others. */

import { bundledSource } from '../../instrumentation/pricing/bundled.ts'
import { readPriceFile } from '../../instrumentation/prices-file.ts'
import { nearest } from '../../instrumentation/pricing/nearest.ts'
import type { PriceBook, PriceBookSource } from '../../instrumentation/pricing/index.ts'
import { ratesAt } from '../../instrumentation/pricing/rates.ts'
import { providerNamed, resolve } from '../../instrumentation/pricing/resolve.ts'
import { columns } from '../../local/columns.ts'
import { Failure, Misuse, type Command, type ExitCode } from '../command.ts'
import { instantOption, parseOptions } from '../options.ts'
import { bookFor, priceFiles } from '../price-book.ts'
import { aliasesOfModel, listOf, rulesOfModel, type NamedPrices } from '../prices-source.ts'
import { comparisonText, ruleLines, shortened } from '../prices-text.ts'
import { compared } from './prices-check.ts'
import { pricesUpdate } from './prices-update.ts'

const help = `
costspan prices list [--provider NAME] [--at DATE] [--json]
costspan prices show MODEL [--provider NAME] [--at DATE] [--json]
costspan prices check [--against FILE] [--at DATE] [--json]
costspan prices update [--url URL | --from FILE] [--force] [--json]

  list    the providers of the price book, or with --provider the models of one and their rates
  show    each rate of a model there ever was, with its source; MODEL is any name that a call could have
  check   compares with another catalogue and prints what differs; nothing is merged
  update  fetches newer list prices, checks them and keeps them as the last good ones

  --provider NAME  as in gen_ai.provider.name: openai, anthropic, aws.bedrock, ...
  --at DATE        the rates of this day or instant; default now
  --against FILE   a price file, or a data.json of genai-prices; default: the installed @pydantic/genai-prices
  --prices FILE    your own price file over the bundled prices; may be repeated; default $COSTSPAN_PRICES
  --json           JSON on stdout
  --help           this text

USD per 1M tokens or characters; per 1,000 searches, requests or pages; each per image, session or second of video.
`

interface Options {
  readonly provider?: string | undefined
  readonly at: number
  readonly against?: string | undefined
  readonly prices: readonly string[]
  readonly json: boolean
}

export const prices: Command = {
  name: 'prices',
  summary: 'lists and shows the price book, compares it, fetches a newer one',
  help,
  async run([name = '', ...args]) {
    if (name === 'update') return await pricesUpdate(args)
    const { values, positionals } = parseOptions(
      `prices ${name}`,
      args,
      {
        provider: { type: 'string' },
        at: { type: 'string' },
        against: { type: 'string' },
        prices: { type: 'string', multiple: true },
        json: { type: 'boolean', default: false },
      },
      name === 'show',
    )
    const options: Options = {
      provider: values.provider,
      at: values.at === undefined ? Date.now() : instantOption('at', values.at),
      against: values.against,
      prices: values.prices ?? [],
      json: values.json,
    }
    if (name === 'list') return await list(options)
    if (name === 'show') return await show(positionals, options)
    if (name === 'check') return await check(options)
    throw new Misuse(`costspan prices: no '${name}'. Allowed: list, show MODEL, check, update`)
  },
}

function print(json: boolean, value: unknown, text: () => string): ExitCode {
  process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : text())
  return 0
}

function filesOf({ prices: paths }: Options): readonly NamedPrices[] {
  return [
    { name: 'bundled', source: bundledSource() },
    ...priceFiles(paths).map((path) => ({ name: path, source: readPriceFile(path) })),
  ]
}

async function list(options: Options): Promise<ExitCode> {
  const book = await bookFor('prices list', options.prices)
  const files = filesOf(options)
  if (options.provider !== undefined) return listModels(options.provider, book, options)
  const names = [...new Set(files.flatMap(({ source }) => Object.keys(source.providers ?? {})))]
  const rows = names.sort().map((provider) => {
    const rules = files.flatMap(({ source }) => {
      const own = source.providers?.[provider]
      const models = Object.entries(own?.models ?? {})
      return models.map(([model, value]) => {
        const last = listOf(value).at(-1)
        const fact = typeof last?.source === 'string' ? own?.sources?.[last.source] : last?.source
        return { model, confidence: fact?.confidence ?? 'own' }
      })
    })
    const count = (confidence: string): number =>
      rules.filter((rule) => rule.confidence === confidence).length
    return {
      provider,
      models: rules.length,
      vendor: count('vendor'),
      secondary: count('secondary'),
      catalogue: count('catalogue'),
      own: count('own'),
    }
  })
  return print(options.json, { version: book.version, providers: rows }, () => {
    const heads = ['provider', 'models', 'vendor', 'secondary', 'catalogue', 'own']
    const cells = rows.map((row) => Object.values(row).map(String))
    const sum = (key: 'models' | 'vendor' | 'secondary' | 'catalogue' | 'own'): string =>
      String(rows.reduce((all, row) => all + row[key], 0))
    const total = [
      'all',
      sum('models'),
      sum('vendor'),
      sum('secondary'),
      sum('catalogue'),
      sum('own'),
    ]
    return `${columns([heads, ...cells, total], 1)}${rows.length} providers, price book ${book.version}\n`
  })
}

function listModels(name: string, book: PriceBook, options: Options): ExitCode {
  const provider = providerNamed(book.layers, name)
  const models = book.layers.flatMap((layer) => layer.provider(provider)?.models ?? [])
  if (models.length === 0) {
    const known = [...new Set(book.layers.flatMap((layer) => layer.providers))].sort()
    throw new Misuse(`--provider ${name}: not in the price book. Allowed: ${known.join(', ')}`)
  }
  const rows = [...new Set(models)].sort().flatMap((model) => {
    const rates = ratesAt(book, { provider, model, at: options.at })
    return rates === undefined ? [] : [{ model, rates }]
  })
  return print(options.json, { provider, version: book.version, models: rows }, () => {
    const shown = ['input', 'cache_read', 'output'] as const
    const cells = rows.map(({ model, rates }) => {
      const rest = Object.keys(rates).filter((rate) => !shown.some((known) => known === rate))
      return [model, ...shown.map((rate) => rates[rate] ?? '-'), shortened(rest, 40)]
    })
    return columns([['model', ...shown, 'also'], ...cells], 1)
  })
}

async function show(words: readonly string[], options: Options): Promise<ExitCode> {
  const [name, ...more] = words
  if (name === undefined || more.length > 0) {
    throw new Misuse('costspan prices show: one model. Allowed: costspan prices show gpt-4o')
  }
  const book = await bookFor('prices show', options.prices)
  const files = filesOf(options)
  const asked =
    options.provider === undefined
      ? [...new Set(book.layers.flatMap((layer) => layer.providers))].sort()
      : [options.provider]
  const found = asked.flatMap((provider) => {
    const target = resolve(book.layers, provider, name, options.at)
    if ('reason' in target) return []
    // Of a provider that only lends its models nothing is listed.
    if (options.provider === undefined && target.provider !== provider) return []
    const rules = rulesOfModel(files, target.provider, target.model)
    const rates = ratesAt(book, { provider, model: name, at: options.at })
    const aliases = aliasesOfModel(files, target.provider, target.model)
    return [{ ...target, rates: rates ?? {}, aliases, rules }]
  })
  if (found.length === 0) throw unknownModel(name, book, options)
  return print(options.json, { version: book.version, found }, () =>
    found
      .map(({ provider, model, aliases, rules }) => {
        const variants = Object.assign(
          {},
          ...files.map(({ source }) => source.providers?.[provider]?.variants ?? {}),
        ) as NonNullable<NonNullable<PriceBookSource['providers']>[string]['variants']>
        const also = aliases.length === 0 ? '' : `  also ${aliases.slice(0, 6).join(', ')}\n`
        const lines = rules.map((rule) => ruleLines(rule, variants)).join('')
        return `${provider}/${model}\n${also}${lines}`
      })
      .join('\n'),
  )
}

/** One line: the names most like it, of the provider asked for or of all. */
function unknownModel(name: string, { layers }: PriceBook, { provider, at }: Options): Failure {
  if (provider !== undefined) {
    const miss = resolve(layers, provider, name, at)
    const known = layers.some((layer) => layer.providers.includes(providerNamed(layers, provider)))
    const said = 'reason' in miss && known ? miss.detail : `no provider '${provider}'`
    return new Failure(`costspan prices show: ${said}; costspan prices list has all`)
  }
  const models = layers.flatMap((layer) =>
    layer.providers.flatMap((own) => layer.provider(own)?.models ?? []),
  )
  const near = nearest(name.toLowerCase(), [...new Set(models)].sort())
  const hint = near.length === 0 ? '' : `; nearest: ${near.join(', ')}`
  return new Failure(
    `costspan prices show: no model '${name}' in the price book${hint}; costspan prices list has all`,
  )
}

async function check(options: Options): Promise<ExitCode> {
  const ours = await bookFor('prices check', options.prices)
  const { theirs, found } = await compared(ours, filesOf(options), options)
  return print(
    options.json,
    { ours: ours.version, theirs, ...found },
    () => `price book ${ours.version} against ${theirs}\n${comparisonText(found)}`,
  )
}
