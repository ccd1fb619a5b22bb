/**
 * What `costspan doctor -- node app.js` has a process tell of itself. Loaded only there: it writes a file of facts to a
 * folder of the command's, every second and at the end, and neither prints nor sends anything.
 */

import { renameSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { threadId } from 'node:worker_threads'
import type { Call } from '../core/call.ts'
import type { Cost } from '../core/cost.ts'
import type { DiagnosedExport, DiagnosedSetUp, ProcessDiagnosis } from '../core/diagnosis.ts'
import { guard } from '../guard.ts'
import type { Observation } from '../intercept/start-call.ts'
import type { Delivery } from '../record/delivery.ts'
import { apiRecord } from '../record/otel-globals.ts'
import type { SpanHooks } from '../record/processor.ts'
import type { CallRecorder } from '../record/recorder.ts'
import { createCallCounts, type CallCounts } from './calls.ts'
import { createRequestCounts, type RequestCounts } from './requests.ts'
import { createSpanCounts, type SpanCounts } from './spans.ts'

/** What is asked when facts are written. */
export interface Running {
  readonly exporters: readonly string[]
  /** Absent where the application had set OpenTelemetry up before. */
  readonly telemetry:
    { readonly stoodAside: boolean; readonly deliveries: () => readonly Delivery[] } | undefined
}

export interface Diagnosis {
  readonly said: (line: string) => void
  /** A call that has got its cost, whoever saw it. */
  readonly recorded: (call: Call, cost: Cost) => void
  /** What `hook` gets, such as `fetch`: its requests are counted under that name. */
  readonly observation: (inner: Observation, hook: string) => Observation
  readonly recorder: (inner: CallRecorder) => CallRecorder
  readonly hooks: (inner: SpanHooks, byApplication: boolean) => SpanHooks
  readonly off: (variable: string) => void
  readonly running: (what: Running) => void
  /** Everything is flushed: the process ends. */
  readonly ended: () => void
}

const MOST_LINES = 50
const EVERY_MS = 1_000

/** @param folder where the file goes, named by process and thread */
export function createDiagnosis(folder: string, version: string): Diagnosis {
  const state: State = {
    calls: createCallCounts(),
    requests: createRequestCounts(),
    spans: createSpanCounts(),
    hooks: new Set(),
    said: [],
    off: undefined,
    running: undefined,
    ended: false,
  }
  const path = join(folder, `${process.pid}-${threadId}.json`)
  const write = writerTo(path, () => factsOf(state, version))
  const ended = (): void => {
    state.ended = true
    write()
  }
  write()
  setInterval(write, EVERY_MS).unref()
  process.once('exit', ended)
  return {
    ...counting(state),
    said(line) {
      if (state.said.length < MOST_LINES) state.said.push(line)
    },
    off(variable) {
      state.off = variable
    },
    running(what) {
      state.running = what
    },
    ended,
  }
}

interface State {
  readonly calls: CallCounts
  readonly requests: RequestCounts
  readonly spans: SpanCounts
  readonly hooks: Set<string>
  readonly said: string[]
  off: string | undefined
  running: Running | undefined
  ended: boolean
}

function counting({
  calls,
  requests,
  spans,
  hooks,
}: State): Pick<Diagnosis, 'recorded' | 'observation' | 'recorder' | 'hooks'> {
  return {
    recorded(call, cost) {
      guard('counting a call', () => {
        calls.add(call, cost)
      })
    },
    observation(inner, hook) {
      hooks.add(hook)
      return {
        ...inner,
        claimed(request) {
          guard('counting a request', () => {
            requests.claimed(hook, request)
          })
        },
      }
    },
    recorder: (inner) => spans.recorder(inner),
    hooks: (inner, byApplication) => spans.hooks(inner, byApplication),
  }
}

function factsOf(state: State, version: string): ProcessDiagnosis {
  const { running, calls, requests, spans, said, ended } = state
  return {
    format: 1,
    pid: process.pid,
    thread: threadId,
    node: process.versions.node,
    version,
    program: basename(process.argv[1] ?? ''),
    preloaded: process.execArgv.some((word) => PRELOAD.test(word)),
    ...(state.off === undefined ? {} : { off: state.off }),
    hooks: [...state.hooks],
    said,
    calls: calls.groups(),
    clients: requests.clients(),
    unclaimed: requests.unclaimed(),
    spans: spans.scopes(),
    ...(running === undefined
      ? {}
      : { setUp: setUpOf(running, spans.processorSeen, calls.groups()) }),
    exports: running === undefined ? [] : exportsOf(running),
    ended,
  }
}

/** The name, or a file, of what `--require` and `--import` take. */
const PRELOAD = /\bcostspan\/register\b|[\\/]dist[\\/]instrumentation[\\/]register\b/

/** Whole or not at all: the process may be killed at any moment. */
function writerTo(path: string, facts: () => ProcessDiagnosis): () => void {
  let last = ''
  return () => {
    guard('writing the diagnosis', () => {
      const text = JSON.stringify(facts())
      if (text === last) return
      last = text
      writeFileSync(`${path}.part`, text)
      renameSync(`${path}.part`, path)
    })
  }
}

function setUpOf(
  { telemetry, exporters }: Running,
  processorSeen: boolean,
  calls: readonly unknown[],
): DiagnosedSetUp {
  if (telemetry?.stoodAside === false) return { by: 'costspan', exporters }
  const { version } = apiRecord()
  return {
    by: 'application',
    ...(version === undefined ? {} : { api: version }),
    // A call has a span, which would have come by.
    processor: processorSeen || (calls.length === 0 ? 'unknown' : false),
  }
}

function exportsOf({ telemetry }: Running): readonly DiagnosedExport[] {
  if (telemetry?.stoodAside !== false) return []
  return telemetry.deliveries().map((delivery) => {
    const { endpoint, delivered, lost } = delivery
    return {
      signal: endpoint.signal,
      url: withoutSecrets(endpoint.url),
      acknowledged: delivered,
      lost: lost.items,
      waiting: delivery.unacknowledged().length,
      ...(lost.reason === undefined ? {} : { reason: lost.reason }),
    }
  })
}

/** Some backends want a key in the address. */
function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}
