/** `costspan doctor -- COMMAND`: runs it with the preload and a folder for what its processes tell; it notices neither. */

import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environment, inheritedEnv } from '../../instrumentation/config.ts'
import type { ProcessDiagnosis } from '../../instrumentation/core/diagnosis.ts'
import { at } from '../../instrumentation/core/unknown.ts'
import { Misuse } from '../command.ts'
import { hasPreload } from './node.ts'
import { reportOf, reportText, type Ended } from './report.ts'

/**
 * Resolves with the command's exit code; where a signal ended it, ends by the same.
 * @throws Misuse where it can't be started.
 */
export async function diagnoseRun(
  program: string,
  args: readonly string[],
  { json }: { readonly json: boolean },
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'costspan-doctor-'))
  let ended: Ended
  try {
    ended = await run(program, args, folder)
    const report = reportOf(ended, processesIn(folder), process.cwd())
    process.stderr.write(json ? `${JSON.stringify(report)}\n` : reportText(report, process.stderr))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const { code, signal } = ended
  if (code !== null) return code
  if (signal !== null && ENDINGS.has(signal)) process.kill(process.pid, signal)
  return 128 + (signal === null ? 0 : constants.signals[signal])
}

/** By these a command may end itself in its caller's name; others leave a core, or can't be told from our own death. */
const ENDINGS: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP'])

async function run(program: string, args: readonly string[], folder: string): Promise<Ended> {
  const { NODE_OPTIONS: options = '' } = environment()
  const started = performance.now()
  const child = spawn(program, args, {
    stdio: 'inherit',
    env: {
      ...inheritedEnv({ telemetry: true }),
      NODE_OPTIONS: `${options} --require ${quoted(register)}`.trim(),
      COSTSPAN_DOCTOR: folder,
    },
  })
  const stop = passSignals((signal) => child.kill(signal))
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(
      (resolve, reject) => {
        child.once('error', reject)
        child.once('close', (...how) => resolve(how))
      },
    )
    const seconds = (performance.now() - started) / 1_000
    const command = [program, ...args].join(' ')
    return { command, code, signal, seconds, preloaded: hasPreload(options) }
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const said = why === 'ENOENT' ? 'no such command' : why
    throw new Misuse(`costspan doctor: can't start '${program}': ${said}`)
  } finally {
    stop()
  }
}

/** Of this file: `.ts` from sources, `.js` as built. */
const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
const register = fileURLToPath(
  new URL(`../../instrumentation/register${extension}`, import.meta.url),
)

/** Source: nodejs.org/api/cli, "NODE_OPTIONS": a value with spaces stands in double quotes. */
function quoted(path: string): string {
  return `"${path.replaceAll(/["\\]/g, '\\$&')}"`
}

/** Returns what ends it. Ctrl-C at a terminal reaches the command by itself: the terminal tells all that run in it. */
function passSignals(pass: (signal: NodeJS.Signals) => void): () => void {
  const listeners = [...ENDINGS].map((signal) => {
    const listener = (): void => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) pass(signal)
    }
    process.on(signal, listener)
    return () => process.removeListener(signal, listener)
  })
  return () => {
    for (const remove of listeners) remove()
  }
}

function processesIn(folder: string): readonly ProcessDiagnosis[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown)
    .filter((facts): facts is ProcessDiagnosis => at(facts, 'format') === 1)
}
