/** One child process under load, bare or with costspan, and what came of it. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { reasonIn } from '../install.ts'
import type { Sink } from '../run.ts'
import type { Delivered } from '../sink.ts'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const REGISTER = path('../../../dist/instrumentation/register.js')

/** What a program still held at some moment, after a garbage collection. */
export interface Held {
  /** Bytes of the JavaScript heap. */
  readonly heap: number
  /** Objects that can be reached, by class. */
  readonly objects: Readonly<Record<string, number>>
  /** Listeners of the process. */
  readonly listeners: number
}

export interface Ran<Figures> {
  readonly figures: Figures
  /** undefined: nothing was to be delivered. */
  readonly delivered: Delivered | undefined
}

export interface Load {
  /** A program of `apps`. */
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly preloads?: readonly string[]
  /** Lines on stderr that are meant to be there. */
  readonly expected?: RegExp
  /** Called with each line that is not the last word. */
  readonly onLine?: (line: string) => void
}

/** Spans go out while the load is on; metrics as they do by default, every 10 s, unless the load says otherwise. */
const TELEMETRY = {
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  OTEL_BSP_SCHEDULE_DELAY: '100',
}

/** @param sink where it exports to; undefined: the bare program. */
export async function ran<Figures>(load: Load, run: string, sink?: Sink): Promise<Ran<Figures>> {
  const preloads = [...(load.preloads ?? []).map(path), ...(sink === undefined ? [] : [REGISTER])]
  const child = spawn(
    process.execPath,
    [
      '--expose-gc',
      '--no-warnings',
      ...preloads.flatMap((file) => ['--require', file]),
      path(`./apps/${load.program}`),
      ...load.args,
    ],
    {
      env: {
        PATH: process.env['PATH'] ?? '',
        OTEL_EXPORTER_OTLP_ENDPOINT: sink?.endpoint(run) ?? '',
        ...TELEMETRY,
        ...load.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const figures = JSON.parse(await lastWord(child, load)) as Figures
  return { figures, delivered: await sink?.delivered(run) }
}

const FIGURES = 'figures '

/** Rejects with the telling line of its complaint where it fails. */
async function lastWord(child: ChildProcess, { expected, onLine }: Load): Promise<string> {
  let stderr = ''
  let last: string | undefined
  let rest = ''
  child.stderr?.on('data', (bytes: Buffer) => (stderr += bytes.toString()))
  child.stdout?.on('data', (bytes: Buffer) => {
    const lines = (rest + bytes.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith(FIGURES)) last = line.slice(FIGURES.length)
      else onLine?.(line)
    }
  })
  const [code] = (await once(child, 'close')) as [number | null]
  const complaints = stderr
    .split('\n')
    .filter((line) => line !== '' && expected?.test(line) !== true)
  if (code === 0 && last !== undefined && complaints.length === 0) return last
  const how = code === 0 ? 'it complained' : `exit code ${code}`
  throw new Error(`${how}: ${reasonIn(complaints.join('\n'))}`)
}

/** A provider of held streams in a process of its own. */
export async function startProvider(): Promise<{ readonly url: string; stop(): void }> {
  const child = spawn(process.execPath, [path('./provider.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { url: `http://127.0.0.1:${Number(line.toString())}`, stop: () => child.stdin.end() }
}
