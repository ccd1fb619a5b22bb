/** Starts an application of the demo as a process of its own, with costspan preloaded. */

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { inheritedEnv } from '../instrumentation/config.ts'

const CLIENTS = ['openai', '@anthropic-ai/sdk']

/** The clients that the demo needs and that are not installed. */
export function missingClients(): readonly string[] {
  return CLIENTS.filter((name) => {
    try {
      import.meta.resolve(name)
      return false
    } catch {
      return true
    }
  })
}

export interface Performance {
  /** Resolves with the exit code; -1 where a signal ended the process. */
  readonly ended: Promise<number>
  /** What it wrote to stderr so far. */
  complaints(): string
  stop(): void
}

/** `tell` gets each line of the application's stdout. */
export function perform(
  app: 'support-bot' | 'replay',
  options: {
    readonly simulator: string
    /** OTLP/HTTP endpoint for the application's telemetry. */
    readonly endpoint: string
    readonly arguments: readonly string[]
    readonly tell: (line: string) => void
  },
): Performance {
  // The demo runs from its sources as well as from what was built from them.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const file = (path: string): string =>
    fileURLToPath(new URL(`${path}.${extension}`, import.meta.url))
  const child = spawn(
    process.execPath,
    [
      '--require',
      file('../instrumentation/register'),
      file(`./${app}/app`),
      ...['--openai', `${options.simulator}/v1`, '--anthropic', options.simulator],
      ...options.arguments,
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...inheritedEnv(),
        OTEL_EXPORTER_OTLP_ENDPOINT: options.endpoint,
        OTEL_SERVICE_NAME: app,
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=demo',
        OTEL_BSP_SCHEDULE_DELAY: '200',
        // The simulator takes `stream_options`; by its address alone costspan could not know.
        COSTSPAN_STREAM_USAGE: 'on',
      },
    },
  )
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  createInterface({ input: child.stdout }).on('line', options.tell)
  return {
    ended: new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => resolve(code ?? -1))
    }),
    complaints: () => complaints,
    stop: () => void child.kill(),
  }
}
