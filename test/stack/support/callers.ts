/** Applications with costspan preloaded, which call the simulator and export to the stack. */

import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { REGISTER } from '../../support/run-node.ts'

export interface CallerOptions {
  readonly simulator: string
  readonly otlp: string
  readonly calls: number
  readonly seconds: number
  readonly sets?: number
  /** Lives on after its calls, until it is sent SIGTERM. */
  readonly serve?: boolean
  readonly service?: string
  readonly env?: Readonly<Record<string, string>>
}

export interface Caller {
  readonly child: ChildProcess
  /** Calls that are done. */
  done(): number
  /** What it said on stderr. */
  complaints(): string
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
}

/** Metrics leave every so many milliseconds. */
export const METRIC_INTERVAL_MS = 2_000

export function startCaller(options: CallerOptions): Caller {
  const args = ['--simulator', options.simulator]
  const numbers = { calls: options.calls, seconds: options.seconds, sets: options.sets ?? 40 }
  for (const [name, value] of Object.entries(numbers)) args.push(`--${name}`, String(value))
  if (options.serve) args.push('--serve')
  return startApp('caller', args, options)
}

/** An application of `test/stack/apps`. */
export function startApp(
  name: 'caller' | 'every-metric',
  args: readonly string[],
  options: Pick<CallerOptions, 'otlp' | 'service' | 'env'>,
): Caller {
  const app = fileURLToPath(new URL(`../apps/${name}.ts`, import.meta.url))
  const child = spawn(process.execPath, ['--require', REGISTER, app, ...args], {
    env: {
      PATH: process.env['PATH'] ?? '',
      OTEL_EXPORTER_OTLP_ENDPOINT: options.otlp,
      OTEL_SERVICE_NAME: options.service ?? name,
      OTEL_METRIC_EXPORT_INTERVAL: String(METRIC_INTERVAL_MS),
      OTEL_BSP_SCHEDULE_DELAY: '500',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [done, complaints] = [0, '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    done += text.split('\n').length - 1
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  return {
    child,
    done: () => done,
    complaints: () => complaints,
    ended: new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve({ code, signal }))
    }),
  }
}
