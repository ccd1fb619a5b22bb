/** Runs a Node program as a user would, with the built package, and waits for its end. */

import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export const REGISTER = fileURLToPath(
  new URL('../../dist/instrumentation/register.js', import.meta.url),
)

export interface RunResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly ms: number
}

export interface RunOptions {
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly input?: string
  readonly timeoutMs?: number
  /** Called with the running child. */
  readonly onStart?: (child: ChildProcess) => void
}

/** The environment of children: only what Node needs, so that nothing of the machine's leaks into a test. */
function baseEnv(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/' }
}

export async function runNode(options: RunOptions): Promise<RunResult> {
  const started = performance.now()
  const child = spawn(process.execPath, [...options.args], {
    cwd: options.cwd ?? ROOT,
    env: { ...baseEnv(), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')))
  child.stdin.end(options.input ?? '')
  options.onStart?.(child)
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 20_000)
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.on('close', (exitCode, exitSignal) => {
      resolve([exitCode, exitSignal])
    })
  })
  clearTimeout(timer)
  return { code, signal, stdout, stderr, ms: performance.now() - started }
}
