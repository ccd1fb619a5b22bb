/**
 * What is measured: the program bare, with costspan and with each peer, on the newest `openai` that it sees.
 * Packages are pinned; `install.ts` installs those of a peer into a folder of its own.
 */

import { fileURLToPath } from 'node:url'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

export interface Variant {
  readonly name: string
  /** Of `openai`: what it adds is told against the bare program on the same one. */
  readonly openai: string
  /** What the program is started with, besides the in-memory provider. */
  readonly preload?: string
  /** The package that is compared, first, and what it is set up with. Absent: what this project has installed. */
  readonly packages?: Readonly<Record<string, string>>
  /** Measured at start-up only. */
  readonly startOnly?: true
}

/** Installed here as a development dependency. */
const OPENAI_7 = '7.57.0'
/** The last that instrumentations capped at `<7` see. */
const OPENAI_6 = '6.49.0'

const REGISTER = path('../../dist/instrumentation/register.js')
const peer = (file: string): string => path(`./apps/peers/${file}.cjs`)
/** OpenTelemetry 3.x, as costspan has it. */
const SDK_NODE = { '@opentelemetry/api': '1.10.0', '@opentelemetry/sdk-node': '0.301.0' }

export const VARIANTS: readonly Variant[] = [
  { name: 'bare-7', openai: OPENAI_7 },
  { name: 'costspan-7', openai: OPENAI_7, preload: REGISTER },
  {
    name: 'openinference',
    openai: OPENAI_7,
    preload: peer('openinference'),
    packages: { '@arizeai/openinference-instrumentation-openai': '4.2.7', ...SDK_NODE },
  },
  {
    name: 'openlit',
    openai: OPENAI_7,
    preload: peer('openlit'),
    packages: { openlit: '1.15.0' },
  },
  {
    name: 'langfuse',
    openai: OPENAI_7,
    preload: peer('langfuse'),
    // Its peer ranges end before OpenTelemetry 3: these are the last of 2.x.
    packages: {
      '@langfuse/openai': '5.11.1',
      '@langfuse/otel': '5.11.1',
      '@opentelemetry/api': '1.9.1',
      '@opentelemetry/core': '2.12.1',
      '@opentelemetry/exporter-trace-otlp-http': '0.223.0',
      '@opentelemetry/sdk-node': '0.223.0',
      '@opentelemetry/sdk-trace-base': '2.12.1',
    },
  },
  { name: 'bare-6', openai: OPENAI_6, packages: {} },
  { name: 'costspan-6', openai: OPENAI_6, preload: REGISTER, packages: {} },
  {
    name: 'opentelemetry',
    openai: OPENAI_6,
    preload: peer('opentelemetry'),
    packages: { '@opentelemetry/instrumentation-openai': '0.22.0', ...SDK_NODE },
  },
  {
    name: 'traceloop',
    openai: OPENAI_6,
    preload: peer('traceloop'),
    packages: { '@traceloop/node-server-sdk': '0.27.0' },
  },
  { name: 'sdk-node', openai: OPENAI_7, preload: peer('sdk-node'), startOnly: true },
]

export function isBare(variant: Variant): boolean {
  return variant.preload === undefined
}

export function isCostspan(variant: Variant): boolean {
  return variant.preload === REGISTER
}

/** The variant that this one is told against. */
export function bareOf(variant: Variant): Variant {
  const bare = VARIANTS.find((other) => isBare(other) && other.openai === variant.openai)
  if (bare === undefined) throw new Error(`no bare program on openai ${variant.openai}`)
  return bare
}

/** `name@version` of what is compared; undefined where it is nothing but the program and ours. */
export function packageOf({ packages }: Variant): string | undefined {
  const [first] = Object.entries(packages ?? {})
  return first?.join('@')
}

/**
 * @param list as `--only` gives it: `costspan-7,openlit`
 * @throws Error of one line where one of them is none.
 */
export function knownNames(list: string | undefined): readonly string[] | undefined {
  const names = list?.split(',')
  const known = VARIANTS.map(({ name }) => name)
  const unknown = names?.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Error(`--only ${unknown}: one of ${known.join(', ')}`)
  return names
}

/** @returns Those named and the bare programs they are told against; all of them where none is named. */
export function chosen(names: readonly string[] | undefined): readonly Variant[] {
  if (names === undefined) return VARIANTS
  const named = VARIANTS.filter(({ name }) => names.includes(name))
  return VARIANTS.filter(
    (variant) => named.includes(variant) || named.some((one) => bareOf(one) === variant),
  )
}
